"""The record on disk: folders that appear whole and are never changed afterwards.

Nothing here edits or deletes. Reading needs no lock; adding takes one for the moment in which the
order is decided and the folder is renamed into place.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipelines.durable import exclusive, place_file, place_folder
from pipelines.record.ids import is_id, make_id, month_of
from pipelines.record.model import Event, EventKind, Obligation, Submission

_DAY = 24 * 60 * 60


class DamagedRecordError(Exception):
    """A folder of the record cannot be read; the message names it."""


class Record:
    """The record below ``folder``.

    What was read once is kept in memory: ids do not change their content, so only new ones are
    read again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._submissions: dict[str, Submission] = {}
        self._events: dict[str, Event] = {}

    # --- reading ------------------------------------------------------------------------------

    def submissions(self) -> list[Submission]:
        """Every submission, oldest first. Raises ``DamagedRecordError``."""
        found = {
            path.name: path for path in _entries(self.folder / "submissions") if is_id(path.name)
        }
        for name in found.keys() - self._submissions.keys():
            fields = _read_json(found[name] / "submission.json")
            self._submissions[name] = Submission.from_json(fields)
        return [self._submissions[name] for name in sorted(found)]

    def submission(self, submission_id: str) -> Submission | None:
        """The submission of this id, or None."""
        if not is_id(submission_id):
            return None
        if submission_id not in self._submissions:
            file = self.submission_folder(submission_id) / "submission.json"
            if not file.is_file():
                return None
            self._submissions[submission_id] = Submission.from_json(_read_json(file))
        return self._submissions[submission_id]

    def events(self, *kinds: EventKind) -> list[Event]:
        """Every event (of these kinds, if any are given), oldest first."""
        found = {path.stem: path for path in _entries(self.folder / "events") if is_id(path.stem)}
        for name in found.keys() - self._events.keys():
            self._events[name] = Event.from_json(_read_json(found[name]))
        events = (self._events[name] for name in sorted(found))
        return [event for event in events if not kinds or event.kind in kinds]

    def withdrawn(self) -> dict[str, dt.datetime]:
        """The ids of submissions that were withdrawn, and when."""
        return {
            event.details["submission_id"]: event.at for event in self.events(EventKind.WITHDRAWAL)
        }

    def current(self, *, as_of: dt.datetime | None = None) -> dict[Obligation, Submission]:
        """For each obligation the submission that counts: the newest accepted one not withdrawn.

        With ``as_of`` (aware): as it stood at that moment.
        """
        gone = {key for key, at in self.withdrawn().items() if as_of is None or at <= as_of}
        chosen: dict[Obligation, Submission] = {}
        for submission in self.submissions():
            if as_of is not None and submission.received_at > as_of:
                continue
            obligation = submission.obligation
            if obligation and submission.is_accepted and submission.submission_id not in gone:
                chosen[obligation] = submission
        return chosen

    def submission_folder(self, submission_id: str) -> Path:
        """Where the submission of this id lies (whether or not it exists)."""
        return self.folder / "submissions" / month_of(submission_id) / submission_id

    def as_sent(self, submission_id: str) -> bytes:
        """The bytes as they came."""
        return (self.submission_folder(submission_id) / "as_sent.csv").read_bytes()

    def findings(self, submission_id: str) -> list[dict[str, Any]]:
        """The findings as they were stored, in order."""
        found: list[dict[str, Any]] = _read_json(
            self.submission_folder(submission_id) / "findings.json"
        )
        return found

    def rows_file(self, submission_id: str) -> Path:
        """The Parquet file of the rows accepted; exists only for an accepted submission."""
        return self.submission_folder(submission_id) / "rows.parquet"

    # --- adding -------------------------------------------------------------------------------

    @contextmanager
    def adding(self) -> Iterator[None]:
        """Only one process adds at a time; within the block the order of receipt is settled."""
        with exclusive(self.folder / ".lock"):
            yield

    def add_submission(
        self,
        files: Mapping[str, bytes],
        make: Callable[[str, bool], tuple[Submission, Mapping[str, bytes]]],
        *,
        received_at: dt.datetime,
    ) -> Submission:
        """Adds one submission and gives it back once it is on disk. Call within ``adding``.

        ``files`` are its files by name; ``make`` is called with the id and whether the clock went
        back, and gives the submission and the files that name the id (the receipt).
        Raises ``OSError`` with nothing added.
        """
        newest = self.newest_id()
        identifier = make_id(received_at, newest=newest)
        clock_went_back = newest is not None and identifier[:22] > _stamp(received_at)
        submission, own = make(identifier, clock_went_back)
        content = json.dumps(submission.as_json(), ensure_ascii=False, indent=1).encode()
        place_folder(
            {**files, **own, "submission.json": content},
            staging=self._staging(),
            final=self.submission_folder(identifier),
        )
        self._submissions[identifier] = submission
        return submission

    def add_event(
        self, kind: EventKind, *, at: dt.datetime, by_whom: str, reason: str, **details: Any
    ) -> Event:
        """Adds one event and gives it back once it is on disk. Takes the lock itself."""
        with self.adding():
            identifier = make_id(at, newest=self.newest_id())
            event = Event(
                event_id=identifier,
                kind=kind,
                at=at.astimezone(dt.UTC),
                by_whom=by_whom,
                reason=reason,
                details=details,
            )
            place_file(
                json.dumps(event.as_json(), ensure_ascii=False, indent=1).encode(),
                self.folder / "events" / month_of(identifier) / f"{identifier}.json",
                staging=self._staging(),
            )
        self._events[identifier] = event
        return event

    def newest_id(self) -> str | None:
        """The highest id in the record, of submissions and events together."""
        newest = [
            max(
                (path.stem for path in _newest_folder(self.folder / kind) if is_id(path.stem)),
                default=None,
            )
            for kind in ("submissions", "events")
        ]
        return max((name for name in newest if name), default=None)

    def sweep(self) -> int:
        """Removes what a killed process left half-written a day ago or more; gives how many.

        Nothing that was ever acknowledged is there.
        """
        swept = 0
        for path in _listed(self.folder / ".incoming"):
            if time.time() - path.stat().st_mtime > _DAY:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
                swept += 1
        return swept

    def _staging(self) -> Path:
        return self.folder / ".incoming" / secrets.token_hex(8)


def _stamp(at: dt.datetime) -> str:
    return make_id(at, newest=None)[:22]


def _listed(folder: Path) -> list[Path]:
    return [Path(entry) for entry in os.scandir(folder)] if folder.is_dir() else []


def _entries(folder: Path) -> Iterator[Path]:
    for month in _listed(folder):
        yield from _listed(month)


def _newest_folder(folder: Path) -> list[Path]:
    """What lies in the newest month that holds anything."""
    for month in sorted(_listed(folder), reverse=True):
        if entries := _listed(month):
            return entries
    return []


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except (OSError, ValueError) as problem:
        raise DamagedRecordError(f"{file} cannot be read: {problem}") from problem
