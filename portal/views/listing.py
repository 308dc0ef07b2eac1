"""Submissions as a page lists them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.obligations.standing import open_queries
from pipelines.record.model import Submission
from portal.state import the_portal
from portal.words import words


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One submission in a list. ``state`` is its outcome, or what became of it later."""

    submission: Submission
    title: str
    quarter: str | None
    state: str
    href: str


def listed(submissions: Iterable[Submission]) -> list[Listed]:
    """Return the submissions with what became of each."""
    withdrawn = the_portal().record.withdrawn()
    current = the_portal().record.current()
    return [
        Listed(
            submission=one,
            title=title_of(one),
            quarter=one.quarter.label if one.quarter else None,
            state=state_of(one, withdrawn=withdrawn, current=current.values()),
            href=f"/submissions/{one.submission_id}",
        )
        for one in submissions
    ]


def title_of(submission: Submission) -> str:
    """Return the title of the return that it is, or words for a file that is none."""
    calendar = the_portal().reference.calendar(submission.return_name or "")
    return calendar.title if calendar else str(words()["submission"]["unknown_return"])


def state_of(
    submission: Submission, *, withdrawn: Iterable[str], current: Iterable[Submission]
) -> str:
    """Return the outcome, or what became of it since.

    That is ``withdrawn``, ``superseded`` where a later one took its place, or ``accepted,
    answered`` where every query has its answer.
    """
    if submission.submission_id in withdrawn:
        return "withdrawn"
    if submission.is_accepted and submission not in current:
        return "superseded"
    if submission.is_accepted and submission.queries:
        portal = the_portal()
        still_open = open_queries(portal.record, submission, portal.reference)
        return submission.outcome if still_open else "accepted, answered"
    return submission.outcome
