"""Each kind of page has the parts it owes, and shows what a partner typed as text and no more."""

from __future__ import annotations

import html
import re
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import sync_playwright

from dashboards.data.editions import Edition
from dashboards.data.look import Look
from dashboards.data.plans import Action
from dashboards.data.release import load as load_published
from dashboards.data.rows import Summary, Value
from dashboards.drawing.chromium import BROWSER_ARGUMENTS, BROWSER_VARIABLE, find_browser
from dashboards.pages.base import Page, PageType, Site
from dashboards.pages.partners import page as partners
from dashboards.pages.plans import page as plans
from dashboards.pages.registry import PAGE_TYPES
from dashboards.site import build_site
from dashboards.story.comparing import compare
from dashboards.story.words import shown_figure
from tests.dashboards import made_up

# The elements with ``data-part`` that a page of each template owes.
PARTS = {
    "summary.html": {
        "headline",
        "counts",
        "matrix",
        "headline-measures",
        "attention",
        "improved",
        "changed",
        "freshness",
        "how-to-read",
    },
    "asks.html": {"asks"},
    "figures.html": {"figures"},
    "themes.html": {"themes"},
    "theme.html": {"outcome", "latest", "rug"},
    "measures.html": {"by-rating", "by-reading", "by-comparison"},
    "measure.html": {
        "finding",
        "status",
        "evidence",
        "partners",
        "definition",
        "revisions",
        "provenance",
    },
    "partners.html": {"partners"},
    "partner.html": {"sent", "measures", "returns"},
    "plans.html": {"counts", "plans"},
    "plan_filter.html": {"filters", "actions"},
    "plan.html": {"counts", "actions", "course"},
    "risks.html": {"movement", "matrix", "register"},
    "exceptions.html": {"measures", "returns"},
    "data_quality.html": {
        "sources",
        "course",
        "measures",
        "issues",
        "calendar",
        "findings",
        "states",
        "rows",
    },
    "method.html": {
        "how-to-read",
        "icons",
        "rules",
        "small-numbers",
        "combining",
        "osr",
        "revisions",
        "pre-release",
        "retirement",
        "accessibility",
    },
    "changes.html": {"since-edition", "corrections", "revisions", "moves"},
    "archive.html": {"editions"},
    "data.html": {"files", "dictionary"},
}


def pages_of(data: Path) -> list[tuple[PageType, Page]]:
    """Every page with its kind."""
    site = Site(published=load_published(data), status="draft")
    return [(kind, page) for kind in PAGE_TYPES for page in kind.make(site)]


