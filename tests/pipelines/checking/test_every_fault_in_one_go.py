"""A slip in one cell hides nothing that the rest of its row, or of the file, is wrong by.

The trap: a sender who puts a name right, sends again, and only then is told that the numbers of
that row cannot be.
"""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from tests.boards import birmingham

TRAINING = "organisation,quarter,course,staff_group,eligible,trained,percent,comment"
ABUSE = "organisation,quarter,measure,breakdown,category,numerator,denominator,value,comment"
ACTIVITY = (
    "organisation,quarter,measure,part_of,category,month,value,percent,value_year_before,"
    "change_percent,comment"
)


def found(heading: str, *rows: str) -> set[tuple[int | None, str]]:
    """The row and rule of each finding."""
    content = "\n".join([heading, *rows, ""]).encode()
    context = Context(reference=birmingham(), as_of=dt.date(2018, 10, 20))
    return {(one.row, one.rule) for one in check(content, file_name="", context=context).findings}


@pytest.mark.parametrize(
    ("row", "rules"),
    [
        # A measure that is misspelt, with more in the numerator than in the denominator.
        ("WMP,2018-19 Q2,DA O3,,,90,80,,", {"COD-001", "ROW-001"}),
        # The same, and the share that is stated is another one, above all there is.
        ("WMP,2018-19 Q2,DAO3,,,60,80,150,", {"COD-001", "ROW-003", "NUM-006"}),
        # A number that cannot be read, and one that cannot be.
        ("WMP,2018-19 Q2,DA03,,,ten,80,150,", {"NUM-001", "NUM-006"}),
        ("WMP,2018-19 Q2,DA03,,,ten,-8,,", {"NUM-001", "NUM-004"}),
        # A quarter and an organisation that there are not.
        ("WMP,2018-19 Q9,DA03,,,90,80,,", {"PER-002", "ROW-001"}),
        ("WMPP,2018-19 Q2,DA03,,,90,80,,", {"COD-001", "ROW-001"}),
    ],
)
def test_a_row_with_a_slip_is_judged_by_its_other_cells(row: str, rules: set[str]) -> None:
    sound = ("WMP,2018-19 Q2,DA02,,,,,51,", "WMP,2018-19 Q2,DA03,,,40,80,,")
    of_row = {rule for at, rule in found(ABUSE, *sound, row) if at == 4}
    assert rules <= of_row


def test_a_measure_that_nobody_can_guess_is_judged_by_nothing_that_it_decides() -> None:
    sound = "WMP,2018-19 Q2,DA02,,,,,51,"
    of_row = {rule for at, rule in found(ABUSE, sound, "WMP,2018-19 Q2,zzzzz,,,90,80,,") if at == 3}
    assert "COD-001" in of_row
    assert "ROW-001" not in of_row


@pytest.mark.parametrize("slip", ["BCHC,2018-19 Q9", "BCCH,2018-19 Q2"])
def test_parts_are_added_up_and_rows_compared_in_spite_of_it(slip: str) -> None:
    rest = ",Advice calls to the safeguarding team,,{},,{},,,,"
    row = "BCHC,2018-19 Q2" + rest
    rows = [
        row.format("", 100), row.format("physical abuse", 90), slip + rest.format("neglect", 80),
        slip + rest.format("neglect", 70),
    ]  # fmt: skip
    rules = {rule for _, rule in found(ACTIVITY, *rows)}
    assert "KEY-002" in rules
    assert {(5, "KEY-002"), (2, "ROW-004")} <= found(ACTIVITY, *rows)


def test_what_is_not_collected_is_said_although_one_row_names_no_organisation() -> None:
    level = "UHB,2018-19 Q2,Safeguarding children level"
    rows = [f"{level} 2,,100,90,,", f"{level} 3,,100,90,,", f"UHX{level[3:]} 2,a,100,90,,"]
    assert {(3, "COD-004"), (4, "COD-001")} <= found(TRAINING, *rows)
    # Of an organisation that most rows do not name nothing is said.
    assert (3, "COD-004") not in found(TRAINING, *rows, *[rows[-1]] * 2)
