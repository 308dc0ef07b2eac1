"""The inbox: files dropped into ``inbox/<organisation>/`` are received for that organisation.

A file waits until it has been still for some seconds. Then it is taken out of its folder by one
rename before a byte is read, so that a file put in its place meanwhile is another file, and one
that is written to after all is put back. It ends in ``.received/<reference>/`` with its receipt,
or in ``.not_taken/<moment>/`` with ``why.txt``. A writer that had only paused goes on in the file
that was received: for an hour each look sees that, and puts the file back, so that it is received
as it is then. Nothing is ever deleted, and nothing in here stops at one file: what went wrong with
it is told, and the next one is looked at.
"""

from __future__ import annotations

import datetime as dt
import errno
import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.checking.context import Context
from pipelines.durable import exclusive
from pipelines.escaping import visible
from pipelines.history import RecordHistory
from pipelines.inbox_files import (
    NOT_TAKEN,
    RECEIVED,
    TAKING,
    UnreadableError,
    bring_back,
    is_being_written,
    is_reached_without_links,
    is_unfinished,
    put_back,
    read_held,
    sight_at,
    take_out,
    why_never,
)
from pipelines.inbox_looks import Look, PutAside, PutBack
from pipelines.inbox_memory import (
    Seen,
    Sight,
    add_taken,
    is_written_as,
    remember,
    remember_taken,
    seen_before,
    taken_before,
)
from pipelines.receipts.as_text import as_text
from pipelines.receiving import Received, Sender, receive
from pipelines.record.model import Submission
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.reference import Reference

# A file is taken that nobody has changed for so long. It outlasts what holds up a writer who is at
# work: a busy disk, or a network that lost a packet and sends it again after one second, then two.
STILL_SECONDS = 5.0
# Where the system says that no process has it open to write, whoever wrote it has closed it: less
# is enough, for those that open a file once more (to set its times, or to append).
CLOSED_SECONDS = 1.0
# Where it says that one has, the writer is at work, or has forgotten it.
OPEN_SECONDS = 60.0
# A writer that was held up for longer goes on in a file that was received already. That is seen for
# so long after: by then its program has given up, or its connection was cut.
WATCHED_SECONDS = 60 * 60.0

CHANNEL = "inbox"
_BY = ", by the inbox"


Clock = Callable[[], float]


@dataclass(kw_only=True)
class _Tally:
    """What a look has come to so far, and what it watches."""

    inbox: Path
    today: dt.date  # on which due days are judged
    journal: Path
    clock: Clock
    received: list[Received] = field(default_factory=list)
    put_aside: list[PutAside] = field(default_factory=list)
    put_back: list[PutBack] = field(default_factory=list)
    waiting: int = 0
    left: int = 0
    still_in: float = 0.0
    watched: dict[str, Seen] = field(default_factory=dict)

    def inside(self, file: Path) -> str:
        """The name by which a file is remembered."""
        return str(file.relative_to(self.inbox))


def look(
    workspace: Workspace,
    record: Record,
    reference: Reference,
    *,
    now: dt.datetime,
    seconds: float = 20.0,
    clock: Clock = time.monotonic,
) -> Look:
    """Looks at the inbox once: receives what has been still for ``STILL_SECONDS``, as the looks
    before have seen it; for ``CLOSED_SECONDS`` where no process has it open to write, and for
    ``OPEN_SECONDS`` where one has.

    Stops taking further files after ``seconds``; they are there at the next look. Two looks at
    once wait for each other. ``clock`` gives seconds and is never set. Raises ``OSError`` only
    where the record itself cannot be written or the inbox cannot be listed: that is no file's
    fault, and no file was moved for it.
    """
    with exclusive(workspace.cache / "inbox.lock"):
        memory = workspace.cache / "inbox-seen.json"
        tally = _Tally(
            inbox=workspace.inbox,
            today=workspace.today(now=now),
            journal=workspace.cache / "inbox-taken.jsonl",
            clock=clock,
        )
        before = seen_before(memory, at=clock())
        _make_folders(workspace.inbox, reference)
        _watch(tally)
        seen: dict[str, Seen] = {}
        ends = clock() + seconds
        for folder, file in _files(tally):
            try:
                at = clock()
                sight = sight_at(file)
                inside = tally.inside(file)
                known = before.get(inside)
                if known is None or known.sight != sight:
                    known = Seen(sight=sight, since=clock())
                if reason := why_never(folder, file, reference):
                    _put_aside(file, reason, now=now, tally=tally)
                elif is_unfinished(file.name):
                    tally.waiting += 1
                    seen[inside] = known
                elif (wait := known.since + _is_to_be_still(file) - at) > 0:
                    tally.waiting += 1
                    tally.still_in = max(tally.still_in, _again_in(wait))
                    seen[inside] = known
                elif at > ends:
                    tally.left += 1
                    seen[inside] = known
                elif back := _take(file, sight, record, reference, now=now, tally=tally):
                    seen[tally.inside(back)] = Seen(sight=sight_at(back), since=clock())
                    tally.waiting += 1
                    tally.still_in = max(tally.still_in, _again_in(_is_to_be_still(back)))
            except FileNotFoundError:
                continue  # deleted, or moved away, since it was listed
            except UnreadableError as problem:
                _tell(file, f"It cannot be read or moved: {problem}.", tally=tally)
        if seen or before:
            remember(memory, seen)
    return Look(
        received=tuple(tally.received),
        put_aside=tuple(tally.put_aside),
        put_back=tuple(tally.put_back),
        waiting=tally.waiting,
        left=tally.left,
        still_in=tally.still_in,
    )


