"""Reading a return strictly: a table of text cells, or reasons why not.

The rows are those that a spreadsheet shows. Nothing is repaired and nothing is raised, whatever the
bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import islice

from pipelines.reading.decoding import Decoded, decode
from pipelines.reading.dialect import Dialect, find_dialect
from pipelines.reading.encoding_faults import encoding_faults, unmarked_utf_16
from pipelines.reading.headings import Headings, plain_names
from pipelines.reading.kinds import binary_kind, compression, is_workbook, text_kind
from pipelines.reading.layout import Layout, control_characters, lay_out
from pipelines.reading.outcome import Fact, Fault, Limits, ReadFile
from pipelines.reading.records import Records
from pipelines.reading.scanner import scan
from pipelines.reading.workbook import open_workbook

# After these no row is handed on: it may not be what was sent, or there is none.
_NO_TABLE = frozenset({"FIL-003", "ENC-003", "STR-007"})

# No spreadsheet shows more rows than this, blank ones included.
_SPREADSHEET_ROWS = 1_048_576
_START_BYTES = 70_000  # enough to know a kind and a dialect by

__all__ = ["Fault", "Limits", "ReadFile", "read"]


def read(
    content: bytes,
    *,
    limits: Limits = Limits(),  # noqa: B008  # frozen: a shared default cannot change
    known_headings: Collection[frozenset[str]] = (),
) -> ReadFile:
    """Read a file that should be a return.

    ``known_headings`` holds the column names of each return there is: with them the heading is
    found under title rows and before a second table. Without them it is the first row with two
    cells. Never raises for any bytes. All faults are found in one go, those of the whole file
    first, then by row.
    """
    unreadable = _not_text(content, limits=limits)
    if unreadable:
        return ReadFile(faults=unreadable)
    known = [plain_names(tuple(headings)) for headings in known_headings]
    if is_workbook(content):
        return _read_workbook(content, limits=limits, known=known)
    return _read_text(content, limits=limits, known=known)


def _read_text(content: bytes, *, limits: Limits, known: Headings) -> ReadFile:
    """Return a CSV as read."""
    unmarked = unmarked_utf_16(content)
    if unmarked is not None:
        return ReadFile(faults=(unmarked,))
    decoded = decode(content)
    start = decoded.body[:_START_BYTES].decode("utf-8", errors="ignore")
    kind = text_kind(start)
    if kind is not None:
        return ReadFile(faults=(Fault(rule="FIL-002", facts={"kind": kind}),))
    dialect = find_dialect(start, known=known)
    most_rows = max(limits.rows, _SPREADSHEET_ROWS)
    records = _records(decoded, dialect, most=most_rows)
    if len(records.widths) > most_rows:
        return ReadFile(faults=(_over("rows", limits.rows, len(records.widths)),))
    layout = lay_out(
        records,
        known=known,
        most_columns=limits.columns,
        split=lambda line: next((r.cells for r in scan(line, delimiter=dialect.delimiter)), ()),
    )
    if layout is None:
        return ReadFile(faults=(Fault(rule="FIL-001", facts={"bytes": len(content)}),))
    about = [*encoding_faults(decoded, content, records), *_dialect_faults(dialect, records)]
    found = _read_file(records, layout, about, _quote_faults(records), limits=limits)
    return replace(found, encoding=decoded.encoding, delimiter=dialect.delimiter)


def _read_workbook(content: bytes, *, limits: Limits, known: Headings) -> ReadFile:
    """Return a workbook as read: its sheet is laid out as a CSV's rows are."""
    opened = open_workbook(content, limits=limits, known=known)
    if isinstance(opened, tuple):
        return ReadFile(faults=opened)
    layout = lay_out(opened.records, known=known, most_columns=limits.columns, split=lambda _: ())
    if layout is None:
        return ReadFile(faults=(Fault(rule="FIL-001", facts={"bytes": len(content)}),))
    found = _read_file(opened.records, layout, [], opened.faults(layout), limits=limits)
    return replace(found, sheet=opened.sheet.title)


def _read_file(
    records: Records,
    layout: Layout,
    about: Sequence[Fault],
    of_rows: Sequence[Fault],
    *,
    limits: Limits,
) -> ReadFile:
    """Return what a file's records and layout come to.

    ``about`` are the faults of the file as a whole, ``of_rows`` those of rows and cells that only
    its kind of file has.
    """
    faults = [*about, *_limit_faults(records, layout, limits=limits), *_empty(layout)]
    refused = any(fault.rule in _NO_TABLE for fault in faults)
    if not any(fault.facts.get("limit") == "rows" for fault in faults):
        row_faults = [*of_rows, *layout.faults, *control_characters(records)]
        faults.extend(sorted(row_faults, key=lambda fault: (fault.row or 0, fault.column or 0)))
    used = 0 if refused else layout.table.height
    return ReadFile(
        faults=tuple(faults),
        header=layout.header,
        header_row=layout.header_row,
        table=None if refused else layout.table,
        rows_found=layout.rows_found,
        rows_passed_over=len(layout.blank_rows),
        rows_not_read=layout.rows_found - len(layout.blank_rows) - used,
    )


