"""A person's decision to leave a figure that can be worked out is kept, and holds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from orchestration.cli.main import quarterdeck
from pipelines.disclosure.accepted import accept, accepted_figures, tighten, tightened_rules
from pipelines.disclosure.adapter import CELLS, EQUATIONS, decide, write_ledger
from pipelines.disclosure.attack import attack_release
from pipelines.disclosure.ledger import read_ledger
from pipelines.disclosure.tables import Accepted, CannotProtectError
from pipelines.disclosure.versions import ledger_key, version_id
from pipelines.disclosure.without_rule import shown_without_rule
from pipelines.record.store import Record
from pipelines.warehouse.loading import connect
from pipelines.workspace import Workspace
from tests.boards import with_board
from tests.pipelines.disclosure.test_releases import COUNTS, one_quarter
from tests.pipelines.disclosure.warehouses import KEY, publish, states, warehouse

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
        connection.execute(
            f"create table {CELLS} as select ? as cell_id, 'count' as form, 'figure' as state, "
            "3.0::double as numerator, null as denominator, 3.0::double as value, null as symbol, "
            "4 as threshold, null as rounding, true as show_zero",
            [FIGURE],
        )
    command = ["--workspace", str(tmp_path), "accept-disclosure", "--by", "Officer"]
    command += ["--reason", "Printed already"]
    record = Record(tmp_path / "record")
    refused = CliRunner().invoke(quarterdeck, [*command, FIGURE, "older @ v1"])
    assert refused.exit_code == 2
    assert f"would be published: {FIGURE} is shown in the next edition" in refused.output
    assert accepted_figures(record) == frozenset()
    command.append("--publish")
    told = CliRunner().invoke(quarterdeck, [*command, FIGURE, "older @ v1"])
    assert told.exit_code == 0, told.output
    assert f"Recorded: {FIGURE} is shown in the next edition." in told.output
    assert "older of an earlier edition can be worked out" in told.output
    version = version_id(FIGURE, ("figure", 3.0, None, 3.0, None), ledger_key(record))
    assert accepted_figures(record) == {
        Accepted(FIGURE, version),
        Accepted("older", "v1"),
    }
    unknown = CliRunner().invoke(quarterdeck, [*command, "no such figure"])
    assert unknown.exit_code == 1
    assert "There is no figure" in unknown.output


def quarter(threshold: int | None, **counts: int) -> duckdb.DuckDBPyConnection:
    """A quarter's categories and their total, all in one version."""
    whole = {**counts, "all": sum(counts.values())}
    rows = [
        {
            "cell_id": f"DA01|{name}", "value": count, "threshold": threshold, "category": name,
            "breakdown": "total" if name == "all" else "age",
        }
        for name, count in whole.items()
    ]  # fmt: skip
    signs = [(f"DA01|{name}", "numerator", 1 if name == "all" else -1) for name in whole]
    return warehouse(rows, {"sum": signs})


def test_one_decision_covers_all_that_a_tightened_rule_finds_in_editions_that_are_out(
    tmp_path: Path,
) -> None:
    counts = {"a": 6, "b": 5, "c": 3, "d": 3, "e": 20}
    before = quarter(4, **counts)
    decide(before, key=KEY)
    publish(before, tmp_path / "1")
    write_ledger(before, tmp_path / "1.json", key=KEY, release_id="1")
    ledgers = [read_ledger(tmp_path / "1.json")]

    now = quarter(7, **counts)
    with pytest.raises(CannotProtectError, match="--tightened MEASURE") as caught:
        decide(now, key=KEY, ledgers=ledgers)
    assert caught.value.rows >= ("DA01|a", "DA01|b")
    # A decision about a less tight rule, or another measure, is none about this.
    for other in ({"DA01": 5}, {"DA02": 7}):
        with pytest.raises(CannotProtectError):
            decide(now, key=KEY, ledgers=ledgers, tightened=other)
    decide(now, key=KEY, ledgers=ledgers, tightened={"DA01": 7})
    assert states(now)["DA01|c"] == states(now)["DA01|d"] == "suppressed"
    assert states(now)["DA01|a"] == states(now)["DA01|b"] == "shown"  # as they were
    publish(now, tmp_path / "2")
    attack = attack_release(tmp_path / "2", earlier=[tmp_path / "1"], tightened={"DA01": 7})
    assert attack.exposed == ()


