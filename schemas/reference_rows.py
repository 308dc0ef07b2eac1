"""The rows of the board's tables: what is measured, who owes what by when, what a return may say.

Every class is one row of one file; ``schemas.reference.Reference`` holds them all.
Empty means None throughout. ``first_quarter`` None: since always; ``last_quarter`` None: still.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from schemas.quarter import Quarter
from schemas.reference_cells import (
    Day,
    MaybeDay,
    MaybeNumber,
    MaybeQuarter,
    MaybeWhole,
    Number,
    QuarterCell,
    QuarterNumbers,
    Whole,
    YesNo,
    YesOrBlank,
)

Unit = Literal["percent", "count", "rate_per_1000", "rate_per_100000", "microgram_m3", "ratio"]
Polarity = Literal["higher", "lower", "none"]
Form = Literal["proportion", "rate", "count", "value"]
Aggregation = Literal["ratio", "sum", "none"]
Kind = Literal["flow", "snapshot"]
Frequency = Literal["monthly", "quarterly", "yearly"]
Status = Literal["proposed", "live", "retired"]


COMBINED = "ALL"  # in the place of an organisation: all of them together


def in_use(quarter: Quarter, *, first: Quarter | None, last: Quarter | None) -> bool:
    """Whether ``quarter`` lies between ``first`` and ``last``, both included; None is no bound."""
    return (first is None or first <= quarter) and (last is None or quarter <= last)


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """A body that sends returns. ``ended_on`` is its last day, ``succeeded_by`` who took over."""

    organisation: str
    name: str
    kind: str
    started_on: MaybeDay
    ended_on: MaybeDay
    succeeded_by: str | None

    def in_use_at(self, quarter: Quarter) -> bool:
        """Whether it existed on any day of ``quarter``."""
        return (self.started_on is None or self.started_on <= quarter.end) and (
            self.ended_on is None or quarter.start <= self.ended_on
        )


@dataclass(frozen=True, kw_only=True)
class Theme:
    """A part of the dashboards. ``lead_role`` is a body or a role, never a person."""

    theme: str
    title: str
    description: str
    lead_role: str
    sort: Whole


@dataclass(frozen=True, kw_only=True)
class BoardPriority:
    """One of the board's own priorities."""

    priority: str
    title: str
    sort: Whole


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """A meeting of the board and the quarter that is reported to it, if one is."""

    meeting: str
    board: str
    meeting_on: Day
    start_time: str | None
    place: str | None
    quarter: MaybeQuarter


@dataclass(frozen=True, kw_only=True)
class ReturnCalendar:
    """A return: what it is for and who sends it, and when it opens, is due and closes.

    ``schemas.return_calendar`` reckons the days. One of ``due_after_days`` (days after the end of
    its quarter) and ``due_after_working_days`` is filled. ``due_before_meeting``: working days
    before the meeting that it is reported to, where that meeting is known. What a return that is
    built in (a module in ``schemas/returns``) is for, and who sends it, stands there.
    """

    return_name: str
    title: str
    opens_after_days: Whole
    due_after_days: MaybeWhole
    due_after_working_days: MaybeWhole
    due_before_meeting: MaybeWhole
    closes_after_days: MaybeWhole
    purpose: str | None = None
    sent_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class Obligation:
    """An organisation owes a return, from one quarter to another.

    ``quarters`` are the numbers of the quarters in which it is owed: (1, 2, 3, 4) for each
    quarter, (4,) for a yearly return that comes after the financial year.
    """

    organisation: str
    return_name: str
    first_quarter: MaybeQuarter
    last_quarter: MaybeQuarter
    quarters: QuarterNumbers

    def owed_for(self, quarter: Quarter) -> bool:
        """Whether the return is owed for ``quarter``."""
        return quarter.number in self.quarters and in_use(
            quarter, first=self.first_quarter, last=self.last_quarter
        )


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What is measured. The words of the columns stand in ``docs/contracts.md``, section 1."""

    measure: str
    return_name: str
    item: str
    title: str
    definition: str
    unit: Unit
    decimals: Whole
    numerator_words: str | None
    denominator_words: str | None
    polarity: Polarity
    form: Form
    aggregation: Aggregation
    kind: Kind
    frequency: Frequency
    seasonal: YesNo
    theme: str
    priority: str | None
    owner_role: str
    small_number_rule: str
    source: str
    status: Status
    headline: MaybeWhole
    first_quarter: MaybeQuarter
    last_quarter: MaybeQuarter
    period_kinds: Literal["rolling_year"] | None = None
    share_of: str | None = None
    plausible_min: MaybeNumber = None
    plausible_max: MaybeNumber = None
    interval_expected: YesOrBlank = False

    def in_use_at(self, quarter: Quarter) -> bool:
        """Whether it is collected for ``quarter``.

        A retired measure is for the quarters up to its last one, so that those can be corrected.
        """
        has_end = self.status != "retired" or self.last_quarter is not None
        return has_end and in_use(quarter, first=self.first_quarter, last=self.last_quarter)


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a measure's figures are rated by, of the periods that end from one quarter to another.

    ``organisation`` and ``area`` None: everybody's figures, the combined one included unless it is
    a sum, which has a row of its own (``ALL``). Of several rows that hold for a figure the most
    particular counts (``int_measure__target``).
    """

    measure: str
    organisation: str | None
    area: str | None
    first_period: MaybeQuarter
    last_period: MaybeQuarter
    target: Number
    amber_limit: MaybeNumber
    note: str | None


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """A value that pages name beside a figure, dated like a target; nothing is rated by it.

    ``label`` says of when it is, such as ``2016-17``.
    """

    measure: str
    organisation: str | None
    area: str | None
    first_period: MaybeQuarter
    last_period: MaybeQuarter
    label: str
    value: Number
    source: str