def on_its_way(workspace: Workspace) -> int:
    """How many files the last look left in the inbox that are there still: not still yet, or for
    want of time. Those with an unfinished name are not counted."""
    return sum(
        not is_unfinished(Path(inside).name) and (workspace.inbox / inside).exists()
        for inside in seen_before(workspace.cache / "inbox-seen.json", at=0.0)
    )


def sent_by(submission: Submission) -> str | None:
    """The organisation in whose folder a submission lay; None where it came another way."""
    by_inbox = submission.channel == CHANNEL and submission.sender.endswith(_BY)
    return submission.sender.removesuffix(_BY) if by_inbox else None


def _make_folders(inbox: Path, reference: Reference) -> None:
    """A folder for each organisation, so that nobody has to guess its name."""
    for organisation in reference.organisations:
        if organisation.ended_on is None:
            (inbox / organisation.organisation).mkdir(parents=True, exist_ok=True)


def _is_to_be_still(file: Path) -> float:
    """For how many seconds the file must have been still before it is taken."""
    written = is_being_written(file)
    return STILL_SECONDS if written is None else OPEN_SECONDS if written else CLOSED_SECONDS


def _again_in(wait: float) -> float:
    """When it is worth another look at a file that is to wait so long: one that is open may be
    closed in a moment."""
    return wait if wait <= STILL_SECONDS + 1 else CLOSED_SECONDS


def _files(tally: _Tally) -> Iterator[tuple[str, Path]]:
    """What lies in the inbox and in its folders, with the folder's name ("" for the inbox itself).

    What an interrupted look was taking comes first. Links are given as links, never followed.
    """
    for entry in sorted(os.scandir(tally.inbox), key=lambda one: one.name):
        if not entry.is_dir(follow_symlinks=False):
            yield "", Path(entry.path)
            continue
        if entry.name.startswith("."):
            continue
        folder = Path(entry.path)
        try:
            bring_back(folder, tally.inbox)
            inside = sorted(os.scandir(folder), key=lambda one: one.name)
        except FileNotFoundError:
            continue  # gone since it was listed
        except OSError as problem:
            _tell(folder, f"The folder cannot be looked into: {problem.strerror}.", tally=tally)
            continue
        for one in inside:
            if one.name not in (RECEIVED, NOT_TAKEN, TAKING) or one.is_symlink():
                yield entry.name, Path(one.path)


def _watch(tally: _Tally) -> None:
    """Puts back what was written to since it was received, and forgets what is watched no more."""
    before = taken_before(tally.journal, at=tally.clock())
    for inside, taken in before.items():
        try:
            is_same = is_written_as(sight_at(f"{tally.inbox}/{inside}"), taken.sight)
            if not is_same and _put_back(inside, tally):
                continue
        except (FileNotFoundError, NotADirectoryError):
            continue  # erased, or moved by a person
        except (OSError, UnreadableError) as problem:
            reason = f"What was received cannot be looked at again, or put back: {problem}."
            own = tally.inbox / inside
            _tell(own.parents[3] / own.name, reason, tally=tally)
        if tally.clock() - taken.since < WATCHED_SECONDS:
            tally.watched[inside] = taken
    if tally.watched.keys() != before.keys():
        remember_taken(tally.journal, tally.watched)


