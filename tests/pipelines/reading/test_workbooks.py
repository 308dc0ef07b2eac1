"""A workbook is read as its CSV is; what it can hide is found; no bytes of one raise anything."""

from __future__ import annotations

import datetime as dt
import io
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from pipelines.checking.engine.outcome import CheckedFile
from pipelines.checking.engine.wording import rules
from pipelines.reading.number_formats import Shown, show
from pipelines.reading.outcome import Limits, ReadFile
from pipelines.reading.reader import read
from tests.boards import birmingham
from tests.pipelines.checking.cases import Case
from tests.workbooks import (
    Cell,
    as_workbook,
    parts_of,
    put,
    rows_of,
    saved,
    with_parts,
    with_results,
    workbook,
)

HEADING = ["organisation", "quarter", "course", "eligible", "trained"]
KNOWN = [frozenset(HEADING)]
ROW: list[Cell] = ["ABC", "2018-19 Q2", "Prevent", 100, 87]
SHEET = "xl/worksheets/sheet1.xml"


def given_back(content: bytes, limits: Limits | None = None) -> ReadFile:
    return read(content, known_headings=KNOWN, limits=limits or Limits())


def cells(content: bytes) -> list[tuple[object, ...]]:
    table = given_back(content).table
    assert table is not None
    return table.rows()


def faults(content: bytes, limits: Limits | None = None) -> list[tuple[str, object, object]]:
    found = given_back(content, limits).faults
    return [(one.rule, one.row, one.facts.get("kind") or one.facts.get("limit")) for one in found]


def the_same_as_a_workbook(case: Case, file: Path, folder: Path) -> CheckedFile:
    """Checks a fixture whose cells stand in a workbook, all as text."""
    made = folder / file.name
    made.write_bytes(workbook(rows_of(file.read_bytes())))
    return case.check(made)


def edited(*changes: tuple[str, str], rows: Sequence[Sequence[Cell]] = (HEADING, ROW)) -> bytes:
    """A workbook with the XML of its sheet edited."""
    content = workbook(rows)
    sheet = parts_of(content)[SHEET].decode()
    for old, new in changes:
        assert old in sheet, sheet
        sheet = sheet.replace(old, new, 1)
    return with_parts(content, {SHEET: sheet.encode()})


@pytest.mark.parametrize("rule", [rule for rule in rules() if Case(rule).is_of_a_file])
def test_a_return_is_the_same_as_a_workbook_and_as_csv(rule: str, tmp_path: Path) -> None:
    case = Case(rule)
    if case.good.suffix == ".xlsx":
        return
    by_csv, by_workbook = case.check(case.good), the_same_as_a_workbook(case, case.good, tmp_path)
    assert by_csv.rows is not None
    assert by_workbook.rows is not None
    assert by_workbook.rows.equals(by_csv.rows)
    of_csv = [one for one in by_csv.findings if not one.rule.startswith(("ENC", "STR"))]
    of_book = [one for one in by_workbook.findings if not one.rule.startswith(("ENC", "STR"))]
    assert of_book == of_csv


@pytest.mark.parametrize("rule", ["NUM-001", "COD-001", "KEY-001", "ROW-001", "HDR-002", "STR-006"])
def test_a_fault_stands_at_the_same_cell_in_a_workbook_and_in_csv(
    rule: str, tmp_path: Path
) -> None:
    case = Case(rule)
    for file in case.bad:
        found = the_same_as_a_workbook(case, file, tmp_path).findings
        assert found == case.check(file).findings


def test_rows_are_those_of_the_sheet() -> None:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for column, heading in enumerate(HEADING, start=1):
        sheet.cell(3, column, heading)
    for column, cell in enumerate(ROW, start=1):
        sheet.cell(7, column, cell)
    found = given_back(saved(book))
    assert found.header_row == 3
    assert found.table is not None
    assert found.table["row_number"].to_list() == [7]
    assert found.rows_passed_over == 5


