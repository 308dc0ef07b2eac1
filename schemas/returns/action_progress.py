"""The return of plans: what was promised, by whom, by when, and whether it happened."""

from __future__ import annotations

from schemas.columns import Kind, ReturnRows, column, comment_column
from schemas.declaration import Return


class ActionProgress(ReturnRows):
    """One row is one action, recommendation or milestone of one plan."""

    plan: str = column(
        title="Plan",
        description="The plan that the action belongs to, as the list of plans names it.",
        example="cqc_review",
        kind=Kind.CODE,
        key=True,
        code_list="plan",
    )
    ref: str = column(
        title="Reference",
        description="The action's number in its plan; it stays the same from quarter to quarter.",
        example="4.2.3",
        kind=Kind.TEXT,
        key=True,
    )
    action: str = column(
        title="Action",
        description="What is to be done, in a few words.",
        example="Home support retendered",
        kind=Kind.TEXT,
    )
    lead: str = column(
        title="Lead",
        description="The body or role that leads. Name no person. Empty where there is none yet.",
        example="Prevention workstream",
        kind=Kind.TEXT,
        blank_allowed=True,
    )
    start: str = column(
        title="Start",
        description="When work on it starts; a date is best, words such as Spring 2019 are taken.",
        example="2018-06-01",
        kind=Kind.DEADLINE,
        required=False,
    )
    due: str = column(
        title="Due",
        description=(
            "When it is to be done; a date is best, words such as End Aug-18 are taken. "
            "Empty where no date is set."
        ),
        example="2018-10-31",
        kind=Kind.DEADLINE,
        blank_allowed=True,
    )
    rating: str = column(
        title="Rating",
        description=(
            "Blue (complete), Green, Amber or Red, as its owner rates it. Red needs a reason and a "
            "recovery date. Empty where it is not rated."
        ),
        example="Amber",
        kind=Kind.TEXT,
        blank_allowed=True,
    )
    progress: str = column(
        title="Progress",
        description="What has been done since last time; empty where there is no update.",
        example="The tender opened in October.",
        kind=Kind.TEXT,
        blank_allowed=True,
    )
    reason: str = column(
        title="Reason",
        description="Why the action is rated Red; needed for Red only.",
        example="The supplier withdrew.",
        kind=Kind.TEXT,
        required=False,
    )
    recovery_date: str = column(
        title="Recovery date",
        description="The date by which a Red action is back on course; needed for Red only.",
        example="2019-03-31",
        kind=Kind.DEADLINE,
        required=False,
    )
    comment: str = comment_column()


RETURN = Return(
    name="action_progress",
    title="Action progress",
    purpose="The actions, recommendations and milestones of each plan, and how far they are.",
    sent_by="The leads of plans",
    model=ActionProgress,
    carried_forward=("plan", "ref", "action", "lead", "start", "due", "rating"),
    finished=("rating", "Blue"),
)
