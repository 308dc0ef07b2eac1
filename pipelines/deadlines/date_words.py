"""Finding the dates in a line of words: days, months, quarters, seasons and years."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

from schemas.quarter import Quarter

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}

# What stands between two dates that belong together.
JOIN = re.compile(r"[\s)(,]*(?:-|–|—|/|\bto\b|\band\b|\bor\b|\buntil\b|\btill\b|&)[\s(]*", re.I)


@dataclass(frozen=True, kw_only=True)
class Span:
    """One date in a line: its place (``at`` to ``to``), its first and last day, and how closely
    it is named: ``exact``, ``month``, ``quarter or season``, ``year`` or ``range``.
    """

    at: int
    to: int
    start: dt.date
    end: dt.date
    certainty: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class _Yearless:
    """A month, perhaps with a day, beside which no year is written."""

    at: int
    to: int
    month: int
    day: int | None


class _NoSuchDateError(ValueError):
    """What looks like a date and is none."""


def find_spans(text: str, *, written_on: dt.date | None) -> tuple[list[Span], list[str]]:
    """The dates in ``text`` from left to right, and what kept a date from being read.

    A month without a year takes the year of the date that a dash, a stroke or "to" joins it to,
    or else the year that brings it nearest to ``written_on``.
    """
    faults: list[str] = []
    found: list[Span | _Yearless] = []
    for match, reader in _matches(text):
        try:
            found.append(reader(match))
        except _NoSuchDateError as error:
            faults.append(str(error))
    spans: list[Span] = []
    for item, following in itertools.zip_longest(found, found[1:]):
        try:
            spans.append(
                item
                if isinstance(item, Span)
                else _with_year(item, following, text=text, written_on=written_on)
            )
        except _NoSuchDateError as error:
            faults.append(str(error))
    return spans, faults


def _matches(text: str) -> list[tuple[re.Match[str], _Reader]]:
    """The leftmost date, then the leftmost one after it, and so on; of two that begin at the
    same place the one whose form stands earlier in ``_FORMS``.
    """
    found: list[tuple[re.Match[str], _Reader]] = []
    position = 0
    while True:
        candidates = [(m, reader) for form, reader in _FORMS if (m := form.search(text, position))]
        if not candidates:
            return found
        first = min(candidates, key=lambda candidate: candidate[0].start())
        found.append(first)
        position = first[0].end()


def _with_year(
    item: _Yearless, following: Span | _Yearless | None, *, text: str, written_on: dt.date | None
) -> Span:
    if isinstance(following, Span) and JOIN.fullmatch(text[item.to : following.at]):
        year = following.start.year - (item.month > following.start.month)
        return _day_or_month(item, year=year)
    if written_on is None:
        raise _NoSuchDateError(f"“{text[item.at : item.to]}” has no year.")
    about = {
        year: dt.date(year, item.month, min(item.day or 15, 28))
        for year in range(written_on.year - 1, written_on.year + 2)
        if dt.MINYEAR <= year <= dt.MAXYEAR
    }
    year = min(about, key=lambda year: abs(about[year] - written_on))
    note = f"No year is written: read as {year}, the nearest to when it was written."
    return _day_or_month(item, year=year, note=note)


def _day_or_month(item: _Yearless, *, year: int, note: str = "") -> Span:
    if item.day is None:
        start, end, certainty = dt.date(year, item.month, 1), _month_end(year, item.month), "month"
    else:
        start = end = _date(year, item.month, item.day)
        certainty = "exact"
    return Span(at=item.at, to=item.to, start=start, end=end, certainty=certainty, note=note)


# --- The forms ------------------------------------------------------------------------------

_MONTH = (
    r"\b(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"(?<![\d/.-])(?P<day>\d\d?)"
_YEAR = r"(?P<year>(?:19|20)\d\d|'?\d\d)(?!\d)(?!\s?/\s?\d)"
_FINANCIAL = r"(?P<year>(?:19|20)\d\d)\s?[/-]\s?(?P<next>(?:19|20)\d\d|\d\d)(?![\d/]|-\d\d(?!\d))"
_GAP = r"[\s,\-]*"


def _numeric(match: re.Match[str]) -> Span:
    return _exact(match, int(match["number"]))


def _named(match: re.Match[str]) -> Span:
    return _exact(match, _month(match))


def _exact(match: re.Match[str], month: int) -> Span:
    day = _date(_year(match["year"]), month, int(match["day"]))
    return Span(at=match.start(), to=match.end(), start=day, end=day, certainty="exact")


def _day_without_year(match: re.Match[str]) -> _Yearless:
    item = _Yearless(at=match.start(), to=match.end(), month=_month(match), day=int(match["day"]))
    _date(2000, item.month, int(match["day"]))  # 31 June is none in any year
    return item


def _month_of_financial_year(match: re.Match[str]) -> Span:
    first = _financial_year(match)
    month = _month(match)
    year = first + (month < 4)
    return Span(
        at=match.start(),
        to=match.end(),
        start=dt.date(year, month, 1),
        end=_month_end(year, month),
        certainty="month",
    )


def _month_and_year(match: re.Match[str]) -> Span:
    year, month = _year(match["year"]), _month(match)
    return Span(
        at=match.start(),
        to=match.end(),
        start=dt.date(year, month, 1),
        end=_month_end(year, month),
        certainty="month",
    )


def _month_alone(match: re.Match[str]) -> _Yearless:
    return _Yearless(at=match.start(), to=match.end(), month=_month(match), day=None)


def _quarter(match: re.Match[str]) -> Span:
    quarter = Quarter(_financial_year(match), int(match["quarter"]))
    return Span(
        at=match.start(),
        to=match.end(),
        start=quarter.start,
        end=quarter.end,
        certainty="quarter or season",
    )


def _season(match: re.Match[str]) -> Span:
    """Meteorological seasons: spring is March to May. Winter begins in December of its year."""
    month = _SEASONS[match["season"].lower()]
    year = _year(match["year"])
    start = dt.date(year, month, 1)
    last_month = (month + 1) % 12 + 1
    end = _month_end(year + (last_month < month), last_month)
    note = f"{match['season'].capitalize()} is read as {start:%B} to {end:%B}."
    return Span(
        at=match.start(),
        to=match.end(),
        start=start,
        end=end,
        certainty="quarter or season",
        note=note,
    )


def _two_years(match: re.Match[str]) -> Span:
    """A financial year, or calendar years from one to another where they do not follow on."""
    first, second = int(match["year"]), match["next"]
    if len(second) == 4 and int(second) > first + 1:
        return Span(
            at=match.start(),
            to=match.end(),
            start=dt.date(first, 1, 1),
            end=dt.date(int(second), 12, 31),
            certainty="range",
            note=f"Read as the calendar years {first} to {second}.",
        )
    year = _financial_year(match)
    return Span(
        at=match.start(),
        to=match.end(),
        start=dt.date(year, 4, 1),
        end=dt.date(year + 1, 3, 31),
        certainty="year",
        note="Read as the financial year, April to March.",
    )


def _calendar_year(match: re.Match[str]) -> Span:
    year = int(match["year"])
    return Span(
        at=match.start(),
        to=match.end(),
        start=dt.date(year, 1, 1),
        end=dt.date(year, 12, 31),
        certainty="year",
        note="Read as the calendar year.",
    )


_Reader = Callable[[re.Match[str]], Span | _Yearless]


def _form(pattern: str, reader: _Reader, *, flags: int = re.I) -> tuple[re.Pattern[str], _Reader]:
    return re.compile(pattern, flags | re.ASCII), reader


_FORMS = (
    _form(r"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<number>\d\d)-(?P<day>\d\d)(?!\d)", _numeric),
    _form(_DAY + r"(?P<sep>[/.-])(?P<number>\d\d?)(?P=sep)(?P<year>\d{4}|\d\d)(?!\d)", _numeric),
    _form(_DAY + rf"(?:st|nd|rd|th)?[\s\-]*(?:of\s)?{_MONTH}{_GAP}{_YEAR}", _named),
    _form(_DAY + rf"(?:st|nd|rd|th)?[\s\-]*(?:of\s)?{_MONTH}", _day_without_year),
    _form(rf"{_MONTH}\s(?P<day>\d\d?)(?:st|nd|rd|th)?,?\s(?P<year>(?:19|20)\d\d)(?!\d)", _named),
    _form(rf"{_MONTH}\s(?P<day>\d\d?)(?:st|nd|rd|th)\b", _day_without_year),
    _form(rf"{_MONTH}[\s),]*{_FINANCIAL}", _month_of_financial_year),
    _form(rf"{_MONTH}{_GAP}{_YEAR}", _month_and_year),
    _form(rf"\bq(?:uarter)?\s?(?P<quarter>[1-4]){_GAP}{_FINANCIAL}", _quarter),
    _form(rf"(?<!\d){_FINANCIAL}{_GAP}q(?:uarter)?\s?(?P<quarter>[1-4])\b", _quarter),
    _form(
        rf"\b(?P<season>spring|summer|autumn|winter){_GAP}(?P<year>20\d\d)(?:[/-]\d\d)?(?!\d)",
        _season,
    ),
    _form(rf"(?<!\d){_FINANCIAL}", _two_years),
    _form(r"(?<![\d/])(?P<year>20\d\d)(?![\d/])", _calendar_year),
    # "may" and "march" in small letters are more often words than months.
    _form(rf"(?!may|march){_MONTH}", _month_alone),
    _form(r"\b(?P<month>MAY|May|MARCH|March)\b", _month_alone, flags=0),
)


def _month(match: re.Match[str]) -> int:
    return _MONTHS.index(match["month"][:3].lower()) + 1


def _year(digits: str) -> int:
    """Two digits are of this century."""
    number = int(digits.lstrip("'"))
    return number if number >= 1900 else 2000 + number


def _financial_year(match: re.Match[str]) -> int:
    first, following = int(match["year"]), int(match["next"])
    if (first + 1) % 100 != following % 100 or following not in (following % 100, first + 1):
        written = f"{match['year']}/{match['next']}"
        raise _NoSuchDateError(
            f"“{written}” is not a financial year: {first} is followed by {first + 1}."
        )
    return first


def _date(year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise _NoSuchDateError(
            f"There is no day {day}/{month}/{year}; the day is written before the month."
        ) from None


def _month_end(year: int, month: int) -> dt.date:
    first_of_next = dt.date(year + month // 12, month % 12 + 1, 1)
    return first_of_next - dt.timedelta(days=1)