@pytest.mark.parametrize(
    ("stored", "form", "text", "kind"),
    [
        ("0.85", "0%", "85%", ""),
        ("0.8744", "0%", "87%", "rounded"),
        ("0.874", "0.0%", "87.4%", ""),
        ("85", '0"%"', "85%", ""),
        ("87.44", "0.0", "87.4", "rounded"),
        ("2.5", "0", "3", "rounded"),  # a half goes up, as on the sheet
        ("1.005", "0.00", "1.01", "rounded"),
        ("-0.04", "0.0", "0.0", "rounded"),
        ("1234567", "#,##0", "1234567", ""),
        ("1234567", '#,##0,"k"', "1234567", "otherwise"),
        ("1234.5", "[$£-809]#,##0.00", "1234.50", ""),
        ("0", '_-* #,##0_-;\\-* #,##0_-;_-* "-"??_-;_-@_-', "0", ""),
        ("-5", "#,##0_);(#,##0)", "-5", ""),
        ("-5", "0;[Red]0", "-5", ""),
        ("-5", "0;0", "-5", "otherwise"),
        ("5", '"<"0', "5", "otherwise"),
        ("5", ";;;", "5", "otherwise"),
        ("5", "[<5]0;0.0", "5", "otherwise"),
        ("0.5", "# ?/?", "0.5", "otherwise"),
        ("7", "000", "007", ""),
        ("0.30000000000000004", "General", "0.3", ""),
        ("1.5E-3", "General", "0.0015", ""),
        ("1E+16", "General", "10000000000000000", ""),
        ("5", "@", "5", ""),
        ("43282", "mmm-yy", "2018-07", ""),
        ("43295", "mmm-yy", "2018-07-14", "part of a date"),
        ("43295", "dd/mm/yyyy", "2018-07-14", ""),
        ("43295", "[$-809]d mmmm yyyy;@", "2018-07-14", ""),
        ("43295", "d-mmm", "2018-07-14", "part of a date"),
        ("43101", "yyyy", "2018", ""),
        ("43295.5", "dd/mm/yyyy hh:mm", "2018-07-14 12:00:00", ""),
        ("1E+300", "dd/mm/yyyy", "1" + "0" * 300, "otherwise"),
        ("1E+999999999", "General", "1E+999999999", ""),
        ("NaN", "0.0", "NaN", ""),
        ("about", "0.0", "about", ""),
    ],
)
def test_a_number_is_what_a_person_sees_or_it_is_said(
    stored: str, form: str, text: str, kind: str
) -> None:
    assert show(stored, form) == Shown(text, kind)


def test_dates_of_a_workbook_that_counts_from_1904() -> None:
    assert show("41833", "dd/mm/yyyy", from_1904=True).text == "2018-07-14"


def test_each_kind_of_cell_is_the_text_that_csv_holds() -> None:
    row: list[Cell] = [True, dt.date(2018, 7, 14), 1, "two\nlines", 0.1 + 0.2]
    error = ('<c r="C2" t="n"><v>1</v>', '<c r="C2" t="e"><v>#N/A</v>')
    found = cells(edited(error, rows=[HEADING, row]))
    assert found == [(2, "TRUE", "2018-07-14", "#N/A", "two\nlines", "0.3")]


def test_strings_are_those_that_are_shared_without_how_they_are_spoken() -> None:
    rich = b"<si><r><t>Pre</t></r><r><t>vent</t></r><rPh><t>x</t></rPh></si>"
    strings = b"<sst><si><t>a</t></si>" + rich + b"</sst>"
    content = with_parts(
        edited(('<c r="C2" t="inlineStr"><is><t>Prevent</t></is>', '<c r="C2" t="s"><v>1</v>')),
        {"xl/sharedStrings.xml": strings, "xl/_rels/workbook.xml.rels": _with_strings()},
    )
    assert cells(content)[0][3] == "Prevent"


def _with_strings() -> bytes:
    relations = parts_of(workbook([HEADING]))["xl/_rels/workbook.xml.rels"].decode()
    own = '<Relationship Id="s" Type="http://x/sharedStrings" Target="/xl/sharedStrings.xml"/>'
    return relations.replace("</Relationships>", f"{own}</Relationships>").encode()


def test_text_that_xml_cannot_hold_comes_back() -> None:
    content = edited(("Prevent", "Pre_x0007_vent_x000D_ _x005F_x0041_"))
    assert cells(content)[0][3] == "Pre\x07vent\r _x0041_"
    assert ("ENC-004", 2, None) in faults(content)


def test_the_result_of_a_formula_that_is_no_text_is_blank() -> None:
    rows: list[list[Cell]] = [[*HEADING], [*ROW[:4], '=IF(1=2,"a","")']]
    as_text = edited(('<c r="E2">', '<c r="E2" t="str">'), rows=rows)
    assert ("STR-009", 2, None) in faults(as_text)
    assert ("STR-009", 2, "no result") in faults(workbook(rows))


def test_a_shared_formula_that_points_elsewhere_is_found_in_each_cell() -> None:
    content = workbook([HEADING, ROW, ROW])
    sheet = parts_of(content)[SHEET].decode()
    for place, formula in (("E2", 'ref="E2:E3">[2]Old!A1</f>'), ("E3", "/>")):
        at = sheet.index(f'<c r="{place}"')
        shared = f'<f t="shared" si="0" {formula}' if formula != "/>" else '<f t="shared" si="0"/>'
        sheet = sheet[:at] + sheet[at:].replace("<v>", f"{shared}<v>", 1)
    found = faults(with_parts(content, {SHEET: sheet.encode()}))
    assert found == [("STR-009", 2, "other workbook"), ("STR-009", 3, "other workbook")]


