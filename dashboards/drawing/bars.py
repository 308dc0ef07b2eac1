"""Figures beside each other at one time: partners, and categories of a breakdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from dashboards.data.provenance import is_illustrative
from dashboards.data.release import COMBINED, Published
from dashboards.data.rows import Measure, Summary, Value, member_codes
from dashboards.drawing import base, tokens
from dashboards.drawing.chart import PROVENANCE, Chart, Column, Table, in_words, of_measure
from dashboards.slugs import slug
from dashboards.story import numbers, words

_ROW_PX = 46
_LEFT = 235
_SHORTEST = 2
_PX_OF_A_LETTER = 9.4


@dataclass(frozen=True, kw_only=True)
class Item:
    """One row: a name, its figure (or why there is none) and the interval around it."""

    name: str
    period: str
    state: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    ours: bool = False
    note: str | None = None
    provenance: str = ""
    members: str | None = None
    target: float | None = None
    amber_limit: float | None = None


def partners_chart(published: Published, measure: Measure) -> Chart | None:
    """Draw each partner's figure at the measure's current period; None with fewer than two."""
    items = _undivided(published, measure)
    partners = [item for item in items if not item.ours]
    combined = [item.value for item in items if item.ours and item.value is not None]
    written = words.shown_figure(measure, combined[0]) if combined else ""
    if len(by_value(partners)) < _SHORTEST:
        return None
    return items_chart(
        measure, "partners", items, counted=partners, row_heading="Partner",
        combined=words.say("alt.combined", value=written) if combined else "",
        interval=words.say("alt.interval") if any(i.lower is not None for i in partners) else "",
    )  # fmt: skip


def _undivided(published: Published, measure: Measure) -> list[Item]:
    """Return the undivided figures of the current period, the combined one among them."""
    return [
        value_item(published, value, name=published.organisation_names[value.organisation])
        for value in published.values_by_measure.get(measure.measure, ())
        if value.breakdown == "total"
        and value.period == published.current_period(measure.measure)
        and value.area == published.main_area(measure.measure)
        and value.organisation in published.organisation_names
    ]


def partner_items(published: Published, measure: Measure) -> list[Item]:
    """Return each partner's undivided figure of the current period."""
    return [item for item in _undivided(published, measure) if not item.ours]


def breakdown_chart(
    published: Published, measure: Measure, summary: Summary, *, breakdown: str
) -> Chart | None:
    """Draw the categories of one breakdown at the summary's period; None with fewer than two."""
    items = breakdown_items(published, measure, summary, breakdown=breakdown)
    if len(by_value(items)) < _SHORTEST:
        return None
    name = words.breakdown_name(breakdown)
    return items_chart(
        measure, "breakdown", items, name=slug(breakdown), bars=True, breakdown=name,
        row_heading=name.capitalize(), caption=only_sent_by(published, summary, items),
    )  # fmt: skip


def breakdown_items(
    published: Published, measure: Measure, summary: Summary, *, breakdown: str
) -> list[Item]:
    """Return every category of one breakdown at the summary's period, in the catalogue's order."""
    return [
        value_item(published, value, name=value.category)
        for value in published.values_by_measure.get(measure.measure, ())
        if value.breakdown == breakdown
        and value.period == summary.period
        and value.organisation == summary.organisation
        and value.area == published.main_area(measure.measure)
    ]


def only_sent_by(published: Published, summary: Summary, items: Sequence[Item]) -> list[str]:
    """Return a sentence that says who sent a breakdown, if not all who are in the whole."""
    value = published.value_of(summary)
    whole = set(member_codes(value.members if value else None))
    own = {code for item in items if item.value is not None for code in member_codes(item.members)}
    if not own or not whole - own:
        return []
    names = sorted(published.organisation_names.get(code, code) for code in own)
    return [words.say("caption.only_sent_by", names=words.listed(names, most=4), all=len(whole))]


