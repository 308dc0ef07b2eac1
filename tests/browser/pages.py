"""The pages that the browser suite looks at, and in which ways.

Each kind of page is here once, and the pages around an edition: what holds for these is what the
templates do. A small set of ways covers every width with every colour scheme on some page, and both
with and without script; ``QUARTERDECK_BROWSER_MATRIX=full`` looks at each page in all of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

EDITION = "meetings/2018-11-27"
PAGES = (
    "index.html", "exceptions.html", "themes/index.html", "themes/safety.html",
    "measures/index.html", "measures/p1.html", "partners/index.html", "partners/a.html",
    "plans/index.html", "risks.html", "data-quality.html", "method.html", "changes.html",
    "archive.html", "data.html", "print.html", "pack/summary.html",
)  # fmt: skip
AROUND = ("index.html", "latest/index.html")
WIDTHS = (320, 768, 1280)
SCHEMES = ("light", "dark", "forced")


@dataclass(frozen=True)
class Way:
    """One way of looking at a page."""

    width: int
    scheme: str
    script: bool

    def __str__(self) -> str:
        return f"{self.width}-{self.scheme}-{'script' if self.script else 'no-script'}"


ALL_WAYS = tuple(
    Way(width, scheme, script) for width in WIDTHS for scheme in SCHEMES for script in (True, False)
)


def looks() -> Iterator[tuple[str, Way]]:
    """Each page with each way in which it is looked at."""
    everything = os.environ.get("QUARTERDECK_BROWSER_MATRIX") == "full"
    for place, path in enumerate(all_paths()):
        if everything:
            yield from ((path, way) for way in ALL_WAYS)
            continue
        yield path, Way(WIDTHS[place % 3], SCHEMES[(place // 3) % 3], script=True)
        yield path, Way(WIDTHS[(place + 1) % 3], SCHEMES[(place // 3 + 1) % 3], script=False)


def all_paths() -> list[str]:
    """Every page that is looked at, by its path below the public folder."""
    return [*(f"{EDITION}/{page}" for page in PAGES), AROUND[0]]
