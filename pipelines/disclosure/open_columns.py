"""Published columns that could carry a suppressed figure past suppression."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

# Everything of a row of pub_measure_value that is reckoned from its figure. A rating or a direction
# says between which values the figure lies.
FIGURES = (
    "numerator",
    "denominator",
    "value",
    "value_as_sent",
    "lower",
    "upper",
    "rating",
    "direction",
)
HARMLESS = {"rating": "not rated", "direction": "not compared"}
HIDDEN_STATES = ("suppressed", "withheld")
SAME_ROW = ("measure", "organisation", "area", "quarter", "breakdown", "category")
# The other models that hold figures of totals, with the columns that hold them.
OTHER_FIGURES = {
    "pub_process_control": ("value", "special_cause", "variation"),
    "pub_measure_summary": ("value", "numerator", "denominator", "lower", "upper"),
    "pub_revision": ("old_value", "new_value"),
}


@dataclass(frozen=True, kw_only=True)
class OpenDoor:
    """A suppressed row, and the published column in which something of its figure stands."""

    model: str
    column: str
    row: tuple[str, ...]


def open_doors(data_dir: Path) -> tuple[OpenDoor, ...]:
    """Every column of the published files that shows something of a suppressed row.

    ``data_dir`` holds ``pub_measure_value.parquet`` and, where they are published, the others.
    """
    values = pl.read_parquet(data_dir / "pub_measure_value.parquet")
    hidden = values.filter(pl.col("state").is_in(HIDDEN_STATES))
    found = list(_filled(hidden, "pub_measure_value", FIGURES, SAME_ROW))
    for model, columns in OTHER_FIGURES.items():
        path = data_dir / f"{model}.parquet"
        if path.exists():
            other = pl.read_parquet(path)
            keys = [name for name in SAME_ROW if name in other.columns]
            told = hidden
            if "breakdown" not in keys:  # a model of totals
                told = hidden.filter(
                    (pl.col("breakdown") == "total") & (pl.col("category") == "all")
                )
            rows = other.join(told.select(keys).unique(), on=keys, how="semi", nulls_equal=True)
            found += _filled(rows, model, columns, keys)
    found += _means_that_tell(data_dir)
    return tuple(found)


def _filled(
    rows: pl.DataFrame, model: str, columns: Iterable[str], keys: Iterable[str]
) -> Iterable[OpenDoor]:
    for column in columns:
        if column in rows.columns:
            telling = rows.filter(
                pl.col(column).is_not_null()
                & (pl.col(column).cast(pl.String) != HARMLESS.get(column, ""))
            )
            for key in telling.select(list(keys)).iter_rows():
                yield OpenDoor(model=model, column=column, row=tuple(str(part) for part in key))


def _means_that_tell(data_dir: Path) -> Iterable[OpenDoor]:
    """Process-control means that are not the means of the points shown: a hidden point is in them,
    and can be worked out from them.
    """
    path = data_dir / "pub_process_control.parquet"
    if not path.exists():
        return
    control = pl.read_parquet(path)
    keys = ["measure", "organisation"] + [name for name in ("area",) if name in control.columns]
    stretches = control.group_by([*keys, "stretch"], maintain_order=True).agg(
        pl.col("mean").first(),
        pl.col("value").mean().alias("mean_of_shown"),
        pl.col("value").abs().max().alias("largest"),
    )
    telling = stretches.filter(
        (pl.col("mean") - pl.col("mean_of_shown")).abs()
        > 1e-6 * pl.max_horizontal(pl.lit(1.0), pl.col("largest"))
    )
    for row in telling.select([*keys, "stretch"]).iter_rows():
        yield OpenDoor(
            model="pub_process_control", column="mean", row=tuple(str(part) for part in row)
        )
