"""A funnel: partners of different size beside each other, with how far chance alone would carry
each from the figure of all together.

Limits are those of Spiegelhalter, "Funnel plots for comparing institutional performance" (2005):
the pooled proportion p, plus or minus z times the root of p(1-p)/n, at 95% and 99.8%.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.data import Measure
from dashboards.drawing import base, tokens
from dashboards.drawing.bars import Item
from dashboards.drawing.chart import Cell, Chart, Column, Table
from dashboards.slugs import slug
from dashboards.story import numbers, words

HEIGHT = 400
Z_95, Z_998 = 1.959964, 3.090232
_FEWEST = 4
_STEPS = 60
_MARGIN = {"l": 62, "r": 150, "t": 40, "b": 62}


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A partner's figure, and where it lies to the limits of its size: ``inside``, ``high`` or
    ``low`` beyond 95%, ``far high`` or ``far low`` beyond 99.8%."""

    item: Item
    size: float
    value: float
    lower_95: float
    upper_95: float
    lower_998: float
    upper_998: float

    @property
    def place(self) -> str:
        """Where the figure lies."""
        if self.value > self.upper_998:
            return "far high"
        if self.value < self.lower_998:
            return "far low"
        if self.value > self.upper_95:
            return "high"
        return "low" if self.value < self.lower_95 else "inside"


def limits(centre: float, size: float, *, z: float) -> tuple[float, float]:
    """Lower and upper limit in percent for a denominator of ``size``, clipped to 0 to 100.

    ``centre`` is the pooled percentage."""
    share = centre / 100
    reach = 100 * z * math.sqrt(share * (1 - share) / size)
    return max(centre - reach, 0.0), min(centre + reach, 100.0)


def funnel_chart(
    measure: Measure, items: Sequence[Item], *, heading: str, marks: base.Marks
) -> Chart | None:
    """The partners' figures in a funnel; None where fewer than four gave both counts, or where the
    measure is no proportion."""
    counted = [
        (item, item.numerator, item.denominator, item.value)
        for item in items
        if item.value is not None and item.numerator is not None and item.denominator
    ]
    if measure.unit != "percent" or measure.form != "proportion" or len(counted) < _FEWEST:
        return None
    centre = 100 * sum(n for _, n, _, _ in counted) / sum(d for _, _, d, _ in counted)
    placed = sorted(
        (
            Placed(
                item=item, size=size, value=value,
                lower_95=limits(centre, size, z=Z_95)[0], upper_95=limits(centre, size, z=Z_95)[1],
                lower_998=limits(centre, size, z=Z_998)[0],
                upper_998=limits(centre, size, z=Z_998)[1],
            )
            for item, _, size, value in counted
        ),
        key=lambda each: (-each.size, each.item.name),
    )  # fmt: skip
    out = [each for each in placed if each.place != "inside"]
    name = f"{slug(measure.measure)}-funnel"
    together = words.shown_figure(measure, centre)
    alt = words.say(
        "alt.funnel",
        all=str(len(placed)),
        period=placed[0].item.period,
        centre=together,
        outside=words.counted(
            "alt.funnel_outside",
            len(out),
            number=str(len(out)),
            names=words.listed([words.shortened(each.item.name, most=40) for each in out], most=2),
        ),
    )
    caption = [words.say("caption.funnel", unit=words.word("unit", measure.unit), centre=together)]
    if marks.illustrative:
        caption.append(words.say("caption.illustrative"))
    return Chart(
        chart_id=name,
        heading=heading,
        alt=words.checked_alt(alt, title=heading),
        caption=" ".join(caption),
        table=_table(measure, placed, centre=centre, caption=heading),
        figure=_figure(measure, placed, centre=centre, name=name, marks=marks),
        width=base.WIDTH,
        height=HEIGHT,
        illustrative=marks.illustrative,
    )


def _table(measure: Measure, placed: Sequence[Placed], *, centre: float, caption: str) -> Table:
    def figure(value: float) -> Cell:
        return Cell(value=value, text=words.shown_figure(measure, value))

    return Table(
        caption=caption,
        columns=(
            Column(key="name", heading="Partner"),
            Column(key="period", heading="Period"),
            Column(key="denominator", heading="Denominator"),
            Column(key="value", heading=words.word("unit", measure.unit), charted=True),
            Column(key="centre", heading="All together"),
            Column(key="lower_95", heading="Lower 95% limit"),
            Column(key="upper_95", heading="Upper 95% limit"),
            Column(key="lower_998", heading="Lower 99.8% limit"),
            Column(key="upper_998", heading="Upper 99.8% limit"),
            Column(key="place", heading="Where it lies"),
        ),
        rows=tuple(
            (
                Cell(value=each.item.name, text=each.item.name),
                Cell(value=each.item.period, text=each.item.period),
                Cell(value=each.size, text=numbers.count(each.size)),
                figure(each.value),
                figure(centre),
                figure(each.lower_95),
                figure(each.upper_95),
                figure(each.lower_998),
                figure(each.upper_998),
                Cell(value=each.place, text=words.word("funnel_place", each.place)),
            )
            for each in placed
        ),
    )


