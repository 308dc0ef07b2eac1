"""What templates and annotated workbooks have in common: their words, and text that stays text."""

from __future__ import annotations

import io
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.escaping import visible

OURS = "Quarterdeck"  # who wrote a comment
BOLD = Font(name="Calibri", size=11, bold=True)
LINK = Font(name="Calibri", size=11, color="1D4F91", underline="single")
WRAPPED = Alignment(wrap_text=True, vertical="top")
_ROW_HEIGHT = 15
_COMMENT_WIDTH, _LINE_HEIGHT, _LETTERS_A_LINE = 320, 18, 45


@cache
def words() -> dict[str, Any]:
    """Return the words on the sheets."""
    return tomllib.loads((Path(__file__).parent / "workbooks.toml").read_text(encoding="utf-8"))


def put_text(sheet: Worksheet, row: int, column: int, text: str) -> Cell | MergedCell:
    """Put text into a cell, never as a formula, and return the cell."""
    cell = sheet.cell(row, column, text or None)
    if text:
        cell.data_type = "s"
    return cell


def put_rows(sheet: Worksheet, rows: list[list[str]], *, widths: list[int], at: int = 1) -> None:
    """Put rows of text onto a sheet of ours, wrapped and as high as they need, from ``at`` on."""
    for number, row in enumerate(rows, start=at):
        lines = max(1 + len(text) // width for text, width in zip(row, widths, strict=True))
        sheet.row_dimensions[number].height = _ROW_HEIGHT * lines
        for column, text in enumerate(row, start=1):
            put_text(sheet, number, column, visible(text)).alignment = WRAPPED
    for column, width in enumerate(widths):
        sheet.column_dimensions["ABCDEFGH"[column]].width = width


def fit_to_paper(sheet: Worksheet) -> None:
    """Let a sheet be printed on its side, as wide as the paper."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0


def comment(text: str) -> Comment:
    """Return a comment of ours, large enough for its text."""
    lines = sum(1 + len(line) // _LETTERS_A_LINE for line in text.splitlines())
    return Comment(text, OURS, width=_COMMENT_WIDTH, height=_LINE_HEIGHT * (lines + 1))


def saved(book: Workbook) -> bytes:
    """Return the bytes of a workbook."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
