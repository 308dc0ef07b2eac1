"""The test that seeds are held to finds each fault that it is there for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.dbt_project.test_extending import append
from tests.dbt_project.warehouse import PROJECT, Warehouse


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
