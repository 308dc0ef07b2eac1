"""On paper, black and white: two sheets of summary, every measure, the newest period, the words."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.dashboards import made_up

A4_LANDSCAPE = (842, 595)  # points


@pytest.fixture(autouse=True)
def _poppler() -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext: scripts/install-browser installs it")


def text_of(pdf: Path, *, page: int | None = None) -> str:
    chosen = ["-f", str(page), "-l", str(page)] if page else []
    text = subprocess.run(
        ["pdftotext", *chosen, str(pdf), "-"], check=True, capture_output=True, text=True
    ).stdout
    return re.sub(r"\s+", " ", text)


def facts_of(pdf: Path) -> dict[str, str]:
    text = subprocess.run(["pdfinfo", str(pdf)], check=True, capture_output=True, text=True).stdout
    return {
        name.strip(): value.strip()
        for name, _, value in (line.partition(":") for line in text.splitlines())
    }


def test_the_summary_is_two_sheets_at_most(newest: Path) -> None:
    facts = facts_of(newest / "pack" / "summary.pdf")
    assert int(facts["Pages"]) <= 2
    width, height = re.findall(r"[\d.]+", facts["Page size"])[:2]
    assert (round(float(width)), round(float(height))) == A4_LANDSCAPE
    assert facts["Tagged"] == "yes"


@pytest.mark.parametrize("name", ["summary", "whole"])
def test_no_sheet_holds_only_its_foot(newest: Path, name: str) -> None:
    pdf = newest / "pack" / f"{name}.pdf"
    for number in range(1, int(facts_of(pdf)["Pages"]) + 1):
        words = text_of(pdf, page=number)
        assert f"Page {number} of" in words
        assert len(words) > 150, f"sheet {number} of {name} has nothing but: {words}"


def test_paper_has_every_measure_the_newest_period_and_the_words_of_status(newest: Path) -> None:
    words = text_of(newest / "pack" / "whole.pdf")
    for measure in made_up.MEASURES:
        if measure.status != "retired":
            assert re.sub(r"\s+", " ", measure.title) in words, measure.title
    assert made_up.RELEASE.quarter_label in words
    for status in ("On target", "Close to target", "Off target", "Not rated"):
        assert status in words, status


def test_a_chart_on_paper_shows_the_newest_period(newest: Path, opened: Open) -> None:
    # Printed from a page on which a reader has a live chart open: paper gets the still picture.
    with opened(newest / "measures" / "p1.html") as at:
        at.page.get_by_role("button", name="Explore this chart").first.click()
        at.page.wait_for_selector(".live .main-svg")
        at.page.emulate_media(media="print")
        expect(at.page.locator(".live").first).to_be_hidden()
        expect(at.page.locator("figure img").first).to_be_visible()
        shown = at.page.locator("figure img").first
        file = newest / "measures" / (shown.get_attribute("src") or "")
    svg = file.resolve().read_text(encoding="utf-8")
    assert made_up.RELEASE.quarter_label.split(" ")[0] in svg


def test_paper_shows_what_is_folded_on_the_screen(newest: Path, opened: Open) -> None:
    with opened(newest / "measures" / "p1.html") as at:
        at.page.emulate_media(media="print")
        at.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert at.page.locator("details table").first.is_visible()
        assert at.page.locator("nav.menu").is_hidden()


def test_glyphs_and_words_tell_ratings_apart_without_colour(newest: Path, opened: Open) -> None:
    tags: dict[str, set[str]] = {}
    with opened(newest / "measures" / "index.html") as at:
        for tag in at.page.locator(".tag").all():
            glyph = tag.locator("[aria-hidden]").text_content() or ""
            words = (tag.text_content() or "").replace(glyph, "").strip().split(" (")[0]
            tags.setdefault(words, set()).add(glyph)
    glyphs = [glyph for found in tags.values() for glyph in found]
    assert len(tags) >= 3
    assert all(len(found) == 1 for found in tags.values())
    assert len(set(glyphs)) == len(glyphs)


def test_icons_have_another_shape_for_each_reading(newest: Path) -> None:
    shapes: dict[str, set[str]] = {}
    for page in newest.rglob("*.html"):
        for kind, inside in re.findall(
            r'<svg class="icon icon-(\w+)"[^>]*>(.*?)</svg>', page.read_text(encoding="utf-8")
        ):
            shape = re.sub(r"<text.*?</text>", "", inside)
            shapes.setdefault(kind, set()).add(shape)
    judged = {kind: found for kind, found in shapes.items() if kind in
              {"improvement", "concern", "neutral", "common"}}  # fmt: skip
    assert len(judged) >= 2
    everything = [shape for found in judged.values() for shape in found]
    assert len(set(everything)) == len(everything)
