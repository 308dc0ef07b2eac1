"""What editions show of measures that had no small-number rule then, and have one now.

The ledger of an edition holds figures under a rule alone. Where a rule is given later, what the
edition shows is read from its published files, and taken as figures shown under no threshold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import duckdb
import polars as pl

from pipelines.disclosure.adapter import CELLS
from pipelines.disclosure.ledger import Ledger, LedgerCell
from pipelines.disclosure.open_columns import SAME_ROW, by_period
from pipelines.disclosure.rows import Row, counts_of
from pipelines.disclosure.versions import version_id

_FIGURE = "figure"  # the state of a cell that has one


def shown_without_rule(
    connection: duckdb.DuckDBPyConnection, data_dirs: Iterable[Path], *, key: bytes
) -> tuple[Ledger, ...]:
    """Return a ledger for each folder of published files, of measures that have a rule only now."""
    ruled = {
        measure
        for (measure,) in connection.execute(f"select distinct measure from {CELLS}").fetchall()
    }
    return tuple(
        Ledger(release_id=str(data), cells=tuple(_cells(data, ruled, key)), equations=())
        for data in data_dirs
    )


def _cells(data_dir: Path, ruled: Collection[str], key: bytes) -> Iterator[LedgerCell]:
    measures = pl.read_parquet(data_dir / "pub_measure.parquet")
    if "threshold" not in measures.columns:
        return
    had_none = measures.filter(
        pl.col("threshold").is_null() & pl.col("measure").is_in(list(ruled))
    ).select("measure", "form")
    shown = by_period(pl.read_parquet(data_dir / "pub_measure_value.parquet")).filter(
        pl.col("state") == "shown"
    )
    for figure in shown.join(had_none, on="measure").iter_rows(named=True):
        cell_id = "|".join(str(figure[name]) for name in SAME_ROW)
        x = None if figure.get("numerator_worked_out") else figure["numerator"]
        n, value = figure["denominator"], figure["value"]
        counts = counts_of(
            Row(cell_id=cell_id, form=figure["form"], numerator=x, denominator=n, value=value)
        )
        yield LedgerCell(
            cell_id=cell_id,
            version_id=version_id(cell_id, (_FIGURE, x, n, value, None), key),
            shown=True,
            has_figure=True,
            has_denominator=figure["form"] == "proportion",
            numerator=counts.numerator,
            denominator=counts.denominator,
            threshold=0,
            rounding=0,
            show_zero=True,
        )
