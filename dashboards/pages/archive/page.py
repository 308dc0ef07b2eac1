"""Archive: the editions before this one, and the way to all of them."""

from __future__ import annotations

from collections.abc import Iterator

from dashboards.pages.base import Page, Site
from dashboards.story import numbers, words


def pages(site: Site) -> Iterator[Page]:
    """Make the page."""
    edition = site.edition
    earlier = tuple(reversed(edition.earlier)) if edition else ()
    yield Page(
        path="archive.html",
        title="Archive",
        context={"earlier": earlier, "finding": _finding(site, len(earlier))},
    )


def _finding(site: Site, earlier: int) -> str:
    if site.edition is None:
        return words.say("archive.alone")
    if earlier == 0:
        return words.say("archive.first")
    ending = "one" if earlier == 1 else "many"
    return words.say(f"archive.before_{ending}", count=numbers.count(earlier))
