"""What each record under the heading is: a row, a note below the table, a row inside a cell.

Only what can be nothing else is told apart; everything else is a row, or a broken one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt

from pipelines.reading.headings import BLANK, is_blank, plain
from pipelines.reading.outcome import Fact, Fault
from pipelines.reading.records import Records

# Excel leaves the blank cells at the end of a row out by blocks of so many rows of the sheet
# (StataCorp's FAQ on files that Excel wrote).
_BLOCK = 16
_FREE_TEXT = plain("comment")
_MOST_OF_A_NOTE = 2  # filled cells
_LEAST_COLUMNS = 4  # of a table under which a note can be told from a row
_LINES_LOOKED_AT = 200
_BREAK = re.compile(r"[\r\n]")
_TOTALS = frozenset(map(plain, ("total", "totals", "grand total", "sum", "overall")))


def ended_early(
    records: Records, header: Sequence[str], sound: npt.NDArray[np.bool_], *, heading: int
) -> npt.NDArray[np.bool_]:
    """Return which sound records lack only blank cells at their end.

    Excel left them out: all of a block of the sheet end at one column, and one of them has
    something there. The last column must be the comment's: a record that lost a comma before it
    has its comment, or nothing at its end, in a column too early. ``heading`` is the index of the
    heading, whose block is as wide as itself.
    """
    short = sound & (records.widths < len(header)) & (records.widths > 1)
    if plain(header[-1]) != _FREE_TEXT or not short.any():
        return np.zeros(len(sound), dtype=bool)
    found = np.zeros(len(sound), dtype=bool)
    indexes = np.flatnonzero(short).tolist()
    for block, members in groupby(indexes, key=lambda index: index // _BLOCK):
        every = list(members)
        if block <= heading // _BLOCK:
            continue
        in_block = np.flatnonzero(sound[block * _BLOCK : (block + 1) * _BLOCK]) + block * _BLOCK
        filled = [records.cells(index)[-1].strip(BLANK) != "" for index in every]
        found[every] = len(set(records.widths[in_block].tolist())) == 1 and any(filled)
    return found


def below_the_table(
    records: Records, header: Sequence[str], candidates: Sequence[int]
) -> Fault | None:
    """Return STR-006 for the notes and totals that stand below the last row; None if none do.

    Args:
        records: The file's records.
        header: The heading.
        candidates: The indexes of all records under the heading, in order, blank ones too.
    """
    width = sum(1 for cell in header if cell.strip(BLANK))
    if width < _LEAST_COLUMNS:
        return None
    found: list[int] = []
    for index in reversed(candidates):
        cells = records.cells(index)
        if is_blank(cells):
            continue
        if not (_is_note(cells) or _is_total(cells)):
            break
        found.append(index)
    if not found or len(found) == sum(not is_blank(records.cells(i)) for i in candidates):
        return None
    rows = tuple(index + 1 for index in reversed(found))
    first = records.cells(rows[0] - 1)
    kind = "total below" if _is_total(first) else "notes below"
    value = next(cell for cell in first if cell.strip(BLANK))
    where = f"row {rows[0]}" if len(rows) == 1 else f"rows {rows[0]} to {rows[-1]}"
    facts: dict[str, Fact] = {"kind": kind, "rows": rows, "where": where}
    return Fault(rule="STR-006", row=rows[0], value=value, facts=facts)


def _is_note(cells: Sequence[str]) -> bool:
    """Whether only the first cells hold something: words, as under a table."""
    filled = [at for at, cell in enumerate(cells) if cell.strip(BLANK)]
    return (
        len(filled) <= _MOST_OF_A_NOTE
        and filled == list(range(len(filled)))
        and (" " in cells[0].strip(BLANK) or len(filled) == 1 == len(cells))
    )


def _is_total(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip(BLANK)]
    return bool(filled) and plain(filled[0]) in _TOTALS


def rows_in_cells(
    records: Records,
    indexes: Sequence[int],
    *,
    width: int,
    split: Callable[[str], Sequence[str]],
) -> list[Fault]:
    """Return STR-003 for each cell that holds whole rows of the table.

    A line of such a cell begins as other rows do, and has as many cells as a row, or one less or
    more: a quotation mark that was opened by mistake ends in that line.

    Args:
        records: The file's records.
        indexes: The records that are rows.
        width: How many cells a row has.
        split: Gives the cells of a line.
    """
    with_lines = [i for i in indexes if any(map(_BREAK.search, records.cells(i)))]
    if not with_lines:
        return []
    starts = {records.cells(index)[0].strip(BLANK) for index in indexes} - {""}
    faults = []
    for index in with_lines:
        for column, cell in enumerate(records.cells(index)):
            lines = map(split, cell.splitlines()[1:_LINES_LOOKED_AT])
            inside = [
                line
                for line in lines
                if line and line[0].strip(BLANK) in starts and abs(len(line) - width) <= 1
            ]
            if inside and width >= _LEAST_COLUMNS:
                faults.append(
                    Fault(
                        rule="STR-003",
                        row=index + 1,
                        column=column,
                        facts={"kind": "row in a cell", "lost": len(inside)},
                    )
                )
    return faults
