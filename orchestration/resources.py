"""Thin adapters: what the assets need of the workspace, so that domain code knows no Dagster."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import dagster as dg

from pipelines.durable import exclusive
from pipelines.record.store import Record
from pipelines.warehouse_health import writing_to
from pipelines.workspace import Workspace


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

    @contextmanager
    def writing(self, run_id: str, *, loads: bool = False) -> Iterator[None]:
        """Only one step of any run, in any process, writes to the warehouse at a time.

        The pool keeps steps of queued runs apart; this keeps a run started by the command apart
        from those. The kernel frees it if the process dies. ``loads``: the step fills the
        warehouse from the record, and so makes good what an unfinished step has left.

        The run that began last owns the warehouse. An older one that comes back for its next step
        finds other tables than it left there, and is stopped: raises ``dagster.Failure``.
        """
        with exclusive(self.workspace.cache / "warehouse.lock"):
            _own(self.workspace.cache / "warehouse.run", run_id)
            with writing_to(self.workspace.warehouse, self.record, loads=loads):
                yield


@cache
def _record(folder: Path) -> Record:
    return Record(folder)


_begun: set[str] = set()  # the runs of this process that have written


def _own(token: Path, run_id: str) -> None:
    """Makes the run the owner at its first step; at a later one it must be so still."""
    if run_id not in _begun:
        token.write_text(run_id, encoding="utf-8")
        _begun.add(run_id)
    elif (owner := token.read_text(encoding="utf-8")) != run_id:
        raise dg.Failure(
            f"Another build ({owner}) began after this one and works on the same warehouse. This "
            "one stops here; start it again if you still want it once the other has ended.",
            allow_retries=False,
        )
