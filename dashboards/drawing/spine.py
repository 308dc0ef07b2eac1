"""A spine: several measures, each by where we stand between the worst and the best of the areas.

Each side of the benchmark has its own scale: the benchmark is 0, the best area 1, the worst -1, and
a measure for which lower is better is turned round. The signed distance is scaled, never its size
alone: an area on the other side of the benchmark would fold over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from dashboards.data import provenance
from dashboards.data.release import Published
from dashboards.data.rows import Comparator, Measure, Summary
from dashboards.drawing import base, tokens
from dashboards.drawing.chart import PROVENANCE, Cell, Chart, Column, Table, in_words
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
    comparison: str
    provenance: str

    @property
    def position(self) -> float:
        """Where we stand, from -1 (the worst) by 0 (the benchmark) to 1 (the best)."""
        return round(
            position(self.ours, benchmark=self.benchmark, worst=self.worst, best=self.best), 3
        )


def position(value: float, *, benchmark: float, worst: float, best: float) -> float:
    """Return ``value`` between -1 and 1, beyond if it is beyond every area. Better is positive.

    ``best`` may be the larger or the smaller of the two: that is the measure's polarity.
    """
    sign = 1.0 if best >= worst else -1.0
    gain = sign * (value - benchmark)
    reach = sign * (best - benchmark) if gain >= 0 else sign * (benchmark - worst)
    return gain / reach if reach > 0 else 0.0


def vertebrae(
    published: Published, rows: Sequence[tuple[Measure, Summary | None]]
) -> list[Vertebra]:
    """Return the measures that can be compared.

    They have a figure, a benchmark, a good way, and at least three areas of the benchmark's own
    period.
    """
    found = []
    for measure, summary in rows:
        if summary is None or summary.value is None or measure.polarity == "none":
            continue
        known = [
            c
            for c in published.comparators
            if c.measure == measure.measure and c.area and not c.is_within_home
        ]
        benchmark = _newest([c for c in known if c.area_kind == BENCHMARK_KIND])
        if benchmark is None or benchmark.value is None:
            continue
        others = [
            c
            for c in known
            if c.value is not None
            and c.area_kind != BENCHMARK_KIND
            and c.period_end == benchmark.period_end
        ]
        values = [c.value for c in others if c.value is not None]
        if len(values) < _FEWEST_AREAS:
            continue
        rests_on_illustrative = bool(summary.illustrative) or any(
            provenance.is_illustrative(published.comparator_provenance(c))
            for c in (benchmark, *others)
        )
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
                comparison=benchmark.comparison or "not compared",
                provenance=provenance.described(rests_on_illustrative),
            )
        )
    return found


def _newest(rows: Sequence[Comparator]) -> Comparator | None:
    dated = [row for row in rows if row.period_end is not None and row.value is not None]
    return max(dated, key=lambda row: str(row.period_end), default=None)


def spine_chart(bones: Sequence[Vertebra], *, name: str) -> Chart | None:
    """Draw the measures in one chart; None without one."""
    if not bones:
        return None
    better = sum(bone.comparison == "better" for bone in bones)
    worse = sum(bone.comparison == "worse" for bone in bones)
    furthest = min(bones, key=lambda bone: bone.position)
    alt = words.say(
        "alt.spine",
        all=len(bones),
        better=better,
        worse=worse,
        benchmark=words.shortened(bones[0].benchmark_name, most=40),
        title=words.shortened(furthest.measure.title, most=60),
        ours=words.shown_figure(furthest.measure, furthest.ours),
        theirs=words.shown_figure(furthest.measure, furthest.benchmark),
    )
    heading = words.say("sections.spine")
    return base.chart(
        name,
        heading=heading,
        alt=alt,
        caption=[words.say("caption.spine", benchmark=bones[0].benchmark_name)],
        table=_table(bones, caption=heading),
        drawn=_figure(bones),
        height=_ROW_PX * len(bones) + _MARGIN["t"] + _MARGIN["b"],
    )


def _table(bones: Sequence[Vertebra], *, caption: str) -> Table:
    def figure(attribute: str) -> Callable[[Vertebra], Cell]:
        def cell(bone: Vertebra) -> Cell:
            value = float(getattr(bone, attribute))
            return Cell(value=value, text=words.shown_figure(bone.measure, value))

        return cell

    return Table.of(
        caption,
        bones,
        (
            Column("measure", "Measure", at="measure.title"),
            Column("ours", "Ours", at=figure("ours")),
            Column("benchmark", "Benchmark", at=figure("benchmark")),
            Column("worst", "Worst area", at=figure("worst")),
            Column("best", "Best area", at=figure("best")),
            Column("areas", "Areas"),
            Column("position", "Position", partial(numbers.rounded, decimals=2), charted=True),
            Column("compared", "Ours compared with it", in_words("comparison"), "comparison"),
            Column(PROVENANCE, "Provenance"),
        ),
    )


def _figure(bones: Sequence[Vertebra]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    rows = list(reversed(bones))  # Plotly counts rows from the bottom
    places = list(range(len(rows)))
    written = [words.shown_figure(bone.measure, bone.ours) for bone in rows]
    meanings = [_MEANINGS.get(bone.comparison, _SIMILAR) for bone in rows]
    reach = max(1.0, *(abs(bone.position) for bone in bones)) * 1.08
    span = {
        "type": "bar", "orientation": "h", "base": [-1.0] * len(rows), "x": [2.0] * len(rows),
        "y": places, "width": 0.5, "marker": {"color": tokens.GRID}, "hoverinfo": "skip",
        "meta": {"columns": ["worst to best"], "axis": "x"},
    }  # fmt: skip
    ours = {
        "type": "scatter", "mode": "markers", "x": [bone.position for bone in rows], "y": places,
        "marker": {
            "size": 15, "line": {"width": 2, "color": tokens.WHITE},
            "symbol": [symbol for symbol, _ in meanings],
            "color": [colour for _, colour in meanings],
        },
        "text": written, "hovertemplate": "%{text}<extra></extra>",
        "meta": {"columns": ["position"], "axis": "x"},
    }  # fmt: skip
    some = any(not provenance.is_illustrative(bone.provenance) for bone in bones)
    layout = base.rows_layout(
        places,
        [
            base.row_label(
                bone.measure.title,
                width=26,
                illustrative=some and provenance.is_illustrative(bone.provenance),
            )
            for bone in rows
        ],
        margin=_MARGIN,
        xaxis={"range": [-reach, reach], "visible": False},
        shapes=[base.upright(0, color=tokens.TEXT)],
        annotations=[
            base.above("Worst", -1, xanchor="left"),
            base.above("Benchmark", 0, xanchor="center"),
            base.above("Best", 1, xanchor="right"),
        ],
    )
    return [span, ours, base.written_at_end(written, places, at=reach)], layout
