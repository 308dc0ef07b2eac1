"""Making a workspace work on an object store that several machines share, and looking at all in it.

The first machine begins it with all that its workspace holds; the others join with nothing, or with
a copy of what is there. Two records are never made one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import pairwise

from pipelines.durable import exclusive
from pipelines.object_store import ObjectStore, at, keep_setting, proven, store_of
from pipelines.record.format import FORMAT
from pipelines.record.ids import is_id
from pipelines.record.model import EventKind
from pipelines.record.parcel import Parcel, entries_in, packed, parcel_at, unpacked
from pipelines.record.reading import DamagedRecordError
from pipelines.record.shared import AFTER, BEGUN, expected, key_after, require_begun
from pipelines.record.store import Record
from pipelines.releases import all_releases
from pipelines.shared_releases import lacking, send_missing
from pipelines.verify import Fault, Verified, verify
from pipelines.workspace import Workspace

_THERE = "record/in the store/entries"


class SharingError(Exception):
    """It cannot be shared as it is; the message is a plain sentence."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """How many entries of the record, and how many releases, were put into the store now, and how
    many entries the workspace has."""

    entries: int
    releases: int
    held: int


def share(workspace: Workspace, address: str) -> Sent:
    """Makes the workspace work on the store at ``address``, and puts there what only it has.

    Called again, it puts back what the store has lost or damaged and this workspace has whole.
    Stopped half-way, it is called again. Raises ``SharingError`` where the workspace works on
    another store, holds something damaged, or holds another record than the store does, and
    ``StoreError`` where the store cannot be used.
    """
    store = at(address)
    now = store_of(workspace.root)
    if now is not None and now != store:
        raise SharingError(f"This workspace works on {now.address} already.")
    proven(store)
    with exclusive(workspace.record / ".lock"):
        faults = [one for one in verify(workspace).faults if one.where.startswith("record/")]
        if faults:
            raise SharingError(
                f"What is shared must be whole. Wrong here: {len(faults)}, first: "
                f"{faults[0].where}: {faults[0].what}"
            )
        store.create(BEGUN, json.dumps({"format": FORMAT}).encode())
        require_begun(store)
        sent = _send(workspace, store)
        keep_setting(workspace.root, store)
    record = Record(workspace.record)
    record.catch_up()
    releases = send_missing(store, workspace.releases, all_releases(workspace.releases))
    held = len(record.submissions()) + len(record.events())
    return Sent(entries=sent, releases=releases, held=held)


def verify_all(workspace: Workspace) -> Verified:
    """As ``pipelines.verify.verify``; of a workspace that works on a store, also each object there.

    What it lacks is fetched first. Raises ``StoreError`` where the store cannot be reached.
    """
    store = store_of(workspace.root)
    if store is None:
        return verify(workspace)
    record = Record(workspace.record)
    record.catch_up()
    erased = {
        one.details["submission_id"]
        for one in record.events(EventKind.WITHDRAWAL)
        if one.details.get("erased")
    }
    releases = all_releases(workspace.releases)
    found = verify(workspace)
    here = entries_in(workspace.record)
    listed = {name for name in store.names(AFTER) if is_id(name)}
    for before, identifier in pairwise([None, *sorted(listed | here.keys())]):
        key = key_after(before)
        parcel, wrong = _looked_at(store, str(identifier), key)
        where, what = f"{_THERE}/{identifier}", f"{store.address}/{key}: {wrong}."
        to_do = f"On a machine that has it whole: quarterdeck share {store.address}"
        if parcel is not None and identifier in erased and "as_sent.csv" in parcel.files:
            what = "Its content was to be erased, and that was not finished."
            to_do = f"Do it again: quarterdeck erase {identifier}"
        elif parcel is not None:
            continue
        found.faults.append(Fault(where=where, what=what, to_do=to_do))
    found.faults = [_with_the_way_back(one, found, store) for one in found.faults]
    found.faults += [
        Fault(
            where=f"{store.address}/{key}",
            what="It is missing there.",
            to_do=f"On a machine that has it: quarterdeck share {store.address}",
        )
        for key in lacking(store, releases)
    ]
    return found


def is_lost(identifier: str, found: Verified) -> bool:
    """Whether what ``verify_all`` found says that the entry is damaged in the store itself."""
    return any(one.where == f"{_THERE}/{identifier}" for one in found.faults)


def _with_the_way_back(fault: Fault, found: Verified, store: ObjectStore) -> Fault:
    steps = fault.where.split("/")
    if steps[0] != "record" or fault.where.startswith(_THERE) or len(steps) < 4:
        return fault
    if is_lost(steps[3].removesuffix(".json"), found):
        return fault
    return replace(
        fault, to_do=f"Delete {'/'.join(steps[:4])}: it is fetched anew from {store.address}."
    )


def _looked_at(store: ObjectStore, identifier: str, key: str) -> tuple[Parcel | None, str]:
    """The entry in the object that is to hold it; else None, and what is wrong."""
    content = store.read(key)
    if content is None:
        return None, "it is missing"
    try:
        return expected(identifier, content), ""
    except DamagedRecordError as damage:
        return None, str(damage)


def _send(workspace: Workspace, store: ObjectStore) -> int:
    """Puts each entry of the folder where the store lacks it or has it damaged; gives how many."""
    sent = 0
    here = entries_in(workspace.record)
    for before, identifier in pairwise([None, *here]):
        name, key = str(identifier), key_after(before)
        content = store.read(key)
        other = _holder(content) if content is not None else None
        if other == name:
            continue
        files = packed(parcel_at(here[name]))
        if content is not None and other is None:
            store.write(key, files)  # it is damaged there
        elif other is not None or not store.create(key, files):
            raise SharingError(
                f"The record in {store.address} and the one in {workspace.root} are two, and "
                f"cannot be made one: {name} is not there after {before or 'the beginning'}. Work "
                "on the one there from an empty workspace, and send what it lacks."
            )
        sent += 1
    return sent


def _holder(content: bytes) -> str | None:
    """The id of the entry in an object; None where it is damaged."""
    try:
        return unpacked(content).identifier
    except DamagedRecordError:
        return None
