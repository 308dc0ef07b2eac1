"""One frozen dataclass for each published model, its fields the columns that the pages read.

docs/contracts.md, section 7, says what each holds. Others stand in ``plans``, ``measure_changes``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from schemas.qualifiers import qualified


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedRow:
    """A row of a published model.

    ``key`` names the columns by which its rows are sorted. A model that is ``optional`` may be
    missing from a release: its sections stay away.
    """

    model: ClassVar[str]
    key: ClassVar[tuple[str, ...]]
    optional: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True, slots=True)
class OfPeriod(PublishedRow):
    """A row of a measure, an organisation and a period."""

    measure: str
    organisation: str
    period: str
    period_kind: str
    period_label: str
    period_start: dt.date
    period_end: dt.date


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged(OfPeriod):
    """A figure with what is made of it: its interval, its rating, the figure before."""

    quarter: str
    state: str
    value: float | None
    numerator: float | None
    denominator: float | None
    lower: float | None
    upper: float | None
    rating: str | None
    rating_reason: str | None
    direction: str | None
    previous_period: str | None
    previous_value: float | None
    is_like_for_like: bool | None
    like_for_like_value: float | None
    like_for_like_previous: float | None
    open_queries: int | None
    illustrative: bool | None
    target: float | None = None  # of its own period; releases made before it have none
    amber_limit: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Release(PublishedRow):
    """The release: one row."""

    model = "pub_release"
    key = ("quarter",)
    quarter: str
    quarter_label: str
    meeting: str | None
    meeting_on: dt.date | None
    board: str | None
    data_cut_off: dt.datetime | None
    has_illustrative: bool
    submissions: int
    # Releases made before these were kept have none.
    as_of_day: dt.date | None = None
    place: str | None = None
    publisher: str | None = None
    contact: str | None = None
    home_area: str | None = None
    board_version: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Organisation(PublishedRow):
    """A partner."""

    model = "pub_organisation"
    key = ("organisation",)
    organisation: str
    name: str
    kind: str | None
    ended_on: dt.date | None
    succeeded_by: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme(PublishedRow):
    """A theme that measures belong to."""

    model = "pub_theme"
    key = ("sort", "theme")
    theme: str
    title: str
    description: str | None
    lead_role: str | None
    sort: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure(PublishedRow):
    """One measure of the catalogue, with the titles of what it belongs to.

    ``target`` is everybody's in the newest quarter; each figure carries that of its own period.
    """

    model = "pub_measure"
    key = ("measure",)
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
    main_kind: str
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
    first_quarter: str | None = None
    last_quarter: str | None = None
    target_from: str | None = None


def member_codes(members: str | None) -> list[str]:
    """Return the organisations in a figure's ``members``, without their numbers of breaks."""
    return [one.rpartition("/")[0] or one for one in (members or "").split("; ") if one]


