"""Each figure stands against the target of its own period, and a change of target is told.

The trap: one target drawn through the whole past, by which figures seem rated that were rated by
another.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboards.data.measure_changes import MeasureChange
from dashboards.data.release import Published, load
from dashboards.data.rows import Measure, Summary, Value
from dashboards.data.series import series_points
from dashboards.drawing import bars, process, target
from dashboards.drawing.chromium import BROWSER_VARIABLE
from dashboards.site import build_site
from dashboards.story.targets import by_sentence, every_change
from tests.dashboards import made_up

OLD, NEW = (90.0, 85.0), (95.0, 92.0)
CHANGED_IN = made_up.LAST.shift(-1)
CHANGE = {
    "measure": "P1", "organisation": "each", "area": "all", "quarter": CHANGED_IN.key,
    "quarter_label": CHANGED_IN.label, "until_label": CHANGED_IN.shift(-1).label,
    "breaks_series": False,
}  # fmt: skip


def with_a_new_target(rows: dict[type[Any], list[Any]]) -> dict[type[Any], list[Any]]:
    """The small board, whose first measure had another target until two quarters ago."""

    def under(one: Any) -> Any:
        if one.measure != "P1":
            return one
        value, limit = NEW if one.quarter >= CHANGED_IN.key else OLD
        return replace(one, target=value, amber_limit=limit)

    summaries = [
        replace(under(one), target_from=CHANGED_IN.key, has_new_target=True, baseline=71.4,
                baseline_label="2016-17", baseline_source="Annual report.")
        if one.measure == "P1"
        else one
        for one in rows[Summary]
    ]  # fmt: skip
    changes = [
        made_up.row(MeasureChange, **CHANGE, subject="target", old_target=OLD[0],
                    old_amber_limit=OLD[1], new_target=NEW[0], new_amber_limit=NEW[1],
                    note="The board asked for more."),
        made_up.row(MeasureChange, **CHANGE | {"breaks_series": True}, subject="definition",
                    old_definition="Staff trained.", new_definition="Staff trained this year."),
        made_up.row(MeasureChange, **CHANGE | {"organisation": "A", "measure": "P2"},
                    subject="target", new_target=8.0, new_amber_limit=9.0),
        made_up.row(MeasureChange, **CHANGE | {"quarter": "2019-20-Q1", "until_label": "2018-19 Q4",
                                               "quarter_label": "2019-20 Q1"},
                    subject="target", old_target=NEW[0], new_target=97.0),
        made_up.row(MeasureChange, **CHANGE | {"measure": "R1", "area": "Northtown"},
                    subject="target", old_target=60.0),
    ]  # fmt: skip
    values = [under(one) for one in rows[Value]]
    return rows | {Value: values, Summary: summaries, MeasureChange: changes}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published data of that board."""
    rows = with_a_new_target(made_up.everything())
    return made_up.write(tmp_path_factory.mktemp("stepped"), rows)


@pytest.fixture(scope="module")
def published(folder: Path) -> Published:
    """The same, read."""
    return load(folder)


def measure_of(published: Published) -> Measure:
    return published.measure_by_id["P1"]


def target_lines(figure: Any) -> list[dict[str, Any]]:
    return [one for one in figure["layout"]["shapes"] if one["line"].get("dash") == "longdash"]


def test_the_line_of_a_target_steps_where_it_changed(published: Published) -> None:
    chart = process.process_chart(published, measure_of(published), "ALL", heading="Staff trained")
    assert chart is not None
    drawn = [(one["x0"], one["x1"], one["y0"]) for one in target_lines(chart.figure)]
    assert drawn == [(-0.5, 9.5, 90.0), (9.5, 11.5, 95.0)]
    assert "Target 95.0% since 2018-19 Q1, before that 90.0%: it may meet or miss" in chart.alt
    [place] = [at for at, one in enumerate(chart.table.columns) if one.key == "target"]
    assert [row[place].value for row in chart.table.rows] == [90.0] * 10 + [95.0] * 2


@pytest.mark.parametrize(("target", "is_above"), [(81.0, False), (79.5, True), (95.0, False)])
def test_the_latest_figure_is_not_written_over_the_line_of_a_new_target(
    published: Published, *, target: float, is_above: bool
) -> None:
    # The last step was downwards, so that the figure would be written below its point.
    values = tuple(
        replace(one, target=target)
        if (one.measure, one.quarter) == ("P1", made_up.LAST.key)
        else one
        for one in published.values
    )
    chart = process.process_chart(
        replace(published, values=values), measure_of(published), "ALL", heading="Staff trained"
    )
    assert chart is not None
    [label] = [one for one in chart.figure["layout"]["annotations"] if one["text"] == "80.3%"]
    assert (label["yshift"] > 0) is is_above


