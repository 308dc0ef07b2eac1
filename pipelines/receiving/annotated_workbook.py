"""The sender's workbook with what was found in it: to be put right in place and sent again."""

from __future__ import annotations

import io
import warnings
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.checking.engine.outcome import CheckedFile
from pipelines.escaping import visible
from pipelines.reading.headings import plain_names
from pipelines.reading.outcome import Limits
from pipelines.reading.workbook import FINDINGS_SHEET, TheSheet, open_workbook
from pipelines.receiving.sheets import (
    BOLD,
    LINK,
    OURS,
    comment,
    fit_to_paper,
    put_rows,
    saved,
    words,
)
from schemas.finding import Finding

_SIGNED = f"({OURS})"  # ends our comments; a spreadsheet may forget who wrote one
_MOST_CELLS = 200_000
_MOST_COMMENTS = 2_000  # cells; the list has every finding
_WIDTHS = [30, 70, 70, 12]


def annotate_workbook(
    content: bytes, checked: CheckedFile, *, known_headings: Collection[frozenset[str]]
) -> bytes | None:
    """Return the workbook with a comment on each cell with a finding, and a sheet of all findings.

    Values stay as they are, formulas become their results. None where that cannot be done with
    certainty and in time: there is no sheet with the return, it is very large, or it would not be
    read again cell by cell.
    """
    known = [plain_names(tuple(headings)) for headings in known_headings]
    limits = Limits(bytes=len(content))
    before = open_workbook(content, limits=limits, known=known)
    # openpyxl makes every cell of a range, and takes half a minute for a million.
    if isinstance(before, tuple) or before.named > _MOST_CELLS:
        return None
    made = _annotated(content, before, checked.findings)
    if made is None:
        return None
    after = open_workbook(made, limits=Limits(bytes=len(made)), known=known)
    is_same = isinstance(after, TheSheet) and (after.sheet.title, after.sheet.rows) == (
        before.sheet.title,
        before.sheet.rows,
    )
    return made if is_same else None


def _annotated(content: bytes, before: TheSheet, findings: Sequence[Finding]) -> bytes | None:
    """Return the workbook with the findings, None where openpyxl cannot open or save it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what it leaves out
            book = load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
            sheet = book[before.sheet.title]
            if _has_our_list(book, before.sheet.title):
                del book[FINDINGS_SHEET]
            _take_our_comments_out(sheet, before)
            _keep_sizes(sheet, before)
            _comment(sheet, findings)
            _list(book, before, findings)
            return saved(book)
    except Exception:  # noqa: BLE001  # it names no errors of its own; the findings go out as CSV
        return None


def _has_our_list(book: Workbook, table: str) -> bool:
    """Return whether the workbook has a sheet of findings that we wrote."""
    if FINDINGS_SHEET not in book.sheetnames or table == FINDINGS_SHEET:
        return False
    return bool(book[FINDINGS_SHEET]["A1"].value == words()["findings"]["headings"][0])


def _take_our_comments_out(sheet: Worksheet, before: TheSheet) -> None:
    for row in before.sheet.rows:
        for column in range(1, before.width + 1):
            cell = sheet.cell(row, column)
            if cell.comment is not None and cell.comment.text.rstrip().endswith(_SIGNED):
                cell.comment = None


def _keep_sizes(sheet: Worksheet, before: TheSheet) -> None:
    """Make the notes on the template's headings as large as they were: openpyxl forgets sizes."""
    for column in before.sheet.rows.get(1, ()):
        cell = sheet.cell(1, column)
        if cell.comment is not None and cell.comment.author == OURS:
            cell.comment = comment(cell.comment.text)


def _comment(sheet: Worksheet, findings: Sequence[Finding]) -> None:
    """Put what was found on its cells; a comment of the sender's stays as it is."""
    by_cell: dict[tuple[int, int], list[str]] = defaultdict(list)
    for finding in findings:
        for place in _places(finding):
            by_cell[place].append(visible(f"{finding.message} {finding.hint} [{finding.rule}]"))
    for (row, column), said in list(by_cell.items())[:_MOST_COMMENTS]:
        cell = sheet.cell(row, column)
        if cell.comment is None and not isinstance(cell, MergedCell):
            cell.comment = comment("\n".join([*said, _SIGNED]))


def _places(finding: Finding) -> Iterator[tuple[int, int]]:
    """Yield the cells of a finding; the first of a row where the whole row is meant."""
    column = column_index_from_string(finding.letter) if finding.letter else 1
    rows = finding.rows or ((finding.row,) if finding.row else ())
    yield from ((row, column) for row in rows)


def _list(book: Workbook, before: TheSheet, findings: Sequence[Finding]) -> None:
    """Add the sheet of findings, each with a link to its cell, and open the workbook there."""
    said = words()["findings"]
    table = before.sheet.title
    sheet = book.create_sheet(FINDINGS_SHEET)
    rows = [[one.where, one.message, one.hint, one.rule] for one in findings]
    notes = [said["sent_back"].format(sheet=table)] if rows else [said["none"]]
    if before.has_formulas:
        notes.append(said["formulas"])
    put_rows(sheet, [said["headings"], *rows], widths=_WIDTHS)
    for cell in sheet[1]:
        cell.font = BOLD
    for number, finding in enumerate(findings, start=2):
        for row, column in list(_places(finding))[:1]:
            cell = sheet.cell(number, 1)
            quoted = table.replace("'", "''")
            at = f"'{quoted}'!{get_column_letter(column)}{row}"
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=at)
            cell.font = LINK
    for number, note in enumerate(notes, start=len(rows) + 3):
        sheet.cell(number, 1, note)
    sheet.freeze_panes = "A2"
    fit_to_paper(sheet)
    for one in book.worksheets:
        one.sheet_view.tabSelected = False
    book.active = sheet
