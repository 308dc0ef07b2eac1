"""The template as a workbook: the CSV's rows, with lists, locked names and open figures."""

from __future__ import annotations

import io

import polars as pl
import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.reading.reader import read
from pipelines.reading.workbook import HELP_SHEET, LISTS_SHEET
from pipelines.receiving.templates import Form, template
from schemas.quarter import Quarter
from tests.boards import birmingham
from tests.pipelines.checking.cases import Past

REFERENCE = birmingham()
QUARTER = Quarter(2018, 2)
RETURNS = REFERENCE.declared_returns


def made(name: str, form: Form, history: Past | None = None) -> bytes:
    sender = next(one for one in REFERENCE.every_obligation if one.return_name == name)
    return template(
        organisation=sender.organisation, ret=RETURNS[name], quarter=QUARTER, reference=REFERENCE,
        history=history, form=form,
    )  # fmt: skip


def sheet_of(content: bytes) -> Worksheet:
    return load_workbook(io.BytesIO(content)).worksheets[0]


@pytest.mark.parametrize("name", RETURNS)
def test_both_forms_have_the_same_rows(name: str) -> None:
    known = [frozenset(column.name for column in ret.columns) for ret in RETURNS.values()]
    by_csv = read(made(name, "csv"), known_headings=known)
    by_workbook = read(made(name, "xlsx"), known_headings=known)
    assert by_workbook.header == by_csv.header
    assert (by_csv.table is None) == (by_workbook.table is None)
    if by_csv.table is not None and by_workbook.table is not None:
        assert by_workbook.table.equals(by_csv.table)
    assert {one.rule for one in by_workbook.faults} <= {"STR-007"}


def test_what_names_a_row_is_locked_text_and_its_figures_are_open() -> None:
    sheet = sheet_of(made("training_compliance", "xlsx"))
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    assert sheet["C2"].protection.locked
    assert sheet["C2"].number_format == "@"
    for letter, form in (("C", "@"), ("F", "General"), ("H", "@")):
        of_column = sheet.column_dimensions[letter]
        assert not of_column.protection.locked
        assert of_column.number_format == form
    assert "Example: 3452" in sheet["F1"].comment.text


def test_codes_have_lists_on_a_sheet_that_can_be_seen() -> None:
    book = load_workbook(io.BytesIO(made("training_compliance", "xlsx")))
    sheet, lists = book.worksheets[0], book[LISTS_SHEET]
    assert book.sheetnames == [sheet.title, HELP_SHEET, LISTS_SHEET]
    assert {one.sheet_state for one in book.worksheets} == {"visible"}
    rules = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    every = dict(zip("ABC", lists.iter_cols(values_only=True), strict=True))
    columns = {codes[0]: letter for letter, codes in every.items()}
    assert {place.partition("2")[0] for place in rules} == {"A", "C", "D"}
    letter = columns["Codes for staff_group"]
    staff = [code for code in every[letter][1:] if code]
    assert rules["D2:D50001"] == f"'{LISTS_SHEET}'!${letter}$2:${letter}${len(staff) + 1}"
    assert "medical staff" in staff


def test_it_says_of_itself_what_it_is() -> None:
    book = load_workbook(io.BytesIO(made("training_compliance", "xlsx")))
    about = book.properties
    assert (about.subject, about.version) == ("training_compliance", "1")
    assert "2018-19 Q2" in (about.keywords or "")
    assert "2018-19 Q2" in (about.title or "")


def test_rows_of_the_return_before_stay_text_whatever_they_begin_with() -> None:
    ret = RETURNS["risks"]
    before = {
        column.name: pl.Series([f"={column.name}" if column.name == "risk" else "1.0"])
        for column in ret.columns
    }
    past = Past({QUARTER.shift(-1): pl.DataFrame(before)})
    found = read(made("risks", "xlsx", past))
    assert found.table is not None
    names = list(found.header or ())
    row = dict(zip(names, found.table.drop("row_number").row(0), strict=True))
    assert row["ref"] == "1.0"
    assert row["risk"] == "=risk"
    assert {one.rule for one in found.faults} == set()
