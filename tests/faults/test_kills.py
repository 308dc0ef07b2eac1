"""Killed at any moment: what was acknowledged is there, nothing half-shown, the next run goes on.

The trap: a harness that never hits the one moment that matters, or a checker that sees nothing. So
each action is killed at *every* call with which it writes, before and after it; random moments come
on top; and the same harness is set on programs with a known fault, where it must find it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.durable import exclusive
from pipelines.record import store
from pipelines.workspace import Workspace
from tests.faults import small
from tests.faults.kills import KINDS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the sweeps found; they run once, whichever of pytest's workers comes first."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    kept = shared / "sweeps.json"
    with exclusive(shared / "sweeps.lock"):
        if not kept.exists():
            command = [sys.executable, "-m", "tests.faults.sweeps", str(shared / "sweeps")]
            done = subprocess.run(
                command,
                cwd=Path(__file__).parents[2],
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            kept.write_text(done.stdout, encoding="utf-8")
    return json.loads(kept.read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_at_any_call_that_writes_loses_nothing(found: Any, kind: str, when: str) -> None:
    sweep = found[f"{kind} {when}"]
    assert sweep["wrong"] == []
    assert sweep["calls"] >= 5  # the calls were seen; a sweep of nothing proves nothing


def test_kills_at_random_moments_lose_nothing(found: Any) -> None:
    assert found["at random"]["wrong"] == []


def test_the_same_file_sent_by_three_at_once_is_one_submission_told_to_all(found: Any) -> None:
    assert found["at once"]["wrong"] == []


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("acknowledged too early", "lost: submission"),
        ("written in place", "damaged: record/submissions"),
        ("switched in two steps", "half-shown"),
        ("copied in place", "damaged: releases"),
    ],
)
def test_the_checker_finds_a_fault_that_is_there(found: Any, fault: str, told: str) -> None:
    control = found[fault]
    assert control["before"] == []
    assert any(line.startswith(told) for line in control["wrong"]), control


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return small.small_workspace(tmp_path / "ws")


# --- Power: what is renamed was flushed first ----------------------------------------------------


def test_everything_is_flushed_before_it_is_renamed_and_the_folder_after(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = _watch(monkeypatch)
    small.send(store.Record(workspace.record), small.training_return(8300))
    small.publish(workspace, 8300)
    assert _not_flushed(calls) == []
    assert sum(name == "rename" for name, _, _ in calls) >= 2


def test_the_watcher_sees_that_nothing_is_flushed(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
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
