"""Themes: what each is for, and its measures over time in one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dashboards.data import Summary, Theme, Value
from dashboards.pages.base import Page, PageType, Site
from dashboards.pages.summary.page import Row, attention_rows
from dashboards.story import words
from dashboards.story.gaps import gaps
from schemas.quarter import Quarter

_QUARTERS = 8
_MOST_CHANGED = 12
_MOST_ATTENTION = 5
_MOST_NAMES = 3


def _list(site: Site) -> Iterator[Page]:
    yield Page(
        path="themes/index.html",
        title="Themes",
        section="Themes",
        template="themes.html",
        illustrative=site.published.release.has_illustrative,
        context={
            "finding": _finding_of_all(site),
            "groups": [_group(site, theme) for theme in site.published.themes],
        },
    )


def _group(site: Site, theme: Theme) -> tuple[Theme, int, str, list[Row]]:
    """A theme with how many measures it has, its finding, and those that ask for attention."""
    rows = _rows(site, theme)
    asking = [row for row in attention_rows(site) if row in rows]
    return theme, len(rows), finding(rows), asking[:_MOST_ATTENTION]


def _finding_of_all(site: Site) -> str:
    """In which themes something got worse."""
    worse = [
        theme.title
        for theme in site.published.themes
        if any(summary and words.is_concern(summary) for _, summary in _rows(site, theme))
    ]
    return words.counted(
        "themes.finding",
        len(worse),
        number=str(len(worse)),
        all=str(len(site.published.themes)),
        names=words.listed(worse, most=_MOST_NAMES),
    )


def _rows(site: Site, theme: Theme) -> list[Row]:
    return [row for row in site.board if row[0].theme == theme.theme]


def _has_changed(summary: Summary) -> bool:
    return summary.reading not in (None, "common cause")


def _by_weight(row: Row) -> tuple[int, bool, bool, str]:
    """The board's headline measures first, then those with a target, those not combined last."""
    measure, summary = row
    return measure.headline or 99, summary is None, measure.target is None, measure.measure


def finding(rows: Sequence[Row], *, of: str = "theme") -> str:
    """How many of some measures got worse, improved, and are off target."""
    known = [summary for _, summary in rows if summary]
    rated = [summary.rating for summary in known if summary.rating not in (None, "not rated")]
    return words.say(
        f"{of}.finding",
        all=str(len(rows)),
        worse=str(sum(map(words.is_concern, known))),
        better=str(sum(map(words.is_improvement, known))),
        off=str(rated.count("off target")),
        rated=str(len(rated)),
    )


def _pages(site: Site) -> Iterator[Page]:
    last = Quarter.parse(site.published.release.quarter)
    quarters = [last.shift(-n).key for n in reversed(range(_QUARTERS))]
    for theme in site.published.themes:
        rows = sorted(_rows(site, theme), key=_by_weight)
        changed = [row for row in rows if row[1] and _has_changed(row[1])]
        cells: dict[tuple[str, str], Value] = {}
        for measure, summary in rows:
            if summary is None:
                continue
            series = (measure.measure, summary.organisation)
            for value in site.published.totals_by_series.get(series, ()):
                cells[measure.measure, value.period] = value
        spine = site.spine_chart(theme.theme, rows)
        yield Page(
            path=f"themes/{site.theme_slugs[theme.theme]}.html",
            title=theme.title,
            section="Themes",
            template="theme.html",
            illustrative=any(site.is_illustrative(measure.measure) for measure, _ in rows),
            charts=(spine,) if spine else (),
            context={
                "theme": theme,
                "finding": finding(rows),
                "changed": changed[:_MOST_CHANGED],
                "changed_left": max(len(changed) - _MOST_CHANGED, 0),
                "spine": spine,
                "rows": rows,
                "quarters": quarters,
                "cells": cells,
                "gaps": gaps(site.published, rows),
            },
        )


LIST_PAGE_TYPE = PageType(
    name="themes", parts=("themes",), make=_list, navigation=("Themes", "themes/index.html")
)
PAGE_TYPE = PageType(name="theme", parts=("outcome", "latest", "rug"), make=_pages)
