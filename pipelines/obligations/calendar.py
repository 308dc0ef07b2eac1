"""When an organisation is reminded of a return. Days are days in London."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from schemas.working_days import LONDON, working_days_from

# Working days from the day on which a return is due: reminders before it, chasers after it.
CHASING_OFFSETS = (-10, -3, 0, 1, 5)


@dataclass(frozen=True, kw_only=True, order=True)
class ChasingDay:
    """A day on which an organisation is reminded: ``offset`` working days from the due day."""

    on: dt.date
    offset: int


def london_day(moment: dt.datetime) -> dt.date:
    """Return the day in London at ``moment`` (aware)."""
    return moment.astimezone(LONDON).date()


def chasing_days(due_on: dt.date) -> tuple[ChasingDay, ...]:
    """Return when a return due on ``due_on`` is asked for, earliest first."""
    return tuple(
        ChasingDay(on=working_days_from(due_on, offset), offset=offset)
        for offset in CHASING_OFFSETS
    )
