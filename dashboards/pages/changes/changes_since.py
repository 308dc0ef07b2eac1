"""The part of the changes page that compares an edition with the one before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dashboards.data import Measure
from dashboards.drawing.chart import Column, Table, in_words
from dashboards.pages.base import Site
from dashboards.story import numbers, words
from dashboards.story.comparing import Change, Changes, Numbers

_MOST_ROWS = 150  # on the page; the file has every one


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The changes as the page shows them."""

    sentences: tuple[str, ...]
    new_measures: tuple[Measure, ...]
    ended_measures: tuple[tuple[str, str], ...]
    ratings: tuple[tuple[Measure, str, str], ...]
    table: Table

    @property
    def shown_table(self) -> Table:
        """The rows that fit on the page."""
        rows = self.table.rows[:_MOST_ROWS]
        return replace(self.table, rows=rows)

    @property
    def left_out(self) -> int:
        """How many rows stand in the file alone."""
        return max(len(self.table.rows) - _MOST_ROWS, 0)


def parts(site: Site) -> tuple[Mapping[str, Any], Mapping[str, Table]]:
    """Return what the template is given, and the file of what changed, if anything did."""
    comparison = _comparison(site)
    edition = site.edition
    corrections: list[tuple[str, dt.date | None, str]] = [
        (one.name, one.published_on, one.note) for one in (edition.earlier if edition else ())
    ]
    if edition:
        corrections.append((edition.name, edition.signed_off_on, edition.note))
    told = {
        "finding": _finding(site),
        "comparison": comparison,
        "corrections": [row for row in reversed(corrections) if row[2]],
    }
    has_file = comparison is not None and comparison.table.rows
    return told, {"changes-since-edition": comparison.table} if comparison and has_file else {}


def _finding(site: Site) -> str:
    edition = site.edition
    if edition is None:
        return words.say("changes.finding_alone")
    if edition.changes is not None:
        return _counted("finding", edition.changes.changed_figures)
    return words.say("changes.finding_not_comparable" if edition.earlier else "archive.first")


def _comparison(site: Site) -> Comparison | None:
    changes = site.edition.changes if site.edition else None
    if changes is None:
        return None
    by_id = site.published.measure_by_id
    return Comparison(
        sentences=tuple(_sentences(changes)),
        new_measures=tuple(by_id[measure] for measure in changes.new_measures),
        ended_measures=changes.ended_measures,
        ratings=tuple(
            (by_id[move.measure], move.old, move.new)
            for move in changes.ratings
            if move.measure in by_id
        ),
        table=_table(site, changes),
    )


def _sentences(changes: Changes) -> Iterator[str]:
    yield _counted("revised", changes.changed_figures)
    if changes.new_figures:
        yield _counted("new_figures", changes.new_figures)
    for (old, new), measures in sorted(changes.moved_on.items(), reverse=True):
        yield _counted("stayed" if old == new else "moved_on", measures, old=old, new=new)


def _counted(key: str, number: int, **parts: str) -> str:
    return words.counted(f"changes.{key}", number, count=numbers.count(number), **parts)


def _table(site: Site, changes: Changes) -> Table:
    def measure(change: Change) -> Measure | None:
        return site.published.measure_by_id.get(change.measure)

    def title(code: str) -> str:
        known = site.published.measure_by_id.get(code)
        return known.title if known else code

    def part(change: Change) -> str:
        is_total = change.breakdown == "total"
        return words.say("changes.part_total") if is_total else change.category

    table = Table.of(
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
    ordered = sorted(table.rows, key=lambda row: [cell.text for cell in row])
    return replace(table, rows=tuple(ordered))


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
