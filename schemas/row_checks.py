"""Checks across the cells of one row, for the models of returns.

Each is a named pandera check with its own error; the rule of the catalogue that it enforces, and
the columns concerned (the one the finding points at first), stand in its ``statistics``. A row in
which a cell that is needed is empty passes: what is empty or unreadable has a finding of its own.

Some rules depend on what is measured (:class:`Measured`). Before a model runs, two columns are
joined from the catalogue of measures: ``measure_form`` and ``measure_unit`` (see
``schemas.reference.Measure``); they are null where the item is not known, and a rule that needs
them then passes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from schemas.columns import Column

# A rate is its numerator over its denominator, times this.
UNIT_FACTORS = {
    "percent": 100.0,
    "rate_per_1000": 1_000.0,
    "rate_per_100000": 100_000.0,
    "ratio": 1.0,
}
FEW = 5  # below this, one person more or less moves a percentage by twenty points or more


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The form and the unit of what is measured: of each row, or one for all rows."""

    form: pl.Expr
    unit: pl.Expr

    def factor(self) -> pl.Expr:
        """Return the factor of the unit, 100 for a percentage; null for a count or reading."""
        return self.unit.replace_strict(UNIT_FACTORS, default=None, return_dtype=pl.Float64)


OF_THE_ROW = Measured(form=pl.col("measure_form"), unit=pl.col("measure_unit"))


def one_measure(*, form: str, unit: str) -> Measured:
    """Return what is measured where columns, not rows, say which measure it is."""
    return Measured(form=pl.lit(form), unit=pl.lit(unit))


