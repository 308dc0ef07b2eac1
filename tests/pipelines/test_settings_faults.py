"""What is wrong with a file of settings is said in words of ours, at its line and column.

The trap: the parser's own words, which nobody but a programmer can act on.
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from pipelines.board.tables import files_of, read_board
from pipelines.toml_faults import why_not_read
from tests.boards import BIRMINGHAM

THEIRS = ("Invalid", "Expected", "Unterminated", "Illegal", "Input should", "Cannot", "Found")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = Exampleshire\n", ("cannot be read at line 1, column 8: what stands there is no "
         "value. Put words between quotation marks.")),
        ("\nname\n", "at line 2, column 5: a setting is its name, =, and its value."),
        ('name = "A" B\n', "at line 1, column 12: something stands after the value."),
        ('name = "A\n', "the quotation mark that ends the words is missing"),
        ('name = "A', "cannot be read at its end: the quotation mark that ends the words is"),
        ('name = "A"\nname = "B"\n', "this setting stands there twice; delete one."),
        ('name = "C:\\dog"\n', "a backslash is written twice"),
        ("day = 2018-02-31\n", "there is no such day; write it as 2018-04-01."),
        ("[a]\n[a]\n", "this heading in square brackets stands there twice"),
        ("= 3\n", "a setting begins with its name"),
        ('a = {b = "c", b = "d"}\n', "Write one setting a line, as its name, =, and its value."),
    ],
)  # fmt: skip
def test_a_file_that_is_no_toml(text: str, said: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as problem:
        tomllib.loads(text)
    told = why_not_read(problem.value)
    assert said in told
    assert not any(word in told for word in THEIRS)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "Exampleshire Health and Wellbeing Board"', "name = 5",
         'setting name: 5 must be words between quotation marks: "5".'),
        ("days_of_notice = 10", 'days_of_notice = "ten"',
         ("setting days_of_notice: “ten” is not a whole number; write it without quotation marks, "
         "such as 10.")),
        ("days_of_notice = 10", "days_of_notice = -1",
         "setting days_of_notice: -1 is too small; write 0 or more."),
        ("days_of_notice = 10", "days_of_notice = 10\nfix_after_n_points = 0",
         "setting fix_after_n_points: 0 is too small; write 1 or more."),
        ('first_quarter = "2026-27-Q1"', "first_quarter = 2026",
         ('setting first_quarter: 2026 is not a quarter; write it as "2018-19-Q1", with the '
         "quotation marks.")),
        ('first_quarter = "2026-27-Q1"', 'first_quarter = "2026"',
         "setting first_quarter: “2026” is not a quarter; write it as 2018-19-Q1."),
    ],
)  # fmt: skip
def test_a_setting_of_another_kind(tmp_path: Path, old: str, new: str, said: str) -> None:
    board = Path(shutil.copytree(BIRMINGHAM.with_name("starter"), tmp_path / "board"))
    file = board / "board.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    assert [str(one) for one in read_board(files_of(board)).faults] == [f"board.toml, {said}"]