@pytest.fixture(scope="module")
def without_pictures(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as it is made where there is no browser."""
    folder = tmp_path_factory.mktemp("plain") / "site"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(BROWSER_VARIABLE, "no-such-browser")
        report = build_site(data, folder, status="draft")
    assert "no Chromium was found" in report.missing[0]
    return folder


def read(site: Path, path: str) -> str:
    return (site / path).read_text(encoding="utf-8")


def words_of(site: Path, path: str) -> str:
    """What a reader reads on a page."""
    main = read(site, path).split("<main", 1)[1].split("</main>")[0]
    main = re.sub(r"<script.*?</script>", "", main, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main)))


def test_every_page_has_the_parts_that_its_kind_owes(data: Path, without_pictures: Path) -> None:
    templates = set()
    for _, page in pages_of(data):
        template = page.template or page.path
        templates.add(template)
        parts = set(re.findall(r'data-part="([^"]+)"', read(without_pictures, page.path)))
        assert PARTS[template] <= parts, (page.path, PARTS[template] - parts)
    assert templates == PARTS.keys()


def test_every_page_is_whole_html_with_one_heading_and_no_inline_style_or_script(
    data: Path, without_pictures: Path
) -> None:
    for _, page in pages_of(data):
        text = read(without_pictures, page.path)
        assert text.startswith("<!doctype html>"), page.path
        assert text.count("<h1") == 1, page.path
        ids = re.findall(r'\sid="([^"]+)"', text)
        assert len(ids) == len(set(ids)), page.path
        for tag in re.findall(r"<[a-z][^>]*>", text):
            names = re.sub(r'"[^"]*"', "", tag)
            assert not re.search(r"\s(style|on\w+)=", names), (page.path, tag)
        scripts = re.findall(r"<script(?![^>]*application/json)[^>]*>", text)
        assert all("src=" in script for script in scripts), page.path


def test_what_a_partner_typed_is_shown_as_typed_and_runs_nowhere(
    data: Path, without_pictures: Path
) -> None:
    seen = 0
    for _, page in pages_of(data):
        text = read(without_pictures, page.path)
        assert "<img src=x" not in text, page.path
        seen += made_up.HOSTILE in words_of(without_pictures, page.path)
    assert seen > 10


def test_without_a_browser_each_chart_is_told_in_words_and_its_table_stands_open(
    without_pictures: Path,
) -> None:
    page = read(without_pictures, "measures/p1.html")
    assert "could not be drawn. In words: " in words_of(without_pictures, "measures/p1.html")
    assert '<details id="table-p1-process" open>' in page
    assert "data-explore" not in page


def test_a_rating_never_stands_without_the_reading_of_the_change(without_pictures: Path) -> None:
    rated = 0
    for path in without_pictures.rglob("*.html"):
        if path.name == "method.html" or "plans" in path.parts:
            continue  # what the tags mean; and what owners say of their actions
        for row in re.findall(r"<tr.*?</tr>|<dl>.*?</dl>", path.read_text("utf-8"), re.DOTALL):
            # An action's rating is its owner's word, and stands beside what its dates say.
            if re.search(r'class="tag tag-(on|close|off)"', row) and "overdue" not in row:
                rated += 1
                assert 'class="reading"' in row or "Not yet due" in row, (path, row)
    assert rated > 5


def test_the_summary_says_what_got_worse_whether_it_is_real_and_what_is_done(
    without_pictures: Path,
) -> None:
    text = words_of(without_pictures, "index.html")
    assert "One measure got worse by more than chance: Staff trained (80.3%, target 90.0%)" in text
    assert "A plan names an open action for it" in text
    assert "One of the 2 actions in all plans is late." in text
    assert "Being done:" in text
    assert "27 days overdue" in text
    assert "Ask each trust when it will meet the target. Chief nurse" in text
    order = [text.index(part) for part in ("got worse", "The board is asked to", "Needs attention")]
    assert order == sorted(order)


def test_commentary_has_its_author_and_date_and_older_ones_are_folded(
    without_pictures: Path,
) -> None:
    page = read(without_pictures, "measures/p1.html")
    text = words_of(without_pictures, "measures/p1.html")
    assert "Lead nurse, Alpha trust, 12 October 2018" in text
    assert "about 2018-19 Q2" in text
    folded = next(part for part in re.findall(r"<details.*?</details>", page, re.DOTALL)
                  if "Courses were full in spring." in part)  # fmt: skip
    assert "Two half days" not in folded


def test_a_draft_says_so_on_every_page_and_a_final_edition_nowhere(
    data: Path, without_pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BROWSER_VARIABLE, "no-such-browser")
    build_site(data, tmp_path / "final", status="final")
    for _, page in pages_of(data):
        assert "Draft: not for publication" in read(without_pictures, page.path)
        assert "noindex" in read(without_pictures, page.path)
        assert "not for publication" not in read(tmp_path / "final", page.path)


def test_each_page_says_what_is_asked_of_the_board_about_it(without_pictures: Path) -> None:
    assert "The board is asked to Agree to fund it." in words_of(
        without_pictures, "plans/p/index.html"
    )
    assert "Agree to fund it." not in words_of(without_pictures, "measures/p1.html")


def test_a_partner_has_its_open_actions_on_its_page(without_pictures: Path) -> None:
    assert "Its actions that are not complete" in words_of(without_pictures, "partners/a.html")
    assert "27 days overdue" in words_of(without_pictures, "partners/a.html")
    assert "Its actions" not in words_of(without_pictures, "partners/c.html")


def test_a_page_of_a_partner_opens_with_what_got_worse_and_lists_that_first(
    data: Path, without_pictures: Path
) -> None:
    site = Site(published=load_published(data), status="draft")
    measures = [site.published.measure_by_id[code] for code in ("P1", "P2", "C1", "R1")]
    usual = {"organisation": "A", "quarter": made_up.LAST.key, "state": "shown", "value": 5.0}
    rows = [
        (measures[0], made_up.row(Summary, **usual, variation="common cause")),
        (measures[1], made_up.row(Summary, **usual, variation="improvement low")),
        (measures[2], made_up.row(Summary, **usual, open_queries=1)),
        (measures[3], made_up.row(Summary, **usual, variation="concern high",
                                  attention_rank=7)),
    ]  # fmt: skip
    first, others = partners.attention_first(rows)
    assert [measure.measure for measure, _ in first] == ["R1", "C1"]
    assert [measure.measure for measure, _ in others] == ["P2", "P1"]
    assert partners.finding("Alpha", first + others) == (
        "Alpha: one of 4 measures got worse by more than chance, Entrants (5.0 per 100,000)"
    )
    failing = [(measures[0], made_up.row(Summary, **usual, measure="P1", variation="common cause",
                                         assurance="consistently failing"))]  # fmt: skip
    assert partners.finding("Alpha", failing) == (
        "Alpha: nothing got worse by more than chance, but one of 1 measures is off its target or "
        "will keep missing it, Staff trained (5.0%, target 90.0%)"
    )
    assert "nothing is off target, as far as 2 of 2 measures tell" in partners.finding(
        "Alpha", rows[:2]
    )
    assert "can be judged yet" in partners.finding("Alpha", rows[2:3])
    assert partners.finding("Alpha", []) == "Alpha: no figure of its own is published"
    text = words_of(without_pictures, "partners/a.html")
    assert "Returns owed so far: 1. On time: 1. Late: 0." in text
    assert "One of its 2 open actions is late." in text


def test_a_page_of_a_plan_opens_with_how_many_actions_are_late_and_lists_them_first(
    without_pictures: Path,
) -> None:
    text = words_of(without_pictures, "plans/p/index.html")
    assert "The plan: 1 of 2 actions late, 0 without a date, 0 complete" in text
    [plan] = made_up.plans()[Action][:1]
    actions = [
        replace(plan, ref="1", standing="complete", days_overdue=None),
        replace(plan, ref="2", standing="not yet due", days_overdue=None),
        replace(plan, ref="3", standing="late", days_overdue=4),
        replace(plan, ref="4", standing="late", days_overdue=27),
    ]
    assert [action.ref for action in plans.open_first(actions)] == ["4", "3", "2", "1"]


def test_pages_about_many_things_open_with_a_finding(
    without_pictures: Path,
) -> None:
    themes = words_of(without_pictures, "themes/index.html")
    assert "Something got worse by more than chance in one of 1 themes: Safety" in themes
    assert "All 5 measures of this theme" in themes
    assert "Never sent" not in themes
    measures = words_of(without_pictures, "measures/index.html")
    assert "Of 5 measures, 1 got worse and 1 improved by more than chance." in measures
    assert measures.index("Off target 2 measures") < measures.index("On target 0 measures")
    partners_page = words_of(without_pictures, "partners/index.html")
    assert "One return for 2018-19 Q2 is lacking or not yet right, of 3 owed" in partners_page
    assert partners_page.index("Gamma trust") < partners_page.index("Alpha trust")
    # These belong to no edition.
    assert "there is none to compare them with" in words_of(without_pictures, "changes.html")
    assert "belong to no edition" in words_of(without_pictures, "archive.html")


def test_pages_say_how_measures_stand_to_england_how_far_groups_lie_apart_and_what_comes_next(
    without_pictures: Path,
) -> None:
    assert "1 performing poorly, 0 otherwise worse, 0 similar, 0 better" in words_of(
        without_pictures, "index.html"
    )
    measures = words_of(without_pictures, "measures/index.html")
    assert "Performing poorly: worse than England and each set of peers" in measures
    theme = words_of(without_pictures, "themes/safety.html")
    assert "South ward 82.0% North ward 80.0% 2.0 points More than chance explains" in theme
    assert "Partners owe the first figures for 2018-19 Q3 by 21 January 2019" in words_of(
        without_pictures, "method.html"
    )
    assert "Where it is going" in words_of(without_pictures, "measures/p1.html")


def test_an_amendment_says_at_the_head_of_each_page_what_was_put_right_and_how_much_changed(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BROWSER_VARIABLE, "no-such-browser")
    rows = made_up.everything()
    (tmp_path / "old").mkdir()
    rows[Value] = [
        replace(v, value=79.0) if v.value == made_up.FALLING[-1] else v for v in rows[Value]
    ]
    old = made_up.write(tmp_path / "old", rows)
    edition = Edition(
        name="2018-11-27-r1", revision=1, note="One trust had sent last year's file.",
        changes=compare(old, data),
    )  # fmt: skip
    build_site(data, tmp_path / "site", status="final", edition=edition)
    for path in ("index.html", "measures/p1.html", "plans/p/index.html"):
        assert (
            "What was put right: One trust had sent last year's file. "
            "One published figure changed. See what changed"
        ) in words_of(tmp_path / "site", path)
        assert "Amendment 1" in read(tmp_path / "site", path)
    heading = '<h1 class="finding-h">One published figure changed since the edition before</h1>'
    assert heading in read(tmp_path / "site", "changes.html")


@pytest.mark.browser
def test_publishing_after_a_draft_draws_nothing_and_leaves_only_the_mark_out(
    site: Path, data: Path, look: Look, chart_cache: Path, tmp_path: Path
) -> None:
    report = build_site(
        data, tmp_path / "final", status="final", chart_cache=chart_cache, look=look
    )
    assert report.charts_from_cache == report.charts
    draft = next((site / "charts").glob("p1-process*")).read_text(encoding="utf-8")
    final = next((tmp_path / "final/charts").glob("p1-process*")).read_text(encoding="utf-8")
    marked, mark, end = draft.partition('<text x="320"')
    assert mark
    assert "DRAFT: not for publication" in end
    assert final == f"{marked}</svg>"


@pytest.mark.browser
def test_illustrative_figures_are_marked_in_every_picture_that_has_them(site: Path) -> None:
    made = list((site / "charts").glob("p2-*.svg"))
    assert len(made) >= 2
    assert all("Illustrative figures" in path.read_text(encoding="utf-8") for path in made)
    real = next((site / "charts").glob("p1-process*.svg"))
    assert "Illustrative figures" not in real.read_text(encoding="utf-8")


@pytest.mark.browser
def test_two_builds_give_the_same_bytes(site: Path, data: Path, look: Look, tmp_path: Path) -> None:
    build_site(
        data, tmp_path / "again", status="draft", look=look
    )  # no cache: every chart drawn anew
    for path in site.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "again" / path.relative_to(site)).read_bytes()


@pytest.mark.browser
def test_the_summary_fits_two_printed_sides(site: Path) -> None:
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=find_browser(), args=[*BROWSER_ARGUMENTS])
        page = chromium.new_page()
        page.goto((site / "index.html").as_uri())
        paper = page.pdf(prefer_css_page_size=True)
        chromium.close()
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) <= 2


def test_a_revision_says_of_which_area_it_is(data: Path, tmp_path: Path) -> None:
    """The trap: one partner gives figures of several areas, and England's stands as its own."""
    release = tmp_path / "data"
    shutil.copytree(data, release)
    file = release / "pub_revision.parquet"
    pl.read_parquet(file).with_columns(area=pl.lit("England")).write_parquet(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(BROWSER_VARIABLE, "no-such-browser")
        build_site(release, tmp_path / "site", status="draft")
    for path in ("changes.html", "measures/p1.html"):
        table = read(tmp_path / "site", path).split('data-part="revisions"')[1]
        assert "England" in table.split("</section>")[0], path


def test_every_published_figure_is_on_a_page_with_its_period_and_partner(
    data: Path, without_pictures: Path
) -> None:
    site = Site(published=load_published(data), status="draft")
    text = {measure.measure: "" for measure in site.published.measures}
    for _, page in pages_of(data):
        if page.template == "figures.html":
            text[page.context["measure"].measure] = words_of(without_pictures, page.path)
    shown = [value for value in site.published.values if value.value is not None]
    assert len(shown) > 30
    for value in shown:
        measure = site.published.measure_by_id[value.measure]
        partner = site.organisation_name(value.organisation)
        figure = re.escape(shown_figure(measure, value.value))
        row = f"{re.escape(value.period_label)} {re.escape(partner)} .*?{figure}"
        assert re.search(row, text[value.measure]), (value.measure, partner, value.period_label)
