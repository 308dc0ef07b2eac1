"""The records of a file: what the layout is worked out from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.reading.scanner import Record

# Control characters but tab, line feed and carriage return; and those that turn the direction of
# text (Unicode Standard Annex 9), with which one can be shown something else than what is stored.
# NUL has a rule of its own.
CONTROL = re.compile(
    "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


class Records:
    """Records by index from 0; the row a spreadsheet shows is the index plus 1.

    ``widths`` says how many cells each has, ``faults`` which of them have a quotation mark out of
    place, ``line_ends`` how many each kind of line end closes.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        """Hold the records, in the order of the file."""
        self._records = list(records)
        self.widths = np.array([len(one.cells) for one in self._records], dtype=np.int64)
        self.faults = {i: one.fault for i, one in enumerate(self._records) if one.fault is not None}
        self.line_ends = Counter(one.line_end for one in self._records if one.line_end)

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        """Yield the cells of each record."""
        return (one.cells for one in self._records)

    def cells(self, index: int) -> tuple[str, ...]:
        """Return the cells of one record."""
        return self._records[index].cells

    def frame(self, indexes: npt.NDArray[np.int64], width: int) -> pl.DataFrame:
        """Return the records named, all of that width, as String columns ``c0`` to ``cn``."""
        rows = [self._records[index].cells for index in indexes.tolist()]
        columns: Iterable[tuple[str, ...]] = zip(*rows, strict=True) if rows else ((),) * width
        return pl.DataFrame([pl.Series(f"c{i}", c, dtype=pl.String) for i, c in enumerate(columns)])

    def with_control_characters(self) -> list[int]:
        """Return the indexes of the records in which CONTROL matches."""
        return self._with_cell(lambda cell: CONTROL.search(cell) is not None)

    def with_cells_beyond(self, characters: int) -> list[int]:
        """Return the indexes of the records that have a longer cell."""
        return self._with_cell(lambda cell: len(cell) > characters)

    def beyond_ascii(self) -> list[int]:
        """Return the indexes of the records with a character that is not ASCII."""
        return self._with_cell(lambda cell: not cell.isascii())

    def _with_cell(self, is_it: Callable[[str], bool]) -> list[int]:
        return [i for i, one in enumerate(self._records) if any(map(is_it, one.cells))]
