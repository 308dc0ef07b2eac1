"""The youth justice return: re-offending, first-time entrants, custody, with comparators."""

from __future__ import annotations

from schemas.columns import item_column
from schemas.declaration import Return
from schemas.indicators import (
    FIGURES,
    OBSERVATION,
    IndicatorQueries,
    Indicators,
    period_column,
)


class YouthJustice(Indicators):
    """One row is one indicator, one area and one period."""

    indicator: str = item_column(
        title="Indicator",
        description="The indicator, as the list of measures names it.",
        example="Young offenders who re-offended",
    )
    period: str = period_column(example="July 2015 to June 2016")


RETURN = Return(
    name="youth_justice",
    title="Youth justice",
    purpose=(
        "Re-offending, first-time entrants and custody of young people, beside the region and "
        "England."
    ),
    sent_by="The Youth Offending Service",
    model=YouthJustice,
    queries=IndicatorQueries,
    observation=OBSERVATION,
    figures=FIGURES,
)
