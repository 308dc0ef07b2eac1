"""A record that several machines share: it is in an object store, and the folder is a copy of it.

Each entry is one object, and its name says what it follows:

```
record/format.json                  the record was begun here
record/after/beginning              the first entry
record/after/<id of an entry>       the one after it
```

An entry is put only if there is none of that name. So each has one successor, however many machines
add at once: the order is settled by the store, and an entry is there whole or not at all. Who comes
second looks at what came and decides anew. What is new is found by asking for the successor of the
newest entry that is known. The folder may be deleted at any time; what it lacks is fetched.
"""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Set
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from pipelines.object_store import ObjectStore, StoreError, store_of
from pipelines.record.format import FORMAT, RecordTooNewError
from pipelines.record.ids import is_id
from pipelines.record.model import Submission
from pipelines.record.parcel import Parcel, packed, place_of, unpacked
from pipelines.record.reading import DamagedRecordError
from pipelines.record.stripping import left_of, strip

_Given = ParamSpec("_Given")
_Added = TypeVar("_Added")

BEGUN = "record/format.json"
AFTER = "record/after"
_BEGINNING = "beginning"
_ASKED_EVERY = 1.0  # seconds
_TRIED_AGAIN = 10.0  # seconds, for those who only read, after the store was not reached
_AT_ONCE = 32


class OvertakenError(Exception):
    """Another machine added an entry first; look at it, and decide again."""


def deciding_again(adds: Callable[_Given, _Added]) -> Callable[_Given, _Added]:
    """A function that adds to a record, called once more for as long as another machine is first:
    what that one sent may be the same bytes, or a newer return."""

    @wraps(adds)
    def until_it_is_first(*args: _Given.args, **named: _Given.kwargs) -> _Added:
        while True:
            with suppress(OvertakenError):
                return adds(*args, **named)

    return until_it_is_first


