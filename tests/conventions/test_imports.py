"""Dependencies are used through what they document.

The trap: a module of a dependency's insides, which the next version moves or changes unannounced.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("benchmarks", "dashboards", "orchestration", "pipelines", "portal", "schemas", "scripts",
         "tests")  # fmt: skip
# Insides whose names do not say so. dbt documents dbt.cli.main, and dagster_dbt its top level.
INSIDES = ("dagster_shared", "dbt.adapters", "dbt.contracts", "dbt.events", "dbt_common")


def imported(source: str) -> Iterator[str]:
    """Yield the full name of everything that is imported absolutely."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{one.name}" for one in node.names)


def is_private(name: str) -> bool:
    """Whether the name is of a dependency's insides; our own and Python's rules are ruff's."""
    if name.startswith(("__future__.", *(f"{room}." for room in ROOMS))):
        return False
    return (
        any(part.startswith("_") for part in name.split("."))
        or name.startswith(INSIDES)
        or (name.startswith("dagster_dbt.") and name.count(".") > 1)
    )


def test_no_module_imports_the_insides_of_a_dependency() -> None:
    found = [
        f"{file.relative_to(ROOT)}: {name}"
        for room in ROOMS
        for file in (ROOT / room).rglob("*.py")
        for name in imported(file.read_text(encoding="utf-8"))
        if is_private(name)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "private"),
    [
        ("import dagster as dg", False),
        ("from dagster._core.storage.tags import RUN_KEY_TAG", True),
        ("from dagster import _check", True),
        ("from dagster_dbt import dbt_assets", False),
        ("from dagster_dbt.asset_utils import default_asset_key_fn", True),
        ("from dbt.cli.main import dbtRunner", False),
        ("from dbt.adapters.duckdb.connections import DuckDBConnectionManager", True),
        ("from dbt_common.events.functions import msg_to_dict", True),
        ("from orchestration.cli.run import _is_full", False),
    ],
)
def test_an_import_of_insides_is_seen(source: str, private: bool) -> None:
    assert any(is_private(name) for name in imported(source)) is private
