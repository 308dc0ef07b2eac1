"""How to read the pages, how the figures are made, and what the site promises."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from dashboards.data.rows import Measure, ProcessPoint, Summary
from dashboards.pages.base import Page, Site
from dashboards.story import words

VARIATION_KEY = (
    "concern high", "concern low", "improvement high", "improvement low", "neutral high",
    "neutral low", "common cause",
)  # fmt: skip
_STATES = (
    "suppressed", "withheld", "not available", "not applicable", "not received", "withdrawn",
    "not accepted", "not in the return", "nil return", "excused", "not due",
)  # fmt: skip


def pages(site: Site) -> Iterator[Page]:
    """Make the page."""
    yield Page(
        path="method.html",
        title="Method",
        context={
            "variations": VARIATION_KEY,
            "assurances": ("consistently passing", "hit and miss", "consistently failing"),
            "ratings": ("on target", "close to target", "off target", "not rated"),
            "states": _STATES,
            "example": _example(site),
            "next_due": min(
                (m for m in site.published.measures if m.next_due_on and m.status != "retired"),
                key=lambda m: (m.next_due_on or dt.date.max, m.measure),
                default=None,
            ),
            "retired": [m for m in site.published.measures if m.status == "retired"],
            "rules": sorted({words.small_numbers(m) for m in site.published.measures} - {""}),
        },
    )


@dataclass(frozen=True, kw_only=True)
class Example:
    """A measure to read aloud: its summary, and the latest point with its limits."""

    measure: Measure
    summary: Summary
    point: ProcessPoint


def _example(site: Site) -> Example | None:
    """Return the most pressing measure with a target and limits that is read by them."""
    found = []
    for measure, summary in site.board:
        if summary is None or summary.value is None or summary.target is None:
            continue
        if summary.read_from != "process control":
            continue
        series = site.published.process_by_series.get((measure.measure, summary.organisation), ())
        point = next((p for p in series if p.period == summary.period and p.upl is not None), None)
        if point is not None and summary.assurance is not None:
            found.append(Example(measure=measure, summary=summary, point=point))
    return min(
        found, key=lambda e: (e.summary.attention_rank or 10_000, e.measure.measure), default=None
    )
