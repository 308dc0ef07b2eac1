"""A file that was recognised as a return: its headings, its cells as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from schemas.declaration import Return


def letter(position: int) -> str:
    """Return the letter that a spreadsheet shows over a column: 0 gives A, 26 gives AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The rows of a return as text.

    ``table`` is the reader's table: ``row_number``, then ``c0`` to ``cn``. ``positions`` says
    where each declared column stands; a column that the file does not have is not in it.
    ``header`` holds the headings as sent.
    """

    ret: Return
    header: tuple[str, ...]
    header_row: int
    positions: Mapping[str, int]
    table: pl.DataFrame

    def text(self, column: str) -> pl.Series:
        """Return the cells of a declared column as sent; all empty if the file does not have it."""
        position = self.positions.get(column)
        if position is None:
            return pl.Series(column, [""], dtype=pl.String).new_from_index(0, self.table.height)
        return self.table[f"c{position}"].alias(column)
