"""The return of risks: what may go wrong, how likely it is, how much it matters, what is done."""

from __future__ import annotations

from schemas.columns import Kind, ReturnRows, column, comment_column
from schemas.declaration import Return


class Risks(ReturnRows):
    """One row is one risk of one report."""

    report: str = column(
        title="Report",
        description="The report, plan or programme that the risk belongs to.",
        example="Domestic abuse prevention strategy",
        kind=Kind.TEXT,
        key=True,
    )
    ref: str = column(
        title="Reference",
        description="The risk's number in its report; it stays the same from quarter to quarter.",
        example="R1",
        kind=Kind.TEXT,
        key=True,
    )
    risk: str = column(
        title="Risk",
        description="What may go wrong, in a few words.",
        example="Partners do not sign up consistently",
        kind=Kind.TEXT,
    )
    owner: str = column(
        title="Owner",
        description="The body or role that owns the risk. Name no person. Empty where none does.",
        example="Violence against Women and Children Steering Group",
        kind=Kind.TEXT,
        blank_allowed=True,
    )
    likelihood: str = column(
        title="Likelihood",
        description="Low, Medium or High; empty where it was not scored.",
        example="High",
        kind=Kind.CODE,
        code_list="risk_level",
        blank_allowed=True,
    )
    impact: str = column(
        title="Impact",
        description="Low, Medium or High; empty where it was not scored.",
        example="High",
        kind=Kind.CODE,
        code_list="risk_level",
        blank_allowed=True,
    )
    mitigation: str = column(
        title="Mitigation",
        description="What is done about it.",
        example="Meetings with each partner",
        kind=Kind.TEXT,
        blank_allowed=True,
    )
    comment: str = comment_column()


RETURN = Return(
    name="risks",
    title="Risks",
    purpose="The risks that each report names, and how they move.",
    sent_by="The leads of reports",
    model=Risks,
    carried_forward=("report", "ref", "risk", "owner", "likelihood", "impact", "mitigation"),
)
