"""A funnel: partners of different size, with how far chance alone would carry each.

Limits are those of Spiegelhalter, "Funnel plots for comparing institutional performance" (2005):
the pooled proportion p, plus or minus z times the root of p(1-p)/n, at 95% and 99.8%.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import methodcaller
from typing import Any

from dashboards.data.provenance import is_illustrative
from dashboards.data.rows import Measure
from dashboards.drawing import base, tokens
from dashboards.drawing.bars import Item
from dashboards.drawing.chart import PROVENANCE, Chart, Column, Table, in_words, of_measure
from dashboards.slugs import slug
from dashboards.story import numbers, words

HEIGHT = 400
Z_95, Z_998 = 1.959964, 3.090232
_LEVELS = {"95": Z_95, "998": Z_998}
_FEWEST = 4
_STEPS = 60
_MARGIN = {"l": 62, "r": 150, "t": 40, "b": 62}


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A partner's figure, and where it lies to the limits of its size."""

    item: Item
    size: float
    value: float
    centre: float

    def limit(self, level: str, side: str) -> float:
        """Return the ``lower`` or ``upper`` limit at ``95`` or ``998``."""
        return limits(self.centre, self.size, z=_LEVELS[level])[side == "upper"]

    @property
    def place(self) -> str:
        """``inside``, ``high`` or ``low`` beyond 95%, ``far high`` or ``far low`` beyond 99.8%."""
        for level, far in (("998", "far "), ("95", "")):
            if self.value > self.limit(level, "upper"):
                return f"{far}high"
            if self.value < self.limit(level, "lower"):
                return f"{far}low"
        return "inside"


def limits(centre: float, size: float, *, z: float) -> tuple[float, float]:
    """Return the lower and upper limit in percent for a denominator, clipped to 0 to 100.

    Args:
        centre: The pooled percentage.
        size: The denominator.
        z: The normal quantile of the level.
    """
    share = centre / 100
    reach = 100 * z * math.sqrt(share * (1 - share) / size)
    return max(centre - reach, 0.0), min(centre + reach, 100.0)


def funnel_chart(measure: Measure, items: Sequence[Item]) -> Chart | None:
    """Draw the partners' figures in a funnel.

    Returns:
        The chart, None if fewer than four gave both counts or the measure is no proportion.
    """
    counted = [
        (item, item.numerator, item.denominator, item.value)
        for item in items
        if item.value is not None and item.numerator is not None and item.denominator
    ]
    if measure.unit != "percent" or measure.form != "proportion" or len(counted) < _FEWEST:
        return None
    centre = 100 * sum(n for _, n, _, _ in counted) / sum(d for _, _, d, _ in counted)
    placed = [
        Placed(item=item, size=size, value=value, centre=centre) for item, _, size, value in counted
    ]
    placed.sort(key=lambda each: (-each.size, each.item.name))
    out = [each for each in placed if each.place != "inside"]
    together = words.shown_figure(measure, centre)
    alt = words.say(
        "alt.funnel",
        all=len(placed),
        period=placed[0].item.period,
        centre=together,
        outside=words.counted(
            "alt.funnel_outside",
            len(out),
            number=len(out),
            names=words.listed([words.shortened(each.item.name, most=40) for each in out], most=2),
        ),
    )
    heading = words.say("sections.funnel", title=measure.title)
    return base.chart(
        f"{slug(measure.measure)}-funnel",
        heading=heading,
        alt=alt,
        caption=[
            words.say("caption.funnel", unit=words.word("unit", measure.unit), centre=together)
        ],
        table=_table(measure, placed, caption=heading),
        drawn=_figure(measure, placed, centre=centre),
        height=HEIGHT,
        marked="caption.illustrative_hollow",
    )


