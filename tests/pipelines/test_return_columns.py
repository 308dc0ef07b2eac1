"""Each slip in the table of returns' columns is said at its row and column, with what to write.

The trap: a property that is read and not enforced, or a slip that is found when a partner's file
is refused.
"""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pipelines.board import ReferenceDataError
from pipelines.board.in_force import apply, versions
from pipelines.board.return_columns import RESERVED
from pipelines.board.tables import files_of, read_board
from pipelines.record.store import Record
from pipelines.warehouse.tables import RAW_TABLES
from tests.boards import BIRMINGHAM
from tests.declared import LONG, WIDE, append, declare

TABLE = "return_columns.csv"


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """A board with two declared returns, to be spoiled."""
    return declare(Path(shutil.copytree(BIRMINGHAM, tmp_path / "board")))


def rows_of(board: Path, table: str = TABLE) -> list[dict[str, str]]:
    return list(
        csv.DictReader((board / "reference" / table).read_text(encoding="utf-8").splitlines())
    )


def write(board: Path, rows: Sequence[dict[str, str]], table: str = TABLE) -> None:
    with (board / "reference" / table).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def change(board: Path, ret: str, of: str, /, **cells: str) -> int:
    """Write cells into the row of a column and return its number."""
    rows = rows_of(board)
    at = next(n for n, one in enumerate(rows) if (one["return_name"], one["name"]) == (ret, of))
    rows[at] |= cells
    write(board, rows)
    return at + 2


def faults(board: Path) -> list[str]:
    return [str(fault) for fault in read_board(files_of(board)).faults]


def test_the_two_returns_have_no_fault(board: Path) -> None:
    assert faults(board) == []


def test_no_return_takes_the_name_of_a_table_of_the_record() -> None:
    assert {row.table for row in RAW_TABLES} == RESERVED


