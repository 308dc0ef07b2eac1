"""The facts as they were known on a date, asked in two ways that must agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dbt_project.conftest import tell_the_story
from tests.dbt_project.warehouse import Warehouse, moment

FIGURES = (
    "select measure, organisation, area, quarter, period_start, period_end, breakdown, category, "
    "numerator, denominator, value, submission_id, row_number from marts.fct_measure_value "
)


@pytest.mark.slow
@pytest.mark.parametrize("then", ["2018-07-25 00:00:00", "2018-08-02 12:00:00"])
def test_a_build_as_of_a_date_gives_the_figures_that_were_current_then(
    story: Warehouse, tmp_path: Path, then: str
) -> None:
    as_of = Warehouse(tmp_path / "as_of" / "warehouse.duckdb")
    tell_the_story(as_of)
    as_of.load(up_to=then)
    as_of.dbt("run", {}, "--selector", "before_disclosure")
    rebuilt = as_of.rows(f"{FIGURES} where is_current order by all")
    remembered = story.rows(
        f"{FIGURES} where known_from <= ? and (known_to is null or known_to > ?) order by all",
        [moment(then), moment(then)],
    )
    assert rebuilt == remembered
    assert len(rebuilt) > 0
    assert rebuilt != story.rows(f"{FIGURES} where is_current order by all")


@pytest.mark.slow
def test_the_same_record_gives_the_same_published_rows(story: Warehouse, tmp_path: Path) -> None:
    again = Warehouse(tmp_path / "again" / "warehouse.duckdb")
    tell_the_story(again)
    again.build()
    names = [
        name
        for (name,) in story.rows(
            "select table_name from information_schema.tables "
            "where table_schema = 'published' order by 1"
        )
    ]
    assert len(names) >= 13
    for name in names:
        # Without an order of our own: the order of the rows is published too.
        assert again.rows(f"from published.{name}") == story.rows(f"from published.{name}")


@pytest.mark.slow
def test_an_older_quarter_can_be_reported(story: Warehouse, tmp_path: Path) -> None:
    older = Warehouse(tmp_path / "older" / "warehouse.duckdb")
    tell_the_story(older)
    older.build(quarter="2017-18-Q4")
    assert older.rows("select quarter from published.pub_release") == [("2017-18-Q4",)]
    assert older.rows("select max(quarter) from published.pub_measure_value") == [("2017-18-Q4",)]
    assert older.rows("select max(quarter) from published.pub_submission") == [("2017-18-Q4",)]
