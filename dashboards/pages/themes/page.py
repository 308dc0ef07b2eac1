"""Themes: what each is for, and its measures over time in one table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from dashboards.data.release import grouped
from dashboards.data.rows import Measure, Summary, Theme, Value
from dashboards.drawing.spine import spine_chart, vertebrae
from dashboards.pages.base import Page, Site
from dashboards.pages.summary.page import Row, attention_rows
from dashboards.story import summary as summary_words
from dashboards.story import words
from dashboards.story.gaps import gaps

_PERIODS = 8
_MOST_CHANGED = 12
_MOST_ATTENTION = 5
_MOST_NAMES = 3


def listing(site: Site) -> Iterator[Page]:
    """Make the page of all."""
    yield Page(
        path="themes/index.html",
        title="Themes",
        template="themes.html",
        provenance=site.provenance_of(summary for _, summary in site.board),
        context={
            "finding": _finding_of_all(site),
            "groups": [_group(site, theme) for theme in site.published.themes],
        },
    )


def _group(site: Site, theme: Theme) -> tuple[Theme, int, str, list[Row]]:
    """Return a theme, its number of measures, its finding, and what asks for attention."""
    rows = _rows(site, theme)
    asking = [row for row in attention_rows(site) if row in rows]
    return theme, len(rows), finding(rows), asking[:_MOST_ATTENTION]


def _finding_of_all(site: Site) -> str:
    """Return in which themes something got worse."""
    worse = [
        theme.title
        for theme in site.published.themes
        if any(summary and words.is_concern(summary) for _, summary in _rows(site, theme))
    ]
    if not summary_words.is_any_judged(site.board):
        return words.say("themes.finding_unknown")
    return words.counted(
        "themes.finding",
        len(worse),
        number=len(worse),
        all=len(site.published.themes),
        names=words.listed(worse, most=_MOST_NAMES),
    )


def _rows(site: Site, theme: Theme) -> list[Row]:
    return [row for row in site.board if row[0].theme == theme.theme]


def _has_changed(summary: Summary) -> bool:
    return summary.reading not in (None, "common cause")


def _by_weight(row: Row) -> tuple[int, bool, bool, str]:
    """Return the key by which headline measures come first and those not combined last."""
    measure, summary = row
    has_target = words.target_of(measure, summary) is not None
    return measure.headline or 99, summary is None, not has_target, measure.measure


def finding(rows: Sequence[Row], *, of: str = "theme") -> str:
    """Return how many of some measures got worse, improved, and are off target."""
    known = [summary for _, summary in rows if summary]
    rated = [summary.rating for summary in known if summary.rating not in (None, "not rated")]
    return words.say(
        f"{of}.finding",
        all=len(rows),
        worse=sum(map(words.is_concern, known)),
        better=sum(map(words.is_improvement, known)),
        off=rated.count("off target"),
        rated=len(rated),
    )


def pages(site: Site) -> Iterator[Page]:
    """Make a page for each."""
    for theme in site.published.themes:
        rows = sorted(_rows(site, theme), key=_by_weight)
        changed = [row for row in rows if row[1] and _has_changed(row[1])]
        name = f"theme-{site.theme_slugs[theme.theme]}-spine"
        spine = spine_chart(vertebrae(site.published, rows), name=name)
        yield Page(
            path=f"themes/{site.theme_slugs[theme.theme]}.html",
            title=theme.title,
            section="Themes",
            template="theme.html",
            provenance=site.provenance_of(summary for _, summary in rows),
            charts=(spine,) if spine else (),
            context={
                "theme": theme,
                "finding": finding(rows),
                "changed": changed[:_MOST_CHANGED],
                "changed_left": max(len(changed) - _MOST_CHANGED, 0),
                "spine": spine,
                "rows": rows,
                "rugs": _rugs(site, rows),
                "gaps": gaps(site.published, rows),
            },
        )


@dataclass(frozen=True, kw_only=True)
class Rug:
    """The figures of some measures by period: no table holds periods of two kinds."""

    kind: str
    rows: tuple[tuple[Measure, Summary], ...]
    periods: tuple[tuple[str, str], ...]
    cells: Mapping[tuple[str, str], Value]


def _rugs(site: Site, rows: Iterable[Row]) -> list[Rug]:
    """Return a table of the last periods for each kind of period, quarters first."""
    known = [(measure, summary) for measure, summary in rows if summary is not None]
    by_kind = grouped(known, by=lambda row: row[1].period_kind)
    found = []
    for kind in sorted(by_kind, key=lambda kind: (kind != "quarter", kind)):
        cells = {
            (measure.measure, value.period): value
            for measure, summary in by_kind[kind]
            for value in site.published.totals_by_kind.get(
                (measure.measure, summary.organisation, kind), ()
            )
        }
        ordered = {
            value.period: value.period_label
            for value in sorted(cells.values(), key=attrgetter("period_end", "period_start"))
        }
        if cells:
            found.append(
                Rug(
                    kind=kind,
                    rows=by_kind[kind],
                    periods=tuple(ordered.items())[-_PERIODS:],
                    cells=cells,
                )
            )
    return found
