"""Figures to SVG, all in one Chromium, each drawn once and kept by what it shows.

Without a browser nothing is drawn and the caller is told: a page is then whole but for pictures,
since every chart has its table.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboards import tokens, words
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

# Drawn into one element after another, and read out at once: Plotly's own toImage draws into a
# clone and waits between steps.
_DRAW = """
async (jobs) => {
  const svgs = [];
  const place = document.body.appendChild(document.createElement("div"));
  for (const [data, layout] of jobs) {
    layout.template = window.chartTemplate;
    await Plotly.newPlot(place, {data, layout, config: {staticPlot: true}});
    svgs.push(Plotly.Snapshot.toSVG(place, "svg"));
    Plotly.purge(place);
  }
  return svgs;
}
"""
_LAYOUT_ID = re.compile(r"\bdefs-([0-9a-f]{6})\b")
_ROOT = re.compile(r"<svg\b[^>]*>")
_LONG_NUMBER = re.compile(r"(\d+\.\d{2})\d+")
_EMPTY_GROUP = re.compile(r'<g(?: class="[^"]*")?/>|<g class="[^"]*"></g>')
_STYLED = re.compile(r'<(\w+)((?: [\w:-]+="[^"]*")*?) style="([^"]*)"')
_CLASS = re.compile(r'( class="[^"]*)"')
_OFTEN = 3  # a style that stands on so many marks is written once
_FORM = 2  # of the pictures kept: raised when ``_settled`` makes others of the same figure


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


def draw(charts: Sequence[Chart], *, cache: Path | None, draft: bool) -> Drawn:
    """Each chart as an SVG file's bytes, the same for the same chart.

    ``cache`` is a folder of pictures by what they show; it is made and filled. It holds them
    without their words and without the mark of a draft, which are laid over here: other words, or
    publishing after a draft, draw nothing anew. Raises ``RenderingError`` where the browser refuses
    a figure.
    """
    template = base.template()
    names = _picture_keys(charts, template=template)
    found = {}
    if cache is not None:
        for chart_id, name in names.items():
            path = cache / f"{name}.svg"
            if path.is_file():
                found[chart_id] = path.read_text(encoding="utf-8")
    wanted = [chart for chart in charts if chart.chart_id not in found]
    browser = find_browser() if wanted else None
    missing = (f"{len(wanted)} charts were not drawn: no Chromium was found",)
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
            part.write_text(svg, encoding="utf-8")
            part.replace(cache / f"{names[chart_id]}.svg")
    by_id = {chart.chart_id: chart for chart in charts}
    return Drawn(
        svgs={
            chart_id: _dressed(svg, by_id[chart_id], draft=draft)
            for chart_id, svg in (found | fresh).items()
        },
        from_cache=len(found),
        missing=missing if wanted and browser is None else (),
    )


def _picture_keys(charts: Sequence[Chart], *, template: Mapping[str, Any]) -> dict[str, str]:
    """Names each picture by all that it is drawn from: figure, template, Plotly's script."""
    shared = hashlib.sha256(_as_json([template, _DRAW, _FORM]))
    shared.update(PLOTLY_SCRIPT.read_bytes())
    names = {}
    for chart in charts:
        own = shared.copy()
        own.update(_as_json(chart.figure))
        names[chart.chart_id] = own.hexdigest()
    return names


def _as_json(content: Any) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False).encode("utf-8")


def _images(charts: Sequence[Chart], *, template: Mapping[str, Any], browser: str) -> list[str]:
    """Plotly's own SVG of each chart, in order."""
    # Imported here: the driver takes long to import, and a build from the cache needs none.
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415

    jobs = [[chart.figure["data"], chart.figure["layout"]] for chart in charts]
    try:
        with sync_playwright() as driver:
            chromium = driver.chromium.launch(executable_path=browser, args=[*BROWSER_ARGUMENTS])
            # One tab: two took a sixth longer, on two cores.
            page = chromium.new_page()
            page.set_content("<!doctype html><title>charts</title><body></body>")
            page.add_script_tag(path=PLOTLY_SCRIPT)
            page.evaluate("(template) => { window.chartTemplate = template; }", template)
            images: list[str] = page.evaluate(_DRAW, jobs)
            chromium.close()
    except Error as error:
        raise RenderingError(f"{browser} would not draw the charts: {error}") from error
    return images


def _settled(svg: str, chart: Chart) -> str:
    """Plotly's SVG without what changes from run to run."""
    layout_id = _LAYOUT_ID.search(svg)
    if layout_id is None or _ROOT.match(svg) is None:
        raise RenderingError(f"the picture of {chart.chart_id} is not as Plotly draws them")
    return _slimmed(_LONG_NUMBER.sub(r"\1", svg.replace(layout_id[1], "chart")))


def _slimmed(svg: str) -> str:
    """The same picture in half the bytes: groups that hold nothing go, and a style that many marks
    have is written once, as a class."""
    left = ""
    while left != svg:
        left, svg = svg, _EMPTY_GROUP.sub("", svg)
    often = Counter(found[3] for found in _STYLED.finditer(svg))
    names = {
        style: f"s{number}"
        for number, style in enumerate(s for s, times in often.items() if s and times >= _OFTEN)
    }

    def with_class(found: re.Match[str]) -> str:
        tag, attributes, style = found.groups()
        if style not in names:
            return f"<{tag}{attributes}" + (f' style="{style}"' if style else "")
        if _CLASS.search(attributes):
            return f"<{tag}" + _CLASS.sub(rf'\1 {names[style]}"', attributes, count=1)
        return f'<{tag}{attributes} class="{names[style]}"'

    svg = _STYLED.sub(with_class, svg)
    rules = "".join(f".{name}{{{html.unescape(style)}}}" for style, name in names.items())
    root = _ROOT.match(svg)
    if root is None or not rules:
        return svg
    return f"{root[0]}<style>{html.escape(rules, quote=False)}</style>{svg[root.end() :]}"


def _dressed(svg: str, chart: Chart, *, draft: bool) -> bytes:
    """A settled picture, named for those who cannot see it, and marked where it is a draft's."""
    root = _ROOT.match(svg)
    if root is None:
        raise RenderingError(f"the picture of {chart.chart_id} has no root element")
    named = (
        f'{root[0][:-1]} role="img" data-values-sha256="{chart.values_sha256}">'
        f"<title>{html.escape(chart.heading)}</title><desc>{html.escape(chart.alt)}</desc>"
    )
    drawing = svg[root.end() :]
    if draft:
        drawing = f"{drawing.removesuffix('</svg>')}{_draft_mark(chart)}</svg>"
    return (named + drawing).encode("utf-8")


def _draft_mark(chart: Chart) -> str:
    """What ``base.with_draft_mark`` lays over a live chart, as SVG."""
    across, down = chart.width / 2, chart.height / 2
    return (
        f'<text x="{across:g}" y="{down:g}" transform="rotate({base.DRAFT_ANGLE} {across:g} '
        f'{down:g})" text-anchor="middle" font-family="{html.escape(tokens.FONT)}" '
        f'font-size="{base.DRAFT_PX}" fill="{tokens.SECONDARY}" '
        f'opacity="{base.DRAFT_OPACITY}">{html.escape(words.say("banner.watermark"))}</text>'
    )