def _meaning(place: str, *, polarity: str) -> str:
    """What a place outside the limits means by the measure's polarity."""
    if place == "inside":
        return "common cause"
    if polarity == "none":
        return "neutral"
    return "improvement" if place.endswith("high") == (polarity == "higher") else "concern"


def _figure(
    measure: Measure, placed: Sequence[Placed], *, centre: float, name: str, marks: base.Marks
) -> dict[str, Any]:
    largest = max(each.size for each in placed) * 1.08
    smallest = min(each.size for each in placed) * 0.6
    sizes = [smallest + (largest - smallest) * (n / _STEPS) ** 2 for n in range(_STEPS + 1)]
    traces: list[dict[str, Any]] = []
    ends = [(centre, f"All {words.shown_figure(measure, centre)}")]
    for z, dash, text in ((Z_95, "dash", "95%"), (Z_998, "dot", "99.8%")):
        for side in (0, 1):
            heights = [limits(centre, size, z=z)[side] for size in sizes]
            traces.append(
                {
                    "type": "scatter", "mode": "lines", "x": sizes, "y": heights,
                    "line": {"color": tokens.SECONDARY, "width": 1.5, "dash": dash},
                    "hoverinfo": "skip", "meta": {"columns": ["limit, as drawn"], "axis": "y"},
                }
            )  # fmt: skip
            ends.append((heights[-1], f"{text} limit"))
    traces.append(
        {
            "type": "scatter", "mode": "lines", "x": [sizes[0], sizes[-1]], "y": [centre, centre],
            "line": {"color": tokens.TEXT, "width": 2}, "hoverinfo": "skip",
            "meta": {"columns": ["limit, as drawn"], "axis": "y"},
        }
    )  # fmt: skip
    symbols = {"common cause": "circle", "improvement": "diamond", "concern": "square",
               "neutral": "triangle-up"}  # fmt: skip
    meanings = [_meaning(each.place, polarity=measure.polarity) for each in placed]
    traces.append(
        {
            "type": "scatter", "mode": "markers", "x": [each.size for each in placed],
            "y": [each.value for each in placed],
            "text": [base.plain_text(each.item.name) for each in placed],
            "customdata": [words.shown_figure(measure, each.value) for each in placed],
            "hovertemplate": "%{text}: %{customdata}<extra></extra>",
            "marker": {
                "size": 12, "symbol": [symbols[meaning] for meaning in meanings],
                "color": [tokens.POINT_COLOURS[meaning] for meaning in meanings],
            },
            "meta": {"columns": ["value"], "axis": "y"},
        }
    )  # fmt: skip
    values = [each.value for each in placed]
    narrowest = min(placed, key=lambda each: each.size)
    low = min(*values, narrowest.lower_998)
    high = max(*values, narrowest.upper_998)
    room = (high - low) * 0.08 or 1.0
    low, high = low - room, high + room
    plot = HEIGHT - _MARGIN["t"] - _MARGIN["b"]
    heights = [(value - low) / (high - low) * plot for value, _ in ends]
    spread = base.spread(heights, gap=base.LABEL_GAP_PX, low=8, high=plot - 8)
    annotations: list[dict[str, Any]] = [
        {
            "text": text, "xref": "paper", "x": 1, "xanchor": "left", "xshift": 8, "y": value,
            "yshift": put - height, "font": {"size": 16},
        }
        for (value, text), height, put in zip(ends, heights, spread, strict=True)
    ]  # fmt: skip
    annotations += [
        {
            "text": f"<b>{base.plain_text(words.shortened(each.item.name, most=30))}</b>",
            "x": each.size, "y": each.value, "font": {"size": 16},
            "xanchor": "right" if each.size > largest / 2 else "left",
            "xshift": -11 if each.size > largest / 2 else 11,
        }
        for each in placed
        if each.place != "inside"
    ]  # fmt: skip
    layout = {
        "width": base.WIDTH,
        "height": HEIGHT,
        "margin": _MARGIN,
        "xaxis": {
            "range": [0, largest], "nticks": 5, "tickformat": ",",
            "title": {"text": words.say("funnel_axis.size"), "font": {"size": 16}},
        },
        "yaxis": {"range": [low, high], "nticks": 6, "ticksuffix": "%"},
        "annotations": [*annotations, *marks.annotations(left=_MARGIN["l"])],
        "hovermode": "closest",
    }  # fmt: skip
    return base.figure_json(traces, layout, name=name)