def test_one_decision_covers_a_measure_that_had_no_rule_before(tmp_path: Path) -> None:
    def one(threshold: int | None, **counts: int) -> duckdb.DuckDBPyConnection:
        made = quarter(threshold, **counts)
        full = "concat_ws('|', measure, organisation, area, quarter, breakdown, category)"
        made.execute(
            f"update {EQUATIONS} as terms set cell_id = (select {full} from {CELLS} as cells "
            "where cells.cell_id = terms.cell_id)"
        )  # named as in a real one
        made.execute(f"update {CELLS} set state = 'figure', cell_id = {full}")
        return made

    def is_shown(made: duckdb.DuckDBPyConnection) -> dict[str, bool]:
        return {name.split("|")[-1]: state == "shown" for name, state in states(made).items()}

    counts = {"a": 6, "b": 3, "c": 20}
    before = one(None, **counts)
    decide(before, key=KEY)
    publish(before, tmp_path / "1")

    now = one(4, **counts)
    ledgers = shown_without_rule(now, [tmp_path / "1"], key=KEY)
    with pytest.raises(CannotProtectError, match=r"had none before.*--tightened MEASURE") as caught:
        decide(now, key=KEY, ledgers=ledgers)
    assert [row.split("|")[-1] for row in caught.value.rows] == ["b"]
    decide(now, key=KEY, ledgers=ledgers, tightened={"DA01": 4})
    assert all(is_shown(now).values())
    publish(now, tmp_path / "2")
    earlier = [tmp_path / "1"]
    assert not attack_release(tmp_path / "2", earlier=earlier, tightened={"DA01": 4}).succeeded
    # A corrected figure has the rule; what protects it is hidden where it is new too.
    corrected = one(4, a=6, b=2, c=21)
    decide(corrected, key=KEY, ledgers=ledgers, tightened={"DA01": 4})
    assert is_shown(corrected) == {"a": True, "b": False, "c": False, "all": True}


def test_a_new_figure_has_the_tightened_rule(tmp_path: Path) -> None:
    before = quarter(4, a=6, b=30)
    decide(before, key=KEY)
    write_ledger(before, tmp_path / "1.json", key=KEY, release_id="1")
    rows = [
        {"cell_id": f"DA01|{name}", "value": 6, "threshold": 7, "version_id": version}
        for name, version in (("a", "1"), ("b", "2"), ("c", "1"))
    ]
    now = warehouse(rows, {})
    decide(now, key=KEY, ledgers=[read_ledger(tmp_path / "1.json")], tightened={"DA01": 7})
    assert states(now) == {"DA01|a": "shown", "DA01|b": "suppressed", "DA01|c": "suppressed"}


def test_a_decision_about_a_tightened_rule_is_kept(tmp_path: Path) -> None:
    record = Record(tmp_path)
    assert tightened_rules(record) == {}
    for threshold in (7, 5):
        tighten(record, "DA01", threshold, at=NOW, by_whom="Officer", reason="The board's wish")
    assert tightened_rules(record) == {"DA01": 7}
    with pytest.raises(ValueError, match="needs a reason"):
        tighten(record, "DA01", 7, at=NOW, by_whom="Officer", reason=" ")


def test_an_officer_decides_about_a_measure_by_one_command(tmp_path: Path) -> None:
    workspace = with_board(Workspace(tmp_path))
    command = ["--workspace", str(tmp_path), "accept-disclosure", "--by", "Officer"]
    command += ["--reason", "The board's wish"]
    told = CliRunner().invoke(quarterdeck, [*command, "--tightened", "DA01"])
    assert told.exit_code == 0, told.output
    assert tightened_rules(Record(workspace.record)) == {"DA01": 4}
    for wrong in (["--tightened", "no such measure"], ["--tightened", "DA01", "a figure"], []):
        assert CliRunner().invoke(quarterdeck, [*command, *wrong]).exit_code != 0


def test_the_attack_leaves_alone_what_was_accepted(tmp_path: Path) -> None:
    publish(one_quarter(COUNTS), tmp_path / "data", leak=True)
    [exposed] = attack_release(tmp_path / "data").exposed
    assert not attack_release(tmp_path / "data", accepted={exposed.cell_id}).succeeded
