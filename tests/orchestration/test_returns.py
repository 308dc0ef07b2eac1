"""The returns in the warehouse, all loaded by one step.

The traps: somebody chooses one return on Dagster's pages and Dagster refuses, or says that others
were loaded too; a check is shown that nobody asked for, or one is missing.
"""

from __future__ import annotations

import dagster as dg
import duckdb
import pytest

from orchestration.assets.returns import raw_assets
from orchestration.checks.returns import ACCEPTED, ANSWERED, RECEIVED
from orchestration.resources import AsOfResource, WarehouseResource, WorkspaceResource
from pipelines.record.store import Record
from pipelines.warehouse.loading import connect
from pipelines.warehouse.tables import RAW_TABLES, loaded_returns
from pipelines.workspace import Workspace
from schemas.registry import returns
from tests.declared import LONG, WIDE, declared_board
from tests.faults import small

ROWS = "dagster/row_count"
TRAINING, RISKS = dg.AssetKey(["raw", "training_compliance"]), dg.AssetKey(["raw", "risks"])


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    """A workspace whose record holds one accepted return."""
    small.send(Record(workspace.record), small.training_return(7_866))
    return workspace


def loaded(
    workspace: Workspace, instance: dg.DagsterInstance, selection: dg.AssetSelection | None = None
) -> dg.ExecuteInProcessResult:
    """What came of loading these, all of them by default."""
    root = str(workspace.root)
    return dg.materialize(
        [raw_assets(returns())],
        selection=selection,
        instance=instance,
        resources={
            "workspace": WorkspaceResource(root=root),
            "as_of": AsOfResource(day=small.DAY.isoformat()),
            "warehouse": WarehouseResource(root=root),
        },
    )


def test_a_return_that_the_tables_declare_is_an_asset_with_its_checks() -> None:
    assets = raw_assets(loaded_returns(declared_board()))
    for name in (LONG, WIDE):
        key = dg.AssetKey(["raw", name])
        assert key in assets.keys
        assert len([one for one in assets.check_specs if one.asset_key == key]) == 3
        assert dg.AssetKey(["raw", "risks"]) in assets.keys


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
    rows = made(result)
    assert rows.keys() == {row.table for row in RAW_TABLES} | set(returns())
    assert {name for name in (*returns(), "observation") if rows[name]} == {
        "training_compliance",
        "observation",
    }
    assert (rows["submission"], rows["training_compliance"], rows["observation"]) == (1, 2, 2)
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
        warehouse.execute("INSERT INTO raw.risks (submission_id) VALUES ('of another record')")
    result = loaded(filled, instance, dg.AssetSelection.assets(TRAINING))
    assert made(result) == {"training_compliance": 2}
    assert {one.asset_key for one in result.get_asset_check_evaluations()} == {TRAINING}
    with connect(filled.warehouse, read_only=True) as warehouse:
        assert counted(warehouse, "training_compliance") == 2
        assert counted(warehouse, "risks") == 0


def test_who_chooses_a_return_without_its_checks_gets_none(
    filled: Workspace, instance: dg.DagsterInstance
) -> None:
    result = loaded(filled, instance, dg.AssetSelection.assets(RISKS).without_checks())
    assert made(result) == {"risks": 0}
    assert not result.get_asset_check_evaluations()
