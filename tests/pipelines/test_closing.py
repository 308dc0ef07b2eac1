"""When a collection closes, and for whom it does not.

The trap: an officer gives more time, and the file that comes in it is refused all the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.checking.engine.context import Context
from pipelines.receiving import decisions
from pipelines.receiving.receive import Received, Sender, receive
from pipelines.record.store import Record
from tests.boards import birmingham
from tests.pipelines.test_decisions import OWED, SAID, TWO_PEOPLE

_KNOWN = birmingham()
CLOSED_ON = dt.date(2018, 8, 9)  # 40 days after the quarter
REFERENCE = replace(
    _KNOWN, returns=tuple(replace(one, closes_after_days=40) for one in _KNOWN.returns)
)
LATER = dt.date(2018, 8, 31)
DAY = dt.timedelta(days=1)


def sent_on(record: Record, day: dt.date) -> Received:
    return receive(
        record,
        TWO_PEOPLE,
        file_name="UHB.csv",
        sender=Sender(name="UHB data lead", channel="test"),
        received_at=dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC),
        context=Context(reference=REFERENCE, as_of=day, enforce_window=True),
    )


def is_closed(received: Received) -> bool:
    return any(finding.rule == "AUT-002" for finding in received.checked.findings)


def excuse(record: Record) -> None:
    decisions.excuse(record, REFERENCE, OWED, **SAID)


def reopen(record: Record) -> None:
    decisions.reopen(record, REFERENCE, OWED, **SAID)


def extend(record: Record) -> None:
    decisions.extend(record, REFERENCE, OWED, **SAID, until=LATER)


def extend_to_before_it_closes(record: Record) -> None:
    decisions.extend(record, REFERENCE, OWED, **SAID, until=dt.date(2018, 7, 25))


@pytest.mark.parametrize(
    ("decided", "day", "closed"),
    [
        ([], CLOSED_ON, False),
        ([], CLOSED_ON + DAY, True),
        ([extend], LATER, False),
        ([extend], LATER + DAY, True),
        ([extend_to_before_it_closes], CLOSED_ON, False),
        ([extend_to_before_it_closes], CLOSED_ON + DAY, True),
        ([excuse], CLOSED_ON + DAY, True),
        ([excuse, reopen], LATER + DAY, False),
        ([excuse, reopen, excuse], CLOSED_ON + DAY, True),
        ([excuse, reopen, extend], LATER, False),
        ([excuse, reopen, extend], LATER + DAY, True),
    ],
)
def test_the_newest_decision_says_until_when_a_return_is_taken(
    tmp_path: Path,
    decided: list[Callable[[Record], None]],
    day: dt.date,
    closed: bool,
) -> None:
    record = Record(tmp_path)
    for decide in decided:
        decide(record)
    received = sent_on(record, day)
    assert is_closed(received) is closed
    assert received.submission.is_accepted is not closed


def test_more_time_for_another_opens_nothing_for_this_one(tmp_path: Path) -> None:
    record = Record(tmp_path)
    organisation = next(
        one.organisation
        for one in REFERENCE.obligations(OWED.quarter)
        if one.return_name == OWED.return_name and one.organisation != OWED.organisation
    )
    other = replace(OWED, organisation=organisation)
    decisions.extend(record, REFERENCE, other, **SAID, until=LATER)
    assert is_closed(sent_on(record, CLOSED_ON + DAY))


def test_the_receipt_has_the_day_to_which_it_was_extended(tmp_path: Path) -> None:
    record = Record(tmp_path)
    extend(record)
    receipt = sent_on(record, LATER).receipt
    assert (receipt.due_on, receipt.days_late) == (LATER, 0)