def _table(measure: Measure, placed: Sequence[Placed], *, caption: str) -> Table:
    figure = of_measure(measure)
    return Table.of(
        caption,
        placed,
        (
            Column("name", "Partner", at="item.name"),
            Column("period", "Period", at="item.period"),
            Column("denominator", "Denominator", numbers.count, at="size"),
            Column("value", words.word("unit", measure.unit), figure, charted=True),
            Column("centre", "All together", figure),
            *(
                Column(
                    f"{side}_{level}",
                    f"{side.capitalize()} {words_of} limit",
                    figure,
                    at=methodcaller("limit", level, side),
                )
                for level, words_of in (("95", "95%"), ("998", "99.8%"))
                for side in ("lower", "upper")
            ),
            Column("place", "Where it lies", in_words("funnel_place")),
            Column(PROVENANCE, "Provenance", at="item.provenance"),
        ),
    )


def _meaning(place: str, *, polarity: str) -> str:
    """Return what a place outside the limits means by the measure's polarity."""
    if place == "inside":
        return "common cause"
    if polarity == "none":
        return "neutral"
    return "improvement" if place.endswith("high") == (polarity == "higher") else "concern"


def _figure(
    measure: Measure, placed: Sequence[Placed], *, centre: float
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    largest = max(each.size for each in placed) * 1.08
    smallest = min(each.size for each in placed) * 0.6
    sizes = [smallest + (largest - smallest) * (n / _STEPS) ** 2 for n in range(_STEPS + 1)]
    traces = [_line([sizes[0], sizes[-1]], [centre, centre], color=tokens.TEXT, width=2)]
    ends = [(centre, f"All {words.shown_figure(measure, centre)}")]
    for z, dash, text in ((Z_95, "dash", "95%"), (Z_998, "dot", "99.8%")):
        for side in (0, 1):
            heights = [limits(centre, size, z=z)[side] for size in sizes]
            traces.append(_line(sizes, heights, color=tokens.SECONDARY, width=1.5, dash=dash))
            ends.append((heights[-1], f"{text} limit"))
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
                "size": 12, "line": {"width": 2},
                "symbol": [
                    symbols[meaning] + "-open" * is_illustrative(each.item.provenance)
                    for each, meaning in zip(placed, meanings, strict=True)
                ],
                "color": [tokens.POINT_COLOURS[meaning] for meaning in meanings],
            },
            "meta": {"columns": ["value"], "axis": "y"},
        }
    )  # fmt: skip
    values = [each.value for each in placed]
    narrowest = min(placed, key=lambda each: each.size)
    low = min(*values, narrowest.limit("998", "lower"))
    high = max(*values, narrowest.limit("998", "upper"))
    room = (high - low) * 0.08 or 1.0
    low, high = low - room, high + room
    plot = HEIGHT - _MARGIN["t"] - _MARGIN["b"]
    annotations = base.end_labels(ends, low=low, high=high, plot=plot)
    annotations += [
        {
            "text": f"<b>{base.plain_text(words.shortened(each.item.name, most=30))}</b>",
            "x": each.size, "y": each.value, "font": {"size": 16},
            "bgcolor": "rgba(255,255,255,0.85)",
            "xanchor": "right" if each.size > largest / 2 else "left",
            "xshift": -11 if each.size > largest / 2 else 11,
        }
        for each in placed
        if each.place != "inside"
    ]  # fmt: skip
    layout = {
        "margin": _MARGIN,
        "xaxis": {
            "range": [0, largest], "nticks": 5, "tickformat": ",",
            "title": {"text": words.say("funnel_axis.size"), "font": {"size": 16}},
        },
        "yaxis": {"range": [low, high], "nticks": 6, "ticksuffix": "%"},
        "annotations": annotations,
        "hovermode": "closest",
    }  # fmt: skip
    return traces, layout


def _line(across: Sequence[float], up: Sequence[float], **line: str | float) -> dict[str, Any]:
    """Return a line that no column of the table holds: a limit, or all partners together."""
    return {
        "type": "scatter", "mode": "lines", "x": list(across), "y": list(up), "line": line,
        "hoverinfo": "skip", "meta": {"columns": ["limit, as drawn"], "axis": "y"},
    }  # fmt: skip
