"""The training return: how many of the staff who need a course have it."""

from __future__ import annotations

import pandera.polars as pa

from schemas.columns import Kind, ReturnRows, column, comment_column, item_column
from schemas.declaration import Observation, Parts, Return
from schemas.row_checks import (
    enough_in_denominator,
    not_a_fraction,
    part_within_whole,
    rate_follows,
)


class TrainingCompliance(ReturnRows):
    """One row is one course and one group of staff."""

    course: str = item_column(
        title="Course",
        description="The course, as the list of measures names it.",
        example="Safeguarding children level 2",
    )
    staff_group: str = column(
        title="Staff group",
        description="The staff who need the course; empty for all staff.",
        example="clinical staff",
        kind=Kind.TEXT,
        key=True,
        blank_allowed=True,
    )
    eligible: int = column(
        title="Eligible",
        description="The staff who need the course on the quarter's last day, a whole number.",
        example="3879",
        kind=Kind.PEOPLE,
        blank_allowed=True,
        counts="eligible staff",
    )
    trained: int = column(
        title="Trained",
        description="Those of them whose training is in date, a whole number.",
        example="3452",
        kind=Kind.PEOPLE,
        blank_allowed=True,
        counts="trained staff",
    )
    percent: float = column(
        title="Percent trained",
        description=(
            "Trained as a percentage of eligible. Needed only where you do not have the two "
            "numbers. Write 89.0, not 89.0% and not 0.89."
        ),
        example="89.0",
        kind=Kind.PERCENTAGE,
        required=False,
    )
    comment: str = comment_column()

    trained_is_within_eligible = part_within_whole("trained", "eligible")
    percent_follows = rate_follows("percent", "trained", "eligible")


class TrainingComplianceQueries(pa.DataFrameModel):
    """What may be right and needs a word."""

    eligible_is_large_enough = enough_in_denominator("eligible")
    percent_is_not_a_fraction = not_a_fraction("percent")


RETURN = Return(
    name="training_compliance",
    title="Training compliance",
    purpose="Whether the staff who need safeguarding training have it, course by course.",
    sent_by="NHS trusts, Change Grow Live and the safeguarding boards",
    model=TrainingCompliance,
    queries=TrainingComplianceQueries,
    observation=Observation(
        item="course",
        category_columns=("staff_group",),
        numerator="trained",
        denominator="eligible",
        value="percent",
    ),
    figures=(("percent",), ("trained", "eligible")),
    parts=(Parts(part_of=None, figure="eligible"), Parts(part_of=None, figure="trained")),
)
