"""What is owed, and what became of it: the chase list, with "not received" as a row of its own."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from pipelines.explanations import explained
from pipelines.record.model import Event, EventKind, Obligation, Submission
from pipelines.record.store import Record
from schemas.quarter import Quarter
from schemas.reference import Reference

LONDON = ZoneInfo("Europe/London")


class State(StrEnum):
    """Where an obligation stands, from the reader's side."""

    NOT_DUE = "not due"
    OVERDUE = "overdue"
    REFUSED = "refused"
    NEEDS_CORRECTION = "needs correction"
    ACCEPTED_WITH_QUERIES = "accepted with queries"
    ACCEPTED = "accepted"
    EXCUSED = "excused"
    NIL = "nil"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One obligation and how it stands.

    ``current`` is the submission whose figures are used, ``latest`` the newest of any outcome.
    ``days_late`` counts from the due day to the first accepted submission, or to the day asked
    about while there is none; None where it is excused or not due yet.
    """

    obligation: Obligation
    due_on: dt.date
    state: State
    days_late: int | None
    current: Submission | None
    latest: Submission | None
    corrections: int
    open_queries: int

    @property
    def last_correction_failed(self) -> bool:
        """Whether a newer file was not accepted while an older one stays in use."""
        return (
            self.current is not None
            and self.latest is not None
            and not self.latest.is_accepted
            and self.latest.submission_id > self.current.submission_id
        )


def standings(
    record: Record, reference: Reference, quarter: Quarter, *, on: dt.date
) -> list[Standing]:
    """How every obligation of the quarter stands on the day ``on`` (a day in London).

    Ordered by organisation and return. One that is not owed but was sent is there too.
    """
    return standings_of(record, reference, [quarter], on=on)


def standings_of_all(record: Record, reference: Reference, *, on: dt.date) -> list[Standing]:
    """How every obligation of every quarter with a submission stands, oldest quarter first."""
    quarters = {one.quarter for one in record.submissions() if one.quarter}
    return standings_of(record, reference, sorted(quarters), on=on)


def standings_of(
    record: Record, reference: Reference, quarters: Sequence[Quarter], *, on: dt.date
) -> list[Standing]:
    """How every obligation of these quarters stands, quarter by quarter, from one look."""
    submissions: dict[Obligation, list[Submission]] = defaultdict(list)
    for submission in record.submissions():
        if submission.obligation:
            submissions[submission.obligation].append(submission)
    sent: dict[Quarter, set[Obligation]] = defaultdict(set)
    for obligation in submissions:
        sent[obligation.quarter].add(obligation)
    withdrawn = record.withdrawn()
    excused, extended = _decisions(record)
    found = []
    for quarter in quarters:
        owed = {
            Obligation(row.organisation, row.return_name, quarter)
            for row in reference.obligations(quarter)
        }
        for obligation in sorted(owed | sent[quarter]):
            calendar = reference.calendar(obligation.return_name)
            if calendar is None:
                continue
            found.append(
                _standing(
                    obligation,
                    submissions.get(obligation, []),
                    record=record,
                    withdrawn=withdrawn,
                    due_on=max(calendar.due_on(quarter), extended.get(obligation, dt.date.min)),
                    is_excused=obligation in excused,
                    on=on,
                )
            )
    return found


def open_queries(record: Record, submission: Submission) -> int:
    """How many queries of the submission nobody has explained yet."""
    if submission.queries == 0:
        return 0
    answered = explained(record, submission)
    findings = record.findings(submission.submission_id)
    return sum(
        finding["severity"] == "query" and number not in answered
        for number, finding in enumerate(findings, start=1)
    )


def _standing(
    obligation: Obligation,
    submissions: list[Submission],
    *,
    record: Record,
    withdrawn: dict[str, dt.datetime],
    due_on: dt.date,
    is_excused: bool,
    on: dt.date,
) -> Standing:
    remaining = [one for one in submissions if one.submission_id not in withdrawn]
    accepted = [one for one in remaining if one.is_accepted]
    current = accepted[-1] if accepted else None
    latest = remaining[-1] if remaining else None
    if current is not None:
        first_day = accepted[0].received_at.astimezone(LONDON).date()
        state = State.NIL if current.nil else State(current.outcome)
        days_late: int | None = max((first_day - due_on).days, 0)
    elif is_excused:
        state, days_late = State.EXCUSED, None
    elif latest is not None:
        state, days_late = State(latest.outcome), max((on - due_on).days, 0)
    elif on > due_on:
        state, days_late = State.OVERDUE, (on - due_on).days
    else:
        state, days_late = State.NOT_DUE, None
    return Standing(
        obligation=obligation,
        due_on=due_on,
        state=state,
        days_late=days_late,
        current=current,
        latest=latest,
        corrections=max(len(accepted) - 1, 0),
        open_queries=open_queries(record, current) if current else 0,
    )


_KINDS = (EventKind.EXCUSED, EventKind.EXTENDED, EventKind.REOPENED)


def _decisions(record: Record) -> tuple[set[Obligation], dict[Obligation, dt.date]]:
    """The obligations that are excused, and those whose due day was moved. The newest counts."""
    excused: set[Obligation] = set()
    extended: dict[Obligation, dt.date] = {}
    for event in record.events(*_KINDS):
        if event.obligation is None:
            continue
        if event.kind is EventKind.EXCUSED:
            excused.add(event.obligation)
        elif event.kind is EventKind.REOPENED:
            excused.discard(event.obligation)
        else:
            extended[event.obligation] = _day(event)
    return excused, extended


def _day(event: Event) -> dt.date:
    return dt.date.fromisoformat(event.details["extended_to"])


class RecordClosing:
    """When a collection closes for each organisation after what was decided in the record.

    It answers ``pipelines.checking.context.Closing``.
    """

    def __init__(self, record: Record) -> None:
        self._record = record

    def last_day(
        self, organisation: str, return_name: str, quarter: Quarter, *, closes: dt.date
    ) -> dt.date | None:
        """The last day on which the return is taken, ``closes`` being the calendar's.

        An extension moves the day, never to an earlier one than the calendar's. A reopened return
        is owed again and is taken without a last day (None), until it is excused or extended
        again: the newest decision counts.
        """
        obligation = Obligation(organisation, return_name, quarter)
        last: dt.date | None = closes
        for event in self._record.events_about([obligation], *_KINDS):
            if event.kind is EventKind.EXTENDED:
                last = max(closes, _day(event))
            elif event.kind is EventKind.REOPENED:
                last = None
            elif last is None:  # excused again: reopening is undone
                last = closes
        return last


def due_on(record: Record, reference: Reference, obligation: Obligation) -> dt.date | None:
    """The day on which the obligation is due, an extension counted in; None without a calendar."""
    calendar = reference.calendar(obligation.return_name)
    if calendar is None:
        return None
    extended = record.events_about([obligation], EventKind.EXTENDED)
    due = calendar.due_on(obligation.quarter)
    return max(due, _day(extended[-1])) if extended else due


def reporting_day(record: Record, *, now: dt.datetime) -> dt.date:
    """The day (in London) on which lateness is judged: that of ``now``.

    Samples lie in the past, and nobody is years late with them: where the record holds nothing
    else, it is the day of the newest one.
    """
    submissions = record.submissions()
    if submissions and all(one.sample for one in submissions):
        return max(one.received_at for one in submissions).astimezone(LONDON).date()
    return now.astimezone(LONDON).date()
