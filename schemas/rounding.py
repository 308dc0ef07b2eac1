"""The one way a figure is rounded: half away from zero, of the decimals that it is written with.

44.05 is 44.1 on every page and in every message, though the nearest double lies below it.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def half_up(value: float | Decimal, decimals: int) -> Decimal:
    """Return ``value`` rounded half away from zero, as its shortest decimal form reads."""
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def grouped(value: float | Decimal, decimals: int) -> str:
    """Return ``value`` rounded, with a comma between thousands: ``1,204.5``."""
    return f"{half_up(value, decimals):,.{decimals}f}"
