"""A workspace as it was on a day: what had been received, decided and published by then.

The record never changes what it holds, so what was known then is a part of it. The copy is an
ordinary workspace for practice on that day: it is built, looked at and traced like any other.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator
from pathlib import Path

from pipelines.durable import copy_whole
from pipelines.keeping.backup import BackupError, keep_apart, of_the_whole
from pipelines.publishing.releases import all_releases
from pipelines.record.model import EventKind
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.working_days import LONDON


def copy_as_of(workspace: Workspace, day: dt.date, folder: Path) -> Workspace:
    """Copy what was known at the end of ``day`` (in London) into ``folder``.

    What was erased since is not in it, and what was set aside as damaged stays set aside. The
    board is as it was in force then; where none was yet, the first that came.

    Args:
        workspace: Where everything is.
        day: The last day that counts.
        folder: Where the copy goes; it must be empty or not there yet.

    Returns:
        The copy, a workspace for practice on that day.

    Raises:
        BackupError: The folder holds something, or lies in the workspace or around it.
        OSError: The folder cannot be written.
    """
    copy = Workspace(folder.absolute())
    keep_apart(workspace.root, copy.root)
    if copy.root.exists() and any(copy.root.iterdir()):
        raise BackupError(f"{copy.root} holds something already. Name a folder that is empty.")
    until = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=LONDON)
    copy.create()
    staging = copy.cache / "copying"
    for path in _known(workspace, until):
        target = copy.root / path.relative_to(workspace.root)
        copy_whole(path, target, staging=staging / secrets.token_hex(8))
    copy.practise(day)
    return copy


def _known(workspace: Workspace, until: dt.datetime) -> Iterator[Path]:
    """Yield the paths of what had come by the moment ``until``."""
    record = Record(workspace.record)
    yield from of_the_whole(workspace.record)
    for one in record.submissions():
        if one.received_at < until:
            yield record.submission_folder(one.submission_id)
    first_board = record.events(EventKind.BOARD)[:1]
    for event in record.events():
        if event.at < until or event.kind is EventKind.SET_ASIDE or event in first_board:
            yield record.event_file(event.event_id)
    for release in all_releases(workspace.releases):
        counted = release.counts_up_to or release.made_at
        if release.status == "final" and counted.replace(tzinfo=counted.tzinfo or dt.UTC) < until:
            yield workspace.releases / release.release_id
