"""Drafts and editions that several machines share, each one object in the store.

```
releases/drafts/<id>.zip            a draft
releases/editions/2018-11-27.zip    an edition, by its name
```

A release is put there whole before it appears here. An edition is put only if there is none of its
name: of two machines that publish for a meeting at once, one is told that the other did.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
import shutil
import time
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Protocol

from pipelines.durable import flush_folder, flush_tree
from pipelines.object_store import ObjectStore, StoreError, store_of

_MANIFEST = "manifest.json"
_DRAFTS, _EDITIONS = "releases/drafts", "releases/editions"
_ASKED_EVERY = 10.0  # seconds
_UNTIL: dict[Path, float] = {}


class _Named(Protocol):
    @property
    def name(self) -> str: ...


class _Release(Protocol):
    @property
    def release_id(self) -> str: ...

    @property
    def edition(self) -> _Named | None: ...


def send(releases: Path, release: _Release, staging: Path) -> str | None:
    """Puts the release in ``staging`` into the store that the workspace works on, if it does.

    Gives None where it is there now or there is no store. Where one of its name is there already,
    that one is fetched and its id given. Raises ``StoreError`` where the store cannot be reached.
    """
    store = store_of(releases.parent)
    if store is None or store.create(key := key_of(release), _zipped(staging)):
        return None
    content = store.read(key)
    if content is None:
        raise StoreError(f"{store.address} lacks {key}, which it had a moment ago.")
    return _place(content, releases)


def fetch_missing(releases: Path, here: Collection[_Release]) -> bool:
    """Fetches what the store has and the folder, which has ``here``, has not; whether any came.

    Asks at most every ten seconds; does nothing where the workspace works on no store. Raises
    ``OSError``.
    """
    store = store_of(releases.parent)
    if store is None or time.monotonic() < _UNTIL.get(releases, 0.0):
        return False
    held = {key_of(one) for one in here}
    missing = [key for key in _keys(store) if key not in held]
    for key in missing:
        content = store.read(key)
        if content is not None:
            _place(content, releases)
    _UNTIL[releases] = time.monotonic() + _ASKED_EVERY
    return bool(missing)


def send_missing(store: ObjectStore, releases: Path, here: Collection[_Release]) -> int:
    """Puts those of ``here`` into the store that it lacks; gives how many."""
    there = set(_keys(store))
    missing = [one for one in here if key_of(one) not in there]
    for one in missing:
        store.create(key_of(one), _zipped(releases / one.release_id))
    return len(missing)


def lacking(store: ObjectStore, here: Collection[_Release]) -> list[str]:
    """The objects that the store lacks of these releases."""
    there = set(_keys(store))
    return [key for one in here if (key := key_of(one)) not in there]


def key_of(release: _Release) -> str:
    """The name of the release's object."""
    if release.edition is None:
        return f"{_DRAFTS}/{release.release_id}.zip"
    return f"{_EDITIONS}/{release.edition.name}.zip"


def _keys(store: ObjectStore) -> list[str]:
    return [f"{folder}/{name}" for folder in (_DRAFTS, _EDITIONS) for name in store.names(folder)]


def _zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
    return buffer.getvalue()


def _place(content: bytes, releases: Path) -> str:
    """Makes the release in an object appear in the folder, every hash in it checked; gives its id.

    Raises ``StoreError`` where it is not as its manifest says.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        manifest = json.loads(files[_MANIFEST])
        name = _one_name(manifest["release_id"])
        _check(files, manifest["files"])
    except (ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as problem:
        raise StoreError(
            f"A release in the object store is not as it was made: {problem}"
        ) from problem
    final = releases / name
    if final.exists():
        return name
    staging = releases / ".making" / secrets.token_hex(8)
    for path, one in files.items():
        (staging / path).parent.mkdir(parents=True, exist_ok=True)
        (staging / path).write_bytes(one)
    flush_tree(staging)
    try:
        staging.rename(final)
    except OSError:
        shutil.rmtree(staging, ignore_errors=True)
        if not final.exists():  # else another process was first
            raise
    flush_folder(releases)
    return name


def _one_name(name: str) -> str:
    if "/" in name or name.startswith("."):
        raise ValueError(f"{name!r} is no name of a release")
    return name


def _check(files: Mapping[str, bytes], listed: Mapping[str, str]) -> None:
    there = {
        path: hashlib.sha256(content).hexdigest()
        for path, content in files.items()
        if path != _MANIFEST
    }
    for path in there:
        if path.startswith("/") or {"", ".", ".."} & set(path.split("/")):
            raise ValueError(f"{path!r} is no path")
    if there != listed:
        raise ValueError("its files are not those of its manifest")
