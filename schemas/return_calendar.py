"""The days of a return: when it opens, is due and closes for a quarter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.quarter import Quarter
from schemas.reference_rows import Meeting, ReturnCalendar
from schemas.working_days import working_day_on_or_after, working_days_from


def first_meetings(meetings: Iterable[Meeting]) -> dict[Quarter, dt.date]:
    """Return the day of the first meeting to which each quarter is reported."""
    found: dict[Quarter, dt.date] = {}
    for one in meetings:
        if one.quarter is not None:
            found[one.quarter] = min(one.meeting_on, found.get(one.quarter, one.meeting_on))
    return found


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The days of one return; ``meeting_on`` is the first meeting that a quarter is reported to."""

    row: ReturnCalendar
    meeting_on: Mapping[Quarter, dt.date]

    @property
    def title(self) -> str:
        """The return's title."""
        return self.row.title

    def opens_on(self, quarter: Quarter) -> dt.date:
        """The first day on which the return for ``quarter`` is taken."""
        return quarter.end + dt.timedelta(days=self.row.opens_after_days)

    def due_on(self, quarter: Quarter) -> dt.date:
        """The last day on which the return for ``quarter`` is in time; a working day, always."""
        meeting = self.meeting_on.get(quarter)
        if self.row.due_before_meeting is not None and meeting is not None:
            return working_days_from(meeting, -self.row.due_before_meeting)
        if self.row.due_after_working_days is not None:
            return working_days_from(quarter.end, self.row.due_after_working_days)
        days = dt.timedelta(days=self.row.due_after_days or 0)
        return working_day_on_or_after(quarter.end + days)

    def closes_on(self, quarter: Quarter) -> dt.date | None:
        """The last day on which it is taken at all; None: corrections are always taken."""
        if self.row.closes_after_days is None:
            return None
        return quarter.end + dt.timedelta(days=self.row.closes_after_days)