@pytest.mark.parametrize(
    ("formula", "elsewhere"),
    [
        ("[1]Sheet1!A1", True),
        ("SUM('C:\\folder\\[last.xlsx]Sheet 1'!A1)", True),
        ("'[1]My sheet (2)'!A1", True),
        ("[1]!Total", True),
        ("Table1[1]*Sheet2!A1", False),
        ("Table1[trained]+Table1[[#This Row],[eligible]]", False),
        ("'My [draft] sheet'!A1", False),
    ],
)
def test_only_a_formula_that_points_to_another_workbook_is_one(
    formula: str, elsewhere: bool
) -> None:
    content = workbook([HEADING, [*ROW[:4], f"={formula}"]])
    kinds = {kind for _, _, kind in faults(with_results(content, {"E2": "87"}))}
    assert ("other workbook" in kinds) is elsewhere


@pytest.mark.parametrize("column", ["A", "E"])
def test_a_hidden_column_is_found_at_its_heading(column: str) -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.column_dimensions[column].hidden = True
        sheet.column_dimensions["XFD"].hidden = True  # and holds nothing

    assert faults(workbook([HEADING, ROW], hide)) == [("STR-008", 1, "hidden column")]


def test_what_is_merged_above_or_beside_the_table_is_no_fault_of_it() -> None:
    def merge(sheet: Worksheet) -> None:
        sheet.merge_cells("A1:E1")
        sheet.merge_cells("H4:J5")

    content = workbook([["Training"], HEADING, ROW], merge)
    assert [rule for rule, _, _ in faults(content)] == ["STR-006"]


def test_a_merged_range_as_large_as_a_sheet_costs_nothing() -> None:
    merged = '</sheetData><mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells>'
    content = edited(("</sheetData>", merged))
    assert ("STR-008", 2, "merged") in faults(content)


def test_a_cell_in_the_last_corner_of_the_sheet_is_refused_before_blank_ones_are_made() -> None:
    content = workbook([HEADING, ROW], put("XFD1048576", "x"))
    assert faults(content) == [("FIL-003", 1_048_576, "columns")]
    assert faults(workbook([HEADING, ROW], put("A1048576", "x y")))[-1][0] == "STR-006"


def test_limits_are_those_of_a_csv_too() -> None:
    content = workbook([HEADING, ROW, ROW, ROW])
    assert faults(content, Limits(rows=2)) == [("FIL-003", None, "rows")]
    assert faults(content, Limits(bytes=100)) == [("FIL-003", None, "bytes")]
    assert ("FIL-003", 1, "cell_characters") in faults(content, Limits(cell_characters=5))


def test_what_the_archive_says_of_its_sizes_is_not_believed() -> None:
    content = bytearray(with_parts(workbook([HEADING, ROW]), {"a.xml": b" " * 1_000_000}))
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    [(rule, _, _)] = faults(bytes(content), Limits(unpacked_bytes=100_000))
    assert rule in ("FIL-003", "FIL-008")


def test_two_cells_in_one_place_are_damage() -> None:
    content = edited(('<c r="E2"', '<c r="D2"'))
    assert faults(content) == [("FIL-008", None, "damaged")]


def test_a_hidden_sheet_with_an_older_table_does_not_matter() -> None:
    book = load_workbook(io.BytesIO(workbook([HEADING, ROW])))
    copied = book.copy_worksheet(book.worksheets[0])
    copied.sheet_state = "hidden"
    assert faults(saved(book)) == []


def test_comments_and_macros_are_passed_over() -> None:
    def comment(sheet: Worksheet) -> None:
        sheet["E2"].comment = Comment("Is this right?", "Ann")

    content = with_parts(
        workbook([HEADING, ROW], comment), {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 macros"}
    )
    assert cells(content) == [(2, "ABC", "2018-19 Q2", "Prevent", "100", "87")]
    assert faults(content) == []


def test_the_cells_are_those_that_openpyxl_reads() -> None:
    content = as_workbook(Case("NUM-001").good.read_bytes())
    sheet = load_workbook(io.BytesIO(content))["Return"]
    expected = [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
    found = read(content)
    assert found.table is not None
    assert [list(found.header or ()), *map(list, found.table.drop("row_number").rows())] == expected


# --- Any bytes -------------------------------------------------------------------------------

SOUND = as_workbook(Case("NUM-001").good.read_bytes(), put("F2", 0.85, "0%"), put("G3", "=1+1"))
PARTS = sorted(parts_of(SOUND))
CONTEXT = Context(reference=birmingham(), as_of=dt.date(2018, 10, 20))


def check_it(content: bytes) -> None:
    found = check(content, file_name="return.xlsx", context=CONTEXT)
    assert all(one.message for one in found.findings)


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, len(SOUND) - 1), cut=st.booleans(), put_in=st.binary(max_size=8))
def test_a_damaged_archive_raises_nothing(at: int, cut: bool, put_in: bytes) -> None:
    check_it(SOUND[:at] + put_in + (b"" if cut else SOUND[at + len(put_in) :]))