@dataclass(frozen=True, kw_only=True)
class Definition:
    """The wording of a measure's definition from one quarter on, until the next row of it.

    A measure that was never reworded has no row. ``breaks_series``: figures before and after it
    are not set against each other.
    """

    measure: str
    first_period: MaybeQuarter
    definition: str
    breaks_series: YesNo
    note: str | None


@dataclass(frozen=True, kw_only=True)
class MeasureCategory:
    """A category that a measure is broken down by.

    ``part_of`` names the category of which it is a part, None directly below the total.
    ``adds_up``: the categories below the same parent, together, make the parent.
    """

    measure: str
    breakdown: str
    category: str
    part_of: str | None
    adds_up: YesNo
    sort: Whole


@dataclass(frozen=True, kw_only=True)
class ExpectedRow:
    """A row that an organisation's return must hold. ``area`` None: the organisation's own.

    ``breakdown`` is ``total`` and ``category`` is ``all`` for the measure as a whole. A monthly
    measure is expected for each month of the quarter. ``quarters`` as in :class:`Obligation`.
    """

    organisation: str
    measure: str
    breakdown: str
    category: str
    area: str | None
    first_quarter: MaybeQuarter
    last_quarter: MaybeQuarter
    quarters: QuarterNumbers

    def expected_for(self, quarter: Quarter) -> bool:
        """Whether the row is expected for ``quarter``."""
        return quarter.number in self.quarters and in_use(
            quarter, first=self.first_quarter, last=self.last_quarter
        )


@dataclass(frozen=True, kw_only=True)
class Code:
    """One entry of a code list."""

    list: str
    code: str
    label: str
    first_quarter: MaybeQuarter
    last_quarter: MaybeQuarter

    def in_use_at(self, quarter: Quarter) -> bool:
        """Whether it may be used in a return for ``quarter``."""
        return in_use(quarter, first=self.first_quarter, last=self.last_quarter)


@dataclass(frozen=True, kw_only=True)
class SmallNumberRule:
    """How small numbers are hidden.

    1 to ``threshold`` are suppressed (0: none are), the rest rounded to the nearest ``rounding``
    (1: not rounded), a zero shown or not.
    """

    small_number_rule: str
    threshold: Whole
    rounding: Whole
    show_zero: YesNo
    description: str


@dataclass(frozen=True, kw_only=True)
class Area:
    """A place, or a group of places that figures are given for.

    ``within_home``: it is a part of the home area, whose figures are of so few people that a
    small-number rule is theirs even where the home area's figures need none.
    """

    area: str
    name: str
    kind: str
    within_home: YesNo


@dataclass(frozen=True, kw_only=True)
class PeerSet:
    """A named set of areas to compare with."""

    peer_set: str
    name: str
    version: str
    valid_from: Day


@dataclass(frozen=True, kw_only=True)
class Rebase:
    """A recorded decision to start new limits at ``quarter``."""

    measure: str
    organisation: str
    quarter: QuarterCell
    reason: str
    decided_by: str
    decided_on: Day


@dataclass(frozen=True, kw_only=True)
class PublishedAlready:
    """Shares that their owner has published, so that they are not hidden for want of a count."""

    measure: str
    organisation: str
    first_quarter: MaybeQuarter
    last_quarter: MaybeQuarter
    source: str
    decided_by: str
    decided_on: Day


@dataclass(frozen=True, kw_only=True)
class PeerSetMember:
    """An area of a peer set."""

    peer_set: str
    area: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a plan is and what it serves; its title and quarters stand in the code list ``plan``."""

    plan: str
    kind: Literal["actions", "recommendations", "milestones"]
    theme: str | None
    priority: str | None
    source: str | None
    sort: Whole


@dataclass(frozen=True, kw_only=True)
class ActionLink:
    """What an action of a plan is about: a measure, a theme, a priority."""

    plan: str
    ref: str
    measure: str | None
    theme: str | None
    priority: str | None


@dataclass(frozen=True, kw_only=True)
class RiskLink:
    """What a risk of a report is about: a measure, a theme, a priority."""

    report: str
    ref: str
    measure: str | None
    theme: str | None
    priority: str | None