@dataclass(frozen=True, kw_only=True, slots=True)
class Value(Judged):
    """One figure: a measure, organisation, area, period, breakdown and category."""

    model = "pub_measure_value"
    key = (
        "measure", "organisation", "area", "period_end", "period", "breakdown", "sort", "category",
    )  # fmt: skip
    area: str | None
    returned_in: str | None
    breakdown: str
    category: str
    part_of: str | None
    sort: int | None
    state_reason: str | None
    numerator_worked_out: bool | None
    value_as_sent: str | None
    members: str | None
    made_of: str | None
    partners_reported: int | None
    partners_expected: int | None
    partners_missing: str | None
    submission_id: str | None
    row_number: int | None
    first_stated_in: str | None
    known_from: dt.datetime | None
    version: int | None
    published_in: str | None = None  # releases made before these have none
    is_whole_period: bool | None = None

    @property
    def qualifier(self) -> str | None:
        """The word that its sender set before the figure, such as "over"; None if there is none."""
        found = qualified(self.value_as_sent) if self.value_as_sent else None
        return found[0] if found else None


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcessPoint(OfPeriod):
    """One point of a process-control series."""

    model = "pub_process_control"
    key = ("measure", "organisation", "period_end", "period")
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
    no_limits_reason: str | None
    trial: bool | None
    illustrative: bool | None
    is_in_limits: bool | None = None  # releases made before it have none


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary(Judged):
    """Where one measure of one organisation stands at the release's quarter."""

    model = "pub_measure_summary"
    key = ("measure", "organisation")
    variation: str | None
    reading: str | None
    assurance: str | None
    no_limits_reason: str | None
    recent_trend: str | None
    comparison: str | None
    previous_label: str | None
    like_for_like_members: str | None
    points: int | None
    attention_rank: int | None
    attention_reason: str | None
    state_reason: str | None = None  # releases made before these have none
    target_from: str | None = None
    has_new_target: bool | None = None
    read_from: str | None = None
    baseline: float | None = None
    baseline_label: str | None = None
    baseline_source: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparator(PublishedRow):
    """A measure in another area, in a part of the home area, or the average of a set of peers."""

    model = "pub_comparator"
    optional = True
    key = ("measure", "period_end", "area_kind", "area_name", "peer_set")
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
    is_within_home: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission(PublishedRow):
    """What one organisation owed of one return for one quarter, and what came."""

    model = "pub_submission"
    key = ("organisation", "return_name", "quarter")
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
    sample: str | None

    @property
    def is_illustrative(self) -> bool:
        """Whether what came is made up."""
        return self.sample == "illustrative"

    @property
    def is_owed_by_now(self) -> bool:
        """Whether it is due and nobody was excused from it."""
        return self.state not in ("not due", "excused")

    @property
    def is_in_time(self) -> bool:
        """Whether the first accepted return came by the day it was due."""
        return self.accepted_received_at is not None and not self.days_late

    @property
    def is_lacking(self) -> bool:
        """Whether it is due and nothing of it can be used."""
        return self.is_owed_by_now and self.accepted_received_at is None and self.state != "nil"


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingCount(PublishedRow):
    """How often one rule found something in one return; counts only."""

    model = "pub_finding"
    optional = True
    key = ("quarter", "organisation", "return_name", "severity", "rule")
    organisation: str
    return_name: str
    quarter: str
    rule: str
    severity: str
    findings: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Score(PublishedRow):
    """One score of one return or one measure in one quarter: ``part`` of ``whole``.

    ``subject_kind`` is ``return`` or ``measure``; what each ``score`` counts, the model says.
    """

    model = "pub_data_quality"
    key = ("quarter", "subject_kind", "subject_id", "score")
    quarter: str
    quarter_label: str
    subject_kind: str
    subject_id: str
    score: str
    part: int
    whole: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RowFate(PublishedRow):
    """What became of some of the accepted rows of one submission."""

    model = "pub_row_fate"
    optional = True
    key = ("submission_id", "fate", "reason", "superseded_by")
    submission_id: str
    return_name: str
    organisation: str
    quarter: str
    fate: str
    reason: str
    superseded_by: str
    accepted_rows: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision(PublishedRow):
    """A published figure that changed."""

    model = "pub_revision"
    optional = True
    key = (
        "changed_at", "measure", "organisation", "period", "breakdown", "category",
    )  # fmt: skip
    measure: str
    organisation: str
    area: str | None
    period: str
    period_label: str
    quarter: str
    breakdown: str
    category: str
    old_value: float | None
    new_value: float | None
    old_submission_id: str | None
    new_submission_id: str | None
    changed_at: dt.datetime | None
    old_value_as_sent: str | None = None  # releases made before these have none
    new_value_as_sent: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Commentary(PublishedRow):
    """What an officer wrote about a measure or a plan, or what the board is asked to do.

    ``subject_kind`` is ``measure``, ``plan`` or ``board``; ``kind`` is ``commentary`` or ``ask``.
    ``quarter`` is the one it applies to.
    """

    model = "pub_commentary"
    optional = True
    key = ("quarter", "written_on", "organisation", "commentary_id")
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
