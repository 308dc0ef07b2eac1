"""Writing so that what was said to be written is still there after a power cut.

A file or folder is complete, flushed, and then appears under its name by one atomic rename.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import cache
from pathlib import Path


def flush_folder(folder: Path) -> None:
    """Flush the folder's list of names to disk."""
    _flush(folder)


def write_flushed(path: Path, content: bytes) -> None:
    """Write a new file and flush its content. Raises ``FileExistsError`` if there is one."""
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def make_folder(folder: Path) -> None:
    """Make a folder with its parents, each flushed into the folder that holds it."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    flush_folder(folder.parent)


def place_folder(files: Mapping[str, bytes], *, staging: Path, final: Path) -> None:
    """Make the folder ``final`` with these files, whole or not at all.

    ``staging`` is a folder name on the same file system that nobody reads; it is gone afterwards.
    Raises ``OSError`` (a full disk, say) with nothing at ``final``.
    """
    staging.mkdir(parents=True)
    # Each flush waits for the disk; together they wait once.
    written = [_writers().submit(write_flushed, staging / name, files[name]) for name in files]
    wait(written)  # all of them, also where one failed: nothing is written after this
    for one in written:
        one.result()
    flush_folder(staging)
    make_folder(final.parent)
    staging.rename(final)
    flush_folder(final.parent)


@cache
def _writers() -> ThreadPoolExecutor:
    """Threads that write, made once a process: starting them costs as much as the writing."""
    return ThreadPoolExecutor(8, thread_name_prefix="write")


os.register_at_fork(after_in_child=_writers.cache_clear)  # a fork has none of the threads


def place_file(content: bytes, final: Path, *, staging: Path) -> None:
    """Make the file ``final``, whole or not at all, by way of the name ``staging``."""
    staging.parent.mkdir(parents=True, exist_ok=True)
    write_flushed(staging, content)
    make_folder(final.parent)
    staging.rename(final)
    flush_folder(final.parent)


def place_link(link: Path, target: str) -> None:
    """Make the symbolic link ``link`` lead to ``target`` by one rename, from whatever it was."""
    fresh = link.with_name(f".{link.name}-{secrets.token_hex(8)}")
    fresh.symlink_to(target)
    fresh.replace(link)
    flush_folder(link.parent)


def replace_file(content: bytes, final: Path) -> None:
    """Make ``content`` stand in the file ``final`` by one rename: the old one or the new one."""
    make_folder(final.parent)
    fresh = final.with_name(f".{final.name}-{secrets.token_hex(8)}")
    write_flushed(fresh, content)
    fresh.replace(final)
    flush_folder(final.parent)


@contextmanager
def exclusive(lock_file: Path) -> Iterator[None]:
    """Hold the lock for the length of the block, once it is free.

    The kernel frees it when the process ends in whatever way, so none is ever left behind.
    """
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def flush_tree(folder: Path) -> None:
    """Flush every file and folder below ``folder``, and itself.

    Together they wait for the disk a tenth as long as one after the other (900 files: 0.3 s instead
    of 2 to 3).
    """
    below = [
        path
        for path in folder.rglob("*")
        if not path.is_symlink() and (path.is_file() or path.is_dir())
    ]
    with ThreadPoolExecutor(8, thread_name_prefix="flush") as together:
        flushed = [together.submit(_flush, path) for path in (*below, folder)]
    for one in flushed:
        one.result()


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def copy_whole(source: Path, final: Path, *, staging: Path) -> None:
    """Copy a file or folder to ``final``, whole or not at all, by way of the name ``staging``.

    Raises ``OSError`` with nothing at ``final``.
    """
    staging.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, staging, symlinks=True)
        flush_tree(staging)
    else:
        write_flushed(staging, source.read_bytes())
        shutil.copystat(source, staging)
    make_folder(final.parent)
    staging.rename(final)
    flush_folder(final.parent)
