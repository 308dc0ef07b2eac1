"""Traps: bank holidays in the middle of a count, Christmas, Easter, a day that no rule foresees,
the hour when clocks change, papers that go out one day too late to be lawful."""

import datetime as dt

import pytest

from pipelines.obligations.calendar import chasing_days, london_day
from schemas.quarter import Quarter
from schemas.reference_rows import Meeting
from schemas.return_calendar import first_meetings
from schemas.working_days import is_working_day, publish_by, working_days_between, working_days_from


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (dt.date(2018, 11, 26), True),
        (dt.date(2018, 11, 24), False),  # a Saturday
        (dt.date(2018, 12, 25), False),
        (dt.date(2018, 12, 26), False),
        (dt.date(2018, 12, 27), True),
        (dt.date(2018, 3, 30), False),  # Good Friday
        (dt.date(2018, 4, 2), False),  # Easter Monday
        (dt.date(2018, 8, 6), True),  # Scotland's summer bank holiday is not England's
        (dt.date(2020, 5, 4), True),  # the early May holiday of 2020 was moved …
        (dt.date(2020, 5, 8), False),  # … to the Friday
        (dt.date(2022, 9, 19), False),  # a state funeral
        (dt.date(2026, 12, 28), False),  # Boxing Day fell on a Saturday
    ],
)
def test_england_works_on_its_own_working_days(day: dt.date, works: bool) -> None:
    assert is_working_day(day) is works


def test_counting_leaves_christmas_and_new_year_out() -> None:
    # 24, 27, 28, 31 December, 2 January.
    assert working_days_from(dt.date(2018, 12, 21), 5) == dt.date(2019, 1, 2)
    assert working_days_from(dt.date(2019, 1, 2), -5) == dt.date(2018, 12, 21)


def test_counting_from_a_sunday_begins_on_the_monday() -> None:
    assert working_days_from(dt.date(2018, 10, 21), 1) == dt.date(2018, 10, 22)
    assert working_days_from(dt.date(2018, 10, 21), -3) == dt.date(2018, 10, 17)
    assert working_days_from(dt.date(2018, 10, 21), 0) == dt.date(2018, 10, 21)


def test_a_return_due_over_easter_is_chased_around_it() -> None:
    # Due on Thursday, 21 days after the quarter: Easter Monday was 22 April 2019.
    days = chasing_days(dt.date(2019, 4, 21))
    assert [(day.offset, day.on.isoformat()) for day in days] == [
        (-10, "2019-04-05"),
        (-3, "2019-04-16"),
        (0, "2019-04-21"),
        (1, "2019-04-23"),
        (5, "2019-04-29"),
    ]


def test_days_before_the_meeting_are_counted_from_the_first_that_takes_the_quarter() -> None:
    days = (dt.date(2018, 12, 18), dt.date(2018, 11, 27), dt.date(2019, 1, 8))
    quarter = Quarter(2018, 2)
    meetings = [
        Meeting(
            meeting=str(day), board="A board", meeting_on=day, start_time=None, place=None,
            quarter=None if day == days[2] else quarter,
        )
        for day in days
    ]  # fmt: skip
    assert first_meetings(meetings) == {quarter: days[1]}


@pytest.mark.parametrize(
    ("meeting", "last_day"),
    [
        (dt.date(2018, 11, 27), dt.date(2018, 11, 19)),  # a Tuesday: Tuesday to Monday are clear
        (dt.date(2019, 1, 2), dt.date(2018, 12, 20)),  # Christmas and New Year's Day between
        (dt.date(2018, 4, 4), dt.date(2018, 3, 23)),  # Easter between
    ],
)
def test_papers_are_out_five_clear_days_before_the_meeting(
    meeting: dt.date, last_day: dt.date
) -> None:
    assert publish_by(meeting) == last_day
    assert working_days_between(last_day, meeting) == 5
    assert working_days_between(working_days_from(last_day, 1), meeting) < 5
    # Under the other reading of the Act, calendar days, it is in time as well.
    assert (meeting - last_day).days - 1 >= 5


def test_the_day_is_londons_on_both_sides_of_the_change_of_clocks() -> None:
    assert london_day(dt.datetime(2018, 10, 27, 23, 30, tzinfo=dt.UTC)) == dt.date(2018, 10, 28)
    assert london_day(dt.datetime(2018, 10, 28, 23, 30, tzinfo=dt.UTC)) == dt.date(2018, 10, 28)
