"""An object store (a bucket) on which several machines work, through fsspec.

Little is asked of it: an object is put whole or not at all, it can be put on the condition that
there is none of that name, and what was put is there for everybody at once. S3 and what speaks like
it can do that; ``proven`` tries it.

A workspace that works on one says so in ``store.toml``:

```
address = "s3://bucket/folder"
```
"""

from __future__ import annotations

import os
import secrets
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.durable import replace_file

SETTING = "store.toml"
# A request is given up after 5 seconds without a connection or 20 without an answer, and is tried
# once more. Who waits is a partner at an upload page.
_OPTIONS = {
    "skip_instance_cache": True,
    "use_listings_cache": False,
    "max_concurrency": 1,  # an object is read in one request; else it is asked for its size first
    "config_kwargs": {
        "connect_timeout": 5,
        "read_timeout": 20,
        "retries": {"max_attempts": 1, "mode": "legacy"},
    },
}
_SETTLED_BY = 4


class StoreError(OSError):
    """The object store could not be reached, or said no; the message is a plain sentence."""


@dataclass(frozen=True)
class ObjectStore:
    """The objects below an address (``s3://bucket/folder``), by their paths from it.

    Every method raises ``StoreError`` where the store cannot be reached or says no.
    """

    address: str

    def read(self, key: str) -> bytes | None:
        """The object's content, or None where there is none."""
        with self._reached() as (files, root):
            try:
                return bytes(files.cat_file(f"{root}/{key}"))
            except FileNotFoundError:
                return None

    def read_many(self, keys: Sequence[str]) -> list[bytes]:
        """The contents of objects that are there, read side by side; in the order of ``keys``."""
        with self._reached() as (files, root):
            paths = [f"{root}/{key}" for key in keys]
            found = files.cat(paths, recursive=False) if paths else {}
            return [bytes(found[path]) for path in paths]

    def names(self, folder: str) -> list[str]:
        """The names of the objects in ``folder``, in order."""
        with self._reached() as (files, root):
            try:
                found = files.ls(f"{root}/{folder}", detail=False)
            except FileNotFoundError:
                return []
            return sorted(str(path).rpartition("/")[2] for path in found)

    def create(self, key: str, content: bytes) -> bool:
        """Puts the object if there is none of its name; whether the object is this one now.

        Where the answer does not say which (it was lost on its way, or two came at once), the
        object is read back. So nothing is told that is not so: where it cannot be read back,
        ``StoreError`` is raised, and the object may be there or come yet.
        """
        for again in range(_SETTLED_BY):
            try:
                with self._reached() as (files, root):
                    files.pipe_file(f"{root}/{key}", content, mode="create")
            except StoreError:
                there = self.read(key)
                if there is not None:
                    return there == content
                if again == _SETTLED_BY - 1:
                    raise
                time.sleep(0.1 * 2**again)
            else:
                return True
        raise AssertionError("the last round returns or raises")

    def write(self, key: str, content: bytes) -> None:
        """Puts the object, whatever was there."""
        with self._reached() as (files, root):
            files.pipe_file(f"{root}/{key}", content)

    def remove(self, key: str) -> None:
        """Deletes the object."""
        with self._reached() as (files, root):
            files.rm_file(f"{root}/{key}")

    @contextmanager
    def _reached(self) -> Iterator[tuple[Any, str]]:
        """The file system and the path of the address in it; what goes wrong is a sentence."""
        try:
            faults = _faults()
            opened = _opened(self.address)
        except ImportError as missing:
            raise StoreError(
                f"What speaks to {self.address} is not installed ({missing}). Install the extra: "
                "uv sync --extra object-store"
            ) from missing
        try:
            yield opened
        except faults as problem:
            raise StoreError(
                f"The object store at {self.address} cannot be reached or said no: "
                f"{str(problem).rstrip('.')}."
            ) from problem


def proven(store: ObjectStore) -> None:
    """Tries whether the store keeps the condition on which everything rests.

    Raises ``StoreError`` where it does not: with it two machines could each believe that they were
    the first.
    """
    key = f"tried/{secrets.token_hex(8)}"
    kept = store.create(key, b"first") and not store.create(key, b"second")
    kept = kept and store.read(key) == b"first"
    store.remove(key)
    if not kept:
        raise StoreError(
            f"The object store at {store.address} puts an object over another though it was asked "
            "to put it only where there is none (If-None-Match). It cannot hold a record."
        )


def store_of(root: Path) -> ObjectStore | None:
    """The store on which the workspace in ``root`` works, or None where it has no ``store.toml``.

    Raises ``StoreError`` where that file cannot be understood.
    """
    file = root / SETTING
    if not file.exists():
        return None
    try:
        address = tomllib.loads(file.read_text(encoding="utf-8"))["address"]
    except (OSError, ValueError, KeyError) as problem:
        raise StoreError(f'{file} does not say address = "s3://bucket/folder": {problem}') from None
    return at(address)


def at(address: object) -> ObjectStore:
    """The store at an address. Raises ``StoreError`` where it is none of S3's."""
    bucket, _, _ = str(address).removeprefix("s3://").partition("/")
    if not isinstance(address, str) or not address.startswith("s3://") or not bucket:
        raise StoreError(f"{address} is no address of the form s3://bucket/folder.")
    return ObjectStore(address.rstrip("/"))


def keep_setting(root: Path, store: ObjectStore) -> None:
    """Makes the workspace in ``root`` work on the store from now on."""
    replace_file(f'address = "{store.address}"\n'.encode(), root / SETTING)


@cache
def _opened(address: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs  # noqa: PLC0415  # only where there is a store: it takes 1 s

    files, root = url_to_fs(address, **_OPTIONS)
    files.retries = 1  # those of _OPTIONS are enough; its own would come on top of them
    return files, root.rstrip("/")


@cache
def _faults() -> tuple[type[Exception], ...]:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    from s3fs.core import S3_RETRYABLE_ERRORS  # noqa: PLC0415

    return (OSError, ValueError, BotoCoreError, ClientError, *S3_RETRYABLE_ERRORS)


os.register_at_fork(after_in_child=_opened.cache_clear)  # a fork has none of its threads
