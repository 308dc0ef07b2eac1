"""An officer's note may not say what a hidden figure was before it was corrected, nor its sums."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.disclosure.words import hidden_numbers_in
from pipelines.warehouse.loading import connect
from tests.dbt_project.conftest import kind
from tests.dbt_project.warehouse import Warehouse


def reports(forced: int, honour: int) -> list[dict[str, Any]]:
    return [kind("forced marriage", forced), kind("honour-based abuse", honour)]


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A figure that was 215 and is 219, hidden each time beside a 3."""
    made = Warehouse(tmp_path_factory.mktemp("corrected") / "warehouse.duckdb")
    for day, forced in (("2018-07-10", 215), ("2018-07-12", 219)):
        made.send(
            "domestic_abuse", "WMP", "2018-19-Q1", received=f"{day} 09:00",
            rows=[kind(None, forced + 3), *reports(forced, 3)],
        )  # fmt: skip
    made.build(quarter="2018-19-Q1")
    return made


@pytest.mark.parametrize("said", ["It was 215 and is another number.", "It is 219."])
def test_a_note_says_neither_what_it_was_nor_what_it_is(corrected: Warehouse, said: str) -> None:
    with connect(corrected.path, read_only=True) as connection:
        [told] = hidden_numbers_in(connection, said)
    assert told.cell_id == "DA02|WMP|all|2018-19-Q1|kind|forced marriage"
