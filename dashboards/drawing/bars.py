"""Figures beside each other at one time: partners, categories of a breakdown, other areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.data import Comparator, Measure, Published, Summary, Value
from dashboards.drawing import base, tokens
from dashboards.drawing.chart import Cell, Chart, Column, Table
from dashboards.slugs import slug
from dashboards.story import numbers, words

_ROW_PX = 46
_LEFT = 235
_SHORTEST = 2


@dataclass(frozen=True, kw_only=True)
class Item:
    """One row: a name, its figure (or why there is none) and the interval around it."""

    name: str
    period: str
    state: str
    value: float | None
    lower: float | None
    upper: float | None
    numerator: float | None = None
    denominator: float | None = None
    ours: bool = False
    note: str | None = None


def partners_chart(
    published: Published, measure: Measure, *, heading: str, marks: base.Marks
) -> Chart | None:
    """Each partner's figure at the measure's current period; None with fewer than two to show."""
    items = _undivided(published, measure)
    partners = [item for item in items if not item.ours]
    shown = by_value(partners)
    if len(shown) < _SHORTEST:
        return None
    combined = next((item for item in items if item.ours and item.value is not None), None)
    period = shown[0].period
    alt = words.say(
        "alt.partners",
        shown=str(len(shown)),
        all=str(len(partners)),
        period=period,
        combined=words.say("alt.combined", value=words.shown_figure(measure, combined.value))
        if combined
        else "",
        interval=words.say("alt.interval") if any(i.lower is not None for i in shown) else "",
        **ends(measure, shown),
    )
    caption = words.say("caption.partners", unit=words.word("unit", measure.unit), period=period)
    return _chart(
        measure, items, name="partners", heading=heading, alt=alt, caption=caption, marks=marks,
        row_heading="Partner",
    )  # fmt: skip


def _undivided(published: Published, measure: Measure) -> list[Item]:
    """The undivided figures of the current period, the combined one among them."""
    return [
        value_item(published, value, name=published.organisation_names[value.organisation])
        for value in published.values_by_measure.get(measure.measure, ())
        if value.breakdown == "total"
        and value.period == published.current_period(measure.measure)
        and value.area == published.main_area(measure.measure)
        and value.organisation in published.organisation_names
    ]


def partner_items(published: Published, measure: Measure) -> list[Item]:
    """Each partner's undivided figure of the current period."""
    return [item for item in _undivided(published, measure) if not item.ours]


def breakdown_chart(
    published: Published,
    measure: Measure,
    summary: Summary,
    *,
    breakdown: str,
    heading: str,
    marks: base.Marks,
) -> Chart | None:
    """The categories of one breakdown at the summary's period; None with fewer than two."""
    items = breakdown_items(published, measure, summary, breakdown=breakdown)
    shown = by_value(items)
    if len(shown) < _SHORTEST:
        return None
    alt = words.say(
        "alt.breakdown", shown=str(len(shown)), all=str(len(items)), period=shown[0].period,
        **ends(measure, shown),
    )  # fmt: skip
    caption = words.say(
        "caption.breakdown", unit=words.word("unit", measure.unit), period=shown[0].period
    )
    return _chart(
        measure, items, name=slug(breakdown), heading=heading, alt=alt, caption=caption,
        marks=marks, row_heading=words.breakdown_name(breakdown).capitalize(), bars=True,
    )  # fmt: skip


def breakdown_items(
    published: Published, measure: Measure, summary: Summary, *, breakdown: str
) -> list[Item]:
    """Every category of one breakdown at the summary's period, in the catalogue's order."""
    return [
        value_item(published, value, name=value.category)
        for value in published.values_by_measure.get(measure.measure, ())
        if value.breakdown == breakdown
        and value.period == summary.period
        and value.organisation == summary.organisation
        and value.area == published.main_area(measure.measure)
    ]


