"""Two runs on one warehouse.

The trap: the lock keeps two steps apart, not two runs. A run that waits between its steps can come
back to tables that another run has loaded and built since, and make a draft that mixes both.
"""

from __future__ import annotations

import multiprocessing as mp
from pathlib import Path

import dagster as dg
import pytest

from orchestration.resources import WorkspaceResource
from pipelines.workspace import Workspace


def _steps_of(root: str, run_id: str, steps: int) -> None:
    resource = WorkspaceResource(root=root)
    for _ in range(steps):
        with resource.writing(run_id, loads=True):
            pass


@pytest.fixture
def resource(tmp_path: Path) -> WorkspaceResource:
    return WorkspaceResource(root=str(Workspace(tmp_path / "workspace").create().root))


def test_a_run_alone_goes_from_step_to_step(resource: WorkspaceResource) -> None:
    _steps_of(resource.root, "alone", 3)


def test_a_run_is_stopped_where_another_process_has_begun_one_since(
    resource: WorkspaceResource,
) -> None:
    _steps_of(resource.root, "the older", 1)
    other = mp.get_context("spawn").Process(target=_steps_of, args=(resource.root, "the newer", 2))
    other.start()
    other.join()
    assert other.exitcode == 0
    with (
        pytest.raises(dg.Failure, match=r"the newer.*works on the same warehouse"),
        resource.writing("the older", loads=True),
    ):
        pytest.fail("the older run wrote into the newer one's tables")


def test_a_run_of_before_does_not_stop_the_next_one(resource: WorkspaceResource) -> None:
    _steps_of(resource.root, "yesterday", 2)
    _steps_of(resource.root, "today", 2)
