"""All that a release publishes, and what the pages ask of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dashboards.data.files import PublishedDataError, read_model
from dashboards.data.plans import Action, Plan, PlanLink, PlanStanding, Risk
from dashboards.data.rows import (
    Commentary,
    Comparator,
    FindingCount,
    Measure,
    Organisation,
    ProcessPoint,
    Release,
    Revision,
    RowFate,
    Score,
    Submission,
    Summary,
    Theme,
    Value,
)

COMBINED = "ALL"


@dataclass(frozen=True, kw_only=True)
class Published:
    """All that a release publishes. Made by ``load``."""

    release: Release
    organisations: tuple[Organisation, ...]
    themes: tuple[Theme, ...]
    measures: tuple[Measure, ...]
    values: tuple[Value, ...]
    process: tuple[ProcessPoint, ...]
    summaries: tuple[Summary, ...]
    comparators: tuple[Comparator, ...]
    submissions: tuple[Submission, ...]
    findings: tuple[FindingCount, ...]
    scores: tuple[Score, ...]
    revisions: tuple[Revision, ...]
    commentary: tuple[Commentary, ...]
    plans: tuple[Plan, ...] = ()
    actions: tuple[Action, ...] = ()
    plan_standings: tuple[PlanStanding, ...] = ()
    risks: tuple[Risk, ...] = ()
    plan_links: tuple[PlanLink, ...] = ()
    row_fates: tuple[RowFate, ...] = ()

    @cached_property
    def measure_by_id(self) -> dict[str, Measure]:
        """Measures by their id."""
        return {measure.measure: measure for measure in self.measures}

    @cached_property
    def organisation_names(self) -> dict[str, str]:
        """Names by code; the combined figure is 'All partners combined'."""
        names = {each.organisation: each.name for each in self.organisations}
        return names | {COMBINED: "All partners combined"}

    @cached_property
    def summary_by_series(self) -> dict[tuple[str, str], Summary]:
        """Summaries by measure and organisation."""
        return {(each.measure, each.organisation): each for each in self.summaries}

    @cached_property
    def measures_by_organisation(self) -> dict[str, tuple[str, ...]]:
        """The measures of which an organisation has a summary."""
        found: dict[str, list[str]] = defaultdict(list)
        for measure, organisation in self.summary_by_series:
            found[organisation].append(measure)
        return {organisation: tuple(measures) for organisation, measures in found.items()}

    @cached_property
    def submissions_by_organisation(self) -> dict[str, tuple[Submission, ...]]:
        """What an organisation owed and sent."""
        found: dict[str, list[Submission]] = defaultdict(list)
        for submission in self.submissions:
            found[submission.organisation].append(submission)
        return {organisation: tuple(owed) for organisation, owed in found.items()}

    @cached_property
    def findings_by_organisation(self) -> dict[str, tuple[FindingCount, ...]]:
        """What the checks found in an organisation's returns."""
        found: dict[str, list[FindingCount]] = defaultdict(list)
        for finding in self.findings:
            found[finding.organisation].append(finding)
        return {organisation: tuple(findings) for organisation, findings in found.items()}

    @cached_property
    def sha256_by_submission(self) -> dict[str, str | None]:
        """The SHA-256 of the file of a submission."""
        return {one.submission_id: one.sha256 for one in self.submissions if one.submission_id}

    @cached_property
    def process_by_series(self) -> dict[tuple[str, str], tuple[ProcessPoint, ...]]:
        """Process-control points of the main kind of period by measure and organisation."""
        return {
            (measure, organisation): points
            for (measure, organisation, kind), points in self.process_by_kind.items()
            if kind == self.main_kind(measure)
        }

    @cached_property
    def process_by_kind(self) -> dict[tuple[str, str, str], tuple[ProcessPoint, ...]]:
        """Process-control points by measure, organisation and kind of period, by time."""
        found: dict[tuple[str, str, str], list[ProcessPoint]] = defaultdict(list)
        for point in self.process:
            found[point.measure, point.organisation, point.period_kind].append(point)
        return {series: tuple(points) for series, points in found.items()}

    def main_kind(self, measure: str) -> str:
        """The kind of period that a measure is mostly about."""
        found = self.measure_by_id.get(measure)
        return found.main_kind if found else "quarter"

    @cached_property
    def values_by_measure(self) -> dict[str, tuple[Value, ...]]:
        """Every figure of a measure."""
        found: dict[str, list[Value]] = defaultdict(list)
        for value in self.values:
            found[value.measure].append(value)
        return {measure: tuple(values) for measure, values in found.items()}

    @cached_property
    def totals_by_series(self) -> dict[tuple[str, str], tuple[Value, ...]]:
        """The undivided figures of the main area and the main kind of period, by measure and
        organisation, by time."""
        return {
            (measure, organisation): values
            for (measure, organisation, kind), values in self.totals_by_kind.items()
            if kind == self.main_kind(measure)
        }

    @cached_property
    def totals_by_kind(self) -> dict[tuple[str, str, str], tuple[Value, ...]]:
        """The undivided figures of the main area by measure, organisation and kind of period, by
        time."""
        found: dict[tuple[str, str, str], list[Value]] = defaultdict(list)
        for value in self.values:
            if value.breakdown == "total" and value.area == self.main_area(value.measure):
                found[value.measure, value.organisation, value.period_kind].append(value)
        return {
            series: tuple(sorted(values, key=lambda value: (value.period_end, value.period_start)))
            for series, values in found.items()
        }

    def current_period(self, measure: str) -> str:
        """The period that a measure's pages are about: the release's quarter, or, of another kind
        of period, the newest one."""
        if self.main_kind(measure) == "quarter" and not self._is_yearly(measure):
            return self.release.quarter
        newest = [one for one in self.summaries if one.measure == measure]
        newest.sort(key=lambda one: (one.state != "not received", one.period_end))
        return newest[-1].period if newest else self.release.quarter

    def _is_yearly(self, measure: str) -> bool:
        found = self.measure_by_id.get(measure)
        return found is not None and found.frequency == "yearly"

    def newest_shown(self, measure: str, organisation: str) -> Value | None:
        """The newest undivided figure of any kind of period that is shown."""
        shown = [
            value
            for (of_measure, whose, _), values in self.totals_by_kind.items()
            for value in values
            if (of_measure, whose) == (measure, organisation) and value.value is not None
        ]
        return max(shown, key=lambda value: (value.period_end, value.period_start), default=None)

    @cached_property
    def _main_areas(self) -> dict[str, str | None]:
        counts: dict[str, dict[str | None, int]] = defaultdict(lambda: defaultdict(int))
        for value in self.values:
            if value.breakdown == "total":
                counts[value.measure][value.area] += 1
        return {
            measure: min(areas, key=lambda area: (-areas[area], area or ""))
            for measure, areas in counts.items()
        }

    def main_area(self, measure: str) -> str | None:
        """The area a measure is mostly about: the one with the most undivided figures."""
        return self._main_areas.get(measure)

    def organisations_of(self, measure: str) -> tuple[str, ...]:
        """The partners (not the combined figure) with a figure or a summary of a measure."""
        return self._organisations.get(measure, ())

    @cached_property
    def _organisations(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, set[str]] = defaultdict(set)
        for measure, organisation, _ in self.totals_by_kind:
            found[measure].add(organisation)
        for measure, organisation in self.summary_by_series:
            found[measure].add(organisation)
        return {measure: tuple(sorted(some - {COMBINED})) for measure, some in found.items()}

    def board_organisation(self, measure: str) -> str | None:
        """Whose figure the board reads: the combined one, or the only partner's; else None."""
        if (measure, COMBINED) in self.summary_by_series:
            return COMBINED
        organisations = self.organisations_of(measure)
        return organisations[0] if len(organisations) == 1 else None

    def commentary_about(self, subject_kind: str, subject_id: str) -> tuple[Commentary, ...]:
        """What was said of a measure or a plan, the newest first."""
        return tuple(
            row
            for row in reversed(self.commentary)
            if row.kind == "commentary"
            and (row.subject_kind, row.subject_id) == (subject_kind, subject_id)
        )

    @cached_property
    def asks(self) -> tuple[Commentary, ...]:
        """What the board is asked to do at this release's meeting."""
        return tuple(
            row
            for row in self.commentary
            if row.kind == "ask" and row.quarter == self.release.quarter
        )

    def asks_about(self, subject_kind: str, subject_id: str) -> tuple[Commentary, ...]:
        """What the board is asked at this release's meeting about a measure or a plan."""
        return tuple(
            row
            for row in self.asks
            if (row.subject_kind, row.subject_id) == (subject_kind, subject_id)
        )

    def board_summary(self, measure: str) -> Summary | None:
        """The summary that stands for a measure on the board's pages, if there is one."""
        organisation = self.board_organisation(measure)
        return self.summary_by_series.get((measure, organisation)) if organisation else None


def load(data_dir: Path) -> Published:
    """Reads a release's published data.

    ``data_dir`` holds ``pub_*.parquet``. Raises ``PublishedDataError`` where they are not what the
    contract says.
    """
    release = read_model(data_dir, Release)
    if len(release) != 1:
        raise PublishedDataError(f"pub_release.parquet has {len(release)} rows; it must have one")
    return Published(
        release=release[0],
        organisations=read_model(data_dir, Organisation),
        themes=read_model(data_dir, Theme),
        measures=read_model(data_dir, Measure),
        values=read_model(data_dir, Value),
        process=read_model(data_dir, ProcessPoint),
        summaries=read_model(data_dir, Summary),
        comparators=read_model(data_dir, Comparator),
        submissions=read_model(data_dir, Submission),
        findings=read_model(data_dir, FindingCount),
        scores=read_model(data_dir, Score),
        revisions=read_model(data_dir, Revision),
        commentary=read_model(data_dir, Commentary),
        plans=read_model(data_dir, Plan),
        actions=read_model(data_dir, Action),
        plan_standings=read_model(data_dir, PlanStanding),
        risks=read_model(data_dir, Risk),
        plan_links=read_model(data_dir, PlanLink),
        row_fates=read_model(data_dir, RowFate),
    )
