"""What holds for any bytes: reading raises nothing, loses no row and moves no cell.

Each property has a control: a reader made worse on purpose, which the property must catch.
"""

from __future__ import annotations

import csv
import io

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.reading.reader import Limits, ReadFile, read

# Bytes and characters that mean something to a reader, so that most examples are awkward.
AWKWARD = [b",", b";", b"\t", b'"', b"\r", b"\n", b"\r\n", b'""', b",\n", b'"\n', b'","', b"a"]
AWKWARD += [b"1", b" ", b"\0", b"\x1b", "é".encode(), b"\xe9", "\u202e".encode(), b"\xef\xbb\xbf"]
AWKWARD += [b"\xff\xfe", b"sep=;\n", b"a,b\n", b"plan,ref\n", b"<html", "\x85\ufeff".encode()]
awkward_bytes = st.lists(st.one_of(st.sampled_from(AWKWARD), st.binary(max_size=3)), max_size=40)

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


def quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""'))


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
