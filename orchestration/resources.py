"""Thin adapters: what the assets need of the workspace, so that domain code knows no Dagster."""

import datetime as dt
import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO

import dagster as dg
from dagster._core.errors import raise_execution_interrupts
from pydantic import Field

from orchestration.lost_runs import say_where, show_alive
from pipelines.record.store import Record
from pipelines.warehouse_health import writing_to
from pipelines.workspace import Workspace

_LOOK = 1.0  # seconds between two looks whether the warehouse is free


class AsOf(dg.Config):
    """By which day a run judges what is late."""

    as_of: str | None = Field(
        default=None,
        description="A day, such as 2018-11-19. Empty: today in London, or the practice day.",
    )

    def day(self, workspace: Workspace) -> dt.date:
        """The day that was asked for, else the workspace's today."""
        if self.as_of:
            return dt.date.fromisoformat(self.as_of)
        return workspace.today(now=dt.datetime.now(dt.UTC))


class WorkspaceResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # Dagster's own form
    """The workspace on which a run works."""

    root: str

    @property
    def workspace(self) -> Workspace:
        return Workspace(Path(self.root))

    @property
    def record(self) -> Record:
        """The record; one object in a process, since it keeps what it has read."""
        return _record(self.workspace.record)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Shows, for a run, that its process is alive."""
        _show_alive(self.workspace, context)


class WarehouseResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # Dagster's own form
    """The warehouse, for one run at a time, whatever started it.

    The pool keeps steps apart; this keeps whole runs apart, those started by a command too: a run
    that came back to tables which another had built since would make a draft that mixes both. The
    second run waits before its first step, while it has no place in the pool, so that neither
    waits for the other for ever. The kernel lets it in if the first one's process dies.
    """

    root: str

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["WarehouseResource"]:
        """Holds the warehouse from before the run's first step until after its last."""
        workspace = Workspace(Path(self.root))
        # Dagster may ask for the warehouse before the workspace, and a run that waits is alive.
        _show_alive(workspace, context)
        lock = workspace.cache / "warehouse.lock"
        with held_by(lock, context.run_id or "a test", log=context.log):
            yield self

    @contextmanager
    def writing(self, *, loads: bool = False, on: dt.date | None = None) -> Iterator[Path]:
        """Watches over one step that writes, and gives the file.

        ``on`` is the day by which lateness is judged where it is filled anew; None: the
        workspace's today. ``loads``: the step fills the warehouse from the record, and so makes
        good what an unfinished step has left. Any other raises
        ``pipelines.warehouse_health.WarehouseIncompleteError`` there.
        """
        workspace = Workspace(Path(self.root))
        day = on or workspace.today(now=dt.datetime.now(dt.UTC))
        with writing_to(workspace.warehouse, _record(workspace.record), loads=loads, on=day):
            yield workspace.warehouse


def _show_alive(workspace: Workspace, context: dg.InitResourceContext) -> None:
    if context.run_id is not None and context.instance is not None:  # of a run, not of a sensor
        show_alive(workspace, context.run_id)
        say_where(context.instance, workspace, context.run_id)


@contextmanager
def held_by(lock: Path, run_id: str, *, log: dg.DagsterLogManager | None) -> Iterator[None]:
    """Holds the lock for the length of the block, and says in the run's log for whom it waits."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+b") as handle:
        waits = False
        while not _locked(handle):
            if log is not None and not waits:
                handle.seek(0)
                other = handle.read().decode("utf-8", "replace") or "another"
                log.info(f"Run {other} is writing to the warehouse. This one waits until it ends.")
            waits = True
            with raise_execution_interrupts():  # canceled meanwhile, it ends at once
                time.sleep(_LOOK)
        handle.truncate(0)
        handle.write(run_id.encode())
        handle.flush()
        yield


def _locked(handle: IO[bytes]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@cache
def _record(folder: Path) -> Record:
    return Record(folder)
