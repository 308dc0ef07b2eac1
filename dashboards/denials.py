"""The check that no page denies what is published: "none" is said only where there is none.

It reads the finished pages and the data, not how the one was made of the other. A sentence that
denies stands in ``story/*.toml`` and here, with what must be missing from the data.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping

from dashboards.data.release import Published
from dashboards.pages.base import Site
from dashboards.story import words

# A paragraph without a class, or a heading: nothing that a partner typed stands in one, but for
# what is quoted.
_SENTENCE = re.compile(r"<(?:p|h1\b[^>]*)>(.*?)</(?:p|h1)>", re.DOTALL)
_QUOTED = re.compile(r"<blockquote>.*?</blockquote>", re.DOTALL)


class DenialError(ValueError):
    """Pages say "none" of what the data hold; the message names each page and sentence."""


def denials(site: Site, files: Mapping[str, bytes]) -> list[str]:
    """Return every sentence of a finished site that denies what is published, with its page.

    Args:
        site: The data that the pages are of.
        files: The files of the site by path.
    """
    return [
        f"{path}: {_core(name)!r}, but the data have: {', '.join(there[:3])}"
        for path, content in files.items()
        if path.endswith(".html")
        for name in _said(content.decode("utf-8"))
        if (there := _DENIED[name](site, path))
    ]


def _said(page: str) -> Iterable[str]:
    """Return the names of the denials that a page says."""
    texts = [
        html.unescape(re.sub(r"<[^>]+>", "", found[1])).strip()
        for found in _SENTENCE.finditer(_QUOTED.sub("", page))
    ]
    return [name for name in _DENIED if any(_core(name) in text for text in texts)]


def _core(name: str) -> str:
    """Return the longest stretch of a sentence without a part that is filled in."""
    return max(re.split(r"\{\w+\}", words.sentences()[name]), key=len)


def _subject(paths: Mapping[str, str], folder: str, path: str) -> str | None:
    """Return the id of what a page of a folder is about; None of a page about many things."""
    by_path = {f"{folder}/{slug}.html": one for one, slug in paths.items()}
    return by_path.get(path)


def _figures(published: Published, *, measure: str | None, partner: str | None) -> list[str]:
    """Return the figures of a measure or a partner that are shown, in words."""
    return [
        f"{value.measure} of {value.organisation} for {value.period_label}"
        for value in published.values
        if value.value is not None
        and (measure or partner)
        and measure in (None, value.measure)
        and partner in (None, value.organisation)
    ]


def _of_measure(site: Site, path: str) -> list[str]:
    measure = _subject(site.measure_slugs, "measures", path)
    return _figures(site.published, measure=measure, partner=None)


def _of_partner(site: Site, path: str) -> list[str]:
    partner = _subject(site.organisation_slugs, "partners", path)
    return _figures(site.published, measure=None, partner=partner)


def _of_theme(site: Site, path: str) -> list[str]:
    theme = _subject(site.theme_slugs, "themes", path)
    return [measure.measure for measure, _ in site.board if theme and measure.theme == theme]


def _corrections(site: Site, path: str) -> list[str]:
    """Return what partners corrected: of the page's measure, on a page about many of any."""
    measure = _subject(site.measure_slugs, "measures", path)
    return [
        f"{row.measure} of {row.organisation} for {row.period_label}"
        for row in site.published.revisions
        if measure in (None, row.measure) and not path.startswith(("print", "pack"))
    ]


def _plans(site: Site, _path: str) -> list[str]:
    return [plan.title for plan in site.published.plans]


def _risks(site: Site, _path: str) -> list[str]:
    return [risk.risk for risk in site.published.risks]


_DENIED: Mapping[str, Callable[[Site, str], list[str]]] = {
    "none.series": _of_measure,
    "none.partner": _of_measure,
    "none.own": _of_partner,
    "partner.nothing": _of_partner,
    "none.measure": _of_theme,
    "changes.corrected_none": _corrections,
    "plans.finding_none": _plans,
    "plans.risks_none": _risks,
}
