"""What of the record is kept in memory, and how it is brought up to date.

A record is asked very often and changes seldom. What was read once is not read again, and nothing
is looked for where nothing was added: whoever adds leaves a mark of its own in the lock's file, and
one that finds the mark it found before knows that nothing came since. For a second it believes so;
then it looks at the folders' times of change too, and sees what came by other means (a backup that
was restored, a folder copied).
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pipelines.record.ids import is_id, month_of
from pipelines.record.index import Events, Submissions
from pipelines.record.model import Event, Submission
from pipelines.record.months import Months
from pipelines.record.reading import DamagedRecordError, read_event, read_submission

_T = TypeVar("_T", Submission, Event)
_BELIEVED = 1.0  # seconds
_UNDER_WAY = b"-" * 16


class Kept:
    """What the record below ``folder`` held when it was looked at last."""

    def __init__(self, folder: Path) -> None:
        self.submissions = Submissions()
        self.events = Events()
        self._folders = _Shelf(folder / "submissions", read_submission)
        self._files = _Shelf(folder / "events", read_event, suffix=".json")
        self._left_out: frozenset[str] = frozenset()
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
        """Bring it up to date with what is on disk. Raises ``OSError``."""
        if self._adds == threading.get_ident():
            return  # it holds the lock: nobody else adds
        mark = _mark_in(self._lock_file)
        if mark is not None and mark == self._mark and time.monotonic() < self._until:
            return
        with self._guard:
            self._take(self._files.look(), self._folders.look())
            # The mark was read before the folders were: what came meanwhile has left another.
            self._mark = mark
            self._until = time.monotonic() + _BELIEVED

    def submission(self, submission_id: str) -> Submission | None:
        """The submission of this id, if it could be read; also one that was set aside."""
        return self._folders.read.get(submission_id)

    def damaged(self) -> dict[str, str]:
        """What cannot be read and no person has set aside: what is wrong with it, by id."""
        every = self._folders.damaged | self._files.damaged
        return {name: every[name] for name in sorted(every.keys() - self._left_out)}

    def begin(self) -> None:
        """To be called with the lock held, before anything is added. Raises ``OSError``."""
        self.look()
        _leave_mark(self._lock_file, _UNDER_WAY)
        self._adds = threading.get_ident()

    def add(self, one: Submission | Event) -> None:
        """Notes what was just added. To be called with the lock held."""
        with self._guard:
            if isinstance(one, Submission):
                self._take(_News(), self._folders.put(one.submission_id, one))
            else:
                self._take(self._files.put(one.event_id, one), _News())

    def end(self, *, well: bool) -> None:
        """To be called before the lock is let go; ``well``: all that was added was told here."""
        self._adds = None
        if not well:
            return
        with self._guard:
            self._mark = secrets.token_hex(8).encode()
            # Where it cannot be left (a full disk), everybody looks for themselves.
            with suppress(OSError):
                _leave_mark(self._lock_file, self._mark)

    def read_again(self, submission_id: str) -> None:
        """Reads a submission anew; for the one who erased it."""
        with self._guard:
            self._folders.read_again(submission_id)
            self._take(_News(), _News(gone=True))

    def _take(self, events: _News[Event], submissions: _News[Submission]) -> None:
        """Puts what is new into the indexes, which are made anew where something went, or came in
        among what was there."""
        if events.gone or not self.events.would_end_with(events.came):
            self.events = Events(self._files.in_order())
        else:
            for event in events.came:
                self.events.add(event)
        erased = [self._folders.read.get(name) for name in self.events.erased]
        unlike = [
            one.submission_id
            for one in erased
            if one is not None and not one.erased and self._folders.read_again(one.submission_id)
        ]
        left_out = self.events.set_aside
        came = [one for one in submissions.came if one.submission_id not in left_out]
        anew = submissions.gone or bool(unlike) or left_out != self._left_out
        self._left_out = left_out
        if anew or not self.submissions.would_end_with(came):
            self.submissions = Submissions(
                one for one in self._folders.in_order() if one.submission_id not in left_out
            )
        else:
            for submission in came:
                self.submissions.add(submission)


@dataclass(frozen=True)
class _News(Generic[_T]):
    """What came, oldest first, and whether anything went."""

    came: tuple[_T, ...] = ()
    gone: bool = False


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
        """All that could be read, oldest first."""
        return [self.read[name] for name in sorted(self.read)]

    def look(self) -> _News[_T]:
        """What came and went since the last look; what was damaged is tried again."""
        change = self._months.look()
        for name in change.gone:
            self.read.pop(name, None)
            self.damaged.pop(name, None)
        unread = sorted((change.came - self.read.keys()) | self.damaged.keys())
        came = [self.read[name] for name in unread if self.read_again(name)]
        if change.gone:
            self.newest = max(self.read.keys() | self.damaged.keys(), default=None)
        elif unread:
            self.newest = max(unread[-1], self.newest or "")
        return _News(came=tuple(came), gone=bool(change.gone))

    def read_again(self, name: str) -> bool:
        """Reads one anew; whether it says something else now than before."""
        before = self.read.get(name)
        try:
            now = self._read_one(self._folder / month_of(name) / f"{name}{self._suffix}")
        except DamagedRecordError as damage:
            self.damaged[name] = str(damage)
            return False
        self.damaged.pop(name, None)
        self.read[name] = now
        return bool(now != before)

    def put(self, name: str, one: _T) -> _News[_T]:
        """Notes one that was just written; what comes of it."""
        if name in self.read:
            return _News()
        self.read[name] = one
        self._months.note(month_of(name), name)
        self.newest = max(name, self.newest or "")
        return _News(came=(one,))


def _mark_in(lock_file: Path) -> bytes | None:
    """The mark of who added last; None where there is none or somebody is adding."""
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
