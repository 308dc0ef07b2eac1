"""The parts of an Office file: unpacked with limits, parsed without entities.

What an archive says of itself (sizes, names, kinds) is not believed: bytes are counted as they are
unpacked, and nothing inside is opened as an archive again.
"""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Protocol
from xml.parsers import expat

from pipelines.reading.outcome import Fact, Limits

_CHUNK = 1 << 16
_ENCRYPTED = 0x1
# What Python's unpackers raise for bytes that are none of theirs.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    LookupError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class UnreadableError(Exception):
    """It is not read; ``rule``, ``row`` and ``facts`` say why, as those of a fault."""

    def __init__(self, rule: str, *, row: int | None = None, **facts: Fact) -> None:
        """Say why: the rule, the row meant, and the facts of its words."""
        super().__init__(rule)
        self.rule = rule
        self.row = row
        self.facts: Mapping[str, Fact] = facts


def damaged() -> UnreadableError:
    """Return the refusal of what is no whole workbook."""
    return UnreadableError("FIL-008", kind="damaged")


def over(limit: str, allowed: int, found: int, *, row: int | None = None) -> UnreadableError:
    """Return the refusal of what is beyond a limit."""
    return UnreadableError("FIL-003", row=row, limit=limit, allowed=allowed, found=found)


def unpack(content: bytes, *, limits: Limits) -> dict[str, bytes]:
    """Return the XML parts of an Office file by their names in small letters.

    Raises:
        UnreadableError: It is damaged, has a password, holds an archive or is beyond a limit.
    """
    try:
        return _unpacked(content, limits)
    except _BROKEN as problem:
        raise damaged() from problem


def _unpacked(content: bytes, limits: Limits) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    total = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if len(members) > limits.members:
            raise over("members", limits.members, len(members))
        for member in members:
            if member.flag_bits & _ENCRYPTED:
                raise UnreadableError("FIL-008", kind="password")
            name = member.filename.lower().lstrip("/")
            if name in parts:
                raise damaged()
            kept = bytearray()
            with archive.open(member) as opened:
                while chunk := opened.read(_CHUNK):
                    total += len(chunk)
                    if total > limits.unpacked_bytes:
                        raise over("unpacked_bytes", limits.unpacked_bytes, total)
                    kept += chunk
            if kept.startswith(b"PK\x03\x04"):
                raise UnreadableError("FIL-008", kind="nested")
            parts[name] = bytes(kept) if name.endswith((".xml", ".rels")) else b""
    return parts


class Handler(Protocol):
    """What is told of a part while it is parsed, names without their prefixes."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""

    def end(self, name: str) -> None:
        """End an element."""

    def text(self, text: str) -> None:
        """Take text of the element begun last."""


def parse(part: bytes, handler: Handler) -> None:
    """Parse a part, telling the handler.

    Raises:
        UnreadableError: It is no XML, or declares a document type or entities.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = _without_prefix(handler.start)
    parser.EndElementHandler = lambda name: handler.end(name.rpartition(":")[2])
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_document_type
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, LookupError, ValueError) as problem:
        raise damaged() from problem


def _without_prefix(
    start: Callable[[str, dict[str, str]], None],
) -> Callable[[str, dict[str, str]], None]:
    return lambda name, attributes: start(name.rpartition(":")[2], attributes)


def _refuse_document_type(*_: object) -> None:
    raise UnreadableError("FIL-008", kind="entities")
