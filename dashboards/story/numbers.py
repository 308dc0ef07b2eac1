"""Numbers and dates as people read them."""

from __future__ import annotations

import datetime as dt

from schemas.period import Period
from schemas.rounding import grouped
from schemas.units import unit_words

_DEFAULT_DECIMALS = {"count": 0}


def rounded(value: float, *, decimals: int) -> str:
    """Return ``value`` rounded half away from zero, with commas and a true minus sign."""
    text = grouped(value, decimals)
    if not text.startswith("-"):
        return text
    size = text[1:]
    return f"\N{MINUS SIGN}{size}" if size.strip("0,.") else size


def figure(value: float, *, unit: str, decimals: int | None) -> str:
    """Return a figure with its unit: ``82.9%``, ``7.9 per 1,000``, ``1,204``."""
    places = _DEFAULT_DECIMALS.get(unit, 1) if decimals is None else decimals
    return rounded(value, decimals=places) + unit_words(unit).suffix


def plain(value: float) -> str:
    """Return a number for a file: the shortest form that reads back the same."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)


def count(number: float) -> str:
    """Return a whole number with thousands parted."""
    return rounded(number, decimals=0)


def day(date: dt.date | None) -> str:
    """Return ``14 July 2018``, or 'not given'."""
    return f"{date.day} {date:%B %Y}" if date else "not given"


def moment(at: dt.datetime | None) -> str:
    """Return ``14 July 2018 at 10:15 UTC``, or 'not given'."""
    return f"{day(at)} at {at:%H:%M} UTC" if at else "not given"


def period(start: dt.date | None, end: dt.date | None) -> str:
    """Return a period in words; nothing if it is not given."""
    return Period.of(start, end).label if start and end else ""


def file_size(size: int) -> str:
    """Return ``3 KB``; sizes under 1,024 bytes as they are."""
    return f"{size} bytes" if size < 1024 else f"{-(-size // 1024)} KB"
