"""Pages say no more, and no less, than the data behind them.

The trap: "published figures that changed" where nothing had been published, a line through one
point, a year under the heading of a quarter.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboards.data.editions import Edition
from dashboards.data.release import load as load_published
from dashboards.data.rows import Measure, Summary, Value
from dashboards.drawing import bars, process
from dashboards.drawing.chromium import BROWSER_VARIABLE
from dashboards.pages.base import Site
from dashboards.pages.themes import page as themes
from dashboards.site import build_site
from dashboards.story import summary as summary_words
from tests.dashboards import made_up
from tests.dashboards.test_pages import read, words_of


@pytest.fixture(scope="module")
def first_edition(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small board as the first edition that was ever published."""
    folder = tmp_path_factory.mktemp("first") / "site"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(BROWSER_VARIABLE, "no-such-browser")
        build_site(data, folder, status="final", edition=Edition(name="2018-11-27"))
    return folder


def test_a_first_edition_changed_nothing_that_was_published(first_edition: Path) -> None:
    text = words_of(first_edition, "changes.html")
    assert "This is the first edition" in text
    assert "Figures that partners corrected" in text
    for path in first_edition.rglob("*.html"):
        if path.name in ("method.html", "print.html"):
            continue  # how revisions are made, whatever was published
        assert not re.search(
            r"[Pp]ublished figures? (that changed|has been|have been)", path.read_text("utf-8")
        )


def test_the_summary_names_what_changed_and_says_why_the_rest_cannot_be_judged(
    first_edition: Path,
) -> None:
    page = read(first_edition, "index.html")
    matrix = re.search(r'<table class="readings">.*?</table>', page, re.DOTALL)
    assert matrix is not None
    assert "Staff trained" in matrix[0]
    text = words_of(first_edition, "index.html")
    assert "Whether a change is real can be said of 2 of 5 measures; of the others, " in text


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (
            {"value": 5.0, "no_limits_reason": "the periods overlap"},
            "one is of periods that overlap",
        ),
        ({"value": None, "state": "suppressed"}, "one has no figure that can be shown"),
        ({"value": 5.0}, "one lacks partners"),
    ],
)
def test_the_reason_is_that_of_the_data(given: dict[str, Any], why: str, data: Path) -> None:
    board = load_published(data)
    summary = made_up.row(
        Summary, measure="P1", organisation="ALL", quarter=made_up.LAST.key, **given
    )
    said = summary_words.unjudged(board, [(board.measure_by_id["P1"], summary)])
    assert said.endswith(f"of the others, {why}.")


def test_one_point_is_a_sentence_and_no_chart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BROWSER_VARIABLE, "no-such-browser")
    rows = made_up.everything()
    rows[Value] = [v for v in rows[Value] if v.measure != "R1" or v.quarter == made_up.LAST.key]
    (tmp_path / "data").mkdir()
    build_site(made_up.write(tmp_path / "data", rows), tmp_path / "site", status="draft")
    assert 'data-chart="r1-process"' not in read(tmp_path / "site", "measures/r1.html")
    assert (
        "All partners combined: one figure can be shown, 50.0 per 100,000 in 2018-19 Q2. "
        "It takes two to draw a line."
    ) in words_of(tmp_path / "site", "measures/r1.html")


def yearly(code: str, year: int) -> Any:
    """A figure of a calendar year."""
    start, end = dt.date(year, 1, 1), dt.date(year, 12, 31)
    return made_up.value(code, "ALL", made_up.LAST, 5.0, period_start=start, period_end=end)


def test_years_have_a_table_of_their_own(tmp_path: Path) -> None:
    rows = made_up.everything()
    years = [yearly("R1", year) for year in (2015, 2016)]
    rows[Value] = [v for v in rows[Value] if v.measure != "R1"] + years
    rows[Measure] = [
        replace(m, main_kind="calendar_year") if m.measure == "R1" else m for m in rows[Measure]
    ]
    rows[Summary] = [
        replace(s, period=years[-1].period, period_kind="calendar_year", period_label="2016")
        if s.measure == "R1" else s
        for s in rows[Summary]
    ]  # fmt: skip
    site = Site(published=load_published(made_up.write(tmp_path, rows)), status="draft")
    quarters, by_year = themes._rugs(site, site.board)
    assert quarters.kind == "quarter"
    assert all(re.fullmatch(r"\d{4}-\d{2} Q\d", label) for _, label in quarters.periods)
    assert "R1" not in {measure.measure for measure, _ in quarters.rows}
    assert [label for _, label in by_year.periods] == ["2015", "2016"]
    assert [measure.measure for measure, _ in by_year.rows] == ["R1"]


def test_a_breakdown_says_whose_it_is_where_it_is_not_of_all(data: Path) -> None:
    board = load_published(data)
    members = {"total": "A/0; B/0; C/1", "ward": "A/0"}
    values = tuple(
        replace(v, members=members.get(v.breakdown)) if v.organisation == "ALL" else v
        for v in board.values
    )
    measure, summary = board.measure_by_id["P1"], board.board_summary("P1")
    assert summary is not None
    chart = bars.breakdown_chart(replace(board, values=values), measure, summary, breakdown="ward")
    assert chart is not None
    assert "Only Alpha trust sent these, so they are not of all 3 partners" in chart.caption
    whole = bars.breakdown_chart(board, measure, summary, breakdown="ward")
    assert whole is not None
    assert "Only" not in whole.caption


def test_headings_are_plain_words(first_edition: Path) -> None:
    for path in first_edition.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for word in ("Course", "Standing", "What was promised"):
            assert not re.search(rf"<(h\d|th|dt)\b[^>]*>{word}<", text), (path.name, word)


def test_no_point_of_a_series_is_cut_at_the_edge_of_its_frame(data: Path) -> None:
    board = load_published(data)
    chart = process.process_chart(board, board.measure_by_id["P1"], "ALL", heading="A heading")
    assert chart is not None
    [points] = [one for one in chart.figure["data"] if one["mode"] == "markers"]
    assert points["cliponaxis"] is False
    low, high = chart.figure["layout"]["yaxis"]["range"]
    assert low < min(points["y"])
    assert max(points["y"]) < high
