"""The test that seeds are held to finds each fault that it is there for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration.dbt.project import PROJECT
from pipelines.warehouse.loading import connect
from tests.dbt_project.conftest import level_2
from tests.dbt_project.test_extending import append
from tests.dbt_project.warehouse import Warehouse


@pytest.mark.slow
def test_each_fault_of_a_seed_is_found(tmp_path: Path) -> None:
    project = tmp_path / "dbt_project"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    seeds = project / "seeds"
    append(seeds / "measure_categories.csv", category="a", measure="XX99")  # no such measure
    append(seeds / "measure_categories.csv", category="b", adds_up="perhaps")  # no such word
    append(seeds / "measure_categories.csv", category="c", sort="")  # empty
    append(seeds / "measures.csv", measure="DA98", item="DA98", headline="4")  # there already
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", project=project)
    warehouse.dbt("seed", {})
    with pytest.raises(AssertionError) as caught:
        warehouse.dbt("test", {}, "--select", "measure_categories", "measures")
    found = [line for line in str(caught.value).splitlines() if "_holds" in line]
    assert len(found) == 2
    of_categories, of_measures = sorted(found)
    assert "Got 3 results" in of_categories
    assert "Got 1 result," in of_measures


@pytest.mark.slow
def test_a_row_that_is_there_twice_is_found_where_it_stands(tmp_path: Path) -> None:
    # The trap: a test that asks of the rows that stand alone and, by a slip, of none.
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    for received in ("2018-07-01 09:00", "2018-07-02 09:00"):
        warehouse.send(
            "training_compliance", "BWC", "2018-19-Q1", received=received, rows=[level_2(9, 8)]
        )
    warehouse.load()
    with connect(warehouse.path) as connection:
        connection.execute(
            "INSERT INTO raw.observation SELECT * FROM raw.observation "
            "WHERE submission_id = (SELECT max(submission_id) FROM raw.observation)"
        )
    upstream = ("--select", "+int_measure__observations", "+int_submission__current_spells")
    warehouse.dbt("seed", {})
    warehouse.dbt("run", {}, *upstream)
    tested = ("stg_observation", "int_measure__observations")
    with pytest.raises(AssertionError) as caught:
        warehouse.dbt("test", {}, "--select", *tested, "--exclude-resource-type", "unit_test")
    found = [line for line in str(caught.value).splitlines() if "_holds" in line]
    assert len(found) == 2
    assert all("Got 1 result," in line for line in found)
