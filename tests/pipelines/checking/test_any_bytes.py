"""Any bytes give findings and never an exception; the same bytes give the same ones.

The trap: the one file that nobody thought of shows a traceback to a person.
"""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from pipelines.checking.engine.outcome import CheckedFile
from pipelines.receiving.annotated import annotate
from pipelines.receiving.receipts.as_text import findings_as_text
from pipelines.receiving.templates import template
from schemas.declaration import record_columns
from schemas.quarter import Quarter
from tests.declared import declared_board
from tests.pipelines.checking.cases import Case

REFERENCE = declared_board()
RETURNS = REFERENCE.declared_returns
QUARTER = Quarter(2018, 2)
UNHURRIED = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
GOOD = Case("NUM-001").good.read_bytes()
ODD = (
    "", " ", "\u00a0", "nil", "[c]", "[x]", "[z]", "0", "-0", "-1", "1.5", "1e400", "1_000", "１２",
    "1,234", "50%", "£3", "NaN", "inf", "#REF!", "####", "<5", "N/A", "=1+1",
    "\u202eabc", "\ufeff",
    "2018-19 Q2", "2018-07", "43282", "31/02/2018", "07/23/2018", "99999999999999999999",
    "943 476 5919", "B15 2TH", "Red", "TBC", "End Aug-18", "x" * 500, '"', "'", "a\nb",
    "UHB", "uhb",
    "cqc_review", "Birmingham", "é", "e\u0301", "\U0001f600", "0" * 40, "-", "–", "1" * 16,
)  # fmt: skip


def checked(content: bytes) -> CheckedFile:
    context = Context(reference=REFERENCE, as_of=dt.date(2018, 10, 20))
    return check(content, file_name="return.csv", context=context)


def holds(content: bytes) -> CheckedFile:
    """A check of the bytes, with what is true of every check."""
    file = checked(content)
    assert file.findings == checked(content).findings
    assert file.rows_used + file.rows_not_used + file.rows_passed_over == file.rows_found
    assert (file.rows is not None) == file.accepted
    assert file.accepted or file.findings, "what is not taken says why"
    if file.rows is not None and file.return_name is not None:
        ret = RETURNS[file.return_name].at(file.quarter)
        assert dict(file.rows.schema) == {n: d() for n, d in record_columns(ret).items()}
        assert file.rows.height == file.rows_used
    for finding in file.findings:
        assert finding.value is None or len(finding.value) <= 60
    findings_as_text(file)
    annotate(content, file)
    return file


@given(st.binary(max_size=400))
@UNHURRIED
def test_any_bytes_give_findings(content: bytes) -> None:
    holds(content)


@given(st.data())
@UNHURRIED
def test_a_good_file_with_some_bytes_damaged_gives_findings(data: st.DataObject) -> None:
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        how = data.draw(st.sampled_from(["change", "drop", "insert", "cut"]))
        byte = data.draw(st.integers(0, 255))
        if how == "change":
            content[at] = byte
        elif how == "insert":
            content.insert(at, byte)
        elif how == "drop" and len(content) > 1:
            del content[at]
        elif how == "cut" and at:
            del content[at:]
    holds(bytes(content))


@pytest.mark.parametrize("name", RETURNS)
@given(data=st.data())
@settings(UNHURRIED, max_examples=15)
def test_odd_cells_in_any_column_of_any_return_give_findings(
    name: str, data: st.DataObject
) -> None:
    ret = RETURNS[name]
    owed = [one for one in REFERENCE.every_obligation if one.return_name == name]
    organisation = owed[0].organisation if owed else "BCC"
    started = template(
        organisation=organisation, ret=ret, quarter=QUARTER, reference=REFERENCE
    ).decode("utf-8-sig")
    heading, *rows = csv.reader(io.StringIO(started, newline=""))
    lines = rows[:3] or [[organisation, QUARTER.label, *[""] * (len(heading) - 2)]]
    for line in lines:
        for at in range(len(heading)):
            if data.draw(st.integers(0, 3)) == 0:
                line[at] = data.draw(st.sampled_from(ODD))
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([heading, *lines])
    holds(out.getvalue().encode())


@pytest.mark.parametrize("name", RETURNS)
def test_nothing_is_ever_quoted_of_a_column_that_is_never_quoted(name: str) -> None:
    """A mark in each sensitive cell, in files that break much else, is in no finding."""
    ret = RETURNS[name]
    mark = "4711"  # a number, so that it is one in columns of numbers too
    sensitive = {column.name for column in ret.columns if column.sensitive}
    assert sensitive
    for others in ("", "5", "1e9", "n/a", "[c]", "99999999", "2018-19 Q2"):
        cells = [
            mark if c.name in sensitive and c.kind.is_number else f"see {mark} here"
            if c.name in sensitive else c.example if c.key else others
            for c in ret.columns
        ]  # fmt: skip
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerows([[column.name for column in ret.columns], cells, cells])
        for finding in checked(out.getvalue().encode()).findings:
            assert mark not in f"{finding.message}{finding.hint}{finding.value}", finding


@pytest.mark.parametrize("name", sorted(RETURNS))
def test_a_file_whose_only_row_cannot_be_read_gives_findings(name: str) -> None:
    heading = ",".join(column.name for column in RETURNS[name].columns)
    context = Context(reference=REFERENCE, as_of=dt.date(2019, 1, 1))
    file = check(f"{heading}\nUHB,2018-19 Q1\n".encode(), file_name="x.csv", context=context)
    assert "STR-001" in {finding.rule for finding in file.findings}
