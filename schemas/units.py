"""How a figure is written with its unit, in checks, reference pages and published pages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class UnitWords:
    """What is written after a figure of a unit, and after a difference of two.

    ``name`` is the unit where it stands alone, in a table of measures. ``derived`` is what a
    numerator over a denominator is called.
    """

    suffix: str
    difference: str
    name: str
    derived: str = "ratio"


_UNITS = {
    "percent": UnitWords(
        suffix="%", difference=" percentage points", name="%", derived="percentage"
    ),
    "count": UnitWords(suffix="", difference="", name="number"),
    "ratio": UnitWords(suffix="", difference="", name="ratio"),
    "rate_per_1000": UnitWords(
        suffix=" per 1,000", difference=" per 1,000", name="per 1,000", derived="rate"
    ),
    "rate_per_100000": UnitWords(
        suffix=" per 100,000", difference=" per 100,000", name="per 100,000", derived="rate"
    ),
    "microgram_m3": UnitWords(suffix=" µg/m³", difference=" µg/m³", name="µg/m³"),
}


def unit_words(unit: str | None) -> UnitWords:
    """Return the words of a unit: none for no unit, its own name for an unknown one."""
    if unit is None:
        return UnitWords(suffix="", difference="", name="")
    return _UNITS.get(unit) or UnitWords(suffix=f" {unit}", difference=f" {unit}", name=unit)


def without_unit(text: str, unit: str) -> str:
    """Return a figure's text for a chart whose axis names the unit; a per cent sign stays."""
    return text if unit == "percent" else text.replace(unit_words(unit).suffix, "")
