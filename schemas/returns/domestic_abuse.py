"""The domestic abuse return: the eight measures of the strategy's three themes."""

from __future__ import annotations

import pandera.polars as pa

from schemas.columns import Kind, ReturnRows, column, comment_column, item_column
from schemas.declaration import Observation, Parts, Return
from schemas.row_checks import (
    OF_THE_ROW,
    enough_in_denominator,
    not_a_fraction,
    part_within_whole,
    percentage_within_100,
    rate_follows,
)


class DomesticAbuse(ReturnRows):
    """One row is one measure, or one category of it."""

    measure: str = item_column(
        title="Measure",
        description="The measure's id, as the list of measures has it.",
        example="M03",
    )
    breakdown: str = column(
        title="Breakdown",
        description="What the measure is broken down by; empty for the measure as a whole.",
        example="source",
        kind=Kind.TEXT,
        key=True,
        blank_allowed=True,
    )
    category: str = column(
        title="Category",
        description="The category of the breakdown; empty for the measure as a whole.",
        example="GP practice",
        kind=Kind.TEXT,
        key=True,
        blank_allowed=True,
    )
    numerator: int = column(
        title="Numerator",
        description="The people or cases counted, a whole number. Empty for a plain count.",
        example="412",
        kind=Kind.PEOPLE,
        blank_allowed=True,
        sensitive=True,
    )
    denominator: int = column(
        title="Denominator",
        description="All of whom the numerator is a part, a whole number. Empty for a plain count.",
        example="1260",
        kind=Kind.PEOPLE,
        blank_allowed=True,
    )
    value: float = column(
        title="Value",
        description=(
            "The count, or the percentage where you have no numerator and denominator. "
            "Write 32.7, not 32.7% and not 0.327."
        ),
        example="32.7",
        kind=Kind.NUMBER,
        blank_allowed=True,
        sensitive=True,
    )
    comment: str = comment_column()

    numerator_is_within_denominator = part_within_whole(
        "numerator", "denominator", measured=OF_THE_ROW
    )
    value_follows = rate_follows("value", "numerator", "denominator", measured=OF_THE_ROW)
    value_is_within_100 = percentage_within_100("value")


class DomesticAbuseQueries(pa.DataFrameModel):
    """What may be right and needs a word."""

    denominator_is_large_enough = enough_in_denominator("denominator", measured=OF_THE_ROW)
    value_is_not_a_fraction = not_a_fraction("value", measured=OF_THE_ROW)


RETURN = Return(
    name="domestic_abuse",
    title="Domestic abuse",
    purpose=(
        "The measures of the domestic abuse strategy: changing attitudes and behaviours, early "
        "identification and early help, safety and support."
    ),
    sent_by="The council, the police, Women's Aid, the Children's Trust and NHS trusts",
    model=DomesticAbuse,
    queries=DomesticAbuseQueries,
    observation=Observation(
        item="measure",
        breakdown="breakdown",
        category="category",
        numerator="numerator",
        denominator="denominator",
        value="value",
    ),
    figures=(("value",), ("numerator", "denominator")),
    parts=(Parts(part_of=None, figure="value"),),
)
