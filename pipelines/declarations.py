"""Writes what dbt must know of the declared returns, so that it is declared once, in Python.

Two files in the dbt project are made here and committed: the macros ``declared_returns()`` and
``observation_returns()``, and the sources of the ``raw`` schema. A test says when they are stale;
``write_dbt_files`` makes them new.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from schemas.columns import Kind
from schemas.declaration import Return, record_columns
from schemas.registry import returns

MACRO_PATH = Path("macros/generated/declared_returns.sql")
SOURCES_PATH = Path("models/staging/_raw__sources.yml")

_SQL_TYPES: dict[type[pl.DataType], str] = {
    pl.String: "varchar",
    pl.Int32: "integer",
    pl.Int64: "bigint",
    pl.Float64: "double",
    pl.Date: "date",
}

# docs/contracts.md, section 4: the tables of the raw schema that are not returns.
_RECORD_TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "submission": (
        "One row for each submission in the record, refused ones too.",
        {
            "submission_id": "varchar",
            "return_name": "varchar",
            "organisation": "varchar",
            "quarter": "varchar",
            "outcome": "varchar",
            "received_at": "timestamp",
            "sender": "varchar",
            "channel": "varchar",
            "file_name": "varchar",
            "sha256": "varchar",
            "rows_found": "bigint",
            "rows_used": "bigint",
            "rows_not_used": "bigint",
            "rows_passed_over": "bigint",
            "withdrawn_at": "timestamp",
            "sample": "varchar",
        },
    ),
    "finding": (
        "One row for each finding of each submission.",
        {
            "submission_id": "varchar",
            "finding_number": "integer",
            "rule": "varchar",
            "severity": "varchar",
            "row_number": "integer",
            "rows_in_group": "integer",
            "column_name": "varchar",
            "value": "varchar",
            "message": "varchar",
            "hint": "varchar",
            "explained_at": "timestamp",
            "explanation": "varchar",
        },
    ),
    "obligation_event": (
        "One row for each time that an obligation was excused, extended or reopened.",
        {
            "event_id": "varchar",
            "kind": "varchar",
            "organisation": "varchar",
            "return_name": "varchar",
            "quarter": "varchar",
            "extended_to": "date",
            "by_whom": "varchar",
            "reason": "varchar",
            "at": "timestamp",
        },
    ),
    "sign_off": (
        "One row for each sign-off of a quarter.",
        {
            "event_id": "varchar",
            "quarter": "varchar",
            "by_whom": "varchar",
            "at": "timestamp",
            "note": "varchar",
            "data_sha256": "varchar",
            "open_queries": "integer",
        },
    ),
}

_DEADLINE_WORDS = {
    "start": "The first day that the words can mean; null where none was read.",
    "end": "The last day that the words can mean; null where there is none.",
    "certainty": "How closely the words name the date.",
    "moved_from": "The last day of the date before it, where the words tell that it was moved.",
    "note": "How the words were read, and what was odd about them.",
}

_MADE_BY = "Made by pipelines/declarations.py from schemas/returns: change it there."


def raw_columns(ret: Return) -> dict[str, str]:
    """The columns of ``raw.<return>`` in order, with their SQL types."""
    declared = {name: _SQL_TYPES[dtype] for name, dtype in record_columns(ret).items()}
    return {"submission_id": "varchar", **declared}


def declared_returns_macro() -> str:
    """The macros that give dbt the names of the declared returns, and of those that hold figures
    (plans and risks hold none)."""
    observed = [name for name, ret in returns().items() if ret.observation is not None]
    return (
        f"{{# {_MADE_BY} #}}\n"
        f"{_list_macro('declared_returns', list(returns()))}"
        "\n"
        f"{_list_macro('observation_returns', observed)}"
    )


def _list_macro(macro: str, names: list[str]) -> str:
    listed = ",\n".join(f"        '{name}'" for name in names)
    return f"{{% macro {macro}() %}}\n    {{{{ return([\n{listed}\n    ]) }}}}\n{{% endmacro %}}\n"


def raw_sources() -> str:
    """The sources of the ``raw`` schema as dbt reads them: every table with its columns."""
    lines = [
        f"# {_MADE_BY}",
        "version: 2",
        "",
        "sources:",
        "  - name: raw",
        "    schema: raw",
        "    description: Rows as they were accepted, loaded from the record.",
        "    tables:",
    ]
    for name, (description, columns) in _RECORD_TABLES.items():
        lines += _table(name, description, columns, descriptions={})
    for ret in returns().values():
        lines += _table(ret.name, ret.purpose, raw_columns(ret), descriptions=_descriptions(ret))
    return "\n".join(lines) + "\n"


def _table(
    name: str, description: str, columns: dict[str, str], *, descriptions: dict[str, str]
) -> list[str]:
    lines = [
        f"      - name: {name}",
        f"        description: {json.dumps(description, ensure_ascii=False)}",
        "        columns:",
    ]
    for column, sql_type in columns.items():
        lines += [f"          - name: {column}", f"            data_type: {sql_type}"]
        if column in descriptions:
            words = json.dumps(descriptions[column], ensure_ascii=False)
            lines.append(f"            description: {words}")
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
    """Writes the two files into the dbt project at ``project_dir``."""
    for path, text in dbt_files().items():
        target = project_dir / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def dbt_files() -> dict[Path, str]:
    """What the files must hold, by their paths in the dbt project."""
    return {MACRO_PATH: declared_returns_macro(), SOURCES_PATH: raw_sources()}
