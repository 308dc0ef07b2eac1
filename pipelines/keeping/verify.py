"""Looks at every hash in the record and the releases and says in plain words what is wrong where.

It reads and never writes; one damaged file is one line, and the rest is looked at all the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from pipelines.escaping import visible
from pipelines.inbox.files import is_reached_without_links
from pipelines.publishing.releases import MANIFEST, OFFICERS_LIST, Release, content_id, data_sha256
from pipelines.receiving.receive import figures_sha256
from pipelines.record.checksums import SUMS, is_intact, is_to_have_list, read_sums, sha256_of
from pipelines.record.format import RecordTooNewError, refuse_newer
from pipelines.record.ids import is_id, month_of
from pipelines.record.model import Event, EventKind, Submission
from pipelines.record.sent_file import SENT_NAMES, sent_file
from pipelines.workspace import Workspace

_T = TypeVar("_T")

RESTORE = "Restore it from a backup."
# What belongs to a submission of format 1, which has no list of its files.
_ALWAYS = ("findings.json", "receipt.txt", "receipt.json", "receipt.html")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is not as it was written: where, what, and what to do about it."""

    where: str
    what: str
    to_do: str = RESTORE


@dataclass
class Verified:
    """What was looked at, what is wrong, and what a person may want to know."""

    submissions: int = 0
    erased: int = 0
    events: int = 0
    releases: int = 0
    files: int = 0
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether everything is as it was written."""
        return not self.faults


def verify(workspace: Workspace) -> Verified:
    """Look at the record and the releases of a workspace."""
    found = Verified()
    verify_record(workspace.record, found)
    verify_releases(workspace.releases, found)
    _inbox(workspace, found)
    return found


def verify_record(record: Path, found: Verified) -> None:
    """Add to ``found`` what there is to say about the record in ``record``."""
    try:
        refuse_newer(record)
    except (RecordTooNewError, OSError, ValueError, KeyError) as problem:
        found.faults.append(Fault(where="record/format.json", what=str(problem)))
        return
    events = dict(_events(record, found))
    removed = {
        one.details.submission_id
        for one in events.values()
        if one.kind is EventKind.WITHDRAWAL and one.details.erased
    }
    follows: dict[str, str] = {}
    for folder in _entries(record / "submissions", found):
        name = folder.name
        if not is_id(name) or folder.parent.name != month_of(name) or not folder.is_dir():
            found.faults.append(_stranger(f"record/submissions/{folder.parent.name}/{name}"))
            continue
        found.submissions += 1
        before = _submission(folder, found, erased=name in removed)
        if before is not None:
            follows[name] = before
    _lost(record, follows, found)
    left = _children(record / ".incoming")
    if left:
        found.notes.append(
            f"{len(left)} unfinished files or folders in record/.incoming: left by what was "
            "killed, never acknowledged, and swept after a day."
        )


def verify_releases(releases: Path, found: Verified) -> None:
    """Add to ``found`` what there is to say about the releases in ``releases``."""
    for folder in _children(releases):
        if folder.name.startswith(".") or folder.is_symlink() or folder.name == OFFICERS_LIST:
            continue
        if not folder.is_dir():
            found.faults.append(_stranger(f"releases/{folder.name}"))
            continue
        found.releases += 1
        _release(folder, found)
    link = releases / "current"
    if link.is_symlink() and not (link / MANIFEST).is_file():
        found.faults.append(
            Fault(
                where="releases/current",
                what=f"It points at {link.readlink()}, which is no whole release.",
                to_do="Restore that release from a backup, or publish again.",
            )
        )


def _inbox(workspace: Workspace, found: Verified) -> None:
    """Note files of the inbox that were written to after they were received."""
    for file in sorted(workspace.inbox.glob("*/.received/*/file*/*")):
        reference = file.parents[1].name
        is_ours = is_id(reference) and is_reached_without_links(file, workspace.inbox)
        if not is_ours or file.is_symlink() or not file.is_file():
            continue
        folder = workspace.record / "submissions" / month_of(reference) / reference
        kept = _read(folder / "submission.json", Submission.from_json, lambda _: None)
        if kept is not None and not kept.erased and sha256_of(file) != kept.sha256:
            where = visible(str(file.relative_to(workspace.root)))
            found.notes.append(
                f"{where} was written to after it was received. To have it received as it is now, "
                f"as a correction, move it back into inbox/{visible(file.parents[3].name)}/."
            )


def _submission(folder: Path, found: Verified, *, erased: bool) -> str | None:
    """Look at one submission; return what it says was newest before it, if it says."""
    where = f"record/submissions/{folder.parent.name}/{folder.name}"

    def fault(name: str, what: str, to_do: str = RESTORE) -> None:
        found.faults.append(Fault(where=f"{where}/{name}", what=what, to_do=to_do))

    submission = _read(
        folder / "submission.json",
        Submission.from_json,
        lambda problem: fault("submission.json", f"It cannot be read: {problem}."),
    )
    if submission is not None and submission.submission_id != folder.name:
        fault("submission.json", f"It belongs to another submission, {submission.submission_id}.")
    there = {path.name for path in _children(folder)}
    if erased:
        found.erased += 1
        whole = submission is None or submission.erased
        if not whole or there - {"submission.json", SUMS}:
            fault(
                "", "Its content was to be erased, and that was not finished.",
                f"Do it again: quarterdeck erase {folder.name}",
            )  # fmt: skip
            return submission.follows if submission is not None else None
    if SUMS in there:
        _listed_files(folder, there, found, fault)
    elif is_to_have_list(folder):
        fault(SUMS, "It is missing: whether the other files are as they were cannot be told.")
    elif submission is not None and not submission.erased:
        _unlisted_files(folder, there, submission, found, fault)
    if submission is not None and not submission.erased and there & SENT_NAMES:
        _same_hash(sent_file(folder), submission.sha256, "the one the receipt names", found, fault)
    return submission.follows if submission is not None else None


_Tell = Callable[..., None]


def _listed_files(folder: Path, there: set[str], found: Verified, fault: _Tell) -> None:
    try:
        listed = read_sums((folder / SUMS).read_bytes())
    except (OSError, ValueError) as problem:
        fault(SUMS, f"It cannot be read: {problem}.")
        return
    for name, expected in listed.items():
        if name not in there:
            fault(name, "It is missing.")
        elif name not in SENT_NAMES:
            _same_hash(folder / name, expected, "the one written on receipt", found, fault)
    strangers = there - listed.keys() - {SUMS}
    if strangers & SENT_NAMES and not listed.keys() & SENT_NAMES:
        fault(SUMS, "It does not name the file as it was sent.")
        strangers -= SENT_NAMES
    for name in sorted(strangers):
        fault(name, "It was not there when this was received.", "Find out who put it there.")


def _unlisted_files(
    folder: Path, there: set[str], submission: Submission, found: Verified, fault: _Tell
) -> None:
    """Of a submission of format 1: its files are there, and the figures have their hash."""
    for name in (sent_file(folder).name, *_ALWAYS):
        if name not in there:
            fault(name, "It is missing.")
        else:
            found.files += 1
    if not submission.is_accepted:
        return
    if "rows.parquet" not in there:
        fault("rows.parquet", "It is missing.")
        return
    found.files += 1
    try:
        figures = figures_sha256(pl.read_parquet(folder / "rows.parquet"))
    except (OSError, pl.exceptions.PolarsError) as problem:
        fault("rows.parquet", f"It cannot be read: {problem}.")
        return
    if submission.figures_sha256 not in (None, figures):
        fault("rows.parquet", "Its figures are not those that were accepted.")


def _same_hash(file: Path, expected: str, of: str, found: Verified, fault: _Tell) -> None:
    found.files += 1
    try:
        digest = sha256_of(file)
    except OSError as problem:
        fault(file.name, f"It cannot be read: {problem.strerror}.")
        return
    if digest != expected:
        fault(file.name, f"Its SHA-256 is {digest[:12]}…, and {of} is {expected[:12]}….")


def _events(record: Path, found: Verified) -> Iterator[tuple[str, Event]]:
    for file in _entries(record / "events", found):
        where = f"record/events/{file.parent.name}/{file.name}"
        if not is_id(file.stem) or file.parent.name != month_of(file.stem):
            found.faults.append(_stranger(where))
            continue
        found.events += 1
        found.files += 1
        problems: list[str] = []
        fields = _read(file, dict, problems.append)
        if fields is not None and is_intact(fields) is False:
            problems.append("its own hash is another: it was changed after it was written")
        event = None
        if fields is not None:
            event = _read(file, Event.from_json, problems.append)
        if event is not None and event.event_id != file.stem:
            problems.append(f"it belongs to another event, {event.event_id}")
        found.faults.extend(
            Fault(where=where, what=f"The decision in it cannot be relied on: {one}.")
            for one in problems
        )
        if event is not None and not problems:
            yield file.stem, event


def _lost(record: Path, follows: dict[str, str], found: Verified) -> None:
    """Report what a later entry says was there before it and is not."""
    for path in (record / "events").glob("*/*.json"):
        fields = _read(path, dict, lambda _: None)
        if fields is not None and fields.get("follows"):
            follows[path.stem] = str(fields["follows"])
    for name, before in sorted(follows.items()):
        if not is_id(before):
            continue
        month = month_of(before)
        submission = record / "submissions" / month / before
        event = record / "events" / month / f"{before}.json"
        if not submission.exists() and not event.exists():
            found.faults.append(
                Fault(
                    where=f"record/…/{month}/{before}",
                    what=f"It is gone: {name} was received right after it and names it.",
                )
            )


def _release(folder: Path, found: Verified) -> None:
    where = f"releases/{folder.name}"

    def fault(name: str, what: str, to_do: str = RESTORE) -> None:
        found.faults.append(Fault(where=f"{where}/{name}", what=what, to_do=to_do))

    try:
        release = Release.read(folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        fault(MANIFEST, f"It cannot be read: {problem}.")
        return
    there = {
        str(path.relative_to(folder)): path
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }
    for name, expected in sorted(release.files.items()):
        if name not in there:
            fault(name, "It is missing.")
        else:
            _same_hash(
                there[name],
                expected,
                "the one in the manifest",
                found,
                lambda _, what, name=name: fault(name, what),
            )
    for name in sorted(there.keys() - release.files.keys()):
        fault(name, "It is no part of what was released.", "Find out who put it there.")
    if release.release_id != folder.name or not folder.name.endswith(content_id(release.files)):
        fault(MANIFEST, "It does not have the content after which the release is named.")
    if (folder / "data").is_dir() and data_sha256(folder / "data") != release.data_sha256:
        fault("data", "These are not the figures that the manifest names.")


def _entries(folder: Path, found: Verified) -> Iterator[Path]:
    """Yield what lies in the months below ``folder``."""
    for month in _children(folder):
        if month.is_dir():
            yield from _children(month)
        else:
            found.faults.append(_stranger(f"record/{folder.name}/{month.name}"))


def _children(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _stranger(where: str) -> Fault:
    return Fault(
        where=where, what="It does not belong here.", to_do="Find out who put it there; move it."
    )


def _read(file: Path, make: Callable[[Any], _T], tell: Callable[[str], None]) -> _T | None:
    try:
        return make(json.loads(file.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        tell(str(problem))
        return None
