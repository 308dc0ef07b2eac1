"""The process-control chart of one series (XmR): its words, its table and, drawn, its figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dashboards.data.release import Published
from dashboards.data.rows import Measure, Summary
from dashboards.data.series import (
    Point,
    breaks,
    latest_shown,
    point_meaning,
    series_points,
    targets_at,
)
from dashboards.drawing import base, process_figure
from dashboards.drawing.chart import (
    PROVENANCE,
    Cell,
    Chart,
    Column,
    Scalar,
    Table,
    in_words,
    of_measure,
)
from dashboards.slugs import slug
from dashboards.story import words

_FEWEST = 2


def process_chart(
    published: Published,
    measure: Measure,
    organisation: str,
    *,
    heading: str,
    kind: str | None = None,
) -> Chart | None:
    """Draw a series.

    Args:
        published: The release's data.
        measure: What it is a series of.
        organisation: Whose figures they are.
        heading: The finding above the chart.
        kind: The kind of period, by default the one that the measure is mostly about.

    Returns:
        The chart, None with fewer than two figures that can be shown: a sentence says those.
    """
    points = series_points(published, measure=measure.measure, organisation=organisation, kind=kind)
    if sum(point.shown is not None for point in points) < _FEWEST:
        return None
    summary = published.summary_by_series.get((measure.measure, organisation))
    return base.chart(
        series_name(published, measure, organisation, kind=kind),
        heading=heading,
        alt=_alt(published, measure, points, summary),
        caption=_caption(measure, points, kind=kind or measure.main_kind),
        table=series_table(published, measure, points, organisation=organisation),
        drawn=process_figure.figure(measure, points),
        height=process_figure.HEIGHT,
        marked="caption.illustrative_shaded",
        newest_last=True,
    )


def series_name(
    published: Published, measure: Measure, organisation: str, *, kind: str | None = None
) -> str:
    """Return the name of a series among the files of the site."""
    parts = [slug(measure.measure)]
    if organisation != published.board_organisation(measure.measure):
        parts.append(slug(organisation))
    parts += ["process", *([slug(kind)] if kind else [])]
    return "-".join(parts)


def _alt(
    published: Published, measure: Measure, points: Sequence[Point], summary: Summary | None
) -> str:
    first, last = points[0].label, points[-1].label
    latest = latest_shown(points)
    if latest is None:
        raise ValueError(f"{measure.measure} has no figure to describe")
    shown = sum(point.shown is not None for point in points)
    parts = {
        "first": first,
        "last": last,
        "points": f"{shown} of {len(points)} points shown"
        if shown < len(points)
        else f"{shown} points",
        "value": words.shown_value(measure, latest.value),
        "period": latest.label,
        "target": _target_words(measure, points),
        "broken": "",
    }
    reading = latest.reading
    if broken := breaks(points):
        parts["broken"] = words.say(
            "alt.broken_one" if len(broken) == 1 else "alt.broken_many",
            before=broken[0][0].label,
            after=broken[0][1].label,
            number=len(broken),
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


def _target_words(measure: Measure, points: Sequence[Point]) -> str:
    """Return the target as it is now and whether it will be met; what it was, where it changed."""
    latest, targets = latest_shown(points), targets_at(points)
    assurance = latest.reading.assurance if latest and latest.reading else None
    if targets[-1] is None or not assurance:
        return ""
    begins = max((at for at, one in enumerate(targets) if one != targets[-1]), default=-1) + 1
    return words.say(
        "alt.target_since" if begins else "alt.target",
        target=words.shown_figure(measure, targets[-1]),
        period=points[begins].label,
        was=words.shown_figure(measure, targets[begins - 1]),
        assurance=words.word("assurance.long", assurance),
    )


def _caption(measure: Measure, points: Sequence[Point], *, kind: str) -> list[str]:
    has_limits = any(p.reading and p.reading.upl is not None for p in points)
    has_mean = any(p.reading and p.reading.mean is not None for p in points)
    meanings = {point_meaning(p, polarity=measure.polarity) for p in points if p.shown is not None}
    parts = [
        words.say(
            "caption.process" if has_limits else "caption.run",
            unit=words.word("unit", measure.unit),
            every=words.word("every", kind),
            reason=next((p.reading.no_limits_reason for p in reversed(points) if p.reading), None)
            or words.TOO_FEW_POINTS,
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
        "earlier_limits": any(p.reading and p.reading.is_in_limits is False for p in points),
        "trial": bool(points[-1].reading and points[-1].reading.trial),
        "rebased": len(
            {p.reading.stretch for p in points if p.reading and p.reading.upl is not None}
        )
        > 1,
    }
    parts += [words.say(f"caption.{key}") for key, holds in conditions.items() if holds]
    if measure.source:
        parts.append(words.say("caption.source", source=measure.source.rstrip(".")))
    return parts


def _state(point: Point) -> Cell:
    reason = point.value.state_reason if point.value else None
    return Cell(value=point.state, text=words.state_words(point.state, reason))


def series_table(
    published: Published, measure: Measure, points: Sequence[Point], *, organisation: str
) -> Table:
    """Return a series as a table: each period with its figure, or why there is none."""
    figure = of_measure(measure)

    def read(attribute: str) -> Callable[[Point], Scalar]:
        return lambda point: (
            getattr(point.reading, attribute, None) if point.shown is not None else None
        )

    return Table.of(
        f"{measure.title}: {published.organisation_names.get(organisation, organisation)}",
        points,
        (
            Column("period", "Period", at="label"),
            Column(
                "value", words.word("unit", measure.unit), charted=True,
                at=lambda point: Cell(
                    value=point.shown, text=words.shown_value(measure, point.value)
                ),
            ),
            Column("state", "State", at=_state),
            Column("lacks", "Lacks", optional=True,
                   at=lambda point: words.lacks(point.value) or None),
            Column("target", "Target", figure, optional=True,
                   at=lambda point: point.value.target if point.value else None),
            Column("mean", "Mean", figure, at=read("mean"), charted=True),
            Column("lower_limit", "Lower limit", figure, at=read("lpl")),
            Column("upper_limit", "Upper limit", figure, at=read("upl")),
            Column("signal", "Signal", in_words("signal"), at=read("special_cause")),
            Column(PROVENANCE, "Provenance", at=lambda point: point.provenance(published)),
        ),
    )  # fmt: skip
