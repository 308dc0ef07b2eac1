"""A quarter against its three months, where one return states all four (ROW-004)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import polars as pl

from pipelines.checking.engine.observations import observations, stating
from pipelines.checking.engine.violations import Violations
from pipelines.checking.rules.rows import Rows
from schemas.declaration import with_every_column
from schemas.period import Period, PeriodKind
from schemas.quarter import Quarter

_SLACK = 1e-6  # counts are whole; this is what binary fractions cannot hold
_MONTHS = 3


def quarters_of_months(rows: Rows) -> Iterator[Violations]:
    """Yield ROW-004, a query: a count of a quarter is not the sum of its months.

    Nothing is asked where a month is missing, nor of what is not added up over time.
    """
    flows = {
        measure.item
        for measure in rows.reference.measures_of(rows.ret.name)
        if measure.unit == "count" and measure.kind == "flow"
    }
    for view in rows.views:
        seen = view.ret.observation
        if seen is None or not (seen.month or seen.period):
            continue
        stated = (name for name in (seen.value, seen.count) if name in rows.sheet.positions)
        column = next(stated, None)
        months: dict[object, dict[Quarter, dict[str, float]]] = defaultdict(
            lambda: defaultdict(dict)
        )
        quarters = []
        for of, period, number, figure in _counts(view, rows.quarter):
            if of[0] not in flows:
                continue
            if period.kind is PeriodKind.MONTH:
                months[of][period.quarter][period.key] = figure
            elif period.kind is PeriodKind.QUARTER:
                quarters.append((of, period.quarter, number, figure))
        off = [
            {"row_number": number, "sum": sum(parts.values()), "whole": figure,
             "quarter": quarter.label}
            for of, quarter, number, figure in quarters
            for parts in [months[of][quarter]]
            if len(parts) == _MONTHS and abs(sum(parts.values()) - figure) > _SLACK
        ]  # fmt: skip
        if off:
            yield Violations(
                rule="ROW-004",
                variant="quarter",
                column=column,
                rows=pl.DataFrame(off).with_columns(pl.col("row_number").cast(pl.Int32)),
            )


def _counts(
    view: Rows, quarter: Quarter | None
) -> Iterator[tuple[tuple[str, ...], Period, int, float]]:
    """Yield what each count is of, its period, its row and the count."""
    seen = view.ret.observation
    if seen is None:
        return
    sent = stating(with_every_column(view.rows, view.ret).lazy(), view.ret).collect()
    days = (
        (pl.col(seen.month), pl.col(seen.month).dt.month_end())
        if seen.month
        else (pl.col(f"{seen.period}_start"), pl.col(f"{seen.period}_end"))
    )
    counted = observations(view.ret, sent).with_columns(sent.select(first=days[0], last=days[1]))
    for row in counted.filter(pl.col("figure").is_not_null()).iter_rows(named=True):
        if row["first"] is not None:
            period = Period.of(row["first"], row["last"])
        elif quarter is not None:
            period = Period.of_quarter(quarter)
        else:
            continue
        of = tuple(row[name] or "" for name in ("item", "breakdown", "category", "area"))
        yield of, period, row["row_number"], row["figure"]
