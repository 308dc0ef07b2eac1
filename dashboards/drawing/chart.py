"""A chart: one set of rows from which its picture, table, file and words all come."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any

from dashboards import downloads
from dashboards.data import provenance
from dashboards.data.rows import Measure
from dashboards.story import words

Scalar = str | float | None

PROVENANCE = "provenance"


def of_measure(measure: Measure) -> Callable[[float | None], str]:
    """Return what writes a figure of a measure."""
    return partial(words.shown_figure, measure)


def in_words(section: str) -> Callable[[str], str]:
    """Return what writes a code in the words that a section has for it."""
    return partial(words.word, section)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell: what a file holds (``value``) and what a page shows (``text``)."""

    value: Scalar
    text: str


@dataclass(frozen=True)
class Column:
    """One column of a table, and how its cells are made of a row.

    ``at`` is the attribute of a row that it shows (``item.name``), or what gives it; by default the
    attribute ``key``. ``written`` writes a value for a page. ``charted`` columns are drawn: every
    value of them is in the picture. An ``optional`` one stays away where no row has a value.
    """

    key: str
    heading: str = ""
    written: Callable[[Any], str] = str
    at: str | Callable[[Any], Scalar | Cell] = ""
    charted: bool = False
    optional: bool = False

    def cell(self, row: Any) -> Cell:
        """Return the cell of a row; a dash where there is no value."""
        value = self.at(row) if callable(self.at) else attrgetter(self.at or self.key)(row)
        if isinstance(value, Cell):
            return value
        is_empty = value is None or value == ""
        return Cell(value=value, text=words.DASH if is_empty else self.written(value))


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under named columns; the first column names the row."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @classmethod
    def of(cls, caption: str, rows: Iterable[Any], columns: Sequence[Column]) -> Table:
        """Make a table of rows, each an object that the columns know how to read."""
        every = list(rows)
        used = [
            column
            for column in columns
            if not column.optional or any(column.cell(row).value is not None for row in every)
        ]
        return cls(
            caption=caption,
            columns=tuple(used),
            rows=tuple(tuple(column.cell(row) for column in used) for row in every),
        )

    def is_number(self, column: int) -> bool:
        """Return whether the column (counted from 0) holds numbers and nothing else."""
        values = [row[column].value for row in self.rows if row[column].value is not None]
        return bool(values) and not any(isinstance(value, str) for value in values)

    @property
    def provenance(self) -> provenance.Share:
        """Whether all, some or none of the rows with a figure are illustrative."""
        found = [n for n, column in enumerate(self.columns) if column.key == PROVENANCE]
        return provenance.share(
            provenance.is_illustrative(str(row[place].value))
            for place in found
            for row in self.rows
            if row[place].value
        )

    def csv(self) -> bytes:
        """Return the table as a file: values as they are, safe to open in a spreadsheet."""
        return downloads.csv_bytes(
            [column.key for column in self.columns],
            ([cell.value for cell in row] for row in self.rows),
        )


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart with all that it owes its readers.

    ``figure`` is Plotly's JSON (``data`` and ``layout`` without the template); ``width`` and
    ``height`` are CSS pixels. ``heading`` is the finding above it. ``newest_last`` is whether the
    newest figure stands at the right end, which a narrow screen shows first.
    """

    chart_id: str
    heading: str
    alt: str
    caption: str
    table: Table
    figure: Mapping[str, Any]
    width: int
    height: int
    newest_last: bool = False

    @property
    def values_sha256(self) -> str:
        """Names the values that picture, table and file share."""
        return hashlib.sha256(self.table.csv()).hexdigest()
