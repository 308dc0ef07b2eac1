"""Figures to SVG, all in one Chromium, kept by what they show.

Without a browser nothing is drawn and the caller is told: a page is then whole but for pictures,
since every chart has its table.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from dashboards.chart import Chart
from dashboards.figures import base

PLOTLY_SCRIPT = Path(__file__).parent / "vendor" / "plotly-basic.min.js"
BROWSER_VARIABLE = "QUARTERDECK_CHROMIUM"
BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_ARGUMENTS = (
    "--no-sandbox",  # a build may run as root in a container; the page it opens is our own
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
)

_DRAW = """
async (jobs) => {
  const drawn = [];
  for (const [data, layout] of jobs) {
    layout.template = window.chartTemplate;
    drawn.push(await Plotly.toImage(
      {data, layout}, {format: "svg", width: layout.width, height: layout.height}));
  }
  return drawn;
}
"""
_LAYOUT_ID = re.compile(r"\bdefs-([0-9a-f]{6})\b")
_ROOT = re.compile(r"<svg\b[^>]*>")
_LONG_NUMBER = re.compile(r"(\d+\.\d{2})\d+")


class RenderingError(RuntimeError):
    """The browser would not draw a figure."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """The pictures by chart id, how many were taken from the cache, and why some are missing."""

    svgs: Mapping[str, bytes]
    from_cache: int
    missing: tuple[str, ...]


def find_browser() -> str | None:
    """The Chromium to use: ``QUARTERDECK_CHROMIUM`` if set, else the first one on the path."""
    named = os.environ.get(BROWSER_VARIABLE)
    if named:
        return shutil.which(named)
    return next((path for name in BROWSER_NAMES if (path := shutil.which(name))), None)


def draw(charts: Sequence[Chart], *, cache: Path | None) -> Drawn:
    """Each chart as an SVG file's bytes, the same for the same chart.

    ``cache`` is a folder of pictures by what they show; it is made and filled. Raises
    ``RenderingError`` where the browser refuses a figure.
    """
    template = base.template()
    names = {chart.chart_id: picture_key(chart, template=template) for chart in charts}
    found = {}
    if cache is not None:
        for chart_id, name in names.items():
            path = cache / f"{name}.svg"
            if path.is_file():
                found[chart_id] = path.read_bytes()
    wanted = [chart for chart in charts if chart.chart_id not in found]
    browser = find_browser() if wanted else None
    if wanted and browser is None:
        missing = f"{len(wanted)} charts were not drawn: no Chromium was found"
        return Drawn(svgs=found, from_cache=len(found), missing=(missing,))
    fresh = {}
    if browser is not None:
        # In a thread of its own: the browser's driver refuses a thread that runs an event loop.
        with ThreadPoolExecutor(max_workers=1) as pool:
            images = pool.submit(_images, wanted, template=template, browser=browser).result()
        for chart, image in zip(wanted, images, strict=True):
            fresh[chart.chart_id] = _settled(image, chart)
    if cache is not None:
        cache.mkdir(parents=True, exist_ok=True)
        for chart_id, svg in fresh.items():
            part = cache / f"{names[chart_id]}.{os.getpid()}.part"
            part.write_bytes(svg)
            part.replace(cache / f"{names[chart_id]}.svg")
    return Drawn(svgs=found | fresh, from_cache=len(found), missing=())


def picture_key(chart: Chart, *, template: Mapping[str, Any]) -> str:
    """Names a picture by all that it is made from: figure, template, words, Plotly's script."""
    made_from = [chart.figure, template, chart.heading, chart.alt, _plotly_sha256(), _DRAW]
    content = json.dumps(made_from, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode("utf-8")).hexdigest()


def _plotly_sha256() -> str:
    return hashlib.sha256(PLOTLY_SCRIPT.read_bytes()).hexdigest()


def _images(charts: Sequence[Chart], *, template: Mapping[str, Any], browser: str) -> list[str]:
    """Plotly's own SVG of each chart, in order."""
    # Imported here: the driver takes long to import, and a build from the cache needs none.
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415

    jobs = [[chart.figure["data"], chart.figure["layout"]] for chart in charts]
    try:
        with sync_playwright() as driver:
            chromium = driver.chromium.launch(executable_path=browser, args=[*BROWSER_ARGUMENTS])
            page = chromium.new_page()
            page.set_content("<!doctype html><title>charts</title><body></body>")
            page.add_script_tag(path=PLOTLY_SCRIPT)
            page.evaluate("(template) => { window.chartTemplate = template; }", template)
            images: list[str] = page.evaluate(_DRAW, jobs)
            chromium.close()
    except Error as error:
        raise RenderingError(f"{browser} would not draw the charts: {error}") from error
    return images


def _settled(image: str, chart: Chart) -> bytes:
    """Plotly's SVG without what changes from run to run, named for those who cannot see it."""
    svg = unquote(image.partition(",")[2])
    layout_id = _LAYOUT_ID.search(svg)
    if layout_id is None:
        raise RenderingError(f"the picture of {chart.chart_id} is not as Plotly draws them")
    svg = svg.replace(layout_id[1], "chart")
    svg = _LONG_NUMBER.sub(r"\1", svg)
    root = _ROOT.search(svg)
    if root is None:
        raise RenderingError(f"the picture of {chart.chart_id} has no root element")
    named = (
        f'{root[0][:-1]} role="img" data-values-sha256="{chart.values_sha256}">'
        f"<title>{escape(chart.heading)}</title><desc>{escape(chart.alt)}</desc>"
    )
    return (svg[: root.start()] + named + svg[root.end() :]).encode("utf-8")