class Chain:
    """The entries of the record in ``store``, of which ``folder`` is a copy.

    ``last`` is the newest that is known. ``damaged`` says of entries that cannot be fetched why.
    """

    def __init__(self, folder: Path, store: ObjectStore) -> None:
        self.store = store
        self.last: str | None = None
        self.damaged: dict[str, str] = {}
        self._folder = folder
        self._before: dict[str, str | None] = {}  # in order
        self._compared = False
        self._reached = False
        self._until = 0.0
        self._lock = threading.Lock()

    def catch_up(self, held: Set[str], *, sure: bool) -> bool:
        """Fetches what the folder, which has ``held``, lacks; whether anything came.

        The store is asked once a second at most, or, to be ``sure``, now. Where it cannot be
        reached, or the folder cannot be written, whoever wants to be sure gets ``OSError``, and so
        does whoever comes first; others go on with what is here. Raises ``DamagedRecordError``
        and ``RecordTooNewError`` in the same way.
        """
        now = time.monotonic()
        if not sure and now < self._until:
            return False
        self._until = now + _TRIED_AGAIN
        try:
            with self._lock:
                came = self._catch_up(held)
        except (OSError, DamagedRecordError, RecordTooNewError):
            if sure or not self._reached:
                raise
            return False
        self._reached = True
        self._until = time.monotonic() + _ASKED_EVERY
        return came

    def commit(self, identifier: str, files: Mapping[str, bytes], *, after: str | None) -> None:
        """Adds an entry after that which was the last when it was decided, and puts it into the
        folder. When it returns, every machine has it.

        Raises ``OvertakenError`` where another was first, with nothing added. Raises
        ``StoreError`` where the store cannot be reached, and ``OSError`` where the folder cannot be
        written: the entry may be there all the same, and is then found by the next look, as that of
        a process which was killed.
        """
        if not self.store.create(key_after(after), packed(files)):
            raise OvertakenError
        with self._lock:
            if self.last == after:  # else another thread has looked and found it already
                self._note(identifier)
        Parcel(identifier=identifier, files=files).place(self._folder)

    def erase(self, submission_id: str) -> None:
        """Removes the content of a submission for good, in the store and in this folder.

        To be called once the decision is in the record; it may be called again. Raises
        ``StoreError``, ``OSError``, ``DamagedRecordError``.
        """
        key = key_after(self._before[submission_id])
        there = self.store.read(key)
        if there is None:
            raise StoreError(f"{self.store.address} lacks the entry {submission_id}.")
        fields = json.loads(unpacked(there).files["submission.json"])
        left = left_of(Submission.from_json(fields))
        if (content := packed(left)) != there:
            self.store.write(key, content)
        folder = place_of(self._folder, submission_id, is_submission=True)
        if folder.is_dir():
            strip(folder, left, staging=self._folder / ".incoming")
        for kept in self._folder.parent.glob(f"inbox/*/.received/{submission_id}"):
            shutil.rmtree(kept)

    def _catch_up(self, held: Set[str]) -> bool:
        came = False
        if not self._compared or not self._before.keys() - self.damaged.keys() <= held:
            came = self._compare(held)
            self._compared = True
        while (content := self.store.read(key_after(self.last))) is not None:
            parcel = unpacked(content)
            if parcel.identifier not in held:
                self._place(parcel)
                came = True
            self._note(parcel.identifier)
        if strangers := held - self._before.keys():
            raise DamagedRecordError(
                f"The record in {self._folder} holds what the record in {self.store.address} does "
                f"not, first: {min(strangers)}. The folder is a copy of that record. Find out "
                "where it came from, and move it out of the folder."
            )
        return came

    def _compare(self, held: Set[str]) -> bool:
        """Fetches all that is not held, and takes the list of entries from the store."""
        require_begun(self.store)
        names = self.store.names(AFTER)
        ids = [name for name in names if is_id(name)]
        if names and _BEGINNING not in names:
            raise DamagedRecordError(f"The record in {self.store.address} lacks its first entry.")
        self._before = dict(zip(ids, [None, *ids], strict=False))
        self.last = ids[-1] if ids else None
        self.damaged = {}
        missing = [one for one in ids if one not in held]
        for start in range(0, len(missing), _AT_ONCE):
            batch = missing[start : start + _AT_ONCE]
            contents = self.store.read_many([key_after(self._before[one]) for one in batch])
            for one, content in zip(batch, contents, strict=True):
                try:
                    self._place(expected(one, content))
                except DamagedRecordError as damage:
                    self.damaged[one] = (
                        f"{key_after(self._before[one])} in the object store: {damage}"
                    )
        return bool(missing)

    def _place(self, parcel: Parcel) -> None:
        # First what a decision removes: it is in the store, and stopped here it is met again.
        if (erased := parcel.erases) is not None:
            self.erase(erased)
        parcel.place(self._folder)

    def _note(self, identifier: str) -> None:
        self._before[identifier] = self.last
        self.last = identifier


def chain_of(record: Path) -> Chain | None:
    """The shared record of which the folder ``record`` is a copy; None where it is one by itself.

    Raises ``StoreError`` where the workspace's setting cannot be understood.
    """
    store = store_of(record.parent)
    return Chain(record, store) if store is not None else None


def expected(identifier: str, content: bytes) -> Parcel:
    """The entry of this id in an object. Raises ``DamagedRecordError`` where it is not that."""
    parcel = unpacked(content)
    if parcel.identifier != identifier:
        raise DamagedRecordError(f"it holds {parcel.identifier} in place of {identifier}")
    return parcel


def require_begun(store: ObjectStore) -> None:
    """Raises ``StoreError`` where no record was begun in the store, so that a wrong name makes no
    second record; ``RecordTooNewError`` where a newer Quarterdeck has."""
    content = store.read(BEGUN)
    if content is None:
        raise StoreError(
            f"There is no record in {store.address}. Where it is to be, begin it with: "
            f"quarterdeck share {store.address}"
        )
    if int(json.loads(content)["format"]) > FORMAT:
        raise RecordTooNewError(
            f"The record in {store.address} was written by a newer version of Quarterdeck. Use "
            "that version, or a later one. Nothing was read or changed."
        )


def key_after(before: str | None) -> str:
    """The name of the object that holds the entry after ``before`` (None: the first one)."""
    return f"{AFTER}/{before or _BEGINNING}"
