"""What starts a build, and what does not.

The traps: a build for each file; a late return for an old quarter that is never built; a build that
starts again and again though nothing came, or never again because one of them failed; one that
begins while files still come; five drafts in one night after the service was off for a week.
"""

from __future__ import annotations

import datetime as dt
import time

import dagster as dg
import polars as pl
import pytest

import pipelines.inbox.look
from orchestration.assets.returns import SUBMISSIONS, UP_TO
from orchestration.jobs import BUILD
from orchestration.resources import WorkspaceResource
from orchestration.schedules import chasing, nightly_draft, publication
from orchestration.sensors import (
    DRAFT,
    as_it_stands,
    failed_builds,
    inbox,
    lost_runs,
    new_submissions,
)
from pipelines.publishing.failed_build import failed_build, note_failure, note_success
from pipelines.record.changes import newest_change_id
from pipelines.record.model import Details, EventKind
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.quarter import Quarter
from tests.boards import with_board
from tests.faults import small


def tick(
    workspace: Workspace,
    instance: dg.DagsterInstance,
    sensor: dg.SensorDefinition = new_submissions,
) -> dg.RunRequest | str:
    """What the sensor asks for at a look, or why it asks for nothing."""
    resource = WorkspaceResource(root=str(workspace.root))
    with dg.build_sensor_context(instance=instance, resources={"workspace": resource}) as context:
        said = sensor(context)
    if isinstance(said, dg.SkipReason):
        return str(said.skip_message)
    assert isinstance(said, dg.RunRequest)
    return said


def built(instance: dg.DagsterInstance, up_to: str | None, *, draft: bool = True) -> None:
    """A build that has read the record up to there; without ``draft`` it never finished."""

    @dg.asset(key=SUBMISSIONS)
    def read() -> dg.MaterializeResult[None]:
        return dg.MaterializeResult(metadata={UP_TO: up_to or "nothing"})

    @dg.asset(key=DRAFT, deps=[read])
    def made() -> None:
        if not draft:
            raise dg.Failure("the disk is full")

    result = dg.materialize([read, made], instance=instance, raise_on_error=False)
    assert result.success is draft


@pytest.fixture
def record(workspace: Workspace) -> Record:
    """A record with one accepted return."""
    made = Record(workspace.record)
    small.send(made, small.training_return(8000))
    return made


def test_what_came_is_built_once(
    workspace: Workspace, instance: dg.DagsterInstance, record: Record
) -> None:
    asked = tick(workspace, instance)
    assert isinstance(asked, dg.RunRequest)
    assert (asked.job_name, asked.run_key) == (BUILD, newest_change_id(record))
    built(instance, newest_change_id(record))
    assert tick(workspace, instance) == "Everything in the record is in the newest draft."


def test_many_files_are_one_build_and_those_that_come_meanwhile_one_more(
    workspace: Workspace, instance: dg.DagsterInstance, record: Record
) -> None:
    for figure in range(40):
        small.send(record, small.training_return(6000 + figure))
    first, again = tick(workspace, instance), tick(workspace, instance)
    assert isinstance(first, dg.RunRequest)
    assert isinstance(again, dg.RunRequest)
    assert first.run_key == again.run_key  # Dagster starts a key once
    goes_on = instance.create_run_for_job(
        dg.job(name=BUILD)(lambda: None), status=dg.DagsterRunStatus.STARTED
    )
    small.send(record, small.training_return(7000))
    assert tick(workspace, instance) == "A build goes on. What came since is built after it."
    instance.report_run_failed(goes_on)
    later = tick(workspace, instance)
    assert isinstance(later, dg.RunRequest)
    assert later.run_key == newest_change_id(record) != first.run_key


def test_a_build_waits_until_nothing_comes_any_more_but_not_for_ever(
    workspace: Workspace, instance: dg.DagsterInstance
) -> None:
    record = Record(workspace.record)
    now = dt.datetime.now(dt.UTC)
    small.send(record, small.training_return(8000), at=now - dt.timedelta(minutes=5))
    small.send(record, small.training_return(8001), at=now)
    assert "2 new and 0 in the inbox: waiting until" in str(tick(workspace, instance))
    time.sleep(2)
    asked = tick(workspace, instance)
    assert isinstance(asked, dg.RunRequest)
    assert asked.run_key == newest_change_id(record)
    older = Record(with_board(Workspace(workspace.root.parent / "older")).record)
    small.send(older, small.training_return(8000), at=now - dt.timedelta(minutes=31))
    small.send(older, small.training_return(8001), at=dt.datetime.now(dt.UTC))
    assert isinstance(tick(Workspace(workspace.root.parent / "older"), instance), dg.RunRequest)


