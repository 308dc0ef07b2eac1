"""axe finds nothing on any kind of page, with no rule switched off; and it would find a fault.

The trap: a check of accessibility that looks at nothing. axe leaves out what is folded, and the
rules of WCAG 2.2 where they are not asked for by name; an empty list of faults looks the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.pages import EDITION, Way, looks

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_MEASURE = f"{EDITION}/measures/p1.html"


def axe(page: Page) -> dict[str, Any]:
    """What axe says of a page with all that is folded on it opened."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    said: dict[str, Any] = Axe().run(page, options=options).response
    return said


def faults(page: Page) -> list[tuple[str, str]]:
    """The rules that a page breaks, each with the first element that does."""
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in axe(page)["violations"]]


@pytest.mark.parametrize(("path", "way"), looks(), ids=str)
def test_axe_finds_nothing(opened: Open, public: Path, path: str, way: Way) -> None:
    with opened(public / path, way) as at:
        assert faults(at.page) == []


def test_axe_finds_nothing_in_a_chart_that_is_explored(opened: Open, public: Path) -> None:
    with opened(public / _MEASURE) as at:
        at.page.get_by_role("button", name="Explore this chart").first.click()
        at.page.wait_for_selector(".live .main-svg")
        assert faults(at.page) == []


def test_axe_looks_at_what_matters_and_finds_each_fault(opened: Open, public: Path) -> None:
    with opened(public / _MEASURE) as at:
        said = axe(at.page)
        ran = {one["id"] for kind in ("passes", "violations", "incomplete") for one in said[kind]}
        assert {"color-contrast", "image-alt", "target-size", "region", "heading-order"} <= ran
        at.page.evaluate("""() => {
            document.querySelector("figure img").removeAttribute("alt");
            document.querySelector(".lead, .small").style.color = "#aaa";
            document.querySelector("details table th").setAttribute("scope", "none");
            document.querySelector("nav.menu").removeAttribute("aria-label");
            document.documentElement.removeAttribute("lang");
        }""")
        found = {rule for rule, _ in faults(at.page)}
        assert {"image-alt", "color-contrast", "html-has-lang", "scope-attr-valid"} <= found
