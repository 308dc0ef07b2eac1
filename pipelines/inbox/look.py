"""The inbox: files dropped into ``inbox/<organisation>/`` are received for that organisation.

A file is taken when looks ten seconds apart have seen it unchanged, on a clock that nobody sets.
A program that writes more slowly writes ``x.csv.part`` and renames it. The file is taken out of its
folder by one rename before a byte is read, so that one put in its place meanwhile is another file:
a correction. It ends in ``.received/<reference>/`` with its receipt, or in ``.not_taken/<moment>/``
with ``why.txt``. Nothing is ever deleted, and what is wrong with one file stops no other.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipelines.durable import exclusive
from pipelines.escaping import visible
from pipelines.inbox.files import (
    NOT_TAKEN,
    RECEIVED,
    TAKING,
    Sight,
    bring_back,
    is_reached_without_links,
    is_unfinished,
    make_own_folder,
    put_back,
    read_held,
    sight_of,
    take_out,
    why_never,
)
from pipelines.receiving.desk import Desk, Requester
from pipelines.receiving.receipts.as_text import as_text
from pipelines.receiving.receive import Received
from pipelines.record.model import Submission
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.reference import Reference

STILL_SECONDS = 10.0
CHANNEL = "inbox"
_BY = ", by the inbox"
_SHOWN = 10
_MEMORY = "inbox-seen.json"

Clock = Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class PutAside:
    """A file that was not taken: whose folder it lay in, its name made visible, and why."""

    organisation: str
    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one look at the inbox came to.

    ``waiting`` counts files that are not still yet, or not finished by their name; ``left`` those
    that are still and that there was no time for.
    """

    received: tuple[Received, ...] = ()
    put_aside: tuple[PutAside, ...] = ()
    waiting: int = 0
    left: int = 0


def look(
    workspace: Workspace,
    record: Record,
    reference: Reference,
    *,
    now: dt.datetime,
    seconds: float = 20.0,
    clock: Clock = time.monotonic,
) -> Look:
    """Look at the inbox once and receive what has been still since a look ten seconds ago.

    Two looks at once wait for each other.

    Args:
        workspace: Its inbox is looked at.
        record: The workspace's record.
        reference: The reference data.
        now: The moment of receipt, aware.
        seconds: No further file is taken after so long; it is there at the next look.
        clock: Seconds since the machine was started.

    Raises:
        OSError: The record cannot be written, or the inbox cannot be listed: no file was moved.
    """
    with exclusive(workspace.cache / "inbox.lock"):
        looking = _Looking(workspace, record, reference, now=now)
        before = _remembered(workspace)
        seen: dict[str, tuple[float, Sight]] = {}
        ends = clock() + seconds
        left = 0
        for folder, file in looking.files():
            sight = looking.sight(folder, file)
            if sight is None:
                continue
            at, inside = clock(), str(file.relative_to(workspace.inbox))
            since, known = before.get(inside, (at, sight))
            if known != sight or since > at:  # changed; or the machine was started anew
                since = at
            if is_unfinished(file.name) or at - since < STILL_SECONDS:
                seen[inside] = (since, sight)
            elif at > ends:
                seen[inside] = (since, sight)
                left += 1
            else:
                looking.take(file, sight)
        _remember(workspace, seen)
    return Look(
        received=tuple(looking.received),
        put_aside=tuple(looking.put_aside),
        waiting=len(seen) - left + looking.changed,
        left=left,
    )


def on_its_way(workspace: Workspace) -> int:
    """Return how many files the last look left in the inbox that are there still.

    Not still yet, or for want of time. Those with an unfinished name are not counted.
    """
    return sum(
        not is_unfinished(Path(inside).name) and (workspace.inbox / inside).exists()
        for inside in _remembered(workspace)
    )


