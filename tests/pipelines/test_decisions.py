"""Decisions about what was received: each is taken, or refused with a plain sentence."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.checking.engine.context import Context
from pipelines.obligations.standing import State, open_queries, standings
from pipelines.publishing.sign_off import sign_off
from pipelines.receiving import decisions
from pipelines.receiving.receive import Sender, receive
from pipelines.record.model import Event, EventKind, Obligation, Submission
from pipelines.record.store import Record
from schemas.quarter import Quarter
from tests.boards import birmingham
from tests.faults import small

REFERENCE = birmingham()
QUARTER = Quarter(2018, 1)
AT = dt.datetime(2018, 7, 20, 9, tzinfo=dt.UTC)
OWED = Obligation("UHB", "training_compliance", QUARTER)
SAID: dict[str, Any] = {"by_whom": "Performance officer", "reason": "Systems were down", "at": AT}
TWO_PEOPLE = (
    b"organisation,quarter,course,staff_group,eligible,trained,percent,comment\r\n"
    b"UHB,2018-19 Q1,Safeguarding children level 2,,2,1,,\r\n"
    b'UHB,2018-19 Q1,"Early help and Right Service, Right Time",,100,81,,\r\n'
)


def send(record: Record, content: bytes = TWO_PEOPLE) -> Submission:
    """The content, received from UHB; a course for two people gets a query (ROW-002)."""
    return receive(
        record,
        content,
        file_name="UHB.csv",
        sender=Sender(name="UHB data lead", channel="test"),
        received_at=AT,
        context=Context(reference=REFERENCE, as_of=AT.date()),
    ).submission


def query_of(record: Record, submission: Submission) -> int:
    found = record.findings(submission.submission_id)
    return next(n for n, one in enumerate(found, start=1) if one.severity == "query")


def state(record: Record) -> State:
    stood = standings(record, REFERENCE, QUARTER, on=AT.date())
    wanted = Obligation("UHB", "training_compliance", QUARTER)
    return next(one.state for one in stood if one.obligation == wanted)


def test_a_query_is_answered_once_somebody_says_why(tmp_path: Path) -> None:
    record = Record(tmp_path)
    sent = send(record)
    assert open_queries(record, sent, REFERENCE) == 1
    event = decisions.explain(
        record,
        submission_id=sent.submission_id,
        finding_number=query_of(record, sent),
        by_whom=" UHB data lead ",
        text=" Two nurses joined in June. ",
        at=AT,
    )
    assert (event.by_whom, event.reason) == ("UHB data lead", "Two nurses joined in June.")
    assert open_queries(record, sent, REFERENCE) == 0
    assert Record(tmp_path).events(EventKind.EXPLANATION) == [event]


@pytest.mark.parametrize(
    "text",
    ["", "ok", "OK.", "checked", "Yes, this is correct.", "The figure has been checked",
     "n/a n/a n/a", "Data confirmed as correct", "It\u2019s right", "... --- ...",
     "The value is the value."],
)  # fmt: skip
def test_an_answer_that_says_nothing_is_refused_and_nothing_is_kept(
    tmp_path: Path, text: str
) -> None:
    record = Record(tmp_path)
    sent = send(record)
    with pytest.raises(decisions.DecisionError, match="Say in a sentence what happened"):
        decisions.explain(
            record,
            submission_id=sent.submission_id,
            finding_number=query_of(record, sent),
            by_whom="UHB data lead",
            text=text,
            at=AT,
        )
    assert record.events() == []


@pytest.mark.parametrize(
    "text",
    ["Two nurses joined in June.", "A ward closed", "Correct: the course began in May",
     "Les chiffres sont justes", "We moved to ESR"],
)  # fmt: skip
def test_an_answer_with_one_telling_word_is_taken(text: str) -> None:
    assert not decisions.says_nothing(text)


def test_only_a_query_can_be_answered(tmp_path: Path) -> None:
    record = Record(tmp_path)
    sent = send(record)
    for number in (0, -1, 99):
        with pytest.raises(decisions.DecisionError, match=f"no query {number}. It has: 1"):
            decisions.explain(
                record,
                submission_id=sent.submission_id,
                finding_number=number,
                by_whom="UHB data lead",
                text="Two nurses joined in June",
                at=AT,
            )


def test_nothing_is_decided_about_a_submission_that_is_not_there(tmp_path: Path) -> None:
    record = Record(tmp_path)
    for reference in ("../../etc", "20180714T101500123456Z-7f3k2q", ""):
        with pytest.raises(decisions.DecisionError, match="no submission"):
            decisions.withdraw(record, submission_id=reference, **SAID)


def test_a_withdrawn_submission_is_not_withdrawn_again_nor_explained(tmp_path: Path) -> None:
    record = Record(tmp_path)
    sent = send(record)
    decisions.withdraw(record, submission_id=sent.submission_id, **SAID)
    assert record.current() == {}
    with pytest.raises(decisions.DecisionError, match="withdrawn already"):
        decisions.withdraw(
            record, submission_id=sent.submission_id, **{**SAID, "reason": "Another reason"}
        )
    with pytest.raises(decisions.DecisionError, match="nothing to answer"):
        decisions.explain(
            record,
            submission_id=sent.submission_id,
            finding_number=query_of(record, sent),
            by_whom="UHB data lead",
            text="Two nurses joined in June",
            at=AT,
        )


def test_an_excuse_can_be_taken_back_and_given_again(tmp_path: Path) -> None:
    record = Record(tmp_path)
    with pytest.raises(decisions.DecisionError, match="is not excused"):
        decisions.reopen(record, REFERENCE, OWED, **SAID)
    before = state(record)
    decisions.excuse(record, REFERENCE, OWED, **SAID)
    assert state(record) is State.EXCUSED
    decisions.reopen(record, REFERENCE, OWED, **SAID)
    assert state(record) is before
    decisions.excuse(record, REFERENCE, OWED, **SAID)
    assert state(record) is State.EXCUSED


def test_what_is_decided_again_is_one_decision_until_something_else_is(tmp_path: Path) -> None:
    record = Record(tmp_path)
    sent = send(record)

    def explain(text: str) -> Event:
        return decisions.explain(
            record, submission_id=sent.submission_id, finding_number=query_of(record, sent),
            by_whom="UHB data lead", text=text, at=AT,
        )  # fmt: skip

    once = [
        explain("Two nurses joined in June"),
        decisions.extend(record, REFERENCE, OWED, **SAID, until=dt.date(2018, 12, 1)),
        decisions.excuse(record, REFERENCE, OWED, **SAID),
        decisions.reopen(record, REFERENCE, OWED, **SAID),
        decisions.withdraw(record, submission_id=sent.submission_id, **SAID),
    ]
    assert decisions.reopen(record, REFERENCE, OWED, **SAID) == once[3]
    assert decisions.withdraw(record, submission_id=sent.submission_id, **SAID) == once[4]
    assert record.events() == once
    more = decisions.extend(record, REFERENCE, OWED, **SAID, until=dt.date(2018, 12, 1))
    assert more == once[1]  # taking an excuse back leaves the day as it is
    again = decisions.excuse(record, REFERENCE, OWED, **SAID)  # it was taken back since
    assert decisions.excuse(Record(tmp_path), REFERENCE, OWED, **SAID) == again
    assert record.events() == [*once, again]


def test_a_sign_off_done_again_is_the_same_though_other_returns_came_meanwhile(
    tmp_path: Path,
) -> None:
    workspace = small.small_workspace(tmp_path)
    record = Record(workspace.record)

    def sign(note: str) -> Event:
        return sign_off(
            record,
            REFERENCE,
            workspace.releases,
            QUARTER,
            by_whom="Head",
            note=note,
            at=AT,
            on=AT.date(),
        )[1]

    first = sign("Looked at")
    small.send(record, TWO_PEOPLE)
    assert sign("Looked at") == first
    assert sign("Looked at once more") != first
    small.draft(workspace, 8200, now=AT)
    assert sign("Looked at once more").details.data_sha256 != first.details.data_sha256
    assert len(record.events(EventKind.SIGN_OFF)) == 1 + 3  # one by another person before


def test_another_answer_is_another_decision_and_so_is_the_first_one_after_it(
    tmp_path: Path,
) -> None:
    record = Record(tmp_path)
    sent = send(record)
    texts = ["Two nurses joined in June", "Three nurses joined in June"]
    for text in [texts[0], texts[0], texts[1], texts[1], texts[0]]:
        decisions.explain(
            record, submission_id=sent.submission_id, finding_number=query_of(record, sent),
            by_whom="UHB data lead", text=text, at=AT,
        )  # fmt: skip
    assert [one.reason for one in record.events()] == [*texts, texts[0]]


def test_more_time_is_more_time(tmp_path: Path) -> None:
    record = Record(tmp_path)
    with pytest.raises(decisions.DecisionError, match="no later than it is due anyhow"):
        decisions.extend(record, REFERENCE, OWED, **SAID, until=dt.date(2018, 7, 1))
    event = decisions.extend(record, REFERENCE, OWED, **SAID, until=dt.date(2018, 12, 1))
    assert event.details.extended_to == dt.date(2018, 12, 1)
    stood = standings(record, REFERENCE, QUARTER, on=dt.date(2018, 11, 30))
    wanted = Obligation("UHB", "training_compliance", QUARTER)
    assert next(one for one in stood if one.obligation == wanted).state is State.NOT_DUE


def test_nobody_is_excused_from_what_is_not_owed(tmp_path: Path) -> None:
    record = Record(tmp_path)
    for other in (replace(OWED, organisation="NOBODY"), replace(OWED, return_name="nothing")):
        with pytest.raises(decisions.DecisionError, match="does not owe"):
            decisions.excuse(record, REFERENCE, other, **SAID)


@pytest.mark.parametrize("missing", ["by_whom", "reason"])
def test_a_decision_has_who_and_why(tmp_path: Path, missing: str) -> None:
    record = Record(tmp_path)
    with pytest.raises(decisions.DecisionError, match="Say w"):
        decisions.excuse(record, REFERENCE, OWED, **{**SAID, missing: "  "})
    assert record.events() == []
