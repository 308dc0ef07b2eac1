"""The records of a file, however they were found: what the layout is worked out from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.reading.scanner import QuoteFault, Record

# Control characters but tab, line feed and carriage return; and those that turn the direction of
# text (Unicode Standard Annex 9), with which one can be shown something else than what is stored.
# NUL has a rule of its own.
CONTROL = re.compile(
    "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


class Records(Protocol):
    """Records by index from 0; the row a spreadsheet shows is the index plus 1."""

    @property
    def widths(self) -> npt.NDArray[np.int64]:
        """How many cells each record has."""
        ...

    @property
    def faults(self) -> Mapping[int, QuoteFault]:
        """The quotation marks out of place, by record."""
        ...

    @property
    def line_ends(self) -> Mapping[str, int]:
        """How many records each kind of line end closes."""
        ...

    def cells(self, index: int) -> tuple[str, ...]:
        """The cells of one record."""
        ...

    def frame(self, indexes: npt.NDArray[np.int64], width: int) -> pl.DataFrame:
        """The records named, all of that width, as String columns ``c0`` to ``cn``."""
        ...

    def with_control_characters(self) -> Sequence[int]:
        """The indexes of the records in which CONTROL may match: none is left out."""
        ...

    def with_cells_beyond(self, characters: int) -> Sequence[int]:
        """The indexes of the records that may have a longer cell: none is left out."""
        ...

    def beyond_ascii(self) -> Sequence[int]:
        """The indexes of the records with a character that is not ASCII."""
        ...


class ScannedRecords:
    """Records found by the exact scanner."""

    def __init__(self, records: list[Record]) -> None:
        self._records = records
        self.widths = np.fromiter((len(r.cells) for r in records), np.int64, len(records))
        self.faults = {i: r.fault for i, r in enumerate(records) if r.fault is not None}
        self.line_ends = Counter(r.line_end for r in records if r.line_end)

    def cells(self, index: int) -> tuple[str, ...]:
        return self._records[index].cells

    def frame(self, indexes: npt.NDArray[np.int64], width: int) -> pl.DataFrame:
        return frame_of_rows([self._records[index].cells for index in indexes.tolist()], width)

    def with_control_characters(self) -> Sequence[int]:
        return [
            i for i, r in enumerate(self._records) if any(CONTROL.search(cell) for cell in r.cells)
        ]

    def with_cells_beyond(self, characters: int) -> Sequence[int]:
        return [
            i
            for i, r in enumerate(self._records)
            if any(len(cell) > characters for cell in r.cells)
        ]

    def beyond_ascii(self) -> Sequence[int]:
        return [i for i, r in enumerate(self._records) if not all(map(str.isascii, r.cells))]


def frame_of_rows(rows: Sequence[tuple[str, ...]], width: int) -> pl.DataFrame:
    """Rows of cells, each of that width, as String columns ``c0`` to ``cn``."""
    columns: Iterable[tuple[str, ...]] = zip(*rows, strict=True) if rows else ((),) * width
    return pl.DataFrame([pl.Series(f"c{i}", c, dtype=pl.String) for i, c in enumerate(columns)])
