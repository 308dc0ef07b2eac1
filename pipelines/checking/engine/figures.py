"""Figures of a measure in a sentence: rounded alike, with the unit in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from schemas.reference_rows import Measure
from schemas.rounding import grouped, half_up
from schemas.units import unit_words

_MOST_DECIMALS = 6


@dataclass(frozen=True, kw_only=True)
class Figure:
    """How the figures of one measure are written; ``unit`` is None if it is not known.

    ``decimals`` are the fewest that they are written with.
    """

    unit: str | None
    decimals: int

    @property
    def kind(self) -> str:
        """The name of a numerator over a denominator: a percentage, a rate, a ratio."""
        return unit_words(self.unit).derived

    def figure(self, number: float, *, decimals: int) -> str:
        """Return a figure: ``82.6%``, ``7.9 per 1,000``, ``1,204``."""
        return self._number(number, decimals) + unit_words(self.unit).suffix

    def difference(self, number: float | Decimal, *, decimals: int) -> str:
        """Return a difference: ``37.4 percentage points``, ``2.1 per 1,000``, ``120``."""
        text = self._number(number, decimals)
        words = text + unit_words(self.unit).difference
        return words.removesuffix("s") if text == "1" else words

    def move(self, before: float, now: float, *, limit: float) -> dict[str, str]:
        """Return the words of a change beyond a limit: ``figure, move, way, side, before, limit``.

        All have as many decimals as it takes for the written change to be more than the written
        limit; it is always the difference of the two written figures.
        """
        decimals = self.decimals
        while (
            not _moved(before, now, decimals) > half_up(limit, decimals) > 0
            and decimals < _MOST_DECIMALS
        ):
            decimals += 1
        return {
            "figure": self.figure(now, decimals=decimals),
            "move": self.difference(_moved(before, now, decimals), decimals=decimals),
            "way": "more" if now > before else "less",
            "side": "above" if now > before else "below",
            "before": self.figure(before, decimals=decimals),
            "limit": self.difference(limit, decimals=decimals),
        }

    def beside(self, figure: float, usual: float) -> dict[str, str]:
        """Return the words of a figure beside the usual one, both above zero: ``figure, usual``."""
        decimals = self.decimals
        while half_up(min(figure, usual), decimals) == 0 and decimals < _MOST_DECIMALS:
            decimals += 1
        return {
            "figure": self.figure(figure, decimals=decimals),
            "usual": self.figure(usual, decimals=decimals),
        }

    def _number(self, number: float | Decimal, decimals: int) -> str:
        text = grouped(number, decimals)
        if decimals > 0 and self.unit in ("count", None):  # whole counts stay whole
            text = text.rstrip("0").rstrip(".")
        return text


def figure_of(measure: Measure | None, *, counted: bool) -> Figure:
    """Return how the figures of a measure are written; None: it is not in the catalogue.

    ``counted``: the figure is a count of people or cases, whatever the measure's unit.
    """
    if counted:
        return Figure(unit="count", decimals=0)
    if measure is None:
        return Figure(unit=None, decimals=1)
    return Figure(unit=measure.unit, decimals=measure.decimals)


def _moved(before: float, now: float, decimals: int) -> Decimal:
    return abs(half_up(now, decimals) - half_up(before, decimals))
