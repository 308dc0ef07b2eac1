"""Yearly indicators with areas to compare with: what the returns of such indicators share."""

from __future__ import annotations

from typing import Any

import pandera.polars as pa

from schemas.columns import Kind, ReturnRows, column, comment_column, item_column
from schemas.declaration import Observation
from schemas.row_checks import (
    OF_THE_ROW,
    enough_in_denominator,
    interval_in_order,
    not_a_fraction,
    part_within_whole,
    percentage_within_100,
    rate_follows,
    within_interval,
)


def period_column(*, example: str) -> Any:
    """Return the column that says of when a figure is."""
    return column(
        title="Period",
        description=(
            "Of when the figure is: 2016, 2016-17, 2014-16 for three years together, "
            "2018-19 Q1, 2018-03, or July 2015 to June 2016."
        ),
        example=example,
        kind=Kind.PERIOD,
        key=True,
    )


class Indicators(ReturnRows):
    """One row is one indicator, one area and one period."""

    indicator: str = item_column(
        title="Indicator",
        description="The indicator, as the list of measures names it.",
        example="Infant mortality",
    )
    area: str = column(
        title="Area",
        description="The place that the figure is of, as the list of areas names it.",
        example="Exampleshire",
        kind=Kind.CODE,
        key=True,
        code_list="area",
    )
    period: str = period_column(example="2014-16")
    numerator: int = column(
        title="Numerator",
        description="The events or people counted, a whole number, where it is known.",
        example="14582",
        kind=Kind.PEOPLE,
        required=False,
    )
    denominator: int = column(
        title="Denominator",
        description="The people or events they are counted over, a whole number, where known.",
        example="17590",
        kind=Kind.PEOPLE,
        required=False,
    )
    value: float = column(
        title="Value",
        description="The figure in the indicator's unit. Write 82.9, with no unit and no % sign.",
        example="82.9",
        kind=Kind.NUMBER,
        blank_allowed=True,
    )
    lower: float = column(
        title="Lower limit",
        description="The lower end of the 95 % confidence interval, where the source gives one.",
        example="82.3",
        kind=Kind.NUMBER,
        required=False,
    )
    upper: float = column(
        title="Upper limit",
        description="The upper end of the 95 % confidence interval, where the source gives one.",
        example="83.5",
        kind=Kind.NUMBER,
        required=False,
    )
    comment: str = comment_column()

    numerator_is_within_denominator = part_within_whole(
        "numerator", "denominator", measured=OF_THE_ROW
    )
    value_follows = rate_follows("value", "numerator", "denominator", measured=OF_THE_ROW)
    value_is_within_100 = percentage_within_100("value")
    limits_are_in_order = interval_in_order("lower", "upper")
    value_is_in_its_interval = within_interval("value", "lower", "upper")


class IndicatorQueries(pa.DataFrameModel):
    """What may be right and needs a word."""

    denominator_is_large_enough = enough_in_denominator("denominator", measured=OF_THE_ROW)
    value_is_not_a_fraction = not_a_fraction("value", measured=OF_THE_ROW)


OBSERVATION = Observation(
    item="indicator",
    area="area",
    period="period",
    numerator="numerator",
    denominator="denominator",
    value="value",
    lower="lower",
    upper="upper",
)
FIGURES = (("value",), ("numerator", "denominator"))
