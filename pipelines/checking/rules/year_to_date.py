"""A year to date against the months that make it up, which stand in several returns (ROW-004)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from pipelines.checking.engine.context import Context
from pipelines.checking.engine.observations import ALL, observations, stating
from pipelines.checking.engine.violations import Violations
from pipelines.checking.rules.rows import Rows
from schemas.declaration import Return, with_every_column
from schemas.quarter import Quarter

# The breakdown by which the list of categories ties a year to date to the measure that it sums.
YEAR_TO_DATE = "year to date"
_MONTHS_OF_A_QUARTER = 3


def years_to_date(rows: Rows, *, context: Context) -> Iterator[Violations]:
    """Yield ROW-004, a query: a year to date is not the sum of its months.

    They are in this return and in those of the year before it, in a wide table in another column.
    The same holds of the figures of the year before. If a month of the year is missing or no
    number, nothing is asked.
    """
    if rows.organisation is None or rows.quarter is None:
        return
    sums = _what_sums_what(rows)
    views = [one for one in rows.views if one.ret.observation and one.ret.observation.month]
    if not sums or not views:
        return
    year = _year_so_far(rows, rows.organisation, rows.quarter, context=context)
    for view in views:
        for variant in ("year", "year_before"):
            column = _column(view.ret, variant)
            if column is None or column not in rows.sheet.positions:
                continue
            whole = _of(view.ret, view.rows, column).filter(pl.col("when").is_null())
            off = [
                {"row_number": row["row_number"], "sum": made, "whole": row["figure"], "of": part}
                for row in whole.filter(pl.col("item").is_in(list(sums))).iter_rows(named=True)
                for part in [sums[row["item"]]]
                if (
                    made := _sum_of(
                        year, part, row["area"], variant=variant, views=views, quarter=rows.quarter
                    )
                )
                is not None
                and abs(made - row["figure"]) > _SLACK
            ]
            if off:
                yield Violations(
                    rule="ROW-004",
                    variant=variant,
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
    rows = stating(with_every_column(rows, ret).lazy(), ret).collect()
    return (
        observations(ret, rows)
        .drop("figure")
        .with_columns(rows[column].cast(pl.Float64).alias("figure"))
        .filter((pl.col("category") == ALL) & pl.col("figure").is_not_null())
    )


def _column(view: Return, variant: str) -> str | None:
    """Return the column of a view's counts, of this year or of the year before."""
    seen = view.observation
    if seen is None or variant == "year_before":
        return seen.year_before if seen else None
    return seen.value or (seen.numerator if seen.denominator is None else None)


def _sum_of(
    year: pl.DataFrame,
    item: str,
    area: str | None,
    *,
    variant: str,
    views: Sequence[Rows],
    quarter: Quarter,
) -> float | None:
    """Return the sum of the months of ``item`` in an area; None unless each is there once."""
    stating = (one.ret for one in views if one.ret.observation and one.ret.observation.of == item)
    view = next(stating, views[0].ret)  # of a long table it is the one view that there is
    column = _column(view, variant)
    if column is None or column not in year.columns:
        return None
    months = _of(view, year, column).filter(
        (pl.col("item") == item)
        & pl.col("area").eq_missing(area)
        & pl.col("when").str.to_date().is_between(Quarter(quarter.start_year, 1).start, quarter.end)
    )
    due = _MONTHS_OF_A_QUARTER * quarter.number
    if months.height != due or months["when"].n_unique() != due:
        return None
    return float(months["figure"].sum())
