"""What changed between two editions, from their published data alone.

A figure is given as it was and as it is only where both editions show it: what is suppressed now is
not repeated from an edition in which it was not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from dashboards.data.release import COMBINED, NOTHING_CAME

KEY = ("measure", "organisation", "area", "period", "breakdown", "category")
CORRECTION_KEY = (*KEY, "changed_at")
_NUMBERS = ("numerator", "denominator", "value")
_TARGET = ("target", "amber_limit")
_DIGITS = 12  # two sums of the same numbers in another order differ after these
SHOWN = "shown"
GONE = "not in this edition"


class NotComparableError(ValueError):
    """An older edition's data lack what a comparison needs; the message says what."""


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """The numbers of a published figure."""

    numerator: float | None
    denominator: float | None
    value: float | None


@dataclass(frozen=True, kw_only=True)
class Change:
    """A published cell that is another now: its state and its numbers, before and now.

    Numbers stand only where both editions show them.
    """

    measure: str
    organisation: str
    area: str
    period: str
    period_label: str
    breakdown: str
    category: str
    old_state: str
    new_state: str
    old: Numbers | None
    new: Numbers | None


@dataclass(frozen=True, kw_only=True)
class RatingMove:
    """A measure whose figure for the board is rated otherwise than in the edition before."""

    measure: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class TargetMove:
    """A target by which the same figures are rated otherwise than in the edition before.

    ``organisation`` is whose figures they are, None if those of several. ``first`` and ``last`` are
    the labels of the first and the last of their periods.
    """

    measure: str
    organisation: str | None
    first: str
    last: str
    old: float | None
    old_limit: float | None
    new: float | None
    new_limit: float | None


@dataclass(frozen=True, kw_only=True)
class Changes:
    """How an edition differs from its neighbour.

    ``figures`` are cells that were published and are others now. ``moved_on`` counts measures
    by the period of the board's figure, before and now, where both editions show one. ``targets``
    are those of periods that both have. ``told`` are the corrections by partners that the older
    edition told already, by ``CORRECTION_KEY``.
    """

    new_measures: tuple[str, ...]
    ended_measures: tuple[tuple[str, str], ...]
    figures: tuple[Change, ...]
    ratings: tuple[RatingMove, ...]
    moved_on: Mapping[tuple[str, str], int]
    new_figures: int
    targets: tuple[TargetMove, ...] = ()
    told: frozenset[tuple[object, ...]] = frozenset()

    @property
    def changed_figures(self) -> int:
        """How many cells that were published are others now."""
        return len(self.figures)


def compare(old: Path, new: Path) -> Changes:
    """Compare two editions.

    Args:
        old: The folder of the older edition's published data.
        new: The folder of the newer one's.

    Raises:
        NotComparableError: A file or a column that is compared is missing in one.
    """
    before, now = _cells(old).filter(~pl.col("state").is_in(list(NOTHING_CAME))), _cells(new)
    titles_before, titles = _titles(old), _titles(new)
    boards = _board(old).join(_board(new), on="measure", suffix="_now").sort("measure")
    moved = boards.filter(pl.col("rating") != pl.col("rating_now"))
    periods = (
        boards.filter(pl.col("value").is_not_null(), pl.col("value_now").is_not_null())
        .group_by("period_label", "period_label_now")
        .len()
    )
    unseen = now.join(before, on=KEY, how="anti", nulls_equal=True)
    return Changes(
        new_measures=tuple(sorted(titles.keys() - titles_before.keys())),
        ended_measures=tuple(
            sorted((m, titles_before[m]) for m in titles_before.keys() - titles.keys())
        ),
        figures=_changed(before, now),
        ratings=tuple(
            RatingMove(measure=measure, old=rating, new=rating_now)
            for measure, rating, rating_now in moved.select(
                "measure", "rating", "rating_now"
            ).iter_rows()
        ),
        moved_on={(first, last): number for first, last, number in periods.iter_rows()},
        new_figures=unseen.filter(pl.col("state") == SHOWN).height,
        targets=_targets(old, new),
        told=_told(old),
    )


