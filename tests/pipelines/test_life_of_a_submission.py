"""What always holds of the record, whatever is sent, corrected, withdrawn and explained, in any
order: the seven promises, tried by a machine that makes the orders up."""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from pipelines.obligations.explanations import SenderAnswers
from pipelines.obligations.standing import standings
from pipelines.receiving import decisions
from pipelines.receiving.history import SenderHistory
from pipelines.receiving.receive import Received, Sender, receive
from pipelines.record.model import Obligation, Submission
from pipelines.record.store import Record
from schemas.quarter import Quarter
from schemas.working_days import LONDON
from tests.boards import birmingham

REFERENCE = birmingham()
QUARTER = Quarter(2018, 2)
OWED = Obligation("UHB", "training_compliance", QUARTER)
START = dt.datetime(2018, 10, 19, 9, tzinfo=dt.UTC)
HEADING = "organisation,quarter,course,staff_group,eligible,trained,percent,comment"
COURSES = ("Safeguarding children level 2", '"Early help and Right Service, Right Time"')
# Three staff to train is a query; "many" is no number; both are sent now and then.
COUNTS = st.tuples(
    st.sampled_from(["3", "4", "1000", "many"]), st.sampled_from(["1200", "1300", "2"])
)
INSTANT = dt.timedelta(microseconds=1)


def rows_of(counts: tuple[str, str]) -> list[str]:
    return [
        f"UHB,2018-19 Q2,{course},,{eligible},2,,"
        for course, eligible in zip(COURSES, counts, strict=True)
    ]


def file_of(rows: list[str], *, mark: bool = False) -> bytes:
    text = "\r\n".join([HEADING, *rows, ""])
    return (b"\xef\xbb\xbf" if mark else b"") + text.encode()


