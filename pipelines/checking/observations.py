"""What each row is an observation of, whatever its return's columns are called."""

from __future__ import annotations

import polars as pl

from schemas.columns import Kind
from schemas.declaration import Observation, Return
from schemas.row_checks import rate, unit_factor

TOTAL, ALL = "total", "all"


def observations(ret: Return, rows: pl.DataFrame) -> pl.DataFrame:
    """One row for each row of an observed return: ``row_number, item, breakdown, category, area,
    when, of, figure``.

    ``breakdown`` is ``total`` and ``category`` ``all`` for a measure as a whole; ``breakdown`` is
    null where the return names categories only. ``when`` is the month or period, null for the
    quarter. ``figure`` is the value as sent or, where there is none, the numerator over the
    denominator, or the numerator alone; ``of`` tells the last, ``count``, from the others,
    ``value``. A numerator over a denominator is in the unit of the row's measure where
    ``with_measures`` gave the rows one, and in per cent where not.
    """
    seen = ret.observation
    if seen is None:
        raise ValueError(f"{ret.name} observes nothing")
    breakdown, category = _category(seen)
    when = seen.month or seen.period
    return rows.select(
        "row_number",
        pl.col(seen.item).alias("item"),
        breakdown.alias("breakdown"),
        category.alias("category"),
        (pl.col(seen.area) if seen.area else pl.lit(None, dtype=pl.String)).alias("area"),
        (pl.col(when).cast(pl.String) if when else pl.lit(None, dtype=pl.String)).alias("when"),
        _of(seen).alias("of"),
        _figure(seen, in_units="measure_unit" in rows.columns).alias("figure"),
    )


def _category(seen: Observation) -> tuple[pl.Expr, pl.Expr]:
    if seen.category_columns:
        breakdown, category = pl.lit(TOTAL), pl.lit(ALL)
        for name in reversed(seen.category_columns):
            filled = pl.col(name).is_not_null()
            breakdown = pl.when(filled).then(pl.lit(name)).otherwise(breakdown)
            category = pl.when(filled).then(pl.col(name)).otherwise(category)
        return breakdown, category
    category = pl.col(seen.category).fill_null(ALL) if seen.category else pl.lit(ALL)
    if seen.breakdown:
        return pl.col(seen.breakdown).fill_null(TOTAL), category
    whole = category == ALL
    return pl.when(whole).then(pl.lit(TOTAL)).otherwise(pl.lit(None, dtype=pl.String)), category


def _figure(seen: Observation, *, in_units: bool) -> pl.Expr:
    ways: list[pl.Expr] = []
    if seen.value:
        ways.append(pl.col(seen.value).cast(pl.Float64))
    if seen.numerator and seen.denominator:
        factor = unit_factor() if in_units else pl.lit(100.0)
        ways.append(rate(seen.numerator, seen.denominator, factor=factor))
        if in_units:
            counted = pl.col("measure_unit") == "count"
            ways.append(pl.when(counted).then(pl.col(seen.numerator).cast(pl.Float64)))
    elif seen.numerator:
        ways.append(pl.col(seen.numerator).cast(pl.Float64))
    return pl.coalesce(ways)


def _of(seen: Observation) -> pl.Expr:
    if seen.value is None or seen.numerator is None or seen.denominator is not None:
        return pl.lit("value")
    return (
        pl.when(pl.col(seen.value).is_not_null()).then(pl.lit("value")).otherwise(pl.lit("count"))
    )


def counts(ret: Return) -> tuple[str, ...]:
    """The columns in which people or cases are counted."""
    return tuple(column.name for column in ret.columns if column.kind is Kind.PEOPLE)
