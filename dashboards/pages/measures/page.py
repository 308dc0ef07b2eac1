"""The list of measures, and a page for each: the finding, its evidence, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dashboards.data.provenance import Share, is_illustrative, share
from dashboards.data.release import COMBINED, grouped
from dashboards.data.rows import Comparator, Measure, Summary, Value, member_codes
from dashboards.data.series import latest_shown, series_points
from dashboards.drawing import bars, beside, funnel, maps, process, target
from dashboards.drawing.chart import PROVENANCE, Chart, Column, Table, in_words
from dashboards.pages.base import Page, Site
from dashboards.pages.figures import page as figures
from dashboards.pages.summary import page as board
from dashboards.pages.themes import page as themes
from dashboards.slugs import slug
from dashboards.story import numbers, targets, words
from dashboards.story.outlook import COMPARISON_LISTS, comparison, outlook

WORST_FIRST = ("off target", "close to target", "on target", "not rated")


def _changed_first(rows: Sequence[board.Row]) -> list[board.Row]:
    """Return what got worse first, then what changed otherwise, last what cannot be judged."""
    order = ("concern", "neutral", "improvement", "common cause", "none")
    return sorted(rows, key=lambda row: order.index(board.variation_of(row)))


def listing(site: Site) -> Iterator[Page]:
    """Make the page of all."""
    rated = grouped(_changed_first(site.board), by=board.rating_of)
    listed: dict[str, list[tuple[Measure, Comparator]]] = {}
    for measure, _ in site.board:
        if compared := comparison(site.published, measure):
            listed.setdefault(compared.comparison_list or "", []).append((measure, compared))
    yield Page(
        path="measures/index.html",
        title="Measures",
        template="measures.html",
        provenance=site.provenance_of(summary for _, summary in site.board),
        context={
            "finding": themes.finding(site.board, of="measures"),
            "by_rating": [(rating, rated.get(rating, ())) for rating in WORST_FIRST],
            "by_reading": board.matrix(site.board),
            "by_comparison": [(name, listed[name]) for name in COMPARISON_LISTS if name in listed],
            "not_compared": len(site.board) - sum(map(len, listed.values())),
        },
    )


def pages(site: Site) -> Iterator[Page]:
    """Make a page for each."""
    for measure in site.published.measures:
        summary = site.published.board_summary(measure.measure)
        yield _page(site, measure, summary)


def _page(site: Site, measure: Measure, summary: Summary | None) -> Page:
    published = site.published
    last = published.last_of_retired(measure)
    headline = _headline(site, measure, last)
    current = published.value_of(summary) if summary else None
    previous = published.value_before(summary) if summary else None
    commentary = published.commentary_about("measure", measure.measure)
    asks = published.asks_about("measure", measure.measure)
    actions = site.plans.actions_about("measure", measure.measure)
    drawn = _Drawn(site, measure)
    if summary is not None:
        drawn.series(summary.organisation, heading=headline)
        drawn.beside_others(summary)
    elif last is not None:
        drawn.series(last.organisation, heading=headline)
    else:
        for organisation in published.organisations_of(measure.measure):
            own = published.summary_by_series.get((measure.measure, organisation))
            finding = (
                words.series_headline(published, measure, own)
                if own is not None
                else words.say("headline.no_combined", title=measure.title)
            )
            heading = f"{site.organisation_name(organisation)}: {finding}"
            drawn.series(organisation, heading=heading)
    drawn.add(bars.partners_chart(published, measure))
    drawn.add(funnel.funnel_chart(measure, bars.partner_items(published, measure)))
    shown = summary or last
    main = process.series_name(published, measure, shown.organisation) if shown else ""
    values = published.values_by_measure.get(measure.measure, ())
    has_figures = any(value.value is not None for value in values)
    return Page(
        path=f"measures/{site.measure_slugs[measure.measure]}.html",
        title=measure.title,
        section="Measures",
        template="measure.html",
        provenance=_provenance_of(site, measure),
        charts=tuple(drawn.charts),
        tables=drawn.tables,
        context={
            "measure": measure,
            "summary": summary,
            "last": last,
            "headline": headline,
            "main_chart": next((one for one in drawn.charts if one.chart_id == main), None),
            "alone": drawn.alone,
            "outlook": outlook(published, measure, summary) if summary else [],
            "partners": [
                published.summary_by_series[measure.measure, organisation]
                for organisation in published.organisations_of(measure.measure)
                if (measure.measure, organisation) in published.summary_by_series
            ],
            "current": current,
            "previous": previous,
            "not_compared": _why_not_compared(summary, current, previous),
            "last_sent": _last_sent(site, measure),
            "other_areas": _other_areas(site, measure),
            "figures": figures.path(site, measure) if has_figures else None,
            "sources": _sources(site, measure, summary),
            "changed": targets.changes_of(published, measure),
            "revisions": [r for r in published.revisions if r.measure == measure.measure],
            "commentary": commentary,
            "is_spoken_of": bool(commentary or asks or actions),
        },
    )


def _headline(site: Site, measure: Measure, last: Value | None) -> str:
    """Return the finding; of a retired measure what its last figure was, and until when."""
    if measure.status != "retired" or site.published.board_summary(measure.measure) is not None:
        return words.measure_headline(site.published, measure)
    parts = {"title": measure.title, "until": site.quarter_label(measure.last_quarter)}
    if last is None:
        return words.say("headline.retired_alone", **parts)
    return words.say(
        "headline.retired" if last.organisation == COMBINED else "headline.retired_one",
        value=words.shown_figure(measure, last.value),
        period=words.after_in(last.period_label),
        **parts,
    )


def _why_not_compared(
    summary: Summary | None, current: Value | None, previous: Value | None
) -> str:
    """Return the name of the sentence that says why the two figures are not compared."""
    if any(one is not None and one.is_whole_period is False for one in (current, previous)):
        return "whole.not_compared"
    now, before = (one.members if one else None for one in (current, previous))
    if (summary and summary.no_limits_reason == "the periods overlap") or now == before:
        return "like_for_like.overlap"
    if member_codes(now) == member_codes(before):
        return "like_for_like.broke"
    return "like_for_like.not_compared"


def _provenance_of(site: Site, measure: Measure) -> Share:
    """Return whether all, some or none of what a measure's page shows is illustrative."""
    published = site.published
    figures = published.values_by_measure.get(measure.measure, ())
    comments = published.commentary_about("measure", measure.measure)
    compared = [row for row in published.comparators if row.measure == measure.measure]
    return share(
        [
            *(figure.illustrative for figure in figures if figure.value is not None),
            *(is_illustrative(published.comparator_provenance(row)) for row in compared),
            *(row.illustrative for row in comments),
        ]
    )


