"""Parts against their wholes: sums, shares, percentages that make 100 (ROW-001, 003, 004)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import polars as pl

from pipelines.checking.engine.observations import ALL, observations
from pipelines.checking.engine.violations import Violations
from pipelines.checking.rules.rows import OF_THE_FILE, Rows
from pipelines.checking.rules.year_to_date import YEAR_TO_DATE
from schemas.columns import Kind
from schemas.declaration import Parts
from schemas.row_checks import decimals_shown, rounding_shown

_BETWEEN = "\x1f"  # stands in no item and no category


def parts_and_wholes(rows: Rows) -> Iterator[Violations]:
    """Yield the violations of every rule of this module, for each sum that the return declares.

    Two or more rows that name the same whole are taken for all its parts: more than the whole is
    an error, less a query (an error where the reference data says that they add up). A sum of
    rounded figures may be off by half a unit of the last decimal for each of them.
    """
    for view in rows.views:
        yield from _parts_and_wholes(view)


def _parts_and_wholes(rows: Rows) -> Iterator[Violations]:
    named_by = next((one.part_of for one in rows.ret.parts if one.part_of), None)
    if named_by in rows.sheet.positions:
        yield from _contradicted(rows, named_by or "")
    for parts in rows.ret.parts:
        if parts.figure not in rows.sheet.positions:
            continue
        named = _named(rows, parts)
        pairs = _pairs(named, rows)
        yield from _sums(pairs, parts)
        if parts.share is not None and parts.share in rows.sheet.positions:
            yield from stated_shares(pairs, rows, share=parts.share)
        if parts.whole_is_100:
            yield from _to_100(named, parts)


def _named(rows: Rows, parts: Parts) -> pl.DataFrame:
    """Return a row for each figure: what it is of, its slack from rounding, the whole it names."""
    key = [name for name in rows.ret.key if name in rows.sheet.positions]
    readable = rows.readable(parts.figure, *(name for name in key if name not in OF_THE_FILE))
    is_percentage = rows.ret.column_by_name[parts.figure].kind is Kind.PERCENTAGE
    slack = rounding_shown(parts.figure)
    exact = pl.lit(1e-9)
    in_units = slack if is_percentage else (
        pl.when((pl.col("measure_unit") != "count") | (decimals_shown(parts.figure) > 0))
        .then(slack)
        .otherwise(exact)
    )  # fmt: skip
    sent = pl.col(parts.part_of) if parts.part_of else pl.lit(None, dtype=pl.String)
    # Categories of a share are no parts of it; of a count they are, and of the counts of a share.
    named_whole = pl.lit(value=parts.part_of is not None)
    is_people = rows.ret.column_by_name[parts.figure].kind is Kind.PEOPLE
    is_counted = pl.lit(value=is_people) | pl.Series(readable["measure_unit"] == "count")
    seen = observations(rows.ret, readable).drop("figure")
    return (
        seen.with_columns(
            readable.select(
                pl.col(parts.figure).cast(pl.Float64).alias("figure"),
                in_units.alias("slack"),
                sent.alias("sent"),
                decimals_shown(parts.figure).alias("decimals"),
            )
        )
        .filter(pl.col("figure").is_not_null() & (named_whole | is_counted))
        .with_columns(part_of=pl.coalesce(_looked_up(_wholes(rows), pl.String), "sent"))
        .with_columns(pl.col("breakdown").fill_null(""), pl.col("area", "when").fill_null(""))
    )


def _pairs(named: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    """Return each part beside its whole; ``adds_up`` if the reference data says that parts do."""
    of_total = pl.col("category") == ALL
    complete = _complete_breakdowns(rows)
    parts_named = named.with_columns(
        whole_item=pl.when(of_total).then("part_of").otherwise("item"),
        whole_category=pl.when(of_total)
        .then(pl.lit(ALL))
        .otherwise(pl.col("part_of").fill_null(ALL)),
        adds_up=_looked_up(complete, pl.Int64).fill_null(0) > 0,
        parts_due=_looked_up(complete, pl.Int64).fill_null(0),
        # Categories that name no whole may overlap, unless the reference data says otherwise.
        named_whole=pl.col("part_of").is_not_null(),
    ).filter(pl.col("whole_item").is_not_null())
    wholes = named.select(
        pl.col("item").alias("whole_item"),
        pl.col("category").alias("whole_category"),
        "area",
        "when",
        pl.col("figure").alias("whole"),
        pl.col("slack").alias("whole_slack"),
        pl.col("row_number").alias("whole_row"),
    ).unique(["whole_item", "whole_category", "area", "when"], keep="first")
    return parts_named.join(
        wholes, on=["whole_item", "whole_category", "area", "when"], how="inner"
    ).filter(pl.col("row_number") != pl.col("whole_row"))


def _complete_breakdowns(rows: Rows) -> dict[str, int]:
    """Return the items and categories of breakdowns that add up, by the reference data.

    Each has the number of categories that do so together.
    """
    found: dict[str, int] = {}
    for measure in rows.reference.measures_of(rows.ret.name):
        every = [row for row in rows.reference.categories_of(measure.measure) if row.adds_up]
        together = Counter((row.breakdown, row.part_of) for row in every)
        for row in every:
            place = f"{measure.item}{_BETWEEN}{row.category}"
            found[place] = together[row.breakdown, row.part_of]
    return found


def _wholes(rows: Rows, *, of_all: bool = False) -> dict[str, str]:
    """Return what each item and category is a part of, by the reference data.

    ``of_all``: also where that is the whole of which every item of the return is a share.
    """
    measures = rows.reference.measures_of(rows.ret.name)
    items = {measure.item for measure in measures}
    every = set() if of_all else set(rows.reference.wholes_of(rows.ret.name).values())
    found: dict[str, str] = {}
    for measure in measures:
        for row in rows.reference.categories_of(measure.measure):
            if row.part_of is not None:
                found[f"{measure.item}{_BETWEEN}{row.category}"] = row.part_of
            # A year to date is made of months, not of another measure's figure of the same time.
            is_item = row.category in items and row.breakdown != YEAR_TO_DATE
            if is_item and measure.item not in every:
                found[f"{row.category}{_BETWEEN}{ALL}"] = measure.item
    return found


def _contradicted(rows: Rows, part_of: str) -> Iterator[Violations]:
    """Yield ROW-006: a row says that it is a part of something else than the list says."""
    seen = observations(rows.ret, rows.rows).with_columns(
        rows.rows[part_of].alias("value"), whole=_looked_up(_wholes(rows, of_all=True), pl.String)
    )
    off = seen.filter(pl.col("value") != pl.col("whole"))
    of_total = pl.col("category") == ALL
    part = pl.when(of_total).then("item").otherwise("category")
    yield Violations(
        rule="ROW-006", column=part_of, rows=off.select("row_number", "value", "whole", part=part)
    )


def _looked_up(found: Mapping[str, int] | Mapping[str, str], dtype: type[pl.DataType]) -> pl.Expr:
    """Return what is found of each row's item and category; null where nothing is."""
    place = pl.concat_str("item", "category", separator=_BETWEEN)
    known = pl.Series(list(found), dtype=pl.String)
    values = pl.Series(list(found.values()), dtype=dtype)
    return place.replace_strict(known, values, default=None, return_dtype=dtype)


