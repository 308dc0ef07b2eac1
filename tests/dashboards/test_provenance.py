"""Each figure says whether it is real; a page is called illustrative only where all it shows is.

The trap: one made-up year makes a page of real figures "made up", and a made-up one travels in a
file without its mark.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboards.data import provenance
from dashboards.data.release import Published
from dashboards.data.release import load as load_published
from dashboards.data.rows import Comparator, Revision, Value
from dashboards.drawing import bars, process
from dashboards.drawing.chart import Chart
from dashboards.drawing.chromium import BROWSER_VARIABLE
from dashboards.pages.base import Page, Site
from dashboards.pages.registry import PAGE_TYPES
from dashboards.site import build_site
from tests.dashboards import made_up
from tests.dashboards.test_pages import read, words_of


def board(folder: Path, change: Mapping[type[Any], list[Any]]) -> Published:
    """The small board with other rows of some models."""
    return load_published(made_up.write(folder, made_up.everything() | dict(change)))


def values(*illustrative: bool) -> list[Any]:
    """The combined series of the first measure, whose last figures are so."""
    figures = made_up.series("P1", "ALL", made_up.FALLING)
    marked = zip(figures[-len(illustrative) :], illustrative, strict=True)
    return [*figures[: -len(illustrative)], *(replace(f, illustrative=i) for f, i in marked)]


def page_of(site: Site, path: str) -> Page:
    return next(page for kind in PAGE_TYPES for page in kind.make(site) if page.path == path)


def shades(chart: Chart) -> list[tuple[float, float]]:
    """Where the ground of a chart is shaded."""
    shapes = chart.figure["layout"]["shapes"]
    return [(shape["x0"], shape["x1"]) for shape in shapes if shape["type"] == "rect"]


@pytest.mark.parametrize(
    ("flags", "share"),
    [([True, True], "all"), ([True, False], "some"), ([False, None], "none"), ([], "none")],
)
def test_what_shows_several_figures_is_illustrative_only_where_all_are(
    flags: list[bool | None], share: str
) -> None:
    assert provenance.share(flags) == share


def test_a_made_up_cell_without_a_figure_makes_no_page_illustrative(tmp_path: Path) -> None:
    """The trap: measure PO17, one real figure after four years that were not available."""
    empty = [
        replace(one, value=None, state="not available", illustrative=True)
        for one in made_up.series("R1", "ALL", [1.0, 2.0])
    ]
    real = made_up.value("R1", "ALL", made_up.LAST, 50.0)
    made = board(tmp_path, {Value: [*empty[:1], real]})
    page = page_of(Site(published=made, status="final"), "measures/r1.html")
    assert page.provenance == "none"


def test_a_mixed_series_shades_the_ground_of_what_is_made_up_and_says_so(tmp_path: Path) -> None:
    made = board(tmp_path, {Value: values(True, True, False)})
    measure = made.measure_by_id["P1"]
    chart = process.process_chart(made, measure, "ALL", heading="A heading")
    assert chart is not None
    assert shades(chart) == [(8.5, 10.5)]
    assert "Figures on shaded ground are illustrative" in chart.caption
    assert [row[-1].value for row in chart.table.rows][-3:] == [
        "illustrative", "illustrative", "real"
    ]  # fmt: skip
    said = [note["text"] for note in chart.figure["layout"]["annotations"]]
    assert "Some figures are illustrative" in said


def test_a_series_that_is_all_made_up_says_so_once_and_shades_nothing(tmp_path: Path) -> None:
    made = board(tmp_path, {Value: values(*[True] * 12)})
    chart = process.process_chart(made, made.measure_by_id["P1"], "ALL", heading="A heading")
    assert chart is not None
    assert shades(chart) == []
    assert "Illustrative figures, made up" in chart.caption


def test_a_real_figure_that_is_judged_with_made_up_ones_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trap: "a real fall over five years" of one real figure and four that are made up."""
    monkeypatch.setenv(BROWSER_VARIABLE, "no-such-browser")
    (tmp_path / "data").mkdir()
    rows = made_up.everything() | {Value: values(True, True, False)}
    build_site(made_up.write(tmp_path / "data", rows), tmp_path / "site", status="draft")
    assert "judged with illustrative figures" in words_of(tmp_path / "site", "measures/p1.html")
    assert "It is judged with illustrative figures." in words_of(tmp_path / "site", "index.html")


