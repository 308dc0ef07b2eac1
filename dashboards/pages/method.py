"""How to read the pages, how the figures are made, and what the site promises."""

from __future__ import annotations

from collections.abc import Iterator

from dashboards.pages.base import Page, PageType, Site

VARIATION_KEY = (
    "concern high", "concern low", "improvement high", "improvement low", "neutral high",
    "neutral low", "common cause",
)  # fmt: skip


def _make(site: Site) -> Iterator[Page]:
    yield Page(
        path="method.html",
        title="Method",
        section="Method",
        template="method.html",
        context={
            "variations": VARIATION_KEY,
            "assurances": ("consistently passing", "hit and miss", "consistently failing"),
            "ratings": ("on target", "close to target", "off target", "not rated"),
            "states": ("suppressed", "withheld", "not available", "not applicable", "not received"),
            "rules": sorted({m.small_number_rule for m in site.published.measures} - {None}),
        },
    )


PAGE_TYPE = PageType(
    name="method",
    parts=("how-to-read", "icons", "rules", "small-numbers", "combining", "osr", "accessibility"),
    make=_make,
    navigation=("Method", "method.html"),
)