def _targets(old: Path, new: Path) -> tuple[TargetMove, ...]:
    """Return where the whole figures of a period are rated by another target than before.

    Nothing if the older edition did not publish the targets of its figures.
    """
    try:
        before, now = (
            _read(folder, "pub_measure_value", *KEY, "period_label", "period_end", *_TARGET)
            for folder in (old, new)
        )
    except NotComparableError:
        return ()
    both = before.filter(pl.col("breakdown") == "total").join(
        now, on=KEY, suffix="_now", nulls_equal=True
    )
    differ = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_now")) for name in _TARGET)
    moved = (
        both.filter(differ)
        .sort("period_end")
        .group_by("measure", *_TARGET, *(f"{name}_now" for name in _TARGET), maintain_order=True)
        .agg(
            pl.col("organisation").unique(),
            first=pl.col("period_label").first(),
            last=pl.col("period_label").last(),
        )
        .sort("measure", "first")
    )
    return tuple(
        TargetMove(
            measure=row["measure"],
            organisation=row["organisation"][0] if len(row["organisation"]) == 1 else None,
            first=row["first"],
            last=row["last"],
            old=row["target"],
            old_limit=row["amber_limit"],
            new=row["target_now"],
            new_limit=row["amber_limit_now"],
        )
        for row in moved.iter_rows(named=True)
    )


def _told(data_dir: Path) -> frozenset[tuple[object, ...]]:
    """Return the corrections that an edition told; none if it is of a form without them."""
    try:
        return frozenset(_read(data_dir, "pub_revision", *CORRECTION_KEY).iter_rows())
    except NotComparableError:
        return frozenset()


def _changed(before: pl.DataFrame, now: pl.DataFrame) -> tuple[Change, ...]:
    """Return the cells of both editions that differ, and those that were shown and are gone."""
    both = before.join(now, on=KEY, how="left", suffix="_now", nulls_equal=True).with_columns(
        pl.col("state_now").fill_null(GONE)
    )
    are_shown = (pl.col("state") == SHOWN) & (pl.col("state_now") == SHOWN)
    differ = pl.any_horizontal(
        pl.col(name)
        .round_sig_figs(_DIGITS)
        .ne_missing(pl.col(f"{name}_now").round_sig_figs(_DIGITS))
        for name in _NUMBERS
    )
    is_gone = pl.col("state_now") == GONE
    has_moved = (pl.col("state") != pl.col("state_now")) & (~is_gone | (pl.col("state") == SHOWN))
    changed = both.filter((are_shown & differ) | has_moved).sort(KEY)
    return tuple(
        Change(
            **{name: row[name] or "" for name in (*KEY, "period_label")},
            old_state=row["state"],
            new_state=row["state_now"],
            old=_numbers(row, "") if row["state"] == row["state_now"] else None,
            new=_numbers(row, "_now") if row["state"] == row["state_now"] else None,
        )
        for row in changed.iter_rows(named=True)
    )


def _numbers(row: Mapping[str, float | None], suffix: str) -> Numbers:
    return Numbers(**{name: row[f"{name}{suffix}"] for name in _NUMBERS})


def _read(data_dir: Path, model: str, *columns: str) -> pl.DataFrame:
    path = data_dir / f"{model}.parquet"
    if not path.is_file():
        raise NotComparableError(f"it has no {path.name}")
    if lacking := [name for name in columns if name not in pl.read_parquet_schema(path)]:
        raise NotComparableError(f"its {path.name} has no {', '.join(lacking)}")
    return pl.read_parquet(path, columns=list(columns))


def _cells(data_dir: Path) -> pl.DataFrame:
    return _read(data_dir, "pub_measure_value", *KEY, "period_label", "state", *_NUMBERS)


def _titles(data_dir: Path) -> dict[str, str]:
    measures = _read(data_dir, "pub_measure", "measure", "title", "status")
    used = measures.filter(pl.col("status") != "retired")
    return dict(used.select("measure", "title").iter_rows())


def _board(data_dir: Path) -> pl.DataFrame:
    """Return period and rating of the figure that the board reads of each measure."""
    columns = ("measure", "organisation", "period_label", "value", "rating")
    summaries = _read(data_dir, "pub_measure_summary", *columns).with_columns(
        pl.col("rating").fill_null("not rated"), is_combined=pl.col("organisation") == COMBINED
    )
    of_measure = pl.col("is_combined").any().over("measure"), pl.len().over("measure")
    return summaries.filter(pl.col("is_combined") | (~of_measure[0] & (of_measure[1] == 1)))
