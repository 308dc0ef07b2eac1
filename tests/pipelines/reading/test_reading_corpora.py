"""Files that others made to break readers."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from pipelines.reading.reader import ReadFile, read

SPECTRUM = (
    "comma_in_quotes",
    "empty",
    "empty_crlf",
    "escaped_quotes",
    "json",
    "newlines",
    "newlines_crlf",
    "quotes_and_newlines",
    "simple",
    "simple_crlf",
    "utf8",
)


def places(file: ReadFile) -> list[tuple[str, int | None, int | None]]:
    return [(fault.rule, fault.row, fault.column) for fault in file.faults]


@pytest.mark.parametrize("name", SPECTRUM)
def test_csv_spectrum_gives_just_the_rows_of_its_json(corpora: Path, name: str) -> None:
    folder = corpora / "csv_spectrum"
    content = (folder / "csvs" / f"{name}.csv").read_bytes()
    if name.endswith("_crlf") and b"\r" not in content:
        # These copies lost the carriage returns that their names and their JSON speak of.
        content = content.replace(b"\n", b"\r\n")
    file = read(content)
    assert file.faults == ()
    assert file.header is not None
    assert file.table is not None
    found = [dict(zip(file.header, row[1:], strict=True)) for row in file.table.iter_rows()]
    assert found == json.loads((folder / "json" / f"{name}.json").read_text(encoding="utf-8"))


def test_csv_spectrum_with_a_quotation_mark_for_seconds_of_arc_is_asked_about(
    corpora: Path,
) -> None:
    # RFC 4180 has no quotation marks in unquoted cells, and neither have we: others take this.
    # (Its JSON could not be met anyhow: it has another telephone number than its CSV.)
    content = (corpora / "csv_spectrum" / "csvs" / "location_coordinates.csv").read_bytes()
    assert places(read(content)) == [("STR-003", 2, 1)]


CSVLINT: dict[str, list[tuple[str, int | None, int | None]]] = {
    "cr-line-endings.csv": [],
    "crlf-line-endings.csv": [],
    "lf-line-endings.csv": [],
    "windows-line-endings.csv": [],
    "valid.csv": [],
    "valid_many_rows.csv": [],
    "white space in filename.csv": [],
    "inconsistent-line-endings.csv": [("STR-004", None, None)],
    "inconsistent-line-endings-unquoted.csv": [("STR-004", None, None)],
    "invalid-byte-sequence.csv": [("ENC-002", 1, None), ("STR-005", None, None)],
    "invalid_many_rows.csv": [("STR-003", 4, 2), ("STR-005", 8, None)],
    "title-row.csv": [("STR-006", 1, None)],
}


def test_csvlint_faults_are_found_at_their_rows(corpora: Path) -> None:
    folder = corpora / "csvlint"
    assert {path.name: places(read(path.read_bytes())) for path in folder.iterdir()} == CSVLINT


# What the manifest expects of reading, as rules at rows. A file that is not here has nothing for
# reading to say: its row number, heading, cell or key is what the later checks look at.
ADVERSARIAL: dict[str, list[tuple[str, int | None, int | None]]] = {
    "good_utf8_bom.csv": [("ENC-001", None, None)],
    "good_mixed_newline.csv": [("STR-004", None, None)],
    "utf16le_bom.csv": [("ENC-001", None, None)],
    "utf16be_bom.csv": [("ENC-001", None, None)],
    "cp1252_pound.csv": [("ENC-002", 2, None)],
    "utf8_invalid_byte.csv": [("ENC-003", 2, 5)],
    "nul_byte.csv": [("ENC-003", 2, 3)],
    "control_chars.csv": [("ENC-004", 2, 5)],
    "bidi_comment.csv": [("ENC-004", 2, 5)],
    "empty.csv": [("FIL-001", None, None)],
    "bom_only.csv": [("FIL-001", None, None)],
    "whitespace_only.csv": [("FIL-001", None, None)],
    "header_only.csv": [("STR-007", 1, None)],
    "blank_rows_mid.csv": [("STR-005", 3, None)],
    "trailing_blank_rows.csv": [("STR-005", 5, None)],
    "trailing_commas.csv": [("STR-005", None, None)],
    "short_row.csv": [("STR-001", 3, None)],
    "long_row.csv": [("STR-001", 3, None)],
    "unquoted_comma.csv": [("STR-001", 3, None)],
    "smart_quotes.csv": [("STR-001", 2, None)],
    "unclosed_quote.csv": [("STR-002", 2, 5)],
    "stray_quote.csv": [("STR-003", 2, 3)],
    "semicolon.csv": [("STR-004", None, None)],
    "tab.csv": [("STR-004", None, None)],
    "sep_line.csv": [("STR-004", None, None)],
    "preamble.csv": [("STR-006", 1, None), ("STR-005", 3, None)],
    "two_headers.csv": [("STR-006", 2, None)],
    "huge_field.csv": [("FIL-003", 2, 5)],
    "many_columns.csv": [("FIL-003", 1, None)],
    "bomb.csv.gz": [("FIL-004", None, None)],
    "zip_slip.zip": [("FIL-002", None, None)],
    "zip_abs.zip": [("FIL-002", None, None)],
    "zip_bomb.zip": [("FIL-002", None, None)],
    "zip_nested.zip": [("FIL-002", None, None)],
    "zip_as.csv": [("FIL-002", None, None)],
    "pdf_as.csv": [("FIL-002", None, None)],
    "html_as.csv": [("FIL-002", None, None)],
    "ole_xls_as.csv": [("FIL-002", None, None)],
    "json_as.csv": [("FIL-002", None, None)],
}
READING = {"encoding", "newline", "control_char", "structure", "dialect", "size", "archive", "type"}


def manifest(corpora: Path) -> list[dict[str, str]]:
    text = (corpora / "adversarial" / "manifest.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def test_adversarial_files_have_their_faults_at_their_rows(corpora: Path) -> None:
    names = [row["file"] for row in manifest(corpora) if row["category"] != "filename"]
    files = {name: read((corpora / "adversarial/files" / name).read_bytes()) for name in names}
    found = {name: places(file) for name, file in files.items() if file.faults}
    assert found == ADVERSARIAL


def test_what_the_manifest_rejects_is_refused_and_what_it_accepts_is_read(corpora: Path) -> None:
    refusing = {"FIL-001", "FIL-002", "FIL-003", "FIL-004", "ENC-003", "STR-002", "STR-007"}
    notes = {"ENC-001", "ENC-002", "STR-004", "STR-005"}
    for row in manifest(corpora):
        if row["category"] not in READING:
            continue
        found = {rule for rule, _, _ in ADVERSARIAL.get(row["file"], [])}
        if row["expected"].startswith("reject"):
            assert found & refusing, row
        elif row["expected"].startswith("accept"):
            assert found <= notes, row
        elif row["file"] != "quoted_newline.csv":  # the fault there is one of the cell
            assert found - notes, row


def test_a_row_under_a_cell_of_two_lines_keeps_its_spreadsheet_row(corpora: Path) -> None:
    file = read((corpora / "adversarial/files/quoted_newline.csv").read_bytes())
    assert file.table is not None
    assert file.table.select("row_number", "c3").rows() == [(2, "12"), (3, "x")]


def test_windows_1252_letters_come_out_as_they_were_typed(corpora: Path) -> None:
    file = read((corpora / "adversarial/files/cp1252_pound.csv").read_bytes())
    assert file.table is not None
    assert file.table["c5"].to_list() == ["cost £5 – café"]


def test_every_naughty_string_comes_back_as_it_was_sent(corpora: Path) -> None:
    strings: list[str] = json.loads(
        (corpora / "naughty_strings" / "blns.json").read_text(encoding="utf-8")
    )
    assert len(strings) == 515
    lines = ['number,"text"']
    lines += ['{},"{}"'.format(i, s.replace('"', '""')) for i, s in enumerate(strings)]
    file = read("\r\n".join(lines).encode("utf-8"))
    assert {fault.rule for fault in file.faults} <= {"ENC-004"}  # those with control characters
    assert file.table is not None
    assert file.table["c1"].to_list() == strings
