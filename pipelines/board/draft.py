"""The draft of a board: a folder that is changed row by row, with who drafted what.

It is the folder that ``quarterdeck board apply`` reads, so officers with a shell may edit it too.
Who drafted it in the upload pages may not put it into force there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipelines.board.cells import Fault, lines_of, text_of_lines
from pipelines.board.in_force import (
    apply,
    faults_of_applying,
    files_in,
    version_in_force,
    versions,
)
from pipelines.board.tables import files_of, read_board, reference_of
from pipelines.durable import exclusive, flush_folder, flush_tree, make_folder, replace_file
from pipelines.record.model import Event
from pipelines.record.store import Record
from schemas.reference import TABLES

Files = Mapping[str, bytes]
Cells = tuple[str, ...]

DRAFTED = "drafted.json"  # stands in the draft's folder and is no part of the board
_ROW_OF_HEADING = 1


class Refusal(StrEnum):
    """Why a draft is not changed, or not put into force."""

    CHANGED = "changed"
    FAULTS = "faults"
    NOTHING = "nothing"
    NO_NOTE = "no_note"
    OWN = "own"


class DraftRefusedError(Exception):
    """A draft is not changed, or not put into force."""

    def __init__(self, why: Refusal) -> None:
        """Say why."""
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, kw_only=True)
class RowChange:
    """What somebody did to a row: added it (``before`` None), changed it or took it out."""

    table: str
    before: Cells | None
    after: Cells | None
    by_whom: str
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class DraftedRow:
    """A row that is only in the draft, or only in the board in force (``is_gone``).

    ``table`` is a file's name where the file is no table; it has no cells then. ``change`` is None
    if the row was not edited in the pages.
    """

    table: str
    cells: Cells
    is_gone: bool
    change: RowChange | None


@dataclass(frozen=True, kw_only=True)
class Lines:
    """A table as text. The row of ``rows[0]`` has the number 2, as in a spreadsheet."""

    heading: Cells
    rows: tuple[Cells, ...]

    @property
    def numbered(self) -> list[tuple[int, Cells]]:
        """The rows with their numbers."""
        return list(enumerate(self.rows, start=_ROW_OF_HEADING + 1))


def lines_of_table(files: Files, table: str) -> Lines:
    """Return a table as text; only its heading if there is no file of it.

    Raises:
        ValueError: The file cannot be read as text in columns.
    """
    columns = tuple(one.name for one in fields(TABLES[table][1]))
    heading, *rows = lines_of(files.get(_file(table), b"")) or [[*columns]]
    return Lines(heading=tuple(heading), rows=tuple(map(tuple, rows)))


class Draft:
    """The draft in a folder.

    It is as the board in force while there is no file in it, or what is there is a version that
    was in force before, unchanged: nobody drafts what went out of force.
    """

    def __init__(
        self, record: Record, folder: Path, *, faults_of_look: Callable[[Files], list[str]]
    ) -> None:
        """Name the folder. ``faults_of_look`` returns what is wrong with words and outlines."""
        self._record = record
        self._folder = folder
        self._faults_of_look = faults_of_look

    def files(self) -> Files:
        """Return the files of the draft. Raises ``NoBoardError`` if no board is in force."""
        in_force = files_in(version_in_force(self._record))
        return self._drafted() or in_force

    def fingerprint(self) -> str:
        """Return what differs as soon as the draft does, or the version that it would replace."""
        found = hashlib.sha256(version_in_force(self._record).event_id.encode())
        for name, content in sorted(self.files().items()):
            found.update(f"\0{name}\0{hashlib.sha256(content).hexdigest()}".encode())
        return found.hexdigest()

    def changes(self) -> list[RowChange]:
        """Return what was done in the pages since the draft was last as the board in force."""
        kept = self._folder / DRAFTED
        if not kept.exists() or self.files() == files_in(version_in_force(self._record)):
            return []
        return [_change(one) for one in json.loads(kept.read_bytes())]

    def rows(self) -> list[DraftedRow]:
        """Return each row in which the draft differs from the board in force, and who did it."""
        new, old = self.files(), files_in(version_in_force(self._record))
        changes = self.changes()[::-1]
        found = []
        for name in sorted(name for name in {*new, *old} if new.get(name) != old.get(name)):
            table = name.removeprefix("reference/").removesuffix(".csv")
            if _file(table) != name or table not in TABLES:
                found.append(DraftedRow(table=name, cells=(), is_gone=name not in new, change=None))
                continue
            before, after = (Counter(_rows_if_read(files, table)) for files in (old, new))
            for is_gone, rows in ((False, after - before), (True, before - after)):
                for cells in rows:
                    whose = (
                        one
                        for one in changes
                        if one.table == table and cells == (one.before if is_gone else one.after)
                    )
                    change = next(whose, None)
                    found.append(
                        DraftedRow(table=table, cells=cells, is_gone=is_gone, change=change)
                    )
        return found

    def put(
        self,
        table: str,
        number: int | None,
        cells: Cells | None,
        *,
        by_whom: str,
        at: dt.datetime,
        seen: str,
    ) -> int:
        """Add a row, change one, or take one out; return its number.

        Args:
            table: The table's name.
            number: The row's number in a spreadsheet; None to add one.
            cells: The row by the columns of the table's heading; None to take it out.
            by_whom: Who does it.
            at: When.
            seen: The fingerprint of the draft on which the change was decided.

        Raises:
            DraftRefusedError: The draft has changed since.
            ValueError: The table cannot be read.
        """
        with exclusive(self._lock):
            self._require(self.fingerprint() == seen, Refusal.CHANGED)
            was = self.files()
            lines = lines_of_table(was, table)
            rows = list(lines.rows)
            at_index = len(rows) if number is None else number - _ROW_OF_HEADING - 1
            before = None if number is None else rows[at_index]
            if before != cells:
                rows[at_index : at_index + 1] = [] if cells is None else [cells]
                change = RowChange(table=table, before=before, after=cells, by_whom=by_whom, at=at)
                self._write(was, table, text_of_lines([lines.heading, *rows]), change)
            return at_index + _ROW_OF_HEADING + 1

    def faults(self) -> list[Fault]:
        """Return every fault of the draft, each with its place."""
        files = self.files()
        look = (one.partition(": ") for one in self._faults_of_look(files))
        said = (Fault(table=file, text=text) for file, _, text in look)
        found = [*read_board(files).faults, *said]
        return found or faults_of_applying(self._record, reference_of(files))

    def refusal(self, by_whom: str) -> Refusal | None:
        """Return why this person may not put the draft into force, None if they may."""
        if self.files() == files_in(version_in_force(self._record)):
            return Refusal.NOTHING
        if any(one.by_whom == by_whom for one in self.changes()):
            return Refusal.OWN
        return Refusal.FAULTS if self.faults() else None

    def put_into_force(self, *, by_whom: str, note: str, at: dt.datetime, seen: str) -> Event:
        """Put the draft into force, for a person who drafted none of it.

        Raises:
            DraftRefusedError: They did, or the draft has faults, or another fingerprint than the
                one on which they decided.
        """
        with exclusive(self._lock):
            why = self.refusal(by_whom)
            self._require(why is None, why or Refusal.NOTHING)
            self._require(self.fingerprint() == seen, Refusal.CHANGED)
            self._require(bool(note), Refusal.NO_NOTE)
            event, _ = apply(self._record, self._folder, by_whom=by_whom, note=note, at=at)
        return event

    def _drafted(self) -> Files:
        found = files_of(self._folder)
        return {} if found in [files_in(one) for one in versions(self._record)] else found

    @property
    def _lock(self) -> Path:
        return self._folder.with_name(f".{self._folder.name}.lock")

    def _require(self, holds: bool, why: Refusal) -> None:
        if not holds:
            raise DraftRefusedError(why)

    def _write(self, was: Files, table: str, content: bytes, change: RowChange) -> None:
        """Caller must hold the lock. Who did it is on disk before what they did."""
        changes = [asdict(one) | {"at": one.at.isoformat()} for one in (*self.changes(), change)]
        if not self._drafted():
            _copy(was, self._folder)
            for gone in files_of(self._folder).keys() - was.keys():
                (self._folder / gone).unlink()
        replace_file(json.dumps(changes).encode(), self._folder / DRAFTED)
        replace_file(content, self._folder / _file(table))


def _file(table: str) -> str:
    return f"reference/{table}.csv"


def _rows_if_read(files: Files, table: str) -> tuple[Cells, ...]:
    try:
        return lines_of_table(files, table).rows
    except ValueError:
        return ()


def _change(kept: dict[str, Any]) -> RowChange:
    cells = {
        side: None if kept[side] is None else tuple(kept[side]) for side in ("before", "after")
    }
    return RowChange(**kept | cells | {"at": dt.datetime.fromisoformat(kept["at"])})


def _copy(files: Files, folder: Path) -> None:
    """Write these files, by one rename if the folder is free: no half of a board is a draft."""
    make_folder(folder.parent)
    is_free = not folder.is_dir() or not any(folder.iterdir())
    into = folder.with_name(f".{folder.name}-{secrets.token_hex(8)}") if is_free else folder
    for name, content in files.items():
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        (into / name).write_bytes(content)
    flush_tree(into)
    if is_free:
        into.replace(folder)
        flush_folder(folder.parent)
