"""What the board's tables ask of partners must be what the returns can take from them.

The trap: a board that comes into force without a fault, and a return that no partner can send.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from pipelines.board.tables import files_of, read_board
from tests.boards import BIRMINGHAM
from tests.declared import declare


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """A board with returns that are built in and returns that its tables declare."""
    return declare(Path(shutil.copytree(BIRMINGHAM, tmp_path / "board")))


def edit(board: Path, table: str, old: str, new: str) -> int:
    """Write something else into the first line that has the old text; return its row."""
    file = board / f"reference/{table}.csv"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    before = text.partition(old)[0]
    return len(list(csv.reader((before + "x").splitlines(keepends=True))))


def add(board: Path, table: str, row: str) -> int:
    file = board / f"reference/{table}.csv"
    text = file.read_text(encoding="utf-8").rstrip("\n")
    file.write_text(f"{text}\n{row}\n", encoding="utf-8")
    return len(list(csv.reader(text.splitlines(keepends=True)))) + 1


def rows(board: Path, table: str) -> list[dict[str, str]]:
    text = (board / f"reference/{table}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def faults(board: Path) -> list[str]:
    return [str(fault) for fault in read_board(files_of(board)).faults]


def test_a_breakdown_that_is_no_column_of_a_return_that_is_built_in(board: Path) -> None:
    row = add(board, "measure_categories", "TC02,staff_groups,nurses,,no,9")
    assert faults(board) == [
        (
            f"measure_categories.csv, row {row}, column breakdown: the return "
            "“training_compliance” has no column “staff_groups” for categories. Did you mean "
            "“staff_group”?"
        )
    ]


def test_a_category_where_the_return_has_no_column_for_one(board: Path) -> None:
    row = add(board, "measure_categories", "RO02,outcome,Section 74,,yes,9")
    assert faults(board) == [
        (
            f"measure_categories.csv, row {row}, column category: the return "
            "“referral_outcomes” has no column for categories, and no item of that name. Did you "
            "mean “Section 47”?"
        )
    ]


def test_a_category_that_is_not_in_the_list_of_its_column(board: Path) -> None:
    codes = {one["list"]: one["code"] for one in rows(board, "code_lists")}
    column = next(
        one
        for one in rows(board, "return_columns")
        if (one["role"], one["kind"]) == ("category", "code")
    )
    measure = next(
        one["measure"]
        for one in rows(board, "measures")
        if one["return_name"] == column["return_name"]
    )
    code = codes[column["code_list"]]
    row = add(board, "measure_categories", f"{measure},{column['name']},{code}s,,no,99")
    [said] = [one for one in faults(board) if f"row {row}, column category" in one]
    assert f"“{code}s” is not in the list “{column['code_list']}”" in said
    assert said.endswith(f"Did you mean “{code}”?")


def test_a_return_that_is_built_in_needs_the_lists_of_its_codes(board: Path) -> None:
    file = board / "reference/code_lists.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("risk_level,", "level,"), "utf-8")
    found = faults(board)
    assert len(found) == 2
    assert all("“risk_level”, which code_lists.csv does not have" in one for one in found)
    assert found[0].startswith("returns.csv, row ")


def test_an_obligation_without_a_row_to_fill_in(board: Path) -> None:
    row = add(board, "obligations", "WMP,training_compliance,2018-19-Q1,,")
    assert faults(board) == [
        (
            f"obligations.csv, row {row}, column return_name: no row of “training_compliance” is "
            "expected of WMP: add the measures that it sends to expected_rows.csv."
        )
    ]


def test_a_return_without_measures_needs_no_expected_row(board: Path) -> None:
    add(board, "obligations", "WMP,risks,2020-21-Q1,,")
    assert not [one for one in faults(board) if "is expected of" in one]


def test_nothing_is_owed_by_a_body_that_is_not_there(board: Path) -> None:
    ended = edit(
        board, "obligations", "HEFT,training_compliance,2014-15-Q1,2017-18-Q4",
        "HEFT,training_compliance,2018-19-Q1,",
    )  # fmt: skip
    begun = edit(
        board, "obligations", "BCT,domestic_abuse,2018-19-Q1,",
        "BCT,domestic_abuse,2016-17-Q1,2017-18-Q4",
    )  # fmt: skip
    assert faults(board) == [
        f"obligations.csv, row {row}, column {said}"
        for row, said in sorted(
            [
                (ended, "first_quarter: HEFT ended on 31 March 2018, before this quarter."),
                (begun, "last_quarter: BCT begins on 1 April 2018, after this quarter."),
            ]
        )
    ]


def test_what_follows_from_a_misspelt_organisation_is_not_said(board: Path) -> None:
    file = board / "reference/expected_rows.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[1] = "NOBODY" + lines[1][lines[1].index(",") :]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert len(faults(board)) == 1
