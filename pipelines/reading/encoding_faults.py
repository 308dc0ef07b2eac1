"""What there is to say about a file's encoding: ENC-001 to ENC-003."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import islice

from pipelines.reading.code_pages import DOS, WINDOWS, words_beyond_ascii
from pipelines.reading.decoding import UNREADABLE, Decoded
from pipelines.reading.outcome import Fact, Fault
from pipelines.reading.records import Records

_START_BYTES = 10_000  # enough to know UTF-16 by
_MOST_WORDS = 5


def encoding_faults(decoded: Decoded, content: bytes, records: Records) -> Iterator[Fault]:
    """How the file was decoded, and where it could not be."""
    if decoded.bad_at is not None:
        byte = f"0x{content[decoded.bad_at]:02X}" if decoded.bad_at < len(content) else ""
        place: dict[str, Fact] = {"byte": byte, "byte_offset": decoded.bad_at}
        yield _unusable(records, UNREADABLE, {"kind": "undecodable", **place})
    elif decoded.by_mark:
        yield Fault(rule="ENC-001", facts={"encoding": decoded.encoding})
    elif decoded.encoding in (WINDOWS, DOS):
        yield _by_code_page(decoded, records)
    if b"\0" in decoded.body:
        counts = {"byte_offset": content.find(0), "found": content.count(0)}
        yield _unusable(records, "\0", {"kind": "NUL", **counts, "likely": ""})


def _by_code_page(decoded: Decoded, records: Records) -> Fault:
    """ENC-002: which rows were read by a code page, and the words in question."""
    indexes = records.beyond_ascii()
    words = (word for index in indexes for word in words_beyond_ascii(records.cells(index)))
    kind = "doubtful" if not decoded.is_certain else "dos" if decoded.encoding == DOS else ""
    facts: dict[str, Fact] = {
        "kind": kind,
        "encoding": decoded.encoding,
        "rows": tuple(index + 1 for index in indexes),
        "words": tuple(dict.fromkeys(islice(words, _MOST_WORDS))),
    }
    return Fault(rule="ENC-002", row=indexes[0] + 1, facts=facts)


def unmarked_utf_16(content: bytes) -> Fault | None:
    """Return ENC-003 if the bytes look like UTF-16 without its byte order mark.

    There is a zero beside each Latin letter then, and nothing further can be found in such a file.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    start = content[:_START_BYTES]
    if start.count(0) * 4 <= len(start):
        return None
    counts = {"byte_offset": content.find(0), "found": content.count(0)}
    return Fault(rule="ENC-003", row=1, facts={"kind": "NUL", **counts, "likely": "utf-16"})


def _unusable(records: Records, character: str, facts: dict[str, Fact]) -> Fault:
    """ENC-003 at the first cell with that character, with every row that has one."""
    places = [
        (index + 1, column)
        for index in range(len(records.widths))
        for column, cell in enumerate(records.cells(index))
        if character in cell
    ]
    row, column = places[0] if places else (None, None)
    rows = tuple(dict.fromkeys(row for row, _ in places))
    return Fault(rule="ENC-003", row=row, column=column, facts={**facts, "rows": rows})