def value_item(published: Published, value: Value, *, name: str) -> Item:
    """Return a figure as a row of that name."""
    return Item(
        name=name,
        period=value.period_label,
        state=value.state,
        value=value.value,
        lower=value.lower,
        upper=value.upper,
        numerator=value.numerator,
        denominator=value.denominator,
        ours=value.breakdown == "total" and value.organisation == COMBINED,
        provenance=published.provenance(value),
        members=value.members,
        target=value.target,
        amber_limit=value.amber_limit,
    )


def by_value(items: Sequence[Item]) -> list[Item]:
    """Return the items that have a figure, the highest first."""
    return sorted(
        (item for item in items if item.value is not None),
        key=lambda item: (-(item.value or 0.0), item.name),
    )


def ends(measure: Measure, shown: Sequence[Item]) -> dict[str, str]:
    """Return the highest and lowest of some items, as the sentences want them."""
    return {
        "highest_name": words.shortened(shown[0].name, most=60),
        "highest": words.shown_figure(measure, shown[0].value),
        "lowest_name": words.shortened(shown[-1].name, most=60),
        "lowest": words.shown_figure(measure, shown[-1].value),
    }


def items_chart(
    measure: Measure,
    kind: str,
    items: Sequence[Item],
    *,
    row_heading: str,
    name: str | None = None,
    counted: Sequence[Item] | None = None,
    caption: Sequence[str] = (),
    bars: bool = False,
    **parts: object,
) -> Chart:
    """Draw items as rows, the highest first, with the sentences of their kind."""
    shown = by_value(items)
    named = by_value(items if counted is None else counted)
    parts |= {
        "title": measure.title,
        "unit": words.word("unit", measure.unit),
        "period": named[0].period,
        "shown": str(len(named)),
        "all": str(len(items if counted is None else counted)),
        **ends(measure, named),
    }
    heading = words.say(f"sections.{kind}", **parts)
    ordered = [*shown, *(item for item in items if item.value is None)]
    own_targets = [words.say("caption.own_targets")] if have_own_targets(shown) else []
    return base.chart(
        f"{slug(measure.measure)}-{name or kind}",
        heading=heading,
        alt=words.say(f"alt.{kind}", **parts),
        caption=[words.say(f"caption.{kind}", **parts), *own_targets, *caption],
        table=items_table(measure, ordered, row_heading=row_heading, caption=heading),
        drawn=rows_figure(measure, shown, bars=bars),
        height=_ROW_PX * len(shown) + 80,
    )


def have_own_targets(items: Sequence[Item]) -> bool:
    """Return whether rows stand against several targets, so that each row's is drawn and listed."""
    return len({item.target for item in items}) > 1


def items_table(
    measure: Measure, items: Sequence[Item], *, row_heading: str, caption: str
) -> Table:
    """Return the rows as a table, with counts, intervals and own targets where any row has one."""
    figure, is_listed = of_measure(measure), have_own_targets(items)
    return Table.of(
        caption,
        items,
        (
            Column("name", row_heading),
            Column("period", "Period"),
            Column("value", words.word("unit", measure.unit), figure, charted=True),
            Column("lower", "Lower 95% limit", figure, charted=True, optional=True),
            Column("upper", "Upper 95% limit", figure, charted=True, optional=True),
            Column("target", "Target", figure, optional=True,
                   at=lambda item: item.target if is_listed else None),
            Column("numerator", "Numerator", numbers.count, optional=True),
            Column("denominator", "Denominator", numbers.count, optional=True),
            Column("compared", "Ours compared with it", at="note", optional=True),
            Column("state", "State", in_words("state")),
            Column(PROVENANCE, "Provenance"),
        ),
    )  # fmt: skip