def comparators_chart(
    published: Published, measure: Measure, summary: Summary, *, heading: str, marks: base.Marks
) -> Chart | None:
    """Our figure beside the newest of each other area and peer set; None with none to show."""
    newest: dict[tuple[str, str], Comparator] = {}
    for row in published.comparators:
        # The home area's own row says on which list the measure is; its figure is ours.
        if row.measure == measure.measure and row.value is not None and not row.comparison_list:
            newest[row.area or "", row.peer_set or ""] = row
    if not newest or summary.value is None:
        return None
    ours = Item(
        name=words.say("comparators.ours"),
        period=summary.period_label,
        state="shown",
        value=summary.value, lower=summary.lower, upper=summary.upper, ours=True,
    )  # fmt: skip
    others = [_comparator_item(row) for row in newest.values()]
    alt = words.say(
        "alt.comparators",
        all=str(len(others)),
        value=words.shown_figure(measure, summary.value),
        **ends(measure, by_value([ours, *others])),
    )
    caption = words.say("caption.comparators", unit=words.word("unit", measure.unit))
    return _chart(
        measure, [ours, *others], name="comparators", heading=heading, alt=alt, caption=caption,
        marks=marks, row_heading="Area",
    )  # fmt: skip


def _comparator_item(row: Comparator) -> Item:
    name = row.area_name or row.peer_set or row.area or ""
    if row.peers_used is not None and row.peers_expected is not None:
        name = f"{name} ({row.peers_used} of {row.peers_expected} areas)"
    verdict = words.word("comparison", row.comparison) if row.comparison else None
    period = numbers.period(row.period_start, row.period_end) or "not given"
    return Item(
        name=name, period=period, state="shown", value=row.value, lower=row.lower, upper=row.upper,
        note=verdict,
    )  # fmt: skip


def value_item(published: Published, value: Value, *, name: str) -> Item:
    return Item(
        name=name,
        period=value.period_label,
        state=value.state,
        value=value.value,
        lower=value.lower,
        upper=value.upper,
        numerator=value.numerator,
        denominator=value.denominator,
        ours=value.breakdown == "total" and value.organisation == "ALL",
    )


def by_value(items: Sequence[Item]) -> list[Item]:
    """The items that have a figure, the highest first."""
    return sorted(
        (item for item in items if item.value is not None),
        key=lambda item: (-(item.value or 0.0), item.name),
    )


def ends(measure: Measure, shown: Sequence[Item]) -> dict[str, str]:
    """The highest and lowest of some items, as the sentences want them."""
    return {
        "highest_name": words.shortened(shown[0].name, most=60),
        "highest": words.shown_figure(measure, shown[0].value),
        "lowest_name": words.shortened(shown[-1].name, most=60),
        "lowest": words.shown_figure(measure, shown[-1].value),
    }


def _chart(
    measure: Measure,
    items: Sequence[Item],
    *,
    name: str,
    heading: str,
    alt: str,
    caption: str,
    marks: base.Marks,
    row_heading: str,
    bars: bool = False,
) -> Chart:
    chart_id = f"{slug(measure.measure)}-{name}"
    shown = by_value(items)
    ordered = [*shown, *(item for item in items if item.value is None)]
    if marks.illustrative:
        caption = f"{caption} {words.say('caption.illustrative')}"
    height = _ROW_PX * len(shown) + 80
    return Chart(
        chart_id=chart_id,
        heading=heading,
        alt=words.checked_alt(alt, title=heading),
        caption=caption,
        table=items_table(measure, ordered, row_heading=row_heading, caption=heading),
        figure=_figure(measure, shown, name=chart_id, height=height, marks=marks, bars=bars),
        width=base.WIDTH,
        height=height,
        illustrative=marks.illustrative,
    )


def items_table(
    measure: Measure, items: Sequence[Item], *, row_heading: str, caption: str
) -> Table:
    """The rows as a table: figures, counts and intervals where any row has one, and the state."""

    def figure(value: float | None) -> Cell:
        return Cell(value=value, text=words.shown_figure(measure, value))

    def number(value: float | None) -> Cell:
        text = "\N{EN DASH}" if value is None else numbers.count(value)
        return Cell(value=value, text=text)

    optional = {
        "numerator": any(item.numerator is not None for item in items),
        "denominator": any(item.denominator is not None for item in items),
        "lower": any(item.lower is not None for item in items),
        "upper": any(item.upper is not None for item in items),
        "compared": any(item.note for item in items),
    }
    every = (
        Column(key="name", heading=row_heading),
        Column(key="period", heading="Period"),
        Column(key="value", heading=words.word("unit", measure.unit), charted=True),
        Column(key="lower", heading="Lower 95% limit", charted=True),
        Column(key="upper", heading="Upper 95% limit", charted=True),
        Column(key="numerator", heading="Numerator"),
        Column(key="denominator", heading="Denominator"),
        Column(key="compared", heading="Ours compared with it"),
        Column(key="state", heading="State"),
    )
    columns = tuple(column for column in every if optional.get(column.key, True))

    def row(item: Item) -> tuple[Cell, ...]:
        cells = {
            "name": Cell(value=item.name, text=item.name),
            "period": Cell(value=item.period, text=item.period),
            "value": figure(item.value),
            "lower": figure(item.lower),
            "upper": figure(item.upper),
            "numerator": number(item.numerator),
            "denominator": number(item.denominator),
            "compared": Cell(value=item.note, text=item.note or "\N{EN DASH}"),
            "state": Cell(value=item.state, text=words.word("state", item.state)),
        }
        return tuple(cells[column.key] for column in columns)

    return Table(caption=caption, columns=columns, rows=tuple(row(item) for item in items))


