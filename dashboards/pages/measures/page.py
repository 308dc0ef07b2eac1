"""The list of measures, and a page for each: the finding, its evidence, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dashboards.data import COMBINED, Comparator, Measure, Summary, Value
from dashboards.drawing import bars
from dashboards.drawing.chart import Cell, Chart, Column, Table
from dashboards.pages.base import Page, PageType, Site
from dashboards.pages.summary import page as board
from dashboards.pages.themes import page as themes
from dashboards.slugs import slug
from dashboards.story import numbers, words
from dashboards.story.outlook import COMPARISON_LISTS, comparison, outlook

WORST_FIRST = ("off target", "close to target", "on target", "not rated")


def _changed_first(rows: Sequence[board.Row]) -> list[board.Row]:
    """What got worse first, then what changed otherwise; what cannot be judged last."""
    order = ("concern", "neutral", "improvement", "common cause", "none")
    return sorted(rows, key=lambda row: order.index(board.variation_of(row)))


def _list(site: Site) -> Iterator[Page]:
    ratings = [
        (rating, [row for row in _changed_first(site.board) if board.rating_of(row) == rating])
        for rating in WORST_FIRST
    ]
    readings = [
        (variation, assurance, rows)
        for variation in board.VARIATIONS
        for assurance in board.ASSURANCES
        if (
            rows := [
                row
                for row in site.board
                if (board.variation_of(row), board.assurance_of(row)) == (variation, assurance)
            ]
        )
    ]
    listed: dict[str, list[tuple[Measure, Comparator]]] = {}
    for measure, _ in site.board:
        if compared := comparison(site.published, measure):
            listed.setdefault(compared.comparison_list or "", []).append((measure, compared))
    yield Page(
        path="measures/index.html",
        title="Measures",
        section="Measures",
        template="measures.html",
        illustrative=any(site.is_illustrative(measure.measure) for measure, _ in site.board),
        context={
            "finding": themes.finding(site.board, of="measures"),
            "by_rating": ratings,
            "by_reading": readings,
            "by_comparison": [(name, listed[name]) for name in COMPARISON_LISTS if name in listed],
            "not_compared": len(site.board) - sum(map(len, listed.values())),
        },
    )


def _pages(site: Site) -> Iterator[Page]:
    for measure in site.published.measures:
        summary = site.published.board_summary(measure.measure)
        yield _page(site, measure, summary)


def _page(site: Site, measure: Measure, summary: Summary | None) -> Page:
    published = site.published
    headline = words.measure_headline(published, measure)
    commentary = published.commentary_about("measure", measure.measure)
    asks = published.asks_about("measure", measure.measure)
    actions = site.plans.actions_about("measure", measure.measure)
    charts: list[Chart] = []
    tables: dict[str, Table] = {}
    chart = None
    if summary is not None:
        chart = site.process_chart(measure, summary.organisation, heading=headline)
        charts += [chart] if chart else []
        charts += _other_kinds(site, measure, summary.organisation)
        target = site.target_chart(measure, summary)
        charts += [target] if target else []
        comparators = site.comparators_chart(measure, summary)
        charts += [comparators] if comparators else []
        charts += site.breakdown_charts(measure, summary)
        charts += site.map_charts(measure, summary)
        tables |= _breakdowns_without_chart(site, measure, summary, drawn=charts)
    else:
        for organisation in published.organisations_of(measure.measure):
            own = published.summary_by_series.get((measure.measure, organisation))
            newest = published.newest_shown(measure.measure, organisation)
            if own is None and newest is None:
                continue
            said = (
                words.series_headline(published, measure, own)
                if own is not None
                else words.say("headline.no_combined", title=measure.title)
            )
            heading = f"{site.organisation_name(organisation)}: {said}"
            drawn = site.process_chart(measure, organisation, heading=heading)
            charts += [drawn] if drawn else []
            charts += _other_kinds(site, measure, organisation)
    partners = site.partners_chart(measure)
    charts += [partners] if partners else []
    funnel = site.funnel_chart(measure)
    charts += [funnel] if funnel else []
    return Page(
        path=f"measures/{site.measure_slugs[measure.measure]}.html",
        title=measure.title,
        section="Measures",
        template="measure.html",
        illustrative=site.is_illustrative(measure.measure),
        charts=tuple(charts),
        tables=tables,
        context={
            "measure": measure,
            "summary": summary,
            "headline": headline,
            "main_chart": chart,
            "outlook": outlook(published, measure, summary) if summary else [],
            "partners": [
                published.summary_by_series[measure.measure, organisation]
                for organisation in published.organisations_of(measure.measure)
                if (measure.measure, organisation) in published.summary_by_series
            ],
            "current": _current(site, measure, summary),
            "last_sent": _last_sent(site, measure),
            "other_areas": _other_areas(site, measure),
            "provenance": _provenance(site, measure, summary),
            "revisions": [r for r in published.revisions if r.measure == measure.measure],
            "commentary": commentary,
            "is_spoken_of": bool(commentary or asks or actions),
        },
    )


def _current(site: Site, measure: Measure, summary: Summary | None) -> Value | None:
    """The figure behind the summary."""
    if summary is None:
        return None
    totals = site.published.totals_by_series.get((measure.measure, summary.organisation), ())
    return next((value for value in totals if value.period == summary.period), None)


def _other_kinds(site: Site, measure: Measure, organisation: str) -> list[Chart]:
    """The same series at its other kinds of period: months, years."""
    charts = []
    for kind in site.other_kinds(measure.measure, organisation):
        heading = words.say(
            "sections.kind",
            title=measure.title,
            partner=site.organisation_name(organisation),
            every=words.word("every", kind),
        )
        chart = site.process_chart(measure, organisation, heading=heading, kind=kind)
        charts += [chart] if chart else []
    return charts


def _last_sent(site: Site, measure: Measure) -> list[tuple[Value, str | None]]:
    """The newest figure of each partner that has none of the current period, and the day on which
    the partner ended, if it did."""
    published = site.published
    ended = {one.organisation: one.ended_on for one in published.organisations}
    found = []
    for organisation in published.organisations_of(measure.measure):
        own = published.summary_by_series.get((measure.measure, organisation))
        newest = published.newest_shown(measure.measure, organisation)
        if newest is not None and (own is None or own.value is None):
            day = ended.get(organisation)
            found.append((newest, numbers.day(day) if day else None))
    return found


def _breakdowns_without_chart(
    site: Site, measure: Measure, summary: Summary, *, drawn: list[Chart]
) -> dict[str, Table]:
    """Tables of the breakdowns that have too little to draw."""
    found = {}
    values = site.published.values_by_measure.get(measure.measure, ())
    for breakdown in sorted({value.breakdown for value in values} - {"total"}):
        name = f"{slug(measure.measure)}-{slug(breakdown)}"
        items = bars.breakdown_items(site.published, measure, summary, breakdown=breakdown)
        if items and all(chart.chart_id != name for chart in drawn):
            said = words.breakdown_name(breakdown)
            heading = words.say("sections.breakdown", title=measure.title, breakdown=said)
            found[name] = bars.items_table(
                measure, items, row_heading=said.capitalize(), caption=heading
            )
    return found


def _other_areas(site: Site, measure: Measure) -> list[Value]:
    """Undivided figures of the current period for other areas than the measure's own."""
    main = site.published.main_area(measure.measure)
    return [
        value
        for value in site.published.values_by_measure.get(measure.measure, ())
        if value.breakdown == "total"
        and value.area != main
        and value.period == site.published.current_period(measure.measure)
    ]


