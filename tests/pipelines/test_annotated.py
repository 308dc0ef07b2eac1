"""The annotated file: the file as it was sent, to be put right in place and sent again."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest

from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from pipelines.checking.engine.outcome import CheckedFile
from pipelines.checking.engine.wording import rules
from pipelines.receiving.annotated import FINDINGS, WHAT_TO_DO, annotate
from tests.boards import birmingham
from tests.pipelines.checking.cases import Case

REFERENCE = birmingham()
GOOD = Case("NUM-001").good.read_bytes()
BAD = GOOD.replace(b"3452", b"about 3400")


def checked(content: bytes) -> CheckedFile:
    context = Context(reference=REFERENCE, as_of=dt.date(2018, 10, 20))
    return check(content, file_name="UHB.csv", context=context)


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_what_was_found_stands_beside_its_row() -> None:
    found = rows(annotate(BAD, checked(BAD)))
    assert found[0][-2:] == [FINDINGS, WHAT_TO_DO]
    assert found[1][-2].startswith("Column F: “about 3400” is not a number. [NUM-001]")
    assert found[1][-1].startswith("Write digits only")
    assert found[2][-2:] == ["", ""]


def test_the_cells_are_as_they_were_sent() -> None:
    assert [row[:-2] for row in rows(annotate(BAD, checked(BAD)))] == rows(BAD)


def test_it_can_be_put_right_in_place_and_sent_again() -> None:
    mended = annotate(BAD, checked(BAD)).replace(b"about 3400,", b"3452,", 1)
    again = checked(mended)
    assert again.accepted, again.findings
    assert again.rows is not None
    plain = checked(GOOD)
    assert plain.rows is not None
    assert again.rows.equals(plain.rows)


@pytest.mark.parametrize("comment", [b"- see note", b"'- see note", b"=1+1", b"''=1"])
def test_sent_back_as_it_is_it_says_the_same_word_for_word(comment: bytes) -> None:
    sent = GOOD.replace(b",,\r\n", b",," + comment + b"\r\n", 1)
    first = checked(sent)
    again = checked(annotate(sent, first))
    twice = checked(annotate(annotate(sent, first), again))
    assert first.rows is not None
    assert first.rows["comment"][0] == comment.decode()
    for other in (again, twice):
        assert other.rows is not None
        assert other.rows.equals(first.rows)


def test_annotating_twice_gives_the_two_columns_once() -> None:
    once = annotate(BAD, checked(BAD))
    assert rows(annotate(once, checked(once)))[0].count(FINDINGS) == 1


@pytest.mark.parametrize(
    "content",
    [
        BAD.replace(b",", b";").replace(b"Service; Right", b"Service, Right"),
        BAD.replace(b",,\r\n", ",,café\r\n".encode("cp1252"), 1),
        b"\xff\xfe" + BAD.decode().encode("utf-16-le"),
        b"sep=,\r\n" + BAD,
    ],
    ids=["semicolons", "windows-1252", "utf-16", "sep line"],
)
def test_a_file_written_otherwise_is_annotated_cell_by_cell(content: bytes) -> None:
    found = rows(annotate(content, checked(content)))
    assert found[0][0] == "organisation"
    assert "NUM-001" in found[1][-2]
    assert found[1][5] == "about 3400"


def test_what_is_said_of_the_whole_file_stands_beside_the_first_row() -> None:
    only_heading = Case("STR-007").bad[0].read_bytes()
    found = rows(annotate(only_heading, checked(only_heading)))
    assert "STR-007" in found[1][-2]


@pytest.mark.parametrize("rule", [rule for rule in rules() if Case(rule).is_of_a_file])
def test_every_finding_of_every_bad_file_that_is_text_is_in_it(rule: str) -> None:
    case = Case(rule)
    for file in case.bad:
        content, found = file.read_bytes(), case.check(file)
        annotated = annotate(content, found)
        if file.suffix == ".xlsx":
            continue  # as test_annotated_workbook shows
        if annotated == content:
            assert str(found.outcome) == "refused"
            continue
        text = annotated.decode("utf-8-sig")
        for finding in found.findings:
            assert f"[{finding.rule}]" in text


def test_a_file_that_is_no_text_comes_back_as_it_is() -> None:
    content = b"PK\x03\x04 not a return"
    assert annotate(content, checked(content)) == content
