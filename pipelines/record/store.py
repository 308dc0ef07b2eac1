"""The record on disk: folders that appear whole and are never changed afterwards.

Nothing here edits or deletes (the one exception has a module of its own, ``erasure``). Reading
needs no lock; adding takes one for the moment in which the order is decided and the folder is
renamed into place.

What is damaged stops only what would be wrong without it: returns are received and receipts shown
as before, but no figures are made of the record (``require_sound``) until what is damaged has been
restored, or a person has set it aside. Otherwise an older figure would stand in silence where the
newest return cannot be read.
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
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipelines.durable import exclusive, place_file, place_folder
from pipelines.record.format import mark, refuse_newer
from pipelines.record.ids import is_id, make_id, month_of
from pipelines.record.model import Event, EventKind, Obligation, Submission
from pipelines.record.seals import SUMS, is_to_have_list, read_sums, sealed, sha256_of, sums

_DAY = 24 * 60 * 60


class DamagedRecordError(Exception):
    """Something in the record cannot be read; the message names it and says what to do."""


class Record:
    """The record below ``folder``.

    What was read once is kept in memory: ids do not change their content, so only new ones are
    read again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._submissions: dict[str, Submission] = {}
        self._events: dict[str, Event] = {}
        self._damaged: dict[str, str] = {}
        self._opened = False

    # --- reading ------------------------------------------------------------------------------

    def submissions(self) -> list[Submission]:
        """Every submission that can be read and was not set aside, oldest first.

        ``damaged`` names those that cannot be read.
        """
        self._open()
        found = dict(_entries(self.folder / "submissions", known=self._submissions))
        for name in found.keys() - self._submissions.keys():
            try:
                self._submissions[name] = _read_submission(Path(found[name]))
                self._damaged.pop(name, None)
            except DamagedRecordError as damage:
                self._damaged[name] = str(damage)
        there = self._submissions.keys() - self._set_aside()
        return [self._submissions[name] for name in sorted(found) if name in there]

    def submission(self, submission_id: str) -> Submission | None:
        """The submission of this id, or None. Raises ``DamagedRecordError``."""
        if not is_id(submission_id):
            return None
        self._open()
        if submission_id not in self._submissions:
            folder = self.submission_folder(submission_id)
            if not folder.is_dir():
                return None
            self._submissions[submission_id] = _read_submission(folder)
        return self._submissions[submission_id]

    def events(self, *kinds: EventKind) -> list[Event]:
        """Every event (of these kinds, if any are given), oldest first; those that can be read."""
        self._open()
        found = dict(_entries(self.folder / "events", known=self._events))
        for name in found.keys() - self._events.keys():
            try:
                self._events[name] = _read_event(Path(found[name]))
                self._damaged.pop(name, None)
            except DamagedRecordError as damage:
                self._damaged[name] = str(damage)
        events = (self._events[name] for name in sorted(found) if name in self._events)
        return [event for event in events if not kinds or event.kind in kinds]

    def damaged(self) -> dict[str, str]:
        """What cannot be read and no person has set aside: what is wrong with it, by id."""
        self.submissions()
        left = self._damaged.keys() - self._set_aside()
        return {name: self._damaged[name] for name in sorted(left)}

    def require_sound(self) -> None:
        """Raises ``DamagedRecordError`` where figures made of the record could be wrong."""
        damaged = self.damaged()
        if damaged:
            first = next(iter(damaged))
            more = f" (and {len(damaged) - 1} more)" if len(damaged) > 1 else ""
            raise DamagedRecordError(_refusal(first, damaged[first] + more))

    def sound_rows_file(self, submission_id: str) -> Path:
        """The rows accepted from a submission, hash checked. Raises ``DamagedRecordError``."""
        file = self.rows_file(submission_id)
        listed = self.submission_folder(submission_id) / SUMS
        try:
            # A record of format 1 has no list; what DuckDB makes of its file is all there is.
            is_listed = listed.exists() or is_to_have_list(listed.parent)
            expected = read_sums(listed.read_bytes()).get(file.name) if is_listed else None
            found = sha256_of(file)
        except (OSError, ValueError) as problem:
            message = f"{file} cannot be read: {problem}"
            raise DamagedRecordError(_refusal(submission_id, message)) from problem
        if expected not in (None, found):
            message = f"{file} is not what was written: its hash is another"
            raise DamagedRecordError(_refusal(submission_id, message))
        return file

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
        """The findings as they were stored, in order; none of a submission that was erased."""
        submission = self._submissions.get(submission_id)
        if submission is not None and submission.erased:
            return []
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
        refuse_newer(self.folder)
        with exclusive(self.folder / ".lock"):
            mark(self.folder)
            self.sweep()
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
        submission = replace(submission, follows=newest)
        content = json.dumps(submission.as_json(), ensure_ascii=False, indent=1).encode()
        kept = {**files, **own, "submission.json": content}
        place_folder(
            {**kept, SUMS: sums(kept)},
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
            newest = self.newest_id()
            identifier = make_id(at, newest=newest)
            event = Event(
                event_id=identifier,
                kind=kind,
                at=at.astimezone(dt.UTC),
                by_whom=by_whom,
                reason=reason,
                details=details,
            )
            place_file(
                sealed({**event.as_json(), "follows": newest}),
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

    def forget(self, submission_id: str) -> None:
        """Reads the submission anew when it is next asked for; for the one who erased it."""
        self._submissions.pop(submission_id, None)

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

    def _set_aside(self) -> set[str]:
        return {event.details["damaged"] for event in self.events(EventKind.SET_ASIDE)}

    def _open(self) -> None:
        if not self._opened:
            refuse_newer(self.folder)
            self._opened = True

    def _staging(self) -> Path:
        return self.folder / ".incoming" / secrets.token_hex(8)


def _refusal(identifier: str, what: str) -> str:
    return (
        f"{what}. Figures made without it could be older ones, so none are made. Restore it from "
        f"a backup, or leave it out: "
        f'quarterdeck set-aside {identifier} --reason "…" --by "your role"'
    )


def _stamp(at: dt.datetime) -> str:
    return make_id(at, newest=None)[:22]


def _listed(folder: Path) -> list[Path]:
    return [Path(entry) for entry in os.scandir(folder)] if folder.is_dir() else []


def _entries(folder: Path, *, known: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The ids below the months of a folder, each with its path; names that are no ids are passed
    over. A record is listed often and holds much: text is enough, and what is known is an id."""
    for month in _listed(folder):
        with os.scandir(month) as entries:
            for entry in entries:
                name = entry.name.removesuffix(".json")
                if name in known or is_id(name):
                    yield name, entry.path


def _newest_folder(folder: Path) -> list[Path]:
    """What lies in the newest month that holds anything."""
    for month in sorted(_listed(folder), reverse=True):
        if entries := _listed(month):
            return entries
    return []


def _read_submission(folder: Path) -> Submission:
    file = folder / "submission.json"
    fields = _read_json(file)
    try:
        return Submission.from_json(fields)
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise DamagedRecordError(f"{file} does not describe a submission: {problem}") from problem


def _read_event(file: Path) -> Event:
    fields = _read_json(file)
    try:
        return Event.from_json(fields)
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise DamagedRecordError(f"{file} does not describe an event: {problem}") from problem


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except (OSError, ValueError) as problem:
        raise DamagedRecordError(f"{file} cannot be read: {problem}") from problem