def _sums(pairs: pl.DataFrame, parts: Parts) -> Iterator[Violations]:
    bigger = pairs.filter(
        pl.col("figure") > pl.col("whole") + pl.col("slack") + pl.col("whole_slack")
    )
    yield Violations(
        rule="ROW-001", variant="part_row", column=parts.figure,
        rows=bigger.select(
            "row_number", "whole_item", "whole", "whole_row", "decimals", value=as_shown("figure")
        ),
    )  # fmt: skip
    sums = (
        pairs.filter(pl.col("named_whole") | pl.col("adds_up"))
        .group_by("whole_row", "breakdown", maintain_order=True)
        .agg(
            pl.col("figure").sum().alias("sum"),
            pl.len().alias("parts"),
            pl.col("whole").first(),
            (pl.col("slack").sum() + pl.col("whole_slack").first()).alias("slack"),
            pl.col("adds_up").all() & (pl.len() >= pl.col("parts_due").max()),
            pl.col("decimals").max(),
            (pl.col("figure") > pl.col("whole") + 1e-9).any().alias("one_is_bigger"),
            pl.col("row_number").sort().cast(pl.String).str.join(", ").alias("part_rows"),
        )
        # A part that is bigger than its whole has a finding already.
        .filter((pl.col("parts") > 1) & ~pl.col("one_is_bigger"))
        .with_columns(off=pl.col("sum") - pl.col("whole"))
        .filter(pl.col("off").abs() > pl.col("slack"))
    )
    ways = {
        "": pl.col("off") > 0,
        "less": (pl.col("off") < 0) & pl.col("adds_up"),
        "perhaps_incomplete": (pl.col("off") < 0) & ~pl.col("adds_up"),
    }
    for variant, of_way in ways.items():
        rows = sums.filter(of_way).select(
            pl.col("whole_row").alias("row_number"), "sum", "whole", "decimals", "part_rows",
            pl.col("parts").cast(pl.String),
        )  # fmt: skip
        yield Violations(rule="ROW-004", variant=variant, column=parts.figure, rows=rows)


