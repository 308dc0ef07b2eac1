"""The observation in each row, whatever its return's columns are called.

Checks and the warehouse read the declaration here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from schemas.columns import Kind
from schemas.declaration import Observation, Return, with_every_column
from schemas.row_checks import OF_THE_ROW, rate

TOTAL, ALL = "total", "all"


def observations(ret: Return, rows: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each row of an observed return.

    Its columns are ``row_number, item, breakdown, category, area, when, of, figure``.

    ``breakdown`` is ``total`` and ``category`` ``all`` for a measure as a whole; ``breakdown`` is
    null where the return names categories only. ``when`` is the month or period, null for the
    quarter. ``figure`` is the value as sent or, where there is none, the numerator over the
    denominator, or the numerator alone; ``of`` tells the last, ``count``, from the others,
    ``value``. A numerator over a denominator is in the unit of the row's measure where
    ``with_measures`` gave the rows one, and in per cent where not.
    """
    seen = _declared(ret)
    rows = stating(with_every_column(rows, ret).lazy(), ret).collect()
    return rows.select(
        "row_number",
        *_of_what(seen),
        _when(seen),
        _of(seen).alias("of"),
        _figure(seen, in_units="measure_unit" in rows.columns).alias("figure"),
    )


def places(ret: Return, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the breakdown, category, area and time of each row, whatever it states."""
    seen = _declared(ret.views[0])
    return rows.select(*_of_what(seen)[1:], _when(seen))


def stated(ret: Return, rows: pl.LazyFrame, *, wholes: Mapping[str, str]) -> pl.LazyFrame:
    """Return what each row states, as sent: the columns of ``warehouse.tables.ObservationRow``.

    The breakdown of a category is named after its column where no column names it, and the area is
    ``all`` in a return without areas. A row of a wide table states several things, or some of them.

    Args:
        ret: The return.
        rows: Accepted rows with their ``submission_id``.
        wholes: The items that are shares of another one's count, each with that item.
    """
    return pl.concat([_stated(view, ret, stating(rows, view), wholes) for view in ret.views])


def stating(rows: pl.LazyFrame, view: Return) -> pl.LazyFrame:
    """Leave out the rows of a wide table that say nothing of the view's measure."""
    seen = _declared(view)
    if seen.of is None:
        return rows
    said = (pl.col(name).is_not_null() for n in seen.figures for name in (n, f"{n}_symbol"))
    return rows.filter(pl.any_horizontal(said))


def _stated(
    view: Return, ret: Return, rows: pl.LazyFrame, wholes: Mapping[str, str]
) -> pl.LazyFrame:
    seen = _declared(view)
    start, end = _days(seen)
    is_whole = pl.lit(value=False)
    if seen.numerator:
        for item in dict.fromkeys(wholes.values()):
            is_whole = is_whole | seen.what.eq_missing(pl.lit(item))
    value = pl.when(~is_whole)  # the whole of which others are a share has no share of its own
    return (
        rows.select(
            "submission_id",
            "row_number",
            "organisation",
            pl.col("quarter").str.replace(" ", "-", literal=True),
            *_of_what(seen),
            start.alias("period_start"),
            end.alias("period_end"),
            pl.lit(ret.name).alias("return_name"),
            _number(seen.numerator).alias("numerator"),
            _denominator(ret, seen, wholes).alias("denominator"),
            _number(seen.count).alias("count"),
            value.then(_number(seen.value)).alias("value"),
            _number(seen.lower).alias("lower"),
            _number(seen.upper).alias("upper"),
            value.then(_text(f"{seen.value}_as_sent" if seen.value else None)).alias(
                "value_as_sent"
            ),
            _symbol(seen).alias("symbol"),
        )
        .with_columns(
            _denominator_of_another_row(wholes if seen.item else {}),
            pl.col("breakdown").fill_null(pl.lit(seen.category)),
            pl.col("area").fill_null(ALL),
        )
        .drop("count")
    )


def _declared(ret: Return) -> Observation:
    if ret.observation is None:
        raise ValueError(f"{ret.name} observes nothing")
    return ret.observation


def _of_what(seen: Observation) -> tuple[pl.Expr, ...]:
    breakdown, category = _category(seen)
    return (
        seen.what.alias("item"),
        breakdown.alias("breakdown"),
        category.alias("category"),
        _area(seen).alias("area"),
    )


def _area(seen: Observation) -> pl.Expr:
    """Return the place of each row; blank is the whole, and that is the home area."""
    area = _text(seen.area)
    return area if seen.home_area is None else area.fill_null(seen.home_area)


def _when(seen: Observation) -> pl.Expr:
    when = seen.month or seen.period
    return (pl.col(when).cast(pl.String) if when else pl.lit(None, dtype=pl.String)).alias("when")


def _days(seen: Observation) -> tuple[pl.Expr, pl.Expr]:
    if seen.month:
        return pl.col(seen.month), pl.col(seen.month).dt.month_end()
    if seen.period:
        return pl.col(f"{seen.period}_start"), pl.col(f"{seen.period}_end")
    return pl.lit(None, dtype=pl.Date), pl.lit(None, dtype=pl.Date)


def _denominator(ret: Return, seen: Observation, wholes: Mapping[str, str]) -> pl.Expr:
    """Return the denominator as sent or, in a wide table, the count of which it is a share."""
    whole = wholes.get(seen.of or "")
    counts = [one.count for one in ret.wide if one.of == whole]
    return pl.coalesce(_number(seen.denominator), *map(_number, counts))


def _denominator_of_another_row(wholes: Mapping[str, str]) -> pl.Expr:
    """Return the denominator or, of a share, the count of its whole.

    That stands in another row of the same submission, breakdown, category, area and time.
    """
    found = [pl.col("denominator")]
    same = ["submission_id", "breakdown", "category", "area", "period_start", "period_end"]
    for item in dict.fromkeys(wholes.values()):
        count = pl.when(pl.col("item") == item).then("count").max().over(same)
        shares = [share for share, whole in wholes.items() if whole == item]
        found.append(pl.when(pl.col("item").is_in(shares)).then(count))
    return pl.coalesce(found).alias("denominator")


def row_of_the_whole(ret: Return, rows: pl.DataFrame, *, whole: str, beside: int) -> int | None:
    """Return the row whose count is the denominator of a share in row ``beside``.

    ``whole`` is its item. None if no row has it, or the share's own row in a wide table.
    """
    if ret.observation is None or ret.observation.count is None:
        return None
    same = ["breakdown", "category", "area", "when"]
    rows = with_every_column(rows, ret)
    seen = observations(ret, rows).with_columns(rows[ret.observation.count].alias("count"))
    share = seen.filter(pl.col("row_number") == beside).select(same)
    found = seen.filter((pl.col("item") == whole) & pl.col("count").is_not_null())
    found = found.join(share, on=same, how="semi", nulls_equal=True)
    found = found.sort("count", "row_number", descending=[True, False])
    return None if found.is_empty() else int(found["row_number"][0])


def _symbol(seen: Observation) -> pl.Expr:
    """Return the symbol: withheld before not available, and that before not applicable."""
    return pl.min_horizontal(pl.col(f"{name}_symbol") for name in seen.figures)  # c, x, z


def _number(name: str | None) -> pl.Expr:
    return pl.col(name).cast(pl.Float64) if name else pl.lit(None, dtype=pl.Float64)


def _text(name: str | None) -> pl.Expr:
    return pl.col(name) if name else pl.lit(None, dtype=pl.String)


def _category(seen: Observation) -> tuple[pl.Expr, pl.Expr]:
    if seen.category_columns:
        breakdown, category = pl.lit(TOTAL), pl.lit(ALL)
        for name in reversed(seen.category_columns):
            filled = pl.col(name).is_not_null()
            breakdown = pl.when(filled).then(pl.lit(name)).otherwise(breakdown)
            category = pl.when(filled).then(pl.col(name)).otherwise(category)
        return breakdown, category
    category = pl.col(seen.category).fill_null(ALL) if seen.category else pl.lit(ALL)
    if seen.breakdown:
        return pl.col(seen.breakdown).fill_null(TOTAL), category
    whole = category == ALL
    return pl.when(whole).then(pl.lit(TOTAL)).otherwise(pl.lit(None, dtype=pl.String)), category


def _figure(seen: Observation, *, in_units: bool) -> pl.Expr:
    ways: list[pl.Expr] = []
    if seen.value:
        ways.append(pl.col(seen.value).cast(pl.Float64))
    if seen.numerator and seen.denominator:
        factor = OF_THE_ROW.factor() if in_units else pl.lit(100.0)
        ways.append(rate(seen.numerator, seen.denominator, factor=factor))
        if in_units:
            counted = pl.col("measure_unit") == "count"
            ways.append(pl.when(counted).then(pl.col(seen.numerator).cast(pl.Float64)))
    elif seen.numerator:
        ways.append(pl.col(seen.numerator).cast(pl.Float64))
    return pl.coalesce(ways)


def _of(seen: Observation) -> pl.Expr:
    if seen.value is None or seen.numerator is None or seen.denominator is not None:
        return pl.lit("value")
    return (
        pl.when(pl.col(seen.value).is_not_null()).then(pl.lit("value")).otherwise(pl.lit("count"))
    )


def counts(ret: Return) -> tuple[str, ...]:
    """Return the columns in which people or cases are counted."""
    return tuple(column.name for column in ret.columns if column.kind is Kind.PEOPLE)
