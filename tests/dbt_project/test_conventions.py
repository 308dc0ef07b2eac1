"""Conventions of the dbt project, read from the files and from the manifest that dbt makes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.dbt.project import PROJECT, prepare
from pipelines.warehouse.board_tables import SCHEMA, board_tables
from pipelines.workspace import Workspace

MODELS = PROJECT / "models"
PREFIXES = {
    "staging": ("stg_",),
    "intermediate": ("int_",),
    "marts": ("fct_", "dim_"),
    "published": ("pub_",),
}
ONE_ROW = {"stg_horizon", "int_record__horizon", "int_release__edition", "pub_release"}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What dbt understands of the project."""
    file = prepare(Workspace(tmp_path_factory.mktemp("manifest")))
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The models of the manifest."""
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def sql_files() -> list[Path]:
    """The files of the models."""
    return sorted(MODELS.rglob("*.sql"))


def test_there_are_models_in_every_folder() -> None:
    assert {path.relative_to(MODELS).parts[0] for path in sql_files()} == set(PREFIXES)


@pytest.mark.parametrize("path", sql_files(), ids=lambda path: path.stem)
def test_a_model_is_named_by_its_folder_and_has_one_description_file(path: Path) -> None:
    assert path.stem.startswith(PREFIXES[path.relative_to(MODELS).parts[0]])
    described = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))
    assert [model["name"] for model in described["models"]] == [path.stem]


def test_the_last_sentence_of_a_description_is_the_grain_and_the_grain_is_tested(
    manifest: dict[str, Any],
) -> None:
    tested = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and {"grain", "unique"} & node["test_metadata"]["kwargs"].keys()
    }
    for model in models(manifest):
        assert re.search(r"One row (is|in all|for each).*\.$", model["description"].strip()), model[
            "name"
        ]
        assert model["unique_id"] in tested or model["name"] in ONE_ROW, model["name"]


def test_each_model_has_a_contract_with_every_column_described(manifest: dict[str, Any]) -> None:
    assert len(models(manifest)) > 50
    for model in models(manifest):
        assert model["contract"]["enforced"], model["name"]
        assert model["columns"], model["name"]
        for column in model["columns"].values():
            assert column["data_type"], (model["name"], column["name"])
            assert column["description"], (model["name"], column["name"])


def test_each_table_of_the_board_is_described_as_it_is_declared(manifest: dict[str, Any]) -> None:
    described = {
        one["name"]: {name: found["data_type"] for name, found in one["columns"].items()}
        for one in manifest["sources"].values()
        if one["source_name"] == SCHEMA
    }
    assert described == board_tables()
    assert all(
        column["description"]
        for one in manifest["sources"].values()
        if one["source_name"] == SCHEMA
        for column in one["columns"].values()
    )


def test_each_case_and_division_has_a_unit_test_that_says_where_its_figures_are_from(
    manifest: dict[str, Any],
) -> None:
    tests = list(manifest["unit_tests"].values())
    assert all(one["description"] for one in tests), [
        one["name"] for one in tests if not one["description"]
    ]
    tested = {one["model"] for one in tests}
    # The calendar has no input: tests/dbt_project/test_facts.py asks it for days.
    without_input = {"dim_quarter"}
    for model in models(manifest):
        code = re.sub(r"(?m)--.*$", "", model["raw_code"])
        if re.search(r"\bcase\b|[^/*{]/[^/*}]", code):
            assert model["name"] in tested | without_input, model["name"]


def test_only_staging_reads_the_raw_schema(manifest: dict[str, Any]) -> None:
    for model in models(manifest):
        raw = [
            name
            for name in model["depends_on"]["nodes"]
            if name.startswith("source.quarterdeck.raw")
        ]
        assert not raw or model["name"].startswith("stg_"), model["name"]


def test_what_is_published_reads_no_figure_that_was_not_looked_at(
    manifest: dict[str, Any],
) -> None:
    # fct_measure_value holds figures as sent: two models may look at it, for what they say beside.
    unseen = {
        "int_measure__cells",
        "int_measure__period_values",
        "int_measure__partner_cells",
        "int_measure__combined",
        "int_measure__observations",
    }
    for model in models(manifest):
        if not model["name"].startswith("pub_"):
            continue
        read = {name.rsplit(".", 1)[-1] for name in model["depends_on"]["nodes"]}
        assert not read & unseen, model["name"]
        if "fct_measure_value" in read:
            assert model["name"] in ("pub_release", "pub_revision")


def test_each_half_is_whole(manifest: dict[str, Any]) -> None:
    halves = {node["unique_id"]: set(node["tags"]) for node in models(manifest)}
    for name, tags in halves.items():
        assert len(tags & {"before_disclosure", "after_disclosure"}) == 1, name
    for model in models(manifest):
        if "before_disclosure" in model["tags"]:
            for parent in model["depends_on"]["nodes"]:
                assert "after_disclosure" not in halves.get(parent, set()), model["name"]
                assert "source.quarterdeck.disclosure" not in parent, model["name"]


def test_nothing_asks_for_the_time_of_day_or_names_a_table() -> None:
    for path in sql_files():
        text = path.read_text(encoding="utf-8").lower()
        assert not re.search(r"\b(now\(|current_timestamp|current_date|today\(|random\()", text), (
            path
        )
        assert not re.search(
            r"\b(from|join)\s+(raw|staging|intermediate|marts|reference)\.", text
        ), path
        assert "::" not in text, path
        assert not re.search(r"\bqualify\b", text), path


def test_each_published_model_has_an_order_of_its_own() -> None:
    for path in sorted((MODELS / "published").glob("*.sql")):
        if path.stem in ONE_ROW:
            continue
        ordered = path.read_text(encoding="utf-8").rsplit("order by", 1)
        assert len(ordered) == 2, path
        described = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))
        tests = described["models"][0]["data_tests"]
        grain = tests[0]["holds"]["arguments"]["grain"]
        order = {column.strip() for column in ordered[1].split(",")}
        assert set(grain) <= order, path
