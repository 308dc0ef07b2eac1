"""The return of commentary: what stands behind the figures, and what the board is asked to do."""

from __future__ import annotations

import datetime as dt

from schemas.columns import Kind, ReturnRows, column, comment_column
from schemas.declaration import Return


class Commentary(ReturnRows):
    """One row is one piece of commentary, or one thing that the board is asked to do."""

    subject: str = column(
        title="Subject",
        description=(
            "What it is about: the code of a measure, the code of a plan, or board for the board "
            "as a whole."
        ),
        example="M02",
        kind=Kind.CODE,
        key=True,
        code_list="subject",
    )
    kind: str = column(
        title="Kind",
        description=(
            "commentary for what stands behind the figures; ask for what the board is asked to do."
        ),
        example="commentary",
        kind=Kind.CODE,
        key=True,
        code_list="commentary_kind",
    )
    text: str = column(
        title="Text",
        description=(
            "The words that are published, two or three sentences. Name no person, and give no "
            "count of people that is so small that they could be known."
        ),
        example="Two trusts moved their training to a new system in May.",
        kind=Kind.TEXT,
        key=True,
        sensitive=True,
    )
    role: str = column(
        title="Role",
        description="The body or role that says it. Name no person.",
        example="Safeguarding team",
        kind=Kind.TEXT,
    )
    written_on: dt.date = column(
        title="Written on",
        description="The day on which it was written, as 2018-10-14.",
        example="2018-10-14",
        kind=Kind.DATE,
    )
    comment: str = comment_column()


RETURN = Return(
    name="commentary",
    title="Commentary",
    purpose="What stands behind the figures, in words, and what the board is asked to do.",
    sent_by="Officers and the leads of measures and plans",
    model=Commentary,
)
