"""The test that tables are held to finds the fault that it is there for."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.warehouse.loading import connect
from tests.dbt_project.conftest import level_2
from tests.dbt_project.warehouse import Warehouse


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
    warehouse.dbt("run", {}, *upstream)
    tested = ("stg_observation", "int_measure__observations")
    with pytest.raises(AssertionError) as caught:
        warehouse.dbt("test", {}, "--select", *tested, "--exclude-resource-type", "unit_test")
    found = [line for line in str(caught.value).splitlines() if "_holds" in line]
    assert len(found) == 2
    assert all("Got 1 result," in line for line in found)