def test_a_row_says_itself_that_it_is_made_up_beside_real_ones(tmp_path: Path) -> None:
    partners = [
        replace(one, illustrative=one.organisation == "C") for one in made_up.values()
        if one.measure == "P1"
    ]  # fmt: skip
    made = board(tmp_path, {Value: partners})
    chart = bars.partners_chart(made, made.measure_by_id["P1"])
    assert chart is not None
    marked = [
        text for text in chart.figure["layout"]["yaxis"]["ticktext"] if "illustrative" in text
    ]
    assert marked == ["Gamma trust<br>(illustrative)"]


def test_an_open_query_and_a_correction_are_provenance_too(tmp_path: Path) -> None:
    figures = made_up.series("P1", "ALL", [80.0, 81.0])
    figures[1] = replace(figures[1], open_queries=1)
    correction = made_up.row(
        Revision, measure="P1", organisation="ALL", area="all", quarter=figures[0].quarter,
        breakdown="total", category="total", old_value=79.0, new_value=80.0,
    )  # fmt: skip
    made = board(tmp_path, {Value: figures, Revision: [correction]})
    assert [made.provenance(one) for one in made.values] == ["real; revised", "real; provisional"]


def test_a_comparator_is_as_real_as_its_areas_figure_and_an_average_as_its_areas() -> None:
    days = {"period_start": made_up.LAST.start, "period_end": made_up.LAST.end}
    city = {"measure": "P1", "area_kind": "city", **days}
    rows = (
        made_up.row(Comparator, **city, area="Northtown", area_name="Northtown", value=1.0),
        made_up.row(Comparator, **city, area="England", area_name="England", value=2.0),
        made_up.row(Comparator, measure="P1", **days, area="cities", area_name="Cities",
                    area_kind="peer average", peer_set="cities", value=1.5),
    )  # fmt: skip
    figures = tuple(
        made_up.value("P1", "A", made_up.LAST, 1.0, area=area, illustrative=area == "Northtown")
        for area in ("Northtown", "England")
    )
    empty = dict.fromkeys(
        ("organisations", "themes", "measures", "process", "summaries", "submissions", "findings",
         "scores", "revisions", "commentary"), (),
    )  # fmt: skip
    made = Published(release=made_up.RELEASE, values=figures, comparators=rows, **empty)
    said = [made.comparator_provenance(row) for row in rows]
    assert said == ["illustrative", "real", "illustrative"]


def test_every_row_of_every_charts_file_and_of_the_comparators_has_its_provenance(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BROWSER_VARIABLE, "no-such-browser")
    build_site(data, tmp_path / "site", status="draft")
    site = Site(published=load_published(data), status="draft")
    names = [c.chart_id for kind in PAGE_TYPES for page in kind.make(site) for c in page.charts]
    files = [*(f"data/tables/{name}.csv" for name in names), "data/comparators.csv"]
    assert len(files) > 8
    for file in files:
        content = (tmp_path / "site" / file).read_bytes().decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(content)))
        assert rows
        for row in rows:
            figure = row.get("value") or row.get("position") or row.get("due_end")
            assert bool(figure) == row["provenance"].startswith(("real", "illustrative")), file


def test_a_mixed_page_marks_each_made_up_figure_and_a_real_page_says_nothing(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BROWSER_VARIABLE, "no-such-browser")
    build_site(data, tmp_path / "site", status="draft")
    summary = words_of(tmp_path / "site", "index.html")
    assert "Figures marked as illustrative are made up" in summary
    assert "13.5% (illustrative)" in summary
    assert not re.search(r"80\.3%[^.]{0,3}\(illustrative\)", summary)
    assert "All figures on this page are illustrative" in read(
        tmp_path / "site", "measures/p2.html"
    )
    assert "llustrative" not in words_of(tmp_path / "site", "measures/r1.html")
