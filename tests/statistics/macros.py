"""Renders the statistics macros without a dbt project, and runs what they give on DuckDB.

dbt compiles a macro by Jinja; these use no more of dbt than ``exceptions.raise_compiler_error``,
so plain Jinja gives the same SQL in a few milliseconds.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import duckdb
import jinja2
import polars as pl

MACROS = Path(__file__).parents[2] / "dbt_project" / "macros" / "statistics"


class CompilerError(Exception):
    """What dbt would stop with."""


class _Exceptions:
    def raise_compiler_error(self, message: str) -> NoReturn:
        raise CompilerError(message)


@cache
def _environment() -> jinja2.Environment:
    # SQL, not HTML: nothing is to be escaped.
    environment = jinja2.Environment(autoescape=False)  # noqa: S701
    environment.globals["exceptions"] = _Exceptions()
    figures = MACROS.parent / "figures"
    paths = [*sorted(MACROS.glob("*.sql")), figures / "cell_state.sql", figures / "attention.sql"]
    sources = (path.read_text(encoding="utf-8") for path in paths)
    macros = environment.from_string("\n".join(sources)).module
    environment.globals |= {name: macro for name, macro in vars(macros).items() if callable(macro)}
    return environment


@cache
def render(call: str) -> str:
    """The SQL that a macro call gives: ``render("wilson_lower('x', 'n')")``."""
    return _environment().from_string("{{ " + call + " }}").render().strip()


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def evaluate(call: str, **columns: object) -> Any:
    """The one value that a macro gives, its arguments being columns of one row."""
    names = ", ".join(f"${name} as {name}" for name in columns)
    statement = f"select {render(call)} from (select {names})"
    row = _connection().execute(statement, columns).fetchone()
    assert row is not None
    return row[0]


def query(sql: str, **tables: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows of a query over the named frames, as dictionaries."""
    connection = _connection()
    with TemporaryDirectory() as folder:
        for name, frame in tables.items():
            path = Path(folder) / f"{name}.parquet"
            frame.write_parquet(path)
            connection.execute(
                f"create or replace temporary table {name} as from read_parquet('{path}')"
            )
        result = connection.execute(sql)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