def stated_shares(pairs: pl.DataFrame, rows: Rows, *, share: str) -> Iterator[Violations]:
    """Yield ROW-003: the stated percentage of the whole is another.

    ``pairs`` has a row for each part: its ``figure``, the ``whole``, and what that is of.
    """
    stated = rows.rows.select(
        "row_number",
        pl.col(share).alias("stated"),
        pl.col(f"{share}_as_sent").str.strip_chars().alias("value"),
        rounding_shown(share).alias("share_slack"),
        decimals_shown(share).alias("share_decimals"),
    ).filter(pl.col("stated").is_not_null())
    beside = pairs.join(stated, on="row_number", how="inner", maintain_order="left").with_columns(
        exact=pl.col("figure") / pl.col("whole") * 100.0
    )
    # If the part is bigger than the whole, that is the finding.
    off = beside.filter(
        ((pl.col("stated") - pl.col("exact")).abs() > pl.col("share_slack"))
        & (pl.col("whole") > 0)
        & (pl.col("figure") <= pl.col("whole"))
    )
    yield Violations(
        rule="ROW-003", variant="share", column=share,
        rows=off.select(
            "row_number", "value", "exact", "whole_item", part=as_shown("figure"),
            whole=as_shown("whole"), decimals="share_decimals",
        ),
    )  # fmt: skip


def _to_100(named: pl.DataFrame, parts: Parts) -> Iterator[Violations]:
    top = named.filter(pl.col("part_of").is_null() & (pl.col("category") == ALL))
    total, slack = float(top["figure"].sum()), float(top["slack"].sum())
    too_much = total > 100 + slack
    too_little = total < 100 - slack and top.height > 2
    if not (too_much or too_little):
        return
    yield Violations(
        rule="ROW-004",
        variant="over_100" if too_much else "under_100",
        column=parts.figure,
        rows=top.select("row_number"),
        facts={"sum": f"{total:.{int(top['decimals'].max() or 0)}f}", "parts": str(top.height)},  # type: ignore[arg-type]  # a column of whole numbers
        whole=True,
    )


def as_shown(column: str) -> pl.Expr:
    """Return a figure as a spreadsheet shows it: 1443, not 1443.0."""
    return pl.col(column).cast(pl.String).str.replace(r"\.0$", "")
