"""Cells in a place that is not theirs: a month of another quarter, a period among categories."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipelines.checking.engine.observations import ALL
from pipelines.checking.engine.violations import Violations
from pipelines.checking.rules.dates import read_month, read_period
from pipelines.checking.rules.numbers import Judgement
from pipelines.checking.rules.rows import Rows
from schemas.quarter import Quarter


def rules_of_placement(rows: Rows) -> Iterator[Violations]:
    """Yield the violations of every rule of this module."""
    seen = rows.views[0].ret.observation if rows.views else None
    if seen is None:
        return
    if rows.quarter is not None and seen.month in rows.sheet.positions:
        yield _months_of_other_quarters(rows, seen.month or "", rows.quarter)
    column = seen.category or next(iter(seen.category_columns), None)
    if column in rows.sheet.positions:
        listed = [
            measure.item
            for measure in rows.reference.measures_of(rows.ret.name)
            if rows.reference.categories_of(measure.measure)
        ]
        # Where the list of measures has the categories, one that it has not is a fault anyhow.
        named = rows.observed.filter((pl.col("category") != ALL) & ~pl.col("item").is_in(listed))
        periods = [text for text in named["category"].unique().to_list() if _is_period(text)]
        is_period = pl.col("category").is_in(periods)
        yield _periods_among_categories(
            named.filter(is_period), column or "", seen.month or seen.period
        )
        yield from _undeclared(rows, named.filter(~is_period), seen.breakdown or column or "")


def _months_of_other_quarters(rows: Rows, column: str, quarter: Quarter) -> Violations:
    """Return PER-001, a query: months before the quarter of the return, all in one."""
    earlier = rows.rows.filter(pl.col(column) < quarter.start).select(
        "row_number", value=pl.col(column).dt.strftime("%Y-%m")
    )
    return Violations(
        rule="PER-001",
        variant="month",
        column=column,
        rows=earlier,
        facts={"quarter": quarter.label},
        whole=earlier["value"].n_unique() == 1,
    )


def _periods_among_categories(
    found: pl.DataFrame, column: str, period_column: str | None
) -> Violations:
    """Return COD-001: a month, quarter, year or day where a category should stand."""
    return Violations(
        rule="COD-001",
        variant="period_to_move" if period_column else "period",
        column=column,
        rows=found.select("row_number", value="category").unique(maintain_order=True),
        facts={"period_column": period_column or ""},
    )


def _undeclared(rows: Rows, named: pl.DataFrame, column: str) -> Iterator[Violations]:
    """Yield COD-001, a query: parts of small numbers, of which the board's tables say nothing.

    Nothing is hidden to protect them, so that one of them can stop what would be published.
    """
    thresholds = {one.small_number_rule: one.threshold for one in rows.reference.small_number_rules}
    for measure in rows.reference.measures_of(rows.ret.name):
        if thresholds.get(measure.small_number_rule):
            found = named.filter(pl.col("item") == measure.item)
            yield Violations(
                rule="COD-001",
                variant="undeclared",
                column=column,
                rows=found.select("row_number").unique(maintain_order=True),
                facts={"item": measure.item},
                whole=True,
            )


def _is_period(text: str) -> bool:
    return not isinstance(read_month(text), Judgement) or not isinstance(
        read_period(text), Judgement
    )