def rows_figure(
    measure: Measure,
    shown: Sequence[Item],
    *,
    bars: bool,
    left: int = _LEFT,
    right: int = 140,
    is_band_drawn: bool = False,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Draw figures as rows from the top, with the target as an upright line: each its own.

    ``bars`` start at zero, else dots have their intervals; those that are ours stand out. ``left``
    and ``right`` are the pixels for names and figures. The band that is close to the target is
    shaded where ``is_band_drawn``.

    Returns:
        The traces and the layout.
    """
    rows = list(reversed(shown))  # Plotly counts rows from the bottom
    names = [item.name for item in rows]
    written = [words.shown_figure(measure, item.value) for item in rows]
    known = [v for item in rows for v in (item.value, item.lower, item.upper) if v is not None]
    beyond = [0.0 if bars else None, *(item.target for item in rows)]
    beyond += [item.amber_limit for item in rows if is_band_drawn]
    known += [value for value in beyond if value is not None]
    low, high = min(known), max(known)
    room = (high - low) * 0.06 or 1.0
    ends_at = (low if bars else low - room, high + room)
    traces = [
        {
            "x": [item.value for item in rows], "y": names, "customdata": written,
            "hovertemplate": "%{customdata}<extra></extra>",
            "meta": {"columns": ["value"], "axis": "x"}, **_marks(rows, bars=bars),
        },
        base.written_at_end(written, names, at=ends_at[1]),
    ]  # fmt: skip
    shapes, notes = _targets(measure, rows, middle=(low + high) / 2, is_band_drawn=is_band_drawn)
    letters = int(left / _PX_OF_A_LETTER)
    labels = [
        base.row_label(item.name, width=letters, illustrative=is_illustrative(item.provenance))
        if any(not is_illustrative(one.provenance) for one in rows)
        else base.wrapped(item.name, width=letters)
        for item in rows
    ]
    layout = base.rows_layout(
        names,
        labels,
        margin={"l": left, "r": right, "t": 44, "b": 42},
        xaxis={
            "range": list(ends_at), "nticks": 5, "tickformat": ",", "showgrid": not is_band_drawn,
            "ticksuffix": "%" if measure.unit == "percent" else "",
        },
        shapes=shapes,
        annotations=notes,
    )  # fmt: skip
    return traces, layout


def _marks(rows: Sequence[Item], *, bars: bool) -> dict[str, Any]:
    """Return how the rows are drawn: bars, or dots with their intervals; ours stand out."""
    is_one_ours = any(item.ours for item in rows)
    plain = tokens.COMMON if is_one_ours or not bars else tokens.FOCUS
    colours = [tokens.FOCUS if item.ours else plain for item in rows]
    if bars:
        return {"type": "bar", "orientation": "h", "marker": {"color": colours}, "width": 0.55}
    found: dict[str, Any] = {
        "type": "scatter", "mode": "markers",
        "marker": {
            "size": 13, "color": colours, "line": {"width": 3},
            "symbol": ["circle" if item.ours else "circle-open" for item in rows],
        },
    }  # fmt: skip
    if any(item.lower is not None and item.upper is not None for item in rows):
        values = [item.value or 0.0 for item in rows]
        lower = [
            value if i.lower is None else i.lower for i, value in zip(rows, values, strict=True)
        ]
        upper = [
            value if i.upper is None else i.upper for i, value in zip(rows, values, strict=True)
        ]
        found["error_x"] = {
            "type": "data", "symmetric": False, "color": tokens.SECONDARY, "thickness": 2,
            "width": 5, "array": [end - value for end, value in zip(upper, values, strict=True)],
            "arrayminus": [value - end for end, value in zip(lower, values, strict=True)],
        }  # fmt: skip
    return found


def _targets(
    measure: Measure, rows: Sequence[Item], *, middle: float, is_band_drawn: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the line of each stretch of rows under one target, and the band that is close to it.

    One target of all is drawn from foot to head, with its words; several have theirs in the rows.
    """
    bands, lines, notes = [], [], []
    under = groupby(enumerate(rows), key=lambda one: (one[1].target, one[1].amber_limit))
    for (target, amber_limit), group in under:
        places = [place for place, _ in group]
        if target is None:
            continue
        ends = {"yref": "y", "y0": places[0] - 0.5, "y1": places[-1] + 0.5}
        if len(places) == len(rows):
            ends = {}
            side = "right" if target > middle else "left"
            text = f"<b>Target {words.shown_figure(measure, target)}</b>"
            notes.append(base.above(text, target, xanchor=side))
        lines.append(base.upright(target, color=tokens.TARGET, dash="longdash") | ends)
        if is_band_drawn and amber_limit is not None:
            bands.append(base.band(*sorted((target, amber_limit))) | ends)
    return [*bands, *lines], notes
