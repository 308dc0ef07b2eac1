"""The inbox: files dropped into ``inbox/<organisation>/`` are received for that organisation.

A file waits until it has been still between two looks. Then it is taken out of its folder by one
rename before a byte is read, so that a file put in its place meanwhile is another file, and one
that is written to after all is put back. It ends in ``.received/<reference>/`` with its receipt,
or in ``.not_taken/<moment>/`` with ``why.txt``. Nothing is ever deleted, and nothing in here stops
at one file: what went wrong with it is told, and the next one is looked at.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import secrets
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.checking.context import Context
from pipelines.durable import exclusive
from pipelines.escaping import visible
from pipelines.history import RecordHistory
from pipelines.obligations import reporting_day
from pipelines.reading.outcome import Limits
from pipelines.receipts.as_text import as_text
from pipelines.receiving import Received, Sender, receive
from pipelines.record.model import Submission
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.reference import Reference

CHANNEL = "inbox"
_BY = ", by the inbox"
RECEIVED = ".received"
NOT_TAKEN = ".not_taken"
_TAKING = ".taking"
# What programs call a file while they write it. A dot at the start marks one too.
_UNFINISHED = (
    ".part",
    ".partial",
    ".filepart",
    ".crdownload",
    ".download",
    ".tmp",
    ".temp",
    ".swp",
)
_LOCKS = ("~$", "~lock")
_GIVEN_UP = dt.timedelta(days=1)  # an unfinished name that nobody has touched for so long


@dataclass(frozen=True, kw_only=True)
class PutAside:
    """A file that was not taken: whose folder it lay in, its name made visible, and why."""

    organisation: str
    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one look at the inbox came to. ``left`` counts still files there was no time for."""

    received: tuple[Received, ...] = ()
    put_aside: tuple[PutAside, ...] = ()
    waiting: int = 0
    left: int = 0


# What a file looked like: device, inode, size, time of the last change in nanoseconds.
_Sight = tuple[int, int, int, int]


@dataclass
class _Tally:
    received: list[Received] = field(default_factory=list)
    put_aside: list[PutAside] = field(default_factory=list)
    waiting: int = 0
    left: int = 0


def look(
    workspace: Workspace,
    record: Record,
    reference: Reference,
    *,
    now: dt.datetime,
    seconds: float = 20.0,
) -> Look:
    """Looks at the inbox once: receives what has been still since the look before.

    Stops taking further files after ``seconds``; they are there at the next look. Two looks at
    once wait for each other. Raises ``OSError`` only where the record itself cannot be written or
    the inbox cannot be listed: that is no file's fault, and no file was moved for it.
    """
    with exclusive(workspace.cache / "inbox.lock"):
        memory = workspace.cache / "inbox-seen.json"
        before = _remembered(memory)
        _make_folders(workspace.inbox, reference)
        tally = _Tally()
        seen: dict[str, _Sight] = {}
        ends = time.monotonic() + seconds
        for folder, file in _files(workspace.inbox, tally=tally):
            try:
                sight = _sight(file)
                inside = str(file.relative_to(workspace.inbox))
                if reason := _why_never(folder, file, reference):
                    _put_aside(file, reason, now=now, tally=tally)
                elif _is_unfinished(file.name) or before.get(inside) != sight:
                    tally.waiting += 1
                    seen[inside] = sight
                elif time.monotonic() > ends:
                    tally.left += 1
                    seen[inside] = sight
                else:
                    _take(file, sight, record, reference, now=now, tally=tally)
            except FileNotFoundError:
                continue  # deleted, or moved away, since it was listed
            except _UnreadableError as problem:
                _tell(file, f"It cannot be read or moved: {problem}.", tally=tally)
        _remember(memory, seen)
    return Look(
        received=tuple(tally.received),
        put_aside=tuple(tally.put_aside),
        waiting=tally.waiting,
        left=tally.left,
    )


def on_its_way(workspace: Workspace) -> int:
    """How many files the last look left in the inbox that are there still: not still yet, or for
    want of time. Those with an unfinished name are not counted."""
    return sum(
        not _is_unfinished(Path(inside).name) and (workspace.inbox / inside).exists()
        for inside in _remembered(workspace.cache / "inbox-seen.json")
    )