def sent_by(submission: Submission) -> str | None:
    """Return the organisation in whose folder a submission lay; None if it came another way."""
    by_inbox = submission.channel == CHANNEL and submission.sender.endswith(_BY)
    return submission.sender.removesuffix(_BY) if by_inbox else None


def in_words(found: Look) -> str:
    """Return the look in a sentence or more, for a sensor's tick; no content of any file."""
    parts = []
    if found.received:
        outcomes = Counter(
            "sent before" if one.is_duplicate else one.submission.outcome for one in found.received
        )
        counted = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
        parts.append(f"Received {len(found.received)}: {counted}.")
    parts.extend(
        f"Put aside {aside.organisation}/{aside.name}: {aside.reason}"
        for aside in found.put_aside[:_SHOWN]
    )
    if len(found.put_aside) > _SHOWN:
        parts.append(f"Put aside {len(found.put_aside) - _SHOWN} more.")
    if found.waiting:
        parts.append(f"{found.waiting} not still yet.")
    if found.left:
        parts.append(f"{found.left} left for the next look.")
    return " ".join(parts) or "The inbox is empty."


class _Looking:
    """One look: what was received and put aside so far.

    ``changed`` counts files that were put back because somebody wrote to them while they were
    taken.
    """

    def __init__(
        self, workspace: Workspace, record: Record, reference: Reference, *, now: dt.datetime
    ) -> None:
        self.received: list[Received] = []
        self.put_aside: list[PutAside] = []
        self.changed = 0
        self._inbox = workspace.inbox
        self._record = record
        self._reference = reference
        self._now = now
        self._today = workspace.today(now=now)

    def files(self) -> Iterator[tuple[str, Path]]:
        """Yield what lies in the inbox and its folders, links as links. Raises ``OSError``.

        The name of the folder comes first; it is empty for the inbox itself.
        """
        for organisation in self._reference.organisations:
            if organisation.ended_on is None:  # so that nobody has to guess a folder's name
                (self._inbox / organisation.organisation).mkdir(parents=True, exist_ok=True)
        for entry in sorted(os.scandir(self._inbox), key=lambda one: one.name):
            folder = Path(entry.path)
            if not entry.is_dir(follow_symlinks=False):
                yield "", folder
            elif not entry.name.startswith("."):
                try:
                    bring_back(folder, self._inbox)
                    inside = sorted(folder.iterdir())
                except OSError as problem:
                    self.tell(folder, f"The folder cannot be looked into: {problem.strerror}.")
                    continue
                for file in inside:
                    if file.name not in (RECEIVED, NOT_TAKEN, TAKING) or file.is_symlink():
                        yield entry.name, file

    def sight(self, folder: str, file: Path) -> Sight | None:
        """Return what the file looks like; None if it can never be received, or is gone."""
        try:
            status = file.lstat()
        except FileNotFoundError:
            return None
        except OSError as problem:
            self.tell(file, f"It cannot be looked at: {problem.strerror}.")
            return None
        if reason := why_never(folder, file, status, self._reference):
            self._put_aside(file, reason)
            return None
        return sight_of(status)

    def take(self, file: Path, sight: Sight) -> None:
        """Receive one still file; if somebody writes to it meanwhile, put it back.

        Raises ``OSError`` if the record cannot be written; the file is where it was then.
        """
        folder = file.parent
        try:
            held = take_out(file)
        except FileNotFoundError:
            return
        except OSError as problem:
            self.tell(file, f"It cannot be moved: {problem.strerror}.")
            return
        is_away = False
        try:
            received = self._received(held, sight)
            if received is None:
                return
            self.received.append(received)
            if sight_of(held.lstat()) != sight:
                self.changed += 1  # somebody still had it open and went on: that is a correction
                return
            _file_away(held, received, inbox=self._inbox)
            is_away = True
        except _NotFiledAwayError as problem:
            self.tell(file, f"It was received, but cannot be moved: {problem}.")
        finally:
            if not is_away:
                with suppress(OSError):  # the next look brings it back, or tells why not
                    put_back(held, folder)

    def tell(self, file: Path, reason: str) -> None:
        """Note that a file was not taken."""
        self.put_aside.append(
            PutAside(
                organisation=visible(file.parent.name), name=visible(file.name)[:100], reason=reason
            )
        )

    def _received(self, held: Path, sight: Sight) -> Received | None:
        """Give the file to the record; None if it cannot be read, or is not what was seen.

        Raises ``OSError`` if the record cannot be written.
        """
        file = held.parents[2] / held.name
        try:
            content = read_held(held, sight)
        except OSError as problem:
            self.tell(file, f"It cannot be read: {problem.strerror}.")
            return None
        if content is None:
            self.changed += 1
            return None
        organisation = file.parent.name
        try:
            return self._desk_of(organisation).receive(
                content, file_name=visible(held.name), received_at=self._now
            )
        except OSError:
            raise
        except Exception as fault:  # noqa: BLE001  # one file must not stop the others; it is told
            put_back(held, file.parent)
            self._put_aside(
                file,
                f"The program failed while checking it ({type(fault).__name__}). That is a fault "
                "of Quarterdeck, not of the file: please tell whoever looks after it.",
            )
            return None

    def _desk_of(self, organisation: str) -> Desk:
        requester = Requester(
            name=f"{organisation}{_BY}",
            channel=CHANNEL,
            organisations=frozenset({organisation}),
        )
        return Desk(self._record, self._reference, requester, today=self._today)

    def _put_aside(self, file: Path, reason: str) -> None:
        """Move a file out of the way, with the reason beside it, and note it."""
        target = file.parent / NOT_TAKEN / f"{self._now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        try:
            make_own_folder(target / "file", below=target.parent)
            file.rename(target / "file" / file.name)
            (target / "why.txt").write_text(f"{visible(file.name)}\n{reason}\n", encoding="utf-8")
        except FileNotFoundError:
            return  # deleted, or moved away, since it was listed
        except OSError as problem:
            reason = f"{reason} It cannot be moved: {problem.strerror}."
        self.tell(file, reason)


