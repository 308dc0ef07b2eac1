"""The figures that a return must hold, for the template and the check of what is missing alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from schemas.declaration import Return
from schemas.quarter import Quarter
from schemas.reference import Reference


@dataclass(frozen=True, kw_only=True)
class ExpectedFigure:
    """One figure that is due; ``month`` is its first day, None for a figure of the quarter."""

    item: str
    breakdown: str
    category: str
    area: str | None
    month: dt.date | None


def expected_figures(
    ret: Return, *, organisation: str, quarter: Quarter, reference: Reference
) -> Iterator[ExpectedFigure]:
    """Yield what the organisation's return for the quarter must hold, in the order of the board's.

    A monthly measure is due for each month, where the return has a column for it.
    """
    items = {measure.measure: measure for measure in reference.measures}
    by_month = any(view.observation and view.observation.month for view in ret.views)
    for row in reference.expected_rows(organisation, ret.name, quarter):
        measure = items[row.measure]
        monthly = by_month and measure.frequency == "monthly"
        for month in quarter.months if monthly else (None,):
            yield ExpectedFigure(
                item=measure.item, breakdown=row.breakdown, category=row.category, area=row.area,
                month=month,
            )  # fmt: skip