def _provenance(site: Site, measure: Measure, summary: Summary | None) -> Table | None:
    """Each return's row behind the latest figure: who sent it, which row, which bytes."""
    published = site.published
    hashes = published.sha256_by_submission
    period = summary.period if summary else published.current_period(measure.measure)
    rows = [
        value
        for value in published.values_by_measure.get(measure.measure, ())
        if value.period == period
        and value.breakdown == "total"
        and value.organisation != COMBINED
        and value.submission_id
    ]
    if not rows:
        return None
    return Table(
        caption=f"Where the figures for {rows[0].period_label} come from",
        columns=(
            Column(key="organisation", heading="Partner"),
            Column(key="value_as_sent", heading="As sent"),
            Column(key="submission", heading="Submission"),
            Column(key="row", heading="Row"),
            Column(key="sha256", heading="File's SHA-256"),
        ),
        rows=tuple(
            (
                _cell(site.organisation_name(value.organisation)),
                _cell(value.value_as_sent if value.state == "shown" else None),
                _cell(value.submission_id),
                Cell(value=value.row_number, text=str(value.row_number or "\N{EN DASH}")),
                _cell(hashes.get(value.submission_id or "")),
            )
            for value in rows
        ),
    )


def _cell(text: str | None) -> Cell:
    return Cell(value=text, text=text or "\N{EN DASH}")


LIST_PAGE_TYPE = PageType(
    name="measures",
    parts=("by-rating", "by-reading", "by-comparison"),
    make=_list,
    navigation=("Measures", "measures/index.html"),
)
PAGE_TYPE = PageType(
    name="measure",
    parts=("finding", "status", "evidence", "partners", "definition", "revisions", "provenance"),
    make=_pages,
)
