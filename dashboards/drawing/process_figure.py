"""The drawing of a process-control chart: points by their meaning, mean, limits, target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from math import ceil
from typing import Any

from dashboards.data.provenance import share
from dashboards.data.rows import Measure
from dashboards.data.series import Point, latest_shown, point_meaning, targets_at
from dashboards.drawing import base, tokens
from dashboards.story import words
from schemas.units import without_unit

HEIGHT = 330
_MARGIN = {"l": 62, "r": 168, "t": 40, "b": 42}
_TICK_LINE_PX = 23
_LABEL_ROOM_PX = 30  # from a point to beyond the figure written at it
_SYMBOLS = {
    "common cause": "circle",
    "improvement": "diamond",
    "concern": "square",
    "neutral high": "triangle-up",
    "neutral low": "triangle-down",
}


def _clipped(value: float | None, *, unit: str) -> float | None:
    """Return a limit as drawn: never outside what the unit can be. The test is not clipped."""
    if value is None:
        return None
    return min(max(value, 0.0), 100.0) if unit == "percent" else max(value, 0.0)


def figure(
    measure: Measure, points: Sequence[Point]
) -> tuple[list[Mapping[str, Any]], dict[str, Any]]:
    """Draw lines and marks by their meaning, each line named at its end.

    Returns:
        The traces and the layout.
    """
    labels = [point.label for point in points]
    ticks = _ticks(points)
    lines_below = max(text.count("<br>") for text in ticks["ticktext"])
    margin = _MARGIN | {"b": _MARGIN["b"] + _TICK_LINE_PX * lines_below}
    plot = HEIGHT - margin["t"] - margin["b"]
    low, high = _range(measure, points, plot=plot)
    shapes, notes = _rebases(points)
    layout = {
        "margin": margin,
        "xaxis": {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": labels,
            "range": [-0.5, len(labels) - 0.5],
            **ticks,
        },
        "yaxis": {
            "range": [low, high],
            "nticks": 6,
            "ticksuffix": "%" if measure.unit == "percent" else "",
            "tickformat": ",",
        },
        "shapes": [*_grounds(points), *shapes, *_target_lines(points)],
        "annotations": [
            *base.end_labels(_line_names(measure, points), low=low, high=high, plot=plot),
            *_latest_label(measure, points, low=low, high=high),
            *notes,
        ],
        "hovermode": "x unified",
    }
    return [*_lines(measure, points), _marks(measure, points)], layout


def _grounds(points: Sequence[Point]) -> list[dict[str, Any]]:
    """Return a shaded ground under each illustrative figure, where others are real."""
    shown = [point for point in points if point.shown is not None]
    if share(point.is_illustrative for point in shown) != "some":
        return []
    found = []
    for made_up, group in groupby(enumerate(points), key=lambda one: one[1].is_illustrative):
        places = [place for place, _ in group]
        if made_up:
            found.append(base.band(places[0] - 0.5, places[-1] + 0.5))
    return found


def _target_lines(points: Sequence[Point]) -> list[dict[str, Any]]:
    """Return a level line for each stretch of points under one target: it steps where that changes.

    A target that never changed is drawn from one side of the plot to the other.
    """
    targets = targets_at(points)
    found = []
    for target, group in groupby(enumerate(targets), key=lambda one: one[1]):
        places = [place for place, _ in group]
        ends: dict[str, Any] = {"x0": places[0] - 0.5, "x1": places[-1] + 0.5}
        if len(places) == len(points):
            ends = {"xref": "paper", "x0": 0, "x1": 1}
        line = {"color": tokens.TARGET, "width": 2, "dash": "longdash"}
        if target is not None:
            found.append({"type": "line", **ends, "y0": target, "y1": target, "line": line})
    return found


def _range(measure: Measure, points: Sequence[Point], *, plot: int) -> tuple[float, float]:
    """Return the ends of the axis of figures; ``plot`` is the plot's height in pixels."""
    values = targets_at(points)
    for point in points:
        values.append(point.shown)
        if point.reading:
            limits = (point.reading.lpl, point.reading.upl, point.reading.mean)
            values += [_clipped(limit, unit=measure.unit) for limit in limits]
    known = [value for value in values if value is not None] or [0.0, 1.0]
    low, high = min(known), max(known)
    room = (high - low) * 0.09 or max(abs(high) * 0.1, 1.0)
    low, high = low - room, high + room
    latest = latest_shown(points)
    if latest is not None and latest.shown is not None:
        # Room for its label between the point and the edge.
        label = (high - low) * _LABEL_ROOM_PX / plot
        if _label_is_above(points, low=low, high=high):
            high = max(high, latest.shown + label)
        else:
            low = min(low, latest.shown - label)
    return low, high


