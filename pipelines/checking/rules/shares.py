"""Shares of another row's count: no more than the whole, and what the two give (ROW-001, 003)."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipelines.checking.engine.observations import observations
from pipelines.checking.engine.violations import Violations
from pipelines.checking.rules.rows import Rows
from schemas.declaration import with_every_column
from schemas.row_checks import decimals_shown, rounding_shown

_PLACE = ("breakdown", "category", "area", "when")


def shares_of_a_whole(rows: Rows) -> Iterator[Violations]:
    """Yield ROW-001 and ROW-003 for measures that are a share of another one's count.

    The list of measures says of which (``share_of``): the count of a share is not more than that of
    its whole, and a percentage that is stated as well is the one that they make.
    """
    wholes = rows.reference.wholes_of(rows.ret.name)
    for view in rows.views if wholes else ():
        seen = view.ret.observation
        counted = seen.count if seen else None
        if seen is None or seen.of is not None or counted not in rows.sheet.positions:
            continue  # in a wide table they stand in one row, which its model judges
        pairs = _pairs(view, counted or "", wholes)
        names = {"part": counted, "share": seen.value}
        bigger = pairs.filter(pl.col("part") > pl.col("whole"))
        yield Violations(
            rule="ROW-001", variant="part_row", column=names["part"],
            rows=bigger.select(
                "row_number", "whole_item", "whole_row", value=_text("part"), whole=_text("whole"),
            ),
        )  # fmt: skip
        if seen.value in rows.sheet.positions:
            yield _stated(view, pairs, share=seen.value or "")


def _pairs(view: Rows, counted: str, wholes: dict[str, str]) -> pl.DataFrame:
    """Return each count of a share beside that of its whole, of one place and time."""
    sent = with_every_column(view.rows, view.ret)
    counts = (
        observations(view.ret, sent)
        .with_columns(sent[counted].cast(pl.Float64).alias("part"))
        .filter(pl.col("part").is_not_null())
    )
    whole = counts.select(*_PLACE, whole_item="item", whole="part", whole_row="row_number").unique(
        ["whole_item", *_PLACE], keep="first", maintain_order=True
    )
    parts = counts.with_columns(
        whole_item=pl.col("item").replace_strict(wholes, default=None, return_dtype=pl.String)
    ).filter(pl.col("whole_item").is_not_null())
    return parts.join(
        whole, on=["whole_item", *_PLACE], how="inner", nulls_equal=True, maintain_order="left"
    )


def _stated(view: Rows, pairs: pl.DataFrame, *, share: str) -> Violations:
    """Return ROW-003: the stated percentage is not what the two counts make."""
    stated = view.rows.select(
        "row_number",
        pl.col(share).alias("stated"),
        pl.col(f"{share}_as_sent").str.strip_chars().alias("value"),
        rounding_shown(share).alias("slack"),
        decimals_shown(share).alias("decimals"),
    ).filter(pl.col("stated").is_not_null())
    off = (
        pairs.join(stated, on="row_number", how="inner", maintain_order="left")
        .with_columns(exact=pl.col("part") / pl.col("whole") * 100.0)
        # If the part is bigger than the whole, that is the finding.
        .filter((pl.col("part") <= pl.col("whole")) & (pl.col("whole") > 0))
        .filter((pl.col("stated") - pl.col("exact")).abs() > pl.col("slack"))
    )
    return Violations(
        rule="ROW-003", variant="share", column=share,
        rows=off.select(
            "row_number", "value", "exact", "whole_item", "decimals",
            part=_text("part"), whole=_text("whole"),
        ),
    )  # fmt: skip


def _text(column: str) -> pl.Expr:
    """Return a count as a spreadsheet shows it: 1443, not 1443.0."""
    return pl.col(column).cast(pl.Int64).cast(pl.String)
