"""The published data as Python values: the models a release exports, and nothing else.

One frozen dataclass a model, its fields the columns that the pages read (docs/contracts.md,
section 7). A column that the contract names and the file lacks is an error, unless its field has a
default (releases made before it lack it); a column more is left alone. A model that may be missing
(``OPTIONAL``) is then empty, and its sections stay away.
"""

from __future__ import annotations

import datetime as dt
import types
import typing
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import ClassVar, TypeVar

import polars as pl

from dashboards.published_plans import Action, Plan, PlanLink, PlanStanding, Risk

COMBINED = "ALL"


class PublishedDataError(ValueError):
    """The data folder is not a release's published data; the message says what is wrong."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """The release: one row."""

    model: ClassVar[str] = "pub_release"
    key: ClassVar[tuple[str, ...]] = ("quarter",)
    quarter: str
    quarter_label: str
    meeting: str | None
    meeting_on: dt.date | None
    board: str | None
    data_cut_off: dt.datetime | None
    has_illustrative: bool
    submissions: int


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """A partner."""

    model: ClassVar[str] = "pub_organisation"
    key: ClassVar[tuple[str, ...]] = ("organisation",)
    organisation: str
    name: str
    kind: str | None
    ended_on: dt.date | None
    succeeded_by: str | None


@dataclass(frozen=True, kw_only=True)
class Theme:
    """A theme that measures belong to."""

    model: ClassVar[str] = "pub_theme"
    key: ClassVar[tuple[str, ...]] = ("sort", "theme")
    theme: str
    title: str
    description: str | None
    lead_role: str | None
    sort: int | None


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measure of the catalogue, with the titles of what it belongs to."""

    model: ClassVar[str] = "pub_measure"
    key: ClassVar[tuple[str, ...]] = ("measure",)
    measure: str
    return_name: str
    title: str
    definition: str | None
    unit: str
    decimals: int | None
    numerator_words: str | None
    denominator_words: str | None
    polarity: str
    target: float | None
    amber_limit: float | None
    form: str
    aggregation: str
    kind: str
    frequency: str
    theme: str
    owner_role: str | None
    small_number_rule: str | None
    source: str | None
    status: str
    headline: int | None
    theme_title: str | None
    priority_title: str | None
    return_title: str | None
    next_quarter_label: str | None = None
    next_due_on: dt.date | None = None
    threshold: int | None = None
    rounding: int | None = None


@dataclass(frozen=True, kw_only=True)
class Value:
    """One figure: a measure, organisation, area, quarter, breakdown and category."""

    model: ClassVar[str] = "pub_measure_value"
    key: ClassVar[tuple[str, ...]] = (
        "measure", "organisation", "area", "quarter", "breakdown", "sort", "category",
    )  # fmt: skip
    measure: str
    organisation: str
    area: str | None
    quarter: str
    quarter_label: str
    period_start: dt.date | None
    period_end: dt.date | None
    breakdown: str
    category: str
    part_of: str | None
    sort: int | None
    state: str
    state_reason: str | None
    numerator: float | None
    denominator: float | None
    value: float | None
    value_as_sent: str | None
    lower: float | None
    upper: float | None
    rating: str | None
    rating_reason: str | None
    direction: str | None
    partners_reported: int | None
    partners_expected: int | None
    partners_missing: str | None
    illustrative: bool | None
    open_queries: int | None
    submission_id: str | None
    row_number: int | None
    known_from: dt.datetime | None
    version: int | None


@dataclass(frozen=True, kw_only=True)
class ProcessPoint:
    """One point of a process-control series."""

    model: ClassVar[str] = "pub_process_control"
    key: ClassVar[tuple[str, ...]] = ("measure", "organisation", "quarter")
    measure: str
    organisation: str
    quarter: str
    value: float | None
    mean: float | None
    upl: float | None
    lpl: float | None
    stretch: int | None
    points: int | None
    special_cause: str | None
    special_cause_side: str | None
    variation: str | None
    assurance: str | None
    trial: bool | None
    illustrative: bool | None


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Where one measure of one organisation stands at the release's quarter."""

    model: ClassVar[str] = "pub_measure_summary"
    key: ClassVar[tuple[str, ...]] = ("measure", "organisation")
    measure: str
    organisation: str
    quarter: str
    period_end: dt.date | None
    state: str
    value: float | None
    numerator: float | None
    denominator: float | None
    lower: float | None
    upper: float | None
    rating: str | None
    rating_reason: str | None
    variation: str | None
    reading: str | None
    assurance: str | None
    direction: str | None
    recent_trend: str | None
    comparison: str | None
    previous_quarter: str | None
    previous_value: float | None
    points: int | None
    open_queries: int | None
    illustrative: bool | None
    attention_rank: int | None
    attention_reason: str | None


