"""A page asks nothing of anyone, keeps its policy without a complaint, and is whole without script.

The policy stands in each page, so it holds from a disk and from an unpacked zip too; the requests
are counted, not trusted.
"""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.pages import EDITION, PAGES, Way

WITHOUT_SCRIPT = Way(1280, "light", script=False)


def outward(requests: list[str]) -> list[str]:
    return [url for url in requests if not url.startswith(("file:", "data:", "blob:"))]


def test_no_page_asks_anyone_or_breaks_its_policy(opened: Open, public: Path) -> None:
    for path in (*(f"{EDITION}/{page}" for page in PAGES), "index.html"):
        with opened(public / path) as at:
            at.page.wait_for_load_state("load")
            assert outward(at.requests) == [], path
            assert at.errors == [], path


def test_an_unpacked_zip_opens_with_its_pictures(
    opened: Open, public: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(public / f"{EDITION}.zip") as packed:
        packed.extractall(tmp_path)
    with opened(tmp_path / "index.html") as at:
        at.page.get_by_role("link", name="Open the edition").click()
        at.page.wait_for_url(f"**/{EDITION}/index.html")
        at.page.goto((tmp_path / EDITION / "measures" / "p1.html").as_uri())
        widths = at.page.evaluate("[...document.images].map(one => one.naturalWidth)")
        assert widths
        assert all(widths)
        assert at.errors == []
        assert outward(at.requests) == []


def test_latest_leads_to_the_newest_edition(opened: Open, public: Path) -> None:
    with opened(public / "latest" / "measures" / "p1.html") as at:
        at.page.wait_for_url(f"**/{EDITION}/measures/p1.html")
        assert at.errors == []


def test_a_chart_is_explored_without_a_request_or_a_button_bar(opened: Open, public: Path) -> None:
    with opened(public / EDITION / "measures" / "p1.html") as at:
        button = at.page.get_by_role("button", name="Explore this chart").first
        chart = button.get_attribute("data-explore")
        button.click()
        at.page.wait_for_selector(f"#live-{chart} .main-svg")
        assert at.page.locator(".modebar, .modebar-container a").count() == 0
        drawn = at.page.evaluate(
            "id => document.getElementById(id).data.flatMap(trace => trace.y ?? [])",
            f"live-{chart}",
        )
        figure = json.loads(at.page.locator(f"#figure-{chart}").text_content() or "")
        assert [y for y in drawn if y is not None] == [
            y for trace in figure["data"] for y in trace.get("y", []) if y is not None
        ]
        assert at.page.evaluate("document.activeElement.dataset.explore") == chart
        assert outward(at.requests) == []
        assert at.errors == []
        button = at.page.get_by_role("button", name="Show the still picture").first
        button.click()
        expect(at.page.locator("figure img").first).to_be_visible()


@pytest.mark.parametrize("page", PAGES)
def test_without_script_every_word_table_and_picture_is_there(
    opened: Open, public: Path, page: str
) -> None:
    look = """() => ({
        words: document.querySelector("main").textContent.replace(/\\s+/g, " "),
        tables: document.querySelectorAll("main table").length,
        pictures: [...document.images].map(one => [one.getAttribute("alt"), one.naturalWidth > 0]),
    })"""
    path = public / EDITION / page
    with opened(path) as at:
        with_script = at.page.evaluate(look)
    with opened(path, WITHOUT_SCRIPT) as at:
        without = at.page.evaluate(look)
        buttons = at.page.locator("button:visible").count()
    assert without == with_script
    assert all(is_there for _, is_there in without["pictures"])
    assert buttons == 0, "a button that does nothing without script"


def test_no_file_names_a_service_elsewhere(newest: Path) -> None:
    for path in newest.rglob("*"):
        if path.suffix in {".html", ".json", ".svg"}:
            text = path.read_text(encoding="utf-8")
            found = set(re.findall(r"https?://[a-z0-9.-]+", text)) - {
                "http://www.w3.org",
                "http://purl.org",
            }
            assert found == set(), path


def test_the_summary_to_send_is_one_small_file_without_script(newest: Path, opened: Open) -> None:
    path = newest / "pack" / "summary.html"
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_size < 500_000
    # A partner's own words may say src=; only inside a tag of the page does it mean anything.
    assert not re.search(r"<script|<link|<a\b|<[^>]*\ssrc=", text)
    with opened(path) as at:
        assert at.requests == [path.as_uri()]
        assert at.errors == []
        assert at.page.evaluate("getComputedStyle(document.querySelector('.masthead')).color") == (
            "rgb(255, 255, 255)"
        ), "its style sheet is not in force"
