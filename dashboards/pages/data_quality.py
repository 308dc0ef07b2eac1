"""Data quality: who sent what when, what the checks found, what the figures lack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dashboards.pages.base import Page, PageType, Site
from dashboards.published import Submission
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
    sources = [
        (
            name,
            site.return_title(name),
            [s for s in now if s.return_name == name],
        )
        for name in sorted({s.return_name for s in now})
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
            "rules": sorted(rules.items(), key=lambda row: (-row[1], row[0])),
            "states": sorted(states.items()),
        },
    )


PAGE_TYPE = PageType(
    name="data quality",
    parts=("sources", "calendar", "findings", "states"),
    make=_make,
    navigation=("Data quality", "data-quality.html"),
)
