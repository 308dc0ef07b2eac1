"""A second copy in an object store (a bucket), through fsspec, and the way back from it.

There are no folders in a bucket and nothing can be renamed, so what is kept as one is whole once
its last file is there: a submission's ``submission.json``, a release's ``manifest.json``. The
others go first. Whoever stops half-way leaves files that count for nothing, and the next copy goes
on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.backup import LEFT_OUT, BackupError, Copied, copy_file, parts
from pipelines.record.store import Record
from pipelines.workspace import Workspace

_LAST = ("submission.json", "manifest.json")
_CURRENT = "releases/current"


def is_address(text: str) -> bool:
    """Whether it is the address of an object store (``s3://bucket/folder``) and no path."""
    return "://" in text


def back_up_to(workspace: Workspace, address: str) -> Copied:
    """Brings the copy at ``address`` up to date and holds the size of each object against the file.

    What was erased from the record is erased there too (older versions that the store keeps are the
    store's own). Raises ``BackupError`` where the store cannot be reached, or lacks something.
    """
    with _store(address) as store:
        there = store.sizes()
        record = Record(workspace.record)
        with record.adding():  # one moment: nothing is added between the first name and the last
            names = [str(name) for name in parts(workspace)]
            erased = [one.submission_id for one in record.submissions() if one.erased]
        for submission_id in erased:
            folder = record.submission_folder(submission_id).relative_to(workspace.root)
            if f"{folder}/as_sent.csv" in there:
                kept = f"/.received/{submission_id}/"
                gone = [key for key in there if key.startswith(f"{folder}/") or kept in key]
                store.remove(gone)
                for key in gone:
                    del there[key]
        done = Copied()
        first, last = [], []
        for name in names:
            files = _files(workspace.root, name)
            if files[-1] in there:
                done.already_there += 1
                continue
            first += files[:-1]
            last.append(files[-1])
            done.copied += 1
        store.put(workspace.root, first)
        store.put(workspace.root, last)
        _mirror(workspace, store, there)
        link = workspace.releases / "current"
        if link.is_symlink():
            store.write(_CURRENT, str(link.readlink()).encode())
        _compare(workspace, names, store.sizes())
    return done


@contextmanager
def fetched(address: str) -> Iterator[Path]:
    """The copy at ``address`` in a folder, for the length of the block; what is not whole is left
    out. Raises ``BackupError``."""
    with tempfile.TemporaryDirectory(prefix="quarterdeck-copy-") as folder:
        root = Path(folder) / "copy"
        root.mkdir()
        with _store(address) as store:
            keys = store.sizes().keys()
            _refuse_ways_out(keys)
            whole = {key.rpartition("/")[0] for key in keys if key.endswith(_LAST)}
            wanted = [key for key in keys if key != _CURRENT and _counts(key, whole)]
            store.get(wanted, root)
            if _CURRENT in keys:
                # A release beside it, whatever the object says.
                (root / _CURRENT).symlink_to(Path(store.read(_CURRENT).decode()).name)
        yield root


def _refuse_ways_out(keys: Iterable[str]) -> None:
    """A name in a bucket may hold anything; as a path it must stay in the copy."""
    for key in keys:
        if key.startswith("/") or {"", ".", ".."} & set(key.split("/")):
            raise BackupError(f"The copy holds an object of a name that is no path: {key!r}")


def _counts(key: str, whole: set[str]) -> bool:
    """Whether an object is part of something whole."""
    steps = key.split("/")
    if key.startswith("record/submissions/"):
        return "/".join(steps[:4]) in whole
    if key.startswith("releases/") and len(steps) > 2:
        return "/".join(steps[:2]) in whole
    return True


def _files(root: Path, name: str) -> list[str]:
    """The files of one part, the one that makes it whole last."""
    if (root / name).is_file():
        return [name]
    found = sorted(
        str(path.relative_to(root)) for path in (root / name).rglob("*") if path.is_file()
    )
    return sorted(found, key=lambda one: one.removeprefix(f"{name}/") in _LAST)


def _mirror(workspace: Workspace, store: _Store, there: dict[str, int]) -> None:
    """Copies what is neither record nor release: as it is now, databases as of one moment."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        keys = []
        for path in sorted(workspace.root.rglob("*")):
            key = str(path.relative_to(workspace.root))
            top = key.split("/", 1)[0]
            if not path.is_file() or top in LEFT_OUT or top.startswith("warehouse.duckdb"):
                continue
            if top == "inbox" and there.get(key) == path.stat().st_size:
                continue
            (fresh / key).parent.mkdir(parents=True, exist_ok=True)
            copy_file(str(path), str(fresh / key))
            keys.append(key)
        store.put(fresh, keys)


def _compare(workspace: Workspace, names: list[str], there: dict[str, int]) -> None:
    for name in names:
        for file in _files(workspace.root, name):
            if there.get(file) != (workspace.root / file).stat().st_size:
                raise BackupError(f"The copy lacks {file}, or has it in another size. Try again.")


@dataclass(frozen=True)
class _Store:
    """The objects below one address, by their paths from it."""

    files: Any  # an fsspec file system, which has no types
    root: str

    def sizes(self) -> dict[str, int]:
        self.files.invalidate_cache()
        found = self.files.find(self.root, detail=True)
        skip = len(self.root) + 1
        return {path[skip:]: int(info["size"]) for path, info in found.items()}

    def put(self, source: Path, keys: list[str]) -> None:
        if keys:
            here = [str(source / key) for key in keys]
            self.files.put(here, [f"{self.root}/{key}" for key in keys])

    def get(self, keys: list[str], target: Path) -> None:
        if keys:
            for key in keys:
                (target / key).parent.mkdir(parents=True, exist_ok=True)
            there = [f"{self.root}/{key}" for key in keys]
            self.files.get(there, [str(target / key) for key in keys])

    def remove(self, keys: list[str]) -> None:
        self.files.rm([f"{self.root}/{key}" for key in keys])

    def write(self, key: str, content: bytes) -> None:
        self.files.pipe_file(f"{self.root}/{key}", content)

    def read(self, key: str) -> bytes:
        return bytes(self.files.cat_file(f"{self.root}/{key}"))


@contextmanager
def _store(address: str) -> Iterator[_Store]:
    from fsspec.core import url_to_fs  # noqa: PLC0415  # only here, and it takes a while

    try:
        files, root = url_to_fs(address)
        yield _Store(files=files, root=root.rstrip("/"))
    except ImportError as missing:
        raise BackupError(
            f"What speaks to {address} is not installed ({missing}). Install the extra: "
            "uv sync --extra object-store"
        ) from missing
    except (OSError, ValueError) as problem:
        raise BackupError(
            f"The copy at {address} cannot be reached or used: {problem}"
        ) from problem
