"""The latest figures against their target: how far from it, and whether the gap closes."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.data.release import Published
from dashboards.data.rows import Measure
from dashboards.data.series import Point
from dashboards.drawing import base
from dashboards.drawing.bars import Item, rows_figure
from dashboards.drawing.chart import PROVENANCE, Chart, Column, Table, in_words, of_measure
from dashboards.slugs import slug
from dashboards.story import words

_MOST = 5
_ROW_PX = 44


def target_chart(published: Published, measure: Measure, points: Sequence[Point]) -> Chart | None:
    """Draw the last five figures that have a target, the newest first, each against its own.

    Returns:
        The chart, None with fewer than two of them, or where the newest figure has no target.
    """
    known = [point for point in points if point.shown is not None]
    shown = [point for point in known if _target(point) is not None][-_MOST:][::-1]
    if len(shown) < 2 or shown[0] is not known[-1]:
        return None
    figure = of_measure(measure)
    latest, before = shown[0], shown[-1]
    gap, was = _gap(measure, latest), _gap(measure, before)
    course = "met" if gap <= 0 else "closing" if gap < was else "same" if gap == was else "opening"
    if not _is_of_the_same(latest, before) and course != "met":
        course = "apart"
    alt = words.say(
        "alt.bullet",
        periods=len(shown),
        value=words.shown_value(measure, latest.value),
        period=latest.label,
        target=figure(_target(latest)),
        course=words.say(f"alt.bullet_{course}", first=before.label, was=figure(before.shown)),
    )
    heading = words.say("sections.target", title=measure.title)
    items = [
        Item(
            name=point.label, period=point.label, state=point.state, value=point.shown,
            ours=point is latest, note=(point.value and point.value.rating) or "not rated",
            provenance=point.provenance(published), target=_target(point),
            amber_limit=point.value.amber_limit if point.value else None,
        )
        for point in shown
    ]  # fmt: skip
    return base.chart(
        f"{slug(measure.measure)}-target",
        heading=heading,
        alt=alt,
        caption=[words.say("caption.bullet", unit=words.word("unit", measure.unit))],
        table=Table.of(
            heading,
            items,
            (
                Column("period", "Period"),
                Column("value", words.word("unit", measure.unit), figure, charted=True),
                Column("target", "Target", figure),
                Column("close_from", "Close to target from", figure, at="amber_limit"),
                Column("rating", "Against target", in_words("rating"), at="note"),
                Column(PROVENANCE, "Provenance"),
            ),
        ),
        drawn=rows_figure(measure, items, bars=True, left=150, right=150, is_band_drawn=True),
        height=_ROW_PX * len(shown) + 86,
    )  # fmt: skip


def _is_of_the_same(one: Point, other: Point) -> bool:
    """Return whether two figures are of the same members and whole periods."""
    return bool(
        one.value
        and other.value
        and one.value.members == other.value.members
        and one.value.is_whole_period is not False
        and other.value.is_whole_period is not False
    )


def _target(point: Point) -> float | None:
    """Return the target that a figure is rated by; None of one that is not rated."""
    if point.value is None or point.value.rating == "not rated":
        return None
    return point.value.target


def _gap(measure: Measure, point: Point) -> float:
    """Return how far a figure is on the wrong side of its target; below 0 on the right side."""
    value, target = point.shown or 0.0, _target(point) or 0.0
    return value - target if measure.polarity == "lower" else target - value
