"""Which queries of the record's submissions are answered.

By an answer of their own, or by one to an earlier submission that still counts because the value
did not change.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.checking.rules.answers import Answer, bound, still_holds
from pipelines.record.model import Event, EventKind, Obligation, Submission
from pipelines.record.store import Record
from schemas.declaration import Return
from schemas.finding import Finding, Severity
from schemas.quarter import Quarter
from schemas.reference import Reference


@dataclass(frozen=True, kw_only=True)
class Explained:
    """A query and its answer.

    ``at`` is when both were there: the later of the answer and the submission. ``carried`` tells an
    answer that was given to an earlier submission.
    """

    text: str
    by_whom: str
    at: dt.datetime
    carried: bool


class SenderAnswers:
    """The answers of the organisations that a sender sends for, and of no other.

    It answers ``pipelines.checking.rules.answers.Answers``.

    Args:
        record: The record.
        reference: The board's tables.
        organisations: Whom the sender sends for; None for any organisation.
        as_of: Give the answers as they stood at that moment (aware); None for now.
    """

    def __init__(
        self,
        record: Record,
        reference: Reference,
        *,
        organisations: frozenset[str] | None,
        as_of: dt.datetime | None = None,
    ) -> None:
        """Answer for these organisations."""
        self._record = record
        self._reference = reference
        self._organisations = organisations
        self._as_of = as_of

    def of(self, organisation: str, return_name: str, quarter: Quarter) -> Sequence[Answer]:
        """Return the answers to queries of the figures in use, those that are still about them."""
        if self._organisations is not None and organisation not in self._organisations:
            return ()
        obligation = Obligation(organisation, return_name, quarter)
        chain = self._record.accepted_of(obligation, as_of=self._as_of)
        events = _answers(self._record, chain, as_of=self._as_of)
        return _walk(self._record, self._reference, chain, events)[1] if events else ()


def explained(
    record: Record, submission: Submission, reference: Reference
) -> Mapping[int, Explained]:
    """Return the queries of a submission that are answered, by the finding's number (from 1)."""
    if submission.queries == 0:
        return {}
    chain = [submission]
    if submission.obligation is not None:
        accepted = record.accepted_of(submission.obligation)
        chain[:0] = [one for one in accepted if one.submission_id < submission.submission_id]
    events = _answers(record, chain)
    if not events:
        return {}
    return _walk(record, reference, chain, events)[0].get(submission.submission_id, {})


def explained_in_all(
    record: Record, submissions: Iterable[Submission], reference: Reference
) -> Mapping[str, Mapping[int, Explained]]:
    """``explained`` of each of these submissions, by submission and finding number."""
    answered = {
        one.obligation
        for event in record.events(EventKind.EXPLANATION)
        if (one := record.submission(event.details.submission_id or "")) is not None
    }
    return {
        one.submission_id: explained(record, one, reference)
        for one in submissions
        if one.queries and one.obligation in answered
    }


def _answers(
    record: Record, submissions: Sequence[Submission], *, as_of: dt.datetime | None = None
) -> dict[str, dict[int, Event]]:
    """Return the newest answer to each query, by submission and finding number."""
    found: dict[str, dict[int, Event]] = defaultdict(dict)
    ids = (one.submission_id for one in submissions)
    for event in record.events_about(ids, EventKind.EXPLANATION):
        about, number = event.details.submission_id, event.details.finding_number
        if about is not None and number is not None and (as_of is None or event.at <= as_of):
            found[about][number] = event
    return found


def _walk(
    record: Record,
    reference: Reference,
    chain: Sequence[Submission],
    events: Mapping[str, Mapping[int, Event]],
) -> tuple[dict[str, Mapping[int, Explained]], list[Answer]]:
    """From the first submission of an obligation to the last.

    What is answered in each, and the answers that are left at the end.
    """
    answered: dict[str, Mapping[int, Explained]] = {}
    live: dict[object, Answer] = {}
    for submission in chain:
        own = events.get(submission.submission_id, {})
        ret = reference.declared(submission.return_name)
        if ret is None or not (live or own):
            continue
        if not submission.is_accepted:  # it has no rows that an answer could be carried over by
            answered[submission.submission_id] = {n: _own(event) for n, event in own.items()}
            continue
        rows = pl.read_parquet(record.rows_file(submission.submission_id))
        findings = record.findings(submission.submission_id)
        live = {
            question: answer
            for question, answer in live.items()
            if still_holds(answer.bound, findings, rows, ret)
        }
        live |= _given(own, findings, rows, ret)
        answered[submission.submission_id] = _matched(
            submission, own, live, findings=findings, rows=rows, ret=ret
        )
    return answered, list(live.values())


def _given(
    own: Mapping[int, Event], findings: Sequence[Finding], rows: pl.DataFrame, ret: Return
) -> dict[object, Answer]:
    found: dict[object, Answer] = {}
    for number, event in own.items():
        about = bound(findings[number - 1], rows, ret)
        found[about.question] = Answer(
            bound=about, text=event.reason, by_whom=event.by_whom, at=event.at
        )
    return found


def _matched(
    submission: Submission,
    own: Mapping[int, Event],
    live: Mapping[object, Answer],
    *,
    findings: Sequence[Finding],
    rows: pl.DataFrame,
    ret: Return,
) -> dict[int, Explained]:
    matched: dict[int, Explained] = {}
    for number, finding in enumerate(findings, start=1):
        if finding.severity is not Severity.QUERY:
            continue
        given = own.get(number)
        answer = None if given else live.get(bound(finding, rows, ret).question)
        if given is not None:
            matched[number] = _own(given)
        elif answer is not None:
            at = max(answer.at, submission.received_at)
            matched[number] = Explained(
                text=answer.text, by_whom=answer.by_whom, at=at, carried=True
            )
    return matched


def _own(event: Event) -> Explained:
    return Explained(text=event.reason, by_whom=event.by_whom, at=event.at, carried=False)
