"""Data quality: who sent what when, what the checks found, what the figures lack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dashboards import quality
from dashboards.pages.base import Page, PageType, Site
from dashboards.published import Measure, Submission, Value
from schemas.quarter import Quarter

_QUARTERS = 6


def _make(site: Site) -> Iterator[Page]:
    published = site.published
    last = Quarter.parse(published.release.quarter)
    quarters = [last.shift(-n).key for n in reversed(range(_QUARTERS))]
    calendar: dict[str, dict[str, dict[str, Submission]]] = {}
    for owed in published.submissions:
        if owed.quarter in quarters:
            by_organisation = calendar.setdefault(owed.return_name, {})
            by_organisation.setdefault(owed.organisation, {})[owed.quarter] = owed
    now = [s for s in published.submissions if s.quarter == published.release.quarter]
    names = sorted({s.return_name for s in now}, key=site.return_title)
    sources = [
        (site.return_title(name), quality.scores(s for s in now if s.return_name == name))
        for name in names
    ]
    course = [
        (
            site.quarter_label(quarter),
            quality.scores(s for s in published.submissions if s.quarter == quarter),
        )
        for quarter in quarters
        if any(s.quarter == quarter for s in published.submissions)
    ]
    rules: Counter[tuple[str, str]] = Counter()
    for finding in published.findings:
        if finding.quarter == published.release.quarter:
            rules[finding.severity, finding.rule] += finding.findings
    states = Counter(
        value.state
        for value in published.values
        if value.quarter == published.release.quarter and value.organisation != "ALL"
    )
    yield Page(
        path="data-quality.html",
        title="Data quality",
        section="Data quality",
        template="data_quality.html",
        illustrative=published.release.has_illustrative,
        context={
            "quarters": quarters,
            "calendar": calendar,
            "sources": sources,
            "all_sources": quality.scores(now),
            "course": course,
            "issues": _issues(site),
            "rules": sorted(rules.items(), key=lambda row: (-row[1], row[0])),
            "states": sorted(states.items()),
        },
    )


def _issues(site: Site) -> list[tuple[Measure, Value]]:
    """The combined figures of the release's quarter that lack a partner or have an open query."""
    found = []
    for measure, summary in site.board:
        if summary is None:
            continue
        totals = site.published.totals_by_series.get((measure.measure, summary.organisation), ())
        found += [
            (measure, value)
            for value in totals
            if value.quarter == site.published.release.quarter
            and (value.partners_missing or value.open_queries)
        ]
    return found


PAGE_TYPE = PageType(
    name="data quality",
    parts=("sources", "course", "issues", "calendar", "findings", "states"),
    make=_make,
    navigation=("Data quality", "data-quality.html"),
)