class _Drawn:
    """The charts of a measure's page, and what is said where there is too little to draw."""

    def __init__(self, site: Site, measure: Measure) -> None:
        self._site = site
        self._measure = measure
        self.charts: list[Chart] = []
        self.tables: dict[str, Table] = {}
        self.alone: list[str] = []

    def add(self, *charts: Chart | None) -> None:
        """Take the charts that could be drawn."""
        self.charts += [chart for chart in charts if chart is not None]

    def series(self, organisation: str, *, heading: str) -> None:
        """Draw a series at each kind of period that it has: quarters, months, years."""
        measure, site = self._measure, self._site
        self._of_kind(organisation, heading=heading, kind=None)
        for kind in site.other_kinds(measure.measure, organisation):
            title = words.say(
                "sections.kind",
                title=measure.title,
                partner=site.organisation_name(organisation),
                every=words.word("every", kind),
            )
            self._of_kind(organisation, heading=title, kind=kind)

    def _of_kind(self, organisation: str, *, heading: str, kind: str | None) -> None:
        """Draw a series, or say its one figure in a sentence: one point makes no line."""
        published, measure = self._site.published, self._measure
        chart = process.process_chart(published, measure, organisation, heading=heading, kind=kind)
        points = series_points(
            published, measure=measure.measure, organisation=organisation, kind=kind
        )
        if chart is not None or not points:
            self.add(chart)
            return
        shown = latest_shown(points)
        self.alone.append(
            words.say(
                "alone.one" if shown else "alone.none",
                partner=self._site.organisation_name(organisation),
                value=words.shown_figure(measure, shown.shown if shown else None),
                period=words.after_in(shown.label if shown else points[-1].label),
                provenance=words.say("alone.illustrative")
                if shown and shown.is_illustrative
                else "",
            )
        )
        if len(points) > 1:
            name = process.series_name(published, measure, organisation, kind=kind)
            self.tables[name] = process.series_table(
                published, measure, points, organisation=organisation
            )

    def beside_others(self, summary: Summary) -> None:
        """Draw the board's figure against its target, other areas and its own parts."""
        published, measure = self._site.published, self._measure
        points = series_points(
            published, measure=measure.measure, organisation=summary.organisation
        )
        self.add(
            target.target_chart(published, measure, points),
            beside.comparators_chart(published, measure, summary),
            *beside.within_charts(published, measure, summary),
        )
        values = published.values_by_measure.get(measure.measure, ())
        for breakdown in sorted({value.breakdown for value in values} - {"total"}):
            chart = bars.breakdown_chart(published, measure, summary, breakdown=breakdown)
            self.add(chart)
            items = bars.breakdown_items(published, measure, summary, breakdown=breakdown)
            if chart is None and items:
                self._table_of_parts(summary, breakdown, items)
        for breakdown, shapes in sorted(self._site.areas.items()):
            items = bars.breakdown_items(published, measure, summary, breakdown=breakdown)
            self.add(maps.map_chart(measure, items, shapes))

    def _table_of_parts(self, summary: Summary, breakdown: str, items: Sequence[bars.Item]) -> None:
        """Keep a breakdown that has too little to draw as a table."""
        measure, name = self._measure, words.breakdown_name(breakdown)
        heading = words.say("sections.breakdown", title=measure.title, breakdown=name)
        senders = bars.only_sent_by(self._site.published, summary, items)
        self.tables[f"{slug(measure.measure)}-{slug(breakdown)}"] = bars.items_table(
            measure, items, row_heading=name.capitalize(), caption=". ".join([heading, *senders])
        )


