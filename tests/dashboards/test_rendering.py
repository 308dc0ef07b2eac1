"""A picture is made lighter without becoming another.

The traps: a style that is moved and lost, or taken for one where a partner's words look like one;
a label that the picture's edge cuts;
a browser that nobody ends.
"""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from dashboards.data.release import load as load_published
from dashboards.data.rows import Comparator
from dashboards.drawing import base, beside, rendering
from dashboards.drawing.chart import Chart, Table
from dashboards.drawing.chromium import BROWSER_ARGUMENTS, RenderingError, find_browser
from dashboards.drawing.rendering import _slimmed
from dashboards.pages.base import Site
from tests.dashboards import made_up

_WORDS_OUTSIDE = """
() => {
  const edge = document.querySelector("svg").getBoundingClientRect();
  return [...document.querySelectorAll("text")].filter((text) => {
    const box = text.getBoundingClientRect();
    return box.left < edge.left - 1 || box.right > edge.right + 1
      || box.top < edge.top - 1 || box.bottom > edge.bottom + 1;
  }).map((text) => text.textContent);
}
"""
RED = "fill: rgb(1, 2, 3); font-family: &quot;Arial&quot;;"


def picture(inside: str) -> str:
    return f'<svg class="main-svg" width="1">{inside}</svg>'


def test_a_style_that_many_marks_have_is_written_once_and_each_mark_keeps_it() -> None:
    marks = (
        f'<path class="point" d="M0" style="{RED}"/>' * 2 + f'<text x="1" style="{RED}">a</text>'
    )
    slim = _slimmed(picture(marks))
    assert slim == picture(
        '<style>.s0{fill: rgb(1, 2, 3); font-family: "Arial";}</style>'
        '<path class="point s0" d="M0"/><path class="point s0" d="M0"/>'
        '<text x="1" class="s0">a</text>'
    )


def test_a_style_of_few_marks_stays_where_it_is_and_an_empty_one_goes() -> None:
    marks = f'<path d="M0" style="{RED}"/><path d="M1" style=""/><path d="M2" style="{RED}"/>'
    assert _slimmed(picture(marks)) == picture(marks.replace(' style=""', ""))


def test_groups_that_hold_nothing_go_and_others_stay() -> None:
    empty = '<g class="a"><g class="b"/><g class="c"></g></g>'
    full = '<g class="d" transform="x"/><g class="e"><path d="M0"/></g>'
    assert _slimmed(picture(empty + full)) == picture(full)


@pytest.mark.parametrize("words", ['&lt;path style="x"/>', "a &lt;g class=&quot;b&quot;/>"])
def test_words_that_look_like_marks_are_left_alone(words: str) -> None:
    assert _slimmed(picture(f"<text>{words}</text>" * 3)) == picture(f"<text>{words}</text>" * 3)


@pytest.mark.browser
def test_every_class_of_a_picture_has_its_rule(site: Path) -> None:
    for path in (site / "charts").glob("*.svg"):
        svg = path.read_text(encoding="utf-8")
        used = set(re.findall(r"\bs\d+\b", " ".join(re.findall(r'class="([^"]*)"', svg))))
        assert used == set(re.findall(r"\.(s\d+)\{", svg)), path.name
        assert used, path.name


@pytest.mark.browser
def test_every_word_of_a_picture_stands_inside_it(site: Path) -> None:
    """No axis makes room for its labels by itself: each figure's margins must have it."""
    outside = {}
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=find_browser(), args=[*BROWSER_ARGUMENTS])
        page = chromium.new_page()
        for path in (site / "charts").glob("*.svg"):
            page.set_content(path.read_text(encoding="utf-8"))
            found = page.evaluate(_WORDS_OUTSIDE)
            if found:
                outside[path.name] = found
        chromium.close()
    assert outside == {}


def a_chart(chart_id: str) -> Chart:
    figure = base.figure_json([{"type": "bar", "y": [1]}], {"width": 200}, name=chart_id)
    table = Table(caption="", columns=(), rows=())
    return Chart(
        chart_id=chart_id, heading="A bar", alt="One", caption="", figure=figure, table=table,
        width=200, height=100,
    )  # fmt: skip


@pytest.mark.browser
def test_a_picture_of_nineteen_areas_weighs_no_more_than_a_picture_may(tmp_path: Path) -> None:
    usual = {"measure": "P1", "period_start": made_up.LAST.start, "period_end": made_up.LAST.end}
    areas = [
        made_up.row(Comparator, **usual, area=f"{n}", area_name=f"A town called {n}",
                    area_kind="core_city", value=60.0 + n, lower=57.4 + n, upper=62.7 + n)
        for n in range(18)
    ]  # fmt: skip
    data = made_up.write(tmp_path, made_up.everything() | {Comparator: areas})
    site = Site(published=load_published(data), status="draft")
    measure = site.published.measure_by_id["P1"]
    summary = site.published.board_summary("P1")
    assert summary is not None
    chart = beside.comparators_chart(
        site.published, measure, replace(summary, lower=78.0, upper=82.0)
    )
    assert chart is not None
    assert len(chart.table.rows) == 19
    with rendering.drawing(cache=None, draft=True) as drawing:
        drawing.add([chart])
        picture = drawing.drawn().svgs[chart.chart_id]
    assert all(f"{row[2].text}<".encode() in picture for row in chart.table.rows)
    assert len(picture) <= 15 * 1024


def test_two_charts_of_one_name_are_refused(tmp_path: Path) -> None:
    drawing = rendering.Drawing(cache=tmp_path, draft=False, chromium=None)
    drawing.add([a_chart("a")])
    with pytest.raises(ValueError, match="two charts are called a"):
        drawing.add([a_chart("a")])


def test_a_figure_that_plotly_does_not_know_is_refused_before_it_is_drawn(tmp_path: Path) -> None:
    wrong = replace(a_chart("a"), figure={"data": [{"type": "bar", "hight": 1}], "layout": {}})
    drawing = rendering.Drawing(cache=tmp_path, draft=False, chromium=None)
    with pytest.raises(ValueError, match="hight"):
        drawing.add([wrong])


@pytest.mark.browser
def test_charts_that_come_one_by_one_are_drawn_and_kept(tmp_path: Path) -> None:
    pictures = []
    for expected_from_cache in (0, 3):
        with rendering.drawing(cache=tmp_path, draft=False) as drawing:
            for name in ("a", "b", "c"):
                drawing.add([a_chart(name)])
                time.sleep(0.2)
            drawn = drawing.drawn()
        assert list(drawn.svgs) == ["a", "b", "c"]
        assert drawn.from_cache == expected_from_cache
        assert drawn.missing == ()
        pictures.append(drawn.svgs)
    assert pictures[0] == pictures[1]


@pytest.mark.browser
def test_a_figure_that_the_browser_refuses_is_named_and_ends_the_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "check", lambda figure: None)
    broken = replace(a_chart("a"), figure={"data": 3, "layout": None})
    with rendering.drawing(cache=tmp_path, draft=False) as drawing:
        drawing.add([broken])
        with pytest.raises(RenderingError, match="would not draw"):
            drawing.drawn()
    assert list(tmp_path.iterdir()) == []
