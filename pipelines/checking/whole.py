"""Checks across the rows of one return: keys, sums of parts, what is expected and missing."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipelines.checking.context import Context
from pipelines.checking.hits import Hits, of_file
from pipelines.checking.whose import Whose
from schemas.declaration import Parts, Return
from schemas.row_checks import decimals_shown


def same_key(rows: pl.DataFrame, ret: Return) -> Iterator[Hits]:
    """KEY-001: the same row twice; KEY-002: the same key with other figures."""
    key = [pl.col(name).cast(pl.String).fill_null("").str.to_lowercase() for name in ret.key]
    hashed = rows.select("row_number", key=pl.concat_str(key, separator="\x1f"))
    twice = hashed.filter(hashed["key"].is_duplicated())
    if twice.is_empty():
        return
    said = [
        name
        for name in rows.columns
        if name != "row_number" and not (name == "comment" or name in ret.key)
    ]
    texts = rows.select(
        "row_number", text=pl.concat_str([pl.col(n).cast(pl.String).fill_null("") for n in said])
    )
    joined = twice.join(texts, on="row_number", how="left", maintain_order="left")
    for _, group in joined.group_by("key", maintain_order=True):
        rule = "KEY-001" if group["text"].n_unique() == 1 else "KEY-002"
        numbers = group["row_number"].to_list()
        yield Hits(
            rule=rule,
            rows=group.select("row_number"),
            facts={"rows": " and ".join(map(str, numbers))},
            whole=True,
        )


def figures_missing(
    rows: pl.DataFrame, ret: Return, unread: dict[str, pl.Series]
) -> Iterator[Hits]:
    """SYM-001: a row in which none of the ways to give its figure is filled."""
    if not ret.figures or ret.observation is None:
        return
    given = pl.lit(value=False)
    for way in ret.figures:
        filled = pl.lit(value=True)
        for name in way:
            filled &= pl.col(name).is_not_null() | pl.col(f"{name}_symbol").is_not_null()
        given |= filled
    bad = rows.filter(~given & pl.col(ret.observation.item).is_not_null())
    faulty = {n for name in ret.observation.figures for n in unread.get(name, ())}
    bad = bad.filter(~pl.col("row_number").is_in(list(faulty)))
    if not bad.is_empty():
        column = ret.figures[0][0]
        yield Hits(rule="SYM-001", column=column, rows=bad.select("row_number"))


def parts_and_totals(rows: pl.DataFrame, ret: Return) -> Iterator[Hits]:
    """ROW-004 and ROW-001: parts that are more than their whole, or do not add up to it."""
    for parts in ret.parts:
        yield from _parts(rows, ret, parts)


def _parts(rows: pl.DataFrame, ret: Return, parts: Parts) -> Iterator[Hits]:
    if ret.observation is None or parts.part_of is None:
        return
    figure, part_of, item = parts.figure, parts.part_of, ret.observation.item
    filled = rows.filter(pl.col(figure).is_not_null()).with_columns(
        (pl.lit(0.5) * pl.lit(10.0).pow(-decimals_shown(figure))).alias("slack")
    )
    context = [name for name in (ret.observation.month, ret.observation.breakdown) if name]
    wholes = filled.filter(pl.col(part_of).is_null()).select(
        item, *context, whole=pl.col(figure), whole_slack=pl.col("slack")
    ).unique(subset=[item, *context], keep="first", maintain_order=True)  # fmt: skip
    members = filled.filter(pl.col(part_of).is_not_null()).join(
        wholes, left_on=[part_of, *context], right_on=[item, *context], how="inner",
        maintain_order="left", nulls_equal=True,
    )  # fmt: skip
    larger = members.filter(
        pl.col(figure) > pl.col("whole") + pl.col("slack") + pl.col("whole_slack")
    )
    if not larger.is_empty():
        described = ret.column_by_name[figure].counts or figure
        yield Hits(
            rule="ROW-001",
            column=figure,
            rows=larger.select(
                "row_number",
                pl.col(f"{figure}_as_sent").alias("value"),
                pl.col("whole").round(6).cast(pl.String).alias("whole_value"),
                pl.col(part_of).alias("whole_words"),
            ),
            facts={"part_words": described, "columns": figure},
        )
    if parts.share is not None:
        stated = members.filter(pl.col(parts.share).is_not_null() & (pl.col("whole") > 0))
        slack = pl.lit(0.5) * pl.lit(10.0).pow(-decimals_shown(parts.share)) + 1e-9
        given = pl.col(figure).cast(pl.Float64) / pl.col("whole") * 100
        off = stated.filter((pl.col(parts.share) - given).abs() > slack)
        if not off.is_empty():
            yield Hits(
                rule="ROW-003",
                column=parts.share,
                rows=off.select(
                    "row_number",
                    pl.col(f"{parts.share}_as_sent").alias("value"),
                    given.round(2).cast(pl.String).alias("given"),
                ),
                facts={"columns": f"{figure} and {parts.share}"},
            )
    sums = members.group_by([part_of, *context], maintain_order=True).agg(
        total=pl.col(figure).sum(),
        whole=pl.col("whole").first(),
        slack=pl.col("slack").sum() + pl.col("whole_slack").first(),
        rows=pl.col("row_number"),
        count=pl.len(),
    )
    # A breakdown may leave categories out; parts that are more than the whole cannot be right.
    over = sums.filter(
        (pl.col("count") > 1) & (pl.col("total") > pl.col("whole") + pl.col("slack"))
    )
    for row in over.to_dicts():
        yield Hits(
            rule="ROW-004",
            column=figure,
            rows=pl.DataFrame({"row_number": row["rows"]}).cast({"row_number": pl.Int32}),
            facts={
                "value": f"{row['total']:g}",
                "sum": f"{row['total']:g}",
                "whole": f"{row['whole']:g}",
                "parts": str(row[part_of]),
            },
            whole=True,
        )
    if parts.whole_is_100:
        yield from _hundred(filled.filter(pl.col(part_of).is_null()), figure)


def _hundred(tops: pl.DataFrame, figure: str) -> Iterator[Hits]:
    if tops.height < 3:  # two of many outcomes are no whole
        return
    total, slack = float(tops[figure].sum()), float(tops["slack"].sum())
    if total > 100 + slack:
        yield Hits(
            rule="ROW-004",
            column=figure,
            rows=tops.select("row_number"),
            facts={"value": f"{total:g}", "sum": f"{total:g}", "whole": "100", "parts": "outcomes"},
            whole=True,
        )


def expected_measures(
    rows: pl.DataFrame, ret: Return, found: Whose, *, context: Context
) -> Iterator[Hits]:
    """COV-001: a measure that this organisation owes is not in the file."""
    if ret.observation is None or found.organisation is None or found.quarter is None:
        return
    expected = context.reference.expected_rows(found.organisation, ret.name, found.quarter)
    wanted = {
        measure.item: measure.title
        for row in expected
        if (measure := context.reference.measure(row.measure)) is not None
    }
    sent = set(rows[ret.observation.item].drop_nulls().to_list())
    missing = [item for item in wanted if item not in sent]
    if missing:
        yield of_file(
            "COV-001",
            column=ret.observation.item,
            expected="; ".join(missing[:8])
            + (f" and {len(missing) - 8} more" if len(missing) > 8 else ""),
        )
