"""Two runs on one warehouse.

The trap: a lock on each step keeps two steps apart, not two runs. A run that comes back for its
next step finds tables that another has written since, and makes a draft that mixes both; or each
of the two holds what the other waits for.
"""

from __future__ import annotations

import itertools
import multiprocessing as mp
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest

from pipelines.workspace import Workspace
from tests.boards import with_board
from tests.orchestration import toy

pytestmark = pytest.mark.slow


def begun(root: Path, *names: str) -> list[SpawnProcess]:
    """Processes that each run the toy, all begun at once."""
    spawn = mp.get_context("spawn")
    processes = [spawn.Process(target=toy.run_here, args=(root, name)) for name in names]
    for one in processes:
        one.start()
    return processes


def said(root: Path, name: str) -> list[tuple[float, str]]:
    """What a run's steps said, with the moments."""
    lines = (root / "said" / name).read_text(encoding="utf-8").splitlines()
    return [(float(line.split()[0]), line.split()[2]) for line in lines]


def test_of_runs_begun_at_once_each_waits_for_the_one_before_and_all_succeed(
    tmp_path: Path,
) -> None:
    with_board(Workspace(tmp_path))
    for one in begun(tmp_path, "a", "b", "c"):
        one.join(timeout=240)
        assert one.exitcode == 0
    told = sorted((moment, name) for name in ("a", "b", "c") for moment, _ in said(tmp_path, name))
    order = "".join(name for _, name in told)
    assert order in {f"{x}{x}{y}{y}{z}{z}" for x, y, z in itertools.permutations(("a", "b", "c"))}