def in_words(found: Look) -> str:
    """The look in a sentence or more, for a sensor's tick. Names no content of any file."""
    parts = []
    if found.received:
        outcomes: dict[str, int] = {}
        for one in found.received:
            outcome = "sent before" if one.is_duplicate else one.submission.outcome
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
        counted = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
        parts.append(f"Received {len(found.received)}: {counted}.")
    parts.extend(
        f"Put aside {aside.organisation}/{aside.name}: {aside.reason}"
        for aside in found.put_aside[:10]
    )
    if len(found.put_aside) > 10:
        parts.append(f"Put aside {len(found.put_aside) - 10} more.")
    if found.waiting:
        parts.append(f"{found.waiting} not still yet.")
    if found.left:
        parts.append(f"{found.left} left for the next look.")
    return " ".join(parts) or "The inbox is empty."


def sent_by(submission: Submission) -> str | None:
    """The organisation in whose folder a submission lay; None where it came another way."""
    by_inbox = submission.channel == CHANNEL and submission.sender.endswith(_BY)
    return submission.sender.removesuffix(_BY) if by_inbox else None


class _UnreadableError(Exception):
    """A file that the system does not let us read or move."""


def _make_folders(inbox: Path, reference: Reference) -> None:
    """A folder for each organisation, so that nobody has to guess its name."""
    for organisation in reference.organisations:
        if organisation.ended_on is None:
            (inbox / organisation.organisation).mkdir(parents=True, exist_ok=True)


def _files(inbox: Path, *, tally: _Tally) -> Iterator[tuple[str, Path]]:
    """What lies in the inbox and in its folders, with the folder's name ("" for the inbox itself).

    What an interrupted look was taking comes first. Links are given as links, never followed.
    """
    for entry in sorted(os.scandir(inbox), key=lambda one: one.name):
        if not entry.is_dir(follow_symlinks=False):
            yield "", Path(entry.path)
            continue
        if entry.name.startswith("."):
            continue
        folder = Path(entry.path)
        try:
            _bring_back(folder)
            inside = sorted(os.scandir(folder), key=lambda one: one.name)
        except FileNotFoundError:
            continue  # gone since it was listed
        except OSError as problem:
            _tell(folder, f"The folder cannot be looked into: {problem.strerror}.", tally=tally)
            continue
        for one in inside:
            if one.name not in (RECEIVED, NOT_TAKEN, _TAKING):
                yield entry.name, Path(one.path)


def _bring_back(folder: Path) -> None:
    """Puts back what a killed process had taken out to read."""
    for held in folder.glob(f"{_TAKING}/*/*"):
        _put_back(held, folder)


def _put_back(held: Path, folder: Path) -> None:
    """Puts a file back under its name, or beside a newer one of that name. Never over it."""
    try:
        os.link(held, folder / held.name, follow_symlinks=False)
        held.unlink()
    except OSError:  # there is a newer one, or the disk knows no second name for a file
        held.rename(folder / f"again-{secrets.token_hex(6)}.csv")
    with contextlib.suppress(OSError):
        held.parent.rmdir()


def _sight(file: Path) -> _Sight:
    try:
        status = file.lstat()
    except FileNotFoundError:
        raise
    except OSError as problem:
        raise _UnreadableError(problem.strerror) from problem
    return _sight_of(status)


def _sight_of(status: os.stat_result) -> _Sight:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _why_never(folder: str, file: Path, reference: Reference) -> str | None:  # noqa: PLR0911  # a list
    """Why what lies there can never be received, or None."""
    status = file.lstat()
    mode = status.st_mode
    if stat.S_ISLNK(mode):
        return "It is a link to another place. Put the file itself here."
    if stat.S_ISDIR(mode):
        return "It is a folder. Put each file by itself into the organisation's folder."
    if not stat.S_ISREG(mode):
        return "It is not a file that can be read to its end."
    if not folder:
        return "It lies in no organisation's folder. Put it in the one of whoever sends it."
    if reference.organisation(folder) is None:
        return (
            f"There is no organisation “{visible(folder)}”. Put it in the folder of one that "
            "the list of organisations has."
        )
    limit = Limits().bytes
    if status.st_size > limit:
        return f"It is larger than {limit // 1_000_000} MB, the most that a return may have."
    if _is_unfinished(file.name) and time.time() - status.st_mtime > _GIVEN_UP.total_seconds():
        return (
            "Its name is that of a file still being written, and nothing has been written for a "
            "day. Put it here again under its final name."
        )
    return None


def _is_unfinished(name: str) -> bool:
    lowered = name.lower()
    return lowered.startswith((".", "~$")) or lowered.endswith(_UNFINISHED)


