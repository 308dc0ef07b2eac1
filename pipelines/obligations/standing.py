"""What is owed, and what became of it: the chase list, with "not received" as a row of its own.

This is the one place that decides it. The warehouse loads what it says (``raw.standing``).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from pipelines.board.in_force import asked_on
from pipelines.obligations.explanations import explained
from pipelines.record.model import Event, EventKind, Obligation, Submission
from pipelines.record.store import Record
from schemas.finding import Severity
from schemas.quarter import Quarter
from schemas.reference import Reference
from schemas.working_days import LONDON, working_days_from

# Measures that come once a year are due in one of the next four quarters.
_COMING = 4


class State(StrEnum):
    """Where an obligation stands, from the reader's side; the most pressing first."""

    OVERDUE = "overdue"
    REFUSED = "refused"
    NEEDS_CORRECTION = "needs correction"
    ACCEPTED_WITH_QUERIES = "accepted with queries"
    NOT_DUE = "not due"
    ACCEPTED = "accepted"
    NIL = "nil"
    EXCUSED = "excused"

    @property
    def turn(self) -> int:
        """Its place in lists that put the most pressing first."""
        return list(State).index(self)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What of a record decides how its obligations stand: all of it, or up to a moment.

    ``decisions`` are the events that excuse, extend and reopen, in the order they were taken;
    ``asked_on`` says on which day an organisation was first asked for a return, if that is known.
    """

    submissions: Sequence[Submission]
    withdrawn: Mapping[str, dt.datetime]
    decisions: Sequence[Event]
    asked_on: Callable[[Obligation], dt.date | None] = lambda _: None

    @classmethod
    def of(cls, record: Record) -> Known:
        """Return what ``record`` holds."""
        return cls(
            submissions=record.submissions(),
            withdrawn=record.withdrawn(),
            decisions=record.events(*_KINDS),
            asked_on=partial(_asked_on, record),
        )

    def due_on(self, obligation: Obligation, reference: Reference, decided: Decided) -> dt.date:
        """Return the last day in time, notice and an extension counted in.

        Raises:
            KeyError: The return has no calendar.
        """
        calendar = reference.calendar(obligation.return_name)
        if calendar is None:
            raise KeyError(obligation.return_name)
        day = calendar.due_on(obligation.quarter)
        if (asked := self.asked_on(obligation)) is not None:
            day = max(day, working_days_from(asked, reference.settings.days_of_notice))
        return decided.due_on(day)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One obligation and how it stands.

    ``current`` is the submission whose figures are used, ``latest`` the newest of any outcome;
    withdrawn ones are neither. ``days_late`` counts from the due day to the first accepted
    submission, or to the day asked about while there is none; None if it is excused.
    ``is_owed`` False: nobody asked for it, and it was sent. ``first_received_at`` is that of
    anything that came, ``accepted_at`` that of the first accepted submission.
    """

    obligation: Obligation
    due_on: dt.date
    state: State
    days_late: int | None
    current: Submission | None
    latest: Submission | None
    corrections: int
    open_queries: int
    is_owed: bool = True
    extended_to: dt.date | None = None
    submissions: int = 0
    first_received_at: dt.datetime | None = None
    accepted_at: dt.datetime | None = None

    @property
    def counts(self) -> bool:
        """Whether it counts as owed: it was asked for, or is in use although it was not.

        A file that was refused makes nobody owe what was not asked for.
        """
        return self.is_owed or self.current is not None

    @property
    def last_correction_failed(self) -> bool:
        """Whether a newer file was not accepted while an older one stays in use."""
        return (
            self.current is not None
            and self.latest is not None
            and not self.latest.is_accepted
            and self.latest.submission_id > self.current.submission_id
        )

    @property
    def is_rejected(self) -> bool:
        """Whether the newest file was not accepted."""
        return self.last_correction_failed or self.state in _NOT_ACCEPTED


_NOT_ACCEPTED = frozenset({State.REFUSED, State.NEEDS_CORRECTION})


def most_pressing_first(one: Standing) -> tuple[int, Obligation]:
    """Return the key by which every list of standings of a quarter is sorted."""
    return one.state.turn, one.obligation


