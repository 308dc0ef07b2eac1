"""A whole and the areas within it: what is hidden of one ward is not the rest of the others.

The trap: wards in no equation, so that 95 less 40 less 53 gives away the 2; or a ward's small
figure taken for one of the whole, so that nothing can be published at all.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboards.site import build_site
from pipelines.disclosure.open_columns import open_columns
from pipelines.publishing.releases import export_published
from pipelines.warehouse.loading import connect
from tests.boards import birmingham
from tests.dbt_project.conftest import mmr
from tests.dbt_project.warehouse import Warehouse

WHOLE = "Birmingham"


def count(area: str, number: float) -> dict[str, Any]:
    """A row of the population return: a plain count."""
    return mmr(area, None, None, number)


@pytest.fixture(scope="module", params=["suppress_1_to_4", "none"])
def counted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Three wards of a count of people and their whole, which has a rule or has none."""
    board = birmingham()
    measures = tuple(
        replace(one, form="count", unit="count", aggregation="none",
                small_number_rule=request.param)
        if one.measure == "PO11"
        else one
        for one in board.measures
    )  # fmt: skip
    made = Warehouse(
        tmp_path_factory.mktemp("wards") / "warehouse.duckdb",
        board=replace(board, measures=measures),
    )
    wards = {"Yardley": 40, "Ladywood": 53, "Erdington": 2}
    made.send(
        "population_outcomes", "PH", "2018-19-Q1", received="2018-07-10 09:00",
        rows=[count(WHOLE, sum(wards.values())), *(count(*one) for one in wards.items())],
    )  # fmt: skip
    made.build(quarter="2018-19-Q1")
    return made


def test_a_ward_with_a_small_number_is_hidden_with_another(counted: Warehouse) -> None:
    states = dict(
        counted.rows(
            "select area, state from published.pub_measure_value "
            "where measure = 'PO11' and organisation = 'PH'"
        )
    )
    assert states["Erdington"] == "suppressed"
    hidden = [area for area, state in states.items() if state == "suppressed"]
    assert len(hidden) >= 2, states


def test_what_is_hidden_of_a_ward_is_not_looked_for_in_the_whole(
    counted: Warehouse, tmp_path: Path
) -> None:
    with connect(counted.path) as connection:
        export_published(connection, tmp_path / "data")
    assert open_columns(tmp_path / "data") == ()


def test_parts_of_the_home_area_are_told_apart_from_places_to_compare_with(
    tmp_path: Path,
) -> None:
    made = Warehouse(tmp_path / "warehouse.duckdb")
    rows = [
        mmr(WHOLE, 14000, 17500, 80.0), mmr("Yardley", 1420, 2000, 71.0),
        mmr("Ladywood", 1500, 2000, 75.0), count("Leeds", 88.0), count("England", 87.0),
    ]  # fmt: skip
    made.send("population_outcomes", "PH", "2018-19-Q1", received="2018-07-10 09:00", rows=rows)
    made.build(quarter="2018-19-Q1")
    assert made.rows(
        "select area, area_kind, is_within_home from published.pub_comparator "
        "where measure = 'PO11' and peer_set is null order by 1"
    ) == [
        ("Birmingham", "city", False),
        ("England", "country", False),
        ("Ladywood", "constituency", True),
        ("Leeds", "city", False),
        ("Yardley", "constituency", True),
    ]
    data, site = tmp_path / "data", tmp_path / "site"
    with connect(made.path) as connection:
        export_published(connection, data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dashboards.drawing.chromium.find_browser", lambda: None)
        build_site(data, site, status="draft")
    page = (site / "measures/po11.html").read_text(encoding="utf-8")
    assert ", by constituency" in page
    files = {path.stem: path.read_text("utf-8-sig") for path in site.rglob("po11-*.csv")}
    assert "Yardley" in files["po11-within-constituency"]
    assert "Leeds" not in files["po11-within-constituency"]
    assert "Yardley" not in files["po11-comparators"]
