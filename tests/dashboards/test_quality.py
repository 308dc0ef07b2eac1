"""Scores of returns count what was owed and nothing else.

The trap: a return that is not due yet, or was excused, makes a partner look late.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from dashboards.published import Submission
from dashboards.quality import Share, scores
from tests.dashboards import made_up


def owed(state: str, **given: Any) -> Submission:
    """A return and what came of it."""
    made: Submission = made_up.row(Submission, organisation="A", state=state, **given)
    return made


IN = {"accepted_received_at": dt.datetime(2018, 10, 20, 9, 0)}  # noqa: DTZ001  # UTC, as kept


def test_what_is_not_due_or_excused_counts_nowhere() -> None:
    found = scores([owed("not due"), owed("excused"), owed("overdue", days_late=3)])
    assert found.complete == Share(part=0, whole=1)
    assert found.timely == Share(part=0, whole=1)
    assert found.valid.percent is None


def test_a_late_return_is_complete_and_not_in_time() -> None:
    found = scores([
        owed("accepted", **IN, days_late=2, rows_found=10, rows_used=8, queries=4, open_queries=1),
        owed("accepted", **IN, days_late=0, rows_found=10, rows_used=10),
    ])  # fmt: skip
    assert found.complete == Share(part=2, whole=2)
    assert found.timely == Share(part=1, whole=2)
    assert found.valid == Share(part=18, whole=20)
    assert found.valid.percent == 90
    assert found.settled == Share(part=3, whole=4)


def test_no_return_at_all_has_no_score() -> None:
    assert scores([]).complete.percent is None