def test_after_a_file_from_the_inbox_nothing_is_waited_for_but_what_lies_there(
    workspace: Workspace, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = workspace.inbox / "UHB"
    folder.mkdir(parents=True)
    monkeypatch.setattr(pipelines.inbox.look, "STILL_SECONDS", 0.05)
    (folder / "first.csv").write_bytes(small.training_return(8000))
    assert tick(workspace, instance, inbox) == "1 not still yet."
    time.sleep(0.05)
    (folder / "second.csv").write_bytes(small.training_return(8001))
    assert tick(workspace, instance, inbox) == "Received 1: 1 accepted. 1 not still yet."
    assert "1 new and 1 in the inbox: waiting until" in str(tick(workspace, instance))
    time.sleep(0.05)
    assert tick(workspace, instance, inbox) == "Received 1: 1 accepted."
    asked = tick(workspace, instance)
    assert isinstance(asked, dg.RunRequest)
    assert asked.run_key == newest_change_id(Record(workspace.record))


def test_a_clock_that_was_ahead_holds_no_build_back(
    workspace: Workspace, instance: dg.DagsterInstance
) -> None:
    ahead = dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)
    small.send(Record(workspace.record), small.training_return(8000), at=ahead)
    assert isinstance(tick(workspace, instance), dg.RunRequest)


def test_a_late_return_for_an_old_quarter_and_a_correction_are_built(
    workspace: Workspace, instance: dg.DagsterInstance, record: Record
) -> None:
    built(instance, newest_change_id(record))
    old = small.training_return(7000).replace(b"2018-19 Q1", b"2016-17 Q4")
    small.send(record, old, file_name="UHB-training_compliance-2016-17-Q4.csv")
    late = tick(workspace, instance)
    assert isinstance(late, dg.RunRequest)
    built(instance, newest_change_id(record))
    small.send(record, old.replace(b"7000", b"7001"))
    small.send(record, small.training_return(8001))
    assert isinstance(tick(workspace, instance), dg.RunRequest)


def test_a_decision_is_built_and_a_sign_off_is_not(
    workspace: Workspace, instance: dg.DagsterInstance, record: Record
) -> None:
    built(instance, newest_change_id(record))
    small.draft(workspace, 8000)
    small.sign_off(workspace)
    assert isinstance(tick(workspace, instance), str)
    record.add_event(
        EventKind.EXCUSED, at=small.NOON, by_whom="Head of performance", reason="Merged",
        details=Details(
            organisation="WMAS", return_name="training_compliance", quarter=Quarter(2018, 1)
        ),
    )  # fmt: skip
    assert isinstance(tick(workspace, instance), dg.RunRequest)


def test_a_build_that_did_not_finish_is_as_one_that_did_not_happen(
    workspace: Workspace, instance: dg.DagsterInstance, record: Record
) -> None:
    built(instance, newest_change_id(record), draft=False)
    assert isinstance(tick(workspace, instance), dg.RunRequest)
    built(instance, newest_change_id(record))
    # A later build that stopped half-way: the draft is older than what was read.
    built(instance, newest_change_id(record), draft=False)
    assert isinstance(tick(workspace, instance), dg.RunRequest)


def test_a_build_that_failed_for_what_passes_is_tried_again_and_another_is_not(
    workspace: Workspace, instance: dg.DagsterInstance, record: Record
) -> None:
    newest = newest_change_id(record)
    now = dt.datetime.now(dt.UTC)
    note_failure(workspace, run_id="1", error="No space left on device", up_to=newest, at=now)
    said = str(tick(workspace, instance))
    assert "The disk is full." in said
    assert "tried again by itself" in said
    # Two minutes later, under another key than that of the run which failed.
    note_success(workspace)
    before = now - dt.timedelta(minutes=3)
    note_failure(workspace, run_id="1", error="No space left on device", up_to=newest, at=before)
    again = tick(workspace, instance)
    assert isinstance(again, dg.RunRequest)
    assert again.run_key == f"{newest}-again-1"
    note_failure(workspace, run_id="2", error="IndexError: x", up_to=newest, at=before)
    assert "not tried again by itself until something changes" in str(tick(workspace, instance))
    # Something that comes afterwards is built.
    small.send(record, small.training_return(7000))
    later = tick(workspace, instance)
    assert isinstance(later, dg.RunRequest)
    assert later.run_key == newest_change_id(record)


def test_a_failed_run_is_noted_unless_a_build_has_succeeded_since(
    workspace: Workspace, instance: dg.DagsterInstance, record: Record
) -> None:
    @dg.op
    def write() -> None:
        raise OSError(28, "No space left on device")

    @dg.job(name=BUILD)
    def job() -> None:
        write()

    result = job.execute_in_process(instance=instance, raise_on_error=False)
    context = dg.build_run_status_sensor_context(
        sensor_name="failed_builds",
        dagster_event=result.get_run_failure_event(),
        dagster_instance=instance,
        dagster_run=result.dagster_run,
        resources={"workspace": WorkspaceResource(root=str(workspace.root))},
    ).for_run_failure()
    said = failed_builds(context)
    assert isinstance(said, dg.SkipReason)
    noted = failed_build(workspace)
    assert noted is not None
    assert (noted.kind, noted.run_id) == ("disk", result.run_id)
    assert noted.up_to == newest_change_id(record)
    built(instance, newest_change_id(record))
    note_success(workspace)
    failed_builds(context)
    assert failed_build(workspace) is None


