"""A row without an area is of the home area as a whole, and one with its name is of the same.

The trap: two figures of one thing under two names, which no check of a return sees and which stop
the build; or a series that ends where a sender begins to name the area.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from pipelines.checking.engine.outcome import CheckedFile
from pipelines.receiving.templates import template
from schemas.quarter import Quarter
from schemas.reference import Reference
from tests.dbt_project.warehouse import Warehouse
from tests.declared import WIDE, WIDE_SENDER, declared_board

HOME = "Birmingham"
QUARTER = Quarter(2018, 1)


def board() -> Reference:
    """The wide table whose areas may be blank, with one blank row expected of it."""
    known = declared_board()
    columns = tuple(
        replace(one, required=False) if (one.return_name, one.name) == (WIDE, "area") else one
        for one in known.return_columns
    )
    [expected] = [
        one for one in known.every_expected_row
        if (one.organisation, one.measure, one.area) == (WIDE_SENDER, "AH01", "Northfield")
    ]  # fmt: skip
    return replace(
        known,
        return_columns=columns,
        every_expected_row=(*known.every_expected_row, replace(expected, area=None)),
    )


def row(area: str | None, calls: int) -> dict[str, Any]:
    return {"area": area, "calls": calls, "in_time": 81, "timed": 91, "to_hospital": 61}


def sent(*rows: dict[str, Any]) -> CheckedFile:
    names = list(rows[0])
    lines = [["organisation", "quarter", *names]]
    lines += [
        [WIDE_SENDER, QUARTER.label, *(str(one[name] or "") for name in names)] for one in rows
    ]
    context = Context(reference=board(), as_of=dt.date(2018, 7, 20))
    content = "\r\n".join(",".join(cells) for cells in lines).encode()
    return check(content, file_name="return.csv", context=context)


@pytest.mark.parametrize(("calls", "rule"), [(1204, "KEY-001"), (1205, "KEY-002")])
@pytest.mark.parametrize("turned", [False, True])
def test_both_in_one_return_are_said_to_be_of_the_same(calls: int, rule: str, turned: bool) -> None:
    places = [HOME, None] if turned else [None, HOME]
    checked = sent(row(places[0], 1204), row("Northfield", 407), row(places[1], calls))
    [found] = [one for one in checked.findings if one.rule.startswith("KEY")]
    assert (found.rule, found.row) == (rule, 4)
    assert "names no area is of Birmingham as a whole" in found.sentence
    assert "row 2" in found.sentence
    assert checked.outcome == "needs correction"


def test_either_is_what_is_expected_and_the_template_names_the_area() -> None:
    others = [row("Northfield", 407), row("Yardley", 408)]
    for place in (None, HOME):
        checked = sent(row(place, 1204), *others)
        assert not [one for one in checked.findings if one.rule.startswith(("KEY", "COV-002"))], (
            place
        )
    lacking = [one.rule for one in sent(*others).findings]
    assert "COV-002" in lacking
    empty = template(
        organisation=WIDE_SENDER, ret=board().declared_returns[WIDE], quarter=QUARTER,
        reference=board(),
    )  # fmt: skip
    assert HOME in empty.decode()


@pytest.mark.slow
def test_both_are_one_figure_and_one_series_and_stop_no_build(tmp_path: Path) -> None:
    made = Warehouse(tmp_path / "warehouse.duckdb", board=board())
    # As they could be accepted before it was looked at, and as a sender goes from one to the other.
    made.send(WIDE, WIDE_SENDER, "2017-18-Q4", received="2018-04-10 09:00",
              rows=[row(None, 1101), row(HOME, 1102), row("Northfield", 407)])  # fmt: skip
    made.send(WIDE, WIDE_SENDER, "2018-19-Q1", received="2018-07-10 09:00",
              rows=[row(HOME, 1204), row("Northfield", 408)])  # fmt: skip
    made.send(WIDE, WIDE_SENDER, "2018-19-Q2", received="2018-10-10 09:00",
              rows=[row(None, 1303)])  # fmt: skip
    made.build(command="build", quarter="2018-19-Q2")
    figures = made.rows(
        "select area, quarter, value from published.pub_measure_value "
        "where measure = 'AH01' and organisation = ? and area in ('all', ?) and value is not null "
        "order by quarter",
        [WIDE_SENDER, HOME],
    )
    assert figures == [
        (HOME, "2017-18-Q4", 1101.0), (HOME, "2018-19-Q1", 1204.0), (HOME, "2018-19-Q2", 1303.0),
    ]  # fmt: skip
    points = made.rows(
        "select period from published.pub_process_control "
        "where measure = 'AH01' and organisation = ? order by period",
        [WIDE_SENDER],
    )
    assert points == [("2017-18-Q4",), ("2018-19-Q1",), ("2018-19-Q2",)]
