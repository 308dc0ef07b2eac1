"""With the keyboard alone, on a narrow screen, with wider spacing, with a finger."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import Open
from tests.browser.pages import EDITION, PAGES, Way, all_paths

NARROW = Way(320, "light", script=True)
# WCAG 1.4.12, in a style of the user's own, which no policy of a page forbids.
SPACING = (
    "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
    "p{margin-bottom:2em!important}"
)
# Every place where focus stops, in the order of the document: what a person tabs through.
_STOPS = """() => [...document.querySelectorAll(
    'a[href], button, summary, input, select, textarea, [tabindex="0"]'
)].filter(one => one.checkVisibility() && !one.disabled).map((one, n) => {
    one.dataset.stop = n;
    return n;
})"""
_FOCUS = """() => {
    const one = document.activeElement;
    const style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    return {
        stop: one.dataset.stop === undefined ? null : Number(one.dataset.stop),
        seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
            || style.boxShadow !== "none",
        inside: box.bottom > 0 && box.top < innerHeight,
    };
}"""
# Links in a sentence are as tall as its line (WCAG 2.5.8 leaves them out); all else is 24 px.
_SMALL = """() => [...document.querySelectorAll("a[href], button, summary")]
    .filter(one => one.checkVisibility() && !one.closest(".skip"))
    .filter(one => getComputedStyle(one).display !== "inline")
    .map(one => [one.textContent.trim().slice(0, 40), one.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.width < 24 || box.height < 24))
    .map(([words, box]) => `${words}: ${Math.round(box.width)} x ${Math.round(box.height)}`)"""
_WIDE = """() => {
    const wide = [...document.querySelectorAll("body *")].filter(one =>
        one.getBoundingClientRect().right > innerWidth + 1
        && !one.closest(".table-scroll, .chart-scroll, .hidden, .skip, svg"));
    return {
        page: document.documentElement.scrollWidth,
        wide: wide.slice(0, 5).map(one => `${one.tagName}.${one.className}`),
    };
}"""
# Text that is cut off: its box is smaller than it and hides the rest.
_CLIPPED = """() => [...document.querySelectorAll("body *")].filter(one => {
    const style = getComputedStyle(one);
    if (!one.childNodes.length) return false;
    if (one.closest(".hidden, .skip, .table-scroll, .chart-scroll, svg")) return false;
    const hides = [style.overflowX, style.overflowY].some(how => ["hidden", "clip"].includes(how));
    return hides && (one.scrollHeight > one.clientHeight + 1
        || one.scrollWidth > one.clientWidth + 1);
}).map(one => one.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("page", ["index.html", "measures/p1.html", "plans/index.html"])
def test_focus_goes_through_the_page_in_its_order_and_is_seen(
    opened: Open, public: Path, page: str
) -> None:
    with opened(public / EDITION / page) as at:
        stops = at.page.evaluate(_STOPS)
        visited = []
        for _ in stops:
            at.page.keyboard.press("Tab")
            focus = at.page.evaluate(_FOCUS)
            visited.append(focus["stop"])
            assert focus["seen"], f"focus is not seen at stop {focus['stop']}"
            assert focus["inside"], f"stop {focus['stop']} is not in view"
        assert visited == stops, "the order of focus is not that of the page, or it is trapped"


def test_the_first_stop_skips_to_the_content(opened: Open, public: Path) -> None:
    with opened(public / EDITION / "measures" / "p1.html") as at:
        at.page.keyboard.press("Tab")
        assert at.page.evaluate("document.activeElement.textContent") == "Skip to the content"
        assert at.page.evaluate("document.activeElement.getBoundingClientRect().left >= 0")
        at.page.keyboard.press("Enter")
        assert at.page.evaluate("document.activeElement.id") == "content"


def test_a_chart_and_a_table_open_by_the_keyboard(opened: Open, public: Path) -> None:
    with opened(public / EDITION / "measures" / "p1.html") as at:
        at.page.locator("summary").first.focus()
        at.page.keyboard.press("Enter")
        assert at.page.locator("details").first.evaluate("one => one.open")
        at.page.locator("button[data-explore]").first.focus()
        at.page.keyboard.press("Space")
        at.page.wait_for_selector(".live .main-svg")


@pytest.mark.parametrize("path", all_paths())
def test_at_320_pixels_only_tables_scroll_and_targets_are_large_enough(
    opened: Open, public: Path, path: str
) -> None:
    with opened(public / path, NARROW) as at:
        at.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found = at.page.evaluate(_WIDE)
        assert found["page"] <= 320, found["wide"]
        assert found["wide"] == []
        assert at.page.evaluate(_SMALL) == []


@pytest.mark.parametrize("page", PAGES)
def test_wider_spacing_cuts_no_text_off(opened: Open, public: Path, page: str) -> None:
    for width in (320, 1280):
        with opened(public / EDITION / page, Way(width, "light", script=True)) as at:
            at.page.evaluate(
                "css => { const own = new CSSStyleSheet(); own.replaceSync(css);"
                " document.adoptedStyleSheets = [own]; }",
                SPACING,
            )
            assert at.page.evaluate(_CLIPPED) == []
            assert at.page.evaluate(_WIDE)["page"] <= width


@pytest.mark.parametrize("script", [True, False])
def test_on_a_telephone_a_chart_is_as_large_as_it_was_drawn_and_shows_its_newest_figure_first(
    opened: Open, public: Path, script: bool
) -> None:
    # Shrunk to the screen, its words would be half the size of those around it.
    with opened(public / EDITION / "measures" / "p1.html", Way(320, "light", script=script)) as at:
        regions = at.page.locator(".chart-scroll").all()
        assert len(regions) >= 5
        for region in regions:
            assert region.locator("img").bounding_box()["width"] == 640  # type: ignore[index]
            assert region.get_attribute("tabindex") == "0"
            assert (region.get_attribute("aria-label") or "").startswith("Chart: ")
        picture = at.page.locator('img[src*="p1-process"]').bounding_box()
        others = at.page.locator('img[src*="p1-partners"]').bounding_box()
        assert picture is not None
        assert others is not None
        assert picture["x"] + picture["width"] <= 320
        assert others["x"] >= 0
        said = at.page.locator("figure", has=at.page.locator('img[src*="p1-process"]'))
        words = said.locator("xpath=..").locator(".in-words")
        assert words.is_visible()


def test_where_a_chart_has_room_focus_does_not_stop_at_its_frame(
    opened: Open, public: Path
) -> None:
    with opened(public / EDITION / "measures" / "p1.html") as at:
        stops = at.page.locator(".chart-scroll").evaluate_all("all => all.map(e => e.tabIndex)")
        assert set(stops) == {-1}


def test_tables_that_scroll_can_be_reached_and_are_named(public: Path, opened: Open) -> None:
    with opened(public / EDITION / "measures" / "p1.html", NARROW) as at:
        regions = at.page.locator(".table-scroll")
        assert regions.count() > 0
        for region in regions.all():
            assert region.get_attribute("tabindex") == "0"
            assert region.get_attribute("role") == "region"
            assert region.get_attribute("aria-label")


@pytest.mark.parametrize("page", ["index.html", "exceptions.html", "plans/p/index.html"])
def test_a_table_that_is_laid_out_as_cards_is_a_table_to_a_screen_reader(
    opened: Open, public: Path, page: str
) -> None:
    # What a style makes of rows and cells must not take their meaning away.
    told = []
    for width in (320, 1280):
        with opened(public / EDITION / page, Way(width, "light", script=True)) as at:
            tree = at.page.context.new_cdp_session(at.page).send("Accessibility.getFullAXTree")
            roles = [node["role"]["value"] for node in tree["nodes"] if not node["ignored"]]
            kinds = ("table", "row", "columnheader", "rowheader", "cell")
            told.append({kind: roles.count(kind) for kind in kinds})
    assert told[0] == told[1]
    assert min(told[0].values()) > 0
