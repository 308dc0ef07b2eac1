"""From records to a table: the heading, the rows under it, and each row that is not one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from pipelines.reading.headings import (
    BLANK,
    LOOKED_AT,
    Headings,
    find_heading,
    is_blank,
    match,
    plain,
    plain_names,
)
from pipelines.reading.outcome import Fact, Fault
from pipelines.reading.scanner import Record

# Control characters but tab, line feed and carriage return; and those that turn the direction of
# text (Unicode Standard Annex 9), with which one can be shown something else than what is stored.
# NUL has a rule of its own.
_CONTROL = re.compile(
    "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
Cells = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The heading, the table under it and what is not in it. Row numbers begin with 1."""

    faults: tuple[Fault, ...]
    header: Cells
    header_row: int
    table: pl.DataFrame
    blank_rows: tuple[int, ...]
    rows_found: int
    rows_under_heading: int


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """The rows under a heading by their numbers, each with its cells if they are needed later."""

    regular: dict[int, Cells] = field(default_factory=dict)
    blank: list[int] = field(default_factory=list)
    repeated: dict[int, Cells] = field(default_factory=dict)
    other_headings: dict[int, Cells] = field(default_factory=dict)
    ragged: dict[int, Cells] = field(default_factory=dict)


def lay_out(records: Sequence[Record], *, known: Headings, most_columns: int) -> Layout | None:
    """Return the layout of a file's records, None if every row is blank.

    A heading of more than ``most_columns`` gets an empty table: no row under it is looked at.
    """
    first = _first_rows(records)
    heading = find_heading(first, known)
    if heading is None:
        return None
    header = first[heading]
    titles = [i + 1 for i in range(heading) if not is_blank(first[i])]
    faults: list[Fault] = []
    if titles:
        value = next(cell for cell in first[titles[0] - 1] if cell.strip(BLANK))
        facts: dict[str, Fact] = {"heading_row": heading + 1, "rows": tuple(titles)}
        faults = [_layout_fault(titles[0], "title rows", value=value, **facts)]
    is_wide = len(header) > most_columns
    rows = _Rows() if is_wide else _by_kind(records, header, heading + 1, known=known)
    if rows.other_headings:
        _cut_at_second_table(rows, faults)
    faults += [
        _layout_fault(n, "heading repeated", cells=cells) for n, cells in rows.repeated.items()
    ]
    for number, cells in rows.ragged.items():
        facts = {"expected": len(header), "found": len(cells), "cells": cells}
        faults.append(Fault(rule="STR-001", row=number, facts=facts))
    blank = [] if is_wide else [i + 1 for i in range(heading) if is_blank(first[i])]
    blank += rows.blank
    table = _table(rows.regular, len(header))
    if not is_wide:
        header, table, dropped = _without_blank_columns(header, table)
        if dropped:
            faults.append(Fault(rule="STR-005", facts={"kind": "columns", "found": dropped}))
    if blank:
        facts = {"kind": "rows", "found": len(blank), "rows": tuple(blank)}
        faults.append(Fault(rule="STR-005", row=blank[0], facts=facts))
    return Layout(
        faults=tuple(faults),
        header=header,
        header_row=heading + 1,
        table=table,
        blank_rows=tuple(blank),
        rows_found=len(records) - 1,
        rows_under_heading=len(records) - 1 - heading - len(rows.blank),
    )


def _by_kind(
    records: Sequence[Record], header: Cells, header_row: int, *, known: Headings
) -> _Rows:
    """Sort the rows under the heading into regular, blank and ragged ones and further headings.

    A row may end at the last heading that is not blank: a spreadsheet leaves trailing delimiters
    out of some rows and not of others.
    """
    rows = _Rows()
    own = max((i + 1 for i, cell in enumerate(header) if cell.strip(BLANK)), default=0)
    own_names = [plain(cell) for cell in header]
    # A regular row whose first cell is no heading is looked at no further.
    first_names = {own_names[0], *plain_names(header).union(*known)}
    for number, record in enumerate(records[header_row:], start=header_row + 1):
        cells = record.cells
        if record.fault is not None:
            continue
        if is_blank(cells):
            rows.blank.append(number)
        elif len(cells) not in (len(header), own):
            if plain_names(cells) == plain_names(header):
                rows.repeated[number] = cells
            else:
                rows.ragged[number] = cells
                if match(cells, known):
                    rows.other_headings[number] = cells
        else:
            is_heading = plain(cells[0]) in first_names
            padded = cells + ("",) * (len(header) - len(cells))
            if is_heading and [plain(cell) for cell in padded] == own_names:
                rows.repeated[number] = cells
            else:
                rows.regular[number] = padded
                if is_heading and match(cells, known):
                    rows.other_headings[number] = cells
    return rows


def _cut_at_second_table(rows: _Rows, faults: list[Fault]) -> None:
    """Leave out what stands at and under the heading of a second table, and say so."""
    end = min(rows.other_headings)
    faults.append(_layout_fault(end, "second table", cells=rows.other_headings[end]))
    for found in (rows.regular, rows.repeated, rows.ragged):
        for number in [number for number in found if number >= end]:
            del found[number]


def control_characters(records: Sequence[Record]) -> list[Fault]:
    """Return ENC-004 for each cell with a control or bidirectional character."""
    faults = []
    for row, record in enumerate(records, start=1):
        for column, cell in enumerate(record.cells):
            if not cell.isprintable() and (found := _CONTROL.findall(cell)):
                names = tuple(dict.fromkeys(f"U+{ord(character):04X}" for character in found))
                place = {"row": row, "column": column}
                faults.append(
                    Fault(rule="ENC-004", value=cell, facts={"characters": names}, **place)
                )
    return faults


def _first_rows(records: Sequence[Record]) -> list[Cells]:
    """Return the first rows that are not blank, and the blank ones between them."""
    rows: list[Cells] = []
    filled = 0
    for record in records:
        rows.append(record.cells)
        filled += not is_blank(record.cells)
        if filled == LOOKED_AT:
            break
    return rows


def _table(rows: dict[int, Cells], width: int) -> pl.DataFrame:
    columns = zip(*rows.values(), strict=True) if rows else ((),) * width
    cells = [pl.Series(f"c{i}", column, dtype=pl.String) for i, column in enumerate(columns)]
    return pl.DataFrame([pl.Series("row_number", list(rows), dtype=pl.Int32), *cells])


def _without_blank_columns(
    header: tuple[str, ...], table: pl.DataFrame
) -> tuple[tuple[str, ...], pl.DataFrame, int]:
    """Leave out the columns at the right that are blank from top to bottom, and count them."""
    width = len(header)
    while width > 1 and not header[width - 1].strip(BLANK):
        if (table[f"c{width - 1}"].str.strip_chars(BLANK) != "").any():
            break
        width -= 1
    if width == len(header):
        return header, table, 0
    return header[:width], table.select(table.columns[: width + 1]), len(header) - width


def _layout_fault(row: int, kind: str, *, value: str | None = None, **facts: Fact) -> Fault:
    return Fault(rule="STR-006", row=row, value=value, facts={"kind": kind, **facts})