class _NotFiledAwayError(Exception):
    """A file that was received cannot be put where received ones lie."""


def _file_away(held: Path, received: Received, *, inbox: Path) -> None:
    """Put a received file into ``.received/<reference>/`` with its receipt."""
    target = held.parents[2] / RECEIVED / received.submission.submission_id
    # A folder of its own: no name can meet the receipt's, or that of the same bytes before.
    own = target / "file"
    if not is_reached_without_links(own / held.name, inbox):
        raise _NotFiledAwayError("a link lies where it belongs once it is received")
    if (own / held.name).exists():
        own = target / f"file-{secrets.token_hex(6)}"
    try:
        own.mkdir(parents=True, exist_ok=True)
        fresh = target / f".{secrets.token_hex(6)}"
        fresh.write_text(as_text(received.receipt), encoding="utf-8")
        fresh.replace(target / "receipt.txt")  # by a rename, which follows no link
        held.rename(own / held.name)
    except OSError as problem:
        raise _NotFiledAwayError(problem.strerror) from problem
    with suppress(OSError):
        held.parent.rmdir()


def _remembered(workspace: Workspace) -> dict[str, tuple[float, Sight]]:
    """Return since when the last look has seen each file as it is.

    Nothing if that cannot be read, and then every file waits once more.
    """
    try:
        kept = json.loads((workspace.cache / _MEMORY).read_bytes())
        return {
            name: (float(since), (int(dev), int(inode), int(size), int(changed)))
            for name, (since, (dev, inode, size, changed)) in kept.items()
        }
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _remember(workspace: Workspace, seen: Mapping[str, tuple[float, Sight]]) -> None:
    fresh = workspace.cache / f"{_MEMORY}.new"
    fresh.write_text(json.dumps(seen), encoding="ascii")
    fresh.replace(workspace.cache / _MEMORY)
