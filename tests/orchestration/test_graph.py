"""The graph as a whole. Traps: a definition that no longer loads; a writer of the warehouse outside
the pool, which Dagster would let run beside another; a dependency lost, so that an old figure is
published without anyone noticing; an asset that says nothing to whoever looks at it.

The snapshot is rewritten, after a look at what changed, by

    python -m tests.orchestration.test_graph
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from orchestration.dbt.project import prepare
from orchestration.definitions import build_defs
from orchestration.instance import WAREHOUSE_POOL
from pipelines.warehouse.loading import ensure_raw_schema
from pipelines.workspace import Workspace
from schemas.registry import returns
from tests.boards import birmingham, with_board

SNAPSHOT = Path(__file__).with_name("graph.json")
GROUPS = {"returns", "reference", "warehouse", "releases"}
# They read the record and finished releases, or nothing: none of them opens the warehouse.
NO_WRITERS = {"board", "at_a_glance", "what_is_owed", "next_publication", "published_release"}


def graph(definitions: dg.Definitions) -> dict[str, Any]:
    """Each asset with its group, dependencies, checks and pool."""
    assets = definitions.resolve_asset_graph()
    checks: dict[dg.AssetKey, list[str]] = {}
    for check in assets.asset_check_keys:
        checks.setdefault(check.asset_key, []).append(check.name)
    found = {}
    for key in sorted(assets.get_all_asset_keys(), key=str):
        node = assets.get(key)
        found[key.to_user_string()] = {
            "group": node.group_name,
            "after": sorted(one.to_user_string() for one in node.parent_keys),
            "checks": sorted(checks.get(key, [])),
            "pools": sorted(node.pools or ()),
        }
    return found


def test_the_graph_is_as_it_was_agreed(definitions: dg.Definitions) -> None:
    now, agreed = graph(definitions), json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    changed = {
        key: (agreed.get(key), now.get(key))
        for key in agreed.keys() | now.keys()
        if agreed.get(key) != now.get(key)
    }
    assert not changed, "look at what changed, then: python -m tests.orchestration.test_graph"


def test_every_writer_of_the_warehouse_is_in_the_pool(definitions: dg.Definitions) -> None:
    outside = {
        key
        for key, node in graph(definitions).items()
        if node["pools"] != [WAREHOUSE_POOL] and key not in NO_WRITERS
    }
    assert not outside


def test_every_asset_tells_whoever_looks_at_it_what_it_is(definitions: dg.Definitions) -> None:
    assets = definitions.resolve_asset_graph()
    for key in assets.get_all_asset_keys():
        node = assets.get(key)
        name = key.to_user_string()
        assert node.description, name
        assert node.owners == ["team:performance-office"], name
        assert node.kinds, name
        assert node.code_version, name
        assert node.group_name in GROUPS, name


def test_every_table_that_people_read_describes_each_of_its_columns(
    definitions: dg.Definitions,
) -> None:
    assets = definitions.resolve_asset_graph()
    read = {"raw", "reference", "disclosure", "marts", "published"}
    for key in (one for one in assets.get_all_asset_keys() if one.path[0] in read):
        schema = assets.get(key).metadata["dagster/column_schema"]
        undescribed = [one.name for one in schema.columns if not one.description]
        assert not undescribed, (key, undescribed)


def test_the_columns_described_are_those_of_the_warehouse(definitions: dg.Definitions) -> None:
    with duckdb.connect() as connection:
        ensure_raw_schema(connection, birmingham())
        there: dict[str, set[str]] = {}
        for table, column in connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'raw'"
        ).fetchall():
            there.setdefault(table, set()).add(column)
    assets = definitions.resolve_asset_graph()
    told = {
        key.path[1]: {one.name for one in assets.get(key).metadata["dagster/column_schema"].columns}
        for key in assets.get_all_asset_keys()
        if key.path[0] == "raw"
    }
    assert told == there


def test_every_return_has_its_asset(definitions: dg.Definitions) -> None:
    there = definitions.resolve_asset_graph().get_all_asset_keys()
    assert {dg.AssetKey(["raw", name]) for name in returns()} <= there


def test_the_names_of_our_own_checks_are_sentences(definitions: dg.Definitions) -> None:
    own = [
        one
        for one in definitions.resolve_asset_graph().asset_check_keys
        if one.asset_key.path[0] == "raw" or len(one.asset_key.path) == 1
    ]
    assert own
    for check in own:
        assert re.fullmatch(r"[a-z]+(_[a-z]+){2,}", check.name), check
        assert {"is", "are", "has", "holds"} & set(check.name.split("_")), check


@pytest.mark.parametrize(
    ("name", "runs"),
    [
        ("build", "__ASSETS"),
        ("sign_off", "record_the_sign_off"),
        ("publish", "publish_the_release"),
        ("send_notices", "deliver_notices"),
    ],
)
def test_every_job_is_there_and_described(
    definitions: dg.Definitions, name: str, runs: str
) -> None:
    job = definitions.resolve_job_def(name)
    assert job.description
    steps = {node.name for node in job.graph.nodes}
    assert "draft_release" in steps if runs == "__ASSETS" else steps == {runs}


def test_the_sensors_look_often_enough_and_run_by_themselves(
    definitions: dg.Definitions,
) -> None:
    sensors = {one.name: one for one in definitions.get_repository_def().sensor_defs}
    assert set(sensors) == {
        "inbox", "new_submissions", "news", "lost_runs", "failed_builds", "as_it_stands",
        "asked_for",
    }  # fmt: skip
    assert (sensors["lost_runs"].minimum_interval_seconds or 99) <= 30
    # Each time that the daemon goes round: an interval as long as its round would miss some.
    for name in ("inbox", "new_submissions"):
        assert (sensors[name].minimum_interval_seconds or 99) < 5
    for one in sensors.values():
        assert one.description
        assert one.default_status is dg.DefaultSensorStatus.RUNNING


def test_the_schedules_keep_londons_time_and_run_by_themselves(
    definitions: dg.Definitions,
) -> None:
    schedules = {one.name: one for one in definitions.get_repository_def().schedule_defs}
    assert set(schedules) == {"nightly_draft", "chasing", "publication"}
    for one in schedules.values():
        assert one.description
        assert one.execution_timezone == "Europe/London"
        assert one.default_status is dg.DefaultScheduleStatus.RUNNING


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        made = with_board(Workspace(Path(folder)))
        now = graph(build_defs(made, manifest=prepare(made)))
    SNAPSHOT.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
