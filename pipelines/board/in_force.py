"""The board that is in force: the newest version in the record.

A version is put into the record whole, as a decision with who, when and why, and never changes.
What lies in a folder and was not applied is only a draft.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from pipelines.board import NoBoardError, ReferenceDataError
from pipelines.board.cells import Fault
from pipelines.board.return_columns import faults_of_change
from pipelines.board.tables import files_of, reference_of
from pipelines.record.model import Details, Event, EventKind
from pipelines.record.store import Record
from schemas.quarter import Quarter
from schemas.reference import Reference
from schemas.working_days import LONDON


def versions(record: Record) -> list[Event]:
    """Return the decisions by which a board came into force, oldest first."""
    return record.events(EventKind.BOARD)


def version_in_force(record: Record) -> Event:
    """Return the decision by which the board in force came into force.

    Raises:
        NoBoardError: None was applied yet.
    """
    applied = versions(record)
    if not applied:
        to_do = (
            "It was made before boards were kept in it: carry its board over with `quarterdeck "
            "upgrade`."
            if record.submissions()
            else "Begin one with `quarterdeck init`, and put it into force with `quarterdeck board "
            "apply`."
        )
        raise NoBoardError(f"No board is in force in {record.folder.parent}. {to_do}")
    return applied[-1]


def in_force(record: Record) -> Reference:
    """Return the board in force, typed; read once in a process.

    Raises:
        NoBoardError: None was applied yet.
        ReferenceDataError: This version of Quarterdeck cannot use it; every fault is listed.
    """
    return reference_of_version(record, version_in_force(record))


def reference_of_version(record: Record, version: Event) -> Reference:
    """Return the board that came into force with a decision, typed; read once in a process.

    Raises:
        ReferenceDataError: This version of Quarterdeck cannot use it; every fault is listed.
    """
    return _typed(record.folder, version.event_id)


def asked_on(
    record: Record, organisation: str, return_name: str, quarter: Quarter
) -> dt.date | None:
    """Return the day in London on which a board first asked an organisation for a return.

    None where no board in the record asks for it.
    """
    for one in versions(record):
        if reference_of_version(record, one).owes(organisation, return_name, quarter):
            return one.at.astimezone(LONDON).date()
    return None


def apply(
    record: Record, folder: Path, *, by_whom: str, note: str, at: dt.datetime
) -> tuple[Event, Reference]:
    """Put the board in a folder into force, and return the decision and the board.

    A board that is in force already stays in force by the decision that there is.

    Raises:
        ReferenceDataError: It lists every fault; what was in force stays in force.
        OSError: A file cannot be read, or the record not written.
    """
    files = files_of(folder)
    reference = reference_of(files)
    faults = faults_of_applying(record, reference)
    if faults:
        raise ReferenceDataError("\n".join(map(str, faults)))
    applied = versions(record)
    if applied and files_in(applied[-1]) == files:
        return applied[-1], reference
    event = record.add_event(
        EventKind.BOARD,
        at=at,
        by_whom=by_whom,
        reason=note,
        details=Details(board={name: content.decode() for name, content in files.items()}),
    )
    return event, reference


def faults_of_applying(record: Record, after: Reference) -> list[Fault]:
    """Return what a sound board may not change of the one in force."""
    applied = versions(record)
    if not applied:
        return []
    try:
        before = reference_of_version(record, applied[-1])
    except ReferenceDataError:  # one that cannot be used any more holds nothing up
        return []
    return list(faults_of_change(before, after))


@lru_cache(maxsize=64)
def _typed(record: Path, event_id: str) -> Reference:
    [event] = [one for one in versions(Record(record)) if one.event_id == event_id]
    return replace(reference_of(files_in(event), is_draft=False), version=event_id)


def files_in(version: Event) -> dict[str, bytes]:
    """Return the files of a version by name."""
    return {name: text.encode() for name, text in (version.details.board or {}).items()}
