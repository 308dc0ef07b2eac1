"""From bytes to text: by the byte order mark, else UTF-8, else Windows-1252, else not at all."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

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
    """Text and how it came about.

    ``encoding`` is empty where the bytes are in no encoding that we take. Then ``bad_at`` is the
    offset in the file of the first byte that is none, and ``text`` is good for finding rows only:
    it has UNREADABLE in each place that could not be decoded.
    """

    text: str
    encoding: str
    by_mark: bool = False
    bad_at: int | None = None


def decode(content: bytes) -> Decoded:
    """Decode a file. Never raises.

    Windows-1252 is taken only where no sequence of bytes beyond ASCII would be UTF-8: a file that
    mixes both would come out with wrong letters in it, so it is refused instead.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decode_marked(content, encoding=encoding, mark_bytes=len(mark))
    try:
        return Decoded(text=content.decode("utf-8"), encoding="utf-8")
    except UnicodeDecodeError as error:
        not_utf8_at = error.start
    if _UTF8_SEQUENCE.search(content):
        return Decoded(text=_readable(content, "utf-8"), encoding="", bad_at=not_utf8_at)
    try:
        return Decoded(text=content.decode("windows-1252"), encoding="windows-1252")
    except UnicodeDecodeError as error:
        return Decoded(text=_readable(content, "windows-1252"), encoding="", bad_at=error.start)


def _decode_marked(content: bytes, *, encoding: str, mark_bytes: int) -> Decoded:
    body = content[mark_bytes:]
    try:
        return Decoded(text=body.decode(encoding), encoding=encoding, by_mark=True)
    except UnicodeDecodeError as error:
        bad_at = mark_bytes + error.start
        return Decoded(text=_readable(body, encoding), encoding="", by_mark=True, bad_at=bad_at)


def _readable(body: bytes, encoding: str) -> str:
    return body.decode(encoding, errors="replace").replace("\ufffd", UNREADABLE)
