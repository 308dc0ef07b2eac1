"""Financial quarters: the year turns in April, and a quarter is written in two ways."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.quarter import Quarter

QUARTERS = st.builds(Quarter, st.integers(1990, 2090), st.integers(1, 4))


def test_the_first_quarter_is_april_to_june() -> None:
    quarter = Quarter.parse("2018-19 Q1")
    assert (quarter.start, quarter.end) == (dt.date(2018, 4, 1), dt.date(2018, 6, 30))


def test_the_fourth_quarter_lies_in_the_next_calendar_year() -> None:
    quarter = Quarter.parse("2018-19-Q4")
    assert (quarter.start, quarter.end) == (dt.date(2019, 1, 1), dt.date(2019, 3, 31))


def test_the_turn_of_a_century_is_written_with_two_digits() -> None:
    assert Quarter(1999, 4).label == "1999-00 Q4"
    assert Quarter.parse("1999-00 Q4") == Quarter(1999, 4)


@pytest.mark.parametrize(
    "text", ["", "2018 Q1", "2018-20 Q1", "2018-19 Q5", "2018-19Q1", "2018-19 Q1 ", "２018-19 Q1"]
)
def test_anything_else_is_no_quarter(text: str) -> None:
    with pytest.raises(ValueError, match="not a quarter"):
        Quarter.parse(text)


@given(QUARTERS)
def test_both_ways_of_writing_give_the_quarter_back(quarter: Quarter) -> None:
    assert Quarter.parse(quarter.label) == quarter == Quarter.parse(quarter.key)


@given(QUARTERS, st.integers(-200, 200))
def test_keys_sort_as_time_goes(quarter: Quarter, step: int) -> None:
    other = quarter.shift(step)
    assert (other.key > quarter.key) == (step > 0)
    assert other.shift(-step) == quarter


@given(QUARTERS, st.integers(0, 90))
def test_every_day_of_a_quarter_belongs_to_it(quarter: Quarter, days: int) -> None:
    day = min(quarter.start + dt.timedelta(days=days), quarter.end)
    assert Quarter.containing(day) == quarter
