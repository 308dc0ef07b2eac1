"""A live chart can be read with the keyboard, asks nothing of a network and has no bar of buttons.

The trap: Plotly shows values to a pointer only, its bar has a button that sends the figure away,
and under a strict policy its own style never arrives, so that the chart spills over what stands
below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from dashboards.drawing.chromium import BROWSER_ARGUMENTS, find_browser

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(site: Path) -> Iterator[Page]:
    """The page of a measure, opened from the disk as a reader would."""
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=find_browser(), args=[*BROWSER_ARGUMENTS])
        opened = chromium.new_page()
        opened.goto((site / "measures/p1.html").as_uri())
        yield opened
        chromium.close()


def test_exploring_a_chart_shows_it_live_and_the_arrow_keys_read_its_table(page: Page) -> None:
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    button = page.locator('button[data-explore="p1-process"]')
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#live-p1-process .main-svg")
    assert page.evaluate("document.activeElement.dataset.explore") == "p1-process"
    expect(button).to_have_text("Show the still picture")
    assert page.locator(".modebar-btn").count() == 0

    page.locator("#live-p1-process").focus()
    page.keyboard.press("End")
    expect(page.locator("#readout-p1-process")).to_contain_text(
        "Period: 2018-19 Q2; Per cent: 80.3%; State: Shown"
    )
    label = page.locator("#live-p1-process .hoverlayer").text_content() or ""
    assert "80.3%" in label  # as the page writes it, and no more digits
    assert "%%" not in label
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#readout-p1-process")).to_contain_text("2018-19 Q1; Per cent: 88.1%")

    button.click()
    expect(page.locator('img[src*="p1-process"]')).to_be_visible()
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)
    assert faults == []


def test_every_kind_of_chart_can_be_made_live(page: Page) -> None:
    for button in page.locator("button[data-explore]").all():
        button.click()
        name = button.get_attribute("data-explore")
        page.wait_for_selector(f"#live-{name} .main-svg")
        page.locator(f"#live-{name}").focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator(f"#readout-{name}")).to_contain_text(": ")
    assert page.locator(".live .main-svg").count() >= 6


def test_the_still_picture_is_there_before_any_script_runs(site: Path) -> None:
    text = (site / "measures/p1.html").read_text(encoding="utf-8")
    assert text.count("<img src=") >= 6
    assert "hidden>Explore this chart" in text
