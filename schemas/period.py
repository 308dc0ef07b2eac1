"""The period a figure is of: a month, a quarter, a year, several years, a rolling year, a day.

Two spellings of one period are one period: its key is made of its days and its kind. How a period
is named, and which one comes before it, is decided here and nowhere else.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from schemas.quarter import Quarter


class PeriodKind(StrEnum):
    """The kinds of period, shortest first."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    CALENDAR_YEAR = "calendar_year"
    FINANCIAL_YEAR = "financial_year"
    SCHOOL_YEAR = "school_year"
    ROLLING_YEAR = "rolling_year"
    YEARS = "years"
    OTHER = "other"

    @property
    def overlaps(self) -> bool:
        """Whether one such period usually shares days with the next in its series."""
        return self in (PeriodKind.ROLLING_YEAR, PeriodKind.YEARS, PeriodKind.OTHER)


_YEAR_KINDS = {
    1: PeriodKind.CALENDAR_YEAR,
    4: PeriodKind.FINANCIAL_YEAR,
    9: PeriodKind.SCHOOL_YEAR,
}


@dataclass(frozen=True, kw_only=True)
class Period:
    """A period: its kind, its first and its last day."""

    kind: PeriodKind
    start: dt.date
    end: dt.date

    @classmethod
    def of(cls, start: dt.date, end: dt.date, *, rolling: bool = False) -> Period:
        """Return the period from ``start`` to ``end``, both included.

        Args:
            start: The first day.
            end: The last day.
            rolling: Read twelve months as a rolling year, whichever month they end with.

        Raises:
            ValueError: ``end`` lies before ``start``.
        """
        if end < start:
            raise ValueError(f"a period cannot end ({end}) before it starts ({start})")
        return cls(kind=_kind(start, end, rolling=rolling), start=start, end=end)

    @classmethod
    def of_quarter(cls, quarter: Quarter) -> Period:
        """Return a financial quarter as a period."""
        return cls(kind=PeriodKind.QUARTER, start=quarter.start, end=quarter.end)

    @classmethod
    def of_month(cls, day: dt.date) -> Period:
        """Return the month in which ``day`` falls."""
        start = day.replace(day=1)
        end = _months_later(start, 1) - dt.timedelta(days=1)
        return cls(kind=PeriodKind.MONTH, start=start, end=end)

    @property
    def key(self) -> str:
        """The period in keys and file names: ``2018-19-Q1``, ``2018-06``, ``2016-17-financial``.

        A year's key names its kind: ``2009-10`` alone could be a month or a year.
        """
        match self.kind:
            case PeriodKind.QUARTER:
                text = Quarter.containing(self.start).key
            case PeriodKind.MONTH:
                text = f"{self.start:%Y-%m}"
            case PeriodKind.DAY:
                text = self.start.isoformat()
            case PeriodKind.CALENDAR_YEAR:
                text = f"{self.start:%Y}"
            case PeriodKind.FINANCIAL_YEAR:
                text = f"{Quarter.containing(self.start).financial_year}-financial"
            case PeriodKind.SCHOOL_YEAR:
                text = f"{self._two_years('-')}-school"
            case PeriodKind.ROLLING_YEAR:
                text = f"{self.end:%Y-%m}-rolling"
            case _:
                text = f"{self.start.isoformat()}..{self.end.isoformat()}"
        return text

    @property
    def label(self) -> str:
        """The period as people read it: ``2018-19 Q1``, ``June 2018``, ``year to June 2018``."""
        match self.kind:
            case PeriodKind.QUARTER:
                text = Quarter.containing(self.start).label
            case PeriodKind.MONTH:
                text = f"{self.start:%B %Y}"
            case PeriodKind.DAY:
                text = _day(self.start)
            case PeriodKind.CALENDAR_YEAR:
                text = f"{self.start:%Y}"
            case PeriodKind.FINANCIAL_YEAR:
                text = Quarter.containing(self.start).financial_year
            case PeriodKind.SCHOOL_YEAR:
                text = f"{self._two_years('/')} school year"
            case PeriodKind.ROLLING_YEAR:
                text = f"year to {self.end:%B %Y}"
            case PeriodKind.YEARS:
                text = self._years_label()
            case PeriodKind.OTHER:
                text = self._days_label()
        return text

    @property
    def quarter(self) -> Quarter:
        """The financial quarter in which it ends."""
        return Quarter.containing(self.end)

    def shifted(self, count: int) -> Period | None:
        """Return the period ``count`` steps later at its own frequency (earlier if negative).

        A rolling year and several years move by the month, quarter or year that their series does,
        which they do not know of themselves: None for them, for days and for other spans.
        """
        months = {
            PeriodKind.MONTH: 1,
            PeriodKind.QUARTER: 3,
            PeriodKind.CALENDAR_YEAR: 12,
            PeriodKind.FINANCIAL_YEAR: 12,
            PeriodKind.SCHOOL_YEAR: 12,
        }.get(self.kind)
        return None if months is None else self._moved(months * count)

    def a_year_before(self) -> Period:
        """Return the same period a year earlier."""
        if _is_whole_months(self.start, self.end):
            return self._moved(-12)
        start, end = (
            one.replace(year=one.year - 1, day=min(one.day, 28) if one.month == 2 else one.day)
            for one in (self.start, self.end)
        )
        return Period(kind=self.kind, start=start, end=end)

    def _moved(self, months: int) -> Period:
        start = _months_later(self.start, months)
        end = _months_later(self.end + dt.timedelta(days=1), months) - dt.timedelta(days=1)
        return Period(kind=self.kind, start=start, end=end)

    def _two_years(self, between: str) -> str:
        return f"{self.start.year}{between}{self.end.year % 100:02d}"

    def _years_label(self) -> str:
        first, last = self.start, self.end
        if first.month == 1 and last.year == first.year + 1:
            return f"{first.year} to {last.year}"  # "2014-15" would be a financial year
        if first.month == 1:
            return f"{first.year}-{last.year % 100:02d}"
        if first.month == 4:
            years = (Quarter.containing(day).financial_year for day in (first, last))
            return " to ".join(years)
        return self._days_label()

    def _days_label(self) -> str:
        if _is_whole_months(self.start, self.end):
            in_one_year = self.start.year == self.end.year
            first = f"{self.start:%B}" if in_one_year else f"{self.start:%B %Y}"
            return f"{first} to {self.end:%B %Y}"
        return f"{_day(self.start)} to {_day(self.end)}"


def _kind(start: dt.date, end: dt.date, *, rolling: bool) -> PeriodKind:
    if start == end:
        return PeriodKind.DAY
    if not _is_whole_months(start, end):
        return PeriodKind.OTHER
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    if months == 1:
        return PeriodKind.MONTH
    if months == 3 and start.month in (1, 4, 7, 10):
        return PeriodKind.QUARTER
    if months == 12:
        by_start = PeriodKind.ROLLING_YEAR if rolling else _YEAR_KINDS.get(start.month)
        return by_start or PeriodKind.ROLLING_YEAR
    return PeriodKind.YEARS if months % 12 == 0 else PeriodKind.OTHER


def _is_whole_months(start: dt.date, end: dt.date) -> bool:
    return start.day == 1 and (end + dt.timedelta(days=1)).day == 1


def _months_later(day: dt.date, months: int) -> dt.date:
    """Move the first day of a month."""
    index = day.year * 12 + day.month - 1 + months
    return dt.date(index // 12, index % 12 + 1, day.day)


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
