"""Counts as a reader can read them from a published row, or work back from its percentage.

A percentage is published with so many decimals, and stands for everything that rounds to it: with a
denominator of 9, 33.3 % can be 3 only, and with one of 5,000 it is 1,663 to 1,667.
"""

from __future__ import annotations

import math
from decimal import Decimal

from pipelines.disclosure.sums import PublishedRow
from pipelines.disclosure.tables import Rule

Span = tuple[int, int]
_SLACK = 1e-9


def shown_counts(row: PublishedRow, form: str, rule: Rule) -> dict[str, Span | None]:
    """Return the least and the greatest that numerator and denominator can be; None: not shown."""
    found: dict[str, Span | None] = {"numerator": None, "denominator": None}
    if row["state"] != "shown":
        return found
    x, n, value = (_number(row[column]) for column in ("numerator", "denominator", "value"))
    if row.get("numerator_worked_out"):
        x = None  # it was rounded from the very percentage
    if form == "count":
        return found | {"numerator": _read(value if x is None else x, rule)}
    found = {"numerator": _read(x, rule), "denominator": _read(n, rule)}
    if form == "proportion" and value is not None:
        low, high = _span_of(value, row.get("value_as_sent"))
        if x is None and n is not None:
            found["numerator"] = _within(low * n / 100, high * n / 100, rule)
        elif n is None and x is not None and low > 0:
            found["denominator"] = _within(100 * x / high, 100 * x / low, rule)
    return found


def _span_of(value: float, as_sent: object) -> tuple[float, float]:
    """Return what rounds to a percentage as it was written."""
    text = str(as_sent).strip().removesuffix("%") if as_sent is not None else repr(value)
    try:
        exponent = Decimal(text).as_tuple().exponent
    except ArithmeticError:
        exponent = Decimal(repr(value)).as_tuple().exponent
    half = 0.5 * 10.0**exponent if isinstance(exponent, int) else 0.0
    return max(value - half, 0.0), min(value + half, 100.0)


def _within(low: float, high: float, rule: Rule) -> Span | None:
    least, greatest = math.ceil(low - _SLACK), math.floor(high + _SLACK)
    if least > greatest:
        return None
    return rule.readable_as(least)[0], rule.readable_as(greatest)[1]


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def _read(number: float | None, rule: Rule) -> Span | None:
    if number is None or number < 0 or number != int(number):
        return None
    return rule.readable_as(int(number))