def test_what_stands_on_the_officers_assets_follows_each_sign_off_and_failure(
    workspace: Workspace, instance: dg.DagsterInstance, record: Record
) -> None:
    resource = WorkspaceResource(root=str(workspace.root))
    data = workspace.releases / small.draft(workspace, 8000).release_id / "data"
    row = {
        "measure": "TC01", "organisation": "UHB", "area": "all", "breakdown": "total",
        "category": "all", "period_kind": "quarter", "quarter": small.QUARTER.key,
        "period_end": small.QUARTER.end, "value": 80.0, "state": "shown", "members": "UHB/0",
        "partners_missing": None,
    }  # fmt: skip
    pl.DataFrame([row]).write_parquet(data / "pub_measure_value.parquet")
    workspace.practise(small.NOON.date())
    cursor: str | None = None

    def look() -> dict[str, str]:
        """What a look reports anew, by the asset's or check's name; nothing where it stands."""
        nonlocal cursor
        with dg.build_sensor_context(
            instance=instance, resources={"workspace": resource}, cursor=cursor
        ) as context:
            said = as_it_stands(context)
        if isinstance(said, dg.SkipReason):
            return {}
        assert isinstance(said, dg.SensorResult)
        cursor = said.cursor
        return {
            getattr(one, "check_name", one.asset_key.path[-1]): str(
                one.passed if isinstance(one, dg.AssetCheckEvaluation) else one.metadata
            )
            for one in said.asset_events
        }

    assert look()["the_figures_are_signed_off"] == "False"
    assert look() == {}
    small.sign_off(workspace)
    assert look()["the_figures_are_signed_off"] == "True"
    now = dt.datetime.now(dt.UTC)
    note_failure(workspace, run_id="1", error="IndexError: x", up_to=None, at=now)
    assert "The newest build failed" in look()["at_a_glance"]
    note_success(workspace)
    assert "The newest build failed" not in look()["at_a_glance"]
    assert look() == {}


def test_an_inbox_with_what_it_cannot_take_does_not_stop_the_sensor(
    workspace: Workspace, instance: dg.DagsterInstance
) -> None:
    (workspace.inbox / "nobody").mkdir()
    for place in ("nobody/a.csv", "stray \x1b[31m.csv"):
        (workspace.inbox / place).write_bytes(b"\x00\xff")
    said = str(tick(workspace, instance, inbox))
    assert "Put aside nobody/a.csv: There is no organisation" in said
    assert "\x1b" not in said
    assert tick(workspace, instance, inbox) == "The inbox is empty."


def test_without_a_lost_run_the_look_says_so(
    workspace: Workspace, instance: dg.DagsterInstance
) -> None:
    assert tick(workspace, instance, lost_runs) == "No run was lost."


# --- each night -----------------------------------------------------------------------------------


def night(
    workspace: Workspace, instance: dg.DagsterInstance, at: dt.datetime
) -> dg.RunRequest | str:
    """What the schedule asks for at its tick of that moment."""
    resource = WorkspaceResource(root=str(workspace.root))
    with dg.build_schedule_context(
        instance=instance, scheduled_execution_time=at, resources={"workspace": resource}
    ) as context:
        said = nightly_draft(context)
    if isinstance(said, dg.SkipReason):
        return str(said.skip_message)
    assert isinstance(said, dg.RunRequest)
    return said


def test_a_draft_is_made_each_night_also_where_nothing_came(
    workspace: Workspace, instance: dg.DagsterInstance, record: Record
) -> None:
    built(instance, newest_change_id(record))
    asked = night(workspace, instance, dt.datetime.now(dt.UTC))
    assert isinstance(asked, dg.RunRequest)
    assert asked.run_key is None


def test_no_draft_is_made_where_nothing_was_ever_sent(
    workspace: Workspace, instance: dg.DagsterInstance
) -> None:
    said = night(workspace, instance, dt.datetime.now(dt.UTC))
    assert said == "No return was accepted yet."


def test_nights_that_were_missed_are_not_made_up_for_one_by_one(
    workspace: Workspace, instance: dg.DagsterInstance, record: Record
) -> None:
    now = dt.datetime.now(dt.UTC)
    week = [night(workspace, instance, now - dt.timedelta(days=day)) for day in range(6, -1, -1)]
    assert [isinstance(one, dg.RunRequest) for one in week] == [False] * 6 + [True]
    assert "is over" in str(week[0])


@pytest.mark.parametrize(
    "schedule", [nightly_draft, chasing, publication], ids=lambda one: one.name
)
def test_no_schedule_is_at_an_hour_that_clocks_leave_out_or_repeat(
    schedule: dg.ScheduleDefinition,
) -> None:
    """In London clocks change between one and two o'clock."""
    assert schedule.execution_timezone == "Europe/London"
    minute, hour, *every_day = str(schedule.cron_schedule).split()
    assert (minute, every_day) == ("0", ["*"] * 3)
    assert int(hour) > 2
