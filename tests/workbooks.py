"""Workbooks for tests: made from rows by openpyxl, with what a spreadsheet adds when it saves."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

Change = Callable[[Worksheet], object]
Cell = str | int | float | bool | dt.date | None


def rows_of(csv_file: bytes) -> list[list[str]]:
    """The rows of a CSV, as text."""
    return list(csv.reader(io.StringIO(csv_file.decode("utf-8-sig"), newline="")))


def workbook(rows: Sequence[Sequence[Cell]], *changes: Change, title: str = "Return") -> bytes:
    """A workbook of one sheet with those rows, changed."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for change in changes:
        change(sheet)
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The bytes of a workbook."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def as_workbook(csv_file: bytes, *changes: Change) -> bytes:
    """The same return as a workbook: numbers are numbers, all else is text."""
    return workbook([[typed(cell) for cell in row] for row in rows_of(csv_file)], *changes)


def typed(cell: str) -> Cell:
    """A cell as a spreadsheet keeps what was typed."""
    try:
        return int(cell)
    except ValueError:
        pass
    try:
        return float(cell)
    except ValueError:
        return cell or None


def put(place: str, value: Cell, form: str | None = None) -> Change:
    """Put a value into a cell, in a format."""

    def change(sheet: Worksheet) -> None:
        sheet[place] = value
        if form is not None:
            sheet[place].number_format = form

    return change


def with_results(content: bytes, results: Mapping[str, str], part: str = "") -> bytes:
    """A workbook whose formulas have the results that a spreadsheet saves beside them."""
    name = part or "xl/worksheets/sheet1.xml"
    sheet = parts_of(content)[name].decode()
    for place, result in results.items():
        at = sheet.index(f'<c r="{place}"')
        empty = next(one for one in ("<v></v>", "<v />", "<v/>") if one in sheet[at:])
        sheet = sheet[:at] + sheet[at:].replace(empty, f"<v>{result}</v>", 1)
    return with_parts(content, {name: sheet.encode()})


def parts_of(content: bytes) -> dict[str, bytes]:
    """The parts of a workbook by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_parts(content: bytes, changed: Mapping[str, bytes]) -> bytes:
    """A workbook with some of its parts put in the place of its own, or beside them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {**parts_of(content), **changed}.items():
            archive.writestr(name, part)
    return buffer.getvalue()