def known_quarters(
    submissions: Iterable[Submission], reference: Reference, *, on: dt.date
) -> list[Quarter]:
    """Return every quarter from the first accepted return's to the newest that has begun to matter.

    That is the quarter that ended last before the day ``on``, so that what is owed for it stands
    there before anything came. Where returns stopped more than a year before it, the list ends
    with them: nobody reports to that record any more. Before anything was accepted it is the
    quarter that ended last, if the service had begun by then. Oldest first.
    """
    sent = {one.quarter for one in submissions if one.quarter and one.is_accepted}
    ended = Quarter.containing(on).shift(-1)
    if not sent:
        return [ended] if ended >= reference.settings.first_quarter else []
    last = max(sent) if ended > max(sent).shift(4) else max(ended, *sent)
    quarters = [min(sent)]
    while quarters[-1] < last:
        quarters.append(quarters[-1].shift(1))
    return quarters


def standings(
    record: Record, reference: Reference, quarter: Quarter, *, on: dt.date
) -> list[Standing]:
    """Return how every obligation of the quarter stands on the day ``on`` (a day in London).

    Ordered by organisation and return. One that is not owed but was sent is there too.
    """
    return standings_of(record, reference, [quarter], on=on)


def standings_of(
    record: Record, reference: Reference, quarters: Sequence[Quarter], *, on: dt.date
) -> list[Standing]:
    """Return how every obligation of these quarters stands, quarter by quarter, from one look."""
    unanswered = partial(open_queries, record, reference=reference)
    return decide(Known.of(record), reference, quarters, on=on, open_queries=unanswered)


def standings_of_all(record: Record, reference: Reference, *, on: dt.date) -> list[Standing]:
    """Return how every obligation of every known quarter stands, oldest quarter first.

    What was sent for another quarter is there too.
    """
    unanswered = partial(open_queries, record, reference=reference)
    return decide_all(Known.of(record), reference, on=on, open_queries=unanswered)


def decide_all(
    known: Known,
    reference: Reference,
    *,
    on: dt.date,
    open_queries: Callable[[Submission], int],
    coming: bool = False,
) -> list[Standing]:
    """``decide`` for every known quarter, with what was sent for any other.

    ``coming`` adds what will be owed in the year after them, with its due days.
    """
    quarters = known_quarters(known.submissions, reference, on=on)
    others = {one.quarter for one in known.submissions if one.quarter} - set(quarters)
    ahead = [quarters[-1].shift(n) for n in range(1, _COMING + 1)] if coming and quarters else []
    found = decide(
        known, reference, sorted({*quarters, *others, *ahead}), on=on, open_queries=open_queries
    )
    listed = {*quarters, *ahead}
    return [one for one in found if one.submissions or one.obligation.quarter in listed]


def decide(
    known: Known,
    reference: Reference,
    quarters: Sequence[Quarter],
    *,
    on: dt.date,
    open_queries: Callable[[Submission], int],
) -> list[Standing]:
    """Return how every obligation of these quarters stands on a day, by what is ``known``."""
    submissions: dict[Obligation, list[Submission]] = defaultdict(list)
    for submission in known.submissions:
        if submission.obligation:
            submissions[submission.obligation].append(submission)
    sent: dict[Quarter, set[Obligation]] = defaultdict(set)
    for obligation in submissions:
        sent[obligation.quarter].add(obligation)
    decisions: dict[Obligation, list[Event]] = defaultdict(list)
    for event in known.decisions:
        if event.obligation is not None:
            decisions[event.obligation].append(event)
    found = []
    for quarter in quarters:
        owed = {
            Obligation(row.organisation, row.return_name, quarter)
            for row in reference.obligations(quarter)
        }
        for obligation in sorted(owed | sent[quarter]):
            if reference.calendar(obligation.return_name) is None:
                continue
            decided = Decided.by(decisions[obligation])
            found.append(
                _standing(
                    obligation,
                    submissions.get(obligation, []),
                    known=known,
                    decided=decided,
                    due_on=known.due_on(obligation, reference, decided),
                    is_owed=obligation in owed,
                    on=on,
                    open_queries=open_queries,
                )
            )
    return found


