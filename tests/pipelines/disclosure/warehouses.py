"""A warehouse that holds only what disclosure control reads, and the files it would publish."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

KEY = b"a key of the record"
DEFAULTS: dict[str, Any] = {
    "measure": "DA01",
    "organisation": "bcc",
    "area": "Birmingham",
    "quarter": "2018-19-Q1",
    "breakdown": "total",
    "category": "all",
    "form": "count",
    "numerator": None,
    "denominator": None,
    "value": None,
    "symbol": None,
    "threshold": 4,
    "rounding": 0,
    "show_zero": True,
    "version_id": "1",
}
TYPES = (
    "cell_id varchar, version_id varchar, measure varchar, organisation varchar, area varchar, "
    "quarter varchar, breakdown varchar, category varchar, form varchar, numerator double, "
    "denominator double, value double, symbol varchar, threshold integer, rounding integer, "
    "show_zero boolean, state varchar"
)
NAMES = [each.split()[0] for each in TYPES.split(", ")]


def warehouse(
    rows: Iterable[Mapping[str, Any]], equations: Mapping[str, Sequence[tuple[str, str, int]]]
) -> duckdb.DuckDBPyConnection:
    """``rows`` say what differs from ``DEFAULTS``; ``equations`` are terms by id, each a cell, a
    quantity and a coefficient."""
    connection = duckdb.connect()
    connection.execute("create schema intermediate")
    connection.execute(f"create table intermediate.int_disclosure__cells ({TYPES})")
    connection.execute(
        "create table intermediate.int_disclosure__equations "
        "(equation_id varchar, cell_id varchar, quantity varchar, coefficient double)"
    )
    whole = [DEFAULTS | {"category": row["cell_id"]} | dict(row) for row in rows]
    # Of as many, the tests say which are another figure all the same.
    whole = [row | {"state": f"figure {row['version_id']}"} for row in whole]
    if whole:
        slots = ", ".join("?" for _ in NAMES)
        connection.executemany(
            f"insert into intermediate.int_disclosure__cells values ({slots})",
            [[row[name] for name in NAMES] for row in whole],
        )
    terms = [(name, *term) for name, several in equations.items() for term in several]
    if terms:
        connection.executemany(
            "insert into intermediate.int_disclosure__equations values (?, ?, ?, ?)", terms
        )
    return connection


def states(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The state of each cell."""
    return dict(connection.execute("select cell_id, state from disclosure.cell_state").fetchall())


def publish(
    connection: duckdb.DuckDBPyConnection, data_dir: Path, *, leak: bool = False, sent: str = ""
) -> None:
    """Write the published files that the attack reads; with ``leak`` nothing but small numbers
    themselves is taken out. ``sent`` names the submission, if every row came in one; a figure is
    then told by the day its version was known from."""
    data_dir.mkdir(parents=True)
    shown = "cell_state.state = 'shown'"
    if leak:
        shown = "not (coalesce(numerator, value) between 1 and threshold)"
    frame = connection.execute(
        f"""
        select measure, organisation, area, quarter, breakdown, category,
            cast(null as varchar) as part_of,
            case
                when symbol = 'c' then 'withheld' when symbol = 'z' then 'not applicable'
                when coalesce(numerator, value) is null then 'not available'
                when {shown} then 'shown' else 'suppressed'
            end as state,
            case when {shown} then numerator end as numerator,
            case when {shown} then denominator end as denominator,
            case when {shown} then value end as value,
            coalesce(nullif(?, ''), version_id) as submission_id, 1 as row_number,
            case
                when ? <> '' then timestamp '2018-01-01' + to_days(cast(version_id as integer))
            end as known_from
        from intermediate.int_disclosure__cells
        left join disclosure.cell_state using (cell_id)
        order by cell_id
        """,
        [sent, sent],
    )
    names = [column[0] for column in frame.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in frame.fetchall()]
    pl.DataFrame(rows, infer_schema_length=None).write_parquet(
        data_dir / "pub_measure_value.parquet"
    )
    measures = connection.execute(
        "select distinct measure, form, threshold, rounding, show_zero "
        "from intermediate.int_disclosure__cells"
    ).fetchall()
    pl.DataFrame(
        measures, schema=["measure", "form", "threshold", "rounding", "show_zero"], orient="row"
    ).write_parquet(data_dir / "pub_measure.parquet")
