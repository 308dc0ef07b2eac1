"""The pages that the browser suite looks at, and in which ways.

Each kind of page is here once, and the pages around an edition: what holds for these is what the
templates do.
"""

from __future__ import annotations

from dataclasses import dataclass

EDITION = "meetings/2018-11-27"
PAGES = (
    "index.html", "asks.html", "exceptions.html", "themes/index.html", "themes/safety.html",
    "measures/index.html", "measures/p1.html", "partners/index.html", "partners/a.html",
    "plans/index.html", "plans/p/index.html", "plans/p/late.html", "risks.html",
    "data-quality.html", "method.html", "changes.html", "archive.html", "data.html", "print.html",
    "pack/summary.html",
)  # fmt: skip
AROUND = ("index.html", "latest/index.html")
WIDTHS = (320, 768, 1280)
# Those with most in them, for looks of which one is dear.
SAMPLE = ("index.html", "themes/safety.html", "measures/p1.html", "plans/p/index.html")


@dataclass(frozen=True)
class Way:
    """One way of looking at a page."""

    width: int
    scheme: str
    script: bool

    def __str__(self) -> str:
        return f"{self.width}-{self.scheme}-{'script' if self.script else 'no-script'}"


def looks() -> list[tuple[str, Way]]:
    """Every page in the light, at one width after another; the sample in the other colours too."""
    light = [
        (path, Way(WIDTHS[place % 3], "light", script=True))
        for place, path in enumerate(all_paths())
    ]
    others = [
        (f"{EDITION}/{page}", way)
        for page in SAMPLE
        for way in (Way(320, "dark", script=True), Way(1280, "forced", script=True))
    ]
    return [*light, *others]


def all_paths() -> list[str]:
    """Every page that is looked at, by its path below the public folder."""
    return [*(f"{EDITION}/{page}" for page in PAGES), AROUND[0]]