def _put_back(inside: str, tally: _Tally) -> bool:
    """Puts back what was received as this; False where a link leads to it."""
    file = tally.inbox / inside
    if not is_reached_without_links(file, tally.inbox):
        return False
    put_back(file, file.parents[3])
    _say_put_back(file, tally=tally)
    return True


def _take(
    file: Path,
    sight: Sight,
    record: Record,
    reference: Reference,
    *,
    now: dt.datetime,
    tally: _Tally,
) -> Path | None:
    """Receives one still file. Where it turns out not to be still, puts it back and gives where."""
    folder = file.parent
    held = take_out(file)
    try:
        content = read_held(held, sight)
    except UnreadableError:
        put_back(held, folder)
        raise
    if content is None:
        return put_back(held, folder)
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
                as_of=tally.today,
                sender_organisations=frozenset({organisation}),
                history=RecordHistory(record),
                enforce_window=True,
            ),
        )
    except OSError:
        put_back(held, folder)  # the record said no: the file is where it was, and waits
        raise
    except Exception as fault:  # noqa: BLE001  # one file must not stop the others; it is told
        put_back(held, folder)
        reason = (
            f"The program failed while checking it ({type(fault).__name__}). That is a fault of "
            "Quarterdeck, not of the file: please tell whoever looks after it."
        )
        _put_aside(file, reason, now=now, tally=tally)
        return None
    tally.received.append(received)
    target = folder / RECEIVED / received.submission.submission_id
    # A writer that still had the file open may have gone on: those bytes are another return.
    if sight_at(held) != sight:
        _say_put_back(target / "file" / file.name, tally=tally)
        return put_back(held, folder)
    try:
        _file_away(held, target, received, sight=sight, tally=tally)
    except OSError as problem:
        put_back(held, folder)  # and is received again, as the same submission
        raise UnreadableError(problem.strerror) from problem
    return None


def _file_away(
    held: Path, target: Path, received: Received, *, sight: Sight, tally: _Tally
) -> None:
    """Puts a received file into its folder with the receipt, and has it watched.

    Raises ``OSError``; the file is where it was.
    """
    # Its own folder, so that no name can meet the receipt's.
    own = target / "file"
    if tally.inside(own / held.name) in tally.watched:
        # The same bytes twice within the hour: whoever goes on in the first still has it.
        own = target / f"file-{secrets.token_hex(6)}"
    kept = own / held.name
    if not is_reached_without_links(kept, tally.inbox):
        raise OSError(errno.ELOOP, "a link lies where it belongs once it is received")
    own.mkdir(parents=True, exist_ok=True)
    fresh = target / f".{secrets.token_hex(6)}"
    fresh.write_text(as_text(received.receipt), encoding="utf-8")
    fresh.replace(target / "receipt.txt")  # by a rename, which follows no link
    inside, taken = tally.inside(kept), Seen(sight=sight, since=tally.clock())
    add_taken(tally.journal, inside, taken)
    tally.watched[inside] = taken
    held.replace(kept)
    held.parent.rmdir()


def _put_aside(file: Path, reason: str, *, now: dt.datetime, tally: _Tally) -> None:
    target = file.parent / NOT_TAKEN / f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    if target.parent.is_symlink():
        raise UnreadableError(f"{NOT_TAKEN} is a link")
    try:
        (target / "file").mkdir(parents=True)
        file.rename(target / "file" / file.name)
        (target / "why.txt").write_text(f"{visible(file.name)}\n{reason}\n", encoding="utf-8")
    except FileNotFoundError:
        raise
    except OSError as problem:
        raise UnreadableError(problem.strerror) from problem
    _tell(file, reason, tally=tally)


def _say_put_back(file: Path, *, tally: _Tally) -> None:
    """Says of a file in ``<organisation>/.received/<reference>/file/`` that it is back."""
    organisation, _, reference, *_ = file.relative_to(tally.inbox).parts
    tally.put_back.append(
        PutBack(organisation=organisation, name=visible(file.name)[:100], reference=reference)
    )


def _tell(file: Path, reason: str, *, tally: _Tally) -> None:
    tally.put_aside.append(
        PutAside(
            organisation=visible(file.parent.name), name=visible(file.name)[:100], reason=reason
        )
    )
