"""An edition has the measures of its own quarter, however late it is made again.

The trap: the amendment of an old edition, made by the board of today. A measure that was retired
since vanished from it, and one that had not begun stood in it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.quarter import Quarter
from schemas.reference import Reference
from tests.boards import birmingham
from tests.dbt_project.conftest import level_2
from tests.dbt_project.warehouse import Warehouse

Q1, Q2 = Quarter(2018, 1), Quarter(2018, 2)
LATER = dt.date(2018, 12, 1)  # when all that is owed for either quarter is late
ENDS, BEGINS = "TC02", "TC02B"
LEVEL_2B = "Safeguarding children level 2, new course"
# What an edition holds of each measure, by the model that pages read it from.
HELD = {
    "pub_measure": "select measure, status from published.pub_measure",
    "pub_measure_summary": (
        "select measure, organisation, value, attention_rank, attention_reason "
        "from published.pub_measure_summary"
    ),
    "pub_measure_value": (
        "select measure, organisation, period, state, value from published.pub_measure_value"
    ),
    "pub_measure_category": "select measure, category from published.pub_measure_category",
    "pub_measure_change": "select measure, subject from published.pub_measure_change",
    "pub_data_quality": (
        "select subject_id, quarter, score, part, whole from published.pub_data_quality"
    ),
}


def a_year_later() -> Reference:
    """The board on which one measure has ended since the edition, and another has begun."""
    board = birmingham()
    [ended] = [one for one in board.measures if one.measure == ENDS]
    begun = replace(ended, measure=BEGINS, item=LEVEL_2B, title=LEVEL_2B, first_quarter=Q2)
    others = (one for one in board.measures if one is not ended)
    retired = replace(ended, status="retired", last_quarter=Q1)
    expected = (
        replace(one, measure=BEGINS) for one in board.every_expected_row if one.measure == ENDS
    )
    targets = (replace(one, measure=BEGINS) for one in board.targets if one.measure == ENDS)
    return replace(
        board,
        measures=(*others, retired, begun),
        every_expected_row=(*board.every_expected_row, *expected),
        targets=(*board.targets, *targets),
    )


def held(warehouse: Warehouse) -> dict[str, list[tuple[object, ...]]]:
    return {model: warehouse.rows(f"{query} order by all") for model, query in HELD.items()}


@pytest.mark.slow
def test_the_amendment_of_an_edition_has_the_measures_that_the_edition_had(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")

    def send(quarter: str, received: str, course: str, trained: int) -> None:
        rows = [level_2(100, trained) | {"course": course}]
        if course == LEVEL_2B:  # the course before it began, too
            rows.append(rows[0] | {"trained": trained - 1, "quarter": Q1.key})
        warehouse.send("training_compliance", "BCHC", quarter, received=received, rows=rows)

    send("2018-19-Q1", "2018-07-10 09:00", "Safeguarding children level 2", 60)
    warehouse.build(quarter=Q1.key, on=LATER)
    edition = held(warehouse)
    assert (ENDS, "live") in [row[:2] for row in edition["pub_measure"]]
    assert (ENDS, "ALL") in [row[:2] for row in edition["pub_measure_summary"]]

    warehouse.board = a_year_later()
    send("2018-19-Q2", "2018-10-10 09:00", LEVEL_2B, 70)
    warehouse.build(quarter=Q2.key, on=LATER)
    now = held(warehouse)
    assert {(ENDS, "retired"), (BEGINS, "live")} <= {row[:2] for row in now["pub_measure"]}
    assert ENDS not in [row[0] for row in now["pub_measure_summary"]]
    assert BEGINS in [row[0] for row in now["pub_measure_summary"]]
    before_it_began = (BEGINS, "BCHC", Q1.key, "shown", 69.0)
    assert before_it_began in now["pub_measure_value"]

    warehouse.build(quarter=Q1.key, command="build", on=LATER)
    amended = held(warehouse)
    for model in HELD:
        assert amended[model] == edition[model], model
