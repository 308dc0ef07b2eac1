"""A year to date against its months, which stand in several returns.

The trap: a year whose months are not all there would be compared with fewer, and every such year
queried for nothing.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from pipelines.board.tables import load_reference
from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from schemas.finding import Severity
from schemas.quarter import Quarter
from schemas.reference import Reference
from tests import declared
from tests.boards import BIRMINGHAM, birmingham
from tests.pipelines.checking.cases import Past

_HEADING = "organisation,quarter,measure,month,value,value_year_before\n"
_MONTHS = {1: ("2018-04", "2018-05", "2018-06"), 2: ("2018-07", "2018-08", "2018-09")}


def a_return(
    quarter: int, values: tuple[str, str, str], *, to_date: tuple[str, str] | None = None
) -> bytes:
    """A quarter's three months, each with ten fewer a year before, and a year to date."""
    rows = [
        f"WMAS,2018-19 Q{quarter},Child safeguarding referrals,{month},{value},"
        f"{int(value) - 10 if value.isdigit() else value}\n"
        for month, value in zip(_MONTHS[quarter], values, strict=True)
    ]
    if to_date is not None:
        label = '"Child safeguarding referrals, year to date"'
        rows.append(f"WMAS,2018-19 Q{quarter},{label},,{to_date[0]},{to_date[1]}\n")
    return "".join([_HEADING, *rows]).encode()


@cache
def accepted(content: bytes) -> pl.DataFrame:
    context = Context(reference=birmingham(), as_of=dt.date(2018, 10, 20))
    rows = check(content, file_name="x.csv", context=context).rows
    assert rows is not None
    return rows


def found(content: bytes, *, before: bytes | None) -> list[str]:
    past = Past({Quarter(2018, 1): accepted(before)} if before else {})
    context = Context(reference=birmingham(), as_of=dt.date(2018, 10, 20), history=past)
    findings = check(content, file_name="x.csv", context=context).findings
    assert all(one.severity is Severity.QUERY for one in findings if one.rule == "ROW-004")
    return [one.message for one in findings if one.rule == "ROW-004"]


FIRST = a_return(1, ("600", "600", "600"))


@pytest.mark.parametrize(
    ("to_date", "said"),
    [
        (("3600", "3540"), []),
        (("3601", "3540"), ["3,600; this row says 3,601"]),
        (("3600", "3606"), ["3,540; this row says 3,606"]),
        (("[x]", "3540"), []),
    ],
)
def test_both_years_are_added_up(to_date: tuple[str, str], said: list[str]) -> None:
    messages = found(a_return(2, ("600", "600", "600"), to_date=to_date), before=FIRST)
    assert len(messages) == len(said)
    assert all(words in message for words, message in zip(said, messages, strict=True))


@pytest.mark.parametrize("before", [None, a_return(1, ("600", "[x]", "600"))])
def test_a_year_that_lacks_a_month_is_not_added_up(before: bytes | None) -> None:
    assert found(a_return(2, ("600", "600", "600"), to_date=("9", "9")), before=before) == []


def test_the_first_quarter_of_a_year_is_its_own_year_to_date() -> None:
    content = a_return(1, ("600", "600", "600"), to_date=("1801", "1770"))
    assert len(found(content, before=None)) == 1


COLUMNS = {
    "area": ("code", "area", ""),
    "month": ("month", "month", ""),
    "seen": ("people", "value", "WC01"),
    "seen_to_date": ("people", "value", "WC02"),
}


def wide_board(folder: Path) -> Reference:
    """A board with a wide return by months, one column of which is a year to date of another."""
    board = Path(shutil.copytree(BIRMINGHAM, folder / "board"))
    tables: dict[str, Sequence[declared.Cells]] = {
        "returns": [{"return_name": "clinic", "title": "Clinic", "opens_after_days": "1",
                     "due_after_days": "30"}],
        "return_columns": [
            {"return_name": "clinic", "name": name, "title": name, "description": name,
             "kind": kind, "role": role, "measure": measure,
             "example": {"area": "Northfield", "month": "2018-04"}.get(name, "12")}
            for name, (kind, role, measure) in COLUMNS.items()
        ],
        "measures": [
            declared.measure("WC01", "clinic", "Seen", "count"),
            declared.measure("WC02", "clinic", "Seen, year to date", "count"),
        ],
        "measure_categories": [{"measure": "WC02", "breakdown": "year to date",
                                "category": "Seen", "adds_up": "yes", "sort": "1"}],
        "obligations": [{"organisation": "WMAS", "return_name": "clinic"}],
        "expected_rows": [{"organisation": "WMAS", "measure": "WC01", "breakdown": "total",
                           "category": "all", "area": area} for area in ("Northfield", "Yardley")],
    }  # fmt: skip
    for table, rows in tables.items():
        declared.append(board / "reference" / f"{table}.csv", rows)
    return load_reference(board)


def test_a_year_to_date_in_a_column_of_a_wide_table_is_added_up_by_area(tmp_path: Path) -> None:
    months = [
        f"WMAS,2018-19 Q1,{area},2018-0{month},{count},"
        for area, count in (("Northfield", 10), ("Yardley", 20))
        for month in (4, 5, 6)
    ]
    years = ["WMAS,2018-19 Q1,Northfield,,,30", "WMAS,2018-19 Q1,Yardley,,,61"]
    content = "\n".join(["organisation,quarter,area,month,seen,seen_to_date", *months, *years])
    context = Context(reference=wide_board(tmp_path), as_of=dt.date(2018, 7, 20))
    findings = check(content.encode(), file_name="x.csv", context=context).findings
    [said] = [one for one in findings if one.rule == "ROW-004"]
    assert (said.row, said.column) == (9, "seen_to_date")
    assert "60; this row says 61" in said.message


@pytest.mark.parametrize(
    ("months", "quarter", "said"),
    [
        (("40", "41", "43"), "124", []),
        (
            ("40", "41", "43"),
            "120",
            ["The three months of 2018-19 Q1 in this return come to 124; this row says 120."],
        ),
        (("40", "41", "[x]"), "120", []),  # a month is missing: nothing is asked
    ],
)
def test_a_quarter_that_is_stated_beside_its_months_is_their_sum(
    months: tuple[str, str, str], quarter: str, said: list[str]
) -> None:
    content = a_return(1, months) + (
        f"WMAS,2018-19 Q1,Child safeguarding referrals,,{quarter},{int(quarter) - 30}\n".encode()
    )
    assert found(content, before=None) == said
