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
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pipelines.durable import exclusive, place_file, place_folder
from pipelines.record.cache import RecordCache
from pipelines.record.checksums import SUMS, is_to_have_list, read_sums, sealed, sha256_of, sums
from pipelines.record.format import mark, refuse_newer
from pipelines.record.ids import is_id, make_id, month_of
from pipelines.record.index import Subject
from pipelines.record.model import Details, Event, EventKind, Obligation, Submission
from pipelines.record.reading import DamagedRecordError, read_findings, read_submission
from pipelines.record.sent_file import sent_file
from schemas.finding import Finding
from schemas.quarter import Quarter

_DAY = 24 * 60 * 60


class Record:
    """The record below ``folder``.

    What was read once is kept in memory: ids do not change their content, so only new ones are
    read again. What anybody adds is seen at once; what comes by other means (a backup that was
    restored), within a second.
    """

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is read when it is first asked about."""
        self.folder = folder
        self._cache = RecordCache(folder)
        self._opened = False

    # --- reading ------------------------------------------------------------------------------

    def submissions(self) -> list[Submission]:
        """Return every submission that can be read and was not set aside, oldest first.

        ``damaged`` names those that cannot be read.
        """
        return list(self._cached().submissions.ordered)

    def submissions_of_bytes(self, sha256: str) -> list[Submission]:
        """Return those of ``submissions`` whose file as sent has this hash, oldest first."""
        return list(self._cached().submissions.of_bytes.get(sha256, ()))

    def submission(self, submission_id: str) -> Submission | None:
        """Return the submission of this id, or None. Raises ``DamagedRecordError``."""
        if not is_id(submission_id):
            return None
        known = self._cached().submission(submission_id)
        if known is not None:
            return known
        folder = self.submission_folder(submission_id)
        return read_submission(folder) if folder.is_dir() else None

    def events(self, *kinds: EventKind) -> list[Event]:
        """Return every event (of these kinds, if any are given), oldest first.

        Those that can be read.
        """
        events = self._cached().events
        if not kinds:
            return list(events.ordered)
        found = [event for kind in kinds for event in events.of_kind.get(kind, ())]
        return found if len(kinds) == 1 else sorted(found, key=lambda event: event.event_id)

    def events_about(self, subjects: Iterable[Subject], *kinds: EventKind) -> list[Event]:
        """Return the events of these kinds about submissions (by id) or obligations.

        Of each subject oldest first.
        """
        about = self._cached().events.about
        return [
            event for subject in subjects for event in about.get(subject, ()) if event.kind in kinds
        ]

    def damaged(self) -> dict[str, str]:
        """Return what cannot be read and no person has set aside: what is wrong with it, by id."""
        return self._cached().damaged()

    def require_sound(self) -> None:
        """Raise ``DamagedRecordError`` if figures made of the record could be wrong."""
        damaged = self.damaged()
        if damaged:
            first = next(iter(damaged))
            more = f" (and {len(damaged) - 1} more)" if len(damaged) > 1 else ""
            raise DamagedRecordError(_refusal(first, damaged[first] + more))

    def sound_rows_file(self, submission_id: str) -> Path:
        """Return the rows accepted from a submission, hash checked.

        Raises ``DamagedRecordError``.
        """
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
        """Return the ids of submissions that were withdrawn, and when."""
        return dict(self._cached().events.withdrawn)

    def accepted_of(
        self, obligation: Obligation, *, as_of: dt.datetime | None = None
    ) -> list[Submission]:
        """Return the accepted submissions of an obligation that are not withdrawn, oldest first.

        With ``as_of`` (aware): as it stood at that moment.
        """
        kept = self._cached()
        found = kept.submissions.of_obligation.get(obligation, ())
        return [one for one in found if _counts(one, kept.events.withdrawn, as_of)]

    def current(self, *, as_of: dt.datetime | None = None) -> dict[Obligation, Submission]:
        """Return the submission that counts for each obligation.

        The newest accepted one not withdrawn.

        With ``as_of`` (aware): as it stood at that moment.
        """
        kept = self._cached()
        return _newest_that_count(list(kept.submissions.of_obligation), kept, as_of)

    def current_of(
        self, obligation: Obligation, *, as_of: dt.datetime | None = None
    ) -> Submission | None:
        """Return the submission of ``current`` for one obligation, or None."""
        return _newest_that_count([obligation], self._cached(), as_of).get(obligation)

    def current_about(
        self, return_name: str, quarter: Quarter, *, as_of: dt.datetime | None = None
    ) -> dict[Obligation, Submission]:
        """Return what ``current`` has of one return and quarter, from all organisations."""
        kept = self._cached()
        obligations = kept.submissions.obligations.get((return_name, quarter), ())
        return _newest_that_count(list(obligations), kept, as_of)

    def submission_folder(self, submission_id: str) -> Path:
        """Return where the submission of this id lies (whether or not it exists)."""
        return self.folder / "submissions" / month_of(submission_id) / submission_id

    def event_file(self, event_id: str) -> Path:
        """Return where the event of this id lies (whether or not it exists)."""
        return self.folder / "events" / month_of(event_id) / f"{event_id}.json"

    def as_sent(self, submission_id: str) -> bytes:
        """Return the bytes as they came."""
        return self.sent_file(submission_id).read_bytes()

    def sent_file(self, submission_id: str) -> Path:
        """Return where the file as it came lies."""
        return sent_file(self.submission_folder(submission_id))

    def findings(self, submission_id: str) -> tuple[Finding, ...]:
        """Return the findings in order; none of a submission that was erased."""
        submission = self._cache.submission(submission_id)
        if submission is not None and submission.erased:
            return ()
        return read_findings(self.submission_folder(submission_id) / "findings.json")

    def rows_file(self, submission_id: str) -> Path:
        """Return the Parquet file of the rows accepted; exists only for an accepted submission."""
        return self.submission_folder(submission_id) / "rows.parquet"

    # --- adding -------------------------------------------------------------------------------

    @contextmanager
    def adding(self) -> Iterator[None]:
        """Hold the record's lock.

        Only one process adds at a time, and the order of receipt is settled within the block.
        Raises ``OSError``.
        """
        refuse_newer(self.folder)
        with exclusive(self.folder / ".lock"):
            mark(self.folder)
            self.sweep()
            self._cache.begin()
            well = False
            try:
                yield
                well = True
            finally:
                self._cache.end(well=well)

    def add_submission(
        self,
        files: Mapping[str, bytes],
        make: Callable[[str, bool], tuple[Submission, Mapping[str, bytes]]],
        *,
        received_at: dt.datetime,
    ) -> Submission:
        """Add one submission and return it once it is on disk. Call within ``adding``.

        ``files`` are its files by name; ``make`` is called with the id and whether the clock went
        back, and return the submission and the files that name the id (the receipt).
        Raises ``OSError`` with nothing acknowledged.
        """
        newest = self.newest_id()
        identifier = make_id(received_at, newest=newest)
        clock_went_back = newest is not None and identifier[:22] > _stamp(received_at)
        submission, own = make(identifier, clock_went_back)
        submission = replace(submission, follows=newest)
        content = json.dumps(submission.as_json(), ensure_ascii=False, indent=1).encode()
        kept = {**files, **own, "submission.json": content}
        kept[SUMS] = sums(kept)
        place_folder(kept, staging=self._staging(), final=self.submission_folder(identifier))
        self._cache.add(submission)
        return submission

    def add_event(
        self, kind: EventKind, *, at: dt.datetime, by_whom: str, reason: str, details: Details
    ) -> Event:
        """Add one decision and return it once it is on disk. Takes the lock itself.

        If the newest decision about the same thing, of this kind or the opposed one, is this very
        one (same person, reason and details), it is returned, and nothing is added: a person, or a
        program, that does not know whether the record took it asks again.

        Raises:
            OSError: Nothing is acknowledged.
        """
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
            about_it = filter(event.is_about_the_same, reversed(self.events(*event.opposed_kinds)))
            if (before := next(about_it, None)) is not None and event.repeats(before):
                return before
            content = sealed({**event.as_json(), "follows": newest})
            place_file(content, self.event_file(identifier), staging=self._staging())
            self._cache.add(event)
        return event

    def newest_id(self) -> str | None:
        """Return the highest id in the record, of submissions and events together."""
        return self._cached().newest

    def forget(self, submission_id: str) -> None:
        """Read the submission anew; for the one who erased it."""
        self._cache.read_again(submission_id)

    def sweep(self) -> int:
        """Remove what a killed process left half-written a day ago or more; return how many.

        Nothing that was ever acknowledged is there.
        """
        swept = 0
        for path in _listed(self.folder / ".incoming"):
            if time.time() - path.stat().st_mtime > _DAY:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
                swept += 1
        return swept

    def _cached(self) -> RecordCache:
        if not self._opened:
            refuse_newer(self.folder)
            self._opened = True
        self._cache.look()
        return self._cache

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


def _counts(
    one: Submission, withdrawn: Mapping[str, dt.datetime], as_of: dt.datetime | None
) -> bool:
    """Whether a submission was accepted and not withdrawn, as it stood at ``as_of``."""
    if not one.is_accepted or (as_of is not None and one.received_at > as_of):
        return False
    gone = withdrawn.get(one.submission_id)
    return gone is None or (as_of is not None and gone > as_of)


def _newest_that_count(
    obligations: Iterable[Obligation], kept: RecordCache, as_of: dt.datetime | None
) -> dict[Obligation, Submission]:
    chosen = {}
    for obligation in obligations:
        found = reversed(kept.submissions.of_obligation.get(obligation, ()))
        newest = next((one for one in found if _counts(one, kept.events.withdrawn, as_of)), None)
        if newest is not None:
            chosen[obligation] = newest
    return chosen
