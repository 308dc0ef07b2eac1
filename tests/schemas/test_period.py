"""Periods: two spellings of one are one, and each has one key and one label."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.period import Period, PeriodKind
from schemas.quarter import Quarter


@pytest.mark.parametrize(
    ("start", "end", "kind", "key", "label"),
    [
        ("2018-03-31", "2018-03-31", "day", "2018-03-31", "31 March 2018"),
        ("2018-06-01", "2018-06-30", "month", "2018-06", "June 2018"),
        ("2018-01-01", "2018-03-31", "quarter", "2017-18-Q4", "2017-18 Q4"),
        ("2018-01-01", "2018-12-31", "calendar_year", "2018", "2018"),
        ("2009-04-01", "2010-03-31", "financial_year", "2009-10-financial", "2009-10"),
        ("2016-09-01", "2017-08-31", "school_year", "2016-17-school", "2016/17 school year"),
        ("2017-07-01", "2018-06-30", "rolling_year", "2018-06-rolling", "year to June 2018"),
        ("2014-01-01", "2016-12-31", "years", "2014-01-01..2016-12-31", "2014-16"),
        ("2014-01-01", "2015-12-31", "years", "2014-01-01..2015-12-31", "2014 to 2015"),
        ("2014-04-01", "2017-03-31", "years", "2014-04-01..2017-03-31", "2014-15 to 2016-17"),
        ("2018-04-01", "2018-09-30", "other", "2018-04-01..2018-09-30", "April to September 2018"),
        ("2018-04-02", "2018-09-30", "other", "2018-04-02..2018-09-30",
         "2 April 2018 to 30 September 2018"),
    ],
)  # fmt: skip
def test_the_days_say_what_a_period_is_and_how_it_is_written(
    start: str, end: str, kind: str, key: str, label: str
) -> None:
    found = Period.of(dt.date.fromisoformat(start), dt.date.fromisoformat(end))
    assert (found.kind.value, found.key, found.label) == (kind, key, label)


def test_a_measure_may_read_twelve_months_as_a_rolling_year() -> None:
    start, end = dt.date(2017, 4, 1), dt.date(2018, 3, 31)
    assert Period.of(start, end, rolling=True).label == "year to March 2018"
    assert Period.of(start, end).label == "2017-18"


def test_no_two_periods_share_a_key() -> None:
    months = [Period.of_month(dt.date(2001, 1, 1))]
    while months[-1].start < dt.date(2012, 12, 1):
        months.append(months[-1].shifted(1) or months[-1])
    years = [
        Period.of(dt.date(y, m, 1), dt.date(y + (m > 1), (m - 2) % 12 + 1, 31), rolling=rolling)
        for y in range(2000, 2013)
        for m in (1, 4, 9)
        for rolling in (False, True)
    ]
    quarters = {Period.of_quarter(one.quarter) for one in months}
    every = {*months, *years, *quarters}
    assert len({one.key for one in every}) == len({one.label for one in every}) == len(every)


@given(
    st.dates(dt.date(1950, 1, 1), dt.date(2050, 1, 1)),
    st.integers(0, 2000),
    st.booleans(),
)
def test_any_days_make_a_period_with_a_year_before(
    start: dt.date, days: int, rolling: bool
) -> None:
    period = Period.of(start, start + dt.timedelta(days=days), rolling=rolling)
    assert period.quarter == Quarter.containing(period.end)
    before = period.a_year_before()
    assert (before.kind, before.end.year) == (period.kind, period.end.year - 1)
    if period.shifted(1) is not None:
        after = period.shifted(1)
        assert after is not None
        assert after.start == period.end + dt.timedelta(days=1)
        assert after.shifted(-1) == period


def test_a_period_ends_after_it_starts() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        Period.of(dt.date(2018, 2, 1), dt.date(2018, 1, 1))


def test_only_rolling_and_pooled_periods_overlap() -> None:
    assert {kind for kind in PeriodKind if kind.overlaps} == {
        PeriodKind.ROLLING_YEAR, PeriodKind.YEARS, PeriodKind.OTHER,
    }  # fmt: skip
