"""Figures against what the list of measures says of them: NUM-008, ROW-007."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipelines.checking.engine.figures import figure_of
from pipelines.checking.engine.violations import Violations
from pipelines.checking.rules.rows import Rows
from schemas.reference_rows import Measure


def rules_of_measures(rows: Rows, *, wrong: pl.Series) -> Iterator[Violations]:
    """Yield the violations of every rule of this module, measure by measure.

    ``wrong`` are the rows whose figure cannot be right anyhow, or is asked about already.
    """
    told = [one for one in rows.reference.measures_of(rows.ret.name) if _says_something(one)]
    for view in rows.views if told else ():
        found = view.observed.filter(pl.col("of") == "value")
        for measure in told:
            of_measure = found.filter(pl.col("item") == measure.item)
            likely = of_measure.filter(~pl.col("row_number").is_in(wrong.implode()))
            yield from _implausible(view, likely, measure)
            yield from _without_interval(view, of_measure, measure)


def _says_something(measure: Measure) -> bool:
    limits = (measure.plausible_min, measure.plausible_max)
    return measure.interval_expected or limits != (None, None)


def _implausible(view: Rows, found: pl.DataFrame, measure: Measure) -> Iterator[Violations]:
    """Yield NUM-008: a figure outside the measure's plausible range."""
    ways = {"measure_below": measure.plausible_min, "measure_above": measure.plausible_max}
    written, figure = figure_of(measure, counted=False), pl.col("figure")
    for variant, limit in ways.items():
        if limit is None:
            continue
        beyond = figure < limit if variant == "measure_below" else figure > limit
        yield Violations(
            rule="NUM-008",
            variant=variant,
            column=_column(view),
            rows=found.filter(beyond).select("row_number"),
            facts={
                "item": measure.item,
                "limit": written.figure(limit, decimals=written.decimals),
            },
        )


def _without_interval(view: Rows, found: pl.DataFrame, measure: Measure) -> Iterator[Violations]:
    """Yield ROW-007: a figure without its interval, where the measure's figures have one."""
    seen = view.ret.observation
    if not measure.interval_expected or seen is None or not (seen.lower and seen.upper):
        return
    stated = found.filter(pl.col("figure").is_not_null())["row_number"]
    left = view.rows.filter(pl.col("row_number").is_in(stated.implode()))
    for limit in (seen.lower, seen.upper):
        blank = pl.col(limit).is_null()
        yield Violations(
            rule="ROW-007",
            column=limit,
            rows=left.filter(blank).select("row_number"),
            facts={"item": measure.item},
        )
        left = left.filter(~blank)


def _column(view: Rows) -> str | None:
    """Return the column in which figures of the view stand in the file: value or numerator."""
    seen = view.ret.observation
    names = () if seen is None else (seen.value, seen.numerator)
    return next((name for name in names if name in view.sheet.positions), None)