@dataclass(frozen=True, kw_only=True)
class Comparator:
    """A measure in another area, or the average of a set of peers."""

    model: ClassVar[str] = "pub_comparator"
    key: ClassVar[tuple[str, ...]] = ("measure", "period_end", "area_kind", "area_name", "peer_set")
    measure: str
    area: str | None
    area_name: str | None
    area_kind: str | None
    peer_set: str | None
    period_start: dt.date | None
    period_end: dt.date | None
    value: float | None
    lower: float | None
    upper: float | None
    comparison: str | None
    peers_used: int | None
    peers_expected: int | None
    comparison_list: str | None


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What one organisation owed of one return for one quarter, and what came."""

    model: ClassVar[str] = "pub_submission"
    key: ClassVar[tuple[str, ...]] = ("organisation", "return_name", "quarter")
    organisation: str
    return_name: str
    quarter: str
    quarter_label: str
    due_on: dt.date | None
    first_received_at: dt.datetime | None
    accepted_received_at: dt.datetime | None
    state: str
    days_late: int | None
    corrections: int | None
    rows_found: int | None
    rows_used: int | None
    errors: int | None
    queries: int | None
    notes: int | None
    open_queries: int | None
    submission_id: str | None
    sha256: str | None
    sample: str | None


@dataclass(frozen=True, kw_only=True)
class FindingCount:
    """How often one rule found something in one return; counts only."""

    model: ClassVar[str] = "pub_finding"
    key: ClassVar[tuple[str, ...]] = ("quarter", "organisation", "return_name", "severity", "rule")
    organisation: str
    return_name: str
    quarter: str
    rule: str
    severity: str
    findings: int


@dataclass(frozen=True, kw_only=True)
class Score:
    """One score of one return or one measure in one quarter: ``part`` of ``whole``.

    ``subject_kind`` is ``return`` or ``measure``; what each ``score`` counts, the model says.
    """

    model: ClassVar[str] = "pub_data_quality"
    key: ClassVar[tuple[str, ...]] = ("quarter", "subject_kind", "subject_id", "score")
    quarter: str
    quarter_label: str
    subject_kind: str
    subject_id: str
    score: str
    part: int
    whole: int


@dataclass(frozen=True, kw_only=True)
class Revision:
    """A published figure that changed."""

    model: ClassVar[str] = "pub_revision"
    key: ClassVar[tuple[str, ...]] = (
        "changed_at", "measure", "organisation", "quarter", "breakdown", "category",
    )  # fmt: skip
    measure: str
    organisation: str
    area: str | None
    quarter: str
    breakdown: str
    category: str
    old_value: float | None
    new_value: float | None
    old_submission_id: str | None
    new_submission_id: str | None
    changed_at: dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class Commentary:
    """What an officer wrote about a measure or a plan, or what the board is asked to do.

    ``subject_kind`` is ``measure``, ``plan`` or ``board``; ``kind`` is ``commentary`` or ``ask``.
    ``quarter`` is the one it applies to.
    """

    model: ClassVar[str] = "pub_commentary"
    key: ClassVar[tuple[str, ...]] = ("quarter", "written_on", "organisation", "commentary_id")
    commentary_id: str
    organisation: str
    quarter: str
    quarter_label: str
    subject_kind: str
    subject_id: str | None
    kind: str
    text: str
    role: str | None
    written_on: dt.date | None
    submission_id: str
    row_number: int
    illustrative: bool


OPTIONAL = (
    Comparator, Revision, Commentary, FindingCount, Plan, Action, PlanStanding, Risk, PlanLink,
)  # fmt: skip

_POLARS: Mapping[object, pl.DataType] = {
    str: pl.String(),
    int: pl.Int64(),
    float: pl.Float64(),
    bool: pl.Boolean(),
    dt.date: pl.Date(),
    dt.datetime: pl.Datetime("us"),
}

_Model = TypeVar(
    "_Model",
    Release, Organisation, Theme, Measure, Value, ProcessPoint, Summary, Comparator, Submission,
    FindingCount, Score, Revision, Commentary, Plan, Action, PlanStanding, Risk, PlanLink,
)  # fmt: skip


def _columns(model: type[_Model]) -> dict[str, tuple[pl.DataType, bool]]:
    """Each column's polars type, and whether it may be empty."""
    columns = {}
    hints = typing.get_type_hints(model)
    for field in fields(model):
        hint = hints[field.name]
        nullable = isinstance(hint, types.UnionType)
        inner = next(a for a in typing.get_args(hint) if a is not type(None)) if nullable else hint
        columns[field.name] = (_POLARS[inner], nullable)
    return columns


