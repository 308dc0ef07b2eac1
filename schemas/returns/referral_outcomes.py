"""The referral return: what came of the referrals an organisation made."""

from __future__ import annotations

import pandera.polars as pa

from schemas.columns import Kind, ReturnRows, column, comment_column, item_column
from schemas.declaration import Observation, Parts, Return
from schemas.row_checks import not_a_fraction


class ReferralOutcomes(ReturnRows):
    """One row is one outcome."""

    outcome: str = item_column(
        title="Outcome",
        description="What came of the referrals, as the list of measures names it.",
        example="Allocated for single assessment",
    )
    part_of: str = column(
        title="Part of",
        description="The outcome of which this one is a part; empty where it is part of none.",
        example="Assessment led by a social worker",
        kind=Kind.TEXT,
        required=False,
    )
    referrals: int = column(
        title="Referrals",
        description="Referrals with this outcome, a whole number.",
        example="143",
        kind=Kind.PEOPLE,
        blank_allowed=True,
        counts="referrals",
    )
    percent: float = column(
        title="Percent of referrals",
        description=(
            "Referrals with this outcome as a percentage of all referrals. Needed only where you "
            "do not have the number. Write 29.7, not 29.7% and not 0.297."
        ),
        example="29.7",
        kind=Kind.PERCENTAGE,
        required=False,
    )
    comment: str = comment_column()


class ReferralOutcomesQueries(pa.DataFrameModel):
    """What may be right and needs a word."""

    percent_is_not_a_fraction = not_a_fraction("percent")


RETURN = Return(
    name="referral_outcomes",
    title="Referral outcomes",
    purpose="What came of referrals to children's social care and early help.",
    sent_by="NHS trusts, the ambulance service and the Children's Trust",
    model=ReferralOutcomes,
    queries=ReferralOutcomesQueries,
    observation=Observation(item="outcome", numerator="referrals", value="percent"),
    figures=(("referrals",), ("percent",)),
    parts=(
        Parts(part_of="part_of", figure="percent", whole_is_100=True),
        Parts(part_of="part_of", figure="referrals"),
    ),
)
