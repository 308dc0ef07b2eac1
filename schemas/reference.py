"""Reference data: what is measured, who owes what by when, and the lists a return may use.

Every class is one row of one file in ``dbt_project/seeds``; :class:`Reference` holds them all.
Empty means None throughout. ``first_quarter`` None: since always; ``last_quarter`` None: still.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from schemas.quarter import Quarter
from schemas.reference_cells import (
    Day,
    MaybeDay,
    MaybeNumber,
    MaybeQuarter,
    MaybeWhole,
    QuarterCell,
    QuarterNumbers,
    Whole,
    YesNo,
)

Unit = Literal["percent", "count", "rate_per_1000", "rate_per_100000", "microgram_m3", "ratio"]
Polarity = Literal["higher", "lower", "none"]
Form = Literal["proportion", "rate", "count", "value"]
Aggregation = Literal["ratio", "sum", "none"]
Kind = Literal["flow", "snapshot"]
Frequency = Literal["monthly", "quarterly", "yearly"]
Status = Literal["proposed", "live", "retired"]

BOARD = "board"  # the subject of commentary that is about no one measure or plan


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
    """When a return opens, is due and closes, in days after the last day of its quarter."""

    return_name: str
    title: str
    opens_after_days: Whole
    due_after_days: Whole
    closes_after_days: MaybeWhole

    def opens_on(self, quarter: Quarter) -> dt.date:
        """The first day on which the return for ``quarter`` is taken."""
        return quarter.end + dt.timedelta(days=self.opens_after_days)

    def due_on(self, quarter: Quarter) -> dt.date:
        """The last day on which the return for ``quarter`` is in time."""
        return quarter.end + dt.timedelta(days=self.due_after_days)

    def closes_on(self, quarter: Quarter) -> dt.date | None:
        """The last day on which it is taken at all; None: corrections are always taken."""
        if self.closes_after_days is None:
            return None
        return quarter.end + dt.timedelta(days=self.closes_after_days)


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
    target: MaybeNumber
    amber_limit: MaybeNumber
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

    def in_use_at(self, quarter: Quarter) -> bool:
        """Whether it is collected for ``quarter``."""
        return self.status != "retired" and in_use(
            quarter, first=self.first_quarter, last=self.last_quarter
        )


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
    """A place, or a group of places that figures are given for."""

    area: str
    name: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class PeerSet:
    """A named set of areas to compare with; ``areas`` are its members' codes."""

    peer_set: str
    name: str
    version: str
    valid_from: Day
    areas: tuple[str, ...] = ()


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
class Reference:
    """All reference data, with the look-ups that checks, templates and pages need.

    Tuples keep the order of the files.
    """

    organisations: tuple[Organisation, ...]
    themes: tuple[Theme, ...]
    board_priorities: tuple[BoardPriority, ...]
    meetings: tuple[Meeting, ...]
    returns: tuple[ReturnCalendar, ...]
    every_obligation: tuple[Obligation, ...]
    measures: tuple[Measure, ...]
    measure_categories: tuple[MeasureCategory, ...]
    every_expected_row: tuple[ExpectedRow, ...]
    every_code: tuple[Code, ...]
    small_number_rules: tuple[SmallNumberRule, ...]
    areas: tuple[Area, ...]
    peer_sets: tuple[PeerSet, ...]
    rebases: tuple[Rebase, ...]

    @cached_property
    def _organisation_by_code(self) -> dict[str, Organisation]:
        return {row.organisation: row for row in self.organisations}

    @cached_property
    def _measure_by_code(self) -> dict[str, Measure]:
        return {row.measure: row for row in self.measures}

    @cached_property
    def _measure_by_item(self) -> dict[tuple[str, str], Measure]:
        return {(row.return_name, row.item): row for row in self.measures}

    @cached_property
    def _return_by_name(self) -> dict[str, ReturnCalendar]:
        return {row.return_name: row for row in self.returns}

    @cached_property
    def _rule_by_name(self) -> dict[str, SmallNumberRule]:
        return {row.small_number_rule: row for row in self.small_number_rules}

    def organisation(self, code: str) -> Organisation | None:
        """The organisation of that code, ended or not; None if there is none."""
        return self._organisation_by_code.get(code)

    def organisations_at(self, quarter: Quarter) -> tuple[Organisation, ...]:
        """The organisations that existed in ``quarter``."""
        return tuple(row for row in self.organisations if row.in_use_at(quarter))

    def calendar(self, return_name: str) -> ReturnCalendar | None:
        """The dates of a return; None if there is no such return."""
        return self._return_by_name.get(return_name)

    def measure(self, code: str) -> Measure | None:
        """The measure of that code; None if there is none."""
        return self._measure_by_code.get(code)

    def measures_of(self, return_name: str) -> tuple[Measure, ...]:
        """The measures of a return, in use or not."""
        return tuple(row for row in self.measures if row.return_name == return_name)

    def measure_by_item(self, return_name: str, item: str) -> Measure | None:
        """The measure that ``item`` stands for in the measure column of a return."""
        return self._measure_by_item.get((return_name, item))

    def categories_of(
        self, measure: str, *, breakdown: str | None = None
    ) -> tuple[MeasureCategory, ...]:
        """The categories of a measure, of one breakdown or of all."""
        return tuple(
            row
            for row in self.measure_categories
            if row.measure == measure and breakdown in (None, row.breakdown)
        )

    def obligations(self, quarter: Quarter) -> tuple[Obligation, ...]:
        """What is owed for ``quarter``; a duty on an organisation ends with the organisation."""
        there = {row.organisation for row in self.organisations_at(quarter)}
        return tuple(
            row
            for row in self.every_obligation
            if row.owed_for(quarter) and row.organisation in there
        )

    def owes(self, organisation: str, return_name: str, quarter: Quarter) -> bool:
        """Whether the organisation owes that return for ``quarter``."""
        return any(
            row.organisation == organisation and row.return_name == return_name
            for row in self.obligations(quarter)
        )

    def expected_rows(
        self, organisation: str, return_name: str, quarter: Quarter
    ) -> tuple[ExpectedRow, ...]:
        """The rows that the organisation's return for ``quarter`` must hold."""
        return tuple(
            row
            for row in self.every_expected_row
            if row.organisation == organisation
            and row.expected_for(quarter)
            and self._measure_by_code[row.measure].return_name == return_name
            and self._measure_by_code[row.measure].in_use_at(quarter)
        )

    def code_list(self, name: str, quarter: Quarter | None = None) -> tuple[Code, ...]:
        """The codes of a list, only those in use in ``quarter`` where one is given.

        ``organisation``, ``area`` and ``subject`` (what commentary is about: every measure, every
        plan, and the board) are lists too, made from their own files.
        """
        if name == "subject":
            return self._subjects(quarter)
        if name == "organisation":
            return tuple(
                Code(
                    list=name,
                    code=row.organisation,
                    label=row.name,
                    first_quarter=Quarter.containing(row.started_on) if row.started_on else None,
                    last_quarter=Quarter.containing(row.ended_on) if row.ended_on else None,
                )
                for row in self.organisations
                if quarter is None or row.in_use_at(quarter)
            )
        if name == "area":
            return tuple(
                Code(
                    list=name, code=row.area, label=row.name, first_quarter=None, last_quarter=None
                )
                for row in self.areas
            )
        return tuple(
            row
            for row in self.every_code
            if row.list == name and (quarter is None or row.in_use_at(quarter))
        )

    def _subjects(self, quarter: Quarter | None) -> tuple[Code, ...]:
        board = Code(
            list="subject",
            code=BOARD,
            label="The board as a whole",
            first_quarter=None,
            last_quarter=None,
        )
        plans = (replace(row, list="subject") for row in self.code_list("plan"))
        measures = (
            Code(
                list="subject",
                code=row.measure,
                label=row.title,
                first_quarter=row.first_quarter,
                last_quarter=row.last_quarter,
            )
            for row in self.measures
        )
        every = (board, *plans, *measures)
        return tuple(row for row in every if quarter is None or row.in_use_at(quarter))

    def small_number_rule(self, name: str) -> SmallNumberRule | None:
        """The small-number rule of that name; None if there is none."""
        return self._rule_by_name.get(name)
