"""England's working days: no Saturday, Sunday or bank holiday, moved and one-off ones too."""

from __future__ import annotations

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")


@cache
def _bank_holidays(year: int) -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: dt.date) -> bool:
    """Whether England works on that day."""
    return day.weekday() < 5 and day not in _bank_holidays(day.year)


def working_days_from(day: dt.date, count: int) -> dt.date:
    """Return the day that is ``count`` working days after ``day``, before it where negative.

    ``day`` itself is not counted and need not be a working day; 0 gives it back.
    """
    step = dt.timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= is_working_day(day)
    return day


def working_day_on_or_after(day: dt.date) -> dt.date:
    """Return ``day`` itself if England works on it, else the next day on which it does."""
    return day if is_working_day(day) else working_days_from(day, 1)


def working_days_between(first: dt.date, last: dt.date) -> int:
    """Return how many working days lie after ``first`` and before ``last``: the clear days."""
    days = (last - first).days
    return sum(is_working_day(first + dt.timedelta(days=n)) for n in range(1, days))


# Local Government Act 1972, section 100B(3): agenda and reports are open to the public "at least
# five clear days before the meeting". Clear days leave out the day of publication and that of the
# meeting. They are counted in working days here, on which an office can be visited: that is the
# stricter way of counting, and right under the other one too.
CLEAR_DAYS = 5


def publish_by(meeting_on: dt.date) -> dt.date:
    """Return the last day on which the papers of a meeting can be published.

    Five clear days before it.
    """
    return working_days_from(meeting_on, -(CLEAR_DAYS + 1))
