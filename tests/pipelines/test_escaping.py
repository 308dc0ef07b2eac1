"""Hostile text must reach no spreadsheet, terminal, table, mail header or log as an order."""

from __future__ import annotations

import csv
import email.policy
import io
import json
import unicodedata
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import escaping

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
NAUGHTY = Path(__file__).parents[2].parent / "shared" / "corpora" / "naughty_strings" / "blns.json"


def naughty_strings() -> list[str]:
    if not NAUGHTY.exists():
        pytest.skip("the corpus of naughty strings is not beside the project")
    strings: list[str] = json.loads(NAUGHTY.read_text(encoding="utf-8"))
    return strings


def read_back(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+44 121", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x",
        "-", "--3", "-3e5", "-3,000", " =1+1", "\u200b=1", "-03",
    ],
)  # fmt: skip
def test_a_cell_that_could_run_gets_an_apostrophe(text: str) -> None:
    assert escaping.spreadsheet_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["-3", "-3.5", "-0", "3", "a=b", "", "DA01", "'x", "[c]", "87.4"])
def test_numbers_and_plain_words_stay_as_they_are(text: str) -> None:
    assert escaping.spreadsheet_cell(text) == text


@given(ANY_TEXT)
def test_no_cell_of_ours_begins_like_a_formula_unless_it_is_a_number(text: str) -> None:
    cell = escaping.spreadsheet_cell(text)
    if cell[:1] in tuple("=+-@\t\r\n＝＋－＠") and cell:
        assert float(cell) <= 0
    assert cell in (text, "'" + text)


@given(ANY_TEXT | ANY_TEXT.map(lambda text: "'" + text) | st.sampled_from(["'=1", "''=1", "-a"]))
def test_what_was_made_safe_can_be_taken_back_exactly(text: str) -> None:
    assert escaping.as_typed(escaping.spreadsheet_cell(text)) == text


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1)))
def test_a_csv_gives_back_what_was_written(rows: list[list[str]]) -> None:
    content = escaping.write_csv(rows)
    assert content.startswith(b"\xef\xbb\xbf")
    safe = [[escaping.spreadsheet_cell(cell) for cell in row] for row in rows]
    assert read_back(content) == safe


def test_rows_end_as_excel_writes_them() -> None:
    assert escaping.write_csv([["a", "b"], ["1", "x,y"]]) == b'\xef\xbb\xbfa,b\r\n1,"x,y"\r\n'


@given(ANY_TEXT)
def test_nothing_unseen_reaches_a_terminal(text: str) -> None:
    shown = escaping.terminal(text)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    shown.encode("utf-8")


def test_an_unseen_character_is_named() -> None:
    assert escaping.visible("red\x1b[31m\tand\u202eback\n") == (
        "red<escape>[31m<tab>and<U+202E>back<line break>"
    )
    assert escaping.visible("Müller £5 “quoted” \u00a0") == "Müller £5 “quoted” \u00a0"


@given(ANY_TEXT)
def test_a_log_line_is_one_line_of_limited_length(text: str) -> None:
    line = escaping.log_line(text * 3)
    assert len(line) <= escaping.LOG_LINE_LIMIT
    assert len(line.splitlines()) <= 1


def test_a_long_log_line_is_cut() -> None:
    assert escaping.log_line("x" * 5000).endswith("x…")
    assert len(escaping.log_line("x" * 5000)) == 2000


@given(ANY_TEXT)
def test_a_header_takes_any_text_and_starts_no_second_one(text: str) -> None:
    message = EmailMessage(policy=email.policy.SMTP)
    message["Subject"] = escaping.email_header(text)
    assert len(message.items()) == 1


def test_a_line_break_in_a_header_becomes_a_space() -> None:
    assert escaping.email_header("late\r\nBcc: all@example.org") == "late Bcc: all@example.org"


def test_markdown_marks_are_shown_and_not_obeyed() -> None:
    assert escaping.markdown_cell("a|b *c* <i> [x](y) & `z`\n") == (
        r"a\|b \*c\* &lt;i&gt; \[x\]\(y\) &amp; \`z\`&lt;line break&gt;"
    )


def test_naughty_strings_are_safe_everywhere() -> None:
    strings = naughty_strings()
    assert len(strings) > 500
    rows = read_back(escaping.write_csv([[text] for text in strings if text]))
    for (cell,), text in zip(rows, filter(None, strings), strict=True):
        assert cell.removeprefix("'") == text.removeprefix("'")
        assert not escaping.is_formula(cell)
    for text in strings:
        assert "\x1b" not in escaping.terminal(text)
        assert "\n" not in escaping.log_line(text) + escaping.email_header(text)
        assert "<" not in escaping.markdown_cell(text)
