"""What the published site weighs and how long it takes, against the budget.

    python -m benchmarks.site DATA [--rounds 3]

``DATA`` is the folder of a release's published data (``releases/<id>/data``). Makes the final site
of it, with its PDFs, in a temporary folder; prints the seconds, the weight of the heaviest page of
each kind, what is carried away, and how soon a page is there on a slow telephone: Chromium with a
processor a quarter as fast and a network of 1.6 Mbit/s with 150 ms to and fro (what Lighthouse
calls mobile). Ends with 1 where anything is over its budget.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from dashboards.data.release import load as load_published
from dashboards.drawing import areas, rendering
from dashboards.drawing.chromium import BROWSER_ARGUMENTS, find_browser
from dashboards.pages.base import Site
from dashboards.pages.registry import PAGE_TYPES
from dashboards.printing import pack
from dashboards.site import SiteReport, build_site

KB = 1024
# The heaviest page may weigh, in KB: HTML, pictures, scripts before anyone asks for more, all.
BUDGET = {
    "summary": ("index.html", 150, 60, 10, 250),
    "theme": ("themes/*.html", 200, 120, 10, 350),
    "measure": ("measures/*.html", 120, None, 10, 200),  # of each picture below
}
PICTURE_KB = 15
CARRIED_KB = {pack.SUMMARY: 500, pack.SUMMARY_PDF: 3072, pack.WHOLE_PDF: 3072}
ZIP_KB = 15 * KB
STYLE_KB = 30
EXPLORED_KB = 1500
CHART_MS = 60
# Seconds to the largest thing on the first screen, milliseconds in which the page cannot answer.
SOON = {"summary": (1.5, 50), "theme": (1.8, 100), "measure": (1.5, 50)}
EXPLORE_S = 0.6

_WAITED = """() => new Promise(done => {
    let seen = 0, blocked = 0;
    new PerformanceObserver(list => {
        for (const one of list.getEntries()) seen = one.startTime;
    }).observe({type: "largest-contentful-paint", buffered: true});
    new PerformanceObserver(list => {
        for (const one of list.getEntries()) blocked += Math.max(one.duration - 50, 0);
    }).observe({type: "longtask", buffered: true});
    setTimeout(() => done([seen / 1000, blocked]), 500);
})"""
_DRAWN = """(button) => new Promise(done => {
    const start = performance.now();
    const live = document.getElementById("live-" + button.dataset.explore);
    const look = () => live.querySelector(".main-svg .trace")
        ? done((performance.now() - start) / 1000) : requestAnimationFrame(look);
    button.click();
    look();
})"""


@dataclass(frozen=True, kw_only=True)
class Weight:
    """The bytes of a page: its HTML, its pictures, its scripts, and all with its style."""

    path: str
    html: int
    pictures: int
    scripts: int
    style: int

    @property
    def whole(self) -> int:
        """All that is fetched before anyone asks for more."""
        return self.html + self.pictures + self.scripts + self.style


def weigh(site: Path, page: Path) -> Weight:
    """What one page of a built site weighs."""
    text = page.read_text(encoding="utf-8")

    def bytes_of(pattern: str) -> int:
        found = {(page.parent / link).resolve() for link in re.findall(pattern, text)}
        return sum(path.stat().st_size for path in found)

    return Weight(
        path=page.relative_to(site).as_posix(),
        html=page.stat().st_size,
        pictures=bytes_of(r'<img src="([^"]+)"'),
        scripts=bytes_of(r'<script src="([^"]+)"'),
        style=bytes_of(r'<link rel="stylesheet" href="([^"]+)"'),
    )


def heaviest(site: Path, pattern: str) -> Weight:
    """The page of a kind that weighs most."""
    pages = [
        page for page in site.glob(pattern) if page.name != "index.html" or pattern == "index.html"
    ]
    return max((weigh(site, page) for page in pages), key=lambda each: each.whole)


class Told:
    """Prints each figure beside its budget, and remembers whether any was over it."""

    def __init__(self) -> None:
        self.over: list[str] = []

    def __call__(self, what: str, figure: float, most: float, unit: str) -> None:
        """One line."""
        is_over = figure > most
        if is_over:
            self.over.append(what)
        mark = "OVER" if is_over else "ok"
        print(f"{figure:10,.1f} {unit:2}  of at most {most:8,.1f}  {mark:4}  {what}")


def _weights(site: Path, told: Told) -> dict[str, str]:
    paths = {}
    for kind, (pattern, *most) in BUDGET.items():
        page = heaviest(site, pattern)
        paths[kind] = page.path
        parts = (page.html, page.pictures, page.scripts, page.whole)
        names = ("HTML", "pictures", "scripts at once", "all at once")
        for name, size, limit in zip(names, parts, most, strict=True):
            if limit is not None:
                told(f"{kind}, heaviest ({page.path}): {name}", size / KB, limit, "KB")
    pictures = {
        (page.parent / link).resolve()
        for page in site.glob("measures/*.html")
        for link in re.findall(r'<img src="([^"]+)"', page.read_text(encoding="utf-8"))
    }
    sizes = sorted(path.stat().st_size for path in pictures)
    print(f"{statistics.median(sizes) / KB:10.1f} KB  the middle one of {len(sizes)} of measures")
    told("measure, heaviest picture", sizes[-1] / KB, PICTURE_KB, "KB")
    scripts = [*site.glob("assets/plotly-basic*"), *site.glob("assets/chart-template*")]
    explored = sum(path.stat().st_size for path in [*scripts, *site.glob("assets/plotly.*.css")])
    measure = heaviest(site, BUDGET["measure"][0])
    told("measure, when a chart is explored", (measure.whole + explored) / KB, EXPLORED_KB, "KB")
    told("style sheet", next(site.glob("assets/site.*.css")).stat().st_size / KB, STYLE_KB, "KB")
    for name, limit in CARRIED_KB.items():
        told(name, (site / name).stat().st_size / KB, limit, "KB")
    files = {p.relative_to(site).as_posix(): p.read_bytes() for p in site.rglob("*") if p.is_file()}
    told(f"the edition as ZIP ({len(files)} files)", len(pack.zipped(files)) / KB, ZIP_KB, "KB")
    return paths


def _built(data: Path, folder: Path, told: Told) -> SiteReport:
    """Builds as publishing does: from nothing, then with the pictures kept from before."""
    cache = folder / "charts"
    for words, name, paper in (
        ("from nothing, without PDFs", "first", False),
        ("again, pictures kept, without PDFs", "second", False),
        ("again, with both PDFs", "site", True),
    ):
        started = time.perf_counter()
        report = build_site(data, folder / name, status="final", chart_cache=cache, paper=paper)
        took = time.perf_counter() - started
        fresh = report.charts - report.charts_from_cache
        print(f"{took:10.1f} s   {words}: {len(report.pages)} pages, {fresh} charts drawn")
    site = Site(published=load_published(data), status="final", areas=areas.load(_shapes()))
    charts = [chart for kind in PAGE_TYPES for page in kind.make(site) for chart in page.charts]
    took_each = []
    for _ in ("drawn", "taken from the cache"):
        started = time.perf_counter()
        with rendering.drawing(cache=folder / "drawn", draft=False) as drawing:
            drawing.add(charts)
            drawing.drawn()
        took_each.append(1000 * (time.perf_counter() - started) / len(charts))
    told("a chart drawn, all in one browser", took_each[0], CHART_MS, "ms")
    print(f"{took_each[1]:10.1f} ms  a chart taken from the cache")
    return report


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing."""

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _seen(browser: Browser, address: str) -> tuple[float, float, float | None]:
    """Seconds to the largest thing, milliseconds without an answer, seconds to explore a chart."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=2)
    page = context.new_page()
    slow = context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    slow.send("Network.enable")
    network = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8,
               "uploadThroughput": 750e3 / 8}  # fmt: skip
    slow.send("Network.emulateNetworkConditions", network)
    page.goto(address)
    seen, blocked = page.evaluate(_WAITED)
    drawn = None
    button = page.query_selector("button[data-explore]")
    if button is not None:
        # As a reader does who is on a desktop, in the office: the budget is of that.
        slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        slow.send("Network.emulateNetworkConditions", network | {
            "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1})  # fmt: skip
        drawn = page.evaluate(_DRAWN, button)
    context.close()
    return seen, blocked, drawn


def _soon(site: Path, paths: dict[str, str], told: Told, *, rounds: int) -> None:
    with sync_playwright() as driver, _served(site) as address:
        browser = driver.chromium.launch(executable_path=find_browser(), args=[*BROWSER_ARGUMENTS])
        for kind, path in paths.items():
            looks = [_seen(browser, f"{address}/{path}") for _ in range(rounds)]
            seen = statistics.median(look[0] for look in looks)
            blocked = statistics.median(look[1] for look in looks)
            told(f"{kind}: its largest thing is there", seen, SOON[kind][0], "s")
            told(f"{kind}: time in which it cannot answer", blocked, SOON[kind][1], "ms")
            drawn = [look[2] for look in looks if look[2] is not None]
            if kind == "measure":
                told(
                    "measure: a chart is live after the click",
                    statistics.median(drawn),
                    EXPLORE_S,
                    "s",
                )
        browser.close()


def _shapes() -> dict[str, bytes]:
    """The outlines of the demo's board."""
    folder = Path(__file__).parents[1] / "boards" / "birmingham" / "shapes"
    return {file.name: file.read_bytes() for file in folder.glob("*.geojson")}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures; 1 where something is over its budget."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args(arguments)
    if find_browser() is None:
        print("There is no Chromium to draw with: scripts/install-browser installs it.")
        return 2
    told = Told()
    with tempfile.TemporaryDirectory() as folder:
        _built(given.data, Path(folder), told)
        site = Path(folder) / "site"
        _soon(site, _weights(site, told), told, rounds=given.rounds)
    print("over the budget: " + "; ".join(told.over) if told.over else "nothing is over its budget")
    return 1 if told.over else 0


if __name__ == "__main__":
    sys.exit(main())
