"""Reading what a browser sends, counted while it comes in and refused at the limit.

Starlette's own reader of forms keeps a file of any size (measured: 1 GB), so the stream is read
here. No header is believed: a declared length over the limit refuses at once, and any other is
counted. The name of a file is text and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import python_multipart
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from portal.refused import Refused
from portal.settings import Limits

_MOST_PARTS = 20
_LONGEST_NAME = 200


@dataclass(frozen=True, kw_only=True)
class SentFile:
    """A file of a form: the last part of its name, as text, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Form:
    """What a form holds. A field that came twice holds what came first."""

    fields: Mapping[str, str] = field(default_factory=dict)
    file: SentFile | None = None

    def text(self, name: str) -> str:
        """Return the field, trimmed; empty if it did not come."""
        return self.fields.get(name, "").strip()


async def read_form(request: Request, limits: Limits, *, with_file: bool) -> Form:
    """Return the form that a request carries. Raises ``Refused``."""
    if "content-encoding" in request.headers:
        raise Refused("compressed", 415)
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    most = limits.form + (limits.file if with_file else 0)
    try:
        async with asyncio.timeout(limits.upload_seconds):
            if kind == b"application/x-www-form-urlencoded":
                return await _plain_form(request, most=limits.form)
            if kind == b"multipart/form-data" and with_file and options.get(b"boundary"):
                return await _Parts(limits).read(request, options[b"boundary"], most=most)
    except TimeoutError as problem:
        raise Refused("too_slow", 408) from problem
    except (ClientDisconnect, MultipartParseError) as problem:
        raise Refused("broken", 400) from problem
    raise Refused("broken", 415)


async def _counted(request: Request, *, most: int) -> AsyncIterator[bytes]:
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and (len(declared) > 15 or int(declared) > most):
        raise Refused("too_large", 413)
    came = 0
    async for chunk in request.stream():
        came += len(chunk)
        if came > most:
            raise Refused("too_large", 413)
        yield chunk


async def _plain_form(request: Request, *, most: int) -> Form:
    body = bytearray()
    async for chunk in _counted(request, most=most):
        body += chunk
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=_MOST_PARTS,
            errors="replace",
        )
    except ValueError as problem:
        raise Refused("broken", 400) from problem
    return Form(fields=dict(reversed(pairs)))


class _Parts:
    """Puts a multipart form together as its parts come in."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._fields: dict[str, str] = {}
        self._file: SentFile | None = None
        self._parts = 0
        self._header = bytearray()
        self._value = bytearray()
        self._disposition: bytes = b""
        self._data = bytearray()
        self._is_file = False

    async def read(self, request: Request, boundary: bytes, *, most: int) -> Form:
        """Return the form in the request's stream."""
        parser = python_multipart.MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, a, b: self._header.extend(data[a:b]),
                "on_header_value": lambda data, a, b: self._value.extend(data[a:b]),
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._more,
                "on_part_end": self._end,
            },
        )
        async for chunk in _counted(request, most=most):
            parser.write(chunk)
        parser.finalize()
        return Form(fields=self._fields, file=self._file)

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise Refused("broken", 400)
        self._disposition = b""
        self._data = bytearray()
        self._is_file = False

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._is_file = b"filename" in options
        self._options = options

    def _more(self, data: bytes, start: int, end: int) -> None:
        self._data += data[start:end]
        if len(self._data) > (self._limits.file if self._is_file else self._limits.field):
            raise Refused("too_large", 413)

    def _end(self) -> None:
        if self._is_file:
            name = self._options[b"filename"].decode("utf-8", "replace")
            if (name or self._data) and self._file is None:
                self._file = SentFile(name=as_text(name), content=bytes(self._data))
            return
        name = self._options.get(b"name", b"").decode("utf-8", "replace")
        self._fields.setdefault(name, self._data.decode("utf-8", "replace"))


def as_text(name: str) -> str:
    """Return a file's name as it is kept and shown: without folders, at most 200 characters.

    It never becomes a path; the record names its files itself.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(char for char in last if char.isprintable()).strip()
    return shown[-_LONGEST_NAME:] or "unnamed"