def read_model(data_dir: Path, model: type[_Model]) -> tuple[_Model, ...]:
    """The rows of one published model, in the order of its key; empty if it may be missing and is.

    Raises ``PublishedDataError`` where the file or a column is missing, cannot be read as the type
    of the contract, or holds nothing where something must stand.
    """
    path = data_dir / f"{model.model}.parquet"
    if not path.is_file():
        if model in OPTIONAL:
            return ()
        raise PublishedDataError(f"{path.name} is missing from the published data")
    frame = pl.read_parquet(path)
    later = {field.name for field in fields(model) if field.default is not MISSING}
    agreed = _columns(model).items()
    columns = {name: kind for name, kind in agreed if name in frame.columns or name not in later}
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise PublishedDataError(f"{path.name} lacks the column(s) {', '.join(missing)}")
    try:
        frame = frame.select(_cast(frame, name, dtype) for name, (dtype, _) in columns.items())
    except pl.exceptions.PolarsError as error:
        raise PublishedDataError(f"{path.name} does not hold the types agreed: {error}") from error
    for name, (_, nullable) in columns.items():
        if not nullable and frame[name].null_count():
            raise PublishedDataError(f"{path.name} has a row with nothing in {name}")
    frame = frame.sort(model.key, nulls_last=True, maintain_order=False)
    return tuple(model(**row) for row in frame.iter_rows(named=True))


def _cast(frame: pl.DataFrame, name: str, dtype: pl.DataType) -> pl.Expr:
    """A column as its agreed type; times are kept as UTC without a zone."""
    present = frame.schema[name]
    column = pl.col(name)
    if isinstance(present, pl.Datetime) and present.time_zone is not None:
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return column.cast(dtype)


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
    def quarter_labels(self) -> dict[str, str]:
        """``2018-19 Q1`` by ``2018-19-Q1``, of every quarter in the data."""
        labels = {value.quarter: value.quarter_label for value in self.values}
        labels |= {owed.quarter: owed.quarter_label for owed in self.submissions}
        return labels | {self.release.quarter: self.release.quarter_label}

    @cached_property
    def summary_by_series(self) -> dict[tuple[str, str], Summary]:
        """Summaries by measure and organisation."""
        return {(each.measure, each.organisation): each for each in self.summaries}

    @cached_property
    def process_by_series(self) -> dict[tuple[str, str], tuple[ProcessPoint, ...]]:
        """Process-control points by measure and organisation, by time."""
        found: dict[tuple[str, str], list[ProcessPoint]] = defaultdict(list)
        for point in self.process:
            found[point.measure, point.organisation].append(point)
        return {series: tuple(points) for series, points in found.items()}

    @cached_property
    def values_by_measure(self) -> dict[str, tuple[Value, ...]]:
        """Every figure of a measure."""
        found: dict[str, list[Value]] = defaultdict(list)
        for value in self.values:
            found[value.measure].append(value)
        return {measure: tuple(values) for measure, values in found.items()}

    @cached_property
    def totals_by_series(self) -> dict[tuple[str, str], tuple[Value, ...]]:
        """The undivided figures of the main area by measure and organisation, by time."""
        found: dict[tuple[str, str], list[Value]] = defaultdict(list)
        for value in self.values:
            if value.breakdown == "total" and value.area == self.main_area(value.measure):
                found[value.measure, value.organisation].append(value)
        return {
            series: tuple(sorted(values, key=lambda value: value.quarter))
            for series, values in found.items()
        }

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
        found = {org for each, org in self.totals_by_series if each == measure}
        found |= {org for each, org in self.summary_by_series if each == measure}
        return tuple(sorted(found - {COMBINED}))

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
    )
