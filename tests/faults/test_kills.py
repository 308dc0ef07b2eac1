"""Killed at any moment: what was acknowledged is there, nothing half-shown, the next run goes on.

The trap: a harness that never hits the one moment that matters, or a checker that sees nothing. So
each action is killed at *every* call with which it writes, before and after it; random moments come
on top; and the same harness is set on programs with a known fault, where it must find it.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from unittest import mock

import pytest

from pipelines import durable
from pipelines.record import store
from pipelines.record.seals import read_sums
from pipelines.releases import Release
from pipelines.workspace import Workspace
from tests.faults import small
from tests.faults.kills import (
    KINDS,
    Seen,
    Tell,
    Told,
    goes_on,
    killed_at,
    one_round,
    sabotaged,
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    small.reference()
    return Workspace(tmp_path / "ws").create()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_kill_at_any_call_that_writes_loses_nothing(
    workspace: Workspace, kind: str, after: bool
) -> None:
    seen = Seen()
    goes_on(workspace, seen)
    call = 1
    while killed_at(workspace, kind, call, after=after, seen=seen):
        call += 1
    goes_on(workspace, seen)
    assert seen.wrong == []
    assert call > 5  # the calls were seen; a sweep of nothing proves nothing


def test_kills_at_random_moments_lose_nothing(workspace: Workspace) -> None:
    seen, chance = Seen(), random.Random(20181127)  # noqa: S311  # repeatable, not secret
    goes_on(workspace, seen)
    for _ in range(24):
        one_round(workspace, seen, chance, at_once=1)
    for _ in range(6):
        one_round(workspace, seen, chance, at_once=2)
    goes_on(workspace, seen)
    assert seen.wrong == []


# --- The controls: the same kills on programs with a fault; each must be found ------------------


def acknowledge_too_early(tell: Tell) -> None:
    """The receipt is shown before the folder is in place."""
    place = durable.place_folder

    def early(files: Mapping[str, bytes], *, staging: Path, final: Path) -> None:
        sent = read_sums(files["SHA256SUMS"])["as_sent.csv"]
        told: Told = {"did": "receive", "id": final.name, "sent": sent}
        tell(told)
        place(files, staging=staging, final=final)

    mock.patch.object(store, "place_folder", early).start()


def write_in_place(_: Tell) -> None:
    """The submission's folder is filled under its own name."""

    def in_place(files: Mapping[str, bytes], *, staging: Path, final: Path) -> None:
        del staging
        final.mkdir(parents=True)
        for name, content in files.items():
            durable.write_flushed(final / name, content)

    mock.patch.object(store, "place_folder", in_place).start()


def switch_in_two_steps(_: Tell) -> None:
    """The pointer to the current release is removed and made again."""

    def two_steps(folder: Path, release: Release) -> None:
        (folder / "current").unlink(missing_ok=True)
        (folder / "current").symlink_to(release.release_id)

    mock.patch.object(small, "make_current", two_steps).start()


def copy_the_release_in_place(_: Tell) -> None:
    """The release is copied to its name instead of renamed."""

    def renamed(self: Path, target: Path) -> Path:
        shutil.copytree(self, target)
        return target

    mock.patch.object(Path, "rename", renamed).start()


@pytest.mark.parametrize(
    ("kind", "spoil", "found"),
    [
        ("receive", acknowledge_too_early, "lost: submission"),
        ("receive", write_in_place, "damaged: record/submissions"),
        ("publish", switch_in_two_steps, "half-shown"),
        ("draft", copy_the_release_in_place, "damaged: releases"),
    ],
)
def test_the_checker_finds_a_fault_that_is_there(
    workspace: Workspace, kind: str, spoil: Callable[[Tell], None], found: str
) -> None:
    seen = Seen()
    goes_on(workspace, seen)
    assert seen.wrong == []
    call = 1
    while sabotaged(workspace, kind, call, seen, spoil):
        call += 1
    assert any(line.startswith(found) for line in seen.wrong), seen.wrong


# --- Power: what is renamed was flushed first ----------------------------------------------------


def test_everything_is_flushed_before_it_is_renamed_and_the_folder_after(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.small_workspace(workspace.root)  # what is there already is not looked at
    calls = _watch(monkeypatch)
    small.send(store.Record(workspace.record), small.training_return(8300))
    small.publish(workspace, 8300)
    assert _not_flushed(calls) == []
    assert sum(name == "rename" for name, _, _ in calls) >= 2


def test_the_watcher_sees_that_nothing_is_flushed(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.small_workspace(workspace.root)
    monkeypatch.setattr(os, "fsync", lambda _: None)
    calls = _watch(monkeypatch)
    small.send(store.Record(workspace.record), small.training_return(8300))
    assert _not_flushed(calls) != []


Call = tuple[str, str, list[str]]


def _watch(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """Notes each flush (of what) and each rename (to what, and what lay in the folder)."""
    calls: list[Call] = []
    fsync, rename = os.fsync, os.rename

    def flushed(handle: int) -> None:
        if fsync.__name__ == "fsync":  # the real one: in the control nothing is flushed
            calls.append(("fsync", str(Path(f"/proc/self/fd/{handle}").readlink()), []))
        fsync(handle)

    def renamed(source: Path, target: Path) -> None:
        inside = [str(path) for path in Path(source).rglob("*")] if Path(source).is_dir() else []
        calls.append(("rename", str(target), [str(source), *inside]))
        rename(source, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(os, "rename", renamed)
    return calls


def _not_flushed(calls: list[Call]) -> list[str]:
    flushed: set[str] = set()
    missing = []
    for place, (name, target, inside) in enumerate(calls):
        if name == "fsync":
            flushed.add(target)
            continue
        missing += [path for path in inside if path not in flushed]
        after = {path for other, path, _ in calls[place:] if other == "fsync"}
        if str(Path(target).parent) not in after:
            missing.append(f"the folder of {target}")
    return missing
