"""The days that matter: England's working days, when to chase, when papers must be out.

Days are days in London; a moment becomes one by ``london_day``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

import holidays

from pipelines.obligations.standing import LONDON

# Working days from the day on which a return is due: reminders before it, chasers after it.
CHASING_OFFSETS = (-10, -3, 0, 1, 5)

# Local Government Act 1972, section 100B(3): agenda and reports are open to the public "at least
# five clear days before the meeting". Clear days leave out the day of publication and that of the
# meeting. They are counted in working days here, on which an office can be visited: that is the
# stricter way of counting, and right under the other one too.
CLEAR_DAYS = 5


@dataclass(frozen=True, kw_only=True, order=True)
class ChasingDay:
    """A day on which an organisation is reminded: ``offset`` working days from the due day."""

    on: dt.date
    offset: int


def london_day(moment: dt.datetime) -> dt.date:
    """Return the day in London at ``moment`` (aware)."""
    return moment.astimezone(LONDON).date()


@cache
def _bank_holidays(year: int) -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: dt.date) -> bool:
    """Whether England works: no Saturday, Sunday or bank holiday (moved and one-off ones too)."""
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


def working_days_between(first: dt.date, last: dt.date) -> int:
    """Return how many working days lie after ``first`` and before ``last``: the clear days."""
    days = (last - first).days
    return sum(is_working_day(first + dt.timedelta(days=n)) for n in range(1, days))


def chasing_days(due_on: dt.date) -> tuple[ChasingDay, ...]:
    """Return when a return due on ``due_on`` is asked for, earliest first.

    The day itself stays what it is, also where nobody works on it: that is the day people know.
    """
    return tuple(
        ChasingDay(on=working_days_from(due_on, offset), offset=offset)
        for offset in CHASING_OFFSETS
    )


def publish_by(meeting_on: dt.date) -> dt.date:
    """Return the last day on which the papers of a meeting can be published.

    Five clear days before it.
    """
    return working_days_from(meeting_on, -(CLEAR_DAYS + 1))
