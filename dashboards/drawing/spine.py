"""A spine: several measures beside each other, each by where we stand between the worst and the
best of the areas we are compared with.

Each side of the benchmark has its own scale: the benchmark is 0, the best area 1, the worst -1, and
a measure for which lower is better is turned round. The signed distance is scaled, never its size
alone: an area on the other side of the benchmark would fold over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.data import Comparator, Measure, Published, Summary
from dashboards.drawing import base, tokens
from dashboards.drawing.chart import Cell, Chart, Column, Table
from dashboards.story import numbers, words

_FEWEST_AREAS = 3
_ROW_PX = 52
_MARGIN = {"l": 250, "r": 130, "t": 66, "b": 24}
BENCHMARK_KIND = "country"
# By the comparison that intervals allow, never by the side alone.
_MEANINGS = {"better": ("diamond", tokens.IMPROVEMENT), "worse": ("square", tokens.CONCERN)}
_SIMILAR = ("circle", tokens.COMMON)


@dataclass(frozen=True, kw_only=True)
class Vertebra:
    """One measure: our figure, the benchmark, and the worst and best of the areas compared."""

    measure: Measure
    ours: float
    benchmark: float
    benchmark_name: str
    worst: float
    best: float
    areas: int
    comparison: str | None

    @property
    def position(self) -> float:
        """Where we stand, from -1 (the worst) by 0 (the benchmark) to 1 (the best)."""
        return round(
            position(self.ours, benchmark=self.benchmark, worst=self.worst, best=self.best), 3
        )


def position(value: float, *, benchmark: float, worst: float, best: float) -> float:
    """``value`` between -1 and 1; beyond where it is beyond every area. Better is positive.

    ``best`` may be the larger or the smaller of the two: that is the measure's polarity.
    """
    sign = 1.0 if best >= worst else -1.0
    gain = sign * (value - benchmark)
    reach = sign * (best - benchmark) if gain >= 0 else sign * (benchmark - worst)
    return gain / reach if reach > 0 else 0.0


def vertebrae(
    published: Published, rows: Sequence[tuple[Measure, Summary | None]]
) -> list[Vertebra]:
    """The measures that can be compared: with a figure, a benchmark, a good way, and at least three
    areas of the benchmark's own period."""
    found = []
    for measure, summary in rows:
        if summary is None or summary.value is None or measure.polarity == "none":
            continue
        known = [c for c in published.comparators if c.measure == measure.measure and c.area]
        benchmark = _newest([c for c in known if c.area_kind == BENCHMARK_KIND])
        if benchmark is None or benchmark.value is None:
            continue
        values = [
            c.value
            for c in known
            if c.value is not None
            and c.area_kind != BENCHMARK_KIND
            and c.period_end == benchmark.period_end
        ]
        if len(values) < _FEWEST_AREAS:
            continue
        ends = (min(values), max(values))
        found.append(
            Vertebra(
                measure=measure,
                ours=summary.value,
                benchmark=benchmark.value,
                benchmark_name=benchmark.area_name or benchmark.area or "",
                worst=ends[0] if measure.polarity == "higher" else ends[1],
                best=ends[1] if measure.polarity == "higher" else ends[0],
                areas=len(values),
                comparison=benchmark.comparison,
            )
        )
    return found


def _newest(rows: Sequence[Comparator]) -> Comparator | None:
    dated = [row for row in rows if row.period_end is not None and row.value is not None]
    return max(dated, key=lambda row: str(row.period_end), default=None)


def spine_chart(
    bones: Sequence[Vertebra], *, name: str, heading: str, marks: base.Marks
) -> Chart | None:
    """The measures in one chart; None without one."""
    if not bones:
        return None
    better = sum(bone.comparison == "better" for bone in bones)
    worse = sum(bone.comparison == "worse" for bone in bones)
    furthest = min(bones, key=lambda bone: bone.position)
    alt = words.say(
        "alt.spine",
        all=str(len(bones)),
        better=str(better),
        worse=str(worse),
        benchmark=words.shortened(bones[0].benchmark_name, most=40),
        title=words.shortened(furthest.measure.title, most=60),
        ours=words.shown_figure(furthest.measure, furthest.ours),
        theirs=words.shown_figure(furthest.measure, furthest.benchmark),
    )
    caption = [words.say("caption.spine", benchmark=bones[0].benchmark_name)]
    if marks.illustrative:
        caption.append(words.say("caption.illustrative"))
    height = _ROW_PX * len(bones) + _MARGIN["t"] + _MARGIN["b"]
    return Chart(
        chart_id=name,
        heading=heading,
        alt=words.checked_alt(alt, title=heading),
        caption=" ".join(caption),
        table=_table(bones, caption=heading),
        figure=_figure(bones, name=name, height=height, marks=marks),
        width=base.WIDTH,
        height=height,
        illustrative=marks.illustrative,
    )


