"""From records to a table: the heading, the rows under it, and each row that is not one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
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
from pipelines.reading.not_rows import below_the_table, ended_early, rows_in_cells
from pipelines.reading.outcome import Fact, Fault
from pipelines.reading.records import CONTROL, Records


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The heading, the table under it and what is not in it. Row numbers begin with 1."""

    faults: tuple[Fault, ...]
    header: tuple[str, ...]
    header_row: int
    table: pl.DataFrame
    blank_rows: tuple[int, ...]
    rows_found: int
    rows_under_heading: int


def lay_out(
    records: Records,
    *,
    known: Headings,
    most_columns: int,
    split: Callable[[str], Sequence[str]],
) -> Layout | None:
    """The layout of a file's records, None where every row is blank.

    A heading of more than ``most_columns`` gets an empty table: no row under it is looked at.
    ``split`` gives the cells of a line.
    """
    count = len(records.widths)
    first = _first_rows(records, count)
    heading = find_heading(first, known)
    if heading is None:
        return None
    header = first[heading]
    faults: list[Fault] = []
    titles = [i for i in range(heading) if not is_blank(first[i])]
    if titles:
        faults.append(_title_rows(first, titles, heading))

    if len(header) > most_columns:
        return Layout(
            faults=tuple(faults),
            header=header,
            header_row=heading + 1,
            table=pl.DataFrame({"row_number": pl.Series([], dtype=pl.Int32)}),
            blank_rows=(),
            rows_found=count - 1,
            rows_under_heading=count - 1 - heading,
        )

    sound = np.ones(count, dtype=bool)
    sound[list(records.faults)] = False
    sound[: heading + 1] = False
    blank = [i for i in range(heading) if is_blank(first[i])]

    own = _own_width(header)
    below = below_the_table(records, header[:own], np.flatnonzero(sound).tolist())
    if below is not None:
        faults.append(below)
        sound[[row - 1 for row in _rows_of(below)]] = False
    odd: list[int] = []
    regular = sound & (records.widths == len(header))
    shorter = sound & (records.widths == own) & ~regular
    shorter |= ended_early(records, header[:own], sound, heading=heading)
    for index in np.flatnonzero(sound & ~regular & ~shorter).tolist():
        (blank if is_blank(records.cells(index)) else odd).append(index)

    table = _table(records, np.flatnonzero(regular), len(header))
    if shorter.any():
        table = _with_shorter_rows(table, records, np.flatnonzero(shorter))
    table, blank_in_table = _without_blank_rows(table)
    blank.extend(blank_in_table)

    table, again, second = _without_headings(table, header, known)
    again += [i + 1 for i in odd if plain_names(records.cells(i)) == plain_names(header)]
    odd = [i for i in odd if i + 1 not in again]
    seconds = [second] if second is not None else []
    seconds += [i + 1 for i in odd if match(records.cells(i), known)]
    if seconds:
        end = min(seconds)
        cells = records.cells(end - 1)
        faults.append(
            Fault(rule="STR-006", row=end, facts={"kind": "second table", "cells": cells})
        )
        table = table.filter(pl.col("row_number") < end)
        odd, again = [i for i in odd if i + 1 < end], [row for row in again if row < end]
    faults.extend(_repeated(row, records.cells(row - 1)) for row in again)
    faults.extend(_ragged(i + 1, records.cells(i), header) for i in odd)

    in_table = (table["row_number"] - 1).to_list()
    faults.extend(rows_in_cells(records, in_table, width=own, split=split))

    header, table, dropped = _without_blank_columns(header, table)
    blank_rows = tuple(sorted(i + 1 for i in blank))
    faults.extend(_passed_over(dropped, blank_rows))
    return Layout(
        faults=tuple(faults),
        header=header,
        header_row=heading + 1,
        table=table,
        blank_rows=blank_rows,
        rows_found=count - 1,
        rows_under_heading=count - 1 - heading - sum(1 for i in blank if i > heading),
    )


def control_characters(records: Records) -> list[Fault]:
    """ENC-004 for each cell with a control or bidirectional character."""
    faults = []
    for index in records.with_control_characters():
        for column, cell in enumerate(records.cells(index)):
            found = tuple(dict.fromkeys(f"U+{ord(c):04X}" for c in CONTROL.findall(cell)))
            if found:
                faults.append(
                    Fault(
                        rule="ENC-004",
                        row=index + 1,
                        column=column,
                        value=cell,
                        facts={"characters": found},
                    )
                )
    return faults


def _first_rows(records: Records, count: int) -> list[tuple[str, ...]]:
    """The first rows that are not blank, and the blank ones between them."""
    rows: list[tuple[str, ...]] = []
    filled = 0
    for index in range(count):
        rows.append(records.cells(index))
        filled += not is_blank(rows[-1])
        if filled == LOOKED_AT:
            break
    return rows


