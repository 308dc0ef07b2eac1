"""The workbook that a partner starts from: the CSV template's rows, with what a sheet can add.

Codes, months and references are text, so that no spreadsheet rewrites them; codes have lists; what
names a row is locked, without a password, and figures are open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.checking.rules.cells import code_labels
from pipelines.reading.workbook import HELP_SHEET, LISTS_SHEET
from pipelines.receiving.sheets import BOLD, comment, fit_to_paper, put_rows, put_text, saved, words
from schemas.columns import Column
from schemas.declaration import Return
from schemas.quarter import Quarter
from schemas.reference import Reference

_TEXT, _LAST_ROW = "@", 50_001
_GREY = PatternFill("solid", fgColor="EDEDED")
_OPEN = Protection(locked=False)
_NO_TITLE = re.compile(r"[\[\]:*?/\\']")
_LONGEST_TITLE = 31
_WIDTHS = {"least": 14, "most": 40}


def template_workbook(
    rows: Sequence[Sequence[str]],
    *,
    organisation: str,
    ret: Return,
    quarter: Quarter,
    reference: Reference,
) -> bytes:
    """Return the workbook to fill in.

    Args:
        rows: The rows of the template, a cell for each column of the return; blank ones are open.
        organisation: The code of who sends it.
        ret: The return, with the columns of the quarter.
        quarter: The quarter that it is for.
        reference: The board, for lists and names.
    """
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = _NO_TITLE.sub(" ", ret.title)[:_LONGEST_TITLE].strip() or ret.name
    _table(sheet, rows, ret)
    known = reference.organisation(organisation)
    title = words()["template"]["title"].format(
        title=ret.title, organisation=known.name if known else organisation, quarter=quarter.label
    )
    _help(book.create_sheet(HELP_SHEET), title, table=sheet.title, ret=ret)
    _lists(book.create_sheet(LISTS_SHEET), sheet, ret, quarter, reference)
    for one in book.worksheets:
        fit_to_paper(one)
    about = book.properties
    about.creator = "Quarterdeck"
    about.title = title
    about.subject, about.version = ret.name, ret.template_version
    about.keywords = f"{organisation}, {quarter.label}"
    return saved(book)


def _table(sheet: Worksheet, rows: Sequence[Sequence[str]], ret: Return) -> None:
    for at, column in enumerate(ret.columns, start=1):
        letter = get_column_letter(at)
        of_column = sheet.column_dimensions[letter]
        of_column.number_format = "General" if column.kind.is_number else _TEXT
        of_column.protection = _OPEN
        heading = put_text(sheet, 1, at, column.name)
        heading.font, heading.fill = BOLD, _GREY
        heading.comment = comment(_words_of(column))
        texts = [column.name, *(row[at - 1] for row in rows)]
        longest = max(len(text) for text in texts) + 2
        of_column.width = min(max(longest, _WIDTHS["least"]), _WIDTHS["most"])
        for number, row in enumerate(rows, start=2):
            if not row[at - 1]:
                continue
            cell = put_text(sheet, number, at, row[at - 1])
            cell.number_format = _TEXT
            if column.key:
                cell.fill = _GREY
            else:
                cell.protection = _OPEN
    sheet.freeze_panes = "A2"
    allowed = sheet.protection
    allowed.sheet = True
    allowed.formatCells = allowed.formatColumns = allowed.formatRows = False
    allowed.insertRows = allowed.deleteRows = allowed.sort = allowed.autoFilter = False


def _words_of(column: Column) -> str:
    example = words()["template"]["example"].format(example=column.example)
    return f"{column.title}\n{column.description}\n{example}"


def _help(sheet: Worksheet, title: str, *, table: str, ret: Return) -> None:
    said = words()["template"]
    steps = [step.format(sheet=table, lists=LISTS_SHEET) for step in said["steps"]]
    if ret.observation is not None and ret.observation.item is not None:
        steps.append(said["nothing"].format(item=ret.observation.item))
    for number, text in enumerate([title, *steps], start=1):
        put_text(sheet, number, 1, text)
    sheet["A1"].font = BOLD
    at = len(steps) + 3
    columns = [
        [
            get_column_letter(number), column.name, column.description, column.example,
            said["yes"] if column.blank_allowed else said["no"],
        ]
        for number, column in enumerate(ret.columns, start=1)
    ]  # fmt: skip
    put_rows(sheet, [said["headings"], *columns], widths=[10, 20, 70, 30, 16], at=at)
    for cell in sheet[at]:
        cell.font = BOLD


def _lists(
    lists: Worksheet, table: Worksheet, ret: Return, quarter: Quarter, reference: Reference
) -> None:
    """Put the codes of each column on the sheet of lists, and bind the column to them."""
    said = words()["template"]
    used = 0
    for at, column in enumerate(ret.columns, start=1):
        codes = _codes(column, ret, quarter, reference)
        if not codes:
            continue
        used += 1
        letter, own = get_column_letter(at), get_column_letter(used)
        put_text(lists, 1, used, said["list_heading"].format(column=column.name)).font = BOLD
        for row, code in enumerate(codes, start=2):
            put_text(lists, row, used, code).number_format = _TEXT
        lists.column_dimensions[own].width = _WIDTHS["most"]
        rule = DataValidation(
            type="list",
            formula1=f"'{lists.title}'!${own}$2:${own}${len(codes) + 1}",
            allow_blank=True,
            showErrorMessage=True,
            errorStyle="warning",
            errorTitle=said["list_title"],
            error=said["list_words"],
        )
        rule.add(f"{letter}2:{letter}{_LAST_ROW}")
        table.add_data_validation(rule)


def _codes(column: Column, ret: Return, quarter: Quarter, reference: Reference) -> list[str]:
    """Return what a cell of a column may hold: the codes of its list, or the board's categories."""
    if column.kind.is_code:
        return list(code_labels(column, ret, reference=reference, quarter=quarter)[0])
    seen = ret.observation
    if seen is None:
        return []
    categories = [
        one
        for measure in reference.measures_of(ret.name)
        for one in reference.categories_of(measure.measure)
    ]
    if column.name == seen.breakdown:
        return list(dict.fromkeys(one.breakdown for one in categories))
    if column.name in (seen.category, *seen.category_columns):
        of = column.name if column.name in seen.category_columns else None
        of_column = (one.category for one in categories if of in (None, one.breakdown))
        return list(dict.fromkeys(of_column))
    return []
