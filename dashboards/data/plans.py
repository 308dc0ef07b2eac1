"""The published plans and risks as Python values; ``dashboards.data`` reads them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dashboards.data.rows import PublishedRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan(PublishedRow):
    """A plan with actions in the quarter reported."""

    model = "pub_plan"
    optional = True
    key = ("sort", "plan_id")
    plan_id: str
    title: str
    kind: str
    theme: str | None
    theme_title: str | None
    priority: str | None
    priority_title: str | None
    source: str | None
    sort: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Action(PublishedRow):
    """Where one action stands at the quarter reported: what its owner and what its dates say."""

    model = "pub_action"
    optional = True
    key = ("plan_id", "ref", "organisation")
    organisation: str
    plan_id: str
    ref: str
    quarter: str
    judged_on: dt.date
    reported_quarter: str
    action: str
    lead_body: str | None
    start_words: str | None
    starts_on: dt.date | None
    due_words: str | None
    due_start: dt.date | None
    due_end: dt.date | None
    due_certainty: str
    due_note: str | None
    first_due_end: dt.date | None
    times_moved: int
    moves: str | None
    rating: str | None
    previous_rating: str | None
    progress: str | None
    reason: str | None
    recovery_words: str | None
    recovery_on: dt.date | None
    standing: str
    days_overdue: int | None
    disagreement: str | None
    quarters_without_update: int
    is_stale: bool
    is_without_lead: bool
    submission_id: str
    row_number: int
    illustrative: bool
    rests_on_illustrative: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanStanding(PublishedRow):
    """How many actions of a plan stood how in a quarter."""

    model = "pub_plan_standing"
    optional = True
    key = ("plan_id", "quarter", "standing")
    plan_id: str
    quarter: str
    quarter_label: str
    standing: str
    actions: int
    illustrative: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Risk(PublishedRow):
    """A risk as its organisation reported it last, against the return before."""

    model = "pub_risk"
    optional = True
    key = ("report", "ref", "organisation")
    organisation: str
    report: str
    ref: str
    quarter: str
    risk: str
    owner_body: str | None
    likelihood: str | None
    impact: str | None
    score: int | None
    mitigation: str | None
    previous_likelihood: str | None
    previous_impact: str | None
    movement: str
    submission_id: str
    row_number: int
    illustrative: bool
    rests_on_illustrative: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanLink(PublishedRow):
    """What an action or a risk is about: a measure, a theme or a board priority."""

    model = "pub_plan_link"
    optional = True
    key = ("subject", "belongs_to", "ref", "about", "about_id")
    subject: str
    belongs_to: str
    ref: str
    about: str
    about_id: str
