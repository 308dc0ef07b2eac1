"""What every figure shares: the Analysis Function's template, our layer over it, and the marks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import afcharts.pio_template  # noqa: F401  # registers the template "afcharts" with plotly
import plotly.graph_objects as go
import plotly.io as pio
from plotly.utils import PlotlyJSONEncoder

from dashboards.drawing import tokens
from dashboards.story import words

# Nothing a reader could send, drag or lose the chart with.
CONFIG: Mapping[str, bool] = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
}

# An axis with a name at each row: no tick, since the row leads the eye.
NAMED_ROWS: Mapping[str, Any] = {
    "tickmode": "array", "showgrid": False, "ticks": "", "ticklabelstandoff": 8,
}  # fmt: skip
WIDTH = 640
LABEL_GAP_PX = 20
DRAFT_ANGLE, DRAFT_OPACITY, DRAFT_PX = -10, 0.28, 34


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What must stand in a picture itself, since a picture travels without its page.

    The mark of a draft is not among them: it is laid over the finished picture, so that publishing
    after a draft draws nothing anew.
    """

    illustrative: bool

    def annotations(self, *, left: int) -> list[dict[str, Any]]:
        """The marks as annotations, over everything else, from the picture's left edge; ``left`` is
        the width of its margin in pixels."""
        found = []
        if self.illustrative:
            found.append(
                {
                    "text": f"<b>{words.say('banner.mark')}</b>",
                    "xref": "paper", "yref": "paper", "x": 0, "y": 1, "xanchor": "left",
                    "yanchor": "bottom", "yshift": 6, "xshift": 8 - left, "showarrow": False,
                    "font": {"size": 16, "color": tokens.SECONDARY},
                }
            )  # fmt: skip
        return found


def template() -> dict[str, Any]:
    """The template as JSON: afcharts, then our font, sizes and backgrounds.

    No axis makes room for its labels by itself: each figure's margins have it. Plotly would draw
    every picture twice to find out, which took half of the time of drawing them.
    """
    text = {"family": tokens.FONT, "size": tokens.CHART_TEXT_PX, "color": tokens.TEXT}
    axis = {"tickfont": {"size": tokens.CHART_TEXT_PX}, "linecolor": tokens.TEXT}
    ours = go.layout.Template(
        layout={
            "font": text,
            "paper_bgcolor": tokens.WHITE,
            "plot_bgcolor": tokens.WHITE,
            "separators": ".,",
            "showlegend": False,
            "annotationdefaults": {"font": {"size": 16}, "showarrow": False},
            "hoverlabel": {"font": text},
            "xaxis": axis | {"showgrid": False, "zeroline": False, "automargin": False},
            "yaxis": axis | {"zeroline": False, "automargin": False},
        }
    )
    merged = go.layout.Template(pio.templates["afcharts"]).update(ours.to_plotly_json())
    return dict(json.loads(json.dumps(merged.to_plotly_json(), cls=PlotlyJSONEncoder)))


def figure_json(
    traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any], *, name: str
) -> dict[str, Any]:
    """Traces and layout as Plotly's JSON, without the template.

    Each trace says in its ``meta`` which columns of the chart's table it draws (``columns``) and on
    which ``axis``, so that a test can hold picture and table to each other.

    Each trace gets an id made from ``name``: Plotly would draw a random one, and the same data
    must give the same bytes.
    """
    layout = {**layout, "annotations": [_bold(note) for note in layout.get("annotations", [])]}
    named = [{**trace, "uid": f"{name}-{n}"} for n, trace in enumerate(traces)]
    return {"data": json.loads(json.dumps(named)), "layout": json.loads(json.dumps(layout))}


def check(figure: Mapping[str, Any]) -> None:
    """Raises ``ValueError`` where a figure has an attribute that Plotly has not, or a value that it
    would not take. A picture is checked before it is drawn for the first time."""
    go.Figure(data=figure["data"], layout={**figure["layout"], "template": None})


def _bold(annotation: Mapping[str, Any]) -> Mapping[str, Any]:
    """An annotation whose whole text stands between ``<b>`` tags, with the weight in its font.

    For the tag, Plotly writes a style into the page, which a page that allows no inline style
    refuses.
    """
    text = annotation["text"]
    if not (text.startswith("<b>") and text.endswith("</b>")):
        return annotation
    font = {**annotation.get("font", {}), "weight": 700}
    return {**annotation, "text": text.removeprefix("<b>").removesuffix("</b>"), "font": font}


def written_at_end(texts: Sequence[str], rows: Sequence[str | int], *, at: float) -> dict[str, Any]:
    """A trace that writes a text beside each row, right of the plot; ``at`` is where the axis ends.

    As a trace, a text is a third of what it is as an annotation, in the picture and in the page.
    """
    return {
        "type": "scatter", "mode": "text", "x": [at] * len(rows), "y": list(rows),
        "text": [plain_text(text) for text in texts], "textposition": "middle right",
        "textfont": {"size": 17, "weight": 700, "color": tokens.TEXT}, "cliponaxis": False,
        "hoverinfo": "skip", "meta": {"columns": ["figure, as written"], "axis": "x"},
    }  # fmt: skip


def with_draft_mark(figure: Mapping[str, Any]) -> dict[str, Any]:
    """A figure as ``figure_json`` gives it, marked as a draft across its middle."""
    mark = {
        "text": words.say("banner.watermark"),
        "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5,
        "textangle": DRAFT_ANGLE, "opacity": DRAFT_OPACITY, "showarrow": False,
        "font": {"size": DRAFT_PX, "color": tokens.SECONDARY},
    }  # fmt: skip
    layout = figure["layout"]
    return {
        "data": figure["data"],
        "layout": layout | {"annotations": [*layout.get("annotations", []), mark]},
    }


def spread(positions: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """``positions`` moved as little as needed so that neighbours stand ``gap`` apart.

    All stay between ``low`` and ``high`` as far as there is room. The order is kept.
    """
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    placed = [0.0] * len(positions)
    floor = low
    for i in order:
        placed[i] = max(positions[i], floor)
        floor = placed[i] + gap
    ceiling = high
    for i in reversed(order):
        placed[i] = min(placed[i], ceiling)
        ceiling = placed[i] - gap
    return placed


def wrapped(text: str, *, width: int, lines: int = 2) -> str:
    """``text`` broken at words into at most ``lines`` lines, the last one cut if need be.

    Plotly reads a few tags in text; characters that could start one are written out.
    """
    rows = [""]
    for each in text.split():
        joined = f"{rows[-1]} {each}".strip()
        if len(joined) <= width or not rows[-1]:
            rows[-1] = joined
        else:
            rows.append(each)
    if len(rows) > lines:
        rows = [*rows[: lines - 1], words.shortened(" ".join(rows[lines - 1 :]), most=width)]
    return "<br>".join(plain_text(row) for row in rows)


def plain_text(text: str) -> str:
    """Text with nothing in it that Plotly would read as a tag or an entity."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
