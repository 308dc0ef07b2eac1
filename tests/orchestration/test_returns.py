"""The returns in the warehouse, all loaded by one step.

The traps: somebody chooses one return on Dagster's pages and all are loaded, or Dagster refuses; a
figure of another quarter is touched; a check is shown that nobody asked for, or one is missing.
"""

from __future__ import annotations

import dagster as dg
import duckdb
import pytest
from orchestration.partitions import add_quarters

from orchestration.assets.returns import returns_asset
from orchestration.checks.returns import ACCEPTED, ANSWERED, RECEIVED
from orchestration.resources import WarehouseResource, WorkspaceResource
from pipelines.record.store import Record
from pipelines.warehouse.loading import connect
from pipelines.workspace import Workspace
from schemas.registry import returns
from tests.faults import small

ROWS = "dagster/partition_row_count"
TRAINING, RISKS = dg.AssetKey(["raw", "training_compliance"]), dg.AssetKey(["raw", "risks"])


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    """A workspace whose record holds one accepted return."""
    small.send(Record(workspace.record), small.training_return(7_866))
    return workspace


def loaded(
    workspace: Workspace, instance: dg.DagsterInstance, selection: dg.AssetSelection | None = None
) -> dg.ExecuteInProcessResult:
    """What came of loading these, all of them by default, for the quarter that was sent."""
    add_quarters(instance, Record(workspace.record), on=small.DAY)
    root = str(workspace.root)
    return dg.materialize(
        [returns_asset()],
        selection=selection,
        instance=instance,
        partition_key=small.QUARTER.key,
        resources={
            "workspace": WorkspaceResource(root=root),
            "warehouse": WarehouseResource(root=root),
        },
    )


def made(result: dg.ExecuteInProcessResult) -> dict[str, object]:
    """The returns that were loaded, with how many rows."""
    return {
        event.asset_key.path[-1]: event.materialization.metadata[ROWS].value
        for event in result.get_asset_materialization_events()
        if event.asset_key is not None and ROWS in event.materialization.metadata
    }


def counted(warehouse: duckdb.DuckDBPyConnection, name: str) -> int:
    """How many rows of the return the warehouse holds."""
    row = warehouse.execute(f"SELECT count(*) FROM raw.{name}").fetchone()
    assert row is not None
    return int(row[0])


def test_one_step_loads_every_return_and_tells_its_three_checks(
    filled: Workspace, instance: dg.DagsterInstance
) -> None:
    result = loaded(filled, instance)
    two = ("training_compliance", "observation")
    assert made(result) == {name: 2 if name in two else 0 for name in (*returns(), "observation")}
    told = {
        (one.asset_key.path[-1], one.check_name) for one in result.get_asset_check_evaluations()
    }
    assert told == {(name, check) for name in returns() for check in (ACCEPTED, ANSWERED, RECEIVED)}
    with connect(filled.warehouse, read_only=True) as warehouse:
        assert counted(warehouse, "training_compliance") == 2


def test_who_chooses_one_return_gets_that_one_with_its_checks(
    filled: Workspace, instance: dg.DagsterInstance
) -> None:
    loaded(filled, instance)
    with connect(filled.warehouse) as warehouse:
        warehouse.execute("DELETE FROM raw.training_compliance")
        warehouse.execute("INSERT INTO raw.risks (submission_id) VALUES ('left alone')")
        warehouse.execute(
            "INSERT INTO raw.training_compliance (submission_id, quarter) "
            "VALUES ('left alone', '2018-19 Q2')"
        )
    result = loaded(filled, instance, dg.AssetSelection.assets(TRAINING))
    assert made(result) == {"training_compliance": 2}
    assert {one.asset_key for one in result.get_asset_check_evaluations()} == {TRAINING}
    with connect(filled.warehouse, read_only=True) as warehouse:
        assert counted(warehouse, "training_compliance") == 2 + 1
        assert counted(warehouse, "risks") == 1


def test_who_chooses_a_return_without_its_checks_gets_none(
    filled: Workspace, instance: dg.DagsterInstance
) -> None:
    result = loaded(filled, instance, dg.AssetSelection.assets(RISKS).without_checks())
    assert made(result) == {"risks": 0}
    assert not result.get_asset_check_evaluations()
