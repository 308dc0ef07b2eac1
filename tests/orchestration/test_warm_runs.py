"""Runs that begin in the warm process, with a real daemon: all that holds of the others holds of
them, and what happens to the warm process harms none.

The traps: a process with threads is forked, and the run stands still for ever; a run on code that
is not on the disk any more; a run that is started twice, or not at all, since the warm process
died meanwhile; a signal to a process that only has the number of the one that is meant; a warm
process that is left behind.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.tags import GRPC_INFO_TAG

from orchestration import warm_runs
from orchestration.instance import opened
from orchestration.lost_runs import hold, is_alive, let_go, process_here, show_alive
from orchestration.warm_runs import MODULES, WarmProcess
from pipelines.workspace import Workspace
from tests.orchestration.test_killed_runs import (
    ask_for,
    daemon,
    process_of,
    runs,
    statuses,
    until,
)

PATIENCE = 120.0


@pytest.fixture
def toy_workspace(workspace: Workspace) -> Workspace:
    (workspace.root / "start").mkdir()
    return workspace


@pytest.mark.slow
def test_a_warm_run_succeeds_is_canceled_is_killed_and_is_asked_to_end_as_any_other(
    toy_workspace: Workspace,
) -> None:
    with opened(toy_workspace) as instance, daemon(toy_workspace):
        until(lambda: len(ready_ones(toy_workspace)) == 1, toy_workspace)

        ask_for(toy_workspace, "one")
        until(lambda: statuses(instance, "one") == ["SUCCESS"], toy_workspace)

        ask_for(toy_workspace, "slow canceled")
        until(lambda: process_of(toy_workspace, "slow canceled") is not None, toy_workspace)
        (run,) = runs(instance, "slow canceled")
        assert instance.run_coordinator.cancel_run(run.run_id)  # from another process, as a page
        until(lambda: statuses(instance, "slow canceled") == ["CANCELED"], toy_workspace)
        until(lambda: not is_alive(toy_workspace, run.run_id), toy_workspace)

        for name, number in (("slow killed", signal.SIGKILL), ("slow asked", signal.SIGTERM)):
            signal_to_its_process(toy_workspace, name, number)
            until(partial(ended_and_begun_again, instance, name), toy_workspace)

        (killed, _) = runs(instance, "slow killed")
        assert "terminated by signal 9" in said_of(instance, killed)
        assert statuses(instance, "slow canceled") == ["CANCELED"]  # and is not begun again
        assert instance.event_log_storage.get_concurrency_run_ids() == set()
        assert not any(GRPC_INFO_TAG in run.tags for run in instance.get_runs())  # all were warm


@pytest.mark.slow
def test_a_killed_warm_process_keeps_no_run_waiting_and_one_whose_daemon_is_gone_ends(
    toy_workspace: Workspace,
) -> None:
    with opened(toy_workspace) as instance, daemon(toy_workspace) as started:
        until(lambda: len(ready_ones(toy_workspace)) == 1, toy_workspace)
        os.kill(ready_ones(toy_workspace)[0], signal.SIGKILL)
        ask_for(toy_workspace, "cold")
        until(lambda: statuses(instance, "cold") == ["SUCCESS"], toy_workspace)
        assert GRPC_INFO_TAG in runs(instance, "cold")[0].tags

        until(lambda: len(ready_ones(toy_workspace)) == 2, toy_workspace)
        ask_for(toy_workspace, "slow warm")
        until(lambda: process_of(toy_workspace, "slow warm") is not None, toy_workspace)
        (run,) = runs(instance, "slow warm")
        assert GRPC_INFO_TAG not in run.tags
        warm = ready_ones(toy_workspace)[1]
        assert is_there(warm)
        started.kill()  # the daemon alone, with no time for anything
        started.wait()
        with killed_afterwards(started.pid):
            until(lambda: not is_there(warm), toy_workspace)
            # The run goes on, as one does that was started in the other way.
            assert is_alive(toy_workspace, run.run_id)
            (toy_workspace.root / "go").touch()
            until(lambda: statuses(instance, "slow warm") == ["SUCCESS"], toy_workspace)
            until(lambda: not is_alive(toy_workspace, run.run_id), toy_workspace)


def test_what_is_loaded_starts_no_thread(warm: Callable[..., WarmProcess]) -> None:
    assert warm().wait_until_ready(PATIENCE)


def test_a_warm_process_with_threads_is_found_out_and_not_used(
    warm: Callable[..., WarmProcess],
) -> None:
    made = warm(modules=[*MODULES, "polars"])
    assert not made.wait_until_ready(PATIENCE)
    assert not made.start("a-run", "")
    assert made.process.poll() is not None


def test_a_warm_process_whose_files_have_changed_is_not_used(
    warm: Callable[..., WarmProcess],
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "loaded_by_the_test.py"
    file.write_text("A = 1", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    made = warm(modules=[file.stem])
    assert made.wait_until_ready(PATIENCE)
    new = file.with_suffix(".new")
    new.write_text("A = 2", encoding="utf-8")
    os.utime(new, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    new.rename(file)  # the same size, the same time: another file
    assert not made.start("a-run", "")
    assert made.process.poll() is not None
    assert not is_alive(workspace, "a-run")


def test_a_warm_process_that_does_not_answer_is_ended_before_the_run_is_started_elsewhere(
    warm: Callable[..., WarmProcess], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm_runs, "_ANSWER_SECONDS", 1.0)
    monkeypatch.setattr(warm_runs, "_STOP_SECONDS", 1.0)
    made = warm(modules=[])
    assert made.wait_until_ready(PATIENCE)
    made.process.send_signal(signal.SIGSTOP)
    assert not made.start("a-run", "")
    assert made.process.returncode == -signal.SIGKILL
    assert not is_alive(workspace, "a-run")


_DIES_AFTER_THE_FORK = """
import os, signal, time
from dagster._cli.api import execute_run_command
execute_run_command.main = lambda arguments: time.sleep(3)
fork = os.fork
def fork_and_die():
    if fork():
        os.kill(os.getpid(), signal.SIGKILL)
    return 0
