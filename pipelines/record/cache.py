"""In-memory cache of the record, and its invalidation.

A record is asked very often and changes seldom. What was read once is not read again, and nothing
is listed if nothing was added: a process that adds leaves a mark of its own in the lock's file, and
one that finds the mark it found before knows that nothing came since. It relies on that for a
second; then it looks at the folders' times of change too, and sees what came by other means (a
backup that was restored, a folder copied).
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

from pipelines.record.ids import is_id, month_of
from pipelines.record.index import Events, Submissions
from pipelines.record.model import Event, EventKind, Submission
from pipelines.record.months import Months
from pipelines.record.reading import DamagedRecordError, read_event, read_submission

_T = TypeVar("_T", Submission, Event)
_BELIEVED = 1.0  # seconds
_UNDER_WAY = b"-" * 16


class RecordCache:
    """What the record below ``folder`` held at the last look."""

    def __init__(self, folder: Path) -> None:
        """Begin with an empty cache; the first look fills it."""
        self.submissions = Submissions()
        self.events = Events()
        self._folders = _Shelf(folder / "submissions", read_submission)
        self._files = _Shelf(folder / "events", read_event, suffix=".json")
        self._lock_file = folder / ".lock"
        self._mark: bytes | None = None
        self._until = 0.0
        self._adds: int | None = None
        self._guard = threading.RLock()

    @property
    def newest(self) -> str | None:
        """The highest id of all, readable or not."""
        newest = [one for one in (self._folders.newest, self._files.newest) if one]
        return max(newest, default=None)

    def look(self) -> None:
        """Bring the cache up to date with what is on disk. Raises ``OSError``."""
        if self._adds == threading.get_ident():
            return  # it holds the lock: nobody else adds
        mark = _mark_in(self._lock_file)
        if mark is not None and mark == self._mark and time.monotonic() < self._until:
            return
        with self._guard:
            came = [self._files.look(), self._folders.look()]
            if any(came) or self._read_erased():
                self._index()
            # The mark was read before the folders were: what came meanwhile has left another.
            self._mark = mark
            self._until = time.monotonic() + _BELIEVED

    def submission(self, submission_id: str) -> Submission | None:
        """Return the submission of this id, if it could be read; also one that was set aside."""
        return self._folders.read.get(submission_id)

    def damaged(self) -> dict[str, str]:
        """Return what cannot be read and no person has set aside: what is wrong with it, by id."""
        every = self._folders.damaged | self._files.damaged
        return {name: every[name] for name in sorted(every.keys() - self.events.set_aside)}

    def begin(self) -> None:
        """Note that something is added from now on. Caller must hold the lock.

        Raises ``OSError``.
        """
        self.look()
        _leave_mark(self._lock_file, _UNDER_WAY)
        self._adds = threading.get_ident()

    def add(self, one: Submission | Event) -> None:
        """Note what was just added, the newest of all. Caller must hold the lock."""
        with self._guard:
            if isinstance(one, Submission):
                if self._folders.put(one.submission_id, one):
                    self.submissions.add(one)
            elif self._files.put(one.event_id, one):
                self.events.add(one)
                if one.kind is EventKind.SET_ASIDE:
                    self._index()

    def end(self, *, well: bool) -> None:
        """Note that nothing more is added. Caller must hold the lock.

        ``well``: all that was added was noted here; else every process looks for itself.
        """
        self._adds = None
        if not well:
            return
        with self._guard:
            self._mark = secrets.token_hex(8).encode()
            # If it cannot be left (a full disk), every process looks for itself.
            with suppress(OSError):
                _leave_mark(self._lock_file, self._mark)

    def read_again(self, submission_id: str) -> None:
        """Read a submission anew, once it was erased."""
        with self._guard:
            self._folders.read_again(submission_id)
            self._index()

    def _read_erased(self) -> bool:
        """Read anew what was to be erased and was not yet; whether any of it says so now."""
        known = (self._folders.read.get(name) for name in self.events.erased)
        left = [one.submission_id for one in known if one is not None and not one.erased]
        return sum(map(self._folders.read_again, left)) > 0  # all of them

    def _index(self) -> None:
        self.events = Events(self._files.in_order())
        self._read_erased()
        left_out = self.events.set_aside
        self.submissions = Submissions(
            one for one in self._folders.in_order() if one.submission_id not in left_out
        )


class _Shelf(Generic[_T]):
    """What was read below the months of one folder, by id, and what could not be.

    ``newest`` is the highest id there, readable or not.
    """

    def __init__(self, folder: Path, read: Callable[[Path], _T], *, suffix: str = "") -> None:
        self.read: dict[str, _T] = {}
        self.damaged: dict[str, str] = {}
        self.newest: str | None = None
        self._folder = folder
        self._months = Months(folder, is_id)
        self._read_one: Callable[[Path], _T] = read
        self._suffix = suffix

    def in_order(self) -> list[_T]:
        """Return all that could be read, oldest first."""
        return [self.read[name] for name in sorted(self.read)]

    def look(self) -> bool:
        """Read what came, and again what was damaged; whether anything came or went."""
        change = self._months.look()
        for name in change.gone:
            self.read.pop(name, None)
            self.damaged.pop(name, None)
        unread = (change.came - self.read.keys()) | self.damaged.keys()
        came = [self.read_again(name) for name in unread]
        if unread or change.gone:
            self.newest = max(self.read.keys() | self.damaged.keys(), default=None)
        return any(came) or bool(change.gone)

    def read_again(self, name: str) -> bool:
        """Read one anew; whether it says something else now than before."""
        before = self.read.get(name)
        try:
            now = self._read_one(self._folder / month_of(name) / f"{name}{self._suffix}")
        except DamagedRecordError as damage:
            self.damaged[name] = str(damage)
            return False
        self.damaged.pop(name, None)
        self.read[name] = now
        return bool(now != before)

    def put(self, name: str, one: _T) -> bool:
        """Note one that was just written, the newest; False if a look has found it already."""
        if name in self.read:
            return False
        self.read[name] = one
        self._months.note(month_of(name), name)
        self.newest = name
        return True


def _mark_in(lock_file: Path) -> bytes | None:
    """Return the mark of the process that added last; None if there is none, or one is adding."""
    try:
        mark = lock_file.read_bytes()
    except OSError:
        return None
    return None if mark in (b"", _UNDER_WAY) else mark


def _leave_mark(lock_file: Path, mark: bytes) -> None:
    handle = os.open(lock_file, os.O_WRONLY)
    try:
        os.pwrite(handle, mark, 0)
    finally:
        os.close(handle)
