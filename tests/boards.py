"""The board that tests work with: Birmingham's, as the samples have it."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

from pipelines.board.in_force import apply, versions
from pipelines.board.tables import load_reference
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.reference import Reference

BIRMINGHAM = Path(__file__).parents[1] / "boards" / "birmingham"
BEFORE_ALL = dt.datetime(2014, 4, 1, tzinfo=dt.UTC)


@cache
def birmingham() -> Reference:
    """The board of the samples, typed."""
    return load_reference(BIRMINGHAM)


def with_board(workspace: Workspace, folder: Path = BIRMINGHAM) -> Workspace:
    """Puts a board into force before all that a test does; gives the workspace."""
    record = Record(workspace.create().record)
    if not versions(record):
        apply(record, folder, by_whom="A test", note="To begin with", at=BEFORE_ALL)
    return workspace
