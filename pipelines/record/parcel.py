"""One entry of the record as one object: all files of a submission, or a decision, in a ZIP.

An object is put whole or not at all, so a submission in one object is too.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.durable import place_file, place_folder
from pipelines.record.format import FORMAT, RecordTooNewError
from pipelines.record.ids import is_id, month_of
from pipelines.record.model import Event, EventKind
from pipelines.record.reading import DamagedRecordError
from pipelines.record.seals import SUMS, is_intact, read_sums

_SUBMISSION = "submission.json"
_COMMENT = b"quarterdeck record "


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """An entry by its files; those of a submission have its folder, a decision is one file."""

    identifier: str
    files: Mapping[str, bytes]

    @property
    def is_submission(self) -> bool:
        return _SUBMISSION in self.files

    @property
    def erases(self) -> str | None:
        """The id of the submission whose content the decision in it removes for good, or None."""
        if self.is_submission:
            return None
        event = Event.from_json(json.loads(self.files[f"{self.identifier}.json"]))
        if event.kind is not EventKind.WITHDRAWAL or not event.details.get("erased"):
            return None
        return str(event.details["submission_id"])

    def place(self, record: Path) -> None:
        """Puts it where it belongs in the record's folder, whole or not at all.

        Nothing is done where it is there already. Raises ``OSError``.
        """
        final = place_of(record, self.identifier, is_submission=self.is_submission)
        if final.exists():
            return
        staging = record / ".incoming" / secrets.token_hex(8)
        if not self.is_submission:
            place_file(self.files[final.name], final, staging=staging)
            return
        try:
            place_folder(self.files, staging=staging, final=final)
        except OSError:
            shutil.rmtree(staging, ignore_errors=True)
            if not final.exists():  # else another process was first
                raise


def place_of(record: Path, identifier: str, *, is_submission: bool) -> Path:
    """Where an entry lies in the record's folder."""
    if is_submission:
        return record / "submissions" / month_of(identifier) / identifier
    return record / "events" / month_of(identifier) / f"{identifier}.json"


def packed(files: Mapping[str, bytes]) -> bytes:
    """The files as one object; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        archive.comment = _COMMENT + str(FORMAT).encode()
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def unpacked(content: bytes) -> Parcel:
    """The entry in an object, every hash in it checked.

    Raises ``DamagedRecordError`` where it is not as it was written, and ``RecordTooNewError``
    where a newer Quarterdeck has written it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_newer(archive.comment)
            files = {name: archive.read(name) for name in archive.namelist()}
        return Parcel(identifier=_checked(files), files=files)
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError) as problem:
        raise DamagedRecordError(str(problem)) from problem


def _refuse_newer(comment: bytes) -> None:
    if not comment.startswith(_COMMENT):
        raise ValueError("it is no entry of a record")
    if int(comment.removeprefix(_COMMENT)) > FORMAT:
        raise RecordTooNewError(
            "A newer version of Quarterdeck adds to the record in the object store. Use that "
            "version here too. Nothing was read or changed."
        )


def _checked(files: Mapping[str, bytes]) -> str:
    """The id of the entry, the hashes being right. Raises ``ValueError``, ``KeyError``."""
    for name in files:
        if "/" in name or "\\" in name or name in {"", ".", ".."}:
            raise ValueError(f"a file in it has a name that is no name: {name!r}")
    identifier = _submission(files) if _SUBMISSION in files else _decision(files)
    if not is_id(identifier):
        raise ValueError(f"{identifier!r} is no id")
    return identifier


def _decision(files: Mapping[str, bytes]) -> str:
    ((name, content),) = files.items()
    fields = json.loads(content)
    identifier = str(fields["event_id"])
    if is_intact(fields) is False or name != f"{identifier}.json":
        raise ValueError("the decision in it is not as it was written")
    return identifier


def _submission(files: Mapping[str, bytes]) -> str:
    fields = json.loads(files[_SUBMISSION])
    if SUMS in files:
        there = {
            name: hashlib.sha256(content).hexdigest()
            for name, content in files.items()
            if name != SUMS
        }
        if read_sums(files[SUMS]) != there:
            raise ValueError("a file in it is not as it was written")
    elif "follows" in fields:  # every submission since format 2 has the list
        raise ValueError(f"it lacks {SUMS}")
    elif hashlib.sha256(files["as_sent.csv"]).hexdigest() != fields["sha256"]:
        raise ValueError("the file as it was sent is not as it was received")
    return str(fields["submission_id"])


def parcel_at(path: Path) -> dict[str, bytes]:
    """The files of the entry at ``path`` in a record's folder. Raises ``OSError``."""
    if path.is_file():
        return {path.name: path.read_bytes()}
    return {one.name: one.read_bytes() for one in path.iterdir()}


def entries_in(record: Path) -> dict[str, Path]:
    """Where each entry in a record's folder lies, by id, oldest first."""
    found = [*record.glob("submissions/*/*"), *record.glob("events/*/*.json")]
    by_id = {path.name.removesuffix(".json"): path for path in found}
    return {one: by_id[one] for one in sorted(by_id) if is_id(one)}
