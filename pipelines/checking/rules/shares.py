"""Shares of another row's count: no more than the whole, and what the two give (ROW-001, 003)."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipelines.checking.engine.observations import observations
from pipelines.checking.engine.violations import Violations
from pipelines.checking.rules.rows import Rows
from pipelines.checking.rules.totals import as_shown, stated_shares
from schemas.declaration import with_every_column

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
        bigger = pairs.filter(pl.col("figure") > pl.col("whole"))
        yield Violations(
            rule="ROW-001", variant="part_row", column=counted,
            rows=bigger.select(
                "row_number", "whole_item", "whole_row",
                value=as_shown("figure"), whole=as_shown("whole"),
            ),
        )  # fmt: skip
        if seen.value in rows.sheet.positions:
            yield from stated_shares(pairs, view, share=seen.value or "")


def _pairs(view: Rows, counted: str, wholes: dict[str, str]) -> pl.DataFrame:
    """Return each count of a share beside that of its whole, of one place and time."""
    sent = with_every_column(view.rows, view.ret)
    counts = (
        observations(view.ret, sent)
        .with_columns(sent[counted].cast(pl.Float64).alias("figure"))
        .filter(pl.col("figure").is_not_null())
    )
    whole = counts.select(
        *_PLACE, whole_item="item", whole="figure", whole_row="row_number"
    ).unique(["whole_item", *_PLACE], keep="first", maintain_order=True)
    parts = counts.with_columns(
        whole_item=pl.col("item").replace_strict(wholes, default=None, return_dtype=pl.String)
    ).filter(pl.col("whole_item").is_not_null())
    return parts.join(
        whole, on=["whole_item", *_PLACE], how="inner", nulls_equal=True, maintain_order="left"
    )