def test_a_target_that_never_changed_is_one_line(data: Path) -> None:
    published = load(data)
    chart = process.process_chart(published, measure_of(published), "ALL", heading="Staff trained")
    assert chart is not None
    assert [(one["xref"], one["y0"]) for one in target_lines(chart.figure)] == [("paper", 90.0)]
    assert "Target 90.0%: it may meet or miss" in chart.alt


def test_the_last_figures_stand_each_against_its_own_target(published: Published) -> None:
    points = series_points(published, measure="P1", organisation="ALL")
    chart = target.target_chart(published, measure_of(published), points)
    assert chart is not None
    drawn = [(one["x0"], one["y0"], one["y1"]) for one in target_lines(chart.figure)]
    assert drawn == [(90.0, -0.5, 2.5), (95.0, 2.5, 4.5)]  # the newest is the highest row
    assert "now 95.0%" in chart.alt
    ended = [
        replace(one, value=replace(one.value, target=None)) if one.value and at == 11 else one
        for at, one in enumerate(points)
    ]
    assert target.target_chart(published, measure_of(published), ended) is None


def test_partners_with_targets_of_their_own_have_each_its_line(published: Published) -> None:
    values = tuple(
        replace(one, target=70.0) if (one.measure, one.organisation) == ("P1", "A") else one
        for one in published.values
    )
    chart = bars.partners_chart(replace(published, values=values), measure_of(published))
    assert chart is not None
    assert {one["x0"] for one in target_lines(chart.figure)} == {70.0, 95.0}
    assert all(one["yref"] == "y" for one in target_lines(chart.figure))
    assert "Dashed upright lines: the target of each row." in chart.caption
    [place] = [at for at, one in enumerate(chart.table.columns) if one.key == "target"]
    assert {row[place].value for row in chart.table.rows} == {70.0, 95.0}
    chart = bars.partners_chart(published, measure_of(published))
    assert chart is not None
    assert not [one for one in chart.table.columns if one.key == "target"]


def test_pages_tell_what_was_until_when_and_what_is_from_when(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    monkeypatch.setenv(BROWSER_VARIABLE, "no-such-browser")
    build_site(folder, site, status="draft")

    def text(path: str) -> str:
        page = (site / path).read_text(encoding="utf-8")
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())

    own = text("measures/p1.html")
    assert "Target 95.0% from 2018-19 Q1" in own
    assert "Baseline 71.4% 2016-17" in own
    assert "The baseline comes from: Annual report. Nothing is rated by it." in own
    assert "judged by the present target of 95.0% alone" in own
    changed = (
        "The target was 90.0% (close to it from 85.0%) until 2017-18 Q4 and is 95.0% (close to it "
        "from 92.0%) from 2018-19 Q1. Why: The board asked for more."
    )
    reworded = (
        "Until 2017-18 Q4 the definition was “Staff trained”. From 2018-19 Q1 it is “Staff trained "
        "this year”. Figures before and after it are not set against each other."
    )
    changes = text("changes.html")
    coming = "The target is 95.0% until 2018-19 Q4 and will be 97.0% from 2019-20 Q1."
    for sentence in (changed, reworded, coming):
        assert sentence in own
        assert sentence in changes
    assert "There was no target until 2017-18 Q4; it is 8.0% (close to it up to 9.0%)" in changes
    assert "For Alpha trust: There was no target" in changes
    assert "For Northtown: Its own target was 60.0 per 100,000 until 2017-18 Q4; from" in changes
    assert "No target and no definition has changed." not in changes
    assert "P1,target,each,all,2018-19-Q1" in (site / "data/target-changes.csv").read_text("utf-8")


def test_a_merger_that_breaks_many_measures_is_told_once(published: Published) -> None:
    breaks = {**CHANGE, "organisation": "A", "breaks_series": True, "note": "Beta joined Alpha."}
    changes = tuple(
        made_up.row(MeasureChange, **{**breaks, "measure": measure}, subject="rebase")
        for measure in ("P1", "P2", "R1")
    )
    [told] = by_sentence(every_change(replace(published, measure_changes=changes)))
    sentence, measures = told
    assert sentence.startswith("For Alpha trust: From 2018-19 Q1 the figures are of other people")
    assert {one.measure for one in measures} == {"P1", "P2", "R1"}
