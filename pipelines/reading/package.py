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
from collections.abc import Mapping
from typing import Protocol
from xml.parsers import expat

from pipelines.reading.outcome import Fact, Limits

# Those of sheets and of relations, as Excel writes them and as the strict form of the standard has
# them; what extensions add lies in others.
_SPACES = frozenset(
    {
        "",
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
        "http://schemas.openxmlformats.org/package/2006/relationships",
    }
)
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
    """What is told of a part while it is parsed: elements of a workbook's own, by plain names."""

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

    def start(name: str, attributes: dict[str, str]) -> None:
        space, _, own = name.rpartition(" ")
        if space in _SPACES:
            handler.start(own, attributes)

    def end(name: str) -> None:
        space, _, own = name.rpartition(" ")
        if space in _SPACES:
            handler.end(own)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_document_type
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, LookupError, ValueError) as problem:
        raise damaged() from problem


def _refuse_document_type(*_: object) -> None:
    raise UnreadableError("FIL-008", kind="entities")
