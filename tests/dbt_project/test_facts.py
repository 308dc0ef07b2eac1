"""What the models make of returns: one small story, told in conftest, looked at from all sides."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.dbt_project.warehouse import Warehouse, moment


def figure(
    warehouse: Warehouse, measure: str, organisation: str, quarter: str, columns: str, **where: str
) -> tuple[Any, ...]:
    """The columns of the one published figure that is asked for."""
    given = {"breakdown": "total", "category": "all", **where}
    conditions = "".join(f" and {name} = ?" for name in given)
    found = warehouse.rows(
        f"select {columns} from published.pub_measure_value "
        f"where measure = ? and organisation = ? and period = ?{conditions}",
        [measure, organisation, quarter, *given.values()],
    )
    assert len(found) == 1
    return found[0]


def test_a_correction_is_a_new_version_and_closes_the_one_before(story: Warehouse) -> None:
    versions = story.rows(
        "select version, value, known_from, known_to, is_current from marts.fct_measure_value "
        "where measure = 'TC02' and organisation = 'UHB' and quarter = '2018-19-Q1' order by 1"
    )
    first, second = moment("2018-07-10 09:00"), moment("2018-08-01 09:00")
    assert versions == [(1, 85.0, first, second, False), (2, 90.0, second, None, True)]


def test_a_rejected_correction_leaves_the_last_accepted_return_current(story: Warehouse) -> None:
    assert figure(story, "TC02", "UHB", "2018-19-Q1", "value, numerator, version") == (
        90.0,
        3600.0,
        2,
    )


def test_the_return_before_a_withdrawn_correction_stands_again(story: Warehouse) -> None:
    versions = story.rows(
        "select version, value, is_current, left(submission_id, 10) from marts.fct_measure_value "
        "where measure = 'TC02' and organisation = 'BWC' order by 1"
    )
    assert versions == [
        (1, 90.0, False, "2018-07-30"),
        (2, 10.0, False, "2018-08-02"),
        (3, 90.0, True, "2018-07-30"),
    ]


def test_every_current_figure_leads_to_its_row(story: Warehouse) -> None:
    without = story.rows(
        "select measure, organisation, quarter from published.pub_measure_value as shown "
        "where state = 'shown' and organisation <> 'ALL' and not exists (select 1 "
        "from intermediate.int_measure__observations as sent "
        "where sent.submission_id = shown.submission_id and sent.row_number = shown.row_number)"
    )
    assert without == []


def test_a_percentage_alone_is_shown_for_its_partner_and_left_out_of_the_combined_figure(
    story: Warehouse,
) -> None:
    assert figure(story, "TC02", "BCHC", "2018-19-Q1", "state, value, value_as_sent") == (
        "shown", 87.4, "87.4",
    )  # fmt: skip
    numerator, denominator, value, reported, expected, missing = figure(
        story, "TC02", "ALL", "2018-19-Q1",
        "numerator, denominator, value, partners_reported, partners_expected, partners_missing",
    )  # fmt: skip
    assert (numerator, denominator, value) == (4500.0, 5000.0, 90.0)
    assert (reported, expected) == (2, 7)
    assert "Birmingham Community Healthcare NHS Foundation Trust" in missing
    assert "University Hospitals" not in missing


def test_a_return_that_did_not_come_is_a_row(story: Warehouse) -> None:
    assert figure(story, "TC02", "SWBHT", "2018-19-Q1", "state, value, rating, rating_reason") == (
        "not received", None, "not rated", "not received",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("organisation", "state", "days_late", "due_on"),
    [
        ("UHB", "accepted", 0, dt.date(2018, 7, 23)),  # the first accepted return was in time
        ("BWC", "accepted", 7, dt.date(2018, 7, 23)),  # the try in time was not accepted
        ("SWBHT", "overdue", 13, dt.date(2018, 7, 23)),
        ("CGL", "excused", None, dt.date(2018, 7, 23)),
        ("ROH", "not due", 0, dt.date(2018, 9, 30)),  # extended
    ],
)
def test_an_obligation_says_how_it_stands_and_how_late(
    story: Warehouse, organisation: str, state: str, days_late: int | None, due_on: dt.date
) -> None:
    assert story.rows(
        "select state, days_late, due_on from published.pub_submission "
        "where return_name = 'training_compliance' and quarter = '2018-19-Q1' and organisation = ?",
        [organisation],
    ) == [(state, days_late, due_on)]


def test_a_late_first_try_is_kept_beside_the_accepted_return(story: Warehouse) -> None:
    assert story.rows(
        "select first_received_at, accepted_received_at from marts.fct_obligation "
        "where return_name = 'training_compliance' and quarter = '2018-19-Q1' "
        "and organisation = 'BWC'"
    ) == [(moment("2018-07-20 09:00"), moment("2018-07-30 09:00"))]


def test_months_make_their_quarter_and_a_missing_one_is_said(story: Warehouse) -> None:
    assert figure(story, "SA01", "WMAS", "2017-18-Q4", "value, state_reason, direction") == (
        306.0, None, "not compared",
    )  # fmt: skip
    assert figure(story, "SA01", "WMAS", "2018-19-Q1", "value, state_reason, direction") == (
        400.0, "2 of 3 months", "not compared",
    )  # fmt: skip
    assert story.rows(
        "select period from published.pub_process_control "
        "where measure = 'SA01' and period_kind = 'quarter'"
    ) == [("2017-18-Q4",)]
    assert story.rows(
        "select period, value from published.pub_measure_value where measure = 'SA01' "
        "and period_kind = 'month' and state = 'shown' order by period"
    ) == [("2018-01", 101.0), ("2018-02", 102.0), ("2018-03", 103.0), ("2018-04", 200.0),
          ("2018-05", 200.0)]  # fmt: skip


def test_a_small_number_and_what_gives_it_away_are_hidden(story: Warehouse) -> None:
    states = dict(
        story.rows(
            "select category, state from published.pub_measure_value "
            "where measure = 'DA02' and quarter = '2018-19-Q1'"
        )
    )
    assert states["female genital mutilation"] == "suppressed"
    # One hidden number in a sum can be worked out: at least one more of its line is hidden.
    assert [states[name] for name in ("honour-based abuse", "forced marriage", "all")].count(
        "suppressed"
    ) >= 1


def test_no_published_model_holds_a_hidden_figure(story: Warehouse) -> None:
    leaks = story.rows(
        "select cell_id from intermediate.int_measure__shown_value "
        "where state <> 'shown' and coalesce(numerator, denominator, value) is not null"
    )
    assert leaks == []
    assert story.rows("from published.pub_revision where measure = 'DA02'") == []


def test_a_changed_figure_is_a_revision(story: Warehouse) -> None:
    assert story.rows(
        "select organisation, old_value, new_value from published.pub_revision order by changed_at"
    ) == [("UHB", 85.0, 90.0), ("BWC", 90.0, 10.0), ("BWC", 10.0, 90.0)]


def test_the_home_area_is_compared_with_england_and_the_pooled_peers(story: Warehouse) -> None:
    found = {
        area: rest
        for area, *rest in story.rows(
            "select area, value, comparison, peers_used, peers_expected, comparison_list "
            "from published.pub_comparator where measure = 'PO11'"
        )
    }
    assert found["England"] == [87.2, "worse", None, None, None]
    value, *rest = found["core_cities"]
    assert value == pytest.approx(100 * (8000 + 4400) / (9000 + 5000))
    assert rest == ["worse", 2, 7, None]
    assert found["Birmingham"][-1] == "worse than England, peers incomplete"


def test_a_figure_made_of_illustrative_ones_says_so(story: Warehouse) -> None:
    assert figure(story, "TC02", "ALL", "2017-18-Q4", "illustrative") == (True,)
    assert figure(story, "TC02", "HEFT", "2017-18-Q4", "illustrative") == (False,)
    assert story.rows("select has_illustrative from published.pub_release") == [(True,)]


def test_an_open_query_stands_beside_its_figure(story: Warehouse) -> None:
    assert figure(story, "TC02", "UHB", "2018-19-Q1", "open_queries") == (1,)
    assert figure(story, "TC02", "ALL", "2018-19-Q1", "open_queries") == (1,)
    assert story.rows(
        "select open_queries from published.pub_submission where organisation = 'UHB' "
        "and return_name = 'training_compliance' and quarter = '2018-19-Q1'"
    ) == [(1,)]


def test_the_release_is_of_the_newest_quarter_and_its_first_meeting(story: Warehouse) -> None:
    assert story.rows(
        "select quarter, quarter_label, meeting, data_cut_off, counts_up_to, as_of_day "
        "from published.pub_release"
    ) == [
        (
            "2018-19-Q1",
            "2018-19 Q1",
            "2018-09-04",
            moment("2018-08-05 09:00"),
            moment("2018-08-05 09:00"),
            dt.date(2018, 8, 5),
        ),
    ]


def test_a_quarter_is_three_months_from_april(story: Warehouse) -> None:
    assert story.rows(
        "select quarter, quarter_label, starts_on, ends_on, previous_quarter, "
        "same_quarter_last_year from marts.dim_quarter "
        "where quarter in ('2018-19-Q1', '2019-20-Q4', '1999-00-Q4') order by starts_on"
    ) == [
        ("1999-00-Q4", "1999-00 Q4", dt.date(2000, 1, 1), dt.date(2000, 3, 31),
         "1999-00-Q3", "1998-99-Q4"),
        ("2018-19-Q1", "2018-19 Q1", dt.date(2018, 4, 1), dt.date(2018, 6, 30),
         "2017-18-Q4", "2017-18-Q1"),
        ("2019-20-Q4", "2019-20 Q4", dt.date(2020, 1, 1), dt.date(2020, 3, 31),
         "2019-20-Q3", "2018-19-Q4"),
    ]  # fmt: skip


@pytest.mark.slow
def test_every_unit_test_of_a_model_passes(story: Warehouse) -> None:
    story.dbt("test", {}, "--select", "test_type:unit")


def test_the_dashboards_can_read_all_that_is_published(story: Warehouse, tmp_path: Any) -> None:
    from dashboards.data.release import load  # noqa: PLC0415  # polars is wanted by this test alone

    names = [
        name
        for (name,) in story.rows(
            "select table_name from information_schema.tables where table_schema = 'published'"
        )
    ]
    for name in names:
        story.rows(f"copy published.{name} to '{tmp_path / name}.parquet' (format parquet)")
    published = load(tmp_path)
    assert published.release.quarter == "2018-19-Q1"
    assert published.board_summary("TC02") is not None
