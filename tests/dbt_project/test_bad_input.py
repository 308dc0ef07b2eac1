"""Input that is odd, and what becomes of it: a stated outcome, no error, and never "similar"."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from schemas.quarter import Quarter
from tests.dbt_project.conftest import level_2, mmr, month
from tests.dbt_project.warehouse import Warehouse

pytestmark = pytest.mark.slow

LAST = Quarter(2018, 1)
HISTORY = [LAST.shift(-place) for place in range(12, -1, -1)]
GAP = LAST.shift(-5)
# Birmingham Health and Wellbeing Board, 27 November 2018, item 6, figure 41: child safeguarding
# referrals of 2016-17 by month from April, and the year to date as it is printed beside them.
PRINTED_MONTHS = (291, 334, 420, 373, 336, 362, 393, 392, 385, 402, 363, 417)
PRINTED_YEAR = 4534


def sent_in(quarter: Quarter) -> str:
    received = dt.datetime.combine(quarter.end, dt.time(9)) + dt.timedelta(days=9)
    return f"{received:%Y-%m-%d %H:%M}"


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder: Path = tmp_path_factory.mktemp("odd")
    warehouse = Warehouse(folder / "warehouse.duckdb")

    def training(organisation: str, quarter: Quarter, *rows: dict[str, Any]) -> None:
        warehouse.send(
            "training_compliance", organisation, quarter.key, received=sent_in(quarter), rows=rows
        )

    for place, quarter in enumerate(HISTORY):
        training("BSMHFT", quarter, level_2(1000, 900))  # always the same
        if quarter != GAP:
            training("BWC", quarter, level_2(1000, 850 + place % 3))
    training("SWBHT", LAST, level_2(0, 0))  # nobody to train
    training("BCHC", LAST, level_2(None, None, 87.4))  # a percentage alone
    training("CGL", LAST, level_2(500, 400) | {"course": "A course nobody listed"})
    # England did not come; one peer of seven.
    warehouse.send(
        "population_outcomes", "PH", LAST.key, received=sent_in(LAST),
        rows=[mmr("Birmingham", 14000, 17500, 80.0), mmr("Leeds", 8000, 9000, 88.9)],
    )  # fmt: skip
    for place in range(4):
        quarter = Quarter(2016, place + 1)
        rows = [
            month((quarter.start + dt.timedelta(days=32 * n)).replace(day=1), count)
            for n, count in enumerate(PRINTED_MONTHS[3 * place : 3 * place + 3])
        ]
        if place == 3:
            whole = month(None, PRINTED_YEAR)
            rows.append(whole | {"measure": "Child safeguarding referrals, year to date"})
        warehouse.send(
            "safeguarding_activity", "WMAS", quarter.key, received=sent_in(quarter), rows=rows
        )
    warehouse.build(command="build")
    return warehouse


def shown(odd: Warehouse, organisation: str, columns: str) -> tuple[Any, ...]:
    [row] = odd.rows(
        f"select {columns} from published.pub_measure_value where measure = 'TC02' "
        "and organisation = ? and quarter = ? and breakdown = 'total'",
        [organisation, LAST.key],
    )
    return row


def test_a_row_of_a_measure_that_is_not_listed_is_kept_and_published_nowhere(
    odd: Warehouse,
) -> None:
    kept = "select organisation, measure, numerator from intermediate.int_measure__observations "
    assert odd.rows(kept + "where item = 'A course nobody listed'") == [("CGL", None, 400.0)]
    sent = "select 1 from marts.fct_measure_value where organisation = 'CGL'"
    assert odd.rows(sent) == []


def test_a_denominator_of_nought_gives_no_figure_and_no_rating(odd: Warehouse) -> None:
    assert shown(odd, "SWBHT", "state, value, lower, rating, direction") == (
        "not available", None, None, "not rated", "not compared",
    )  # fmt: skip
    # The combined share is that of the partners with someone to train, and says who is not in it.
    numerator, denominator, missing = shown(odd, "ALL", "numerator, denominator, partners_missing")
    assert (numerator, denominator) == (1750.0, 2000.0)
    assert "Sandwell and West Birmingham" in missing


def test_a_percentage_alone_is_shown_without_an_interval_and_not_compared(odd: Warehouse) -> None:
    assert shown(odd, "BCHC", "state, value, numerator, lower, upper, direction") == (
        "shown", 87.4, None, None, None, "not compared",
    )  # fmt: skip
    assert "Birmingham Community Healthcare" in shown(odd, "ALL", "partners_missing")[0]


def test_a_missing_comparator_and_missing_peers_are_not_compared(odd: Warehouse) -> None:
    rows = odd.rows(
        "select area, value, comparison, comparison_list from published.pub_comparator "
        "where measure = 'PO11'"
    )
    found = {area: rest for area, *rest in rows}
    assert "England" not in found or found["England"][1] == "not compared"
    assert found["Birmingham"][2] == "not compared"
    # One peer makes no average.
    assert found["core_cities"][:2] == [None, "not compared"]
    assert not [area for area, (_, comparison, _) in found.items() if comparison == "similar"]


def test_figures_that_contradict_each_other_are_both_kept_and_neither_is_corrected(
    odd: Warehouse,
) -> None:
    as_sent = odd.rows(
        "select value from marts.fct_measure_value where measure = 'SA01' order by period_start"
    )
    assert as_sent == [(float(count),) for count in PRINTED_MONTHS]
    assert sum(PRINTED_MONTHS) == 4468 != PRINTED_YEAR
    shown = dict(
        odd.rows(
            "select concat(measure, ' ', period), value from published.pub_measure_value "
            "where measure in ('SA01', 'SA02') and period like '2016-17-%' and state = 'shown'"
        )
    )
    assert shown == {
        "SA01 2016-17-Q1": 1045, "SA01 2016-17-Q2": 1071, "SA01 2016-17-Q3": 1170,
        "SA01 2016-17-Q4": 1182, "SA02 2016-17-Q4": PRINTED_YEAR,
    }  # fmt: skip


def test_a_combined_figure_says_of_how_many_partners_it_is(odd: Warehouse) -> None:
    combined = odd.rows(
        "select partners_reported, partners_expected, partners_missing, state_reason "
        "from published.pub_measure_value where organisation = 'ALL' and value is not null"
    )
    assert len(combined) >= len(HISTORY)
    for reported, expected, missing, reason in combined:
        assert 0 < reported <= expected
        assert (missing is None) == (reported == expected)
        if reported < expected:
            assert reason == f"{reported} of {expected} partners"


def control(odd: Warehouse, organisation: str) -> list[tuple[Any, ...]]:
    return odd.rows(
        "select period, value, mean, lpl, upl, special_cause, variation "
        "from published.pub_process_control where measure = 'TC02' and organisation = ? "
        "order by period",
        [organisation],
    )


def test_a_constant_series_has_no_limits_and_no_signal(odd: Warehouse) -> None:
    points = control(odd, "BSMHFT")
    assert len(points) == len(HISTORY)
    for _, value, mean, lower, upper, cause, variation in points:
        assert value == mean == pytest.approx(90)
        assert (lower, upper, cause, variation) == (None, None, None, None)
    assert odd.rows(
        "select distinct no_limits_reason from published.pub_process_control "
        "where measure = 'TC02' and organisation = 'BSMHFT'"
    ) == [("too few different values",)]


def test_a_gap_in_a_series_is_a_point_without_a_value_or_none(odd: Warehouse) -> None:
    points = control(odd, "BWC")
    with_value = [point for point in points if point[1] is not None]
    assert len(with_value) == len(HISTORY) - 1
    assert GAP.key not in {point[0] for point in with_value}
    # The mean is of the quarters that came: the missing one is not taken for a nought.
    mean = sum(point[1] for point in with_value) / len(with_value)
    assert [point[2] for point in with_value] == [pytest.approx(mean)] * len(with_value)
