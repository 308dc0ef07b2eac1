"""What an officer sees first.

The traps: a table with columns in which nothing stands; a page that says "it can be published" of
what is published already, or of another draft than the one that was signed off; a rejected file, or
one that came yesterday, that the page leaves out.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

import dagster as dg
import pytest

from orchestration.assets.overview import at_a_glance, upcoming, what_is_owed
from orchestration.checks.returns import RECEIVED, results
from orchestration.resources import AsOfResource, WorkspaceResource
from orchestration.tables import BEHIND, table
from pipelines.checking.engine.context import Context
from pipelines.obligations.standing import standings_of_all
from pipelines.receiving.receive import Sender, receive
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from tests.faults import small

LATE = (
    "The last day for the papers of the meeting, 24 August 2018, is over. They can still be "
    "published, with fewer than five clear days."
)


def send(record: Record, content: bytes, at: dt.datetime) -> str:
    """Receives a sample."""
    received = receive(
        record,
        content,
        file_name="return.csv",
        sender=Sender(name="UHB data lead", channel="inbox"),
        received_at=at,
        context=Context(reference=small.reference(), as_of=at.date()),
        sample="illustrative",
    )
    return received.submission.submission_id


@pytest.fixture
def seen(workspace: Workspace) -> dict[str, dict[str, Any]]:
    """The metadata of the three pages: one return accepted, and a newer file rejected."""
    record = Record(workspace.record)
    send(record, small.training_return(8000), small.NOON)
    newest = small.NOON + dt.timedelta(days=45)  # after the last day, 23 July
    send(record, small.training_return(9900), newest)  # 9900 of 9000
    workspace.practise(newest.date())
    resources = {"workspace": WorkspaceResource(root=str(workspace.root)), "as_of": AsOfResource()}
    glance = cast("dg.MaterializeResult[None]", at_a_glance(**resources))
    found: dict[str, dict[str, Any]] = {"glance": dict(glance.metadata or {})}
    for asset in (what_is_owed, upcoming):
        said = cast("list[dg.MaterializeResult[None] | dg.AssetCheckResult]", asset(**resources))
        for one in said:
            name = one.check_name if isinstance(one, dg.AssetCheckResult) else asset.key.path[0]
            found[str(name)] = dict(one.metadata or {})
    return found


def text(value: Any) -> str:
    """As it is shown: without the signs that keep Markdown from reading it as its own."""
    return str(getattr(value, "value", value)).replace("\\", "")


def test_one_page_answers_what_is_asked_first(seen: dict[str, dict[str, Any]]) -> None:
    glance = {name: text(value) for name, value in seen["glance"].items()}
    assert list(glance) == [
        "in short", "as it stands on", "next publication", "for the meeting", "publish by",
        "published", "stands in its way", "it will contain", "returns", "late", "rejected",
        "looks odd", "came in the last seven days",
    ]  # fmt: skip
    assert glance["in short"].splitlines() == [
        "| In short |",
        "| --- |",
        "| 2018-19 Q1 is not published yet. |",
        "| It is to be published by Friday 24 August 2018. |",
        "| There is no draft for 2018-19 Q1. |",
        f"| {LATE} |",
        "| Returns owed for it: 38. Accepted 1, late 37, rejected 1. |",
        "| Open queries: 0. |",
    ]
    assert glance["as it stands on"] == "28 August 2018"
    assert glance["next publication"] == "2018-19 Q1"
    assert glance["for the meeting"].endswith("Board, 4 September 2018")
    assert glance["publish by"] == "Friday 24 August 2018"
    assert "There is no draft for 2018-19 Q1." in glance["stands in its way"]
    assert "| WMAS | training_compliance | 36 | 23 Jul 2018 |" in glance["late"]
    assert "UHB" in glance["rejected"]
    assert "WMAS" not in glance["rejected"]
    came = glance["came in the last seven days"]
    assert came.count("UHB") == 1  # of the 28th; the other one is older
    assert "needs correction" in came


def test_a_table_leaves_out_the_columns_in_which_nothing_stands() -> None:
    assert table(("A", "B", "C"), [("1", "", ""), ("2", "", "3")]).splitlines() == [
        "| A | C |", "| --- | --- |", "| 1 |  |", "| 2 | 3 |",
    ]  # fmt: skip


def test_days_late_stand_before_the_day_in_every_table(
    workspace: Workspace, seen: dict[str, dict[str, Any]]
) -> None:
    late = text(seen["nothing_is_late"][BEHIND])
    assert "| Organisation | Return | Quarter | State | Days late | Due |" in late
    key, record = dg.AssetKey(["raw", "training_compliance"]), Record(workspace.record)
    told = {
        one.check_name: one
        for one in results(
            key,
            record,
            small.reference(),
            standings_of_all(record, small.reference(), on=dt.datetime.now(dt.UTC).date()),
        )
    }
    missing = text(told[RECEIVED].metadata[BEHIND])
    assert "| Organisation | Quarter | Days late | Due |" in missing


def test_a_check_says_what_is_behind_it_in_plain_words(seen: dict[str, dict[str, Any]]) -> None:
    for name in ("nothing_is_late", "nothing_is_rejected", "the_papers_are_in_time"):
        assert list(seen[name]) == ["what is behind it"]
