"""Makes the workbooks among the fixtures: python -m tests.pipelines.checking.make_workbooks.

They are kept as files, so that they can be opened and looked at.
"""

from __future__ import annotations

import io

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.pipelines.checking.cases import FIXTURES
from tests.workbooks import as_workbook, put, saved, with_parts, with_results

GOOD = (FIXTURES / "NUM-001" / "good.csv").read_bytes()
SENSITIVE = (FIXTURES / "NUM-002" / "bad-qualified-sensitive.csv").read_bytes()
FIGURE = "F2"  # of people
COUNT = "H2"  # never quoted
SHEET = "xl/worksheets/sheet1.xml"


def every() -> dict[str, bytes]:
    """Each workbook by its place among the fixtures."""
    good = as_workbook(GOOD)
    no_result = as_workbook(GOOD, put(FIGURE, "=3400+52"))
    elsewhere = as_workbook(GOOD, put(FIGURE, "=[1]Figures!B2"))
    return {
        "FIL-002/bad-binary.xlsx": with_parts(good, {"_rels/.rels": _BINARY}),
        "FIL-003/bad-cells.xlsx": as_workbook(GOOD, _with_formats_to_row_20),
        "FIL-003/bad-members.xlsx": with_parts(
            good, {f"docProps/custom{number}.xml": b"<a/>" for number in range(30)}
        ),
        "FIL-003/bad-unpacked-bytes.xlsx": with_parts(good, {"docProps/a.xml": b" " * 200_000}),
        "FIL-008/bad.xlsx": good[: len(good) // 2],
        "FIL-008/bad-nested.xlsx": with_parts(good, {"xl/embeddings/sheet.xlsx": good}),
        "FIL-008/bad-entities.xlsx": with_parts(
            good, {SHEET: b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>'}
        ),
        "FIL-008/bad-password.xlsx": _locked(good),
        "FIL-008/good.xlsx": good,
        "FIL-009/bad.xlsx": _two_sheets("Cover", "Notes", table=False),
        "FIL-009/bad-several.xlsx": _two_sheets("July", "August", table=True),
        "FIL-009/bad-hidden.xlsx": _hidden(),
        "FIL-009/good.xlsx": _with_a_cover(),
        "STR-008/bad.xlsx": as_workbook(GOOD, lambda sheet: sheet.merge_cells("C2:C3")),
        "STR-008/bad-hidden-row.xlsx": as_workbook(GOOD, _hide_row),
        "STR-008/bad-hidden-column.xlsx": as_workbook(GOOD, _hide_column),
        "STR-008/good.xlsx": good,
        "STR-009/bad.xlsx": with_results(no_result, {FIGURE: "3452"}),
        "STR-009/bad-no-result.xlsx": no_result,
        "STR-009/bad-other-workbook.xlsx": with_results(elsewhere, {FIGURE: "3452"}),
        "STR-009/good.xlsx": good,
        "STR-010/bad.xlsx": as_workbook(GOOD, put(FIGURE, 3452, '0" people"')),
        "STR-010/bad-rounded.xlsx": as_workbook(GOOD, put(FIGURE, 3451.7, "#,##0")),
        "STR-010/bad-part-of-a-date.xlsx": as_workbook(GOOD, put("D2", 43387, "d-mmm")),
        "STR-010/bad-sensitive.xlsx": as_workbook(SENSITIVE, put(COUNT, 12, '0" people"')),
        "STR-010/bad-rounded-sensitive.xlsx": as_workbook(SENSITIVE, put(COUNT, 11.7, "0")),
        "STR-010/bad-part-of-a-date-sensitive.xlsx": as_workbook(
            SENSITIVE, put(COUNT, 43387, "d-mmm")
        ),
        "STR-010/good.xlsx": as_workbook(GOOD, put(FIGURE, 3452, "#,##0")),
    }


_BINARY = (
    b'<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/'
    b'officeDocument/2006/relationships/officeDocument" Target="xl/workbook.bin"/></Relationships>'
)


def _with_formats_to_row_20(sheet: Worksheet) -> None:
    for row in range(3, 21):
        for column in range(1, 10):
            sheet.cell(row, column).number_format = "0.00"


def _hide_row(sheet: Worksheet) -> None:
    sheet.row_dimensions[2].hidden = True


def _hide_column(sheet: Worksheet) -> None:
    sheet.column_dimensions["F"].hidden = True


def _locked(content: bytes) -> bytes:
    """A workbook whose first part says of itself that it wants a password."""
    changed = bytearray(content)
    entry = content.index(b"PK\x01\x02")
    changed[entry + 8] |= 1
    return bytes(changed)


def _two_sheets(one: str, other: str, *, table: bool) -> bytes:
    book = load_workbook(io.BytesIO(as_workbook(GOOD)))
    book.worksheets[0].title = one
    if table:
        book.copy_worksheet(book.worksheets[0]).title = other
    else:
        book.worksheets[0].delete_rows(1)
        book.create_sheet(other)["A1"] = "Nothing to add"
    return saved(book)


def _hidden() -> bytes:
    book = load_workbook(io.BytesIO(as_workbook(GOOD)))
    book.create_sheet("Cover")["A1"] = "Training compliance"
    book.active = 1
    book.worksheets[0].sheet_state = "hidden"
    return saved(book)


def _with_a_cover() -> bytes:
    book = load_workbook(io.BytesIO(as_workbook(GOOD)))
    book.create_sheet("Cover", 0)["A1"] = "Training compliance"
    return saved(book)


def main() -> None:
    """Write them."""
    for place, content in every().items():
        file = FIXTURES / place
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)


if __name__ == "__main__":
    main()
