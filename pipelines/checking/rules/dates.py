"""Reading one cell of a column of quarters, months, dates or periods."""

from __future__ import annotations

import datetime as dt
import re

from pipelines.checking.rules.numbers import Judgement, Reading
from pipelines.deadlines.date_words import month_end
from schemas.quarter import Quarter

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})", re.ASCII)
_NAMED_DAY = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?[ -]{_NAME}[ ,-]+(\d{{4}}|\d{{2}})", re.I | re.ASCII
)
_ISO_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
# Two digits are a year only where they cannot be a day: Mar-18 and March '18, not March 31.
_NAMED_MONTH = re.compile(rf"{_NAME}(?:[ -]+(\d{{4}})|-'?(\d{{2}})| '(\d{{2}}))", re.I | re.ASCII)
_SLASHED_MONTH = re.compile(r"(\d{1,2})/(\d{4})", re.ASCII)
_SERIAL = re.compile(r"[2-5]\d{4}(?:\.\d+)?", re.ASCII)  # 1954 to 2064
_QUARTER_PARTS = re.compile(
    r"(?:(?P<q1>q(?:uarter|tr)?\s?[1-4]|[1-4]q)\W*)?(?P<year>(?:19|20)\d\d|\d\d)(?:\s?[-/–]\s?(?P<next>(?:20|19)?\d\d))?"
    r"(?:\W*(?P<q2>q(?:uarter|tr)?\s?[1-4]))?",
    re.I | re.ASCII,
)
_YEARS = re.compile(r"(\d{4})[-/–](\d{2}|\d{4})", re.ASCII)
_SCHOOL = r"((?:19|20)\d{2})[-/–](\d{2}|\d{4})"
_SCHOOL_YEAR = re.compile(rf"{_SCHOOL}\s+school\s+year|school\s+year\s+{_SCHOOL}", re.I | re.ASCII)
_YEAR_TO = re.compile(
    rf"(?:the\s+)?year\s+to\s+({_NAME}[ -]+(?:\d{{4}})|\d{{4}}-\d{{2}})", re.I | re.ASCII
)
_YEAR = re.compile(r"(?:19|20)\d{2}", re.ASCII)
_JOIN = re.compile(r"\s+to\s+|\s+[-–]\s+", re.I)
_EXCEL_EPOCH = dt.date(1899, 12, 30)


def read_quarter(text: str) -> Quarter | Judgement:
    """Return the quarter in a trimmed cell, or PER-002 with how to write it if that is clear."""
    try:
        return Quarter.parse(text)
    except ValueError:
        found = _quarter_otherwise(text)
    if found is not None:
        return Judgement(rule="PER-002", facts={"plain": found.label})
    return Judgement(rule="PER-002", variant="unknown")


def _quarter_otherwise(text: str) -> Quarter | None:
    match = _QUARTER_PARTS.fullmatch(text.strip())
    if match is None or not (match["q1"] or match["q2"]) or (match["q1"] and match["q2"]):
        return None
    number = int(re.sub(r"\D", "", match["q1"] or match["q2"]))
    year = int(match["year"])
    year += 2000 if year < 100 else 0
    following = match["next"]
    # One year alone may be a calendar year or the first of a financial one: nothing is offered.
    if following is None or int(following) % 100 != (year + 1) % 100 or not 1900 <= year <= 2998:
        return None
    return Quarter(year, number)


def read_month(text: str) -> dt.date | Reading | Judgement:
    """Return the first day of the month in a trimmed cell, or what is wrong with it.

    A month that can mean no other (``Jan-18``, as Excel rewrites 2018-01) is read, with a note.
    """
    match = _ISO_MONTH.fullmatch(text)
    if match:
        return _day(int(match[1]), int(match[2]), 1) or Judgement(rule="DAT-001")
    slashed = _SLASHED_MONTH.fullmatch(text)
    first = _day(int(slashed[2]), int(slashed[1]), 1) if slashed else _named_month(text)
    if first is not None:
        note = Judgement(rule="PER-002", variant="month", facts={"plain": f"{first:%Y-%m}"})
        return Reading(value=first, judgement=note)
    if _SERIAL.fullmatch(text):
        return _serial(text, form="%Y-%m")
    return Judgement(rule="PER-002", variant="month_unknown")


