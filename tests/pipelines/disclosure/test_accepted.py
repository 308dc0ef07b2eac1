"""A person's decision to leave a figure that can be worked out is kept, and holds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.cli.main import quarterdeck
from pipelines.disclosure.accepted import accept, accepted_figures
from pipelines.disclosure.adapter import CELLS
from pipelines.disclosure.attack import attack_release
from pipelines.disclosure.tables import Accepted
from pipelines.record.store import Record
from pipelines.warehouse.loading import connect
from tests.pipelines.disclosure.test_releases import COUNTS, one_quarter
from tests.pipelines.disclosure.warehouses import publish

NOW = dt.datetime(2018, 8, 1, 9, tzinfo=dt.UTC)
FIGURE = "DA02|WMP|all|2018-19-Q1|kind|forced marriage"


def test_a_decision_is_kept_with_who_and_why(tmp_path: Path) -> None:
    accept(Record(tmp_path), Accepted(FIGURE, "1"), at=NOW, by_whom="Officer", reason="Printed")
    accept(Record(tmp_path), Accepted(FIGURE, "2"), at=NOW, by_whom="Officer", reason="Printed")
    again = Record(tmp_path)
    assert accepted_figures(again) == {Accepted(FIGURE, "1"), Accepted(FIGURE, "2")}
    assert [(event.by_whom, event.reason) for event in again.events()] == [
        ("Officer", "Printed")
    ] * 2


def test_a_decision_without_a_reason_is_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        accept(Record(tmp_path), Accepted(FIGURE, "1"), at=NOW, by_whom="Officer", reason=" ")
    assert accepted_figures(Record(tmp_path)) == frozenset()


def test_an_officer_decides_on_the_version_that_stands(tmp_path: Path) -> None:
    with connect(tmp_path / "warehouse.duckdb") as connection:
        connection.execute("create schema intermediate")
        connection.execute(f"create table {CELLS} (cell_id varchar, version_id varchar)")
        connection.execute(f"insert into {CELLS} values (?, 'v2')", [FIGURE])
    command = ["--workspace", str(tmp_path), "accept-disclosure", "--by", "Officer"]
    told = CliRunner().invoke(
        quarterdeck, [*command, "--reason", "Printed already", FIGURE, "older @ v1"]
    )
    assert told.exit_code == 0, told.output
    assert accepted_figures(Record(tmp_path / "record")) == {
        Accepted(FIGURE, "v2"),
        Accepted("older", "v1"),
    }
    unknown = CliRunner().invoke(quarterdeck, [*command, "--reason", "Printed", "no such figure"])
    assert unknown.exit_code == 1
    assert "There is no figure" in unknown.output


def test_the_attack_leaves_alone_what_was_accepted(tmp_path: Path) -> None:
    publish(one_quarter(COUNTS), tmp_path / "data", leak=True)
    [exposed] = attack_release(tmp_path / "data").exposed
    assert not attack_release(tmp_path / "data", accepted={exposed.cell_id}).succeeded
