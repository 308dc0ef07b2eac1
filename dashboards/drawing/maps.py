"""A map of areas: each a filled outline with its letter and its figure, and the table beside it.

Outlines are plain ``scatter`` traces: Plotly's own maps ask a server for the world. Fill repeats
what the number in each area says; no meaning rests on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.data.provenance import is_illustrative
from dashboards.data.rows import Measure
from dashboards.drawing import areas, base, tokens
from dashboards.drawing.areas import Shapes
from dashboards.drawing.bars import Item, by_value, ends
from dashboards.drawing.chart import PROVENANCE, Chart, Column, Table, in_words, of_measure
from dashboards.slugs import slug
from dashboards.story import words

HEIGHT = 480
_FEWEST = 2


def letters(categories: Sequence[str]) -> dict[str, str]:
    """Return a letter for each category by the alphabet: A to Z, then A1 and so on."""
    return {
        category: chr(ord("A") + n % 26) + (str(n // 26) if n >= 26 else "")
        for n, category in enumerate(sorted(categories))
    }


def map_chart(measure: Measure, items: Sequence[Item], shapes: Shapes) -> Chart | None:
    """Draw the items on the map.

    Returns:
        The chart, None if fewer than two have both a figure and a shape.
    """
    drawn = [item for item in items if item.name in shapes.rings]
    shown = by_value(drawn)
    if len(shown) < _FEWEST:
        return None
    by_name = letters([item.name for item in items])
    of = words.breakdown_name(shapes.breakdown)
    heading = words.say("sections.map", title=measure.title, breakdown=of)
    alt = words.say(
        "alt.map", shown=len(shown), all=len(items), period=shown[0].period,
        **ends(measure, shown),
    )  # fmt: skip
    caption = [words.say("caption.map", unit=words.word("unit", measure.unit))]
    if any(item.value is None for item in drawn):
        caption.append(words.say("caption.map_hidden"))
    if shapes.made_up:
        caption.append(words.say("caption.map_made_up"))
    caption.append(shapes.attribution)
    return base.chart(
        f"{slug(measure.measure)}-{slug(shapes.breakdown)}-map",
        heading=heading,
        alt=alt,
        caption=caption,
        table=Table.of(
            heading,
            sorted(items, key=lambda each: by_name[each.name]),
            (
                Column("name", of.capitalize()),
                Column("letter", "Letter", at=lambda each: by_name[each.name]),
                Column("period", "Period"),
                Column(
                    "value", words.word("unit", measure.unit), of_measure(measure), charted=True
                ),
                Column("state", "State", in_words("state")),
                Column(PROVENANCE, "Provenance"),
            ),
        ),
        drawn=_figure(measure, drawn, shapes, by_name),
        height=HEIGHT,
    )


def _figure(
    measure: Measure, drawn: Sequence[Item], shapes: Shapes, by_name: Mapping[str, str]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    known = [item.value for item in drawn if item.value is not None]
    some = any(item.value and not is_illustrative(item.provenance) for item in drawn)
    low, high = min(known), max(known)
    traces: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for item in drawn:
        ground, ink = _fill(item.value, low=low, high=high)
        traces += [
                {
                    "type": "scatter", "mode": "lines", "fill": "toself", "fillcolor": ground,
                    "x": [across for across, _ in ring], "y": [up for _, up in ring],
                    "line": {"color": tokens.SECONDARY if item.value is None else tokens.WHITE,
                             "width": 2, "dash": "dot" if item.value is None else "solid"},
                    "hoverinfo": "skip", "meta": {"columns": ["outline"], "axis": "x"},
                }
            for ring in shapes.rings[item.name]
        ]  # fmt: skip
        across, up = areas.middle(shapes.rings[item.name])
        figure = (
            words.word("state.mark", item.state)
            if item.value is None
            else words.shown_figure(measure, item.value)
        )
        mark = "<br>" + words.say("banner.illustrative_mark")
        mark = mark if some and is_illustrative(item.provenance) else ""
        annotations.append(
            {
                "text": f"<b>{by_name[item.name]}<br>{base.plain_text(figure)}{mark}</b>",
                "x": across, "y": up, "font": {"size": 17, "color": ink},
            }
        )  # fmt: skip
    places = [areas.middle(shapes.rings[item.name]) for item in drawn]
    traces.append(
        {
            "type": "scatter", "mode": "markers", "marker": {"size": 30, "opacity": 0},
            "x": [across for across, _ in places], "y": [up for _, up in places],
            "customdata": [item.value for item in drawn],
            "text": [base.plain_text(item.name) for item in drawn],
            "hovertemplate": "%{text}<extra></extra>",
            "meta": {"columns": ["value"], "axis": "customdata"},
        }
    )  # fmt: skip
    layout = {
        "margin": {"l": 12, "r": 12, "t": 40, "b": 12},
        "xaxis": {"visible": False},
        "yaxis": {"visible": False, "scaleanchor": "x"},
        "annotations": annotations,
        "hovermode": "closest",
    }
    return traces, layout


def _fill(value: float | None, *, low: float, high: float) -> tuple[str, str]:
    """Return ground and ink of an area: the larger the darker, in four equal steps."""
    if value is None:
        return tokens.WHITE, tokens.TEXT
    steps = tokens.SEQUENTIAL
    place = 0.0 if high == low else (value - low) / (high - low)
    return steps[min(int(place * len(steps)), len(steps) - 1)]