SLIPS = [
    (LONG, "housed", {"kind": "peopl"}, "kind", "must be one of: organisation, quarter, item"),
    (LONG, "housed", {"kind": "peopl"}, "kind", "Did you mean “people”?"),
    (LONG, "housed", {"role": "numerater"}, "role", "Did you mean “numerator”?"),
    (LONG, "housed", {"title": ""}, "title", "is empty; it must be filled in."),
    (LONG, "housed", {"required": "perhaps"}, "required", "must be one of: yes, no."),
    (LONG, "housed", {"minimum": "1,000"}, "minimum", "is not a number such as 95 or 87.4."),
    (LONG, "housed", {"first_quarter": "2018 Q1"}, "first_quarter", "write it as 2018-19-Q1."),
    (LONG, "housed", {"first_quarter": "2018-19-Q2", "last_quarter": "2018-19-Q1"},
     "last_quarter", "lies before the first_quarter."),
    (LONG, "housed", {"name": "Housed people"}, "name", "such as staff_group."),
    (LONG, "housed", {"name": "row_number"}, "name", "is too like “row_number”"),
    (LONG, "housed", {"name": "rate_symbol"}, "name", "is too like “rate_symbol”"),
    (LONG, "housed", {"name": "case__ref"}, "name", "is too like “case__ref”"),
    (LONG, "housed", {"name": "quarter_"}, "name", "is too like “quarter”"),
    (LONG, "asked", {"role": "numerator"}, "role", "“numerator” is the role of “housed” already"),
    (LONG, "reason", {"role": "item", "kind": "item"}, "role", "is the role of “measure” already"),
    (LONG, "reason", {"role": "month", "kind": "text"}, "kind", "role month has the kind month."),
    (LONG, "reason", {"kind": "item"}, "role", "a column of the kind item has the role item."),
    (LONG, "reason", {"role": "organisation", "kind": "organisation"}, "name",
     "the column of the organisation is called “organisation”."),
    (LONG, "reason", {"role": "breakdown"}, None, None),
    (LONG, "tenure", {"role": "breakdown"}, "role", "needs a column with the role category"),
    (LONG, "housed", {"role": ""}, "role", "a column with the role numerator must stand beside it"),
    (LONG, "rate", {"role": ""}, "role", "a column with the role value must stand beside it."),
    (LONG, "housed", {"measure": "HS01"}, "measure", "“measure” says in each row"),
    (LONG, "reason", {"measure": "HS01"}, "measure", "only a figure is of a measure"),
    (LONG, "housed", {"key": "yes"}, "key", "a number cannot tell rows apart."),
    (LONG, "rate", {"minimum": "1001"}, "minimum", "1001 is above the maximum of 1000."),
    (LONG, "rate", {"query_below": "950"}, "query_below", "950 is above 900, query_above."),
    (LONG, "rate", {"query_above": "1000"}, "query_above", "must lie below the maximum of 1000"),
    (LONG, "budget", {"query_below": "5"}, "query_below", "must lie above the minimum of 5"),
    (LONG, "reason", {"maximum": "5"}, "maximum", "of the kind text has no maximum."),
    (LONG, "case_ref", {"pattern": "[A-Z"}, "pattern", "“[A-Z” cannot be read as a pattern"),
    (LONG, "case_ref", {"pattern": "[a-z]+"}, "example", "“HS104” is not written as the pattern"),
    (LONG, "housed", {"pattern": "[0-9]+"}, "pattern", "of the kind people has no pattern"),
    (LONG, "tenure", {"code_list": "tenur"}, "code_list", "Did you mean “tenure”?"),
    (LONG, "tenure", {"code_list": ""}, "code_list", "needs the list that they are of."),
    (LONG, "reason", {"code_list": "tenure"}, "code_list", "of the kind text has no list"),
    (LONG, "reason", {"needed_when": "certainty"}, "needed_when", "a column and a word"),
    (LONG, "reason", {"needed_when": "certanty=sure"}, "needed_when", "Did you mean “certainty”?"),
    (LONG, "reason", {"needed_when": "certainty=shure"}, "needed_when", "Did you mean “sure”?"),
    (LONG, "reason", {"needed_when": "housed=1"}, "needed_when", "of the kind text or code."),
    (WIDE, "calls", {"measure": ""}, "measure", "say which measure this figure is of"),
    (WIDE, "calls", {"measure": "AH1"}, "measure", "Did you mean"),
    (WIDE, "calls", {"measure": "HS01"}, "measure", "is a measure of the return “housing_support”"),
    (WIDE, "wait", {"measure": "AH01"}, "role", "“value” is the role of “calls” already"),
    (WIDE, "area", {"code_list": "tenure"}, "code_list", "areas are those of areas.csv"),
]  # fmt: skip


@pytest.mark.parametrize(("ret", "name", "cells", "column", "said"), SLIPS)
def test_a_slip_is_said_at_its_row_and_column(
    board: Path, *, ret: str, name: str, cells: dict[str, str], column: str | None, said: str | None
) -> None:
    row = change(board, ret, name, **cells)
    found = faults(board)
    if column is None or said is None:
        assert found == []
    else:
        place = f"{TABLE}, row {row}, column {column}: "
        if "must stand beside it" in said or "too like" in said:
            place = f"column {column}: "  # of the other column of the two
        assert any(place in one and said in one for one in found), found


def test_a_return_without_a_figure_is_a_fault(board: Path) -> None:
    figures = {"housed", "asked", "rate", "lower", "upper"}
    rows = [{**one, "role": ""} if one["name"] in figures else one for one in rows_of(board)]
    write(board, rows)
    assert "no column of this return has a figure" in faults(board)[0]


def test_a_month_and_a_period_are_not_both_said(board: Path) -> None:
    change(board, WIDE, "comment", role="month", kind="month")
    period = {"name": "time", "kind": "period", "role": "period", "title": "Time"}
    words = {"example": "2016", "description": "When."}
    append(board / "reference" / TABLE, [{"return_name": WIDE, **period, **words}])
    assert "by a month or by a period, not both." in faults(board)[0]


