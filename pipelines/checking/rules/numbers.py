"""Reading one cell of a column of numbers by our own pattern.

General number readers take ``1_000``, ``nan`` and full-width digits for numbers; a return is read
by what it says.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from schemas.columns import Kind

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
    """A distinct cell as read: its value, its symbol, or what is wrong with it (or both a value
    and a note).
    """

    value: object = None
    symbol: str | None = None
    judgement: Judgement | None = None


def judge_number(text: str, kind: Kind) -> Judgement | None:
    """What is wrong with a trimmed cell that is not blank, not a symbol and does not match
    ``PLAIN_NUMBER`` (or, for people, holds decimals); None where nothing is.
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


def _written_otherwise(text: str, kind: Kind) -> Judgement | None:  # noqa: PLR0911  one way of writing a line
    """NUM-002, or NUM-001 for a number too long to keep, with what to write; None where it is no
    number in any way of writing.
    """
    latin = _latin(text)
    if latin != text:
        inner = latin if _PLAIN.match(latin) else None
        return _way("not_latin", inner, kind) if inner else None
    if _THOUSANDS.fullmatch(text):
        return _way("thousands", re.sub(r"[, \u00a0\u202f\u2009'’]", "", text), kind)
    for variant, sign in (("percent_sign", _PERCENT), ("currency", _POUNDS)):
        if (match := sign.fullmatch(text)) is not None:
            return _way(variant, match[1].replace(",", ""), kind)
    if _EXPONENT.fullmatch(text):
        return _way("exponent", _expanded(text), kind)
    if re.fullmatch(r"[-+]?[0-9]+(?:_[0-9]+)+(?:\.[0-9]+)?", text):
        return _way("underscore", text.replace("_", ""), kind)
    if re.fullmatch(r"\+[0-9]+(?:\.[0-9]+)?", text):
        return _way("plus", text[1:], kind)
    if re.fullmatch(r"-?[0-9]+\.", text):
        return _way("point", text[:-1], kind)
    if re.fullmatch(r"-?\.[0-9]+", text):
        return _way("point", text.replace(".", "0."), kind)
    if re.fullmatch(r"\([0-9]+(?:\.[0-9]+)?\)", text):
        return _way("brackets", "-" + text[1:-1], kind)
    if _DIGITS.fullmatch(text):
        return Judgement(rule="NUM-001", variant="too_long", facts={"most": str(MOST_DIGITS)})
    return _with_letters(text, kind)


def _with_letters(text: str, kind: Kind) -> Judgement | None:
    """NUM-002 for letters among the digits, or a unit behind them; None for other letters."""
    digits = text.translate(_LOOKALIKES)
    if digits != text and re.search(r"[0-9]", text) and re.fullmatch(_FIGURE, digits):
        return _way("letters", digits.replace(",", ""), kind)
    if (match := _UNIT.fullmatch(text)) is not None and not _NO_UNIT.match(match[2]):
        return _way("unit", match[1].replace(",", ""), kind)
    return None


def _way(variant: str, plain: str | None, kind: Kind) -> Judgement:
    """NUM-002 with the number to write, where that would be one."""
    number = (plain or "").lstrip("+")
    if not _PLAIN.match(number) or (kind is Kind.PEOPLE and _whole(number) is not None):
        return Judgement(rule="NUM-002", variant="any", facts={})
    return Judgement(rule="NUM-002", variant=variant, facts={"plain": number})


def _latin(text: str) -> str:
    """The text with digits, signs and points of other scripts as ASCII has them."""
    return "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else
        "-" if char in "−‐‑‒–—﹣－" else
        "." if char in "．٫" else char
        for char in text
    )  # fmt: skip


def _expanded(text: str) -> str | None:
    """A number with an exponent written out; None where it would be too long to read."""
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
