"""A workbook (``.xlsx``, ``.xlsm``) as a return: the sheet with the table, as records.

A workbook and a CSV are two forms of one return, laid out and checked alike. What a sheet can hide
is found here. Formulas and macros are never run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.reading.headings import BLANK, LOOKED_AT, Headings, match
from pipelines.reading.layout import Layout
from pipelines.reading.outcome import Fact, Fault, Limits
from pipelines.reading.package import UnreadableError, over, unpack
from pipelines.reading.records import Records
from pipelines.reading.scanner import Record
from pipelines.reading.worksheets import Worksheet, worksheets

# The sheets that templates and annotated workbooks bring along.
FINDINGS_SHEET, HELP_SHEET, LISTS_SHEET = "Findings", "How to fill in", "Lists"
_OURS = frozenset({FINDINGS_SHEET, HELP_SHEET, LISTS_SHEET})
_OTHER_WORKBOOK = re.compile(r"'[^']*\[\d+\][^']*'!|(?<![\w\]])\[\d+\][\w.]*!|\[[^\[\]]+\.xl\w+\]")


@dataclass(frozen=True, kw_only=True)
class TheSheet:
    """The sheet that holds the return, as records.

    ``has_formulas`` and ``named`` (how many cells are named, in ranges too) are of all sheets.
    """

    sheet: Worksheet
    records: Records
    width: int
    has_formulas: bool
    named: int

    def faults(self, layout: Layout) -> list[Fault]:
        """Return what the sheet hides, and where a cell shows and holds different things."""
        last = layout.table["row_number"].max() if layout.table.height else layout.header_row
        rows = range(layout.header_row, int(str(last)) + 1)
        width = min(self.width, len(layout.header)) if layout.header else self.width
        return [
            *self._merged(rows, width),
            *self._hidden(layout.header_row),
            *self._formulas(rows),
            *self._shown_otherwise(rows),
        ]

    def _merged(self, rows: range, width: int) -> list[Fault]:
        faults = []
        for top, left, bottom, right in self.sheet.merged:
            if top <= rows[-1] and bottom >= rows[0] and left <= width:
                where = f"{_letters(left)}{top}:{_letters(right)}{bottom}"
                facts: dict[str, Fact] = {"kind": "merged", "cells_merged": where}
                row = max(top, rows[0])
                faults.append(Fault(rule="STR-008", row=row, column=left - 1, facts=facts))
        return faults

    def _hidden(self, header_row: int) -> list[Fault]:
        filled = self.sheet.rows
        faults = [
            Fault(rule="STR-008", row=row, facts={"kind": "hidden row"})
            for row in sorted(self.sheet.hidden_rows & filled.keys())
            if _shows(filled[row].values())
        ]
        hidden = {
            column
            for first, last in self.sheet.hidden_columns
            for column in range(first, min(last, self.width) + 1)
        }
        for column in sorted(hidden):
            if _shows(cells.get(column, "") for cells in filled.values()):
                facts: dict[str, Fact] = {"kind": "hidden column", "letter": _letters(column)}
                faults.append(Fault(rule="STR-008", row=header_row, column=column - 1, facts=facts))
        return faults

    def _formulas(self, rows: range) -> list[Fault]:
        faults, taken = [], []
        for (row, column), formula in sorted(self.sheet.formulas.items()):
            if row not in rows:
                continue
            if not formula.has_result:
                kind = "no result"
            elif _OTHER_WORKBOOK.search(formula.text):
                kind = "other workbook"
            else:
                taken.append(row)
                continue
            faults.append(Fault(rule="STR-009", row=row, column=column - 1, facts={"kind": kind}))
        if taken:
            numbers = tuple(dict.fromkeys(taken))
            facts: dict[str, Fact] = {"found": len(taken), "rows": numbers}
            faults.append(Fault(rule="STR-009", row=taken[0], facts=facts))
        return faults

    def _shown_otherwise(self, rows: range) -> list[Fault]:
        return [
            Fault(
                rule="STR-010",
                row=row,
                column=column - 1,
                value=self.sheet.rows[row][column],
                facts={"kind": kind, "stored": stored},
            )
            for (row, column), (kind, stored) in sorted(self.sheet.odd.items())
            if row in rows
        ]


def open_workbook(
    content: bytes, *, limits: Limits, known: Headings
) -> TheSheet | tuple[Fault, ...]:
    """Return the sheet that holds the return, or why there is none. Never raises for any bytes.

    Args:
        content: The bytes of the workbook.
        limits: What it may hold at most.
        known: The headings of each return there is, as plain names.
    """
    try:
        sheets = worksheets(unpack(content, limits=limits), limits=limits)
        chosen = _the_sheet(sheets, known)
        records, width = _records(chosen, limits=limits)
    except UnreadableError as refusal:
        return (Fault(rule=refusal.rule, row=refusal.row, facts=refusal.facts),)
    return TheSheet(
        sheet=chosen,
        records=records,
        width=width,
        has_formulas=any(one.formulas for one in sheets),
        named=sum(one.named for one in sheets),
    )


def _the_sheet(sheets: Sequence[Worksheet], known: Headings) -> Worksheet:
    filled = [one for one in sheets if any(_shows(cells.values()) for cells in one.rows.values())]
    visible = [one for one in filled if one.is_visible]
    with_table = [one for one in filled if _has_table(one, known)]
    tables = [one for one in with_table if one.is_visible]
    if not tables and with_table:
        raise UnreadableError("FIL-009", kind="hidden", sheets=_titles(with_table))
    own = [one for one in visible if one.title not in _OURS]
    if len(tables) > 1:
        raise UnreadableError("FIL-009", kind="several", sheets=_titles(tables))
    if not tables and len(own) > 1 and known:
        raise UnreadableError("FIL-009", kind="none", sheets=_titles(own))
    chosen = next(iter([*tables, *own, *visible]), None)
    if chosen is None:
        raise UnreadableError("FIL-001", bytes=0)
    return chosen


def _has_table(sheet: Worksheet, known: Headings) -> bool:
    rows = [sheet.rows[row] for row in sorted(sheet.rows)[:LOOKED_AT]]
    return any(match(tuple(cells.values()), known) for cells in rows)


def _records(sheet: Worksheet, *, limits: Limits) -> tuple[Records, int]:
    """Return the rows of a sheet as records, blank ones too, and how wide they all are.

    A sheet beyond the limits is refused before its blank cells are made.
    """
    filled = {row: cells for row, cells in sheet.rows.items() if _shows(cells.values())}
    if len(filled) - 1 > limits.rows:
        raise over("rows", limits.rows, len(filled) - 1)
    width, widest = max(
        (column, -row)
        for row, cells in filled.items()
        for column, text in cells.items()
        if text.strip(BLANK)
    )
    if width > limits.columns:
        raise over("columns", limits.columns, width, row=-widest)
    blank = Record(0, 0, ("",) * width, "")
    rows = [blank] * max(filled)
    for row, cells in filled.items():
        texts = tuple(cells.get(column, "") for column in range(1, width + 1))
        rows[row - 1] = Record(0, 0, texts, "")
    return Records(rows), width


def _shows(texts: Iterable[str]) -> bool:
    return any(text.strip(BLANK) for text in texts)


def _titles(sheets: Sequence[Worksheet]) -> tuple[str, ...]:
    return tuple(f"“{one.title}”" for one in sheets)


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