os.fork = fork_and_die
"""


def test_a_run_is_seen_to_have_begun_though_the_warm_process_died_before_it_said_so(
    warm: Callable[..., WarmProcess],
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "dies_after_the_fork.py").write_text(_DIES_AFTER_THE_FORK, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    made = warm(modules=["dies_after_the_fork"])
    assert made.wait_until_ready(PATIENCE)
    assert not made.start("a-run", "")
    assert is_alive(workspace, "a-run")
    ends = time.monotonic() + PATIENCE
    while is_alive(workspace, "a-run"):
        assert time.monotonic() < ends
        time.sleep(0.1)


def test_only_the_process_that_holds_the_lock_is_ever_meant(workspace: Workspace) -> None:
    with process_here(workspace, "never begun") as none:
        assert none is None
    show_alive(workspace, "a-run")
    with process_here(workspace, "a-run") as handle:
        assert handle is not None
        signal.pidfd_send_signal(handle, 0)
    let_go("a-run")  # the file still has the number of this process, which lives
    with process_here(workspace, "a-run") as gone:
        assert gone is None
    hold(workspace, "a-run")
    file = workspace.cache / "runs" / "a-run.lock"
    file.write_text(f"another-machine 4026531836 {os.getpid()}", encoding="utf-8")
    with process_here(workspace, "a-run") as elsewhere:
        assert elsewhere is None
    let_go("a-run")


@pytest.fixture
def warm(workspace: Workspace) -> Iterator[Callable[..., WarmProcess]]:
    """Starts warm processes on the workspace, which end with the test."""
    made: list[WarmProcess] = []

    def start(**settings: object) -> WarmProcess:
        made.append(WarmProcess(ended=lambda run_id, code: None, **settings))  # type: ignore[arg-type]
        return made[-1]

    yield start
    for one in made:
        one.stop()


def ready_ones(workspace: Workspace) -> list[int]:
    """The warm processes that were ever ready, by what the daemon says."""
    log = (workspace.root / "daemon.log").read_text(encoding="utf-8")
    return [int(one) for one in re.findall(r"The warm process \(pid (\d+)\) is ready", log)]


def is_there(process: int) -> bool:
    """Whether the process goes on; one that ended and that nobody has asked after does not."""
    with suppress(FileNotFoundError):
        state = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2]
        return state.split()[0] != "Z"
    return False


def signal_to_its_process(workspace: Workspace, name: str, number: signal.Signals) -> None:
    """Starts the run, and sends the signal once it is at work."""
    ask_for(workspace, name)
    until(lambda: process_of(workspace, name) is not None, workspace)
    victim = process_of(workspace, name)
    assert victim is not None
    os.kill(victim, number)


def ended_and_begun_again(instance: dg.DagsterInstance, name: str) -> bool:
    """Whether the run failed, was begun again by itself and succeeded."""
    return statuses(instance, name) == ["FAILURE", "SUCCESS"]


def said_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    """All that the run's page says."""
    return "\n".join(
        entry.dagster_event.message or ""
        for entry in instance.all_logs(run.run_id)
        if entry.dagster_event is not None
    )


@contextmanager
def killed_afterwards(group: int) -> Iterator[None]:
    """SIGKILL for what is left of the group, whose leader is gone."""
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        time.sleep(0.1)
