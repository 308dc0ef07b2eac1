"""The annotated workbook: the sender's own, to be put right in place and sent again."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import DEFUSEDXML, Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from pipelines.checking.engine.outcome import CheckedFile
from pipelines.checking.engine.wording import rules
from pipelines.reading.kinds import ending_of
from pipelines.reading.reader import read
from pipelines.reading.workbook import FINDINGS_SHEET
from pipelines.receiving import annotated_workbook
from pipelines.receiving.annotated import annotate
from tests.boards import birmingham
from tests.pipelines.checking.cases import Case
from tests.workbooks import (
    as_workbook,
    parts_of,
    put,
    saved,
    typed,
    with_parts,
    with_results,
    workbook,
)

REFERENCE = birmingham()
GOOD = Case("NUM-001").good.read_bytes()
WRONG = put("F2", "about 3400")
SHEET = "xl/worksheets/sheet1.xml"


def checked(content: bytes) -> CheckedFile:
    context = Context(reference=REFERENCE, as_of=dt.date(2018, 10, 20))
    return check(content, file_name="UHB.xlsx", context=context)


def annotated(content: bytes) -> Workbook:
    made = annotate(content, checked(content))
    assert ending_of(made) == ".xlsx"
    return load_workbook(io.BytesIO(made))


def comments(book: Workbook) -> dict[str, str]:
    sheet = book["Return"]
    return {cell.coordinate: cell.comment.text for row in sheet for cell in row if cell.comment}


def test_each_finding_stands_at_its_cell_and_on_a_sheet_of_its_own() -> None:
    book = annotated(as_workbook(GOOD, WRONG))
    assert "[NUM-001]" in comments(book)["F2"]
    sheet = book[FINDINGS_SHEET]
    assert [sheet[f"{letter}2"].value for letter in "ABCD"] == [
        "Row 2, column F (trained)",
        "“about 3400” is not a number.",
        sheet["C2"].value,
        "NUM-001",
    ]
    assert sheet["A2"].hyperlink.location == "'Return'!F2"
    assert book.active is sheet


def test_put_right_in_place_and_sent_as_it_is_it_is_the_return() -> None:
    content = as_workbook(GOOD, WRONG)
    book = annotated(content)
    book["Return"]["F2"] = 3452
    again, plain = checked(saved(book)), checked(as_workbook(GOOD))
    assert again.accepted, again.findings
    assert again.rows is not None
    assert plain.rows is not None
    assert again.rows.equals(plain.rows)


def test_sent_back_as_it_is_it_says_the_same_and_is_annotated_once() -> None:
    content = as_workbook(GOOD, WRONG)
    first = checked(content)
    once = annotate(content, first)
    assert checked(once).findings == first.findings
    twice = load_workbook(io.BytesIO(annotate(once, checked(once))))
    assert twice.sheetnames == ["Return", FINDINGS_SHEET]
    assert comments(twice)["F2"].count("NUM-001") == 1
    mended = load_workbook(io.BytesIO(once))
    mended["Return"]["F2"] = 3452
    assert comments(annotated(saved(mended))) == {}


def test_the_senders_own_sheets_comments_and_formats_stay() -> None:
    def change(sheet: Worksheet) -> None:
        sheet["F2"].comment = Comment("Mine", "Ann")
        sheet["E3"].number_format = "#,##0"
        assert sheet.parent is not None
        sheet.parent.create_sheet(FINDINGS_SHEET)["A1"] = "What we found ourselves"

    book = annotated(as_workbook(GOOD, WRONG, change))
    assert book.sheetnames == ["Return", FINDINGS_SHEET, f"{FINDINGS_SHEET}1"]
    assert comments(book)["F2"] == "Mine"
    assert book["Return"]["E3"].number_format == "#,##0"


def test_formulas_become_their_results_and_that_is_said() -> None:
    content = with_results(as_workbook(GOOD, WRONG, put("F3", "=1000+13")), {"F3": "1013"})
    book = annotated(content)
    assert book["Return"]["F3"].value == 1013
    said = [str(row[0]) for row in book[FINDINGS_SHEET].values]
    assert any("results of formulas" in text for text in said)


def test_text_that_begins_as_a_formula_stays_text() -> None:
    def change(sheet: Worksheet) -> None:
        for place, text in (("H2", "=1+1"), ("H3", "-see note")):
            sheet[place] = text
            sheet[place].data_type = "s"

    content = as_workbook(GOOD, WRONG, change)
    made = annotate(content, checked(content))
    found = read(made)
    assert found.table is not None
    assert found.table["c7"].to_list() == ["=1+1", "-see note"]
    assert b"<f>" not in parts_of(made)[SHEET]


def test_macros_are_left_out_and_the_file_is_named_by_what_it_is() -> None:
    content = with_parts(as_workbook(GOOD, WRONG), {"xl/vbaProject.bin": b"macros"})
    assert ending_of(content) == ".xlsm"
    assert ending_of(annotate(content, checked(content))) == ".xlsx"


@pytest.mark.parametrize(
    "ranges",
    [
        '<mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells>',
        '<hyperlinks><hyperlink ref="A2:XFD1048576" location="Return!A1"/></hyperlinks>',
    ],
)
def test_what_cannot_be_made_a_workbook_again_comes_as_csv(ranges: str) -> None:
    content = as_workbook(GOOD, WRONG)
    sheet = parts_of(content)[SHEET].replace(b"</sheetData>", b"</sheetData>" + ranges.encode())
    hostile = with_parts(content, {SHEET: sheet})
    made = annotate(hostile, checked(hostile))
    assert made.startswith(b"\xef\xbb\xbforganisation,")
    assert b"NUM-001" in made


def test_a_very_large_one_comes_as_csv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annotated_workbook, "_MOST_CELLS", 10)
    content = as_workbook(GOOD, WRONG)
    assert b"NUM-001" in annotate(content, checked(content))


def test_openpyxl_takes_no_entities() -> None:
    assert DEFUSEDXML


def test_a_workbook_that_cannot_be_read_comes_back_as_it_is() -> None:
    content = as_workbook(GOOD)[:-100]
    assert annotate(content, checked(content)) == content


@pytest.mark.parametrize("rule", [rule for rule in rules() if Case(rule).is_of_a_file])
def test_every_finding_of_every_bad_workbook_is_in_it(rule: str) -> None:
    case = Case(rule)
    for file in case.bad:
        if file.suffix != ".xlsx":
            continue
        content, found = file.read_bytes(), case.check(file)
        made = annotate(content, found)
        if made == content:
            assert str(found.outcome) == "refused"
            continue
        listed = [row[3] for row in load_workbook(io.BytesIO(made))[FINDINGS_SHEET].values]
        assert [one.rule for one in found.findings] == [one for one in listed[1:] if one]


FORMATS = ["General", "@", "0", "0.0", "0%", "#,##0", "dd/mm/yyyy", "mmm-yy", "0.00E+00", ";;;"]
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
    st.sampled_from(["=1+1", "'x", " a ", "two\nlines", "2018-07", "1.0", "#N/A", "TRUE"]),
    st.dates(dt.date(1950, 1, 1), dt.date(2060, 1, 1)),
)


@settings(max_examples=150, deadline=None)
@given(cells=st.lists(st.tuples(CELLS, st.sampled_from(FORMATS)), min_size=8, max_size=8))
def test_every_value_comes_back_as_it_was(cells: list[tuple[object, str]]) -> None:
    rows = [[typed(cell) for cell in row] for row in csv_rows()]

    def change(sheet: Worksheet) -> None:
        for column, (value, form) in enumerate(cells, start=1):
            cell = sheet.cell(4, column)
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if is_number and "y" in form and not 1 <= float(str(value)) <= 2_000_000:
                continue  # no day of any calendar
            cell.value = value  # type: ignore[assignment]
            cell.number_format = form
            if isinstance(value, str):
                cell.data_type = "s"

    content = workbook(rows, change)
    before, made = read(content), annotate(content, checked(content))
    after = read(made)
    assert ending_of(made) == ".xlsx"
    assert after.header == before.header
    assert after.table is not None
    assert before.table is not None
    assert after.table.equals(before.table)


def csv_rows() -> list[list[str]]:
    return [line.split(",") for line in GOOD.decode().splitlines()][:2]
