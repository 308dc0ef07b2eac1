"""Random histories of one return, told to a record and, by a few lines of its own, remembered.

What is remembered decides nothing with the product's code, so that it can disagree with it.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from pipelines.checking.engine.context import Context
from pipelines.receiving import decisions
from pipelines.receiving.receive import Sender, receive
from pipelines.record.model import Obligation
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.finding import Severity
from schemas.quarter import Quarter
from tests.boards import birmingham, with_board

REFERENCE = birmingham()
QUARTER = Quarter(2018, 1)
RETURN = "training_compliance"
PARTNERS = ("UHB", "BWC", "ROH", "BSMHFT")
CALENDAR_DUE = dt.date(2018, 7, 23)  # a Monday, the first working day after 21 days
BEGAN = dt.datetime(2018, 7, 2, 9, tzinfo=dt.UTC)
FEW = 3
_COURSES = ("Safeguarding children level 2", "Early help and Right Service, Right Time")
_HEADING = "organisation,quarter,course,staff_group,eligible,trained,percent,comment"
_BY = {"by_whom": "Somebody", "reason": "There was a reason"}


@dataclass
class Sent:
    """One file of the history. ``people`` are those to train on each course: a few of them is a
    query. ``answered`` are the courses whose query was answered in this very file."""

    submission_id: str
    at: dt.datetime
    outcome: str
    people: tuple[int, ...]
    nil: bool
    withdrawn: bool = False
    answered: set[int] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What anybody should say of one partner's return."""

    state: str
    days_late: int | None
    open_queries: int
    accepted: str | None


@dataclass
class Partner:
    """What is remembered of one partner."""

    sent: list[Sent] = field(default_factory=list)
    excused: bool = False
    until: dt.date | None = None

    def answer(self, on: dt.date) -> Answer:
        """How its return stands on a day, by the rules as people tell them."""
        there = [one for one in self.sent if not one.withdrawn]
        accepted = [one for one in there if one.outcome.startswith("accepted")]
        due = max(CALENDAR_DUE, self.until or CALENDAR_DUE)
        last = accepted[-1] if accepted else None
        until = on
        if last is not None:
            until = accepted[0].at.astimezone(ZoneInfo("Europe/London")).date()
            state = "nil" if last.nil else last.outcome
        elif self.excused:
            state = "excused"
        elif there:
            state = there[-1].outcome
        else:
            state = "overdue" if on > due else "not due"
        return Answer(
            state=state,
            days_late=None if state == "excused" else max((until - due).days, 0),
            open_queries=_open(accepted),
            accepted=last.submission_id if last else None,
        )


def _open(accepted: list[Sent]) -> int:
    """An answer holds for as long as no later file in use gives another number of people."""
    if not accepted:
        return 0
    answered: dict[int, int] = {}  # how many people the answer of each course was about
    for one in accepted:
        now = dict(enumerate(one.people))
        answered = {course: few for course, few in answered.items() if now.get(course) == few}
        answered |= {course: now[course] for course in one.answered}
    last = enumerate(accepted[-1].people)
    return sum(people == FEW and course not in answered for course, people in last)


class History:
    """A random history, told step by step."""

    def __init__(self, workspace: Workspace, seed: int) -> None:
        self.workspace = with_board(workspace)
        self.record = Record(workspace.record)
        self.partners = {code: Partner() for code in PARTNERS}
        self.now = BEGAN
        self._chance = random.Random(seed)  # noqa: S311  # a history that can be told again
        self._turn = 0

    def tell(self, steps: int) -> None:
        """Tells so many things that happen, and settles the day on which they are judged."""
        self._send("BSMHFT")  # so that the quarter is known
        for _ in range(steps):
            self.now += dt.timedelta(hours=self._chance.choice([1, 5, 14, 40]))
            code = self._chance.choice(PARTNERS[:-1])
            happens = (
                self._send, self._send, self._nil, self._withdraw, self._excuse, self._extend,
                self._extend, self._reopen, self._answer, self._answer,
            )  # fmt: skip
            self._chance.choice(happens)(code)
        after = dt.timedelta(days=self._chance.choice([0, 1, 30]))
        self.on = (self.now + after).astimezone(ZoneInfo("Europe/London")).date()
        self.workspace.practise(self.on)

    def answers(self) -> dict[str, Answer]:
        """What anybody should say of each partner."""
        return {code: partner.answer(self.on) for code, partner in self.partners.items()}

    def _receive(
        self, code: str, rows: list[str], *, people: tuple[int, ...] = (), nil: bool = False
    ) -> None:
        self._turn += 1
        received = receive(
            self.record,
            "\r\n".join([_HEADING, *rows, ""]).encode(),
            file_name="return.csv",
            sender=Sender(name="A data lead", channel="test"),
            received_at=self.now,
            context=Context(reference=REFERENCE, as_of=self.now.date()),
        )
        if received.is_duplicate:
            return
        one = received.submission
        sent = Sent(one.submission_id, self.now, one.outcome, people, nil)
        self.partners[code].sent.append(sent)

    def _send(self, code: str) -> None:
        people = tuple(self._chance.choice([FEW, FEW, 1000]) for _ in _COURSES)
        fault = self._chance.random() < 0.2
        self._receive(
            code,
            [
                f'{code},2018-19 Q1,"{course}",,{"many" if fault else few},2,,Turn {self._turn}'
                for course, few in zip(_COURSES, people, strict=True)
            ],
            people=people,
        )

    def _nil(self, code: str) -> None:
        if self._chance.random() < 0.3:
            self._receive(code, [f"{code},2018-19 Q1,nil,,,,,"], nil=True)

    def _withdraw(self, code: str) -> None:
        there = [one for one in self.partners[code].sent if not one.withdrawn]
        if there:
            chosen = self._chance.choice(there)
            chosen.withdrawn = True
            decisions.withdraw(self.record, submission_id=chosen.submission_id, at=self.now, **_BY)

    def _excuse(self, code: str) -> None:
        self.partners[code].excused = True
        self._decide(decisions.excuse, code)

    def _reopen(self, code: str) -> None:
        if self.partners[code].excused:
            self.partners[code].excused = False
            self._decide(decisions.reopen, code)

    def _extend(self, code: str) -> None:
        until = CALENDAR_DUE + dt.timedelta(days=self._chance.randint(1, 9))
        self.partners[code].until = until
        self._decide(decisions.extend, code, until=until)

    def _decide(self, decision: object, code: str, **more: object) -> None:
        decision(  # type: ignore[operator]  # three decisions, alike in what they are given
            self.record, REFERENCE, Obligation(code, RETURN, QUARTER),
            at=self.now, **_BY, **more,
        )  # fmt: skip

    def _answer(self, code: str) -> None:
        there = [one for one in self.partners[code].sent if not one.withdrawn]
        asked = [one for one in there if one.outcome == "accepted with queries"]
        if not asked:
            return
        course = self._chance.choice([c for c, few in enumerate(asked[-1].people) if few == FEW])
        asked[-1].answered.add(course)
        findings = self.record.findings(asked[-1].submission_id)
        places = [(one.severity, one.row) for one in findings]
        decisions.explain(
            self.record,
            submission_id=asked[-1].submission_id,
            finding_number=1 + places.index((Severity.QUERY, 2 + course)),
            by_whom="A data lead",
            text="Only three people work in that clinic.",
            at=self.now,
        )
