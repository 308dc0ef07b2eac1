"""The part of the changes page that compares an edition with the one before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.data import Measure
from dashboards.drawing.chart import Cell, Column, Table
from dashboards.pages.base import Site
from dashboards.story import numbers, words
from dashboards.story.comparing import Changes, Figure

_MOST_ROWS = 150  # on the page; the file has every one
_COLUMNS = (
    Column(key="measure", heading="Measure"),
    Column(key="partner", heading="Partner"),
    Column(key="area", heading="Area"),
    Column(key="period", heading="Period"),
    Column(key="part", heading="Part"),
    Column(key="was", heading="Was"),
    Column(key="is", heading="Is"),
)


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
        return Table(caption=self.table.caption, columns=self.table.columns, rows=rows)

    @property
    def left_out(self) -> int:
        """How many rows stand in the file alone."""
        return max(len(self.table.rows) - _MOST_ROWS, 0)


def parts(site: Site) -> tuple[Mapping[str, Any], Mapping[str, Table]]:
    """What the template is given, and the file of what changed where anything did."""
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
        "not_comparable": edition.not_comparable if edition else "",
        "corrections": [row for row in reversed(corrections) if row[2]],
    }
    has_file = comparison is not None and comparison.table.rows
    return told, {"changes-since-edition": comparison.table} if comparison and has_file else {}


def _finding(site: Site) -> str:
    edition = site.edition
    if edition is None:
        return words.say("changes.finding_alone")
    if edition.changes is not None:
        changed = edition.changes.changed_figures
        return _counted("finding", changed) or words.say("changes.finding_none")
    return words.say("changes.finding_not_comparable" if edition.earlier else "archive.first")


def _comparison(site: Site) -> Comparison | None:
    changes = site.edition.changes if site.edition else None
    if changes is None:
        return None
    by_id = site.published.measure_by_id
    return Comparison(
        sentences=tuple(_sentences(site, changes)),
        new_measures=tuple(by_id[measure] for measure in changes.new_measures),
        ended_measures=changes.ended_measures,
        ratings=tuple(
            (by_id[move.measure], move.old, move.new)
            for move in changes.ratings
            if move.measure in by_id
        ),
        table=_table(site, changes),
    )


def _sentences(site: Site, changes: Changes) -> list[str]:
    said = [_counted("revised", changes.changed_figures) or words.say("changes.none")]
    said.append(_counted("new_figures", changes.new_figures))
    for (old, new), measures in sorted(changes.moved_on.items(), reverse=True):
        key = "stayed" if old == new else "moved_on"
        said.append(_counted(key, measures, old=old, new=new))
    return [sentence for sentence in said if sentence]


def _counted(key: str, count: int, **parts: str) -> str:
    if count == 0:
        return ""
    ending = "one" if count == 1 else "many"
    return words.say(f"changes.{key}_{ending}", count=numbers.count(count), **parts)


def _table(site: Site, changes: Changes) -> Table:
    rows = [_revised(site, was, now) for was, now in changes.revised]
    rows += [
        _row(site, cell, words.word("state", old), words.word("state", cell.state))
        for cell, old in changes.states
    ]
    return Table(
        caption="Figures that were published and are others now",
        columns=_COLUMNS,
        rows=tuple(sorted(rows, key=lambda row: [cell.text for cell in row])),
    )


def _revised(site: Site, was: Figure, now: Figure) -> tuple[Cell, ...]:
    measure = site.published.measure_by_id.get(now.measure)
    texts = [_written(measure, one) for one in (was, now)]
    if texts[0] == texts[1]:  # rounded alike, and yet another figure
        texts = [_exact(one) for one in (was, now)]
    return _row(site, now, texts[0], texts[1])


def _written(measure: Measure | None, figure: Figure) -> str:
    if measure is None or figure.value is None:
        return _exact(figure)
    text = words.shown_figure(measure, figure.value)
    if figure.numerator is None or figure.denominator is None:
        return text
    return f"{text} ({numbers.plain(figure.numerator)} of {numbers.plain(figure.denominator)})"


def _exact(figure: Figure) -> str:
    known = [number for number in figure.numbers if number is not None]
    return " / ".join(numbers.plain(number) for number in known) or "\N{EN DASH}"


def _row(site: Site, cell: Figure, was: str, now: str) -> tuple[Cell, ...]:
    measure = site.published.measure_by_id.get(cell.measure)
    part = words.say("changes.part_total") if cell.breakdown == "total" else cell.category
    named = (
        (cell.measure, measure.title if measure else cell.measure),
        (cell.organisation, site.organisation_name(cell.organisation)),
        (cell.area, words.word("changes.area", cell.area)),
        (cell.period, cell.period_label),
        (part, part),
    )
    return (
        *(Cell(value=value, text=text) for value, text in named),
        Cell(value=was, text=was),
        Cell(value=now, text=now),
    )
