"""The text that a spreadsheet shows for a stored number, where that is a plain number or a date.

A format that shows decimals, per cent, thousands or money gives the number that a person sees. One
that shows something else (thousands left out, words, half a date) is not imitated: the number is
taken as it is stored, and that is said.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

GENERAL = "General"
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,14}", re.ASCII)
_TOKEN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|;|[^;"\\_*\[]|.', re.DOTALL)
_FIXED = re.compile(r"(?P<whole>[#0?,]*[#0?])?(?:\.(?P<after>[0#?]*))?(?P<percent>%?)")
_BETWEEN_SECTIONS = ";"
_HARMLESS = frozenset("£$€¥ ()+-\u00a0\u202f%")
_NEGATIVE = frozenset("-(")
_CONDITION = re.compile(r"\[[<>=]")
_COLOUR = re.compile(r"\[(?:black|blue|cyan|green|magenta|red|white|yellow|color ?\d+)\]", re.I)


@dataclass(frozen=True)
class Shown:
    """What is taken for a stored value.

    ``kind`` says how it differs from what is stored or shown: ``rounded`` (taken as shown),
    ``otherwise`` and ``part of a date`` (taken as stored); empty where it does not.
    """

    text: str
    kind: str = ""


def builtin_format(number: int) -> str:
    """Return the format that a workbook names by a number alone."""
    return str(BUILTIN_FORMATS.get(number, GENERAL))


def show(stored: str, form: str, *, from_1904: bool = False) -> Shown:
    """Return the text of a stored number under a number format; text that is none as it is."""
    if form == GENERAL and _WHOLE.fullmatch(stored):
        return Shown(stored)
    try:
        value = float(stored)
    except ValueError:
        return Shown(stored)
    if not math.isfinite(value):
        return Shown(stored)
    exact = Decimal(f"{value:.15g}")  # no spreadsheet shows more digits
    if form != GENERAL and is_date_format(form):
        return _date(value, exact, form, from_1904=from_1904)
    return _number(exact, form)


def plain(value: Decimal) -> str:
    """Return a number in plain digits, without zeros that say nothing."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


@dataclass(frozen=True)
class _Section:
    """One section of a format: its digits, what stands round them, whether it has a colour."""

    digits: str
    words: str
    is_coloured: bool
    has_condition: bool

    @property
    def is_general(self) -> bool:
        return self.digits.casefold() in ("general", "@", "")

    @property
    def fixed(self) -> re.Match[str] | None:
        """The parts of the digits, None where they are not fixed decimals or per cent."""
        found = _FIXED.fullmatch(self.digits)
        is_plain = set(self.words) <= _HARMLESS and not self.has_condition
        return found if found and is_plain and (found["whole"] or found["after"]) else None


@lru_cache(maxsize=512)
def _sections(form: str) -> tuple[_Section, ...]:
    every: list[list[str]] = [[]]
    for token in _TOKEN.findall(form):
        if token == _BETWEEN_SECTIONS:
            every.append([])
        else:
            every[-1].append(token)
    return tuple(map(_section, every))


def _section(tokens: list[str]) -> _Section:
    digits, words = "", ""
    coloured = condition = False
    for token in tokens:
        if token.startswith("[$"):
            words += token[2:-1].partition("-")[0]
        elif token.startswith("["):
            coloured = coloured or _COLOUR.fullmatch(token) is not None
            condition = condition or _CONDITION.match(token) is not None
        elif token[0] == '"':
            words += token[1:-1]
        elif token[0] == "\\":
            words += token[1:]
        elif token[0] in "_*":
            continue
        elif token in _HARMLESS - {"%"}:
            words += token
        else:
            digits += token
    return _Section(digits, words, coloured, condition)


def _number(value: Decimal, form: str) -> Shown:
    sections = _sections(form)
    section, has_sign = sections[0], False
    if value < 0 and len(sections) > 1:
        section, has_sign = sections[1], True
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    if section.is_general and not section.words and not section.has_condition and section.digits:
        return Shown(plain(value))
    fixed = section.fixed
    shows_less = has_sign and not (set(section.words) & _NEGATIVE or section.is_coloured)
    if fixed is None or shows_less or any(one.has_condition for one in sections):
        return Shown(plain(value), "otherwise")
    return _fixed(value, fixed, percent_in_words="%" in section.words)


def _fixed(value: Decimal, fixed: re.Match[str], *, percent_in_words: bool) -> Shown:
    """Return a number with the decimals, zeros and per cent sign of a format."""
    scaled = value * 100 if fixed["percent"] else value
    after = fixed["after"] or ""
    try:
        rounded = scaled.quantize(Decimal(1).scaleb(-len(after)), rounding=ROUND_HALF_UP)
    except InvalidOperation:  # more digits than a number has
        return Shown(plain(value), "otherwise")
    sign = "-" if rounded < 0 else ""
    whole, _, decimals = f"{abs(rounded):f}".partition(".")
    least = sum(1 for mark in after if mark != "#")
    while len(decimals) > least and decimals.endswith("0"):
        decimals = decimals[:-1]
    whole = whole.rjust((fixed["whole"] or "").count("0"), "0")
    percent = "%" if fixed["percent"] or percent_in_words else ""
    text = f"{sign}{whole}{'.' if decimals else ''}{decimals}{percent}"
    return Shown(text, "rounded" if rounded != scaled else "")


def _date(value: float, exact: Decimal, form: str, *, from_1904: bool) -> Shown:
    epoch = CALENDAR_MAC_1904 if from_1904 else CALENDAR_WINDOWS_1900
    try:
        moment = from_excel(value, epoch)
    except (ArithmeticError, ValueError):
        return Shown(plain(exact), "otherwise")
    if isinstance(moment, dt.time):
        return Shown(moment.isoformat("seconds"))
    if not isinstance(moment, dt.datetime):
        return Shown(plain(exact), "otherwise")
    return _day(moment, form) if moment.time() == dt.time() else Shown(moment.isoformat(" "))


def _day(moment: dt.datetime, form: str) -> Shown:
    """Return a day as its format shows it: as a day, a month or a year."""
    letters = _TOKEN.sub(lambda found: found[0] if len(found[0]) == 1 else "", form).casefold()
    has_year, has_month, has_day = ("y" in letters, "m" in letters, "d" in letters)
    if has_year and has_month and (has_day or moment.day == 1):
        return Shown(f"{moment:%Y-%m-%d}" if has_day else f"{moment:%Y-%m}")
    if has_year and not has_day and (moment.month, moment.day) == (1, 1):
        return Shown(f"{moment:%Y}")
    return Shown(f"{moment:%Y-%m-%d}", "part of a date")