def test_a_return_that_is_built_in_is_not_declared_as_well(board: Path) -> None:
    append(board / "reference" / TABLE, [{**rows_of(board)[0], "return_name": "risks"}])
    said = "the return “risks” is built in; its columns are declared in the program."
    assert faults(board) == [f"{TABLE}, row {len(rows_of(board)) + 1}, column return_name: {said}"]


def test_a_return_that_nothing_declares_is_said_in_the_table_of_returns(board: Path) -> None:
    write(board, [one for one in rows_of(board) if one["return_name"] != LONG])
    rows = rows_of(board, "returns.csv")
    at = next(n for n, one in enumerate(rows, start=2) if one["return_name"] == LONG)
    said = f"no return is called “{LONG}”, and {TABLE} declares none."
    assert faults(board) == [f"returns.csv, row {at}, column return_name: {said}"]


def test_a_column_follows_itself_in_time_and_keeps_its_kind(board: Path) -> None:
    row = change(board, WIDE, "wait", last_quarter="2018-19-Q1")
    old = rows_of(board)[row - 2]
    append(board / "reference" / TABLE, [{**old, "first_quarter": "2018-19-Q2", "last_quarter": "",
                            "maximum": "900"}])  # fmt: skip
    assert faults(board) == []
    rows = rows_of(board)
    rows[-1] |= {"first_quarter": "2018-19-Q1", "kind": "people"}
    write(board, rows)
    assert [one.partition(": ")[2] for one in faults(board)] == [
        f"“wait” holds already then, by row {row}.",
        f"was “number” in row {row}; give another kind another name.",
    ]


@pytest.mark.parametrize("name", ["Housing", "submission", "housing-support"])
def test_a_return_has_a_name_that_a_table_can_have(board: Path, name: str) -> None:
    for table in (TABLE, "returns.csv", "measures.csv", "obligations.csv"):
        rows = [{**one, "return_name": name} if one["return_name"] == LONG else one
                for one in rows_of(board, table)]  # fmt: skip
        write(board, rows, table)
    assert [one for one in faults(board) if f"“{name}” cannot name a return" in one]


def test_the_structure_of_measures_is_judged(board: Path) -> None:
    rows = rows_of(board, "measures.csv")
    places = {one["measure"]: n for n, one in enumerate(rows)}
    rows[places["AH03"]] |= {"share_of": "AH03", "plausible_min": "5", "plausible_max": "4"}
    rows[places["AH02"]] |= {"share_of": "HS01"}
    write(board, rows, "measures.csv")
    assert [one.partition(", column ")[2] for one in faults(board)] == [
        "share_of: “HS01” is a measure of another return, whose counts come apart.",
        "plausible_min: 5 is above plausible_max, 4.",
        (
            "share_of: “AH03” would in the end be a share of itself: AH03, then AH03. Leave one of "
            "them empty."
        ),
    ]


def test_a_return_that_was_in_force_neither_goes_nor_changes_its_kinds(
    board: Path, tmp_path: Path
) -> None:
    record = Record(tmp_path / "record")
    said: dict[str, Any] = {
        "by_whom": "A test",
        "note": "A change",
        "at": dt.datetime(2018, 4, 1, tzinfo=dt.UTC),
    }
    apply(record, board, **said)
    change(board, WIDE, "wait", kind="people", role="value")
    with pytest.raises(ReferenceDataError, match="“wait” of “ambulance_handover” was “number”"):
        apply(record, board, **said)
    without = declare(Path(shutil.copytree(BIRMINGHAM, tmp_path / "without")))
    for table in (TABLE, "returns.csv", "measures.csv", "obligations.csv"):
        rows = [one for one in rows_of(without, table) if one["return_name"] != LONG]
        write(without, rows, table)
    for table in ("expected_rows.csv", "measure_categories.csv"):
        rows = [one for one in rows_of(without, table) if not one["measure"].startswith("HS0")]
        write(without, rows, table)
    with pytest.raises(ReferenceDataError, match="the return “housing_support” is gone"):
        apply(record, without, **said)
    assert len(versions(record)) == 1
