"""The definitions on a workspace of their own, and a home for Dagster in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from orchestration.dbt.project import prepare
from orchestration.definitions import build_defs
from orchestration.instance import set_up_home
from pipelines.workspace import Workspace
from tests.boards import with_board


@pytest.fixture(scope="session")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    """All definitions, on an empty workspace."""
    workspace = with_board(Workspace(tmp_path_factory.mktemp("definitions")))
    return build_defs(workspace, manifest=prepare(workspace))


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """An empty workspace that the environment names, with Dagster's home in it."""
    made = with_board(Workspace(tmp_path / "workspace"))
    for name in ("DAGSTER_HOME", "QUARTERDECK_WORKSPACE", "QUARTERDECK_WAREHOUSE"):
        monkeypatch.setenv(name, "")  # set_up_home sets them; undone after the test
    set_up_home(made)
    return made


@pytest.fixture
def instance(workspace: Workspace) -> Iterator[dg.DagsterInstance]:
    """Dagster's instance as the workspace's own settings make it."""
    with dg.DagsterInstance.get() as made:
        yield made