def _table(bones: Sequence[Vertebra], *, caption: str) -> Table:
    def row(bone: Vertebra) -> tuple[Cell, ...]:
        figures = (bone.ours, bone.benchmark, bone.worst, bone.best)
        verdict = bone.comparison or "not compared"
        return (
            Cell(value=bone.measure.title, text=bone.measure.title),
            *(Cell(value=v, text=words.shown_figure(bone.measure, v)) for v in figures),
            Cell(value=bone.areas, text=str(bone.areas)),
            Cell(value=bone.position, text=numbers.rounded(bone.position, decimals=2)),
            Cell(value=verdict, text=words.word("comparison", verdict)),
        )

    return Table(
        caption=caption,
        columns=(
            Column(key="measure", heading="Measure"),
            Column(key="ours", heading="Ours"),
            Column(key="benchmark", heading="Benchmark"),
            Column(key="worst", heading="Worst area"),
            Column(key="best", heading="Best area"),
            Column(key="areas", heading="Areas"),
            Column(key="position", heading="Position", charted=True),
            Column(key="compared", heading="Ours compared with it"),
        ),
        rows=tuple(row(bone) for bone in bones),
    )


def _figure(
    bones: Sequence[Vertebra], *, name: str, height: int, marks: base.Marks
) -> dict[str, Any]:
    places = [len(bones) - 1 - n for n in range(len(bones))]
    span = {
        "type": "bar", "orientation": "h", "base": [-1.0] * len(bones), "x": [2.0] * len(bones),
        "y": places, "width": 0.5, "marker": {"color": tokens.GRID}, "hoverinfo": "skip",
        "meta": {"columns": ["worst to best"], "axis": "x"},
    }  # fmt: skip
    ours = {
        "type": "scatter", "mode": "markers", "x": [bone.position for bone in bones], "y": places,
        "marker": {
            "size": 15, "line": {"width": 2, "color": tokens.WHITE},
            "symbol": [_MEANINGS.get(bone.comparison or "", _SIMILAR)[0] for bone in bones],
            "color": [_MEANINGS.get(bone.comparison or "", _SIMILAR)[1] for bone in bones],
        },
        "text": [words.shown_figure(bone.measure, bone.ours) for bone in bones],
        "hovertemplate": "%{text}<extra></extra>", "meta": {"columns": ["position"], "axis": "x"},
    }  # fmt: skip
    reach = max(1.0, *(abs(bone.position) for bone in bones)) * 1.08
    written = base.written_at_end(
        [words.shown_figure(bone.measure, bone.ours) for bone in bones], places, at=reach
    )
    annotations = []
    for at, text, anchor in (
        (-1, "Worst", "left"),
        (0, "Benchmark", "center"),
        (1, "Best", "right"),
    ):
        annotations.append(
            {"text": text, "x": at, "yref": "paper", "y": 1, "yanchor": "bottom",
             "xanchor": anchor, "font": {"size": 16}}
        )  # fmt: skip
    layout = {
        "width": base.WIDTH,
        "height": height,
        "margin": _MARGIN,
        "xaxis": {"range": [-reach, reach], "visible": False},
        "yaxis": {
            "tickvals": places, **base.NAMED_ROWS,
            "ticktext": [base.wrapped(bone.measure.title, width=26) for bone in bones],
            "range": [-0.6, len(bones) - 0.4],
        },
        "shapes": [
            {"type": "line", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1,
             "line": {"color": tokens.TEXT, "width": 2}},
        ],
        "annotations": [*annotations, *marks.annotations(left=_MARGIN["l"])],
        "hovermode": "closest",
    }  # fmt: skip
    return base.figure_json([span, ours, written], layout, name=name)
