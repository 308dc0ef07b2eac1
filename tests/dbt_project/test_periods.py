"""Facts by period: what several returns say of one period, and what became of each row."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pipelines.warehouse.loading import connect
from pipelines.warehouse.trace import rows_behind
from tests.dbt_project.conftest import level_2, mmr
from tests.dbt_project.warehouse import NEEDS_CORRECTION, Warehouse


def year(first: int, value: float) -> dict[str, Any]:
    """A row of the population return: MMR in Birmingham in a financial year."""
    return mmr("Birmingham", None, None, value) | {
        "period": f"{first}-{(first + 1) % 100:02d}",
        "period_start": dt.date(first, 4, 1),
        "period_end": dt.date(first + 1, 3, 31),
    }


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Returns that restate, repeat, withdraw, and partners that merge or fall silent."""
    made = Warehouse(tmp_path_factory.mktemp("lives") / "warehouse.duckdb")
    # Ten years in one return; the next restates one, repeats another and adds one.
    made.send("population_outcomes", "PH", "2017-18-Q2", received="2017-10-20 09:00",
              rows=[year(2006 + n, 70.0 + n) for n in range(10)])  # fmt: skip
    made.send("population_outcomes", "PH", "2018-19-Q2", received="2018-10-20 09:00",
              rows=[year(2014, 79.5), year(2015, 79.0), year(2016, 80.0)])  # fmt: skip
    # Two trusts merge; another partner falls silent in the last quarter but one.
    for quarter, received, sent in (
        ("2017-18-Q4", "2018-04-10", {"HEFT": 900, "UHB": 800, "BWC": 700, "ROH": 950}),
        ("2018-19-Q1", "2018-07-10", {"UHB": 820, "ROH": 950}),
        ("2018-19-Q2", "2018-10-10", {"UHB": 840, "BWC": 700, "ROH": 960}),
    ):
        for partner, trained in sent.items():
            made.send("training_compliance", partner, quarter, received=f"{received} 09:00",
                      rows=[level_2(1000, trained)])  # fmt: skip
    # A nil return has a row without a figure; one row of another names nothing that is known.
    made.send("domestic_abuse", "WMP", "2018-19-Q2", received="2018-10-11 09:00")
    made.send("training_compliance", "BCHC", "2018-19-Q2", received="2018-10-12 09:00",
              rows=[level_2(10, 9), level_2(10, 8), level_2(1, 1) | {"course": "Nobody's"}],
              )  # fmt: skip
    made.build(command="build")
    return made


def test_a_restated_year_is_a_revision_and_a_repeated_one_is_not(lives: Warehouse) -> None:
    assert lives.rows(
        "select period_label, old_value, new_value, left(new_submission_id, 10) "
        "from published.pub_revision where measure = 'PO11'"
    ) == [("2014-15", 78.0, 79.5, "2018-10-20")]
    assert lives.rows(
        "select version, left(submission_id, 10), left(first_stated_in, 10) "
        "from marts.fct_measure_value where measure = 'PO11' and period = '2015-16-financial'"
    ) == [(1, "2018-10-20", "2017-10-20")]


def test_what_a_withdrawn_return_repeated_leads_back_to_the_one_that_stands(
    tmp_path: Path,
) -> None:
    made = Warehouse(tmp_path / "warehouse.duckdb")
    made.send("population_outcomes", "PH", "2017-18-Q2", received="2017-10-20 09:00",
              rows=[year(2014, 78.0), year(2015, 79.0)])  # fmt: skip
    made.send("population_outcomes", "PH", "2018-19-Q2", received="2018-10-20 09:00",
              withdrawn="2018-11-01 09:00", rows=[year(2014, 79.5), year(2015, 79.0)])  # fmt: skip
    made.build()
    assert made.rows(
        "select period, value, left(submission_id, 10) from marts.fct_measure_value "
        "where measure = 'PO11' and is_current order by period"
    ) == [
        ("2014-15-financial", 78.0, "2017-10-20"),
        ("2015-16-financial", 79.0, "2017-10-20"),
    ]


