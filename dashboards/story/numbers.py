"""Numbers and dates as people read them."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from schemas.quarter import Quarter
from schemas.units import unit_words

_DEFAULT_DECIMALS = {"count": 0}


def rounded(value: float, *, decimals: int) -> str:
    """``value`` rounded half away from zero, thousands parted by a comma, a true minus sign."""
    exact = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{abs(exact):,.{decimals}f}"
    return f"\N{MINUS SIGN}{text}" if exact < 0 else text


def figure(value: float, *, unit: str, decimals: int | None) -> str:
    """A figure with its unit: ``82.9%``, ``7.9 per 1,000``, ``1,204``."""
    places = _DEFAULT_DECIMALS.get(unit, 1) if decimals is None else decimals
    return rounded(value, decimals=places) + unit_words(unit).suffix


def plain(value: float) -> str:
    """A number for a file: shortest form that reads back the same, no ``.0`` on whole numbers."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)


def count(number: float) -> str:
    """A whole number with thousands parted."""
    return rounded(number, decimals=0)


def day(date: dt.date | None) -> str:
    """``14 July 2018``, or 'not given'."""
    return f"{date.day} {date:%B %Y}" if date else "not given"


def moment(at: dt.datetime | None) -> str:
    """``14 July 2018 at 10:15 UTC``, or 'not given'."""
    return f"{day(at)} at {at:%H:%M} UTC" if at else "not given"


def period(start: dt.date | None, end: dt.date | None, *, quarter_label: str) -> str:
    """A period in the shortest words that are exact: a quarter, a month, a year, or two dates."""
    if start is None or end is None:
        return quarter_label
    quarter = Quarter.containing(start)
    after = end + dt.timedelta(days=1)
    if (start, end) == (quarter.start, quarter.end):
        return quarter.label
    whole_years = _whole_years(start, end) if start.day == 1 and after.day == 1 else ""
    if whole_years:
        return whole_years
    if start.day == 1 and after.day == 1:
        first, last = f"{start:%B %Y}", f"{end:%B %Y}"
        return first if first == last else f"{first} to {last}"
    return day(start) if start == end else f"{day(start)} to {day(end)}"


def _whole_years(start: dt.date, end: dt.date) -> str:
    """One or more whole calendar or financial years in words; empty for anything else."""
    if (start.month, end.month) == (1, 12):
        first, last = f"{start:%Y}", f"{end:%Y}"
    elif (start.month, end.month) == (4, 3):
        first = Quarter.containing(start).financial_year
        last = Quarter.containing(end).financial_year
    else:
        return ""
    return first if first == last else f"{first} to {last}"


def file_size(size: int) -> str:
    """``3 KB``; sizes under 1,024 bytes as they are."""
    return f"{size} bytes" if size < 1024 else f"{-(-size // 1024)} KB"
