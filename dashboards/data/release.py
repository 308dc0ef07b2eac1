"""All that a release publishes, and what the pages ask of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

from dashboards.data import provenance
from dashboards.data.files import PublishedDataError, read_model
from dashboards.data.measure_changes import MeasureChange
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
    member_codes,
)

COMBINED = "ALL"
NOTHING_CAME = frozenset(
    {
        "not received",
        "withdrawn",
        "not accepted",
        "not in the return",
        "nil return",
        "excused",
        "not due",
    }
)
EVERYWHERE = "all"  # the area of a return that has no places

Row = TypeVar("Row")
Key = TypeVar("Key", bound=Hashable)

# What names a figure, the figure of an area, and the period of a measure.
_CELL = attrgetter("measure", "organisation", "area", "period", "breakdown", "category")
_SERIES = attrgetter("organisation", "area", "breakdown", "category")
_AREA = attrgetter("measure", "area", "period_start", "period_end")
_PERIOD = attrgetter("measure", "period_start", "period_end")


def grouped(rows: Iterable[Row], *, by: Callable[[Row], Key]) -> dict[Key, tuple[Row, ...]]:
    """Return the rows of each key in the order in which they come."""
    found: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        found[by(row)].append(row)
    return {key: tuple(some) for key, some in found.items()}


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
    measure_changes: tuple[MeasureChange, ...] = ()

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
    def submissions_by_organisation(self) -> dict[str, tuple[Submission, ...]]:
        """What an organisation owed and sent."""
        return grouped(self.submissions, by=attrgetter("organisation"))

    @cached_property
    def findings_by_organisation(self) -> dict[str, tuple[FindingCount, ...]]:
        """What the checks found in an organisation's returns."""
        return grouped(self.findings, by=attrgetter("organisation"))

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
        return grouped(self.process, by=attrgetter("measure", "organisation", "period_kind"))

    def main_kind(self, measure: str) -> str:
        """Return the kind of period that a measure is mostly about."""
        found = self.measure_by_id.get(measure)
        return found.main_kind if found else "quarter"

    @cached_property
    def values_by_measure(self) -> dict[str, tuple[Value, ...]]:
        """Every figure of a measure."""
        return grouped(self.values, by=attrgetter("measure"))

    @cached_property
    def totals_by_series(self) -> dict[tuple[str, str], tuple[Value, ...]]:
        """The undivided figures of the main area and kind of period, by series and time."""
        return {
            (measure, organisation): values
            for (measure, organisation, kind), values in self.totals_by_kind.items()
            if kind == self.main_kind(measure)
        }

    @cached_property
    def totals_by_kind(self) -> dict[tuple[str, str, str], tuple[Value, ...]]:
        """The undivided figures of the main area by series and kind of period, by time."""
        undivided = [
            value
            for value in sorted(self.values, key=attrgetter("period_end", "period_start"))
            if value.breakdown == "total" and value.area == self.main_area(value.measure)
        ]
        return grouped(undivided, by=attrgetter("measure", "organisation", "period_kind"))

    def current_period(self, measure: str) -> str:
        """Return the period that a measure's pages are about.

        It is the release's quarter, or, of another kind of period, the newest one.
        """
        if self.main_kind(measure) == "quarter" and not self._is_yearly(measure):
            return self.release.quarter
        newest = [one for one in self.summaries if one.measure == measure]
        newest.sort(key=lambda one: (one.state not in NOTHING_CAME, one.period_end))
        return newest[-1].period if newest else self.release.quarter

    def _is_yearly(self, measure: str) -> bool:
        found = self.measure_by_id.get(measure)
        return found is not None and found.frequency == "yearly"

    @cached_property
    def newest_shown(self) -> dict[tuple[str, str], Value]:
        """The newest figure of a measure and an organisation, of any kind of period or area.

        An undivided figure of the main area stands before others of the same day.
        """
        shown = [value for value in self.values if value.value is not None]
        shown.sort(
            key=lambda one: (
                one.period_end,
                one.breakdown == "total",
                one.area == self.main_area(one.measure),
            )
        )
        return {(value.measure, value.organisation): value for value in shown}

    @cached_property
    def _revised(self) -> frozenset[tuple[object, ...]]:
        return frozenset(_CELL(row) for row in self.revisions)

    def parts_of(self, value: Value) -> list[Value]:
        """Return the figures that one was made of, the months of its quarter; itself if of none."""
        periods = (value.made_of or "").split("; ")
        alike = (
            one for one in self.values_by_measure.get(value.measure, ()) if one.period in periods
        )
        of_it = [one for one in alike if _SERIES(one) == _SERIES(value)]
        return of_it or [value]

    def provenance(self, value: Value) -> str:
        """Describe where a figure that is shown comes from; nothing of one that is not shown."""
        if value.value is None:
            return ""
        behind = self._behind(value)
        return provenance.described(
            value.illustrative,
            provisional=any(one.open_queries for one in behind),
            revised=any(_CELL(one) in self._revised for one in behind),
            published_in=value.published_in,
            qualifier=next((one.qualifier for one in behind if one.qualifier), None),
            worked_out=bool(value.numerator_worked_out),
        )

    def _behind(self, value: Value) -> list[Value]:
        """Return a figure with those that it was made of: months, or partners of a sum."""
        parts = [one for one in self.parts_of(value) if one is not value] if value.made_of else []
        if value.organisation == COMBINED:
            place, _, *rest = _CELL(value)
            cells = [
                (place, code, *rest) for code in member_codes(value.members) if code != COMBINED
            ]
            parts += [self._values_by_cell[cell] for cell in cells if cell in self._values_by_cell]
        return [value, *(behind for part in parts for behind in self._behind(part))]

    def summary_provenance(self, row: Summary) -> str:
        """Describe where the figure that a series is at comes from."""
        value = self.value_of(row)
        return self.provenance(value) if value else ""

    def point_provenance(self, row: ProcessPoint) -> str:
        """Describe where the figure of a point of a series comes from."""
        value = self._totals.get((row.measure, row.organisation, row.period))
        return self.provenance(value) if value else ""

    @cached_property
    def _totals(self) -> dict[tuple[str, str, str], Value]:
        return {
            (one.measure, one.organisation, one.period): one
            for values in self.totals_by_kind.values()
            for one in values
        }

    @property
    def corrected_figures(self) -> int:
        """How many figures were corrected, each once however often it changed."""
        return len({_CELL(row) for row in self.revisions})

    def rests_on_illustrative(self, summary: Summary) -> bool:
        """Return whether what is read from a series rests on figures that are made up."""
        return summary.reading is not None and any(
            value.illustrative and value.value is not None for value in self.series_of(summary)
        )

    @cached_property
    def _values_by_cell(self) -> dict[object, Value]:
        return {_CELL(value): value for value in self.values}

    def revision_provenance(self, row: Revision) -> str:
        """Describe where a figure that a partner corrected comes from."""
        value = self._values_by_cell.get(_CELL(row))
        return self.provenance(value) if value else provenance.described(False)

    @cached_property
    def _illustrative_areas(self) -> dict[tuple[object, ...], bool]:
        return {
            _AREA(value): bool(value.illustrative)
            for value in self.values
            if value.breakdown == "total"
        }

    def comparator_provenance(self, row: Comparator) -> str:
        """Describe where a comparator comes from.

        An area's is that of its figure. The average of a set of peers is illustrative where one of
        the other areas of the same period is, since the data do not say which are in the set.
        """
        own = self._illustrative_areas.get(_AREA(row))
        if own is None:
            named = replace(row, area=row.area_name)
            own = self._illustrative_areas.get(_AREA(named))
        if own is None:
            own = any(
                self._illustrative_areas.get(_AREA(other))
                for other in self._comparators_by_period.get(_PERIOD(row), ())
            )
        return provenance.described(own)

    @cached_property
    def _comparators_by_period(self) -> dict[tuple[object, ...], tuple[Comparator, ...]]:
        return grouped(
            (
                row
                for row in self.comparators
                if not (row.peer_set or row.comparison_list or row.is_within_home)
            ),
            by=_PERIOD,
        )

    @cached_property
    def _areas(self) -> dict[str, set[str | None]]:
        found: dict[str, set[str | None]] = defaultdict(set)
        for value in self.values:
            if value.breakdown == "total":
                found[value.measure].add(value.area)
        return found

    def main_area(self, measure: str) -> str | None:
        """Return the area that a measure's figures are about.

        The board's own area where there are figures of it; else every place together, which is how
        a return without places counts. Other areas are there to compare with.
        """
        home = self.release.home_area
        return home if home is not None and home in self._areas.get(measure, ()) else EVERYWHERE

    def organisations_of(self, measure: str) -> tuple[str, ...]:
        """Return the partners (not the combined figure) with a figure or a summary of a measure."""
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
        """Return the organisation whose figure the board reads: all together, or the only one."""
        if (measure, COMBINED) in self.summary_by_series:
            return COMBINED
        organisations = self.organisations_of(measure)
        return organisations[0] if len(organisations) == 1 else None

    def last_of_retired(self, measure: Measure) -> Value | None:
        """Return the last figure that stood for a retired measure on the board's pages, if any."""
        if measure.status != "retired":
            return None
        organisation = COMBINED
        if (measure.measure, COMBINED) not in self.newest_shown:
            organisation = self.board_organisation(measure.measure) or ""
        last = self.newest_shown.get((measure.measure, organisation))
        return last if last is not None and last.breakdown == "total" else None

    def commentary_about(self, subject_kind: str, subject_id: str) -> tuple[Commentary, ...]:
        """Return what was said of a measure or a plan, the newest first."""
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
        """Return what the board is asked at this release's meeting about a measure or a plan."""
        return tuple(
            row
            for row in self.asks
            if (row.subject_kind, row.subject_id) == (subject_kind, subject_id)
        )

    def series_of(self, summary: Summary) -> tuple[Value, ...]:
        """Return the undivided figures of a summary's series and kind of period, by time."""
        series = (summary.measure, summary.organisation, summary.period_kind)
        return self.totals_by_kind.get(series, ())

    def value_of(self, summary: Summary) -> Value | None:
        """Return the figure behind a summary."""
        return next((v for v in self.series_of(summary) if v.period == summary.period), None)

    def value_before(self, summary: Summary) -> Value | None:
        """Return the figure that a summary is set against."""
        period = summary.previous_period
        return next((v for v in self.series_of(summary) if v.period == period), None)

    def board_summary(self, measure: str) -> Summary | None:
        """Return the summary that stands for a measure on the board's pages, if there is one."""
        organisation = self.board_organisation(measure)
        return self.summary_by_series.get((measure, organisation)) if organisation else None


def load(data_dir: Path) -> Published:
    """Read a release's published data.

    Args:
        data_dir: The folder that holds ``pub_*.parquet``.

    Raises:
        PublishedDataError: The files are not what the contract says.
    """
    release = read_model(data_dir, Release)
    if len(release) != 1:
        raise PublishedDataError(f"pub_release.parquet has {len(release)} rows; it must have one")
    models = {
        name: get_args(hint)[0]
        for name, hint in get_type_hints(Published).items()
        if get_args(hint)
    }
    rows: dict[str, Any] = {name: read_model(data_dir, model) for name, model in models.items()}
    return Published(release=release[0], **rows)