class Life(RuleBasedStateMachine):
    """One return of one organisation, as it is sent again and again."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="quarterdeck-life-"))
        self.record = Record(self.folder)
        self.clock = itertools.count()
        self.sent: list[tuple[Received, bytes, tuple[str, str]]] = []
        self.current: Submission | None = None
        self.accepted: list[Submission] = []
        self.known: list[tuple[dt.datetime, Submission | None]] = []
        self.files: dict[Path, bytes] = {}

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    # --- What people do -----------------------------------------------------------------------

    @rule(counts=COUNTS, mark=st.booleans(), turned=st.booleans())
    def send(self, counts: tuple[str, str], mark: bool, turned: bool) -> None:
        rows = rows_of(counts)
        content = file_of(rows[::-1] if turned else rows, mark=mark)
        self._receive(content, counts)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_the_same_bytes_again(self, data: st.DataObject) -> None:
        _, content, counts = data.draw(st.sampled_from(self.sent))
        self._receive(content, counts)

    @precondition(lambda self: self.accepted)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        gone = data.draw(st.sampled_from(self.accepted))
        at = self._now()
        decisions.withdraw(
            self.record,
            submission_id=gone.submission_id,
            by_whom="Data lead",
            reason="Wrong",
            at=at,
        )
        self.accepted.remove(gone)
        self.current = self.accepted[-1] if self.accepted else None
        self.known.append((at, self.current))

    @precondition(lambda self: any(one.queries for one in self.accepted))
    @rule(data=st.data())
    def explain(self, data: st.DataObject) -> None:
        asked = data.draw(st.sampled_from([one for one in self.accepted if one.queries]))
        found = self.record.findings(asked.submission_id)
        number = next(n for n, one in enumerate(found, start=1) if one.severity == "query")
        decisions.explain(
            self.record,
            submission_id=asked.submission_id,
            finding_number=number,
            by_whom="Data lead",
            text="Only a few people work there",
            at=self._now(),
        )

    def _now(self) -> dt.datetime:
        return START + dt.timedelta(hours=7 * next(self.clock))

    def _context(self, at: dt.datetime) -> Context:
        return Context(
            reference=REFERENCE,
            as_of=at.date(),
        )

    def _receive(self, content: bytes, counts: tuple[str, str]) -> None:
        at = self._now()
        withdrawn = self.record.withdrawn()
        before = {
            content: one.submission
            for one, content, _ in self.sent
            if one.submission.submission_id not in withdrawn
        }
        number = len(self.record.submissions())
        received = receive(
            self.record,
            content,
            file_name="UHB.csv",
            sender=Sender(name="UHB data lead", channel="test"),
            received_at=at,
            context=self._context(at),
        )
        added = len(self.record.submissions()) - number
        submission = received.submission
        # 4: the same bytes make no second submission ...
        assert added == (0 if content in before else 1)
        assert received.is_duplicate == (content in before)
        if received.is_duplicate:
            return
        # ... and the same rows in other bytes make one, marked so.
        if submission.is_accepted and self.current is not None:
            same = self._counts_of(self.current) == counts
            marked = submission.no_figure_changed_since == self.current.submission_id
            assert marked == same
        # 5: rows used, not used and passed over add up to the rows found.
        used, rest = submission.rows_used, submission.rows_not_used
        assert used + rest + submission.rows_passed_over == submission.rows_found
        self.sent.append((received, content, counts))
        if submission.is_accepted:
            self.accepted.append(submission)
            self.current = submission
        assert submission.is_accepted == ("many" not in counts)
        self.known.append((at, self.current))

    def _counts_of(self, submission: Submission) -> tuple[str, str]:
        return next(
            counts
            for received, _, counts in self.sent
            if received.submission.submission_id == submission.submission_id
        )

    # --- What always holds --------------------------------------------------------------------

    @invariant()
    def nothing_is_changed_or_deleted(self) -> None:  # 1
        if not hasattr(self, "folder"):
            return
        now = {
            path: path.read_bytes()
            for part in ("submissions", "events")
            for path in (self.folder / part).rglob("*")
            if path.is_file()
        }
        assert self.files.items() <= now.items()
        self.files = now

    @invariant()
    def one_at_most_is_current_and_it_is_the_newest_accepted(self) -> None:  # 2
        if not hasattr(self, "folder"):
            return
        for record in (self.record, Record(self.folder)):  # as kept in memory, and as on disk
            assert record.current() == ({OWED: self.current} if self.current else {})

    @invariant()
    def what_was_known_on_a_day_stays_known(self) -> None:  # 6
        if not hasattr(self, "folder"):
            return
        for at, current in self.known:
            assert self.record.current(as_of=at).get(OWED) == current

    @invariant()
    def lateness_counts_from_the_first_that_was_accepted(self) -> None:  # 7
        if not self.accepted if hasattr(self, "folder") else True:
            return
        stood = standings(self.record, REFERENCE, QUARTER, on=dt.date(2019, 3, 1))
        standing = next(one for one in stood if one.obligation == OWED)
        first = self.accepted[0].received_at.astimezone(LONDON).date()
        assert standing.days_late == max(0, (first - standing.due_on).days)

    @invariant()
    def checking_again_gives_the_same_findings(self) -> None:  # 3
        if not hasattr(self, "folder"):
            return
        for received, content, _ in self.sent[-2:]:
            at = received.submission.received_at
            context: dict[str, Any] = {
                "answers": SenderAnswers(
                    self.record, REFERENCE, organisations=None, as_of=at - INSTANT
                )
            }
            again = check(
                content,
                file_name="UHB.csv",
                context=Context(
                    reference=REFERENCE,
                    as_of=at.date(),
                    history=SenderHistory(self.record, organisations=None, as_of=at - INSTANT),
                    **context,
                ),
            )
            stored = self.record.findings(received.submission.submission_id)
            assert list(again.findings) == list(stored)


def test_the_seven_promises_hold_in_any_order_of_events() -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=8,
            stateful_step_count=8,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