def open_queries(record: Record, submission: Submission, reference: Reference) -> int:
    """Return how many queries of the submission are unanswered."""
    if submission.queries == 0:
        return 0
    answered = explained(record, submission, reference)
    findings = record.findings(submission.submission_id)
    return sum(
        finding.severity is Severity.QUERY and number not in answered
        for number, finding in enumerate(findings, start=1)
    )


def _standing(
    obligation: Obligation,
    submissions: list[Submission],
    *,
    known: Known,
    decided: Decided,
    due_on: dt.date,
    is_owed: bool,
    on: dt.date,
    open_queries: Callable[[Submission], int],
) -> Standing:
    remaining = [one for one in submissions if one.submission_id not in known.withdrawn]
    accepted = [one for one in remaining if one.is_accepted]
    current = accepted[-1] if accepted else None
    latest = remaining[-1] if remaining else None
    until = on
    if current is not None:
        until = accepted[0].received_at.astimezone(LONDON).date()
        state = State.NIL if current.nil else State(current.outcome)
    elif decided.is_excused:
        state = State.EXCUSED
    elif latest is not None:
        state = State(latest.outcome)
    else:
        state = State.OVERDUE if on > due_on else State.NOT_DUE
    return Standing(
        obligation=obligation,
        due_on=due_on,
        state=state,
        days_late=None if state is State.EXCUSED else max((until - due_on).days, 0),
        current=current,
        latest=latest,
        corrections=max(len(accepted) - 1, 0),
        open_queries=open_queries(current) if current else 0,
        is_owed=is_owed,
        extended_to=decided.extended_to,
        submissions=len(submissions),
        first_received_at=min((one.received_at for one in submissions), default=None),
        accepted_at=min((one.received_at for one in accepted), default=None),
    )


_KINDS = (EventKind.EXCUSED, EventKind.EXTENDED, EventKind.REOPENED)


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What was decided about one obligation. The newest decision of a kind counts.

    ``is_open``: the newest decision is that it is taken again, so no last day holds.
    """

    is_excused: bool = False
    extended_to: dt.date | None = None
    is_open: bool = False

    @classmethod
    def by(cls, events: Iterable[Event]) -> Decided:
        """Return what these events about one obligation, oldest first, come to."""
        excused = reopened = False
        until: dt.date | None = None
        for event in events:
            reopened = event.kind is EventKind.REOPENED
            if event.kind is EventKind.EXTENDED:
                until = event.details.extended_to
            else:
                excused = event.kind is EventKind.EXCUSED
        return cls(is_excused=excused, extended_to=until, is_open=reopened)

    def due_on(self, day: dt.date) -> dt.date:
        """Return the last day in time, ``day`` being the calendar's: never an earlier one."""
        return max(day, self.extended_to or day)

    def last_day(self, closes: dt.date) -> dt.date | None:
        """Return the last day on which it is taken, ``closes`` being the calendar's.

        None: there is none.

        A reopened return is taken without a last day, until it is excused or extended again.
        """
        return None if self.is_open else self.due_on(closes)


def decided_about(record: Record, obligation: Obligation) -> Decided:
    """Return what was decided in the record about one obligation."""
    return Decided.by(record.events_about([obligation], *_KINDS))


class RecordClosing:
    """When a collection closes for each organisation after what was decided in the record.

    It answers ``pipelines.checking.engine.context.Closing``.
    """

    def __init__(self, record: Record) -> None:
        """Read the decisions of ``record`` when asked."""
        self._record = record

    def last_day(
        self, organisation: str, return_name: str, quarter: Quarter, *, closes: dt.date
    ) -> dt.date | None:
        """Return the last day on which the return is taken, ``closes`` being the calendar's."""
        obligation = Obligation(organisation, return_name, quarter)
        return decided_about(self._record, obligation).last_day(closes)


def due_on(record: Record, reference: Reference, obligation: Obligation) -> dt.date | None:
    """Return the day on which the obligation is due, an extension counted in.

    None without a calendar.
    """
    if reference.calendar(obligation.return_name) is None:
        return None
    decided = decided_about(record, obligation)
    return Known.of(record).due_on(obligation, reference, decided)


def _asked_on(record: Record, obligation: Obligation) -> dt.date | None:
    return asked_on(record, obligation.organisation, obligation.return_name, obligation.quarter)
