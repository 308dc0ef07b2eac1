"""A year to date against the months that make it up, which stand in several returns (ROW-004)."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipelines.checking.engine.context import Context
from pipelines.checking.engine.observations import ALL, observations
from pipelines.checking.engine.violations import Violations
from pipelines.checking.rules.rows import Rows
from schemas.declaration import Return
from schemas.quarter import Quarter

# The breakdown by which the list of categories ties a year to date to the measure that it sums.
YEAR_TO_DATE = "year to date"
_MONTHS_OF_A_QUARTER = 3


def years_to_date(rows: Rows, *, context: Context) -> Iterator[Violations]:
    """Yield ROW-004, a query: a year to date is not the sum of its months.

    They are in this return and in those of the year before it. The same holds of the figures of
    the year before. If a month of the year is missing or no number, nothing is asked.
    """
    seen = rows.ret.observation
    if rows.organisation is None or rows.quarter is None or seen is None or seen.month is None:
        return
    sums = _what_sums_what(rows)
    if not sums:
        return
    year = _year_so_far(rows, rows.organisation, rows.quarter, context=context)
    for column in (seen.value, seen.year_before):
        if column is None or column not in rows.sheet.positions:
            continue
        whole = _of(rows.ret, rows.rows, column).filter(pl.col("when").is_null())
        off = [
            {"row_number": row["row_number"], "sum": made, "whole": row["figure"], "of": part}
            for row in whole.filter(pl.col("item").is_in(list(sums))).iter_rows(named=True)
            for part in [sums[row["item"]]]
            if (made := _sum_of(year, part, column, rows.ret, rows.quarter)) is not None
            and abs(made - row["figure"]) > _SLACK
        ]
        if off:
            yield Violations(
                rule="ROW-004",
                variant="year" if column == seen.value else "year_before",
                column=column,
                rows=pl.DataFrame(off).with_columns(pl.col("row_number").cast(pl.Int32)),
                facts={"months": str(_MONTHS_OF_A_QUARTER * rows.quarter.number)},
            )


_SLACK = 1e-6  # counts are whole; this is what binary fractions cannot hold


def _what_sums_what(rows: Rows) -> dict[str, str]:
    """Return the item that each year to date of this return sums, by its own item."""
    measures = rows.reference.measures_of(rows.ret.name)
    return {
        measure.item: tied[0].category
        for measure in measures
        if (tied := rows.reference.categories_of(measure.measure, breakdown=YEAR_TO_DATE))
    }


def _year_so_far(
    rows: Rows, organisation: str, quarter: Quarter, *, context: Context
) -> pl.DataFrame:
    """Return the rows of this return, and the accepted ones of its year before it."""
    before = context.accepted_before(organisation, rows.ret.name, quarter, most=quarter.number - 1)
    frames = [frame for _, frame in before][::-1]
    return pl.concat([*frames, rows.rows.select(pl.exclude("^measure_(form|unit)$"))],
                     how="diagonal_relaxed")  # fmt: skip


def _of(ret: Return, rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return the measures as a whole with ``figure`` from that column, where it is filled."""
    return (
        observations(ret, rows)
        .drop("figure")
        .with_columns(rows[column].cast(pl.Float64).alias("figure"))
        .filter((pl.col("category") == ALL) & pl.col("figure").is_not_null())
    )


def _sum_of(
    year: pl.DataFrame, item: str, column: str, ret: Return, quarter: Quarter
) -> float | None:
    """Return the sum of the months of ``item``; None unless each is there once."""
    months = _of(ret, year, column).filter(
        (pl.col("item") == item)
        & pl.col("when").str.to_date().is_between(Quarter(quarter.start_year, 1).start, quarter.end)
    )
    due = _MONTHS_OF_A_QUARTER * quarter.number
    if months.height != due or months["when"].n_unique() != due:
        return None
    return float(months["figure"].sum())
