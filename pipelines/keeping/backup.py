"""A second copy of what must not be lost, and the way back from it.

What is in the record and the releases never changes, so a copy takes only what it has not got yet,
each folder whole or not at all. It can be stopped at any moment and made again, and what is being
received meanwhile does no harm: it is in the next copy.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.disclosure.versions import LEDGER_KEY
from pipelines.durable import copy_whole, flush_folder, make_folder, place_link
from pipelines.keeping.verify import Verified, verify
from pipelines.record.sent_file import sent_file
from pipelines.record.store import Record
from pipelines.workspace import Workspace

# Kept in a way of its own, derived, or of this workspace only. Not the officer's key: whoever finds
# a backup could try what an erased file was.
LEFT_OUT = frozenset(
    {"record", "releases", "public", "warehouse.duckdb", "cache", "dagster", "officer.key"}
)


class BackupError(Exception):
    """The copy was not made or must not be used; the message is a plain sentence."""


@dataclass
class Copied:
    """What was copied, what was there already, and how the copy stands after it."""

    copied: int = 0
    already_there: int = 0
    replaced: list[str] = field(default_factory=list)
    verified: Verified = field(default_factory=Verified)


def back_up(workspace: Workspace, target: Path) -> Copied:
    """Bring the copy in the folder ``target`` up to date and look at every hash in it.

    What was erased from the record is erased from the copy too. Raises ``BackupError`` if
    ``target`` lies in the workspace or around it, ``OSError`` if it cannot be written.
    """
    copy = Workspace(target.absolute())
    keep_apart(workspace.root, copy.root)
    done = Copied()
    record = Record(workspace.record)
    with record.adding():  # one moment: nothing is added between the first name and the last
        names = list(parts(workspace))
        erased = [one.submission_id for one in record.submissions() if one.erased]
    for submission_id in erased:
        relative = record.submission_folder(submission_id).relative_to(workspace.root)
        if sent_file(copy.root / relative).exists():
            shutil.rmtree(copy.root / relative)
        for kept in copy.inbox.glob(f"*/.received/{submission_id}"):
            shutil.rmtree(kept)
    for name in names:
        _copy_missing(workspace.root / name, copy.root / name, copy, done)
    for path in sorted(workspace.root.iterdir()):
        if path.name not in LEFT_OUT and not path.name.startswith(("warehouse.duckdb", ".")):
            _mirror(path, copy.root / path.name)
    _point_at_same(workspace, copy)
    done.verified = verify(copy)
    return done


def restore(source: Path, workspace: Workspace) -> Copied:
    """Put back from a copy what the workspace lacks, and what is damaged in it.

    What is damaged is kept aside in ``damaged/``. What came after the copy was made stays. Raises
    ``BackupError`` if the copy itself is damaged, with nothing changed.
    """
    copy = Workspace(source.absolute())
    keep_apart(copy.root, workspace.root)
    if not copy.record.is_dir():
        raise BackupError(f"There is no record in {copy.root}; this is no backup of a workspace.")
    state = verify(copy)
    if not state.is_sound:
        first = state.faults[0]
        raise BackupError(
            f"The backup is damaged itself ({len(state.faults)} faults, first: {first.where}: "
            f"{first.what}). Nothing was restored. Take an older one."
        )
    workspace.create()
    done = Copied()
    damaged = {
        "/".join(fault.where.split("/")[: _DEPTH.get(fault.where.split("/")[0], 1)])
        for fault in verify(workspace).faults
    }
    for name in parts(copy):
        target = workspace.root / name
        if str(name) in damaged and target.exists():
            aside = workspace.root / "damaged" / secrets.token_hex(4) / name
            make_folder(aside.parent)
            target.rename(aside)
            flush_folder(target.parent)
            done.replaced.append(str(name))
        _copy_missing(copy.root / name, target, workspace, done)
    for path in copy.root.iterdir():
        if path.name not in LEFT_OUT and not (workspace.root / path.name).exists():
            _mirror(path, workspace.root / path.name)
    if not (workspace.releases / "current").is_dir():
        _point_at_same(copy, workspace)
    done.verified = verify(workspace)
    return done


# How many steps of a fault's path name what is copied as one.
_DEPTH = {"record": 4, "releases": 2}


def parts(workspace: Workspace) -> Iterator[Path]:
    """Yield the paths, from the root, of what is copied as one.

    Oldest first, so that a decision never stands in a copy without the submission it is about.
    """
    root = workspace.root
    folders = [
        *workspace.record.glob("submissions/*/*"),
        *workspace.record.glob("events/*/*.json"),
    ]
    yield from (path.relative_to(root) for path in sorted(folders, key=lambda path: path.stem))
    yield from (path.relative_to(root) for path in of_the_whole(workspace.record))
    for path in sorted(workspace.releases.glob("*/manifest.json")):
        if not path.parent.is_symlink():
            yield path.parent.relative_to(root)


def of_the_whole(record: Path) -> list[Path]:
    """Return the files of a record that are about no one submission or decision."""
    return [path for name in ("format.json", LEDGER_KEY) if (path := record / name).is_file()]


def _copy_missing(source: Path, target: Path, into: Workspace, done: Copied) -> None:
    if target.exists():
        done.already_there += 1
        return
    room = "releases/.making" if target.is_relative_to(into.releases) else "record/.incoming"
    copy_whole(source, target, staging=into.root / room / secrets.token_hex(8))
    done.copied += 1


def _mirror(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True, copy_function=copy_file)
    else:
        copy_file(str(source), str(target))


def copy_file(source: str, target: str) -> str:
    """Return a copy of a file; of a SQLite database one moment of it, however busy it is."""
    with Path(source).open("rb") as file:
        is_database = file.read(16) == b"SQLite format 3\0"
    if is_database:
        with (
            contextlib.closing(sqlite3.connect(source)) as live,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy)
    else:
        shutil.copy2(source, target)
    return target


def _point_at_same(source: Workspace, target: Workspace) -> None:
    link = source.releases / "current"
    if link.is_symlink():
        place_link(target.releases / "current", str(link.readlink()))


def keep_apart(one: Path, other: Path) -> None:
    """Raise ``BackupError`` if one of the two folders lies in the other."""
    if one.is_relative_to(other) or other.is_relative_to(one):
        raise BackupError("The copy and the workspace must be two folders, neither in the other.")
