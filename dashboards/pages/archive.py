"""Archive: the editions before this one, and the way to all of them."""

from __future__ import annotations

from collections.abc import Iterator

from dashboards.pages.base import Page, PageType, Site


def _make(site: Site) -> Iterator[Page]:
    edition = site.edition
    yield Page(
        path="archive.html",
        title="Archive",
        section="Archive",
        template="archive.html",
        context={"earlier": tuple(reversed(edition.earlier)) if edition else ()},
    )


PAGE_TYPE = PageType(
    name="archive",
    parts=("editions",),
    make=_make,
    navigation=("Archive", "archive.html"),
)
