"""Each return is declared once, and whoever reads the declaration finds the same."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest

from pipelines.warehouse.dbt_files import dbt_files
from pipelines.warehouse.tables import raw_columns
from schemas.columns import Column, Kind
from schemas.declaration import Return, record_columns
from schemas.registry import returns

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


def every_column() -> Iterable[tuple[str, Column]]:
    return [(ret.name, column) for ret in returns().values() for column in ret.columns]


def test_every_module_of_returns_is_found() -> None:
    modules = {p.stem for p in (PROJECT.parent / "schemas" / "returns").glob("*.py")}
    assert set(returns()) == modules - {"__init__"}


@pytest.mark.parametrize("ret", returns().values(), ids=lambda ret: ret.name)
def test_a_return_starts_with_organisation_and_quarter_and_ends_with_a_comment(ret: Return) -> None:
    names = [column.name for column in ret.columns]
    assert names[:2] == ["organisation", "quarter"]
    assert names[-1] == "comment"
    assert ret.key[:2] == ("organisation", "quarter")


@pytest.mark.parametrize("ret", returns().values(), ids=lambda ret: ret.name)
def test_what_a_return_says_of_its_columns_names_columns_it_has(ret: Return) -> None:
    named: set[str | None] = set()
    if ret.observation is not None:
        o = ret.observation
        named |= {o.item, *o.figures, o.breakdown, o.category, o.area, o.month, o.period}
        named |= set(o.category_columns)
        assert ret.column_by_name[o.item or ""].kind is Kind.ITEM
    for way in ret.figures:
        named |= set(way)
    for parts in ret.parts:
        named |= {parts.part_of, parts.figure, parts.share}
    assert named - {None} <= set(ret.column_by_name)


@pytest.mark.parametrize(("ret", "column"), every_column())
def test_every_column_is_described_for_people(ret: str, column: Column) -> None:
    assert column.title
    assert column.example
    assert column.description.endswith(".")
    assert len(column.description) > 20
    if column.kind is Kind.CODE:
        assert column.code_list is not None


def test_accepted_rows_keep_a_number_as_it_was_sent_and_its_symbol() -> None:
    columns = record_columns(returns()["training_compliance"])
    assert list(columns)[:5] == ["row_number", "organisation", "quarter", "course", "staff_group"]
    assert columns["trained"] is pl.Int64
    assert columns["trained_as_sent"] is pl.String
    assert columns["trained_symbol"] is pl.String
    assert list(columns)[-1] == "comment"


def test_a_period_is_followed_by_its_first_and_last_day() -> None:
    columns = list(record_columns(returns()["population_outcomes"]))
    at = columns.index("period")
    assert columns[at : at + 3] == ["period", "period_start", "period_end"]


def test_the_warehouse_has_the_submission_before_the_columns_of_the_rows() -> None:
    columns = raw_columns(returns()["clean_air_zone"])
    assert list(columns)[:2] == ["submission_id", "row_number"]
    assert columns["value"] == "double"


@pytest.mark.parametrize("path", dbt_files())
def test_the_committed_dbt_files_are_what_the_declarations_make(path: Path) -> None:
    fresh = dbt_files()[path]
    committed = (PROJECT / path).read_text(encoding="utf-8")
    assert committed == fresh, (
        "run pipelines.warehouse.dbt_files.write_dbt_files on the dbt project"
    )
