"""A measure that had no small-number rule when it was published, and is given one.

The trap: an edition that shows a 2 is in no ledger, so that the 2 is hidden now and every build
ends, whatever is decided.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.disclosure.adapter import decide
from pipelines.disclosure.attack import attack_release
from pipelines.disclosure.tables import CannotProtectError
from pipelines.disclosure.without_rule import shown_without_rule
from pipelines.publishing.releases import export_published
from pipelines.warehouse.loading import connect
from tests.boards import birmingham
from tests.dbt_project.conftest import kind
from tests.dbt_project.warehouse import KEY, Warehouse


def reports(path: Path, *, rule: str) -> Warehouse:
    """Reports to the police, two of them of one kind, under a rule or under none."""
    board = birmingham()
    measures = tuple(
        replace(one, small_number_rule=rule) if one.measure == "DA02" else one
        for one in board.measures
    )
    path.mkdir()
    made = Warehouse(path / "warehouse.duckdb", board=replace(board, measures=measures))
    made.send(
        "domestic_abuse", "WMP", "2018-19-Q1", received="2018-07-10 09:00",
        rows=[kind(None, 202), kind("forced marriage", 2), kind("honour-based abuse", 200)],
    )  # fmt: skip
    return made


def test_one_decision_lets_the_build_go_on(tmp_path: Path) -> None:
    before = reports(tmp_path / "before", rule="none")
    before.build(quarter="2018-19-Q1")
    with connect(before.path) as connection:
        export_published(connection, tmp_path / "edition")
    now = reports(tmp_path / "now", rule="suppress_1_to_4")
    now.load()
    now.dbt("run", {"quarter": "2018-19-Q1"}, "--selector", "before_disclosure")
    with connect(now.path) as connection:
        ledgers = shown_without_rule(connection, [tmp_path / "edition"], key=KEY)
        with pytest.raises(CannotProtectError, match="--tightened MEASURE"):
            decide(connection, key=KEY, ledgers=ledgers)
        decide(connection, key=KEY, ledgers=ledgers, tightened={"DA02": 4})
    now.dbt("run", {"quarter": "2018-19-Q1"}, "--selector", "after_disclosure")
    assert now.rows(
        "select category, state from published.pub_measure_value where measure = 'DA02' "
        "and organisation = 'WMP' and value is not null order by category"
    ) == [(name, "shown") for name in ("all", "forced marriage", "honour-based abuse")]
    with connect(now.path) as connection:
        export_published(connection, tmp_path / "next")
    assert not attack_release(tmp_path / "next", earlier=[tmp_path / "edition"]).succeeded
