"""Runs that die, with a real daemon and real processes: nobody has to see to them.

The traps: a run whose process is gone stays "started" for ever, keeps its place in the pool and
stops every build after it; a run that is begun again while the first one still writes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest

from orchestration import resources
from orchestration.instance import opened
from orchestration.resources import end_interrupted_run, holding, warehouse_lock
from pipelines.workspace import Workspace

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PATIENCE = 240.0
DAEMON = str(Path(sys.executable).with_name("dagster-daemon"))


@contextmanager
def daemon(workspace: Workspace) -> Iterator[subprocess.Popen[bytes]]:
    """Dagster's daemon on the toy, killed with all that it started when the block ends."""
    with (workspace.root / "daemon.log").open("ab") as log:
        started = subprocess.Popen(
            [DAEMON, "run", "-m", "tests.orchestration.toy"],
            cwd=ROOT,
            env={**os.environ, "QUARTERDECK_WORKSPACE": str(workspace.root)},
            start_new_session=True,
            stdout=log,
            stderr=log,
        )
    try:
        yield started
    finally:
        kill_all(started)


def kill_all(started: subprocess.Popen[bytes]) -> None:
    """SIGKILL for the whole group, as when a machine stops."""
    if started.poll() is None:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def until(what: Callable[[], bool], workspace: Workspace) -> None:
    """Waits until it is so."""
    ends = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < ends, (workspace.root / "daemon.log").read_text()[-4000:]
        time.sleep(0.2)


def ask_for(workspace: Workspace, name: str) -> None:
    """Has the toy's sensor start a run."""
    (workspace.root / "start" / name).touch()


def runs(instance: dg.DagsterInstance, name: str) -> Sequence[dg.DagsterRun]:
    """The runs of that name, the first one first."""
    return instance.get_runs(dg.RunsFilter(tags={"name": name}), ascending=True)


def statuses(instance: dg.DagsterInstance, name: str) -> list[str]:
    """Where they stand."""
    return [run.status.value for run in runs(instance, name)]


def process_of(workspace: Workspace, name: str) -> int | None:
    """The process of the run that said something last."""
    said = workspace.root / "said" / name
    lines = said.read_text().splitlines() if said.exists() else []  # none yet: it is being written
    return int(lines[-1].split()[1]) if lines else None


@pytest.fixture
def toy_workspace(workspace: Workspace) -> Workspace:
    (workspace.root / "start").mkdir()
    return workspace


def test_a_killed_run_is_begun_again_by_itself_and_the_one_that_waits_goes_on(
    toy_workspace: Workspace,
) -> None:
    with opened(toy_workspace) as instance, daemon(toy_workspace):
        ask_for(toy_workspace, "slow")
        until(lambda: process_of(toy_workspace, "slow") is not None, toy_workspace)
        ask_for(toy_workspace, "other")
        until(lambda: statuses(instance, "other") == ["QUEUED"], toy_workspace)
        time.sleep(10)  # two looks of the queue
        assert statuses(instance, "other") == ["QUEUED"]
        victim = process_of(toy_workspace, "slow")
        assert victim is not None
        os.kill(victim, signal.SIGKILL)
        until(lambda: statuses(instance, "other") == ["SUCCESS"], toy_workspace)
        until(lambda: statuses(instance, "slow") == ["FAILURE", "SUCCESS"], toy_workspace)
        assert process_of(toy_workspace, "slow") != victim


def test_after_a_crash_of_everything_the_lost_run_is_ended_and_begun_again(
    toy_workspace: Workspace,
) -> None:
    with opened(toy_workspace) as instance:
        with daemon(toy_workspace) as first:
            ask_for(toy_workspace, "slow")
            until(lambda: process_of(toy_workspace, "slow") is not None, toy_workspace)
            kill_all(first)
        # Nobody was there to note it; the next one of the pool would wait for ever.
        assert statuses(instance, "slow") == ["STARTED"]
        with daemon(toy_workspace):
            until(lambda: statuses(instance, "slow") == ["FAILURE", "SUCCESS"], toy_workspace)


def test_a_run_that_waits_for_the_warehouse_is_canceled_at_once_and_leaves_nothing(
    toy_workspace: Workspace,
) -> None:
    with opened(toy_workspace) as instance, daemon(toy_workspace):
        with holding(warehouse_lock(toy_workspace), run_id="of a command"):
            ask_for(toy_workspace, "waits")
            until(lambda: _says_that_it_waits(instance, "waits"), toy_workspace)
            (run,) = runs(instance, "waits")
            assert instance.run_coordinator.cancel_run(run.run_id)
            # While the other still holds it.
            until(lambda: statuses(instance, "waits") == ["CANCELED"], toy_workspace)
        assert process_of(toy_workspace, "waits") is None  # it has done nothing
        ask_for(toy_workspace, "next")
        until(lambda: statuses(instance, "next") == ["SUCCESS"], toy_workspace)
        assert statuses(instance, "waits") == ["CANCELED"]  # what a person ended stays ended


def test_a_run_whose_process_is_asked_to_end_ends_and_the_next_goes_on(
    toy_workspace: Workspace,
) -> None:
    with opened(toy_workspace) as instance, daemon(toy_workspace):
        ask_for(toy_workspace, "slow")
        until(lambda: process_of(toy_workspace, "slow") is not None, toy_workspace)
        victim = process_of(toy_workspace, "slow")
        assert victim is not None
        os.kill(victim, signal.SIGTERM)
        until(lambda: statuses(instance, "slow") == ["FAILURE", "SUCCESS"], toy_workspace)
        ask_for(toy_workspace, "next")
        until(lambda: statuses(instance, "next") == ["SUCCESS"], toy_workspace)


def test_only_the_run_that_goes_on_without_the_warehouse_it_held_is_failed(
    workspace: Workspace, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = warehouse_lock(workspace)
    lost, another = started_run(instance), started_run(instance)
    with holding(lock, run_id=lost.run_id):
        assert end_interrupted_run(instance, lock) is None
    monkeypatch.setattr(resources, "_LOOK", 0.0)
    with monkeypatch.context() as ends:  # a run that has just let go of it notes its end
        ends.setattr("time.sleep", lambda _: instance.report_run_failed(lost))
        assert end_interrupted_run(instance, lock) is None
    monkeypatch.setattr(resources, "_GRACE", 0.0)
    lock.write_text(another.run_id, encoding="utf-8")  # as a killed process leaves it
    assert end_interrupted_run(instance, lock) == another.run_id
    assert end_interrupted_run(instance, lock) is None


def test_whoever_takes_the_warehouse_next_fails_the_run_that_died(
    workspace: Workspace, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "_GRACE", 0.0)
    lock, lost = warehouse_lock(workspace), started_run(instance)
    lock.write_text(lost.run_id, encoding="utf-8")
    with holding(lock, run_id="another", instance=instance):
        (run,) = instance.get_runs()
        assert run.status is dg.DagsterRunStatus.FAILURE


def started_run(instance: dg.DagsterInstance) -> dg.DagsterRun:
    """A run that Dagster believes to go on, and of which there is no process."""
    run = instance.create_run_for_job(_nothing)
    instance.report_dagster_event(
        dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, job_name=run.job_name), run.run_id
    )
    return run


@dg.job
def _nothing() -> None:
    """No step."""


def _says_that_it_waits(instance: dg.DagsterInstance, name: str) -> bool:
    return any(
        "This one waits until it ends" in entry.user_message
        for run in runs(instance, name)
        for entry in instance.all_logs(run.run_id)
    )
