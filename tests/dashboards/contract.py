"""The chart contract, read from the files of a built site and from nothing else.

Tools for accessibility see nothing wrong with a chart that has no words (an unlabelled Plotly chart
passes axe), so the project holds its charts to a contract of its own: each chart has a text
alternative, a caption, a table and a file, and picture, table, file and words agree.
"""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ALLOWED_TRACES = {"scatter", "bar"}
COLOUR = re.compile(
    r"\b(red|green|amber|blue|orange|yellow|purple|grey|gray|black|white|colour(?:ed)?)\b", re.I
)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_SECTION = re.compile(
    r'<figure class="chart" data-chart="(?P<id>[^"]+)" data-values-sha256="(?P<sha>[^"]+)">'
    r"(?P<figure>.*?)</figure>(?P<rest>.*?)(?=<figure class=\"chart\"|</main>)",
    re.DOTALL,
)
_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class ChartOnPage:
    """One chart as a page has it."""

    page: Path
    chart_id: str
    sha256: str
    figure: str
    rest: str

    def attribute(self, name: str) -> str:
        """An attribute of the picture's element; empty where it has none."""
        found = re.search(rf'<img\b[^>]*\b{name}="([^"]*)"', self.figure)
        return html.unescape(found[1]) if found else ""

    @property
    def details(self) -> str:
        """What the reader unfolds under the picture."""
        found = re.search(r"<details.*?</details>", self.rest, re.DOTALL)
        return found[0] if found else ""


def charts_on(site: Path) -> Iterator[ChartOnPage]:
    """Every chart of every page."""
    for page in sorted(site.rglob("*.html")):
        for found in _SECTION.finditer(page.read_text(encoding="utf-8")):
            yield ChartOnPage(
                page=page, chart_id=found["id"], sha256=found["sha"], figure=found["figure"],
                rest=found["rest"],
            )  # fmt: skip


def numbers_in(text: str) -> set[str]:
    """The numbers written in a text, without the commas between thousands."""
    return {number.replace(",", "") for number in _NUMBER.findall(text)}


def text_of(markup: str) -> str:
    """The words between tags."""
    return html.unescape(re.sub(r"<[^>]+>", " ", markup))


def faults(site: Path) -> list[str]:
    """What breaks the contract, in words; empty where every chart keeps it."""
    found = [
        f"{chart.page.name}: {chart.chart_id}: {fault}"
        for chart in charts_on(site)
        for fault in (*_words(chart), *_table_and_file(site, chart), *_picture(chart))
    ]
    return found + [f"{path.name}: {fault}" for path, fault in _forbidden(site)]


def _words(chart: ChartOnPage) -> Iterator[str]:
    alt = chart.attribute("alt")
    if not 40 <= len(alt) <= 350:
        yield f"its text alternative has {len(alt)} characters"
    if COLOUR.search(alt):
        yield "its text alternative names a colour"
    title = re.search(r"<title>(.*?)</title>", _svg(chart))
    if title is None or html.unescape(title[1]) == alt:
        yield "its picture has no title, or one that the text alternative repeats"
    caption = re.search(r"<figcaption>(.*?)</figcaption>", chart.figure, re.DOTALL)
    if caption is None or not text_of(caption[1]).strip():
        yield "it has no caption"
    page = chart.page.read_text(encoding="utf-8")
    # Where the measure stands, and the edition with its meeting.
    beside = re.findall(r"<dl>.*?</dl>|<header.*?</header>", page, re.DOTALL)[:2]
    rows = _rows(chart)
    known = numbers_in(text_of(chart.details)) | numbers_in(text_of(" ".join(beside)))
    known |= {str(len(rows)), str(sum(any(row.values()) for row in rows)), "95", "99.8"}
    known |= {str(n) for n in range(len(rows) + 1)}  # how many of them: counts of the table's rows
    unknown = numbers_in(alt) - known
    if unknown:
        yield f"its text alternative has numbers that are not in the data: {sorted(unknown)}"


def _svg(chart: ChartOnPage) -> str:
    path = chart.page.parent / chart.attribute("src")
    return path.read_text(encoding="utf-8") if chart.attribute("src") and path.is_file() else ""


