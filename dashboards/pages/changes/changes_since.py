"""The part of the changes page that compares an edition with the one before it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from dashboards.data.rows import Measure
from dashboards.drawing.chart import Column, Table, in_words
from dashboards.pages.base import Site
from dashboards.story import numbers, words
from dashboards.story.comparing import Change, Changes, Numbers

MOST_ROWS = 150  # on the page; the file has every one


def finding(site: Site) -> str:
    """Return what changed since the edition before, or why that cannot be said."""
    edition = site.edition
    if edition is None:
        return words.say("changes.finding_alone")
    if edition.changes is not None:
        number = edition.changes.changed_figures
        return words.counted("changes.finding", number, count=numbers.count(number))
    return words.say("changes.finding_not_comparable" if edition.earlier else "archive.first")


def corrections(site: Site) -> list[tuple[str, dt.date | None, str]]:
    """Return each edition that put something right, with its day and its note, newest first.

    Those that the edition before told are not told again.
    """
    edition = site.edition
    if edition is None:
        return []
    last = max((one.published_on for one in edition.earlier[-1:]), default=dt.date.min)
    found = [
        (one.name, one.published_on, one.note)
        for one in edition.earlier
        if one.published_on >= last
    ]
    every = [*found, (edition.name, edition.signed_off_on, edition.note)]
    return [row for row in reversed(every) if row[2]]


def table(site: Site, changes: Changes) -> Table:
    """Return the figures that were published and are others now, as they were and as they are."""

    def measure(change: Change) -> Measure | None:
        return site.published.measure_by_id.get(change.measure)

    def title(code: str) -> str:
        known = site.published.measure_by_id.get(code)
        return known.title if known else code

    def part(change: Change) -> str:
        is_total = change.breakdown == "total"
        return words.say("changes.part_total") if is_total else change.category

    rows = Table.of(
        "Figures that were published and are others now",
        changes.figures,
        (
            Column("measure", "Measure", title),
            Column("partner", "Partner", site.organisation_name, at="organisation"),
            Column("area", "Area", in_words("changes.area")),
            Column("period", "Period", at="period_label"),
            Column("part", "Part", at=part),
            Column("was", "Was", at=lambda one: _texts(measure(one), one)[0]),
            Column("is", "Is", at=lambda one: _texts(measure(one), one)[1]),
        ),
    )
    ordered = sorted(rows.rows, key=lambda row: [cell.text for cell in row])
    return replace(rows, rows=tuple(ordered))


def _texts(measure: Measure | None, change: Change) -> tuple[str, str]:
    """Return what a cell showed and shows: its figure, or why it has none."""
    if change.old is None or change.new is None:
        return words.word("state", change.old_state), words.word("state", change.new_state)
    was, now = (_written(measure, one) for one in (change.old, change.new))
    if was == now:  # rounded alike, and yet another figure
        return _exact(change.old), _exact(change.new)
    return was, now


def _written(measure: Measure | None, figure: Numbers) -> str:
    if measure is None or figure.value is None:
        return _exact(figure)
    text = words.shown_figure(measure, figure.value)
    if figure.numerator is None or figure.denominator is None:
        return text
    return f"{text} ({numbers.plain(figure.numerator)} of {numbers.plain(figure.denominator)})"


def _exact(figure: Numbers) -> str:
    known = [figure.numerator, figure.denominator, figure.value]
    return " / ".join(numbers.plain(one) for one in known if one is not None) or words.DASH
