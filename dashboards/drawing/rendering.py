"""Figures to SVG, all in one Chromium, each drawn once and cached by what it shows.

Without a browser nothing is drawn and the report says so: a page is then whole but for pictures,
since every chart has its table.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboards.drawing import base, tokens
from dashboards.drawing.chart import Chart
from dashboards.drawing.chromium import Chromium, RenderingError, at_hand
from dashboards.story import words

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

PLOTLY_SCRIPT = Path(__file__).parents[1] / "vendor" / "plotly-basic.min.js"

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
  place.remove();
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
_FORM = 2  # of the cached pictures: raised when ``_settled`` makes others of the same figure


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """The pictures by chart id, how many were taken from the cache, and why some are missing."""

    svgs: Mapping[str, bytes]
    from_cache: int
    missing: tuple[str, ...]


class Drawing:
    """Draws charts in a browser of its own while its owner makes the next ones.

    ``cache`` is a folder of pictures by what they show; it is made and filled. It holds them
    without their words and without the mark of a draft, which are laid over here: other words, or
    publishing after a draft, draw nothing anew. Without ``chromium`` nothing is drawn that is not
    there.
    """

    chromium: Chromium | None

    def __init__(self, *, cache: Path | None, draft: bool, chromium: Chromium | None) -> None:
        self._cache = cache
        self._draft = draft
        self._template = base.template()
        self._key = hashlib.sha256(_as_json([self._template, _DRAW, _FORM]))
        self._key.update(PLOTLY_SCRIPT.read_bytes())
        self._charts: dict[str, Chart] = {}
        self._cached: dict[str, str] = {}
        self._tab: Future[Tab] | None = None
        self._fresh: list[Future[dict[str, str]]] = []
        self.chromium = chromium

    def start(self) -> None:
        """Start the browser with Plotly in it, before there are charts: it takes seconds."""
        if self.chromium is not None and self._tab is None:
            self._tab = self.chromium.submit(partial(_tab, template=self._template))

    def add(self, charts: Iterable[Chart]) -> None:
        """Take charts: from the cache, or to be drawn while the caller goes on.

        Raises:
            ValueError: One is called as another was, or is none that Plotly would draw.
        """
        uncached = []
        for chart in charts:
            if chart.chart_id in self._charts:
                raise ValueError(f"two charts are called {chart.chart_id}")
            self._charts[chart.chart_id] = chart
            file = self._file(chart)
            if file is not None and file.is_file():
                self._cached[chart.chart_id] = file.read_text(encoding="utf-8")
            else:
                base.check(chart.figure)
                uncached.append(chart)
        if uncached and self.chromium is not None:
            self.start()
            self._fresh.append(self.chromium.submit(partial(self._draw, charts=uncached)))

    def _draw(self, _: Browser, *, charts: Sequence[Chart]) -> dict[str, str]:
        """Return Plotly's own SVG of each chart, settled, by its id."""
        from playwright.sync_api import Error  # noqa: PLC0415  # takes long to import

        jobs = [[chart.figure["data"], chart.figure["layout"]] for chart in charts]
        try:
            images = self._tab.result().evaluate(_DRAW, jobs) if self._tab else []
        except Error as error:
            raise RenderingError(f"Chromium would not draw the charts: {error}") from error
        return {
            chart.chart_id: _settled(image, chart)
            for chart, image in zip(charts, images, strict=True)
        }

    @property
    def pictured(self) -> frozenset[str]:
        """The charts that were added and will have a picture, by their ids."""
        return frozenset(self._cached if self.chromium is None else self._charts)

    def drawn(self) -> Drawn:
        """Wait for all charts that were added.

        Returns:
            Their pictures, each an SVG file's bytes, the same for the same chart.

        Raises:
            RenderingError: The browser refuses one.
        """
        fresh = {name: svg for future in self._fresh for name, svg in future.result().items()}
        if self._cache is not None:
            self._cache.mkdir(parents=True, exist_ok=True)
        for chart_id, svg in fresh.items():
            file = self._file(self._charts[chart_id])
            if file is not None:
                part = file.with_suffix(f".{os.getpid()}.part")
                part.write_text(svg, encoding="utf-8")
                part.replace(file)
        pictures = self._cached | fresh
        lacking = len(self._charts) - len(pictures)
        missing = f"{lacking} charts were not drawn: no Chromium was found"
        return Drawn(
            svgs={
                chart_id: _dressed(pictures[chart_id], chart, draft=self._draft)
                for chart_id, chart in self._charts.items()
                if chart_id in pictures
            },
            from_cache=len(self._cached),
            missing=(missing,) if lacking else (),
        )

    def _file(self, chart: Chart) -> Path | None:
        """Return where the picture is cached, by all that it is drawn from."""
        if self._cache is None:
            return None
        key = self._key.copy()
        key.update(_as_json(chart.figure))
        return self._cache / f"{key.hexdigest()}.svg"


@contextmanager
def drawing(*, cache: Path | None, draft: bool) -> Iterator[Drawing]:
    """Yield a ``Drawing`` in the browser that is installed, if one is; it ends with the block."""
    with at_hand() as chromium:
        yield Drawing(cache=cache, draft=draft, chromium=chromium)


def _as_json(content: Any) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False).encode("utf-8")


def _tab(chromium: Browser, *, template: Mapping[str, Any]) -> Tab:
    """Open a tab with Plotly in it; two took a sixth longer, on two cores."""
    tab = chromium.new_page()
    tab.set_content("<!doctype html><title>charts</title><body></body>")
    tab.add_script_tag(path=PLOTLY_SCRIPT)
    tab.evaluate("(template) => { window.chartTemplate = template; }", template)
    return tab


def _settled(svg: str, chart: Chart) -> str:
    """Return Plotly's SVG without what changes from run to run."""
    layout_id = _LAYOUT_ID.search(svg)
    if layout_id is None or _ROOT.match(svg) is None:
        raise RenderingError(f"the picture of {chart.chart_id} is not as Plotly draws them")
    return _slimmed(_LONG_NUMBER.sub(r"\1", svg.replace(layout_id[1], "chart")))


def _slimmed(svg: str) -> str:
    """Return the same picture in half the bytes.

    Groups that hold nothing go, and a style that many marks have is written once, as a class.
    """
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
    """Name a settled picture for those who cannot see it, and mark it where it is a draft's."""
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
    """Return the mark of a draft across the middle of a picture, as SVG."""
    across, down = chart.width / 2, chart.height / 2
    return (
        f'<text x="{across:g}" y="{down:g}" transform="rotate(-10 {across:g} {down:g})" '
        f'text-anchor="middle" font-family="{html.escape(tokens.FONT)}" font-size="34" '
        f'fill="{tokens.SECONDARY}" opacity="0.28">{html.escape(words.say("banner.watermark"))}'
        "</text>"
    )
