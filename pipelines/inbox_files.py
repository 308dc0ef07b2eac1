"""The files in the inbox: which can be taken, and how one is taken out, read and put back.

No file is read where it lies, none is put over another, and no link is followed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import fcntl
import os
import secrets
import signal
import stat
import time
from pathlib import Path

from pipelines.escaping import visible
from pipelines.inbox_memory import Sight, sight_of
from pipelines.reading.outcome import Limits
from schemas.reference import Reference

RECEIVED = ".received"
NOT_TAKEN = ".not_taken"
TAKING = ".taking"
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
_GIVEN_UP = dt.timedelta(days=1)  # an unfinished name that nobody has touched for so long


class UnreadableError(Exception):
    """A file that the system does not let us read or move."""


def sight_at(file: Path | str) -> Sight:
    """What lies there looks like; a link as a link.

    Raises ``FileNotFoundError`` or ``NotADirectoryError`` where nothing does, and
    ``UnreadableError``.
    """
    try:
        status = os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as problem:
        raise UnreadableError(problem.strerror) from problem
    return sight_of(status)


def is_being_written(file: Path) -> bool | None:
    """Whether some process of this machine has the file open to write; None where the system does
    not say: a file of another user, or a disk of another machine.

    Asks for a read lease, which Linux gives on a file that nobody has open to write (fcntl(2)),
    and gives it back at once. Raises ``FileNotFoundError`` and ``UnreadableError``.
    """
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise
    except OSError as problem:
        raise UnreadableError(problem.strerror) from problem
    try:
        # Who opens it in this very moment waits until the lease is gone, and Linux tells us so: by
        # a signal that is ignored, instead of one that ends the process.
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as problem:
        return True if problem.errno == errno.EAGAIN else None
    finally:
        os.close(handle)
    return False


def is_unfinished(name: str) -> bool:
    """Whether the name is one that programs use while they write."""
    lowered = name.lower()
    return lowered.startswith((".", "~$")) or lowered.endswith(_UNFINISHED)


def why_never(folder: str, file: Path, reference: Reference) -> str | None:  # noqa: PLR0911  # a list
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
    if is_unfinished(file.name) and time.time() - status.st_mtime > _GIVEN_UP.total_seconds():
        return (
            "Its name is that of a file still being written, and nothing has been written for a "
            "day. Put it here again under its final name."
        )
    return None


def take_out(file: Path) -> Path:
    """Takes the file out of its folder by one rename and gives where it is now.

    Raises ``FileNotFoundError`` where it is gone, and ``UnreadableError``.
    """
    own = file.parent / TAKING / secrets.token_hex(6)
    if own.parent.is_symlink():
        raise UnreadableError(f"{TAKING} is a link")
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
        raise UnreadableError(problem.strerror) from problem
    return held


def read_held(held: Path, sight: Sight) -> bytes | None:
    """The bytes of the file, read once, or None where it is not what was seen, before or after.

    Raises ``UnreadableError``.
    """
    try:
        handle = os.open(held, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as problem:
        raise UnreadableError(problem.strerror) from problem
    with os.fdopen(handle, "rb") as opened:
        if sight_of(os.fstat(handle)) != sight:
            return None
        try:
            content = opened.read(sight[2] + 1)
        except OSError as problem:
            raise UnreadableError(problem.strerror) from problem
        unchanged = sight_of(os.fstat(handle)) == sight and len(content) == sight[2]
    return content if unchanged else None


def put_back(held: Path, folder: Path) -> Path:
    """Puts a file back under its name, or beside a newer one of that name, and gives where it lies
    then. Never over another. Raises ``OSError``."""
    back = folder / held.name
    try:
        os.link(held, back, follow_symlinks=False)
        held.unlink()
    except OSError:  # there is a newer one, or the disk knows no second name for a file
        back = folder / f"again-{secrets.token_hex(6)}.csv"
        held.rename(back)
    with contextlib.suppress(OSError):
        held.parent.rmdir()
    return back


def bring_back(folder: Path, inbox: Path) -> None:
    """Puts back what a killed process had taken out to read. Raises ``OSError``."""
    for held in folder.glob(f"{TAKING}/*/*"):
        if is_reached_without_links(held, inbox):
            put_back(held, folder)


def is_reached_without_links(file: Path, inbox: Path) -> bool:
    """Whether no link on the way from the inbox to the file leads elsewhere: whoever may write in
    a folder of the inbox must not have files of another place moved."""
    return file.parent.resolve() == inbox.resolve() / file.parent.relative_to(inbox)
