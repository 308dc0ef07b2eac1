"""The safeguarding activity return: calls, supervision, caseloads, children seen, crimes."""

from __future__ import annotations

import datetime as dt

import pandera.polars as pa

from schemas.columns import Kind, ReturnRows, column, comment_column, item_column
from schemas.declaration import Observation, Parts, Return
from schemas.row_checks import OF_THE_ROW, change_follows, not_a_fraction, percentage_within_100


class SafeguardingActivity(ReturnRows):
    """One row is one measure, or one category of it, for the quarter or for one month of it."""

    measure: str = item_column(
        title="Measure",
        description="The measure, as the list of measures names it.",
        example="Children seen in the emergency department",
    )
    part_of: str = column(
        title="Part of",
        description=(
            "The measure of which this one is a part, or, in a row with a category, the category "
            "of which it is a part; empty where it is part of none."
        ),
        example="Current caseload",
        kind=Kind.TEXT,
        required=False,
    )
    category: str = column(
        title="Category",
        description="The category, such as an age group; empty for the measure as a whole.",
        example="16-17",
        kind=Kind.TEXT,
        key=True,
        required=False,
    )
    month: dt.date = column(
        title="Month",
        description="The month of a monthly figure, written 2018-07; empty for the whole quarter.",
        example="2018-07",
        kind=Kind.MONTH,
        key=True,
        required=False,
    )
    value: float = column(
        title="Value",
        description="The count, or the percentage where the measure is one.",
        example="2580",
        kind=Kind.NUMBER,
    )
    percent: float = column(
        title="Percent of the whole",
        description=(
            "The value as a percentage of what it is part of, if you show one. "
            "Write 24.42, not 24.42%."
        ),
        example="24.42",
        kind=Kind.PERCENTAGE,
        required=False,
    )
    value_year_before: float = column(
        title="Value a year before",
        description="The value of the same months a year before, if you show one.",
        example="291",
        kind=Kind.NUMBER,
        required=False,
    )
    change_percent: float = column(
        title="Change in per cent",
        description=(
            "The change since the year before in per cent, if you show one. "
            "Write 43 or -6, not 43%."
        ),
        example="43",
        kind=Kind.NUMBER,
        required=False,
        signed=True,
    )
    comment: str = comment_column()

    value_is_within_100 = percentage_within_100("value")
    change_is_what_the_figures_give = change_follows("change_percent", "value", "value_year_before")


class SafeguardingActivityQueries(pa.DataFrameModel):
    """What may be right and needs a word."""

    value_is_not_a_fraction = not_a_fraction("value", measured=OF_THE_ROW)


RETURN = Return(
    name="safeguarding_activity",
    title="Safeguarding activity",
    purpose="How much safeguarding work there is: calls, caseloads, children seen, crimes.",
    sent_by="All agencies",
    model=SafeguardingActivity,
    queries=SafeguardingActivityQueries,
    observation=Observation(
        item="measure",
        value="value",
        category="category",
        month="month",
        year_before="value_year_before",
    ),
    figures=(("value",),),
    parts=(Parts(part_of="part_of", figure="value", share="percent"),),
)
