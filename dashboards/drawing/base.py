"""What every figure shares: the Analysis Function's template, our layer over it, and the marks."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import afcharts.pio_template  # noqa: F401  # registers the template "afcharts" with plotly
import plotly.graph_objects as go
import plotly.io as pio
from plotly.utils import PlotlyJSONEncoder

from dashboards.drawing import tokens
from dashboards.drawing.chart import Chart, Table
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

WIDTH = 640
LABEL_GAP_PX = 20


def chart(
    chart_id: str,
    *,
    heading: str,
    alt: str,
    caption: Iterable[str],
    table: Table,
    drawn: tuple[Sequence[Mapping[str, Any]], Mapping[str, Any]],
    height: int,
    marked: str = "caption.illustrative_some",
    newest_last: bool = False,
) -> Chart:
    """Put a chart together: its words checked, its figures marked as what they are.

    A picture travels without its page, so it says itself that its figures are illustrative, as the
    column ``provenance`` of the table has it; ``marked`` is the sentence that says how those are
    marked which stand beside real ones. That it is of a draft is laid over the finished picture, so
    that publishing after a draft draws nothing anew. ``drawn`` are Plotly's traces and its layout,
    which has a ``margin`` and neither width nor height.

    Raises:
        ValueError: ``alt`` cannot serve as a text alternative.
    """
    traces, layout = drawn
    sentences, notes = [*caption], [*layout.get("annotations", ())]
    if table.provenance != "none":
        is_all = table.provenance == "all"
        sentences.append(words.say("caption.illustrative" if is_all else marked))
        notes.append(
            {
                "text": f"<b>{words.say(f'banner.mark_{table.provenance}')}</b>",
                "xref": "paper", "yref": "paper", "x": 0, "y": 1, "xanchor": "left",
                "yanchor": "bottom", "yshift": 6, "xshift": 8 - layout["margin"]["l"],
                "showarrow": False, "font": {"size": 16, "color": tokens.SECONDARY},
            }
        )  # fmt: skip
    framed = {**layout, "width": WIDTH, "height": height, "annotations": notes}
    return Chart(
        chart_id=chart_id,
        heading=heading,
        alt=words.checked_alt(alt, title=heading),
        caption=" ".join(sentences),
        table=table,
        figure=figure_json(traces, framed, name=chart_id),
        width=WIDTH,
        height=height,
        newest_last=newest_last,
    )


def rows_layout(
    at: Sequence[str | int],
    labels: Sequence[str],
    *,
    margin: Mapping[str, int],
    xaxis: Mapping[str, Any],
    shapes: Sequence[Mapping[str, Any]] = (),
    annotations: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Lay out a chart of named rows, without ticks: the row leads the eye.

    ``at`` is what the traces call each row, the lowest first; ``labels`` stand beside them.
    """
    is_named = bool(at) and isinstance(at[0], str)
    named = {"type": "category", "categoryorder": "array", "categoryarray": list(at)}
    return {
        "margin": dict(margin),
        "xaxis": dict(xaxis),
        "yaxis": {
            **(named if is_named else {}),
            "tickmode": "array", "tickvals": list(at), "ticktext": list(labels), "ticks": "",
            "showgrid": False, "ticklabelstandoff": 8, "range": [-0.6, len(at) - 0.4],
        },
        "shapes": list(shapes),
        "annotations": list(annotations),
        "hovermode": "closest",
    }  # fmt: skip


