"""A map of areas: each a filled outline with its letter and its figure, and the table beside it.

Outlines are plain ``scatter`` traces: Plotly's own maps ask a server for the world. Fill repeats
what the number in each area says; no meaning rests on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.data import Measure
from dashboards.drawing import areas, base, tokens
from dashboards.drawing.areas import Shapes
from dashboards.drawing.bars import Item, by_value, ends
from dashboards.drawing.chart import Cell, Chart, Column, Table
from dashboards.slugs import slug
from dashboards.story import words

HEIGHT = 480
_FEWEST = 2


def letters(categories: Sequence[str]) -> dict[str, str]:
    """A letter for each category by the alphabet: A to Z, then A1 and so on."""
    return {
        category: chr(ord("A") + n % 26) + (str(n // 26) if n >= 26 else "")
        for n, category in enumerate(sorted(categories))
    }


def map_chart(
    measure: Measure,
    items: Sequence[Item],
    shapes: Shapes,
    *,
    heading: str,
    marks: base.Marks,
) -> Chart | None:
    """The items on the map; None where fewer than two have both a figure and a shape."""
    drawn = [item for item in items if item.name in shapes.rings]
    shown = by_value(drawn)
    if len(shown) < _FEWEST:
        return None
    by_name = letters([item.name for item in items])
    chart_id = f"{slug(measure.measure)}-{slug(shapes.breakdown)}-map"
    alt = words.say(
        "alt.map", shown=str(len(shown)), all=str(len(items)), period=shown[0].period,
        **ends(measure, shown),
    )  # fmt: skip
    caption = [words.say("caption.map", unit=words.word("unit", measure.unit))]
    if any(item.value is None for item in drawn):
        caption.append(words.say("caption.map_hidden"))
    if shapes.made_up:
        caption.append(words.say("caption.map_made_up"))
    caption.append(shapes.attribution)
    if marks.illustrative:
        caption.append(words.say("caption.illustrative"))
    return Chart(
        chart_id=chart_id,
        heading=heading,
        alt=words.checked_alt(alt, title=heading),
        caption=" ".join(caption),
        table=_table(measure, items, by_name, caption=heading, breakdown=shapes.breakdown),
        figure=_figure(measure, drawn, shapes, by_name, name=chart_id, marks=marks),
        width=base.WIDTH,
        height=HEIGHT,
        illustrative=marks.illustrative,
    )


def _table(
    measure: Measure,
    items: Sequence[Item],
    by_name: Mapping[str, str],
    *,
    caption: str,
    breakdown: str,
) -> Table:
    return Table(
        caption=caption,
        columns=(
            Column(key="name", heading=words.breakdown_name(breakdown).capitalize()),
            Column(key="letter", heading="Letter"),
            Column(key="period", heading="Period"),
            Column(key="value", heading=words.word("unit", measure.unit), charted=True),
            Column(key="state", heading="State"),
        ),
        rows=tuple(
            (
                Cell(value=item.name, text=item.name),
                Cell(value=by_name[item.name], text=by_name[item.name]),
                Cell(value=item.period, text=item.period),
                Cell(value=item.value, text=words.shown_figure(measure, item.value)),
                Cell(value=item.state, text=words.word("state", item.state)),
            )
            for item in sorted(items, key=lambda each: by_name[each.name])
        ),
    )


def _figure(
    measure: Measure,
    drawn: Sequence[Item],
    shapes: Shapes,
    by_name: Mapping[str, str],
    *,
    name: str,
    marks: base.Marks,
) -> dict[str, Any]:
    known = [item.value for item in drawn if item.value is not None]
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
        annotations.append(
            {
                "text": f"<b>{by_name[item.name]}<br>{base.plain_text(figure)}</b>",
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
        "width": base.WIDTH,
        "height": HEIGHT,
        "margin": {"l": 12, "r": 12, "t": 40, "b": 12},
        "xaxis": {"visible": False},
        "yaxis": {"visible": False, "scaleanchor": "x"},
        "annotations": [*annotations, *marks.annotations(left=12)],
        "hovermode": "closest",
    }
    return base.figure_json(traces, layout, name=name)


def _fill(value: float | None, *, low: float, high: float) -> tuple[str, str]:
    """Ground and ink of an area: the larger the darker, in four equal steps; none for no figure."""
    if value is None:
        return tokens.WHITE, tokens.TEXT
    steps = tokens.SEQUENTIAL
    place = 0.0 if high == low else (value - low) / (high - low)
    return steps[min(int(place * len(steps)), len(steps) - 1)]