def test_every_year_of_a_return_is_published_under_its_own_name(lives: Warehouse) -> None:
    assert [
        row
        for (row,) in lives.rows(
            "select period_label from published.pub_measure_value "
            "where measure = 'PO11' and state = 'shown' order by period_end"
        )
    ] == [f"{y}-{(y + 1) % 100:02d}" for y in range(2006, 2017)]
    assert lives.rows(
        "select period_label, value, previous_label from published.pub_measure_summary "
        "where measure = 'PO11'"
    ) == [("2016-17", 80.0, "2015-16")]


def test_a_merger_and_a_silent_partner_part_a_sum_and_those_in_both_stand_beside_it(
    lives: Warehouse,
) -> None:
    rows = lives.rows(
        "select period, value, direction, members, like_for_like_value, like_for_like_previous "
        "from published.pub_measure_value where measure = 'TC02' and organisation = 'ALL' "
        "and category = 'all' and breakdown = 'total' and state = 'shown' order by period"
    )
    assert [row[0] for row in rows] == ["2017-18-Q4", "2018-19-Q1", "2018-19-Q2"]
    assert [row[2] for row in rows] == ["not compared"] * 3
    assert rows[1][3] == "ROH/0; UHB/1"
    # Between the first two only the orthopaedic hospital is the same; then the new trust is too.
    assert rows[1][4:] == (95.0, 95.0)
    assert rows[2][4:] == (pytest.approx(90.0), pytest.approx(88.5))


def test_every_accepted_row_has_one_fate(lives: Warehouse) -> None:
    fates = lives.rows(
        "select return_name, fate, reason, sum(accepted_rows) from published.pub_row_fate "
        "group by all order by all"
    )
    assert fates == [
        ("domestic_abuse", "nil return", "", 1),
        ("population_outcomes", "published", "", 12),
        ("population_outcomes", "superseded", "", 1),
        ("training_compliance", "not used", "no such measure", 1),
        ("training_compliance", "not used", "stated twice in one return", 1),
        ("training_compliance", "published", "", 10),
    ]
    assert lives.rows("select sum(rows_kept) from staging.stg_submission") == [(25,)]


def test_a_board_whose_first_returns_are_all_refused_builds(tmp_path: Path) -> None:
    made = Warehouse(tmp_path / "warehouse.duckdb")
    made.send("training_compliance", "UHB", "2018-19-Q1", received="2018-07-10 09:00",
              rows=[level_2(10, 50)], outcome=NEEDS_CORRECTION)  # fmt: skip
    made.build()
    assert made.rows("select quarter from published.pub_release") == [("2018-19-Q1",)]
    assert made.rows("select * from published.pub_row_fate") == []


@pytest.mark.parametrize("told", ["lives", "story"])
def test_every_published_figure_is_the_sum_of_the_rows_that_a_trace_names(
    told: str, request: pytest.FixtureRequest
) -> None:
    warehouse: Warehouse = request.getfixturevalue(told)
    with connect(warehouse.path) as connection:
        found = connection.execute("select * from published.pub_measure_value")
        names = [column[0] for column in found.description]
        figures = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    rows = [one for one in figures if one["value"] is not None]
    added = dict(warehouse.rows("select measure, aggregation from marts.dim_measure"))
    summed = 0
    for figure in rows:
        parts = list(
            rows_behind([one for one in rows if one["measure"] == figure["measure"]], figure)
        )
        assert parts
        assert all(part["submission_id"] and part["row_number"] for part in parts)
        counts = [
            part["value"] if part["numerator"] is None else part["numerator"] for part in parts
        ]
        if added[figure["measure"]] == "sum":
            assert sum(counts) == figure["value"]
        elif len(parts) > 1:
            assert sum(counts) == figure["numerator"]
            assert sum(part["denominator"] for part in parts) == figure["denominator"]
        summed += len(parts) > 1
    assert summed > 2
