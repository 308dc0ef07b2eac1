"""The process-control chart of one series (XmR): its words, its table and, drawn, its figure."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.data import Measure, Published, Summary
from dashboards.data.series import Point, breaks, latest_shown, point_meaning, series_points
from dashboards.drawing import base, process_figure
from dashboards.drawing.chart import Cell, Chart, Column, Table
from dashboards.slugs import slug
from dashboards.story import words


def process_chart(
    published: Published,
    measure: Measure,
    organisation: str,
    *,
    heading: str,
    marks: base.Marks,
    kind: str | None = None,
) -> Chart | None:
    """Return the chart of a series, None where it has no point at all.

    ``kind`` is the kind of period, by default the one that the measure is mostly about.
    """
    points = series_points(published, measure=measure.measure, organisation=organisation, kind=kind)
    if not points:
        return None
    summary = published.summary_by_series.get((measure.measure, organisation))
    name = f"{slug(measure.measure)}-process"
    if organisation != published.board_organisation(measure.measure):
        name = f"{slug(measure.measure)}-{slug(organisation)}-process"
    if kind is not None:
        name = f"{name}-{slug(kind)}"
    return Chart(
        chart_id=name,
        heading=heading,
        alt=words.checked_alt(_alt(published, measure, points, summary), title=heading),
        caption=_caption(measure, points, kind=kind or measure.main_kind, marks=marks),
        table=_table(published, measure, points, organisation=organisation),
        figure=process_figure.figure(measure, points, name=name, marks=marks),
        width=base.WIDTH,
        height=process_figure.HEIGHT,
        illustrative=marks.illustrative,
        newest_last=True,
    )


def _alt(
    published: Published, measure: Measure, points: Sequence[Point], summary: Summary | None
) -> str:
    first, last = points[0].label, points[-1].label
    latest = latest_shown(points)
    if latest is None:
        return words.say("alt.nothing_shown", first=first, last=last)
    shown = sum(point.shown is not None for point in points)
    parts = {
        "first": first,
        "last": last,
        "points": f"{shown} of {len(points)} points shown"
        if shown < len(points)
        else f"{shown} point{'s' * (shown > 1)}",
        "value": words.shown_figure(measure, latest.shown),
        "period": latest.label,
        "target": "",
        "broken": "",
    }
    reading = latest.reading
    assurance = reading.assurance if reading else None
    if measure.target is not None and assurance:
        parts["target"] = words.say(
            "alt.target",
            target=words.shown_figure(measure, measure.target),
            assurance=words.word("assurance.long", assurance),
        )
    if broken := breaks(points):
        parts["broken"] = words.say(
            "alt.broken_one" if len(broken) == 1 else "alt.broken_many",
            before=broken[0][0].label,
            after=broken[0][1].label,
            number=str(len(broken)),
        )
    parts["variation"] = words.word("variation.long", reading.variation if reading else None)
    if summary is not None and latest.period == summary.period:
        parts["variation"] = words.change_words(published, summary, length="long")
    if reading is None or reading.mean is None or reading.upl is None or latest.shown is None:
        return words.say("alt.run", **parts)
    mean = words.shown_figure(measure, reading.mean)
    side = "above" if latest.shown > reading.mean else "below"
    parts |= {"mean": mean, "side": "at" if parts["value"] == mean else side}
    return words.say("alt.process", **parts)


def _caption(measure: Measure, points: Sequence[Point], *, kind: str, marks: base.Marks) -> str:
    has_limits = any(p.reading and p.reading.upl is not None for p in points)
    has_mean = any(p.reading and p.reading.mean is not None for p in points)
    meanings = {point_meaning(p, polarity=measure.polarity) for p in points if p.shown is not None}
    parts = [
        words.say(
            "caption.process" if has_limits else "caption.run",
            unit=words.word("unit", measure.unit),
            every=words.word("every", kind),
        )
    ]
    if has_mean and not has_limits:
        parts.append(words.say("caption.run_mean"))
    parts += [
        words.say(f"caption.{key}")
        for key in ("concern", "improvement", "neutral")
        if any(meaning.startswith(key) for meaning in meanings)
    ]
    conditions = {
        "provisional": any(p.is_provisional for p in points),
        "missing": any(p.shown is None for p in points),
        "not_following": any(not p.follows for p in points),
        "trial": bool(points[-1].reading and points[-1].reading.trial),
        "rebased": len(
            {p.reading.stretch for p in points if p.reading and p.reading.upl is not None}
        )
        > 1,
        "illustrative": marks.illustrative,
    }
    parts += [words.say(f"caption.{key}") for key, holds in conditions.items() if holds]
    if measure.source:
        parts.append(words.say("caption.source", source=measure.source.rstrip(".")))
    return " ".join(parts)


def _table(
    published: Published, measure: Measure, points: Sequence[Point], *, organisation: str
) -> Table:
    def figure(value: float | None) -> Cell:
        return Cell(value=value, text=words.shown_figure(measure, value))

    def row(point: Point) -> tuple[Cell, ...]:
        reading = point.reading if point.shown is not None else None
        signal = reading.special_cause if reading else None
        return (
            Cell(value=point.label, text=point.label),
            figure(point.shown),
            Cell(value=point.state, text=words.word("state", point.state)),
            figure(reading.mean if reading else None),
            figure(reading.lpl if reading else None),
            figure(reading.upl if reading else None),
            Cell(value=signal, text=words.word("signal", signal) if signal else "\N{EN DASH}"),
        )

    return Table(
        caption=f"{measure.title}: {published.organisation_names.get(organisation, organisation)}",
        columns=(
            Column(key="period", heading="Period"),
            Column(key="value", heading=words.word("unit", measure.unit), charted=True),
            Column(key="state", heading="State"),
            Column(key="mean", heading="Mean", charted=True),
            Column(key="lower_limit", heading="Lower limit"),
            Column(key="upper_limit", heading="Upper limit"),
            Column(key="signal", heading="Signal"),
        ),
        rows=tuple(row(point) for point in points),
    )
