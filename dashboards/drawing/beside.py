"""Our figure beside those of other areas, of sets of peers, and of the parts of our own area."""

from __future__ import annotations

from dataclasses import replace

from dashboards.data.release import Published
from dashboards.data.rows import Comparator, Measure, Summary
from dashboards.drawing.bars import Item, items_chart
from dashboards.drawing.chart import Chart
from dashboards.slugs import slug
from dashboards.story import numbers, words


def comparators_chart(published: Published, measure: Measure, summary: Summary) -> Chart | None:
    """Draw our figure beside those of other areas and peer sets; None with none to show.

    Each is of our figure's period, or, where there is none of that, its newest, with its period.
    """
    chosen = [row for row in _of_each_area(published, measure, summary) if not row.is_within_home]
    if not chosen or summary.value is None:
        return None
    others = [_comparator_item(published, row, summary) for row in chosen]
    return items_chart(
        measure, "comparators", [_ours(published, summary), *others], row_heading="Area",
        others=len(others), value=words.shown_figure(measure, summary.value),
    )  # fmt: skip


def within_charts(published: Published, measure: Measure, summary: Summary) -> list[Chart]:
    """Draw our figure above those of the parts of our area: one chart a kind, such as wards.

    A part is no place to compare with, so no verdict stands beside it. One whose figure of our
    period is not shown is not drawn: an older one would stand in the place of what is hidden.
    """
    if summary.value is None:
        return []
    parts = [
        row
        for row in _of_each_area(published, measure, summary)
        if row.is_within_home and _is_of(row, summary)
    ]
    ours = replace(_ours(published, summary), target=None)
    found = []
    for kind in sorted({row.area_kind or "" for row in parts}):
        items = [
            replace(_comparator_item(published, row, summary), note=None, target=None)
            for row in parts
            if (row.area_kind or "") == kind
        ]
        found.append(
            items_chart(
                measure, "within", [ours, *items], counted=items,
                name=f"within-{slug(kind)}", row_heading=kind.capitalize() or "Area",
                kind_of_area=kind or words.say("within.area"),
                value=words.shown_figure(measure, summary.value),
            )
        )  # fmt: skip
    return found


def _of_each_area(published: Published, measure: Measure, summary: Summary) -> list[Comparator]:
    """Return the row of each area that is of our figure's period, else its newest."""
    chosen: dict[tuple[str, str], Comparator] = {}
    for row in published.comparators:  # the oldest first
        # The home area's own row says on which list the measure is; its figure is ours.
        if row.measure == measure.measure and row.value is not None and not row.comparison_list:
            key = row.area or "", row.peer_set or ""
            if key not in chosen or not _is_of(chosen[key], summary):
                chosen[key] = row
    return list(chosen.values())


def _ours(published: Published, summary: Summary) -> Item:
    value = published.value_of(summary)
    return Item(
        name=words.say("comparators.ours"),
        period=summary.period_label,
        state="shown",
        value=summary.value, lower=summary.lower, upper=summary.upper, ours=True,
        target=summary.target,
        provenance=published.provenance(value) if value else "",
    )  # fmt: skip


def _is_of(row: Comparator, summary: Summary) -> bool:
    """Return whether a comparator is of the same period as the figure."""
    return (row.period_start, row.period_end) == (summary.period_start, summary.period_end)


def _comparator_item(published: Published, row: Comparator, summary: Summary) -> Item:
    name = row.area_name or row.peer_set or row.area or ""
    if row.peers_used is not None and row.peers_expected is not None:
        name = f"{name} ({row.peers_used} of {row.peers_expected} areas)"
    verdict = words.word("comparison", row.comparison) if row.comparison else None
    period = numbers.period(row.period_start, row.period_end) or "not given"
    if not _is_of(row, summary):
        name = f"{name}, {period}"
    return Item(
        name=name, period=period, state="shown", value=row.value, lower=row.lower, upper=row.upper,
        note=verdict, provenance=published.comparator_provenance(row), target=summary.target,
    )  # fmt: skip
