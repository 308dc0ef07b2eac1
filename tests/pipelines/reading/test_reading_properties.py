"""What holds for any bytes: reading raises nothing, loses no row, moves no cell, and the quick way
gives what the exact scanner gives.

Each property has a control: a reader made worse on purpose, which the property must catch.
"""

from __future__ import annotations

import csv
import io
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.reading.bulk import bulk_records
from pipelines.reading.layout import control_characters, lay_out
from pipelines.reading.reader import Limits, ReadFile, read
from pipelines.reading.records import Records, ScannedRecords
from pipelines.reading.scanner import scan

# Bytes and characters that mean something to a reader, so that most examples are awkward.
AWKWARD = [b",", b";", b"\t", b'"', b"\r", b"\n", b"\r\n", b'""', b",\n", b'"\n', b'","', b"a"]
AWKWARD += [b"1", b" ", b"\0", b"\x1b", "é".encode(), b"\xe9", "\u202e".encode(), b"\xef\xbb\xbf"]
AWKWARD += [b"\xff\xfe", b"sep=;\n", b"a,b\n", b"plan,ref\n", b"<html", "\x85\ufeff".encode()]
awkward_bytes = st.lists(st.one_of(st.sampled_from(AWKWARD), st.binary(max_size=3)), max_size=40)
awkward_text = st.lists(
    st.sampled_from([*',;"\r\na1 é\u202e\x07\u2003', '""', "\r\n", '","', "a,b\n", ',"']),
    max_size=60,
).map("".join)

KNOWN = [frozenset({"a", "b"}), frozenset({"plan", "ref", "due"})]
cell = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('",;\t\r\n'), max_size=8
)
# The first cell is never blank and no heading, so that each row is one of the table.
tables = st.integers(2, 5).flatmap(
    lambda width: st.lists(
        st.lists(cell, min_size=width - 1, max_size=width - 1).map(lambda rest: ["row", *rest]),
        min_size=1,
        max_size=8,
    )
)


def accounts(file: ReadFile) -> bool:
    used = 0 if file.table is None else file.table.height
    return file.rows_found == used + file.rows_passed_over + file.rows_not_read


@settings(max_examples=600, deadline=None)
@given(awkward_bytes.map(b"".join) | st.binary(max_size=200))
@example(b"\xff\xfe\0")
@example(b'"')
@example(b"a,b\r")
def test_any_bytes_give_a_table_or_reasons_and_every_row_is_accounted_for(content: bytes) -> None:
    for known in ((), KNOWN):
        file = read(content, known_headings=known, limits=Limits(columns=5, cell_characters=20))
        assert accounts(file)
        assert min(file.rows_found, file.rows_passed_over, file.rows_not_read) >= 0
        assert file.faults or file.table is not None


def everything(records: Records) -> tuple[object, ...]:
    layout = lay_out(records, known=KNOWN, most_columns=200)
    count = len(records.widths)
    return (
        records.widths.tolist(),
        dict(records.faults),
        dict(records.line_ends),
        [records.cells(index) for index in range(count)],
        list(records.beyond_ascii()),
        control_characters(records),
        layout and (layout.header, layout.table.rows(), layout.faults, layout.blank_rows),
    )


@settings(max_examples=1500, deadline=None)
@given(awkward_text)
@example('a,b\r\n"1\r",2\r\n')
@example("a,b\n\n1,2")
@example('a,b\n"""x""",""\n')
@example("a,b\n1,2\r")
def test_the_quick_way_and_the_exact_scanner_give_the_same(text: str) -> None:
    quick = bulk_records(text.encode("utf-8"), delimiter=",")
    if quick is not None:
        exact = ScannedRecords(list(scan(text, delimiter=",")))
        assert everything(quick) == everything(exact)


def quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""'))


awkward_cells = st.text('a1 ,"\r\n\u00a0é\u202e\x07😀', max_size=6).map(quoted)
plain_cells = st.sampled_from(["", "1", "a", "b", "plan", "ref", " ", "é", "\u200b", "x" * 30])
well_formed = st.tuples(
    st.lists(st.lists(plain_cells | awkward_cells, min_size=1, max_size=4), min_size=1, max_size=9),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)


