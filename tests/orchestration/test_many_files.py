"""Many files at once make one build.

The trap: a look at the inbox takes as many files as it has time for. Between two looks nothing
comes for a while, and a build would start on part of what lies there, and another after it.
"""

from __future__ import annotations

import datetime as dt
import itertools
import time

import dagster as dg
import pytest

from orchestration import sensors
from orchestration.resources import WorkspaceResource
from orchestration.sensors import new_submissions
from pipelines.inbox.look import STILL_SECONDS, look, on_its_way
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from tests.boards import birmingham
from tests.faults import small

FILES = 12
NAME = "UHB-training_compliance-2018-19-Q1.csv"


def ask(workspace: Workspace, instance: dg.DagsterInstance) -> dg.RunRequest | dg.SkipReason:
    """What the sensor says now."""
    with dg.build_sensor_context(
        instance=instance, resources={"workspace": WorkspaceResource(root=str(workspace.root))}
    ) as context:
        outcome = new_submissions(context)
    assert isinstance(outcome, dg.RunRequest | dg.SkipReason)
    return outcome


LATER = itertools.count(STILL_SECONDS, STILL_SECONDS)


def look_at(workspace: Workspace, at: dt.datetime, seconds: float) -> None:
    """Looks once, after all that lay there at the look before has been still."""
    later = next(LATER)
    look(
        workspace, Record(workspace.record), birmingham(), now=at, seconds=seconds,
        clock=lambda: time.monotonic() + later,
    )  # fmt: skip


@pytest.fixture
def half_taken(workspace: Workspace) -> Workspace:
    """A first file received a minute ago, and a dozen that the look had no time for."""
    at = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    small.send(Record(workspace.record), small.training_return(8000), at=at)
    folder = workspace.inbox / "UHB"
    folder.mkdir(parents=True)
    for number in range(FILES):
        (folder / f"{number}-{NAME}").write_bytes(small.training_return(8001 + number))
    for _ in range(2):
        look_at(workspace, at, seconds=-1)
    return workspace


def test_no_build_starts_while_files_are_left_in_the_inbox(
    half_taken: Workspace, instance: dg.DagsterInstance
) -> None:
    assert on_its_way(half_taken) == FILES
    said = ask(half_taken, instance)
    assert isinstance(said, dg.SkipReason)
    assert f"{FILES} in the inbox" in str(said.skip_message)
    minute_ago = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    look_at(half_taken, minute_ago, seconds=600)
    assert on_its_way(half_taken) == 0
    request = ask(half_taken, instance)
    assert isinstance(request, dg.RunRequest)
    assert request.run_key == Record(half_taken.record).newest_id()


def test_one_who_does_not_look_into_the_inbox_starts_too_early(
    half_taken: Workspace, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sensors, "on_its_way", lambda _: 0)
    assert isinstance(ask(half_taken, instance), dg.RunRequest)


def test_what_keeps_lying_there_does_not_hold_up_the_others_for_ever(
    half_taken: Workspace, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sensors, "_LONGEST", dt.timedelta(seconds=50))
    assert isinstance(ask(half_taken, instance), dg.RunRequest)


def test_a_file_still_being_written_holds_up_nothing(
    workspace: Workspace, instance: dg.DagsterInstance
) -> None:
    at = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    small.send(Record(workspace.record), small.training_return(8000), at=at)
    (workspace.inbox / "UHB").mkdir(parents=True)
    (workspace.inbox / "UHB" / f"{NAME}.part").write_bytes(b"half")
    look_at(workspace, at, seconds=600)
    assert isinstance(ask(workspace, instance), dg.RunRequest)


def test_a_clock_that_was_ahead_for_a_while_stops_no_build(
    workspace: Workspace, instance: dg.DagsterInstance
) -> None:
    record, now = Record(workspace.record), dt.datetime.now(dt.UTC)
    small.send(record, small.training_return(8000), at=now + dt.timedelta(days=1000))
    after = small.send(record, small.training_return(8001), at=now)
    assert after.submission.clock_went_back
    request = ask(workspace, instance)
    assert isinstance(request, dg.RunRequest)
    assert request.run_key == after.submission.submission_id
