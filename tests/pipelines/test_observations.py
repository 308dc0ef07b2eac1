"""What a return's rows state, as the warehouse has it: made from the declaration alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from pipelines.checking.engine.observations import row_of_the_whole, stated
from pipelines.warehouse.tables import ObservationRow
from schemas.declaration import record_columns
from schemas.registry import returns
from tests.boards import birmingham
from tests.declared import WIDE, declared_board

REFERENCE = birmingham()
_MAY_BE_EMPTY = {"submission_id": "s", "organisation": "UHB", "quarter": "2018-19 Q1"}


def of(return_name: str, *rows: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What these rows state."""
    ret = returns()[return_name]
    given = [_MAY_BE_EMPTY | {"row_number": n, **row} for n, row in enumerate(rows, start=2)]
    frame = pl.DataFrame(given, {"submission_id": pl.String, **record_columns(ret)})
    wholes = REFERENCE.wholes_of(return_name)
    return stated(ret, frame.lazy(), wholes=wholes).collect().to_dicts()


def picked(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_every_return_with_figures_states_all_that_the_warehouse_keeps() -> None:
    names = {column.name for column in ObservationRow.columns()}
    for name, ret in returns().items():
        if ret.observation is not None:
            item = ret.observation.item or ""
            [row] = of(name, {item: "an item"})
            assert row.keys() == names
            assert (row["area"], row["breakdown"], row["category"]) == ("all", "total", "all")
            assert (row["item"], row["return_name"], row["quarter"]) == (
                "an item", name, "2018-19-Q1",
            )  # fmt: skip


def test_an_empty_staff_group_is_the_whole_and_withheld_comes_before_not_available() -> None:
    rows = of(
        "training_compliance",
        {"course": "C", "eligible": 1000, "trained": 874},
        {
            "course": "C",
            "staff_group": "medical staff",
            "percent": 87.4,
            "percent_as_sent": "87.40",
        },
        {"course": "C", "staff_group": "other", "percent_symbol": "x", "trained_symbol": "c"},
    )
    columns = ("breakdown", "category", "numerator", "denominator", "value", "value_as_sent")
    assert picked(rows, *columns, "symbol") == [
        ("total", "all", 874.0, 1000.0, None, None, None),
        ("staff_group", "medical staff", None, None, 87.4, "87.40", None),
        ("staff_group", "other", None, None, None, None, "c"),
    ]


def test_an_outcome_is_a_share_of_the_row_of_all_referrals() -> None:
    # Board pack, item 6, figure 36 (29.7 per cent allocated); the counts are worked by hand.
    rows = of(
        "referral_outcomes",
        {"outcome": "All referrals", "referrals": 1000, "percent": 100.0, "percent_as_sent": "100"},
        {"outcome": "Section 47", "referrals": 47},
        {"submission_id": "t", "outcome": "Allocated", "percent": 29.7, "percent_as_sent": "29.7"},
    )
    assert picked(rows, "numerator", "denominator", "value", "value_as_sent") == [
        (1000.0, None, None, None),
        (47.0, 1000.0, None, None),
        (None, None, 29.7, "29.7"),
    ]


def test_the_row_of_a_whole_is_of_the_same_submission_and_place() -> None:
    ret = returns()["referral_outcomes"]
    columns = [{"row_number": 2, "outcome": "Section 47", "referrals": 47},
               {"row_number": 3, "outcome": "All referrals", "referrals": 1000}]  # fmt: skip
    rows = pl.DataFrame(columns, record_columns(ret))
    assert row_of_the_whole(ret, rows, whole="All referrals", beside=2) == 3
    assert row_of_the_whole(ret, rows.head(1), whole="All referrals", beside=2) is None


def test_a_row_of_a_wide_table_states_each_of_its_measures() -> None:
    board = declared_board()
    ret = board.declared_returns[WIDE]
    row = {"area": "Northfield", "calls": 1204, "in_time": 1001, "timed": 1100, "to_hospital": 801,
           "wait_symbol": "x", **_MAY_BE_EMPTY, "row_number": 2}  # fmt: skip
    frame = pl.DataFrame([row], {"submission_id": pl.String, **record_columns(ret)})
    made = stated(ret, frame.lazy(), wholes=board.wholes_of(WIDE)).collect().to_dicts()
    assert {(one["area"], one["row_number"], one["return_name"]) for one in made} == {
        ("Northfield", 2, WIDE)
    }
    # Those taken to hospital are a share of all calls; nothing was said of who was turned away.
    assert picked(made, "item", "numerator", "denominator", "value", "symbol") == [
        ("Calls", None, None, 1204.0, None),
        ("Handed over in time", 1001.0, 1100.0, None, None),
        ("Taken to hospital", 801.0, 1204.0, None, None),
        ("Longest wait", None, None, None, "x"),
    ]


def test_a_site_or_a_class_of_vehicle_is_a_category_of_its_own_breakdown() -> None:
    rows = of(
        "clean_air_zone",
        {"measure": "m", "site": "Colmore Row", "value": 41.3},
        {"measure": "m", "vehicle_class": "taxi", "value": 60.0},
        {"measure": "m", "value": 50.0},
    )
    assert picked(rows, "breakdown", "category", "value") == [
        ("site", "Colmore Row", 41.3), ("vehicle_class", "taxi", 60.0), ("total", "all", 50.0),
    ]  # fmt: skip


def test_a_month_has_its_days_and_a_category_is_named_after_its_column() -> None:
    # The board pack of 27 November 2018, item 6, figures 41 (April 2017) and 30.
    rows = of(
        "safeguarding_activity",
        {"measure": "Child safeguarding referrals", "month": dt.date(2018, 2, 1), "value": 415.0},
        {"measure": "Total safeguarding", "category": "Safeguarding currently", "value": 1165.0},
    )
    assert picked(rows, "period_start", "period_end", "breakdown", "category") == [
        (dt.date(2018, 2, 1), dt.date(2018, 2, 28), "total", "all"),
        (None, None, "category", "Safeguarding currently"),
    ]


def test_a_period_and_the_source_s_interval_go_with_the_figure() -> None:
    first, last = dt.date(2016, 4, 1), dt.date(2017, 3, 31)
    [row] = of(
        "population_outcomes",
        {"indicator": "MMR", "area": "Leeds", "period": "2016-17", "period_start": first,
         "period_end": last, "value": 88.9, "lower": 88.0, "upper": 89.7},
    )  # fmt: skip
    names = ("area", "period_start", "period_end", "lower", "upper")
    assert tuple(row[name] for name in names) == ("Leeds", first, last, 88.0, 89.7)
