"""Reading one cell of a column of numbers by our own pattern.

General number readers take ``1_000``, ``nan`` and full-width digits for numbers; a return is read
by what it says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from schemas.columns import Kind
from schemas.qualifiers import qualified

# The only way to write a number: digits, perhaps a minus, perhaps a point with digits after it.
PLAIN_NUMBER = r"^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$"
# Spreadsheets and doubles keep 15 significant digits.
MOST_DIGITS = 15

SYMBOLS = {"[c]": "c", "[x]": "x", "[z]": "z"}
_EXCEL_ERRORS = {
    "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#N/A", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
}  # fmt: skip
_HOME_MADE = {
    "n/a", "na", "n.a.", "nil", "none", "null", "-", "--", "–", "—", "*", "**", "x", "z", "c",
    ".", "..", "...", "?", "tbc", "tba", "unknown", "not known", "not available", "not applicable",
    "suppressed", "withheld", "missing", "no data", "#", "s", "u", ":", "~", "[low]", "[u]", "[e]",
    "[w]", "[b]", "[n]", "[p]", "[r]",
}  # fmt: skip
_LESS_THAN = re.compile(r"[<≤]\s?\d+|(?:less|fewer) than \d+|under \d+", re.I)
_PLAIN = re.compile(PLAIN_NUMBER)
_DIGITS = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?")
_THOUSANDS = re.compile(
    r"[-+]?[0-9]{1,3}(?:([, \u00a0\u202f\u2009'’])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]+)?"
)
_EXPONENT = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]{1,3}")
# What a remark may say to write is all of the digits that stand there: a comma that sets no
# thousands apart ("4,6") is perhaps a decimal point, and 46 would be another number.
_FIGURE = r"([-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)"
_UNIT = re.compile(_FIGURE + r"\s?([a-zA-Zµμ][\w/³². ]*)")
# Letters that are typed for digits, or read as them from a scan.
_LOOKALIKES = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1"})
# A month, a multiplier, a letter that may be a digit, or a hexadecimal digit behind a number is no
# unit.
_NO_UNIT = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|x[0-9a-f]|[oil]+(?:[0-9_]|\b)|[a-z]\b(?!\s)"
    r"|bn\b|thousand|million|billion|hundred|dozen|or |to |and |of |in |out ",
    re.I,
)
_POUNDS = re.compile(r"[£$€]\s?" + _FIGURE)
_PERCENT = re.compile(_FIGURE + r"\s?[%％]")
_EXPANDED = 40  # the longest a number written with an exponent may become


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What is wrong with a cell: the rule, the variant of its words, and their facts."""

    rule: str
    variant: str = ""
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A distinct cell as read: its value, its symbol, what is wrong with it, or value and note."""

    value: object = None
    symbol: str | None = None
    judgement: Judgement | None = None


def judge_number(text: str, kind: Kind) -> Judgement | None:
    """Return what is wrong with a trimmed cell that is neither blank nor a symbol; None if nothing.

    It does not match ``PLAIN_NUMBER`` or, for people, holds decimals.
    """
    if _PLAIN.match(text):
        return _whole(text) if kind is Kind.PEOPLE else None
    if text.upper() in _EXCEL_ERRORS:
        return Judgement(rule="NUM-005", variant="error")
    if set(text) == {"#"} and len(text) > 1:
        return Judgement(rule="NUM-005", variant="hashes")
    if _LESS_THAN.fullmatch(text):
        return Judgement(rule="SYM-002", variant="less_than")
    if text.casefold() in _HOME_MADE or text.casefold() in SYMBOLS:
        return Judgement(rule="SYM-002")
    return _written_otherwise(text, kind) or Judgement(rule="NUM-001")


def _whole(text: str) -> Judgement | None:
    whole, _, decimals = text.partition(".")
    if not decimals:
        return None
    if set(decimals) == {"0"}:
        return Judgement(rule="NUM-003", variant="nothing_after_the_point", facts={"plain": whole})
    return Judgement(rule="NUM-003")


def _written_otherwise(text: str, kind: Kind) -> Judgement | None:
    """Return NUM-002 with what to write, or NUM-001 for a number too long to keep.

    It is None for what is no number in any way of writing.
    """
    if kind is not Kind.PEOPLE and (named := qualified(text)) is not None:
        return Judgement(rule="NUM-002", variant="qualified", facts={"plain": named[1]})
    latin = _latin(text)
    if latin != text:
        return _way("not_latin", latin, kind) if _PLAIN.match(latin) else None
    for variant, form, plain in _WAYS:
        if form.fullmatch(text):
            found = _way(variant, plain(text), kind)
            return _of_percentages(found, kind) if variant == "percent_sign" else found
    if _DIGITS.fullmatch(text):
        return Judgement(rule="NUM-001", variant="too_long", facts={"most": str(MOST_DIGITS)})
    return _with_letters(text, kind)


def _of_percentages(found: Judgement, kind: Kind) -> Judgement:
    """Return what a percent sign means in a column: it is read in one of percentages alone."""
    if kind is Kind.PEOPLE:
        return Judgement(rule="NUM-003", variant="per_cent")
    if kind is Kind.PERCENTAGE and "plain" in found.facts:
        return replace(found, variant="percentage")
    return found


def _with_letters(text: str, kind: Kind) -> Judgement | None:
    """Return NUM-002 for letters among the digits or a unit behind them; None for other letters."""
    digits = text.translate(_LOOKALIKES)
    if digits != text and re.search(r"[0-9]", text) and re.fullmatch(_FIGURE, digits):
        return _way("letters", digits.replace(",", ""), kind)
    if (match := _UNIT.fullmatch(text)) is not None and not _NO_UNIT.match(match[2]):
        return _way("unit", match[1].replace(",", ""), kind)
    return None


def _way(variant: str, plain: str | None, kind: Kind) -> Judgement:
    """Return NUM-002 with the number to write, if that would be one."""
    number = (plain or "").lstrip("+")
    if not _PLAIN.match(number) or (kind is Kind.PEOPLE and _whole(number) is not None):
        return Judgement(rule="NUM-002", variant="any", facts={})
    return Judgement(rule="NUM-002", variant=variant, facts={"plain": number})


def _latin(text: str) -> str:
    """Return the text with digits, signs and points of other scripts in ASCII."""
    return "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else
        "-" if char in "−‐‑‒–—﹣－" else
        "." if char in "．٫" else char
        for char in text
    )  # fmt: skip


def _expanded(text: str) -> str | None:
    """Write out a number with an exponent; None if it would be too long to read."""
    mantissa, _, exponent = text.lower().partition("e")
    if abs(int(exponent)) > _EXPANDED:
        return None
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, decimals = mantissa.lstrip("+-").partition(".")
    digits, point = whole + decimals, len(whole) + int(exponent)
    if point <= 0:
        digits, point = "0" * (1 - point) + digits, 1
    digits = digits.ljust(point, "0")
    after = digits[point:].rstrip("0")
    return f"{sign}{digits[:point].lstrip('0') or '0'}{'.' + after if after else ''}"


# Ways of writing a number that only need characters changed: the variant of the rule's words, the
# form, and the plain number in it.
_WAYS: tuple[tuple[str, re.Pattern[str], Callable[[str], str | None]], ...] = (
    ("thousands", _THOUSANDS, lambda text: re.sub(r"[, \u00a0\u202f\u2009'’]", "", text)),
    ("percent_sign", _PERCENT, lambda text: _PERCENT.sub(r"\1", text).replace(",", "")),
    ("currency", _POUNDS, lambda text: _POUNDS.sub(r"\1", text).replace(",", "")),
    ("exponent", _EXPONENT, _expanded),
    (
        "underscore",
        re.compile(r"[-+]?[0-9]+(?:_[0-9]+)+(?:\.[0-9]+)?"),
        lambda text: text.replace("_", ""),
    ),
    ("plus", re.compile(r"\+[0-9]+(?:\.[0-9]+)?"), lambda text: text[1:]),
    ("point", re.compile(r"-?[0-9]+\."), lambda text: text[:-1]),
    ("point", re.compile(r"-?\.[0-9]+"), lambda text: text.replace(".", "0.")),
    ("brackets", re.compile(r"\([0-9]+(?:\.[0-9]+)?\)"), lambda text: "-" + text[1:-1]),
)
