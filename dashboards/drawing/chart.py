"""A chart: one set of rows from which its picture, table, file and words all come."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboards import downloads

Scalar = str | float | None


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell: what a file holds (``value``) and what a page shows (``text``)."""

    value: Scalar
    text: str


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column. ``charted`` columns are drawn: every value of them is in the picture."""

    key: str
    heading: str
    charted: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under named columns; the first column names the row."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def is_number(self, column: int) -> bool:
        """Whether the column (counted from 0) holds numbers and nothing else."""
        values = [row[column].value for row in self.rows if row[column].value is not None]
        return bool(values) and not any(isinstance(value, str) for value in values)

    def csv(self) -> bytes:
        """The table as a file: values as they are, safe to open in a spreadsheet."""
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
    illustrative: bool
    newest_last: bool = False

    @property
    def values_sha256(self) -> str:
        """Names the values that picture, table and file share."""
        return hashlib.sha256(self.table.csv()).hexdigest()
