"""Published columns that could carry a suppressed figure past suppression."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

# All columns of pub_measure_value that are computed from the figure. A rating or a direction
# says between which values the figure lies.
FIGURES = (
    "numerator", "denominator", "value", "value_as_sent", "lower", "upper", "rating", "direction",
)  # fmt: skip
HARMLESS = {"rating": "not rated", "direction": "not compared"}
HIDDEN_STATES = ("suppressed", "withheld")
SAME_ROW = ("measure", "organisation", "area", "period", "breakdown", "category")
SAME_SERIES = ("measure", "organisation", "area", "breakdown", "category")
# The other models that hold figures of totals, with the columns that hold them.
OTHER_FIGURES = {
    "pub_process_control": ("value", "special_cause", "variation"),
    "pub_measure_summary": ("value", "numerator", "denominator", "lower", "upper"),
    "pub_revision": ("old_value", "new_value"),
}


@dataclass(frozen=True, kw_only=True)
class OpenColumn:
    """A suppressed row, and the published column in which something of its figure stands."""

    model: str
    column: str
    row: tuple[str, ...]


def open_columns(data_dir: Path) -> tuple[OpenColumn, ...]:
    """Return every column of the published files that shows something of a suppressed row.

    ``data_dir`` holds ``pub_measure_value.parquet`` and, where they are published, the others.
    """
    values = by_period(pl.read_parquet(data_dir / "pub_measure_value.parquet"))
    hidden = values.filter(pl.col("state").is_in(HIDDEN_STATES))
    of_the_whole = _of_the_whole(hidden, data_dir)
    found = list(_filled(hidden, "pub_measure_value", FIGURES, SAME_ROW))
    for model, columns in OTHER_FIGURES.items():
        path = data_dir / f"{model}.parquet"
        if path.exists():
            other = by_period(pl.read_parquet(path))
            keys = [name for name in SAME_ROW if name in other.columns]
            is_total = (pl.col("breakdown") == "total") & (pl.col("category") == "all")
            of_places = hidden if "area" in keys else of_the_whole
            secret = of_places if "breakdown" in keys else of_places.filter(is_total)
            rows = other.join(secret.select(keys), on=keys, how="semi", nulls_equal=True)
            found += _filled(rows, model, columns, keys)
    found += _revealing_means(data_dir)
    return tuple(found)


def _of_the_whole(hidden: pl.DataFrame, data_dir: Path) -> pl.DataFrame:
    """Return the hidden rows that are of no part of the home area.

    A model without areas holds the figures of the home area, or of all places together, alone.
    """
    release = data_dir / "pub_release.parquet"
    frame = pl.read_parquet(release) if release.exists() else pl.DataFrame()
    if "home_area" not in frame.columns or "area" not in hidden.columns:
        return hidden
    whole = ["all", *frame["home_area"].drop_nulls().to_list()]
    return hidden.filter(pl.col("area").is_null() | pl.col("area").is_in(whole))


def by_period(rows: pl.DataFrame) -> pl.DataFrame:
    """Return published rows with the period they are of.

    Releases made before figures were filed by period have the quarter of the return in its place.
    """
    if "period" in rows.columns or "quarter" not in rows.columns:
        return rows
    return rows.with_columns(pl.col("quarter").alias("period"))


def _filled(
    rows: pl.DataFrame, model: str, columns: Iterable[str], keys: Iterable[str]
) -> Iterable[OpenColumn]:
    for column in columns:
        if column in rows.columns:
            revealing = rows.filter(
                pl.col(column).is_not_null()
                & (pl.col(column).cast(pl.String) != HARMLESS.get(column, ""))
            )
            for key in revealing.select(list(keys)).iter_rows():
                yield OpenColumn(model=model, column=column, row=tuple(str(part) for part in key))


def _revealing_means(data_dir: Path) -> Iterable[OpenColumn]:
    """Yield process-control means that are not the means of the points shown.

    A hidden point is in them, and can be worked out from them. A point that the limits are not
    reckoned from says so.
    """
    path = data_dir / "pub_process_control.parquet"
    if not path.exists():
        return
    control = pl.read_parquet(path)
    keys = ["measure", "organisation"]
    keys += [name for name in ("area", "period_kind") if name in control.columns]
    if "is_in_limits" not in control.columns:  # as in older releases: all of them are
        control = control.with_columns(is_in_limits=True)
    stretches = control.group_by([*keys, "stretch"], maintain_order=True).agg(
        pl.col("mean").first(),
        pl.col("value").filter("is_in_limits").mean().alias("mean_of_shown"),
        pl.col("value").abs().max().alias("largest"),
    )
    apart = (pl.col("mean") - pl.col("mean_of_shown")).abs()
    as_good_as_equal = apart <= 1e-6 * pl.max_horizontal(pl.lit(1.0), pl.col("largest"))
    revealing = stretches.filter(
        pl.col("mean").is_not_null() & ~as_good_as_equal.fill_null(value=False)
    )
    for row in revealing.select([*keys, "stretch"]).iter_rows():
        yield OpenColumn(
            model="pub_process_control", column="mean", row=tuple(str(part) for part in row)
        )
