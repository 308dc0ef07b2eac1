"""What an officer asks of the engine from a page: a build, a publication, or a withdrawal.

A request is a file under ``cache/asked/`` in the workspace until a run of it is there. Its id is
the run's key, so that whatever is killed in between, it is done once. Who asks while no engine
runs is told so: the request waits.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.durable import replace_file
from pipelines.record.ids import make_id
from pipelines.workspace import Workspace
from schemas.quarter import Quarter

BUILD, PUBLISH, WITHDRAW = "build", "publish", "withdraw"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request: ``what`` is ``build``, ``publish`` or ``withdraw``.

    ``quarter`` is None for the usual one; ``edition`` names the one to withdraw.
    """

    request_id: str
    what: str
    by_whom: str
    at: dt.datetime
    quarter: Quarter | None
    note: str | None
    edition: str | None = None


def ask(
    workspace: Workspace,
    what: str,
    *,
    by_whom: str,
    at: dt.datetime,
    quarter: Quarter | None = None,
    note: str | None = None,
    edition: str | None = None,
) -> Request:
    """Keep a request; asked again while it waits, it is the same one.

    Args:
        workspace: Where.
        what: ``build``, ``publish`` or ``withdraw``.
        by_whom: Who asks, signed in.
        at: When.
        quarter: Of which quarter.
        note: For a publication that amends an edition: what was put right. For a withdrawal: why.
        edition: The edition to withdraw.
    """
    for one in waiting(workspace):
        if (one.what, one.quarter, one.note, one.edition) == (what, quarter, note, edition):
            return one
    request = Request(
        request_id=make_id(at, newest=None),
        what=what,
        by_whom=by_whom,
        at=at,
        quarter=quarter,
        note=note,
        edition=edition,
    )
    kept = {**asdict(request), "at": at.isoformat(), "quarter": quarter and quarter.key}
    replace_file(
        json.dumps(kept, indent=1).encode(), _folder(workspace) / f"{request.request_id}.json"
    )
    return request


def waiting(workspace: Workspace) -> list[Request]:
    """Return the requests of which no run was started yet, oldest first.

    A file that cannot be read is nobody's request: it is passed over.
    """
    found = []
    for file in sorted(_folder(workspace).glob("[0-9]*.json")):
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            quarter = Quarter.parse(kept["quarter"]) if kept["quarter"] else None
            at = dt.datetime.fromisoformat(kept["at"])
            found.append(Request(**{**kept, "at": at, "quarter": quarter}))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def taken(workspace: Workspace, request: Request) -> None:
    """Take a request off the list: a run of it is there."""
    (_folder(workspace) / f"{request.request_id}.json").unlink(missing_ok=True)


def _folder(workspace: Workspace) -> Path:
    return workspace.cache / "asked"


def is_building(workspace: Workspace) -> bool:
    """Return whether a build goes on: a run holds the warehouse."""
    lock = workspace.cache / "warehouse.lock"
    if not lock.exists():
        return False
    with lock.open("rb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
