"""Runs whose process is gone: killed, or stopped with the machine.

Dagster sees the death of a run's process only while the server that started it lives. After that
the run stays "started", for half an hour by our settings, and keeps its place in the pool. So each
run's process holds a lock of its own for as long as it lives, which the kernel frees in whatever
way it ends; where nobody holds it, the run is ended here. What then starts it once more is Dagster
(``run_retries`` in ``dagster.yaml``). The lock's file says which process that is.

The kernel knows of the locks of its own machine alone. So each run says on its page where its
process is, and where runs are on several machines, each looks after its own.
"""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import dagster as dg
from dagster._core.storage.tags import SYSTEM_TAG_PREFIX
from dagster_shared.error import SerializableErrorInfo

from pipelines.workspace import Workspace

# From a run's start to the moment when it holds its lock: thousandths of a second.
_GRACE = 10.0
_WAIT = 1.0

# The tag of a run that says on which machine its process is, and on which workspace. Dagster's
# pages keep what begins so out of their lists, where an officer looks for what came and failed.
PLACE = f"{SYSTEM_TAG_PREFIX}quarterdeck_place"

# What the drivers of both databases call it when the database does not answer.
_DATABASE_IS_AWAY = {"OperationalError", "InterfaceError"}

_held: dict[str, IO[bytes]] = {}


def show_alive(workspace: Workspace, run_id: str) -> None:
    """Holds the run's lock until this process ends, not only until the run does: a run that seems
    unfinished while its process is gone is then lost for certain."""
    hold(workspace, run_id)
    _held[run_id].seek(0)
    _held[run_id].write(f"{_this_machine()} {os.getpid()}".encode())
    _held[run_id].flush()


def say_where(instance: dg.DagsterInstance, workspace: Workspace, run_id: str) -> None:
    """Notes on the run's page that its process is here."""
    run = instance.get_run_by_id(run_id)
    if run is not None and run.tags.get(PLACE) != _here(workspace):
        instance.add_run_tags(run_id, {PLACE: _here(workspace)})


def hold(workspace: Workspace, run_id: str) -> None:
    """Holds the run's lock for a process that is about to be forked, so that it is held as long as
    that process lives; ``let_go`` then leaves it to that process alone."""
    if run_id not in _held:
        file = _lock_file(workspace, run_id)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        handle = file.open("r+b")
        fcntl.flock(handle, fcntl.LOCK_EX)
        _held[run_id] = handle


def let_go(run_id: str) -> None:
    """Closes the run's lock here. Who was forked since it was taken still holds it."""
    _held.pop(run_id).close()


@contextmanager
def process_here(workspace: Workspace, run_id: str) -> Iterator[int | None]:
    """A handle (``pidfd``) on the run's process; None where none on this machine holds its lock."""
    try:
        said = _lock_file(workspace, run_id).read_text(encoding="utf-8")
        machine, _, process = said.rpartition(" ")
        handle = os.pidfd_open(int(process)) if machine == _this_machine() else None
    except (FileNotFoundError, ProcessLookupError):
        handle = None
    if handle is None:
        yield None
        return
    try:
        # The lock is still held, so whoever wrote its number lives, and the handle is of that
        # process: never of another that has been given the number since.
        yield handle if is_alive(workspace, run_id) else None
    finally:
        os.close(handle)


def end_lost_runs(
    instance: dg.DagsterInstance, workspace: Workspace, *, wait: bool = False
) -> list[str]:
    """Fails every run of this machine whose process is gone, frees its place in the pool and gives
    their ids.

    A run that began this very moment is left to the next look; ``wait``: that look is made here.
    """
    ended = []
    for record in _going_on(instance):
        run_id = record.dagster_run.run_id
        if _is_elsewhere(workspace, record.dagster_run):
            continue
        while wait and _is_young(record) and not is_alive(workspace, run_id):
            time.sleep(_WAIT)
        if _is_young(record) or is_alive(workspace, run_id):
            continue
        # Only now, when nothing can change it any more, does its status count.
        run = instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            continue
        end(instance, run, "The run's process is gone: it was killed, or the machine stopped.")
        ended.append(run_id)
    _free_places(instance, workspace)
    _sweep(instance, workspace)
    return ended


def end(instance: dg.DagsterInstance, run: dg.DagsterRun, why: str) -> None:
    """Ends a run whose process is gone: as canceled where a person asked for that, or as failed."""
    if run.status is dg.DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run, why)
    else:
        instance.report_run_failed(
            run, f"{why} Nothing is lost: the next build begins anew from the record."
        )


def lost_its_database(instance: dg.DagsterInstance, record: dg.RunRecord) -> bool:
    """Whether the run failed because Dagster's own database could not be reached: a fault that
    passes and has nothing to do with the data."""
    if record.dagster_run.status is not dg.DagsterRunStatus.FAILURE:
        return False
    found = instance.get_records_for_run(
        record.dagster_run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE
    )
    return any(
        event.step_failure_data.error is not None
        and _DATABASE_IS_AWAY & set(_causes(event.step_failure_data.error))
        for one in found.records
        if (event := one.event_log_entry.dagster_event) is not None
    )


def _causes(error: SerializableErrorInfo) -> Iterator[str | None]:
    cause: SerializableErrorInfo | None = error
    while cause is not None:
        yield cause.cls_name
        cause = cause.cause


def is_alive(workspace: Workspace, run_id: str) -> bool:
    """Whether a process holds the run's lock."""
    try:
        with _lock_file(workspace, run_id).open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _here(workspace: Workspace) -> str:
    return f"{socket.gethostname()}:{workspace.root}"


def _is_elsewhere(workspace: Workspace, run: dg.DagsterRun) -> bool:
    """Whether the run's process is on another machine. Not where its lock lies here: a container
    that was made anew has another name."""
    said = run.tags.get(PLACE, _here(workspace))
    return said != _here(workspace) and not _lock_file(workspace, run.run_id).exists()


def _this_machine() -> str:
    """What makes a process's number unique: this start of the machine, and the container."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return f"{boot} {Path('/proc/self/ns/pid').stat().st_ino}"


def _going_on(instance: dg.DagsterInstance) -> list[dg.RunRecord]:
    statuses = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
    return list(instance.get_run_records(dg.RunsFilter(statuses=statuses)))


def _is_young(record: dg.RunRecord) -> bool:
    began = record.start_time
    return began is None or time.time() - began < _GRACE


def _free_places(instance: dg.DagsterInstance, workspace: Workspace) -> None:
    """Frees the places in the pool of runs that ended without giving them back."""
    for run_id in instance.event_log_storage.get_concurrency_run_ids():
        run = instance.get_run_by_id(run_id)
        if (run is None or run.is_finished) and not is_alive(workspace, run_id):
            instance.event_log_storage.free_concurrency_slots_for_run(run_id)


def _sweep(instance: dg.DagsterInstance, workspace: Workspace) -> None:
    """Removes the lock files of runs that ended."""
    for file in _folder(workspace).glob("*.lock"):
        run = instance.get_run_by_id(file.stem)
        if (run is None or run.is_finished) and not is_alive(workspace, file.stem):
            file.unlink(missing_ok=True)


def _folder(workspace: Workspace) -> Path:
    return workspace.cache / "runs"


def _lock_file(workspace: Workspace, run_id: str) -> Path:
    return _folder(workspace) / f"{run_id}.lock"
