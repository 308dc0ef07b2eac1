"""What changed between two editions, from their published data alone.

A figure is told as it was and as it is only where both editions show it: what is suppressed now is
not repeated from an edition in which it was not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from dashboards.data import COMBINED

KEY = ("measure", "organisation", "area", "period", "breakdown", "category")
_NUMBERS = ("numerator", "denominator", "value")
_DIGITS = 12  # two sums of the same numbers in another order differ after these
SHOWN = "shown"
GONE = "not in this edition"


class NotComparableError(ValueError):
    """An older edition's data lack what a comparison needs; the message says what."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One published cell: whose, of what, and what it showed."""

    measure: str
    organisation: str
    area: str
    period: str
    period_label: str
    breakdown: str
    category: str
    state: str
    numerator: float | None
    denominator: float | None
    value: float | None

    @property
    def numbers(self) -> tuple[float | None, ...]:
        """Its numbers, apart from what the order of adding can change."""
        return tuple(
            None if number is None else float(f"{number:.{_DIGITS}g}")
            for number in (self.numerator, self.denominator, self.value)
        )


@dataclass(frozen=True, kw_only=True)
class RatingMove:
    """A measure whose figure for the board is rated otherwise than in the edition before."""

    measure: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Changes:
    """How an edition differs from its neighbour.

    ``revised`` are cells that both show, as they were and as they are; ``states`` those that one of
    them does not show, or no longer has. ``moved_on`` counts measures by the period of the board's
    figure, before and now.
    """

    new_measures: tuple[str, ...]
    ended_measures: tuple[tuple[str, str], ...]
    revised: tuple[tuple[Figure, Figure], ...]
    states: tuple[tuple[Figure, str], ...]
    ratings: tuple[RatingMove, ...]
    moved_on: Mapping[tuple[str, str], int]
    new_figures: int

    @property
    def changed_figures(self) -> int:
        """How many cells that were published are others now."""
        return len({cell for _, cell in self.revised} | {cell for cell, _ in self.states})


def compare(old: Path, new: Path) -> Changes:
    """What changed from the published data in ``old`` to those in ``new``.

    Raises ``NotComparableError`` where a file or a column that is compared is missing in one.
    """
    before, after = _cells(old), _cells(new)
    titles, now = _titles(old), _titles(new)
    common = [(before[key], after[key]) for key in sorted(before.keys() & after.keys())]
    states = [(cell, was.state) for was, cell in common if was.state != cell.state]
    gone = [
        (_without_figure(was), was.state)
        for key, was in sorted(before.items())
        if key not in after and was.state == SHOWN
    ]
    summaries, ratings = _board(old), _board(new)
    return Changes(
        new_measures=tuple(sorted(now.keys() - titles.keys())),
        ended_measures=tuple(sorted((m, titles[m]) for m in titles.keys() - now.keys())),
        revised=tuple(
            (was, cell)
            for was, cell in common
            if was.state == cell.state == SHOWN and was.numbers != cell.numbers
        ),
        states=(*states, *gone),
        ratings=tuple(
            RatingMove(measure=measure, old=summaries[measure][1], new=rating)
            for measure, (_, rating) in sorted(ratings.items())
            if measure in summaries and summaries[measure][1] != rating
        ),
        moved_on=Counter(
            (summaries[measure][0], period)
            for measure, (period, _) in ratings.items()
            if measure in summaries
        ),
        new_figures=sum(cell.state == SHOWN for key, cell in after.items() if key not in before),
    )


def _without_figure(cell: Figure) -> Figure:
    """A cell that is not published any more: its figure is not repeated."""
    return Figure(
        measure=cell.measure, organisation=cell.organisation, area=cell.area, period=cell.period,
        period_label=cell.period_label,
        breakdown=cell.breakdown, category=cell.category, state=GONE, numerator=None,
        denominator=None, value=None,
    )  # fmt: skip


def _read(data_dir: Path, model: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    path = data_dir / f"{model}.parquet"
    if not path.is_file():
        raise NotComparableError(f"it has no {path.name}")
    if lacking := [name for name in columns if name not in pl.read_parquet_schema(path)]:
        raise NotComparableError(f"its {path.name} has no {', '.join(lacking)}")
    return pl.read_parquet(path, columns=list(columns)).to_dicts()


def _cells(data_dir: Path) -> dict[tuple[str, ...], Figure]:
    columns = (*KEY, "period_label", "state", *_NUMBERS)
    found = {}
    for row in _read(data_dir, "pub_measure_value", columns):
        key = tuple(row[name] or "" for name in KEY)
        shown = row["state"] == SHOWN
        measure, organisation, area, period, breakdown, category = key
        found[key] = Figure(
            measure=measure,
            organisation=organisation,
            area=area,
            period=period,
            period_label=row["period_label"],
            breakdown=breakdown,
            category=category,
            state=row["state"],
            numerator=row["numerator"] if shown else None,
            denominator=row["denominator"] if shown else None,
            value=row["value"] if shown else None,
        )
    return found


def _titles(data_dir: Path) -> dict[str, str]:
    return {
        row["measure"]: row["title"]
        for row in _read(data_dir, "pub_measure", ("measure", "title", "status"))
        if row["status"] != "retired"
    }


def _board(data_dir: Path) -> dict[str, tuple[str, str]]:
    """Period and rating of the figure that the board reads, by measure."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    columns = ("measure", "organisation", "period_label", "rating")
    for row in _read(data_dir, "pub_measure_summary", columns):
        of_measure = found.setdefault(row["measure"], {})
        of_measure[row["organisation"]] = (row["period_label"], row["rating"] or "not rated")
    return {
        measure: of_measure.get(COMBINED) or next(iter(of_measure.values()))
        for measure, of_measure in found.items()
        if COMBINED in of_measure or len(of_measure) == 1
    }