def _own_width(header: Sequence[str]) -> int:
    """How many columns there are up to the last heading that is not blank."""
    return max((i + 1 for i, cell in enumerate(header) if cell.strip(BLANK)), default=0)


def _rows_of(fault: Fault) -> tuple[int, ...]:
    rows = fault.facts["rows"]
    return tuple(int(row) for row in rows) if isinstance(rows, tuple) else ()


def _table(records: Records, indexes: npt.NDArray[np.int64], width: int) -> pl.DataFrame:
    numbers = pl.Series("row_number", indexes.astype(np.int32) + 1)
    return records.frame(indexes, width).insert_column(0, numbers)


def _with_shorter_rows(
    table: pl.DataFrame, records: Records, indexes: npt.NDArray[np.int64]
) -> pl.DataFrame:
    """Return the table with the rows that end before its last column.

    A spreadsheet leaves trailing delimiters out of some rows and not of others.
    """
    every = [table]
    for width in np.unique(records.widths[indexes]).tolist():
        shorter = _table(records, indexes[records.widths[indexes] == width], width)
        missing = [pl.lit("").alias(name) for name in table.columns[width + 1 :]]
        every.append(shorter.with_columns(missing))
    return pl.concat(every).sort("row_number")


def _without_blank_rows(table: pl.DataFrame) -> tuple[pl.DataFrame, list[int]]:
    """The table without rows that show nothing, and their record indexes."""
    names = table.columns[1:]
    # Column after column, each only where all before it are blank: most files end at the first.
    shows_nothing = [cell for cell in table["c0"].unique().to_list() if not cell.strip(BLANK)]
    if not shows_nothing:
        return table, []
    blank = table.lazy().filter(pl.col("c0").is_in(shows_nothing))
    for name in names[1:]:
        blank = blank.filter(pl.col(name).str.strip_chars(BLANK) == "")
    numbers = blank.select("row_number").collect()["row_number"]
    if numbers.is_empty():
        return table, []
    kept = table.filter(~pl.col("row_number").is_in(numbers.implode()))
    return kept, [number - 1 for number in numbers.to_list()]


def _without_headings(
    table: pl.DataFrame, header: Sequence[str], known: Headings
) -> tuple[pl.DataFrame, list[int], int | None]:
    """The table without repeated headings, their rows, and the row of a second table's heading."""
    # A row whose first cell is no heading is looked at no further.
    names = {plain(header[0]), *plain_names(header).union(*known)}
    first = table["c0"]
    headings = [cell for cell in first.unique().to_list() if plain(cell) in names]
    if not headings:
        return table, [], None
    own = [plain(cell) for cell in header]
    again: list[int] = []
    second: int | None = None
    for number, *cells in table.filter(first.is_in(headings)).iter_rows():
        if [plain(cell) for cell in cells] == own:
            again.append(number)
        elif second is None and match(cells, known):
            second = number
    kept = table.filter(~pl.col("row_number").is_in(again)) if again else table
    return kept, again, second


def _without_blank_columns(
    header: tuple[str, ...], table: pl.DataFrame
) -> tuple[tuple[str, ...], pl.DataFrame, int]:
    """Header and table without the columns at the right that are blank from top to bottom."""
    width = len(header)
    while width > 1 and not header[width - 1].strip(BLANK):
        if (table[f"c{width - 1}"].str.strip_chars(BLANK) != "").any():
            break
        width -= 1
    if width == len(header):
        return header, table, 0
    return header[:width], table.select(table.columns[: width + 1]), len(header) - width


def _passed_over(columns: int, rows: tuple[int, ...]) -> list[Fault]:
    """STR-005: columns and rows that are blank."""
    faults = []
    if columns:
        faults.append(Fault(rule="STR-005", facts={"kind": "columns", "found": columns}))
    if rows:
        facts: dict[str, Fact] = {"kind": "rows", "found": len(rows), "rows": rows}
        faults.append(Fault(rule="STR-005", row=rows[0], facts=facts))
    return faults


def _title_rows(first: Sequence[tuple[str, ...]], titles: list[int], heading: int) -> Fault:
    return Fault(
        rule="STR-006",
        row=titles[0] + 1,
        value=next(cell for cell in first[titles[0]] if cell.strip(BLANK)),
        facts={
            "kind": "title rows",
            "heading_row": heading + 1,
            "rows": tuple(i + 1 for i in titles),
        },
    )


def _repeated(row: int, cells: tuple[str, ...]) -> Fault:
    return Fault(rule="STR-006", row=row, facts={"kind": "heading repeated", "cells": cells})


def _ragged(row: int, cells: tuple[str, ...], header: tuple[str, ...]) -> Fault:
    return Fault(
        rule="STR-001",
        row=row,
        facts={"expected": len(header), "found": len(cells), "cells": cells},
    )
