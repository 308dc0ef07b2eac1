"""Each template, opened and saved by a real spreadsheet with its defaults, has the same rows.

The trap: a template that every test reads, and that the first spreadsheet to open it rewrites.
"""

from __future__ import annotations

import io
import shutil
import subprocess
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook

from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from pipelines.checking.engine.outcome import CheckedFile
from pipelines.reading.reader import ReadFile, read
from pipelines.receiving.annotated import annotate
from pipelines.receiving.templates import Form, template
from schemas.declaration import headings_of
from schemas.quarter import Quarter
from tests.boards import birmingham
from tests.pipelines.checking.cases import USUAL_DAY, Case, Past
from tests.workbooks import as_workbook, put, rows_of
from tests.workbooks import saved as saved_workbook

SOFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        SOFFICE is None, reason="LibreOffice is not installed: sh scripts/install-test-tools"
    ),
]
REFERENCE = birmingham()
RETURNS = REFERENCE.declared_returns
KNOWN = headings_of(RETURNS.values())
QUARTER = Quarter(2018, 2)
# What a plan's rows look like that a spreadsheet would like to rewrite.
TEXTS = {"ref": "1.0", "action": "=Review", "due": "March 2019", "subject": "10-14"}


def saved(files: dict[str, bytes], folder: Path, *, form: Form) -> dict[str, bytes]:
    """The files opened and saved by LibreOffice, all in one run."""
    own, out = folder / "in", folder / f"out-{form}"
    own.mkdir(exist_ok=True)
    for name, content in files.items():
        (own / name).write_bytes(content)
    assert SOFFICE is not None
    subprocess.run(
        [
            SOFFICE, f"-env:UserInstallation=file://{folder}/profile", "--headless",
            "--convert-to", form, "--outdir", str(out), *(str(own / name) for name in files),
        ],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return {name: (out / name).with_suffix(f".{form}").read_bytes() for name in files}


def before(name: str) -> Past:
    """A return before with rows that go on."""
    ret = RETURNS[name]
    row = {column.name: [TEXTS.get(column.name, column.example)] for column in ret.columns}
    return Past({QUARTER.shift(-1): pl.DataFrame(row)})


@cache
def templates(form: Form) -> dict[str, bytes]:
    made = {}
    for name, ret in RETURNS.items():
        sender = next(one for one in REFERENCE.every_obligation if one.return_name == name)
        made[f"{name}.{form}"] = template(
            organisation=sender.organisation, ret=ret, quarter=QUARTER, reference=REFERENCE,
            history=before(name) if ret.carried_forward else None, form=form,
        )  # fmt: skip
    return made


def read_it(content: bytes) -> ReadFile:
    return read(content, known_headings=KNOWN)


def checked(content: bytes) -> CheckedFile:
    return check(content, file_name="a", context=Context(reference=REFERENCE, as_of=USUAL_DAY))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_template_that_is_opened_and_saved_has_the_same_rows(form: Form, tmp_path: Path) -> None:
    sent = templates(form)
    for name, content in saved(sent, tmp_path, form=form).items():
        own, again = read_it(sent[name]), read_it(content)
        assert again.header == own.header, name
        assert (again.table is None) == (own.table is None), name
        if own.table is not None and again.table is not None:
            assert again.table.rows() == (own.table.rows() if form == "xlsx" else of_csv(own)), name


def of_csv(own: ReadFile) -> list[tuple[object, ...]]:
    """The rows of a CSV as a spreadsheet leaves them: 1.0 is a number to it.

    The check reads it as the plan's 1.0, with a note (PLN-003).
    """
    assert own.table is not None
    return [tuple("1" if cell == "1.0" else cell for cell in row) for row in own.table.rows()]


def test_a_csv_template_saved_as_a_workbook_has_the_same_rows(tmp_path: Path) -> None:
    sent = templates("csv")
    for name, content in saved(sent, tmp_path, form="xlsx").items():
        own, again = read_it(sent[name]), read_it(content)
        if own.table is not None:
            assert again.table is not None, name
            assert again.table.rows() == of_csv(own), name


def test_a_workbook_saved_as_csv_says_the_same(tmp_path: Path) -> None:
    good = Case("NUM-001").good.read_bytes()
    sent = {
        "percent.xlsx": as_workbook(good, put("G2", 0.894, "0.0%"), put("E2", None)),
        "thousands.xlsx": as_workbook(good, put("F2", 3452, "#,##0")),
        "money.xlsx": as_workbook(good, put("F2", 3452, "[$£-809]#,##0")),
    }  # fmt: skip
    for name, content in saved(sent, tmp_path, form="csv").items():
        by_workbook = read_it(sent[name]).table
        assert by_workbook is not None
        cells = [list(row)[1:] for row in by_workbook.rows()]
        by_csv = [[cell.replace(",", "").lstrip("£") for cell in row] for row in rows_of(content)]
        plain = [[cell.replace(",", "") for cell in row] for row in cells]
        assert plain == by_csv[1:], name


def test_formulas_have_their_results_once_a_spreadsheet_saved_them(tmp_path: Path) -> None:
    content = as_workbook(Case("NUM-001").good.read_bytes(), put("F2", "=3400+52"))
    assert not checked(content).accepted
    (again,) = saved({"a.xlsx": content}, tmp_path, form="xlsx").values()
    found = checked(again)
    assert found.accepted, found.findings
    assert [one.rule for one in found.findings] == ["STR-009"]
    assert found.rows is not None
    assert found.rows["trained"].to_list() == [3452, 1013]


def test_an_annotated_workbook_that_is_opened_and_saved_says_the_same(tmp_path: Path) -> None:
    content = as_workbook(Case("NUM-001").good.read_bytes(), put("F2", "about 3400"))
    first = checked(content)
    (again,) = saved({"a.xlsx": annotate(content, first)}, tmp_path, form="xlsx").values()
    assert checked(again).findings == first.findings
    once_more = load_workbook(io.BytesIO(annotate(again, first)))
    assert once_more.sheetnames == ["Return", "Findings"]
    assert str(once_more["Return"]["F2"].comment.text).count("NUM-001") == 1
    once_more["Return"]["F2"] = 3452
    mended = saved_workbook(once_more)
    cell = load_workbook(io.BytesIO(annotate(mended, checked(mended))))["Return"]["F2"]
    assert cell.comment is None