def row_check(
    name: str,
    *columns: str,
    rule: str,
    error: str,
    passes: pl.Expr,
    variant: str = "",
    facts: Mapping[str, pl.Expr] | None = None,
) -> Any:
    """Return a pandera check of each row.

    Args:
        name: The check's name, such as ``part_within_whole``.
        columns: The columns concerned, the one that a finding points at first.
        rule: The id of the rule in the catalogue.
        error: What a row that fails is, in words for a reader of pandera.
        passes: True or null for a row that passes.
        variant: Which of the rule's wordings is meant; "" for its plain words.
        facts: Further facts that the rule's words ask for.
    """

    def check(_: type, data: PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(passes.fill_null(value=True))

    # pandera finds checks by the function's own name, so each needs a different one.
    check.__name__ = "_".join((name, *columns))
    return pa.dataframe_check(
        check,
        name=name,
        error=error,
        n_failure_cases=1,
        statistics={"rule": rule, "variant": variant, "columns": columns, "facts": facts or {}},
    )


def part_within_whole(part: str, whole: str, *, measured: Measured | None = None) -> Any:
    """Return ROW-001: a part is not more than its whole.

    ``measured``: only for measures that are proportions (re-offences can outnumber the
    re-offenders they are counted over).
    """
    passes = pl.col(part) <= pl.col(whole)
    if measured is not None:
        passes = (measured.form != "proportion") | passes
    return row_check(
        "part_within_whole", part, whole,
        rule="ROW-001", error=f"{part} is more than {whole}", passes=passes,
    )  # fmt: skip


def decimals_shown(column: str) -> pl.Expr:
    """Return how many decimals stand in the cell as sent."""
    text = pl.col(f"{column}_as_sent").str.strip_chars()
    return text.str.extract(r"\.([0-9]*)$").str.len_chars().fill_null(0).cast(pl.Int32)


def rounding_shown(column: str) -> pl.Expr:
    """Return the most by which a correctly rounded figure can differ from the exact one.

    Half a unit of the last decimal shown; a hair more, for what binary fractions cannot hold.
    """
    return 0.5 * pl.lit(10.0).pow(-decimals_shown(column)) + 1e-9


def rate(numerator: str, denominator: str, *, factor: pl.Expr) -> pl.Expr:
    """Return numerator over denominator times ``factor``; null if the denominator is zero."""
    return (
        pl.when(pl.col(denominator) > 0)
        .then(pl.col(numerator).cast(pl.Float64) / pl.col(denominator) * factor)
        .otherwise(None)
    )


def rate_follows(
    value: str, numerator: str, denominator: str, *, measured: Measured | None = None
) -> Any:
    """Return ROW-003: a stated rate agrees with numerator and denominator, to the decimals shown.

    ``measured``: the factor comes from the measure's unit; otherwise the rate is a percentage.
    Where the numerator is the larger of the two that is the finding (ROW-001), and this passes.
    """
    factor = measured.factor() if measured is not None else pl.lit(100.0)
    exact = rate(numerator, denominator, factor=factor)
    turned = pl.col(numerator) > pl.col(denominator)
    if measured is not None:
        turned = turned & (measured.form == "proportion")
    passes = ((pl.col(value) - exact).abs() <= rounding_shown(value)) | turned
    return row_check(
        "rate_follows", value, numerator, denominator,
        rule="ROW-003", error=f"{value} is not {numerator} over {denominator}", passes=passes,
        facts={"exact": exact, "decimals": decimals_shown(value)},
    )  # fmt: skip


def change_follows(change: str, now: str, before: str) -> Any:
    """Return ROW-003: a stated change in per cent agrees with its figures, as far as shown."""
    exact = (
        pl.when(pl.col(before) > 0)
        .then((pl.col(now) - pl.col(before)) / pl.col(before) * 100.0)
        .otherwise(None)
    )
    off = (pl.col(change) - exact).abs()
    return row_check(
        "change_follows", change, now, before,
        rule="ROW-003", variant="change", error=f"{change} is not what {now} and {before} give",
        passes=off <= rounding_shown(change),
        facts={"exact": exact, "decimals": decimals_shown(change)},
    )  # fmt: skip


def percentage_within_100(value: str, *, measured: Measured = OF_THE_ROW) -> Any:
    """Return NUM-006: the value of a percentage is at most 100."""
    passes = (measured.unit != "percent") | (pl.col(value) <= 100)
    return row_check(
        "percentage_within_100", value,
        rule="NUM-006", error=f"{value} is above 100 per cent", passes=passes,
    )  # fmt: skip


def enough_in_denominator(denominator: str, *, measured: Measured | None = None) -> Any:
    """Return ROW-002, a query: nobody, or fewer than five, in the denominator."""
    passes = pl.col(denominator) >= FEW
    if measured is not None:
        passes = ~measured.form.is_in(["proportion", "rate"]) | passes
    return row_check(
        "enough_in_denominator", denominator,
        rule="ROW-002", error=f"{denominator} is below {FEW}", passes=passes,
    )  # fmt: skip


def not_a_fraction(value: str, *, measured: Measured | None = None) -> Any:
    """Return NUM-006, a query: percentages none of which is above 1 may be shares of 1.

    Where another percentage of the column is above 1, 0.6 means 0.6 per cent.
    """
    of_percentages = pl.col(value)
    if measured is not None:
        of_percentages = pl.when(measured.unit == "percent").then(pl.col(value))
    looks_like_one = (of_percentages > 0) & (of_percentages < 1) & (decimals_shown(value) > 0)
    passes = ~looks_like_one | (of_percentages.max() > 1)
    return row_check(
        "not_a_fraction", value,
        rule="NUM-006", variant="fraction", error=f"{value} may be a share of 1", passes=passes,
    )  # fmt: skip


def interval_in_order(lower: str, upper: str) -> Any:
    """Return ROW-008: the lower end of an interval is not above the upper one."""
    return row_check(
        "interval_in_order", lower, upper,
        rule="ROW-008", variant="order", error=f"{lower} is more than {upper}",
        passes=pl.col(lower) <= pl.col(upper),
    )  # fmt: skip


def within_interval(value: str, lower: str, upper: str) -> Any:
    """Return ROW-008: a stated figure lies in its own interval, if that is in order."""
    inside = pl.col(value).is_between(pl.col(lower), pl.col(upper))
    passes = inside | (pl.col(lower) > pl.col(upper))
    return row_check(
        "within_interval", value, lower, upper,
        rule="ROW-008", error=f"{value} is not from {lower} to {upper}", passes=passes,
    )  # fmt: skip


def usually_within(column: Column) -> dict[str, Any]:
    """Return NUM-008, queries: a number outside what is usual, by the checks' names.

    A number that is an error already (NUM-004, NUM-006, NUM-007) is not asked about as well.
    """
    number, name = pl.col(column.name), column.name
    low, high = column.query_below, column.query_above
    found: dict[str, Any] = {}
    if low is not None:
        wrong = number < column.least if column.least is not None else pl.lit(value=False)
        found["below"] = _limit(name, "", low, passes=(number >= low) | wrong)
    if high is not None:
        wrong = number > column.most if column.most is not None else pl.lit(value=False)
        found["above"] = _limit(name, "above", high, passes=(number <= high) | wrong)
    return {f"{name}_is_not_{side}": check for side, check in found.items()}


def _limit(name: str, variant: str, limit: float, *, passes: pl.Expr) -> Any:
    side = variant or "below"
    return row_check(
        f"usually_not_{side}", name,
        rule="NUM-008", variant=variant, error=f"{name} is {side} {limit:g}", passes=passes,
        facts={"limit": pl.lit(plain_number(limit))},
    )  # fmt: skip


def plain_number(number: float) -> str:
    """Return a number as a cell has it: ``5``, not ``5.0``."""
    return f"{number:.15g}" if number != int(number) else str(int(number))


def needed_where(column: Column) -> Any:
    """Return ROW-005: a column is filled where another one says what makes it needed.

    A symbol such as [x] fills a number.
    """
    if column.needed_when is None:
        raise ValueError(f"{column.name} is not needed because of another column")
    other, said = column.needed_when
    filled = pl.col(column.name).is_not_null()
    if column.kind.is_number:
        filled = pl.col(f"{column.name}_as_sent").fill_null("").str.strip_chars() != ""
    passes = filled | pl.col(other).ne_missing(pl.lit(said))
    return row_check(
        "needed_where", column.name, other,
        rule="ROW-005", variant="needed", error=f"{column.name} is empty", passes=passes,
        facts={"said": pl.lit(said), "example": pl.lit(column.example)},
    )  # fmt: skip
