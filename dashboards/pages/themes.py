"""Themes: what each is for, and its measures over time in one table."""

from __future__ import annotations

from collections.abc import Iterator

from dashboards.gaps import gaps
from dashboards.pages.base import Page, PageType, Site
from dashboards.published import Theme, Value
from schemas.quarter import Quarter

_QUARTERS = 8


def _list(site: Site) -> Iterator[Page]:
    yield Page(
        path="themes/index.html",
        title="Themes",
        section="Themes",
        template="themes.html",
        illustrative=site.published.release.has_illustrative,
        context={"groups": [(theme, _rows(site, theme)) for theme in site.published.themes]},
    )


def _rows(site: Site, theme: Theme) -> list[object]:
    return [row for row in site.board if row[0].theme == theme.theme]


def _pages(site: Site) -> Iterator[Page]:
    last = Quarter.parse(site.published.release.quarter)
    quarters = [last.shift(-n).key for n in reversed(range(_QUARTERS))]
    for theme in site.published.themes:
        rows = [row for row in site.board if row[0].theme == theme.theme]
        cells: dict[tuple[str, str], Value] = {}
        for measure, summary in rows:
            if summary is None:
                continue
            series = (measure.measure, summary.organisation)
            for value in site.published.totals_by_series.get(series, ()):
                cells[measure.measure, value.quarter] = value
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
