"""Writes what dbt must know of the raw tables, so that it is declared once, in Python.

The sources of the ``raw`` schema are made here and committed. A test says when they are stale;
``write_dbt_files`` makes them new.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from pipelines.warehouse.tables import RAW_TABLES, TableColumn, raw_columns
from schemas.columns import Kind
from schemas.declaration import Return
from schemas.registry import returns

SOURCES_PATH = Path("models/staging/_raw__sources.yml")

_DEADLINE_WORDS = {
    "start": "The first day that the words can mean; null where none was read.",
    "end": "The last day that the words can mean; null where there is none.",
    "certainty": "How closely the words name the date.",
    "moved_from": "The last day of the date before it, where the words tell that it was moved.",
    "note": "How the words were read, and what was odd about them.",
}

_MADE_BY = (
    "Made by pipelines/warehouse/dbt_files.py from schemas/returns and "
    "pipelines/warehouse/tables.py."
)


def raw_sources() -> str:
    """Return the sources of the ``raw`` schema as dbt reads them: every table with its columns."""
    lines = [
        f"# {_MADE_BY}",
        "version: 2",
        "",
        "sources:",
        "  - name: raw",
        "    schema: raw",
        "    description: Rows as they were accepted, and how they stand, loaded from the record.",
        "    tables:",
    ]
    for row in RAW_TABLES:
        lines += _table(row.table, row.description, row.columns())
    for ret in returns().values():
        lines += _table(ret.name, ret.purpose, columns_of(ret))
    return "\n".join(lines) + "\n"


def columns_of(ret: Return) -> list[TableColumn]:
    """Return the columns of ``raw.<return>`` in order, each described."""
    words = _descriptions(ret)
    return [
        TableColumn(name=name, sql_type=kind, description=words[name])
        for name, kind in raw_columns(ret).items()
    ]


def _table(name: str, description: str, columns: Iterable[TableColumn]) -> list[str]:
    lines = [
        f"      - name: {name}",
        f"        description: {json.dumps(description, ensure_ascii=False)}",
        "        columns:",
    ]
    for column in columns:
        lines += [
            f"          - name: {column.name}",
            f"            data_type: {column.sql_type}",
            f"            description: {json.dumps(column.description, ensure_ascii=False)}",
        ]
    return lines


def _descriptions(ret: Return) -> dict[str, str]:
    words = {
        "submission_id": "The submission that the row came in.",
        "row_number": "The row as a spreadsheet shows it; the heading is row 1.",
    }
    for column in ret.columns:
        words[column.name] = column.description
        if column.kind.is_number:
            words[f"{column.name}_as_sent"] = "The cell's text as it was sent."
            words[f"{column.name}_symbol"] = (
                "c withheld, x not available, z not applicable; null where there is a number."
            )
        elif column.kind is Kind.PERIOD:
            words[f"{column.name}_start"] = "The first day of the period."
            words[f"{column.name}_end"] = "The last day of the period."
        elif column.kind is Kind.DEADLINE:
            words |= {f"{column.name}_{part}": said for part, said in _DEADLINE_WORDS.items()}
    return words


def write_dbt_files(project_dir: Path) -> None:
    """Write the files into the dbt project at ``project_dir``."""
    for path, text in dbt_files().items():
        target = project_dir / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def dbt_files() -> dict[Path, str]:
    """Return what the files must hold, by their paths in the dbt project."""
    return {SOURCES_PATH: raw_sources()}