@settings(max_examples=150, deadline=None)
@given(
    part=st.sampled_from([one for one in PARTS if one.startswith(("xl/", "_rels"))]),
    at=st.integers(0, 5000),
    put_in=st.one_of(
        st.binary(max_size=6),
        st.sampled_from(
            [b'"', b"<", b"</c>", b"<c>", b"-1", b"999999999999", b'r="A0"', b"&amp;", b"&a;"]
        ),
    ),
    over=st.integers(0, 12),
)
def test_a_damaged_part_raises_nothing(part: str, at: int, put_in: bytes, over: int) -> None:
    sound = parts_of(SOUND)[part]
    at %= max(len(sound), 1)
    check_it(with_parts(SOUND, {part: sound[:at] + put_in + sound[at + over :]}))


@settings(max_examples=50, deadline=None)
@given(missing=st.sampled_from(PARTS))
def test_a_part_that_is_missing_raises_nothing(missing: str) -> None:
    check_it(with_parts(SOUND, {missing: b""}))


@pytest.mark.parametrize(
    "attributes",
    [
        'r="A1"', 'r="A2" t="s"', 'r="ZZZZ1"', 'r="A99999999"', 's="99"', 's="-1"', 't="q"',
        't="d"', 't="b"', 't="e"', 't="inlineStr"', "",
    ],
)  # fmt: skip
def test_a_cell_said_otherwise_raises_nothing(attributes: str) -> None:
    sheet = parts_of(SOUND)[SHEET].decode()
    start = sheet.index("<c ", sheet.index('<row r="2"'))
    changed = f"{sheet[:start]}<c {attributes}{sheet[sheet.index('>', start) :]}"
    check_it(with_parts(SOUND, {SHEET: changed.encode()}))


def test_what_extensions_add_is_not_taken_for_the_workbooks_own() -> None:
    """Excel writes another workbookPr among its extensions, and forms have rows and columns."""
    content = workbook([HEADING, [*ROW[:4], 41833]], put("E2", 41833, "dd/mm/yyyy"))
    book = parts_of(content)["xl/workbook.xml"].decode()
    assert "<workbookPr" in book
    book = book.replace("<workbookPr", '<workbookPr date1904="1"', 1).replace(
        "</workbook>", '<x:workbookPr xmlns:x="http://x15" date1904="0"/></workbook>'
    )
    anchor = '<y:row xmlns:y="http://drawing" hidden="1">9</y:row><y:c xmlns:y="http://drawing"/>'
    sheet = parts_of(content)[SHEET].decode().replace("</worksheet>", f"{anchor}</worksheet>")
    both = {"xl/workbook.xml": book.encode(), SHEET: sheet.encode()}
    assert cells(with_parts(content, both))[0][5] == "2018-07-14"
    assert faults(with_parts(content, both)) == []


def test_the_strict_form_of_the_standard_and_other_prefixes_are_read() -> None:
    content = workbook([HEADING, ROW])
    spaces = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main":
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships":
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    }  # fmt: skip
    strict = {}
    for name, part in parts_of(content).items():
        for old, new in spaces.items():
            part = part.replace(old, new)  # noqa: PLW2901
        strict[name] = part
    assert cells(with_parts(content, strict)) == cells(content)
    prefixed = parts_of(content)[SHEET].decode().replace("<", "<x:").replace("<x:/", "</x:")
    prefixed = prefixed.replace("xmlns=", "xmlns:x=")
    assert cells(with_parts(content, {SHEET: prefixed.encode()})) == cells(content)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('r="2"', f'r="{"9" * 5000}"'),
        ("<sheetData>", '<sheetData><c r="A1"><v>1</v></c>'),
        ("<sheetData>", "<sheetData><c><v>1</v></c>"),
        ("<sheetData>", '<cols><col min="0" max="2" hidden="1"/></cols><sheetData>'),
        ("<sheetData>", f'<cols><col min="1" max="{"9" * 5000}" hidden="1"/></cols><sheetData>'),
    ],
)
def test_places_that_no_sheet_has_are_damage(old: str, new: str) -> None:
    assert faults(edited((old, new))) == [("FIL-008", None, "damaged")]


def test_one_huge_cell_is_read_once_and_refused() -> None:
    content = edited(("Prevent", "x" * 20_000_000))
    started = time.process_time()
    assert ("FIL-003", 2, "cell_characters") in faults(content)
    assert time.process_time() - started < 20
