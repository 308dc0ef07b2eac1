"""The tables of the board in the warehouse: the version in force, typed, in the order of its files.

dbt reads them as the sources of the ``reference`` schema
(``dbt_project/models/staging/_reference__sources.yml`` describes them).
"""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Sequence
from dataclasses import fields
from enum import StrEnum
from types import SimpleNamespace
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import duckdb

from schemas.board import BoardSettings
from schemas.quarter import Quarter
from schemas.reference import TABLES, Reference

SCHEMA = "reference"
_SQL_TYPES: dict[Any, str] = {
    str: "varchar",
    int: "integer",
    float: "double",
    bool: "boolean",
    dt.date: "date",
    Quarter: "varchar",
    tuple: "varchar",
}
_EVERY_QUARTER = (1, 2, 3, 4)


def board_tables() -> dict[str, dict[str, str]]:
    """Return the tables of a board: the columns of each with their types in SQL, in order."""
    kinds = {"board": BoardSettings} | {name: kind for name, (_, kind) in TABLES.items()}
    tables = {name: _columns(kind) for name, kind in kinds.items()}
    tables["board"]["version"] = "varchar"
    return tables


def ensure_board_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the schema and the tables that are missing or have other columns, empty."""
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    there: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = ? "
        "ORDER BY column_index",
        [SCHEMA],
    ).fetchall():
        there.setdefault(table, []).append(column)
    for table, columns in board_tables().items():
        if there.get(table) != list(columns):
            listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
            connection.execute(f"CREATE OR REPLACE TABLE {SCHEMA}.{table} ({listed})")


def load_board(connection: duckdb.DuckDBPyConnection, reference: Reference) -> None:
    """Put a board in the place of the one that the warehouse holds. Caller has a transaction."""
    settings = {**vars(reference.settings), "version": reference.version}
    rows: dict[str, Sequence[Any]] = {"board": (SimpleNamespace(**settings),)}
    rows |= {name: getattr(reference, field) for name, (field, _) in TABLES.items()}
    rows["expected_rows"] = reference.expected_in_place
    for table, columns in board_tables().items():
        connection.execute(f"DELETE FROM {SCHEMA}.{table}")
        if rows[table]:
            cells = [[_cell(getattr(row, name)) for row in rows[table]] for name in columns]
            unnested = ", ".join("unnest(?)" for _ in columns)
            connection.execute(f"INSERT INTO {SCHEMA}.{table} SELECT {unnested}", cells)


def _columns(kind: type[Any]) -> dict[str, str]:
    hints = get_type_hints(kind, include_extras=True)
    return {one.name: _SQL_TYPES[_plain(hints[one.name])] for one in fields(kind)}


def _plain(hint: Any) -> Any:
    """Return the type of a cell without what pydantic and None add to it."""
    origin = get_origin(hint)
    if origin is Annotated:
        return _plain(get_args(hint)[0])
    if origin in (Union, types.UnionType):
        return next(_plain(one) for one in get_args(hint) if one is not type(None))
    if origin is Literal:
        return str
    return str if isinstance(hint, type) and issubclass(hint, StrEnum) else origin or hint


def _cell(value: Any) -> Any:
    """Return a value as the warehouse keeps it: a quarter by its key, quarters as ``Q2 Q4``."""
    if isinstance(value, Quarter):
        return value.key
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return None if value == _EVERY_QUARTER else " ".join(f"Q{number}" for number in value)
    return value
