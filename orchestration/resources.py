"""What the assets need of the workspace, so that domain code knows no Dagster."""

import datetime as dt
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO

import dagster as dg
from pydantic import Field

from pipelines.record.store import Record
from pipelines.warehouse.health import writing_to
from pipelines.workspace import Workspace

_LOOK = 1.0  # seconds between two looks whether the warehouse is free
_GRACE = 5.0  # from letting go of the warehouse until the run's end is noted: thousandths of one


class WorkspaceResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # Dagster's own form
    """The workspace on which a run works."""

    root: str

    @property
    def workspace(self) -> Workspace:
        """The workspace's folders."""
        return Workspace(Path(self.root))

    @property
    def record(self) -> Record:
        """The record; one object in a process, since it caches what it has read."""
        return _record(self.workspace.record)


class AsOfResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # Dagster's own form
    """By which day a run judges what is late, and for which meeting it reports."""

    day: str | None = Field(
        default=None,
        description="A day, such as 2018-11-19. Empty: today in London, or the practice day.",
    )
    meeting: str | None = Field(
        default=None,
        description="The day of a meeting, such as 2018-11-27. Empty: the next of the quarter.",
    )

    def on(self, workspace: Workspace) -> dt.date:
        """Return the day that was asked for, else the workspace's today."""
        if self.day:
            return dt.date.fromisoformat(self.day)
        return workspace.today(now=dt.datetime.now(dt.UTC))

    @property
    def meeting_on(self) -> dt.date | None:
        """The day of the meeting that was asked for, if one was."""
        return dt.date.fromisoformat(self.meeting) if self.meeting else None


class WarehouseResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # Dagster's own form
    """The warehouse, for one run at a time, whatever started it.

    The pool keeps the runs of the queue apart. The lock does so with those of a command too, and
    with a run that was given up for lost and still writes: its retry waits before its first step.
    The kernel frees the lock when the process that holds it ends.
    """

    root: str

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["WarehouseResource"]:
        """Hold the warehouse from before the run's first step until after its last."""
        with holding(
            warehouse_lock(Workspace(Path(self.root))),
            run_id=context.run_id or "a test",
            instance=context.instance,
            log=context.log,
        ):
            yield self

    @contextmanager
    def writing(self, *, loads: bool = False) -> Iterator[Path]:
        """Watch over one step that writes, and yield the file.

        Args:
            loads: The step fills the warehouse from the record, and so makes good what an
                unfinished step has left.

        Raises:
            pipelines.warehouse.health.WarehouseIncompleteError: An unfinished step has left
                something, and this one does not load.
        """
        file = Workspace(Path(self.root)).warehouse
        with writing_to(file, loads=loads):
            yield file


def warehouse_lock(workspace: Workspace) -> Path:
    """Return the file that the run which writes to the warehouse holds locked."""
    return workspace.cache / "warehouse.lock"


@contextmanager
def holding(
    lock: Path,
    *,
    run_id: str,
    instance: dg.DagsterInstance | None = None,
    log: dg.DagsterLogManager | None = None,
) -> Iterator[None]:
    """Hold the lock for the length of the block; the run's log says for whom it waits.

    The file names the run that held it last. Where that run seems to go on without the lock, its
    process was killed or could not note its end: it is failed in ``instance``.
    """
    with _opened(lock) as handle:
        waits = False
        while not _locked(handle):
            if log is not None and not waits:
                other = _name_in(handle) or "another"
                log.info(f"Run {other} is writing to the warehouse. This one waits until it ends.")
            waits = True
            time.sleep(_LOOK)
        if instance is not None:
            _fail_interrupted(instance, _name_in(handle))
        handle.truncate(0)
        handle.write(run_id.encode())
        handle.flush()
        os.fsync(handle.fileno())
        yield


def end_interrupted_run(instance: dg.DagsterInstance, lock: Path) -> str | None:
    """Fail the run that held the lock last, if it seems to go on without it; return its id.

    Dagster sees the death of a run's process only as long as the server that started it lives.
    """
    with _opened(lock) as handle:
        return _fail_interrupted(instance, _name_in(handle)) if _locked(handle) else None


def _fail_interrupted(instance: dg.DagsterInstance, run_id: str) -> str | None:
    """Fail the run if it goes on. Caller must hold the lock."""
    until = time.monotonic() + _GRACE
    while (run := instance.get_run_by_id(run_id) if run_id else None) and not run.is_finished:
        if time.monotonic() >= until:
            break
        time.sleep(_LOOK)
    else:
        return None
    message = "The run's process is gone: it was killed, the machine stopped or the disk was full."
    if run.status is dg.DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run, message)
    else:
        instance.report_run_failed(
            run, f"{message} Nothing is lost: the next build begins again from the record."
        )
    return run_id


def _opened(lock: Path) -> IO[bytes]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    return lock.open("a+b")


def _locked(handle: IO[bytes]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _name_in(handle: IO[bytes]) -> str:
    handle.seek(0)
    return handle.read().decode("utf-8", "replace")


@cache
def _record(folder: Path) -> Record:
    return Record(folder)
