"""How a period may be written: each spelling is one period, and whatever else is none.

The trap: a spelling that the pages print themselves is refused, or "2016-18 school year" is taken
for the first of its years.
"""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.checking.rules.dates import read_period
from pipelines.checking.rules.numbers import Judgement
from schemas.period import Period, PeriodKind


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2025-03-31", (2025, 3, 31), (2025, 3, 31)),
        ("31 March 2025", (2025, 3, 31), (2025, 3, 31)),
        ("31/03/2024", (2024, 3, 31), (2024, 3, 31)),
        ("year to June 2025", (2024, 7, 1), (2025, 6, 30)),
        ("the year to 2024-02", (2023, 3, 1), (2024, 2, 29)),
        ("2016/17 school year", (2016, 9, 1), (2017, 8, 31)),
        ("school year 1999-2000", (1999, 9, 1), (2000, 8, 31)),
        ("1 May 2018 to 15 May 2018", (2018, 5, 1), (2018, 5, 15)),
        ("2018-19 Q1", (2018, 4, 1), (2018, 6, 30)),
        ("May 2018", (2018, 5, 1), (2018, 5, 31)),
    ],
)
def test_each_spelling_is_one_period(
    written: str, first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    assert read_period(written) == (dt.date(*first), dt.date(*last))


@pytest.mark.parametrize(
    "written",
    ["as at 31 March 2025", "31 March", "2018-13-01", "31/02/2024", "2016-18 school year",
     "school year 2017", "year to 2018", "year to June", "45000", "to", ""],
)  # fmt: skip
def test_what_can_mean_more_than_one_thing_is_none(written: str) -> None:
    assert isinstance(read_period(written), Judgement)


@pytest.mark.parametrize("kind", list(PeriodKind))
def test_what_the_pages_print_can_be_sent_back(kind: PeriodKind) -> None:
    spans = {
        PeriodKind.DAY: ((2018, 3, 31), (2018, 3, 31)),
        PeriodKind.MONTH: ((2018, 6, 1), (2018, 6, 30)),
        PeriodKind.QUARTER: ((2018, 4, 1), (2018, 6, 30)),
        PeriodKind.CALENDAR_YEAR: ((2018, 1, 1), (2018, 12, 31)),
        PeriodKind.FINANCIAL_YEAR: ((2018, 4, 1), (2019, 3, 31)),
        PeriodKind.SCHOOL_YEAR: ((2018, 9, 1), (2019, 8, 31)),
        PeriodKind.ROLLING_YEAR: ((2017, 7, 1), (2018, 6, 30)),
        PeriodKind.YEARS: ((2014, 1, 1), (2016, 12, 31)),
        PeriodKind.OTHER: ((2018, 5, 1), (2018, 5, 15)),
    }
    start, end = (dt.date(*day) for day in spans[kind])
    period = Period.of(start, end)
    assert period.kind is kind
    assert read_period(period.label) == (start, end)
