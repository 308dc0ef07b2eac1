"""The latest figures against their target: how far from it, and whether the gap closes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.data import Measure
from dashboards.data.series import Point
from dashboards.drawing import base, tokens
from dashboards.drawing.chart import Cell, Chart, Column, Table
from dashboards.slugs import slug
from dashboards.story import words

_MOST = 5
_ROW_PX = 44
_MARGIN = {"l": 150, "r": 150, "t": 44, "b": 42}


def target_chart(
    measure: Measure, points: Sequence[Point], *, heading: str, marks: base.Marks
) -> Chart | None:
    """The last five figures that can be shown, the newest first; None without a target or with
    fewer than two figures."""
    shown = [point for point in points if point.shown is not None][-_MOST:][::-1]
    if measure.target is None or len(shown) < 2:
        return None
    name = f"{slug(measure.measure)}-target"
    latest, before = shown[0], shown[-1]
    gap, was = _gap(measure, latest), _gap(measure, before)
    course = "met" if gap <= 0 else "closing" if gap < was else "same" if gap == was else "opening"
    alt = words.say(
        "alt.bullet",
        periods=str(len(shown)),
        value=words.shown_figure(measure, latest.shown),
        period=latest.label,
        target=words.shown_figure(measure, measure.target),
        course=words.say(
            f"alt.bullet_{course}",
            first=before.label,
            was=words.shown_figure(measure, before.shown),
        ),
    )
    caption = [words.say("caption.bullet", unit=words.word("unit", measure.unit))]
    if marks.illustrative:
        caption.append(words.say("caption.illustrative"))
    height = _ROW_PX * len(shown) + _MARGIN["t"] + _MARGIN["b"]
    return Chart(
        chart_id=name,
        heading=heading,
        alt=words.checked_alt(alt, title=heading),
        caption=" ".join(caption),
        table=_table(measure, shown, caption=heading),
        figure=_figure(measure, shown, name=name, height=height, marks=marks),
        width=base.WIDTH,
        height=height,
        illustrative=marks.illustrative,
    )


def _gap(measure: Measure, point: Point) -> float:
    """How far a figure is on the wrong side of the target; below 0 on the right side."""
    value, target = point.shown or 0.0, measure.target or 0.0
    return value - target if measure.polarity == "lower" else target - value


def _table(measure: Measure, shown: Sequence[Point], *, caption: str) -> Table:
    def figure(value: float | None) -> Cell:
        return Cell(value=value, text=words.shown_figure(measure, value))

    def row(point: Point) -> tuple[Cell, ...]:
        rating = (point.value.rating if point.value else None) or "not rated"
        return (
            Cell(value=point.label, text=point.label),
            figure(point.shown),
            figure(measure.target),
            figure(measure.amber_limit),
            Cell(value=rating, text=words.word("rating", rating)),
        )

    return Table(
        caption=caption,
        columns=(
            Column(key="period", heading="Period"),
            Column(key="value", heading=words.word("unit", measure.unit), charted=True),
            Column(key="target", heading="Target"),
            Column(key="close_from", heading="Close to target from"),
            Column(key="rating", heading="Against target"),
        ),
        rows=tuple(row(point) for point in shown),
    )


def _figure(
    measure: Measure, shown: Sequence[Point], *, name: str, height: int, marks: base.Marks
) -> dict[str, Any]:
    target = measure.target or 0.0
    rows = list(reversed(shown))  # Plotly counts rows from the bottom
    labels = [point.label for point in rows]
    values = [point.shown or 0.0 for point in rows]
    known = [*values, target, *([measure.amber_limit] if measure.amber_limit is not None else [])]
    low, high = min(0.0, *known), max(0.0, *known) * 1.06 or 1.0
    shapes: list[dict[str, Any]] = []
    if measure.amber_limit is not None:
        shapes.append(
            {
                "type": "rect", "yref": "paper", "y0": 0, "y1": 1, "layer": "below",
                "x0": min(target, measure.amber_limit), "x1": max(target, measure.amber_limit),
                "fillcolor": tokens.GRID, "opacity": 0.6, "line": {"width": 0},
            }
        )  # fmt: skip
    shapes.append(
        {
            "type": "line", "x0": target, "x1": target, "yref": "paper", "y0": 0, "y1": 1,
            "line": {"color": tokens.TARGET, "width": 3, "dash": "longdash"},
        }
    )  # fmt: skip
    written = base.written_at_end(
        [words.shown_figure(measure, point.shown) for point in rows], labels, at=high
    )
    annotations = [
        {
            "text": f"<b>Target {words.shown_figure(measure, target)}</b>", "x": target,
            "yref": "paper", "y": 1, "yanchor": "bottom", "font": {"size": 16},
            "xanchor": "right" if target > (low + high) / 2 else "left",
        }
    ]  # fmt: skip
    bar = {
        "type": "bar", "orientation": "h", "x": values, "y": labels, "width": 0.5,
        "marker": {"color": [tokens.FOCUS if point is shown[0] else tokens.COMMON
                             for point in rows]},
        "customdata": [words.shown_figure(measure, point.shown) for point in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
        "meta": {"columns": ["value"], "axis": "x"},
    }  # fmt: skip
    layout = {
        "width": base.WIDTH,
        "height": height,
        "margin": _MARGIN,
        "xaxis": {
            "range": [low, high], "nticks": 5, "tickformat": ",", "showgrid": False,
            "ticksuffix": "%" if measure.unit == "percent" else "",
        },
        "yaxis": {
            "type": "category", "categoryorder": "array", "categoryarray": labels,
            "tickvals": labels, **base.NAMED_ROWS,
            "ticktext": [base.wrapped(point.period, width=16) for point in rows],
            "range": [-0.6, len(labels) - 0.4],
        },
        "shapes": shapes,
        "annotations": [*annotations, *marks.annotations(left=_MARGIN["l"])],
        "hovermode": "closest",
    }  # fmt: skip
    return base.figure_json([bar, written], layout, name=name)
