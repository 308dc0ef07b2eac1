"""What each rule of reading says, exactly: the row a spreadsheet shows, and the facts that the
message is made from."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from pipelines.reading.reader import Fault, Limits, ReadFile, read

HEAD = b"organisation,measure,value\r\n"
GOOD = HEAD + b"T01,DA01,12\r\nT02,DA01,7\r\n"
KNOWN = [frozenset({"organisation", "measure", "value"}), frozenset({"plan", "ref", "action"})]


def rows(file: ReadFile) -> list[tuple[object, ...]]:
    assert file.table is not None
    return file.table.rows()


def rules(file: ReadFile) -> list[tuple[str, int | None, int | None]]:
    return [(fault.rule, fault.row, fault.column) for fault in file.faults]


def only(file: ReadFile) -> Fault:
    (fault,) = file.faults
    return fault


def test_a_plain_return_is_read_without_a_fault() -> None:
    file = read(GOOD)
    assert file.faults == ()
    assert file.header == ("organisation", "measure", "value")
    assert rows(file) == [(2, "T01", "DA01", "12"), (3, "T02", "DA01", "7")]
    assert (file.header_row, file.rows_found, file.rows_passed_over, file.rows_not_read) == (
        1,
        2,
        0,
        0,
    )
    assert (file.encoding, file.delimiter) == ("utf-8", ",")


def test_the_table_has_row_numbers_and_text_only() -> None:
    table = read(GOOD).table
    assert table is not None
    assert {name: str(kind) for name, kind in table.schema.items()} == {
        "row_number": "Int32",
        "c0": "String",
        "c1": "String",
        "c2": "String",
    }


def test_cells_are_handed_on_as_sent() -> None:
    file = read(HEAD + '" T01 ","a ""b"", c",１２\r\n,"line\r\nbreak",\r\n'.encode())
    assert rows(file) == [(2, " T01 ", 'a "b", c', "１２"), (3, "", "line\r\nbreak", "")]
    assert file.faults == ()


@pytest.mark.parametrize(
    "content", [b"", b"\xef\xbb\xbf", b" \r\n\t\r\n", b",,\r\n,,\r\n", "\u00a0\n".encode()]
)
def test_a_file_of_nothing_is_refused(content: bytes) -> None:
    file = read(content)
    assert only(file) == Fault(rule="FIL-001", facts={"bytes": len(content)})
    assert file.table is None


def zip_of(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "a,b\n1,2\n")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "workbook with a password",
        ),
        (zip_of("return.csv"), "zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "old Excel"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\n <!DOCTYPE html><p>Your session has ended", "web page"),
        (b"\xef\xbb\xbf<HTML>", "web page"),
        (b'<?xml version="1.0"?><Workbook/>', "XML"),
        (b' {"a": 1}', "JSON"),
        (b'[\n  {"a": 1}]', "JSON"),
        (b"{\\rtf1 organisation}", "rich text"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_what_it_is(content: bytes, kind: str) -> None:
    assert only(read(content)) == Fault(rule="FIL-002", facts={"kind": kind})


def test_symbols_at_the_start_of_a_return_are_not_taken_for_json() -> None:
    assert read(b"[c],value\n[x],1\n").faults == ()


def test_a_compressed_file_is_refused() -> None:
    assert only(read(gzip.compress(GOOD))) == Fault(rule="FIL-004", facts={"kind": "gzip"})


def test_each_limit_is_named_with_what_was_found() -> None:
    def over(**limits: int) -> tuple[object, ...]:
        fault = only(read(GOOD, limits=Limits(**limits)))
        assert fault.rule == "FIL-003"
        return (fault.row, fault.column, *fault.facts.values())

    assert over(bytes=len(GOOD) - 1) == (None, None, "bytes", len(GOOD) - 1, len(GOOD))
    assert over(rows=1) == (None, None, "rows", 1, 2)
    assert over(columns=2) == (1, None, "columns", 2, 3)
    assert over(cell_characters=11) == (1, 0, "cell_characters", 11, 12)
    assert read(GOOD, limits=Limits(bytes=len(GOOD), rows=2, columns=3)).faults == ()


def test_a_file_with_too_many_rows_does_not_list_a_fault_for_each() -> None:
    file = read(HEAD + b"T01\r\n" * 10, limits=Limits(rows=9))
    assert rules(file) == [("FIL-003", None, None)]
    assert (file.rows_found, file.rows_not_read) == (10, 10)


def test_a_cell_is_measured_in_characters_not_bytes() -> None:
    content = HEAD + ("T01,DA01," + "é" * 20 + "\r\n").encode()
    assert read(content, limits=Limits(cell_characters=20)).faults == ()


@pytest.mark.parametrize(
    ("codec", "mark", "encoding"),
    [
        ("utf-8", b"\xef\xbb\xbf", "utf-8"),
        ("utf-16-le", b"\xff\xfe", "utf-16-le"),
        ("utf-16-be", b"\xfe\xff", "utf-16-be"),
    ],
)
def test_a_byte_order_mark_is_believed_and_noted(codec: str, mark: bytes, encoding: str) -> None:
    file = read(mark + (GOOD.decode() + "T03,é\u20ac,😀\r\n").encode(codec))
    assert only(file) == Fault(rule="ENC-001", facts={"encoding": encoding})
    assert file.header == ("organisation", "measure", "value")
    assert rows(file)[-1] == (4, "T03", "é€", "😀")


@pytest.mark.parametrize(
    ("sent", "page"),
    [
        ("£2.3m on cafés", "cp850"),
        ("£2.3m", "cp850"),
        ("Zürich, Mère, señor", "cp850"),
        ("£2.3m on cafés", "windows-1252"),
        ("5 – 6 ‘quoted’ and it’s 3½…", "windows-1252"),
        ("“over 2,500” — Bœuf, Škoda", "windows-1252"),
        ("25 °C, ±2 µg/m³", "windows-1252"),
    ],
)
def test_a_code_page_is_told_by_the_words_that_it_gives(sent: str, page: str) -> None:
    file = read(HEAD + "T01,{},1\r\n".format(f'"{sent}"').encode(page))
    assert file.encoding == page
    assert file.table is not None
    assert file.table["c1"].to_list() == [sent]
    assert {fault.facts["kind"] for fault in file.faults} == {"dos" if page == "cp850" else ""}


def test_words_that_make_sense_in_no_code_page_are_asked_about() -> None:
    file = read(HEAD + b"T01,a\x9b\xdf\xc19,1\r\n")
    assert only(file).facts["kind"] == "doubtful"


def test_windows_1252_is_read_and_its_rows_are_listed() -> None:
    file = read(HEAD + b"T01,ok,1\r\nT02,\xa35 \x96 caf\xe9,2\r\n")
    assert only(file) == Fault(
        rule="ENC-002",
        row=3,
        facts={
            "kind": "",
            "encoding": "windows-1252",
            "rows": (3,),
            "words": ("£5", "café"),
        },
    )
    assert rows(file)[1] == (3, "T02", "£5 – café", "2")


def test_a_byte_that_is_in_no_encoding_is_refused_where_it_is() -> None:
    file = read(HEAD + b'T01,"two\r\nlines",1\r\nT02,caf\xe9 \x81,2\r\n')
    assert only(file) == Fault(
        rule="ENC-003",
        row=3,
        column=1,
        facts={"kind": "undecodable", "byte": "0x81", "byte_offset": 57, "rows": (3,)},
    )
    assert file.table is None
    assert file.rows_not_read == file.rows_found == 2


def test_a_file_that_mixes_two_encodings_is_refused_not_garbled() -> None:
    file = read(HEAD + "T01,£5,1\r\n".encode() + b"T02,\xa35,2\r\n")
    fault = only(file)
    assert (fault.rule, fault.row, fault.column) == ("ENC-003", 3, 1)
    assert fault.facts["byte"] == "0xA3"


def test_utf_16_cut_in_the_middle_of_a_character_is_refused() -> None:
    file = read(b"\xff\xfe" + GOOD.decode().encode("utf-16-le") + b"x")
    assert rules(file) == [("ENC-003", 4, 0), ("STR-001", 4, None)]
    assert file.table is None


def test_a_nul_is_refused_where_it_is() -> None:
    assert only(read(HEAD + b"T01,DA01,1\x002\r\n")) == Fault(
        rule="ENC-003",
        row=2,
        column=2,
        facts={"kind": "NUL", "byte_offset": 38, "found": 1, "likely": "", "rows": (2,)},
    )


def test_utf_16_without_its_mark_is_said_to_be_likely() -> None:
    fault = only(read(GOOD.decode().encode("utf-16-le")))
    assert (fault.rule, fault.facts["likely"]) == ("ENC-003", "utf-16")


def test_other_faults_are_found_beside_a_nul() -> None:
    file = read(HEAD + b"T01,DA01,1\x002\r\nT02,DA01\r\n")
    assert rules(file) == [("ENC-003", 2, 2), ("STR-001", 3, None)]


def test_control_and_bidirectional_characters_are_named() -> None:
    file = read(HEAD + "T01,a\x1b[31m\x07\x07,safe\u202egpj.exe\r\nT02,\x85,1\r\n".encode())
    assert [(f.rule, f.row, f.column, f.facts["characters"]) for f in file.faults] == [
        ("ENC-004", 2, 1, ("U+001B", "U+0007")),
        ("ENC-004", 2, 2, ("U+202E",)),
        ("ENC-004", 3, 1, ("U+0085",)),
    ]
    assert len(rows(file)) == 2


def test_letters_beside_the_control_characters_are_let_through() -> None:
    # The first bytes of these in UTF-8 are those of C1 controls and of directional marks.
    assert read(HEAD + "T01,© à – “quoted” …,؟\tx\r\n".encode()).faults == ()


def test_ragged_rows_are_left_out_with_what_was_expected_and_found() -> None:
    file = read(HEAD + b"T01,DA01\r\nT02,DA01,7\r\nT03,DA01,1,019\r\n")
    assert [(f.rule, f.row, dict(f.facts)) for f in file.faults] == [
        ("STR-001", 2, {"expected": 3, "found": 2, "cells": ("T01", "DA01")}),
        ("STR-001", 4, {"expected": 3, "found": 4, "cells": ("T03", "DA01", "1", "019")}),
    ]
    assert rows(file) == [(3, "T02", "DA01", "7")]
    assert (file.rows_found, file.rows_not_read) == (3, 2)


def test_a_cell_too_many_at_the_end_is_a_fault_even_when_it_is_blank() -> None:
    # With a delimiter too many in the middle, the blank at the end may be a moved comment.
    assert rules(read(HEAD + b"T01,DA01,,\r\n")) == [("STR-001", 2, None)]


def test_rows_under_a_line_break_in_a_cell_keep_the_number_a_spreadsheet_shows() -> None:
    file = read(HEAD + b'T01,"two\r\nlines",1\r\nT02,x\r\n')
    assert rules(file) == [("STR-001", 3, None)]


def test_an_unclosed_quotation_mark_is_named_where_it_opens_and_the_rest_is_still_read() -> None:
    file = read(HEAD + b'T01,"never closed,1\r\nT02,DA01,7\r\nT03,DA01\r\n')
    assert rules(file) == [("STR-002", 2, 1), ("STR-001", 4, None)]
    assert file.faults[0].value == '"never closed,1'
    assert rows(file) == [(3, "T02", "DA01", "7")]


def test_a_stray_quotation_mark_spoils_its_own_row_only() -> None:
    file = read(HEAD + b'T01,DA"01,1\r\nT02,"DA01"x,7\r\nT03, "a,b",1\r\nT04,DA01,9\r\n')
    assert [(f.rule, f.row, f.column, f.value, f.facts["kind"]) for f in file.faults] == [
        ("STR-003", 2, 1, 'DA"01', "inside an unquoted cell"),
        ("STR-003", 3, 1, '"DA01"x', "text after a closing one"),
        ("STR-003", 4, 1, ' "a', "inside an unquoted cell"),
    ]
    assert rows(file) == [(5, "T04", "DA01", "9")]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_semicolons_and_tabs_are_read_and_noted(delimiter: str) -> None:
    file = read(GOOD.replace(b",", delimiter.encode()))
    assert only(file) == Fault(rule="STR-004", facts={"kind": "delimiter", "delimiter": delimiter})
    assert rows(file) == rows(read(GOOD))


def test_semicolons_are_found_beside_decimal_commas() -> None:
    assert read(b"a;b\n1,5;2,5\n1,6;2,6\n").delimiter == ";"


def test_a_sep_line_is_believed_and_is_no_row() -> None:
    # Excel shows the line under it as row 1.
    file = read(b"sep=;\r\n" + GOOD.replace(b",", b";"))
    assert only(file) == Fault(rule="STR-004", facts={"kind": "sep line", "delimiter": ";"})
    assert file.header_row == 1
    assert rows(file) == rows(read(GOOD))


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_any_one_line_end_is_taken_without_a_word(end: bytes) -> None:
    file = read(GOOD.replace(b"\r\n", end))
    assert file.faults == ()
    assert rows(file) == rows(read(GOOD))


def test_mixed_line_ends_are_noted_with_their_numbers() -> None:
    file = read(b"a,b\r\n1,2\n3,4\r5,6")
    assert only(file) == Fault(
        rule="STR-004", facts={"kind": "line ends", "crlf": 1, "lf": 1, "cr": 1}
    )
    assert rows(file) == [(2, "1", "2"), (3, "3", "4"), (4, "5", "6")]


def test_blank_rows_are_passed_over_and_counted() -> None:
    file = read(HEAD + b'T01,DA01,1\r\n\r\nT02,DA01,2\r\n,,\r\n"", ,\t\r\n,\r\n')
    assert only(file) == Fault(
        rule="STR-005", row=3, facts={"kind": "rows", "found": 4, "rows": (3, 5, 6, 7)}
    )
    assert [row[0] for row in rows(file)] == [2, 4]
    assert (file.rows_found, file.rows_passed_over, file.rows_not_read) == (6, 4, 0)


def test_blank_columns_at_the_right_are_passed_over() -> None:
    file = read(b"a,b,,\r\n1,2,,\r\n3,4, ,\r\n5,6\r\n")
    assert only(file) == Fault(rule="STR-005", facts={"kind": "columns", "found": 2})
    assert file.header == ("a", "b")
    assert rows(file) == [(2, "1", "2"), (3, "3", "4"), (4, "5", "6")]


def test_a_value_under_a_blank_heading_keeps_its_column() -> None:
    file = read(b"a,b,,\r\n1,2,,\r\n3,4,x,\r\n")
    assert file.header == ("a", "b", "")
    assert rows(file)[1] == (3, "3", "4", "x")


def test_title_rows_above_the_heading_are_named() -> None:
    file = read(b"Safer City Partnership,,\r\n,,\r\n" + GOOD)
    assert [(f.rule, f.row, dict(f.facts)) for f in file.faults] == [
        ("STR-006", 1, {"kind": "title rows", "heading_row": 3, "rows": (1,)}),
        ("STR-005", 2, {"kind": "rows", "found": 1, "rows": (2,)}),
    ]
    assert file.faults[0].value == "Safer City Partnership"
    assert file.header_row == 3
    assert [row[0] for row in rows(file)] == [4, 5]
    assert (file.rows_found, file.rows_passed_over, file.rows_not_read) == (4, 1, 1)


def test_known_headings_find_the_heading_under_a_title_of_two_cells() -> None:
    content = b"Return of,Somewhere Trust,\r\n Organisation ,MEASURE,val_ue\r\nT01,DA01,1\r\n"
    assert read(content).header_row == 1
    file = read(content, known_headings=KNOWN)
    assert file.header_row == 2
    assert file.header == (" Organisation ", "MEASURE", "val_ue")


def test_known_headings_find_the_delimiter_under_a_title_with_commas() -> None:
    content = b"A, b, c, d, e\r\nF, g, h, i, j\r\norganisation;measure;value\r\nT01;DA01;1\r\n"
    assert read(content, known_headings=KNOWN).delimiter == ";"


def test_a_repeated_heading_is_left_out_and_named() -> None:
    file = read(GOOD + b"Organisation,Measure,Value\r\nT03,DA01,1\r\n")
    assert rules(file) == [("STR-006", 4, None)]
    assert file.faults[0].facts["kind"] == "heading repeated"
    assert [row[0] for row in rows(file)] == [2, 3, 5]


@pytest.mark.parametrize("second", [b"plan,ref,action\r\n1,2,3\r\n", b"plan,ref\r\n1,2\r\n"])
def test_a_second_table_is_named_once_and_not_read(second: bytes) -> None:
    file = read(GOOD + b"\r\n" + second, known_headings=KNOWN)
    assert [(f.rule, f.row, f.facts["kind"]) for f in file.faults] == [
        ("STR-005", 4, "rows"),
        ("STR-006", 5, "second table"),
    ]
    assert [row[0] for row in rows(file)] == [2, 3]
    assert (file.rows_found, file.rows_passed_over, file.rows_not_read) == (5, 1, 2)


@pytest.mark.parametrize("content", [HEAD, HEAD + b"\r\n,,\r\n", b"Title,,\r\n" + HEAD])
def test_a_heading_without_rows_is_refused(content: bytes) -> None:
    file = read(content)
    assert ("STR-007", file.header_row, None) in rules(file)
    assert file.header == ("organisation", "measure", "value")
    assert file.table is None


def test_everything_is_found_in_one_go() -> None:
    content = (
        b"Title;;\r\n"
        + HEAD.replace(b",", b";")
        + b'T01;DA01\r\n;;\r\nT02;a"b;1\nT03;\x1b;\xa3\r\nT04;"open;1\r\n'
    )
    assert rules(read(content)) == [
        ("ENC-002", 6, None),
        ("STR-004", None, None),
        ("STR-004", None, None),
        ("STR-006", 1, None),
        ("STR-001", 3, None),
        ("STR-005", 4, None),
        ("STR-003", 5, 1),
        ("ENC-004", 6, 1),
        ("STR-002", 7, 1),
    ]


WIDE = b"organisation,quarter,measure,value,percent,comment\r\n"


def lines(*rows: str) -> bytes:
    return WIDE + "".join(f"{row}\r\n" for row in rows).encode()


def test_blank_ends_that_excel_leaves_out_by_blocks_are_no_fault() -> None:
    # The first sixteen rows of the sheet have a comment among them, the next sixteen none.
    first = [f"T01,Q1,DA{n:02},{n},,{'one' if n == 3 else ''}" for n in range(15)]
    second = [f"T01,Q1,DB{n:02},{n}" for n in range(16)]
    file = read(lines(*first, *second, "T01,Q1,DC01,,5"))
    assert file.faults == ()
    assert rows(file)[15] == (17, "T01", "Q1", "DB00", "0", "", "")
    assert rows(file)[-1] == (33, "T01", "Q1", "DC01", "", "5", "")


@pytest.mark.parametrize(
    ("row", "content"),
    [
        (3, lines("T01,Q1,DA01,5,,x", "T01,Q1,DA02,7", "T01,Q1,DA03,7,,y")),  # in a full block
        (18, lines(*["T01,Q1,DA01,5,,"] * 15, "T01,Q1,DB01,5,", "T01,Q1,DB02,7")),  # two widths
        (17, lines(*["T01,Q1,DA01,5,,"] * 15, "T01,Q1,DB01,,")),  # nothing at its end
        (17, lines(*["T01,Q1,DA01,5,,"] * 15, "T01,Q1,DB01,,5").replace(b"comment", b"share")),
    ],
    ids=["alone", "two widths", "ends blank", "no comment"],
)
def test_a_row_that_lost_a_cell_is_not_taken_for_one_that_ends_early(
    row: int, content: bytes
) -> None:
    assert ("STR-001", row, None) in rules(read(content))


@pytest.mark.parametrize(
    ("below", "kind", "of_rows"),
    [
        (["", "Notes: as at 30 September", "Source: ESR, extracted today"], "notes below", (4, 5)),
        (["Source: ESR,,,,,"], "notes below", (3,)),
        (["Total,,,5,,"], "total below", (3,)),
        (["Grand total,,,5"], "total below", (3,)),
    ],
)
def test_what_stands_below_the_table_is_told_once(
    below: list[str], kind: str, of_rows: tuple[int, ...]
) -> None:
    file = read(lines("T01,Q1,DA01,5,,", *below))
    told = [fault for fault in file.faults if fault.rule != "STR-005"]
    assert [(fault.rule, fault.row, fault.facts["kind"]) for fault in told] == [
        ("STR-006", of_rows[0], kind)
    ]
    assert told[0].facts["rows"] == of_rows
    assert rows(file) == [(2, "T01", "Q1", "DA01", "5", "", "")]


@pytest.mark.parametrize("last", ["T01,Q1,DA02,,,", "T01,Q1,DA02,Total,,", "T02,,,,,"])
def test_a_row_of_the_return_at_the_end_is_no_note(last: str) -> None:
    file = read(lines("T01,Q1,DA01,5,,", last))
    assert file.faults == ()
    assert len(rows(file)) == 2


def test_a_row_that_a_quotation_mark_swallowed_is_found_and_a_comment_of_lines_is_not() -> None:
    file = read(lines('T01,Q1,DA01,5,,"see', 'T01,Q1,DA02,7,,note"', "T01,Q1,DA03,9,,"))
    assert rules(file) == [("STR-003", 2, 5)]
    assert file.faults[0].facts == {"kind": "row in a cell", "lost": 1}
    told = read(lines('T01,Q1,DA01,5,,"First, a list:', "T01 said so, and T02", 'the end"'))
    assert told.faults == ()