def read_date(text: str) -> dt.date | Judgement:
    """Return the date in a trimmed cell, or what is wrong with it.

    It is written ``2018-07-14``, or day before month: ``14/07/2018``.
    """
    iso, slashed = _ISO.fullmatch(text), SLASHED.fullmatch(text)
    if iso:
        return _day(int(iso[1]), int(iso[2]), int(iso[3])) or Judgement(rule="DAT-001")
    if slashed:
        day, month, year = int(slashed[1]), int(slashed[3]), _full_year(slashed[4])
        return _day(year, month, day) or _no_such_day(year, month, day)
    named = _NAMED_DAY.fullmatch(text)
    if named:
        day, month, year = int(named[1]), _month(named[2]), _full_year(named[3])
        return _day(year, month, day) or Judgement(rule="DAT-001")
    if _SERIAL.fullmatch(text):
        return _serial(text, form="%Y-%m-%d")
    return Judgement(rule="DAT-001", variant="no_date")


def read_period(text: str) -> tuple[dt.date, dt.date] | Judgement:
    """Return the first and last day of the period in a trimmed cell, or PER-002.

    ``2016`` is a calendar year, ``2016-17`` a financial year, ``2014-16`` three calendar years,
    ``2016/17 school year`` runs from September to August, ``2018-03`` is a month, ``31 March 2018``
    a day; ``July 2015 to June 2016`` runs from the first to the last, ``year to June 2016`` too.
    """
    if ending := _YEAR_TO.fullmatch(text):
        last = _one_period(ending[1])
        return (_a_year_before_the_next_of(last[1]), last[1]) if last else _no_period()
    if school := _SCHOOL_YEAR.fullmatch(text):
        year, following = int(school[1] or school[3]), school[2] or school[4]
        if int(following) % 100 != (year + 1) % 100:
            return _no_period()
        return dt.date(year, 9, 1), dt.date(year + 1, 8, 31)
    parts = _JOIN.split(text)
    if len(parts) == 2:
        first, last = (_one_period(part.strip()) for part in parts)
        if first and last and first[0] <= last[1]:
            return first[0], last[1]
        return _no_period()
    return _one_period(text) or _no_period()


def _no_period() -> Judgement:
    return Judgement(rule="PER-002", variant="period")


def _a_year_before_the_next_of(last: dt.date) -> dt.date:
    """Return the first of the twelve months that end on the last day of a month."""
    following = last + dt.timedelta(days=1)
    return following.replace(year=following.year - 1)


def _one_period(text: str) -> tuple[dt.date, dt.date] | None:
    try:
        quarter = Quarter.parse(text)
    except ValueError:
        pass
    else:
        return quarter.start, quarter.end
    if _YEAR.fullmatch(text):
        return dt.date(int(text), 1, 1), dt.date(int(text), 12, 31)
    years = _YEARS.fullmatch(text)
    if years:
        first, last = int(years[1]), int(years[2])
        last += first // 100 * 100 if last < 100 else 0
        if last == first + 1 or (first % 100 == 99 and last == first - 99):
            return dt.date(first, 4, 1), dt.date(first + 1, 3, 31)
        if first + 1 < last <= first + 20:
            return dt.date(first, 1, 1), dt.date(last, 12, 31)
    iso = _ISO_MONTH.fullmatch(text)
    start = _day(int(iso[1]), int(iso[2]), 1) if iso else _named_month(text)
    if start is None and not _SERIAL.fullmatch(text):
        day = read_date(text)
        return (day, day) if isinstance(day, dt.date) else None
    return (start, month_end(start)) if start else None


def _named_month(text: str) -> dt.date | None:
    named = _NAMED_MONTH.fullmatch(text)
    if named is None:
        return None
    return _day(_full_year(named[2] or named[3] or named[4]), _month(named[1]), 1)


def _month(name: str) -> int:
    return _MONTH_NAMES.index(name[:3].lower()) + 1


def _full_year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _day(year: int, month: int, day: int) -> dt.date | None:
    """Return the date; None if there is none or no return can be of its year."""
    try:
        return dt.date(year, month, day) if 1900 <= year <= 2998 else None
    except ValueError:
        return None


def _no_such_day(year: int, month: int, day: int) -> Judgement:
    turned = _day(year, day, month)
    if turned is not None and turned.day != turned.month:
        return Judgement(rule="DAT-002", facts={"plain": turned.isoformat()})
    return Judgement(rule="DAT-001")


def _serial(text: str, *, form: str) -> Judgement:
    """Return DAT-003: Excel's count of days, in which 1 is 1 January 1900."""
    day = _EXCEL_EPOCH + dt.timedelta(days=int(float(text)))
    return Judgement(rule="DAT-003", facts={"plain": day.strftime(form)})
