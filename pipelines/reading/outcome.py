"""What reading a file gives: the limits it is held to, the faults found, the table of cells.

Plain values, with no words for people in them: the words are made from a fault's facts elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

Fact = str | int | tuple[str, ...] | tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a file may hold at most; beyond any of them it is refused (FIL-003)."""

    bytes: int = 10_000_000
    rows: int = 50_000
    columns: int = 200
    cell_characters: int = 32_767  # the most that a cell of Excel holds
    # Of a workbook: its cells, empty ones with a format too, its parts, and what they unpack to.
    cells: int = 1_000_000
    members: int = 1_000
    unpacked_bytes: int = 150_000_000


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing wrong with, or noted about, a file: a fact, not a sentence.

    ``row`` is the row that a spreadsheet shows, None where the whole file is meant. ``column`` is
    the cell's index from 0, None where the whole row is meant. ``value`` is the cell as sent.
    ``facts`` are the named values a message is made from; docs/reading.md
    lists them for each rule.
    """

    rule: str
    row: int | None = None
    column: int | None = None
    value: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ReadFile:
    """A file as read.

    ``header`` is the heading row as sent (after decoding), without trailing columns that are
    blank from top to bottom; ``header_row`` the row it stands in (0 where none was found).
    ``table`` has the columns ``row_number`` (Int32) and ``c0`` to ``cn`` (String, never null,
    nothing trimmed), one row for each row that could be read; None where no row may be used.
    ``rows_found`` counts every row but the heading: those in the table, plus
    ``rows_passed_over`` (blank), plus ``rows_not_read`` (each with a fault).
    ``encoding`` is ``utf-8``, ``utf-16-le``, ``utf-16-be``, ``windows-1252``, ``cp850`` or empty.
    ``sheet`` is the title of the sheet, of a workbook.
    """

    faults: tuple[Fault, ...]
    header: tuple[str, ...] | None = None
    header_row: int = 0
    table: pl.DataFrame | None = None
    rows_found: int = 0
    rows_passed_over: int = 0
    rows_not_read: int = 0
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
