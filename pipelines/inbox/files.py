"""The files in the inbox: which can be taken, and how one is taken out and put back.

No file is read where it lies, none is put over another, and no link is followed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import time
from pathlib import Path

from pipelines.escaping import visible
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
_WORKBOOKS = (".xlsx", ".xlsm")
_GIVEN_UP = 24 * 60 * 60  # seconds that an unfinished name may lie there untouched

# What a file looks like: device, inode, size, time of the last change in nanoseconds.
Sight = tuple[int, int, int, int]


def sight_of(status: os.stat_result) -> Sight:
    """Return what a file looks like; writing to it changes that."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def is_unfinished(name: str) -> bool:
    """Whether the name is one that programs use while they write."""
    lowered = name.lower()
    return lowered.startswith((".", "~$")) or lowered.endswith(_UNFINISHED)


def why_never(  # noqa: PLR0911  # a list
    folder: str, file: Path, status: os.stat_result, reference: Reference
) -> str | None:
    """Return why a file in this folder of the inbox can never be received, or None.

    ``folder`` is empty for the inbox itself; ``status`` of a link is the link's own.
    """
    mode, limit = status.st_mode, Limits().bytes
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
    if status.st_size > limit:
        return f"It is larger than {limit // 1_000_000} MB, the most that a return may have."
    if is_unfinished(file.name) and time.time() - status.st_mtime > _GIVEN_UP:
        return (
            "Its name is that of a file still being written, and nothing has been written for a "
            "day. Put it here again under its final name."
        )
    return None


def take_out(file: Path) -> Path:
    """Take the file out of its folder by one rename and return where it is now.

    Raises:
        FileNotFoundError: It is gone.
        OSError: It cannot be moved, or a link lies where it would go.
    """
    own = file.parent / TAKING / secrets.token_hex(6)
    make_own_folder(own, below=own.parent)
    held = own / file.name
    try:
        file.rename(held)
    except OSError:
        own.rmdir()
        raise
    return held


def make_own_folder(folder: Path, *, below: Path) -> None:
    """Make a folder. Raises ``OSError``; also if ``below``, which may be there, is a link."""
    if below.is_symlink():
        raise OSError(errno.ELOOP, f"{below.name} is a link")
    folder.mkdir(parents=True)


def read_held(held: Path, sight: Sight) -> bytes | None:
    """Return the bytes of the file, or None if it is not, before or after, what was seen.

    Raises ``OSError``.
    """
    handle = os.open(held, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as opened:
        if sight_of(os.fstat(handle)) != sight:
            return None
        content = opened.read(sight[2] + 1)
        unchanged = sight_of(os.fstat(handle)) == sight and len(content) == sight[2]
    return content if unchanged else None


def put_back(held: Path, folder: Path) -> None:
    """Put a file back under its name, or beside a newer one of that name; never over another.

    Raises ``OSError``.
    """
    try:
        os.link(held, folder / held.name, follow_symlinks=False)
        held.unlink()
    except OSError:  # there is a newer one, or the disk knows no second name for a file
        ending = held.suffix if held.suffix.casefold() in _WORKBOOKS else ".csv"
        held.rename(folder / f"again-{secrets.token_hex(6)}{ending}")
    with contextlib.suppress(OSError):
        held.parent.rmdir()


def bring_back(folder: Path, inbox: Path) -> None:
    """Put back what a killed process had taken out to read. Raises ``OSError``."""
    for held in folder.glob(f"{TAKING}/*/*"):
        if is_reached_without_links(held, inbox):
            put_back(held, folder)


def is_reached_without_links(file: Path, inbox: Path) -> bool:
    """Whether no link on the way from the inbox to the file leads elsewhere.

    Anybody who may write in a folder of the inbox must not have files of another place moved.
    """
    return file.parent.resolve() == inbox.resolve() / file.parent.relative_to(inbox)