def _take(
    file: Path,
    sight: _Sight,
    record: Record,
    reference: Reference,
    *,
    now: dt.datetime,
    tally: _Tally,
) -> None:
    """Receives one still file, or puts it back where it turns out not to be still."""
    folder = file.parent
    held = _hold(file)
    try:
        content = _read(held, sight)
    except _UnreadableError:
        _put_back(held, folder)
        raise
    if content is None:
        _put_back(held, folder)
        tally.waiting += 1
        return
    organisation = folder.name
    try:
        received = receive(
            record,
            content,
            file_name=visible(file.name),
            sender=Sender(
                name=f"{organisation}{_BY}",
                channel=CHANNEL,
                organisations=frozenset({organisation}),
            ),
            received_at=now,
            context=Context(
                reference=reference,
                as_of=reporting_day(record, now=now),
                sender_organisations=frozenset({organisation}),
                history=RecordHistory(record),
                enforce_window=True,
            ),
        )
    except OSError:
        _put_back(held, folder)  # the record said no: the file is where it was, and waits
        raise
    except Exception as fault:  # noqa: BLE001  # one file must not stop the others; it is told
        _put_back(held, folder)
        reason = (
            f"The program failed while checking it ({type(fault).__name__}). That is a fault of "
            "Quarterdeck, not of the file: please tell whoever looks after it."
        )
        _put_aside(file, reason, now=now, tally=tally)
        return
    # A writer that still had the file open may have gone on: those bytes are another return.
    if _sight(held) != sight:
        _put_back(held, folder)
    else:
        _file_away(held, folder / RECEIVED / received.submission.submission_id, received)
    tally.received.append(received)


def _hold(file: Path) -> Path:
    """Takes the file out of its folder by one rename and gives where it is now."""
    own = file.parent / _TAKING / secrets.token_hex(6)
    try:
        own.mkdir(parents=True)
        held = own / file.name
        file.rename(held)
    except FileNotFoundError:
        with contextlib.suppress(OSError):
            own.rmdir()
        raise
    except OSError as problem:
        with contextlib.suppress(OSError):
            own.rmdir()
        raise _UnreadableError(problem.strerror) from problem
    return held


def _read(held: Path, sight: _Sight) -> bytes | None:
    """The bytes of the file, read once, or None where it is not what was seen, before or after."""
    try:
        handle = os.open(held, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as problem:
        raise _UnreadableError(problem.strerror) from problem
    with os.fdopen(handle, "rb") as opened:
        if _sight_of(os.fstat(handle)) != sight:
            return None
        try:
            content = opened.read(sight[2] + 1)
        except OSError as problem:
            raise _UnreadableError(problem.strerror) from problem
        unchanged = _sight_of(os.fstat(handle)) == sight and len(content) == sight[2]
    return content if unchanged else None


def _file_away(held: Path, target: Path, received: Received) -> None:
    target.mkdir(parents=True, exist_ok=True)
    (target / "receipt.txt").write_text(as_text(received.receipt), encoding="utf-8")
    # Its own folder, so that no name can meet the receipt's.
    own = target / "file"
    own.mkdir(exist_ok=True)
    held.replace(own / held.name)
    held.parent.rmdir()


def _put_aside(file: Path, reason: str, *, now: dt.datetime, tally: _Tally) -> None:
    target = file.parent / NOT_TAKEN / f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    try:
        (target / "file").mkdir(parents=True)
        file.rename(target / "file" / file.name)
        (target / "why.txt").write_text(f"{visible(file.name)}\n{reason}\n", encoding="utf-8")
    except FileNotFoundError:
        raise
    except OSError as problem:
        raise _UnreadableError(problem.strerror) from problem
    _tell(file, reason, tally=tally)


def _tell(file: Path, reason: str, *, tally: _Tally) -> None:
    tally.put_aside.append(
        PutAside(
            organisation=visible(file.parent.name), name=visible(file.name)[:100], reason=reason
        )
    )


def _remembered(memory: Path) -> dict[str, _Sight]:
    """What the look before saw; nothing where it cannot be read, and then every file waits once."""
    try:
        kept = json.loads(memory.read_bytes())
        return {str(name): (one[0], one[1], one[2], one[3]) for name, one in kept.items()}
    except (OSError, ValueError, AttributeError, LookupError, TypeError):
        return {}


def _remember(memory: Path, seen: dict[str, _Sight]) -> None:
    memory.parent.mkdir(parents=True, exist_ok=True)
    new = memory.with_suffix(".new")
    new.write_text(json.dumps(seen), encoding="utf-8")
    new.replace(memory)
