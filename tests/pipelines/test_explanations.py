"""An answer belongs to one finding of one value: carried while it stays, void once it changed.

The trap: an answer that follows the row number would explain another figure after a row was
added; one that follows the rule alone would explain whatever comes next.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from pipelines.checking.engine.context import Context
from pipelines.obligations.explanations import explained
from pipelines.obligations.standing import open_queries
from pipelines.receiving import decisions
from pipelines.receiving.receive import Received, Sender, receive
from pipelines.record.model import Submission
from pipelines.record.store import Record
from pipelines.warehouse.loading import load
from tests.boards import birmingham

REFERENCE = birmingham()
START = dt.datetime(2018, 10, 20, 9, tzinfo=dt.UTC)
HEADING = "organisation,quarter,course,staff_group,eligible,trained,percent,comment"
LEVEL_2, EARLY_HELP = "Safeguarding children level 2", '"Early help and Right Service, Right Time"'


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path)


def send(
    record: Record, *, eligible: str = "3", trained: str = "2", early: str = "1210,1013",
    extra: str = "", day: int = 0,
) -> Received:  # fmt: skip
    """UHB's return; fewer than five staff to train is a query (ROW-002)."""
    rows = [
        f"UHB,2018-19 Q2,{LEVEL_2},,{eligible},{trained},,",
        f"UHB,2018-19 Q2,{EARLY_HELP},,{early},,",
    ]
    content = "\r\n".join([HEADING, *([extra] if extra else []), *rows, ""]).encode()
    at = START + dt.timedelta(days=day)
    return receive(
        record,
        content,
        file_name="UHB.csv",
        sender=Sender(name="UHB data lead", channel="test"),
        received_at=at,
        context=Context(reference=REFERENCE, as_of=at.date()),
    )


def answer(record: Record, submission: Submission, *, day: int = 1) -> None:
    found = record.findings(submission.submission_id)
    number = next(n for n, one in enumerate(found, start=1) if one.severity == "query")
    decisions.explain(
        record,
        submission_id=submission.submission_id,
        finding_number=number,
        by_whom="UHB data lead",
        text="Only three people work there.",
        at=START + dt.timedelta(days=day),
    )


def rules(received: Received) -> list[str]:
    return [finding.rule for finding in received.checked.findings]


def test_an_answer_counts_on_where_the_value_stays_and_the_row_moves(record: Record) -> None:
    first = send(record).submission
    answer(record, first)
    blank = ",,,,,,,"  # one row further down than before
    second = send(record, early="1210,1100", extra=blank, day=2)
    assert "EXP-003" in rules(second)
    note = next(one for one in second.checked.findings if one.rule == "EXP-003")
    assert (note.row, str(note.severity)) == (3, "note")
    assert (
        note.message == "The value did not change, so your answer of 21 October 2018 still counts."
    )
    assert open_queries(record, second.submission, REFERENCE) == 0
    third = send(record, early="1210,1101", day=3)
    assert open_queries(record, third.submission, REFERENCE) == 0


def test_an_answer_is_void_once_the_value_changed_and_does_not_come_back(record: Record) -> None:
    first = send(record).submission
    answer(record, first)
    second = send(record, eligible="4", day=2)
    assert "EXP-004" in rules(second)
    assert "EXP-003" not in rules(second)
    assert open_queries(record, second.submission, REFERENCE) == 1
    third = send(record, trained="1", day=3)  # three people again
    assert open_queries(record, third.submission, REFERENCE) == 1
    assert "EXP-003" not in rules(third)


def test_a_figure_written_otherwise_is_the_same_value(record: Record) -> None:
    answer(record, send(record).submission)
    again = send(record, eligible="3.0", day=2)
    assert "EXP-003" in rules(again)
    assert open_queries(record, again.submission, REFERENCE) == 0


def test_an_answer_to_one_query_is_none_to_another(record: Record) -> None:
    first = send(record).submission
    answer(record, first)
    second = send(record, early="4,3", day=2)
    assert sum(rule == "ROW-002" for rule in rules(second)) == 2
    assert open_queries(record, second.submission, REFERENCE) == 1


def test_a_value_that_is_right_without_a_query_keeps_its_answer(record: Record) -> None:
    """Void is a value that changed, not a query that did not come."""
    first = send(record).submission
    answer(record, first)
    unknown = send(record, eligible="3", trained="3", day=2)
    assert open_queries(record, unknown.submission, REFERENCE) == 0


def test_a_rejected_correction_neither_carries_nor_voids(record: Record) -> None:
    answer(record, send(record).submission)
    rejected = send(record, eligible="about four", day=2)
    assert not rejected.submission.is_accepted
    assert open_queries(record, send(record, early="1210,1099", day=3).submission, REFERENCE) == 0


def test_a_withdrawn_submission_takes_its_answers_with_it(record: Record) -> None:
    first = send(record).submission
    answer(record, first)
    decisions.withdraw(
        record,
        submission_id=first.submission_id,
        by_whom="UHB data lead",
        reason="Sent too early",
        at=START + dt.timedelta(days=2),
    )
    again = send(record, early="1210,1001", day=3)
    assert "EXP-003" not in rules(again)
    assert open_queries(record, again.submission, REFERENCE) == 1


def test_a_late_answer_to_the_earlier_submission_counts_for_the_one_in_use(record: Record) -> None:
    first = send(record).submission
    second = send(record, early="1210,1100", day=1).submission
    assert open_queries(record, second, REFERENCE) == 1
    answer(record, first, day=2)
    assert open_queries(record, second, REFERENCE) == 0
    found = next(iter(explained(record, second, REFERENCE).values()))
    assert found.carried
    assert found.at == START + dt.timedelta(days=2)


def test_the_warehouse_has_carried_answers_too(record: Record) -> None:
    first = send(record).submission
    answer(record, first)
    second = send(record, early="1210,1100", day=5).submission
    connection = duckdb.connect()
    load(connection, record, REFERENCE, on=START.date())
    rows = connection.execute(
        "SELECT submission_id, explanation, strftime(explained_at, '%-d %B') FROM raw.finding "
        "WHERE severity = 'query' ORDER BY submission_id"
    ).fetchall()
    told = "Only three people work there."
    # Of the second it is known from when it came, not from before.
    assert rows == [
        (first.submission_id, told, "21 October"),
        (second.submission_id, told, "25 October"),
    ]
