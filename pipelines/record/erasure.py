"""Erasing what should never have come: the one exception to "nothing is deleted".

A return holds counts and no people. Where personal data came all the same, the right to erasure
(UK GDPR, article 17) asks for its removal. What goes: the file as sent, its rows, findings and
receipts, the file's name and the sender's. What stays: that something came, when, for which return,
how many rows it had, its hash under the officer's key, and who had it erased, why and when. Its
figures stop being current.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from dataclasses import replace
from pathlib import Path

from pipelines.durable import flush_folder, place_file
from pipelines.record.checksums import SUMS, sums
from pipelines.record.model import Details, Event, EventKind, Submission
from pipelines.record.officer_key import keyed, officer_key
from pipelines.record.store import Record

_ERASED = "erased"


class EraseError(Exception):
    """It cannot be erased; the message is a plain sentence."""


def erase(
    record: Record,
    submission_id: str,
    *,
    by_whom: str,
    reason: str,
    at: dt.datetime,
    key_file: Path,
) -> Event:
    """Erase the content of one submission for good and return the decision as it was kept.

    The decision is on disk before anything is removed. Stopped half-way, it is finished by being
    asked for again, and ``verify`` says so until then. ``key_file`` holds the officer's key. Raises
    ``EraseError`` if there is no such submission or no reason was given.
    """
    if not reason.strip() or not by_whom.strip():
        raise EraseError("Say why it is erased, and who decides it: both are kept.")
    submission = record.submission(submission_id)
    if submission is None:
        raise EraseError(f"The record has no submission {submission_id}.")
    event = erasure_of(record, submission_id)
    if event is None:
        event = record.add_event(
            EventKind.WITHDRAWAL,
            at=at,
            by_whom=by_whom,
            reason=reason,
            details=Details(submission_id=submission_id, erased=True),
        )
    with record.adding():
        folder = record.submission_folder(submission_id)
        left = replace(
            submission,
            sender=_ERASED,
            file_name=_ERASED,
            erased=True,
            sha256=keyed(submission.sha256, officer_key(key_file)),
            figures_sha256=None,
        )
        _strip(folder, left, staging=record.folder / ".incoming")
    record.forget(submission_id)
    return event


def erasure_of(record: Record, submission_id: str) -> Event | None:
    """Return the decision to erase this submission, or None if there is none."""
    for event in record.events(EventKind.WITHDRAWAL):
        if event.details.submission_id == submission_id and event.details.erased:
            return event
    return None


def submissions_of(record: Record, content: bytes, *, key_file: Path) -> list[Submission]:
    """Return the submissions that came as exactly these bytes, erased ones too, oldest first."""
    plain = hashlib.sha256(content).hexdigest()
    wanted = {plain}
    if key_file.exists():
        wanted.add(keyed(plain, officer_key(key_file)))
    return [one for one in record.submissions() if one.sha256 in wanted]


def _strip(folder: Path, left: Submission, *, staging: Path) -> None:
    """Leave in ``folder`` what is ``left`` of the submission and nothing else; may be repeated."""
    content = json.dumps(left.as_json(), ensure_ascii=False, indent=1).encode()
    stays = {"submission.json": content, SUMS: sums({"submission.json": content})}
    place_file(content, folder / "submission.json", staging=staging / secrets.token_hex(8))
    for path in folder.iterdir():
        if path.name not in stays:
            path.unlink(missing_ok=True)
    place_file(stays[SUMS], folder / SUMS, staging=staging / secrets.token_hex(8))
    flush_folder(folder)