def _last_sent(site: Site, measure: Measure) -> list[tuple[Value, str | None]]:
    """Return the newest figure of each partner that has none of the current period.

    Beside it stands the day on which the partner ended, if it did.
    """
    published = site.published
    ended = {one.organisation: one.ended_on for one in published.organisations}
    values = published.values_by_measure.get(measure.measure, ())
    found = []
    for organisation in sorted({value.organisation for value in values} - {COMBINED}):
        own = published.summary_by_series.get((measure.measure, organisation))
        newest = published.newest_shown.get((measure.measure, organisation))
        if newest is not None and (own is None or own.value is None):
            day = ended.get(organisation)
            found.append((newest, numbers.day(day) if day else None))
    return found


def _other_areas(site: Site, measure: Measure) -> list[Value]:
    """Return undivided figures of the current period for other areas than the measure's."""
    main = site.published.main_area(measure.measure)
    return [
        value
        for value in site.published.values_by_measure.get(measure.measure, ())
        if value.breakdown == "total"
        and value.area != main
        and value.period == site.published.current_period(measure.measure)
    ]


def _sources(site: Site, measure: Measure, summary: Summary | None) -> Table | None:
    """Return each return's row behind the newest figures that came: who sent it, in which row."""
    published = site.published
    period = summary.period if summary else published.current_period(measure.measure)
    sent = [
        (value.period_end, value.period, part)
        for value in published.values_by_measure.get(measure.measure, ())
        if value.breakdown == "total" and value.organisation != COMBINED
        for part in published.parts_of(value)
        if part.submission_id
    ]
    if not sent:
        return None
    if period not in {of for _, of, _ in sent}:  # as of a measure that is retired
        period = max(sent, key=lambda one: one[0])[1]
    rows = [part for _, of, part in sent if of == period]
    labels = {
        value.period: value.period_label for value in published.values_by_measure[measure.measure]
    }
    label = labels.get(period, rows[0].period_label)
    return Table.of(
        f"Where the figures for {label} come from",
        rows,
        (
            Column("organisation", "Partner", at=lambda v: site.organisation_name(v.organisation)),
            Column("period", "Period", at="period_label"),
            Column("area", "Area", in_words("changes.area"), optional=True),
            Column(
                "value_as_sent",
                "As sent",
                at=lambda v: v.value_as_sent if v.state == "shown" else None,
            ),
            Column(PROVENANCE, "Provenance", at=published.provenance),
            Column("submission", "Submission", at="submission_id"),
            Column("row", "Row", at="row_number"),
        ),
    )