def _figure(
    measure: Measure,
    shown: Sequence[Item],
    *,
    name: str,
    height: int,
    marks: base.Marks,
    bars: bool,
) -> dict[str, Any]:
    rows = list(reversed(shown))  # Plotly counts rows from the bottom
    names = [item.name for item in rows]
    values = [item.value or 0.0 for item in rows]
    colours = [tokens.FOCUS if item.ours or bars else tokens.COMMON for item in rows]
    if bars:
        trace: dict[str, Any] = {
            "type": "bar", "orientation": "h", "x": values, "y": names,
            "marker": {"color": colours}, "width": 0.6, "meta": {"columns": ["value"], "axis": "x"},
        }  # fmt: skip
    else:
        trace = {
            "type": "scatter", "mode": "markers", "x": values, "y": names,
            "marker": {
                "size": 13, "color": colours,
                "symbol": ["circle" if item.ours else "circle-open" for item in rows],
                "line": {"width": 3},
            },
            "meta": {"columns": ["value"], "axis": "x"},
        }  # fmt: skip
        if any(item.lower is not None and item.upper is not None for item in rows):
            spans = [
                (v, v if i.lower is None else i.lower, v if i.upper is None else i.upper)
                for i, v in zip(rows, values, strict=True)
            ]
            trace["error_x"] = {
                "type": "data", "symmetric": False, "color": tokens.SECONDARY, "thickness": 2,
                "array": [upper - v for v, _, upper in spans],
                "arrayminus": [v - lower for v, lower, _ in spans], "width": 5,
            }  # fmt: skip
    trace["customdata"] = [words.shown_figure(measure, item.value) for item in rows]
    trace["hovertemplate"] = "%{customdata}<extra></extra>"
    known = [v for item in rows for v in (item.value, item.lower, item.upper) if v is not None]
    if measure.target is not None:
        known.append(measure.target)
    low, high = (0.0, max(*known, 0.0)) if bars else (min(known), max(known))
    room = (high - low) * 0.06 or 1.0
    ends = (low if bars else low - room, high + room)
    written = base.written_at_end(
        [words.shown_figure(measure, item.value) for item in rows], names, at=ends[1]
    )
    annotations: list[dict[str, Any]] = []
    shapes = []
    if measure.target is not None:
        shapes.append(
            {
                "type": "line", "yref": "paper", "y0": 0, "y1": 1,
                "x0": measure.target, "x1": measure.target,
                "line": {"color": tokens.TARGET, "width": 2, "dash": "longdash"},
            }
        )  # fmt: skip
        annotations.append(
            {
                "text": f"<b>Target {words.shown_figure(measure, measure.target)}</b>",
                "x": measure.target, "yref": "paper", "y": 1, "yanchor": "bottom",
                "xanchor": "right" if measure.target > (low + high) / 2 else "left",
                "font": {"size": 16},
            }
        )  # fmt: skip
    layout = {
        "width": base.WIDTH,
        "height": height,
        "margin": {"l": _LEFT, "r": 140, "t": 42, "b": 42},
        "xaxis": {
            "range": list(ends), "nticks": 5,
            "ticksuffix": "%" if measure.unit == "percent" else "", "tickformat": ",",
            "showgrid": True,
        },
        "yaxis": {
            "type": "category", "categoryorder": "array", "categoryarray": names,
            "tickvals": names, **base.NAMED_ROWS,
            "ticktext": [base.wrapped(each, width=25) for each in names],
            "range": [-0.6, len(names) - 0.4],
        },
        "shapes": shapes,
        "annotations": [*annotations, *marks.annotations(left=_LEFT)],
        "hovermode": "closest",
    }  # fmt: skip
    return base.figure_json([trace, written], layout, name=name)
