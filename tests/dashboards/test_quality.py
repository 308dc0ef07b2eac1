"""The page of data quality shows the published scores and counts nothing anew.

The trap: a second computation beside the published table, which says another number than the file
that the reader downloads.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboards.data.rows import Score
from dashboards.drawing.chromium import BROWSER_VARIABLE
from dashboards.pages.data_quality.page import Share, added_up
from dashboards.site import build_site
from tests.dashboards import made_up


def score(name: str, part: int, whole: int) -> Score:
    """One score of a return."""
    made: Score = made_up.row(Score, subject_kind="return", score=name, part=part, whole=whole)
    return made


CELL = r"<t[hd].*?</t[hd]>"


def cells(page: str, caption: str) -> dict[str, list[str]]:
    """What stands in each row of a table, by what heads the row."""
    table = re.search(rf"<caption[^>]*>{re.escape(caption)}</caption>(.*?)</table>", page, re.S)
    assert table is not None, caption
    body = re.findall(r"<tr>(.*?)</tr>", table[1].split("</thead>")[1])
    rows = [
        [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(CELL, row)]
        for row in body
    ]
    return {head: rest for head, *rest in rows}


@pytest.fixture
def page(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page of the small board, whose scores differ from what its returns would give."""
    monkeypatch.setenv(BROWSER_VARIABLE, "no-such-browser")
    build_site(data, tmp_path / "site", status="draft")
    return (tmp_path / "site" / "data-quality.html").read_text(encoding="utf-8")


def test_scores_of_several_returns_are_added_up_as_counts_and_not_averaged() -> None:
    found = added_up([score("complete", 1, 2), score("complete", 8, 8), score("valid", 0, 0)])
    assert found["complete"] == Share(part=9, whole=10)
    assert found["complete"].percent == 90
    assert found["valid"].percent is None
    assert found["settled"].percent is None


def test_the_page_says_the_published_scores_of_each_return_and_quarter(page: str) -> None:
    assert "2 of 3 returns are in, 1 of them in time" in page
    row = ["67% 2 of 3", "33% 1 of 3", "90% 18 of 20", "50% 1 of 2"]
    now = cells(page, "Scores of each return, 2018-19 Q2")
    assert now == {"Training": row, "All returns": row}
    course = cells(page, "Scores of all returns, quarter by quarter")
    assert course == {
        "2018-19 Q1": ["100% 3 of 3", "100% 3 of 3", "100% 30 of 30", "None"],
        "2018-19 Q2": row,
    }


def test_a_measure_that_lacks_something_is_named_and_one_that_is_whole_is_counted(
    page: str,
) -> None:
    assert "and no open query: 1 of the 2 that are owed one" in page
    lacking = cells(page, "Scores of each measure that lacks something, 2018-19 Q2")
    assert lacking == {"Staff trained": ["75% 3 of 4", "100% 3 of 3", "67% 2 of 3"]}


def test_a_quarter_in_which_nothing_was_owed_has_a_page_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BROWSER_VARIABLE, "no-such-browser")
    (tmp_path / "data").mkdir()
    data = made_up.write(tmp_path / "data", made_up.everything() | {Score: []})
    build_site(data, tmp_path / "site", status="draft")
    page = (tmp_path / "site" / "data-quality.html").read_text(encoding="utf-8")
    assert "0 of 0 returns are in" in page