def _csv_path(chart: ChartOnPage) -> Path | None:
    link = re.search(r'<a href="([^"]+\.csv)" download>', chart.rest)
    return (chart.page.parent / link[1]).resolve() if link else None


def _rows(chart: ChartOnPage) -> list[dict[str, str]]:
    path = _csv_path(chart)
    if path is None or not path.is_file():
        return []
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


def _table_and_file(site: Path, chart: ChartOnPage) -> Iterator[str]:
    tables = re.findall(r"<table.*?</table>", chart.details, re.DOTALL)
    if len(tables) != 1:
        yield f"it has {len(tables)} tables"
        return
    if "<caption" not in tables[0] or 'scope="col"' not in tables[0]:
        yield "its table has no caption, or headings without scope"
    path = _csv_path(chart)
    if path is None or not path.is_file() or site.resolve() not in path.parents:
        yield "its file is not in the site"
        return
    if hashlib.sha256(path.read_bytes()).hexdigest() != chart.sha256:
        yield "its file holds other values than the page names"
    shown = [
        [re.search(r'<data value="([^"]*)"', cell) for cell in _CELL.findall(row)]
        for row in _ROW.findall(tables[0])[1:]
    ]
    rows = _rows(chart)
    if len(shown) != len(rows):
        yield "its table and its file have not the same rows"
        return
    for cells, row in zip(shown, rows, strict=True):
        for cell, value in zip(cells, row.values(), strict=True):
            if cell is not None and cell[1] != value:
                yield f"its table has {cell[1]} where its file has {value}"


def _picture(chart: ChartOnPage) -> Iterator[str]:
    svg = _svg(chart)
    if f'data-values-sha256="{chart.sha256}"' not in svg:
        yield "its picture names other values than the page"
    desc = re.search(r"<desc>(.*?)</desc>", svg)
    if desc is None or html.unescape(desc[1]) != chart.attribute("alt"):
        yield "its picture and the page describe it in other words"
    script = re.search(
        rf'<script type="application/json" id="figure-{re.escape(chart.chart_id)}">(.*?)</script>',
        chart.rest,
        re.DOTALL,
    )
    if script is None:
        yield "it has no figure to explore"
        return
    figure = json.loads(script[1])
    for trace in figure["data"]:
        if trace["type"] not in ALLOWED_TRACES:
            yield f"it has a trace of the kind {trace['type']}"
    yield from _drawn_values(figure, _rows(chart))


def _drawn_values(figure: dict[str, Any], rows: list[dict[str, str]]) -> Iterator[str]:
    """Each value that is drawn under the name of a column is in that column, and each of the
    column's is drawn."""
    drawn: dict[tuple[str, ...], set[float | str]] = {}
    for trace in figure["data"]:
        meta = trace.get("meta") or {}
        if not {"columns", "axis"} <= meta.keys():
            yield "it has a trace that names no column of its table"
            continue
        values = {_value(v) for v in trace[meta["axis"]] if v is not None}
        drawn.setdefault(tuple(meta["columns"]), set()).update(values)
    known = set(rows[0] if rows else ())
    for columns, values in drawn.items():
        if not known.issuperset(columns):
            continue  # lines that the caption names, such as limits clipped to what can be
        held = {_value(row[column]) for row in rows for column in columns if row[column]}
        if values != held:
            yield f"it draws other values of {columns} than its file has: {values ^ held}"
    if not any(known.issuperset(columns) for columns in drawn):
        yield "it draws no column of its table"


def _value(given: float | str) -> float | str:
    """A number as one, whether a figure or a file has it; a date as it is written."""
    try:
        return float(given)
    except ValueError:
        return str(given)


def _forbidden(site: Path) -> Iterator[tuple[Path, str]]:
    """What no file of the site but Plotly's own script may hold."""
    for path in site.rglob("*"):
        if path.suffix not in (".html", ".js", ".svg", ".css") or "plotly-basic" in path.name:
            continue
        text = path.read_text(encoding="utf-8")
        for word in ("cloud.plotly.com", "cdn.plot.ly", '"choropleth', "scattergl", "modebar-btn"):
            if word in text:
                yield path, f"holds {word}"
        if path.suffix == ".js" and "chartConfig=" in text and '"displayModeBar":false' not in text:
            yield path, "lets Plotly show its bar"
