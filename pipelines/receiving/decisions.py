"""What people decide about what was received: explain, withdraw, excuse, extend, reopen.

The command, the pages for partners and Dagster call these and nothing else, so that one decision
is taken, worded and refused in one way wherever it is made.
"""

from __future__ import annotations

import datetime as dt
import re

from pipelines.checking.engine.wording import rules
from pipelines.obligations.standing import Decided, Known
from pipelines.record.model import Details, Event, EventKind, Obligation, Submission
from pipelines.record.store import Record
from schemas.finding import Severity
from schemas.reference import Reference

# EXP-002: words that say that somebody looked and not what was seen.
_EMPTY = """
ok okay yes yep fine good correct right true confirmed checked verified reviewed noted agreed done
known see above as before it its it's is was are the this that figure figures number numbers value
values data all been has have we i and accurate no none nothing n/a na change changes error issue
issues same sent reported stands
"""
_SAYS_NOTHING = frozenset(_EMPTY.split())
_FEWEST_WORDS = 3


class DecisionError(Exception):
    """A decision that cannot be taken; the message is a plain sentence."""


def explain(
    record: Record,
    *,
    submission_id: str,
    finding_number: int,
    by_whom: str,
    text: str,
    at: dt.datetime,
) -> Event:
    """Answer query ``finding_number`` (the first finding is 1): why an odd figure is right.

    Returns the event once it is on disk. The newest answer to a query counts. Raises
    ``DecisionError`` if there is no such query, or where the answer says nothing (EXP-002).
    """
    submission = _submission(record, submission_id)
    findings = record.findings(submission.submission_id)
    queries = [n for n, one in enumerate(findings, start=1) if one.severity is Severity.QUERY]
    if finding_number not in queries:
        known = ", ".join(map(str, queries)) or "none"
        raise DecisionError(f"That submission has no query {finding_number}. It has: {known}.")
    if submission.submission_id in record.withdrawn():
        raise DecisionError("That submission is withdrawn; there is nothing to answer any more.")
    if says_nothing(text):
        words = rules()["EXP-002"].wordings[""]
        raise DecisionError(f"{words.message} {words.hint}")
    return record.add_event(
        EventKind.EXPLANATION,
        at=at,
        by_whom=_role(by_whom),
        reason=text.strip(),
        details=Details(submission_id=submission.submission_id, finding_number=finding_number),
    )


def says_nothing(text: str) -> bool:
    """Whether an answer leaves the reader where they were: too short, or "checked and correct"."""
    words = re.findall(r"[^\W_]+(?:['’/][^\W_]+)*", text.casefold())
    telling = [word for word in words if word.replace("’", "'") not in _SAYS_NOTHING]
    return len(words) < _FEWEST_WORDS or not telling


def withdraw(
    record: Record, *, submission_id: str, by_whom: str, reason: str, at: dt.datetime
) -> Event:
    """Withdraw a submission; the accepted one before it, if any, counts again.

    Returns the event once it is on disk; the same one if it is asked for again. Raises
    ``DecisionError`` if there is no such submission, or it was withdrawn by somebody else or for
    another reason.
    """
    submission = _submission(record, submission_id)
    for event in record.events_about([submission.submission_id], EventKind.WITHDRAWAL):
        if (event.by_whom, event.reason) != (_role(by_whom), _reason(reason)):
            raise DecisionError("That submission is withdrawn already.")
        return event
    return record.add_event(
        EventKind.WITHDRAWAL,
        at=at,
        by_whom=_role(by_whom),
        reason=_reason(reason),
        details=Details(submission_id=submission.submission_id),
    )


def excuse(
    record: Record,
    reference: Reference,
    obligation: Obligation,
    *,
    by_whom: str,
    reason: str,
    at: dt.datetime,
) -> Event:
    """Excuse an organisation from a return, and return the event once it is on disk.

    Raises:
        DecisionError: The organisation does not owe the return.
    """
    return _about_an_obligation(
        record, reference, EventKind.EXCUSED, obligation, by_whom=by_whom, reason=reason, at=at
    )


def extend(
    record: Record,
    reference: Reference,
    obligation: Obligation,
    *,
    until: dt.date,
    by_whom: str,
    reason: str,
    at: dt.datetime,
) -> Event:
    """Extend an obligation to the end of a day, and return the event once it is on disk.

    Raises:
        DecisionError: The organisation does not owe the return, or ``until`` is not after the day
            on which it is due anyhow.
    """
    if reference.calendar(obligation.return_name) is not None and until <= (
        due := Known.of(record).due_on(obligation, reference, Decided.by(()))
    ):
        raise DecisionError(
            f"That is no later than it is due anyhow ({due:%-d %B %Y}). Give a later day."
        )
    return _about_an_obligation(
        record, reference, EventKind.EXTENDED, obligation, by_whom=by_whom, reason=reason, at=at,
        extended_to=until,
    )  # fmt: skip


def reopen(
    record: Record,
    reference: Reference,
    obligation: Obligation,
    *,
    by_whom: str,
    reason: str,
    at: dt.datetime,
) -> Event:
    """Take an excuse back, and return the event once it is on disk; twice, the same one.

    Raises:
        DecisionError: The organisation is not excused.
    """
    decided = record.events_about([obligation], EventKind.EXCUSED, EventKind.REOPENED)
    last = decided[-1] if decided else None
    asked = (EventKind.REOPENED, _role(by_whom), _reason(reason))
    if last is not None and (last.kind, last.by_whom, last.reason) == asked:
        return last
    if last is None or last.kind is EventKind.REOPENED:
        raise DecisionError(
            f"{obligation.organisation} is not excused from {obligation.return_name} for "
            f"{obligation.quarter.label}; it is owed."
        )
    return _about_an_obligation(
        record, reference, EventKind.REOPENED, obligation, by_whom=by_whom, reason=reason, at=at
    )


def _about_an_obligation(
    record: Record,
    reference: Reference,
    kind: EventKind,
    obligation: Obligation,
    *,
    by_whom: str,
    reason: str,
    at: dt.datetime,
    extended_to: dt.date | None = None,
) -> Event:
    organisation, return_name = obligation.organisation, obligation.return_name
    quarter = obligation.quarter
    if not reference.owes(organisation, return_name, quarter):
        raise DecisionError(f"{organisation} does not owe {return_name} for {quarter.label}.")
    return record.add_event(
        kind,
        at=at,
        by_whom=_role(by_whom),
        reason=_reason(reason),
        details=Details(
            organisation=organisation,
            return_name=return_name,
            quarter=quarter,
            extended_to=extended_to,
        ),
    )


def _submission(record: Record, reference: str) -> Submission:
    submission = record.submission(reference.strip())
    if submission is None:
        raise DecisionError(f"The record has no submission “{reference.strip()[:60]}”.")
    return submission


def _role(by_whom: str) -> str:
    if not by_whom.strip():
        raise DecisionError("Say who decides this: your role, such as data lead.")
    return by_whom.strip()


def _reason(reason: str) -> str:
    if not reason.strip():
        raise DecisionError("Say why, in a sentence.")
    return reason.strip()