def upright(
    at: float | str, *, color: str, width: float = 2, dash: str = "solid"
) -> dict[str, Any]:
    """Return an upright line from the foot of the plot to its head."""
    line = {"color": color, "width": width, "dash": dash}
    return {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": at, "x1": at, "line": line}


def band(first: float, last: float) -> dict[str, Any]:
    """Return a ground shaded from one place of the axis across to another."""
    return {
        "type": "rect", "yref": "paper", "y0": 0, "y1": 1, "layer": "below", "x0": first,
        "x1": last, "fillcolor": tokens.GRID, "opacity": 0.6, "line": {"width": 0},
    }  # fmt: skip


def above(text: str, at: float | str, *, xanchor: str, yshift: int = 0) -> dict[str, Any]:
    """Return words above the plot at a place of the axis across."""
    return {
        "text": text, "x": at, "yref": "paper", "y": 1, "yanchor": "bottom", "xanchor": xanchor,
        "yshift": yshift, "font": {"size": 16},
    }  # fmt: skip


def row_label(name: str, *, width: int, illustrative: bool) -> str:
    """Return a row's name in the room beside it, with a mark where its figure is made up."""
    if not illustrative:
        return wrapped(name, width=width)
    return f"{wrapped(name, width=width, lines=1)}<br>({words.say('banner.illustrative_mark')})"


def template() -> dict[str, Any]:
    """Return the template as JSON: afcharts, then our font, sizes and backgrounds.

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
    """Return traces and layout as Plotly's JSON, without the template.

    Each trace says in its ``meta`` which columns of the chart's table it draws (``columns``) and on
    which ``axis``, so that a test can hold picture and table to each other.

    Each trace gets an id made from ``name``: Plotly would draw a random one, and the same data
    must give the same bytes.
    """
    layout = {**layout, "annotations": [_bold(note) for note in layout.get("annotations", [])]}
    named = [{**trace, "uid": f"{name}-{n}"} for n, trace in enumerate(traces)]
    return {"data": json.loads(json.dumps(named)), "layout": json.loads(json.dumps(layout))}


def check(figure: Mapping[str, Any]) -> None:
    """Check a figure before it is drawn for the first time.

    Raises:
        ValueError: Plotly has no such attribute, or would not take its value.
    """
    go.Figure(data=figure["data"], layout={**figure["layout"], "template": None})


def _bold(annotation: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an annotation between ``<b>`` tags with the weight in its font.

    For the tag, Plotly writes a style into the page, which a page that allows no inline style
    refuses.
    """
    text = annotation["text"]
    if not (text.startswith("<b>") and text.endswith("</b>")):
        return annotation
    font = {**annotation.get("font", {}), "weight": 700}
    return {**annotation, "text": text.removeprefix("<b>").removesuffix("</b>"), "font": font}


def written_at_end(texts: Sequence[str], rows: Sequence[str | int], *, at: float) -> dict[str, Any]:
    """Return a trace that writes a text beside each row, right of where the axis ends (``at``).

    As a trace, a text is a third of what it is as an annotation, in the picture and in the page.
    """
    return {
        "type": "scatter", "mode": "text", "x": [at] * len(rows), "y": list(rows),
        "text": [plain_text(text) for text in texts], "textposition": "middle right",
        "textfont": {"size": 17, "weight": 700, "color": tokens.TEXT}, "cliponaxis": False,
        "hoverinfo": "skip", "meta": {"columns": ["figure, as written"], "axis": "x"},
    }  # fmt: skip


def end_labels(
    ends: Sequence[tuple[float, str]], *, low: float, high: float, plot: int
) -> list[dict[str, Any]]:
    """Return words at the right end of each line, instead of a legend, none over another.

    Args:
        ends: The height of each line in the axis's unit, and its words.
        low: Where the axis begins.
        high: Where it ends.
        plot: The height of the plot in pixels.
    """
    heights = [(value - low) / (high - low) * plot for value, _ in ends]
    placed = spread(heights, gap=LABEL_GAP_PX, low=8, high=plot - 8)
    return [
        {
            "text": text, "xref": "paper", "x": 1, "xanchor": "left", "xshift": 8, "y": value,
            "yshift": put - height, "yanchor": "middle", "font": {"size": 16, "color": tokens.TEXT},
        }
        for (value, text), height, put in zip(ends, heights, placed, strict=True)
    ]  # fmt: skip


def spread(positions: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """Return ``positions``, moved as little as needed so that neighbours stand ``gap`` apart.

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
    """Return ``text`` broken at words into at most ``lines`` lines, the last one cut if need be.

    Plotly reads a few tags in text; characters that could start one are written out.
    """
    rows = textwrap.wrap(
        text, width, max_lines=lines, placeholder="…", break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
    return "<br>".join(map(plain_text, rows))


def plain_text(text: str) -> str:
    """Return text with nothing in it that Plotly would read as a tag or an entity."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