def _label_is_above(points: Sequence[Point], *, low: float, high: float) -> bool:
    """Return whether the latest figure stands above its point: away from the line to it.

    Away from a new target where that is near: its line is short, and would be covered.
    """
    figures = [point.shown for point in points if point.shown is not None]
    targets = targets_at(points)
    target = targets[-1]
    if (
        target is not None
        and len(set(targets)) > 1
        and abs(target - figures[-1]) < (high - low) / 5
    ):
        return target < figures[-1]
    if len(figures) > 1 and figures[-1] != figures[-2]:
        return figures[-1] > figures[-2]
    return figures[-1] < (low + high) / 2


def _ticks(points: Sequence[Point]) -> dict[str, Any]:
    """Return the ticks: one for each financial year's first quarter.

    Of other periods and of a short series there is one for each point, or as many as there is room
    for, the newest among them.
    """
    of_quarters = all(" Q" in point.label for point in points)
    if not of_quarters or len(points) <= 5:
        most = 9 if all(len(point.label) <= 4 for point in points) else 5
        ticked = points[::-1][:: ceil(len(points) / most)][::-1]
        texts = [_tick_text(point) for point in ticked]
    else:
        starts = [p for p in points if p.label.endswith("Q1")] or points[:: len(points) // 4]
        ticked = starts[:: ceil(len(starts) / 5)]
        texts = [point.label.split(" ")[0] for point in ticked]
    return {
        "tickmode": "array", "tickvals": [point.label for point in ticked], "ticktext": texts,
    }  # fmt: skip


def _tick_text(point: Point) -> str:
    """Return a period in the small room under an axis."""
    value = point.value
    if value and value.period_start and value.period_end and len(point.label) > 18:
        return base.wrapped(f"{value.period_start:%b %Y} to {value.period_end:%b %Y}", width=11)
    return base.wrapped(point.label, width=9)


def _runs(points: Sequence[Point]) -> list[list[Point]]:
    """Return the points in parts that a line may join: each period follows the one before."""
    runs: list[list[Point]] = [[]]
    for point in points:
        if not point.follows:
            runs.append([])
        runs[-1].append(point)
    return [run for run in runs if any(point.shown is not None for point in run)]


def _read_out(measure: Measure, point: Point) -> str:
    """Return what the pointer's label says of a point, under the name of its quarter."""
    figure = words.shown_value(measure, point.value)
    return figure if point.period == point.label else f"{figure} ({point.period})"


def _lines(measure: Measure, points: Sequence[Point]) -> list[Mapping[str, Any]]:
    """Return the joined figures, then mean and limits of each stretch between decisions."""
    unit = measure.unit
    traces: list[Mapping[str, Any]] = [
        {
            "type": "scatter", "mode": "lines", "name": "Figure", "connectgaps": False,
            "x": [p.label for p in run], "y": [p.shown for p in run],
            "line": {"color": tokens.COMMON, "width": 2}, "hovertemplate": "%{customdata}",
            "customdata": [_read_out(measure, p) for p in run],
            "meta": {"columns": ["value"], "axis": "y"},
        }
        for run in _runs(points)
    ]  # fmt: skip
    read = [p for p in points if p.reading and p.shown is not None]
    styles = (
        ("Mean", "mean", {"color": tokens.TEXT, "width": 2}),
        ("Upper limit", "upl", {"color": tokens.SECONDARY, "width": 1.5, "dash": "dash"}),
        ("Lower limit", "lpl", {"color": tokens.SECONDARY, "width": 1.5, "dash": "dash"}),
    )
    for _, group in groupby(read, key=lambda p: p.reading.stretch if p.reading else None):
        stretch = list(group)
        for title, attribute, line in styles:
            column = "mean" if attribute == "mean" else "limit, as drawn"
            limits = [getattr(p.reading, attribute) for p in stretch]
            if all(limit is None for limit in limits):
                continue
            drawn = [_clipped(v, unit=unit) if attribute != "mean" else v for v in limits]
            traces.append(
                {
                    "type": "scatter", "mode": "lines", "name": title, "line": line,
                    "x": [p.label for p in stretch], "y": drawn, "hoverinfo": "skip",
                    "meta": {"columns": [column], "axis": "y"},
                }
            )  # fmt: skip
    return traces


def _marks(measure: Measure, points: Sequence[Point]) -> Mapping[str, Any]:
    """Return the points by their meaning, hollow where the figure has an open query."""
    shown = [point for point in points if point.shown is not None]
    meanings = [point_meaning(point, polarity=measure.polarity) for point in shown]
    colours = [
        tokens.POINT_COLOURS[one.removesuffix(" high").removesuffix(" low")] for one in meanings
    ]
    hollow = [point.is_provisional for point in shown]
    return {
        "type": "scatter", "mode": "markers", "name": "Points", "hoverinfo": "skip",
        "cliponaxis": False, "x": [point.label for point in shown],
        "y": [point.shown for point in shown], "meta": {"columns": ["value"], "axis": "y"},
        "marker": {
            "opacity": 1,  # points of several sizes are else seen through
            "symbol": [_SYMBOLS[meaning] for meaning in meanings],
            "size": [9 if meaning == "common cause" else 11 for meaning in meanings],
            "color": [
                tokens.WHITE if is_hollow else colour
                for is_hollow, colour in zip(hollow, colours, strict=True)
            ],
            "line": {"color": colours, "width": [2.5 if is_hollow else 0 for is_hollow in hollow]},
        },
    }  # fmt: skip


def _line_names(measure: Measure, points: Sequence[Point]) -> list[tuple[float, str]]:
    """Return the height and the words of each line that is named at its end."""
    found: list[tuple[float, str]] = []
    reading = next((p.reading for p in reversed(points) if p.reading), None)
    if reading:
        for title, limit in (("Upper limit", reading.upl), ("Lower limit", reading.lpl)):
            drawn = _clipped(limit, unit=measure.unit)
            if limit is not None and drawn is not None and drawn == limit:
                found.append((drawn, f"{title} {words.shown_figure(measure, limit)}"))
        if reading.mean is not None and reading.points != 1:  # of one figure there is no mean
            found.append((reading.mean, f"Mean {words.shown_figure(measure, reading.mean)}"))
    target = targets_at(points)[-1]
    if target is not None:
        found.append((target, f"<b>Target {words.shown_figure(measure, target)}</b>"))
    return [(value, without_unit(text, measure.unit)) for value, text in found]


def _latest_label(
    measure: Measure, points: Sequence[Point], *, low: float, high: float
) -> list[dict[str, Any]]:
    latest = latest_shown(points)
    if latest is None or latest.shown is None:
        return []
    above = _label_is_above(points, low=low, high=high)
    at_end = latest is points[-1] or latest is points[-2]
    return [
        {
            "text": f"<b>{words.shown_value(measure, latest.value)}</b>",
            "x": latest.label, "y": latest.shown, "yshift": 17 if above else -17,
            "xanchor": "right" if at_end else "center", "xshift": 12 if at_end else 0,
            "font": {"size": 18, "color": tokens.TEXT}, "bgcolor": "rgba(255,255,255,0.85)",
        }
    ]  # fmt: skip


def _rebases(points: Sequence[Point]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return an upright dotted line where limits start afresh, and its words.

    A stretch without limits of its own has nothing that could restart: there the line is broken.
    """
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    stretch: int | None = None
    for index, point in enumerate(points):
        has_limits = point.reading is not None and point.reading.upl is not None
        now = point.reading.stretch if point.reading and has_limits else None
        if now is not None and stretch is not None and now != stretch:
            shapes.append(base.upright(index - 0.5, color=tokens.SECONDARY, dash="dot"))
            side = "left" if index < len(points) / 2 else "center"
            notes.append(base.above("Limits restarted", index - 0.5, xanchor=side))
        stretch = now if now is not None else stretch
    return shapes, notes
