"""Data quality: who sent what when, what the checks found, what the figures lack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dashboards.data.provenance import share_of_counts
from dashboards.data.release import Published
from dashboards.data.rows import Measure, Score, Submission, Value
from dashboards.pages.base import Page, Site
from dashboards.story import words
from schemas.quarter import Quarter

_QUARTERS = 6
_SCORES = ("complete", "in time", "valid", "settled")


@dataclass(frozen=True, kw_only=True)
class Share:
    """A part of a whole, counted; of nothing where ``whole`` is 0."""

    part: int = 0
    whole: int = 0

    @property
    def percent(self) -> float | None:
        """In percent; None of nothing."""
        return 100 * self.part / self.whole if self.whole else None


def added_up(scores: Iterable[Score]) -> Mapping[str, Share]:
    """Return each score by its name, parts and wholes added up."""
    found = dict.fromkeys(_SCORES, Share())
    for row in scores:
        before = found[row.score]
        found[row.score] = Share(part=before.part + row.part, whole=before.whole + row.whole)
    return found


def pages(site: Site) -> Iterator[Page]:
    """Make the page."""
    published = site.published
    last = Quarter.parse(published.release.quarter)
    quarters = [last.shift(-n).key for n in reversed(range(_QUARTERS))]
    calendar: dict[str, dict[str, dict[str, Submission]]] = {}
    for owed in published.submissions:
        if owed.quarter in quarters:
            by_organisation = calendar.setdefault(owed.return_name, {})
            by_organisation.setdefault(owed.organisation, {})[owed.quarter] = owed
    returns = [s for s in published.scores if s.subject_kind == "return"]
    now = [s for s in returns if s.quarter == published.release.quarter]
    names = sorted({s.subject_id for s in now}, key=site.return_title)
    sources = [
        (site.return_title(name), added_up(s for s in now if s.subject_id == name))
        for name in names
    ]
    scored = {s.quarter for s in returns}
    course = [
        (site.quarter_label(quarter), added_up(s for s in returns if s.quarter == quarter))
        for quarter in quarters
        if quarter in scored
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
    measures = _measures(site)
    yield Page(
        path="data-quality.html",
        title="Data quality",
        template="data_quality.html",
        provenance=share_of_counts(
            owed.is_illustrative for owed in published.submissions if owed.sample
        ),
        context={
            "quarters": quarters,
            "calendar": calendar,
            "sources": sources,
            "all_sources": added_up(now),
            "course": course,
            "measures": len(measures),
            "lacking": [
                (measure, shares)
                for measure, shares in measures
                if any(share.part < share.whole for share in shares.values())
            ],
            "issues": _issues(site),
            "rules": sorted(rules.items(), key=lambda row: (-row[1], row[0])),
            "states": sorted(states.items()),
            "fates": _fates(published),
            "nil_returns": sum(owed.state == "nil" for owed in published.submissions),
        },
    )


def _fates(published: Published) -> list[tuple[str, str, int]]:
    """Return how many accepted rows had which fate, and why, most first."""
    found: Counter[tuple[str, str]] = Counter()
    for row in published.row_fates:
        found[row.fate, row.reason] += row.accepted_rows
    return [(fate, reason, rows) for (fate, reason), rows in found.most_common()]


def _measures(site: Site) -> list[tuple[Measure, Mapping[str, Share]]]:
    """Return each measure that is scored in the release's quarter, in the catalogue's order."""
    found: dict[str, list[Score]] = {}
    for row in site.published.scores:
        if row.subject_kind == "measure" and row.quarter == site.published.release.quarter:
            found.setdefault(row.subject_id, []).append(row)
    return [
        (measure, added_up(found[measure.measure]))
        for measure in site.published.measures
        if measure.measure in found
    ]


def _issues(site: Site) -> list[tuple[Measure, Value]]:
    """Return the board's figures of the quarter that lack something or have an open query."""
    found = []
    for measure, summary in site.board:
        if summary is None:
            continue
        found += [
            (measure, value)
            for value in site.published.series_of(summary)
            if value.quarter == site.published.release.quarter
            and (words.lacks(value) or value.open_queries)
        ]
    return found