@settings(max_examples=250, deadline=None)
@given(well_formed, st.integers(10, 60))
def test_whatever_is_well_formed_goes_the_quick_way_to_the_same(
    parts: tuple[list[list[str]], str, bool], chunk: int
) -> None:
    rows, end, ended = parts
    text = end.join(",".join(row) for row in rows) + (end if ended else "")
    if not text:
        return
    # A few bytes at a time, so that cells and line ends are cut anywhere.
    with mock.patch("pipelines.reading.bulk._CHUNK", chunk):
        quick = bulk_records(text.encode("utf-8"), delimiter=",")
        assert quick is not None
        assert everything(quick) == everything(ScannedRecords(list(scan(text, delimiter=","))))


@pytest.mark.parametrize("text", ['a,b\n"1,2\n', 'a,b\n1"",2\n', "a,b\r\n1,2\n", "a\rb\n1\n"])
def test_the_quick_way_declines_what_is_awkward(text: str) -> None:
    assert bulk_records(text.encode(), delimiter=",") is None


@pytest.mark.parametrize(
    "text", ["a,b\r\n1,2\r\n", 'a,b\n"1,\n""2""",3\n', "a,b\n\n1,2,3\n ,\n4,5", 'a,b\n"\r",1\n']
)
def test_the_quick_way_takes_what_is_well_formed(text: str) -> None:
    assert bulk_records(text.encode(), delimiter=",") is not None


def written(rows: list[list[str]], *, end: str) -> bytes:
    """The rows as CSV, each cell in quotation marks so that any text can stand in it."""
    lines = [",".join(map(quoted, row)) + end for row in rows]
    return "".join(lines).encode("utf-8")


def header(width: int) -> list[str]:
    return [f"heading {i}" for i in range(width)]


@settings(max_examples=300, deadline=None)
@given(tables, st.sampled_from(["\n", "\r\n", "\r"]))
def test_what_is_written_is_what_is_read(table: list[list[str]], end: str) -> None:
    file = read(written([header(len(table[0])), *table], end=end))
    assert {fault.rule for fault in file.faults} <= {"ENC-004"}
    assert file.table is not None
    assert [list(row) for row in file.table.iter_rows()] == [
        [number, *row] for number, row in enumerate(table, start=2)
    ]


def damaged(table: list[list[str]], at: int, *, more: bool) -> bytes:
    rows = [list(row) for row in table]
    rows[at] = [*rows[at], ""] if more else rows[at][:-1]
    return written([header(len(table[0])), *rows], end="\r\n")


@settings(max_examples=200, deadline=None)
@given(tables, st.integers(0, 7), st.booleans())
def test_a_cell_too_many_or_too_few_is_always_found_at_its_row(
    table: list[list[str]], at: int, more: bool
) -> None:
    at %= len(table)
    file = read(damaged(table, at, more=more))
    ragged = [fault.row for fault in file.faults if fault.rule == "STR-001"]
    assert ragged == [at + 2]
    assert file.rows_not_read == 1


def test_control_a_reader_that_repairs_does_not_see_the_cell_too_many() -> None:
    # Python's own reader pads and drops without a word: why there is a strict one.
    content = damaged([["row", "1"], ["row", "2"]], 1, more=True)
    lenient = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert [row["heading 1"] for row in lenient] == ["1", "2"]
    assert [fault.rule for fault in read(content).faults] == ["STR-001"]


def test_control_counting_lines_as_rows_gives_other_numbers() -> None:
    content = written([["a", "b"], ["row", "1\n2"], ["row", "3"]], end="\n")
    by_lines = [n for n, line in enumerate(content.split(b"\n"), start=1) if line.startswith(b'"r')]
    table = read(content).table
    assert table is not None
    assert by_lines == [2, 4]
    assert table["row_number"].to_list() == [2, 3]


def test_control_a_quick_way_that_sees_no_carriage_returns_would_differ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipelines.reading.bulk._CR", 0x00)
    text = "a,b\n1,2\r3,4\n"
    quick = bulk_records(text.encode(), delimiter=",")
    assert quick is not None
    assert everything(quick) != everything(ScannedRecords(list(scan(text, delimiter=","))))


def test_control_a_quick_way_that_takes_stray_quotation_marks_would_differ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipelines.reading.bulk._in_their_places", lambda *_: True)
    text = 'a,b\n1",2"\n3,4\n'
    quick = bulk_records(text.encode(), delimiter=",")
    assert quick is not None
    assert everything(quick) != everything(ScannedRecords(list(scan(text, delimiter=","))))
