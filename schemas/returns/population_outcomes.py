"""The population outcomes return: indicators of health with their comparators."""

from __future__ import annotations

from schemas.declaration import Return
from schemas.indicators import FIGURES, OBSERVATION, IndicatorQueries, Indicators

RETURN = Return(
    name="population_outcomes",
    title="Population outcomes",
    purpose=(
        "Indicators of the population's health, beside England, the region, the core cities and "
        "the nearest neighbours."
    ),
    sent_by="Public health",
    model=Indicators,
    queries=IndicatorQueries,
    observation=OBSERVATION,
    figures=FIGURES,
)