def as_sent(
    content: bytes, *, known_headings: Collection[frozenset[str]] = ()
) -> list[tuple[str, ...]] | None:
    """Return the rows of a file exactly as it holds them, blank and broken ones too.

    None if it is neither text nor a workbook. A ``sep=`` line is no row.
    """
    limits = Limits(bytes=len(content))
    if _not_text(content, limits=limits):
        return None
    if is_workbook(content):
        known = [plain_names(tuple(headings)) for headings in known_headings]
        opened = open_workbook(content, limits=limits, known=known)
        return None if isinstance(opened, tuple) else list(opened.records)
    if unmarked_utf_16(content):
        return None
    decoded = decode(content)
    start = decoded.body[:_START_BYTES].decode("utf-8", errors="ignore")
    dialect = find_dialect(start, known=())
    text = decoded.body.decode("utf-8")[dialect.sep_line_characters :]
    return [record.cells for record in scan(text, delimiter=dialect.delimiter)]


def _records(decoded: Decoded, dialect: Dialect, *, most: int) -> Records:
    text = decoded.body.decode("utf-8")[dialect.sep_line_characters :]
    return Records(islice(scan(text, delimiter=dialect.delimiter), most + 1))


def _not_text(content: bytes, *, limits: Limits) -> tuple[Fault, ...]:
    """Why the bytes are not looked at any further, nothing where they are."""
    compressed, kind = compression(content), binary_kind(content)
    faults = []
    if compressed is not None:
        faults.append(Fault(rule="FIL-004", facts={"kind": compressed}))
    if kind is not None and not is_workbook(content):
        faults.append(Fault(rule="FIL-002", facts={"kind": kind}))
    if len(content) > limits.bytes:
        faults.append(_over("bytes", limits.bytes, len(content)))
    return tuple(faults)


def _over(limit: str, allowed: int, found: int, **place: int) -> Fault:
    facts: dict[str, Fact] = {"limit": limit, "allowed": allowed, "found": found}
    return Fault(rule="FIL-003", facts=facts, row=place.get("row"), column=place.get("column"))


def _limit_faults(records: Records, layout: Layout, *, limits: Limits) -> list[Fault]:
    faults = []
    rows = layout.rows_found - len(layout.blank_rows)
    if rows > limits.rows:
        faults.append(_over("rows", limits.rows, rows))
    widest = int(records.widths.argmax())
    if records.widths[widest] > limits.columns:
        faults.append(_over("columns", limits.columns, int(records.widths[widest]), row=widest + 1))
    for index in records.with_cells_beyond(limits.cell_characters):
        for column, cell in enumerate(records.cells(index)):
            if len(cell) > limits.cell_characters:
                place = {"row": index + 1, "column": column}
                faults.append(_over("cell_characters", limits.cell_characters, len(cell), **place))
    return faults


def _dialect_faults(dialect: Dialect, records: Records) -> list[Fault]:
    """STR-004: one for the delimiter, one for a ``sep=`` line, one for mixed line ends."""
    faults = []
    if dialect.sep_line_characters:
        facts = {"kind": "sep line", "delimiter": dialect.delimiter}
        faults.append(Fault(rule="STR-004", facts=facts))
    elif dialect.delimiter != ",":
        facts = {"kind": "delimiter", "delimiter": dialect.delimiter}
        faults.append(Fault(rule="STR-004", facts=facts))
    if len(records.line_ends) > 1:
        names = {"\r\n": "crlf", "\n": "lf", "\r": "cr"}
        counts = {names[end]: count for end, count in records.line_ends.items()}
        faults.append(Fault(rule="STR-004", facts={"kind": "line ends", **counts}))
    return faults


def _empty(layout: Layout) -> list[Fault]:
    """STR-007 where nothing but blank rows stands under the heading."""
    if layout.rows_under_heading:
        return []
    return [Fault(rule="STR-007", row=layout.header_row)]


def _quote_faults(records: Records) -> list[Fault]:
    return [
        Fault(
            rule=fault.rule,
            row=index + 1,
            column=fault.column,
            value=records.cells(index)[fault.column],
            facts={"kind": fault.kind, "cells": records.cells(index)},
        )
        for index, fault in records.faults.items()
    ]
