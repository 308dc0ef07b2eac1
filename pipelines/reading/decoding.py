"""From bytes to text: by the byte order mark, else UTF-8, else a code page, else not at all."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from pipelines.reading.code_pages import likely_code_page

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# A well-formed UTF-8 sequence of more than one byte (RFC 3629, table 3-7 of the Unicode Standard,
# told apart no further than is needed to know one when it is seen).
_UTF8_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)


# Stands in a text for what could not be decoded: a noncharacter, which no text may hold.
UNREADABLE = "\ufdd0"


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """A file as UTF-8 without a byte order mark, and how it came about.

    ``encoding`` is what the bytes were in, ``is_certain`` whether the words make sense in it;
    empty where they are in none that we take. Then
    ``bad_at`` is the offset in the file of the first byte that is none, and ``body`` is good for
    finding rows only: it has UNREADABLE in each place that could not be decoded.
    """

    body: bytes
    encoding: str
    by_mark: bool = False
    is_certain: bool = True
    bad_at: int | None = None


def decode(content: bytes) -> Decoded:
    """Decode a file. Never raises.

    A code page (Windows-1252, or 850 of MS-DOS) is taken only where no sequence of bytes beyond
    ASCII would be UTF-8: a file that mixes both would come out with wrong letters in it, so it is
    refused instead.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decode_marked(content, encoding=encoding, mark_bytes=len(mark))
    not_utf8_at = _first_undecodable(content, "utf-8")
    if not_utf8_at is None:
        return Decoded(body=content, encoding="utf-8")
    if _UTF8_SEQUENCE.search(content):
        return Decoded(body=_readable(content, "utf-8"), encoding="", bad_at=not_utf8_at)
    page, is_certain = likely_code_page(content)
    bad_at = _first_undecodable(content, page)
    return Decoded(
        body=_readable(content, page),
        encoding=page if bad_at is None else "",
        bad_at=bad_at,
        is_certain=is_certain,
    )


def _decode_marked(content: bytes, *, encoding: str, mark_bytes: int) -> Decoded:
    body = content[mark_bytes:]
    bad_at = _first_undecodable(body, encoding)
    if bad_at is not None:
        return Decoded(
            body=_readable(body, encoding), encoding="", by_mark=True, bad_at=mark_bytes + bad_at
        )
    if encoding != "utf-8":
        body = body.decode(encoding).encode("utf-8")
    return Decoded(body=body, encoding=encoding, by_mark=True)


def _first_undecodable(content: bytes, encoding: str) -> int | None:
    """The offset of the first byte that the encoding does not know."""
    if encoding == "utf-8" and content.isascii():
        return None
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    return None


def _readable(content: bytes, encoding: str) -> bytes:
    """The content in UTF-8, with UNREADABLE for what the encoding does not know."""
    text = content.decode(encoding, errors="replace")
    return text.replace("\ufffd", UNREADABLE).encode("utf-8")
