"""The board's tables together, with the look-ups that checks, templates and pages need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from schemas.board import BoardSettings
from schemas.declaration import Return
from schemas.quarter import Quarter
from schemas.reference_rows import (
    ActionLink,
    Area,
    Baseline,
    BoardPriority,
    Code,
    Definition,
    ExpectedRow,
    Measure,
    MeasureCategory,
    Meeting,
    Obligation,
    Organisation,
    PeerSet,
    PeerSetMember,
    Plan,
    PublishedAlready,
    Rebase,
    ReturnCalendar,
    RiskLink,
    SmallNumberRule,
    Target,
    Theme,
)
from schemas.registry import returns
from schemas.return_calendar import Calendar, first_meetings
from schemas.return_columns import ReturnColumn, declared_return

# The tables of a board: a file's name, the field of Reference that holds it, and what a row is.
TABLES: Mapping[str, tuple[str, type[Any]]] = {
    "organisations": ("organisations", Organisation),
    "themes": ("themes", Theme),
    "board_priorities": ("board_priorities", BoardPriority),
    "meetings": ("meetings", Meeting),
    "returns": ("returns", ReturnCalendar),
    "obligations": ("every_obligation", Obligation),
    "measures": ("measures", Measure),
    "targets": ("targets", Target),
    "baselines": ("baselines", Baseline),
    "definitions": ("definitions", Definition),
    "measure_categories": ("measure_categories", MeasureCategory),
    "expected_rows": ("every_expected_row", ExpectedRow),
    "code_lists": ("every_code", Code),
    "small_number_rules": ("small_number_rules", SmallNumberRule),
    "areas": ("areas", Area),
    "peer_sets": ("peer_sets", PeerSet),
    "peer_set_members": ("peer_set_members", PeerSetMember),
    "rebases": ("rebases", Rebase),
    "published_already": ("published_already", PublishedAlready),
    "plans": ("plans", Plan),
    "action_links": ("action_links", ActionLink),
    "risk_links": ("risk_links", RiskLink),
    "return_columns": ("return_columns", ReturnColumn),
}

BOARD = "board"  # the subject of commentary that is about no one measure or plan
BOARD_LISTS = ("organisation", "area", "subject")  # code lists made from their own tables


@dataclass(frozen=True, kw_only=True)
class Reference:
    """All reference data, with the look-ups that checks, templates and pages need.

    Tuples keep the order of the files. ``version`` names it in the record, None if it is a draft.
    """

    settings: BoardSettings
    organisations: tuple[Organisation, ...]
    themes: tuple[Theme, ...]
    board_priorities: tuple[BoardPriority, ...]
    meetings: tuple[Meeting, ...]
    returns: tuple[ReturnCalendar, ...]
    every_obligation: tuple[Obligation, ...]
    measures: tuple[Measure, ...]
    targets: tuple[Target, ...]
    baselines: tuple[Baseline, ...]
    definitions: tuple[Definition, ...]
    measure_categories: tuple[MeasureCategory, ...]
    every_expected_row: tuple[ExpectedRow, ...]
    every_code: tuple[Code, ...]
    small_number_rules: tuple[SmallNumberRule, ...]
    areas: tuple[Area, ...]
    peer_sets: tuple[PeerSet, ...]
    peer_set_members: tuple[PeerSetMember, ...]
    rebases: tuple[Rebase, ...]
    published_already: tuple[PublishedAlready, ...]
    plans: tuple[Plan, ...]
    action_links: tuple[ActionLink, ...]
    risk_links: tuple[RiskLink, ...]
    return_columns: tuple[ReturnColumn, ...] = ()
    version: str | None = None

    @cached_property
    def declared_returns(self) -> Mapping[str, Return]:
        """The returns of the board by their names: built in, or declared in its tables."""
        built_in, found = returns(), {}
        for calendar in sorted(self.returns, key=lambda one: one.return_name):
            name = calendar.return_name
            rows = [row for row in self.return_columns if row.return_name == name]
            if rows:
                found[name] = declared_return(
                    calendar, rows, measures=self._measure_by_code,
                    home_area=self.settings.home_area,
                )  # fmt: skip
            elif name in built_in:
                found[name] = built_in[name]
        return MappingProxyType(found)

    def declared(self, name: str | None) -> Return | None:
        """The return of that name; None if the board has none."""
        return self.declared_returns.get(name or "")

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
    def _meeting_on(self) -> dict[Quarter, dt.date]:
        return first_meetings(self.meetings)

    @cached_property
    def _rule_by_name(self) -> dict[str, SmallNumberRule]:
        return {row.small_number_rule: row for row in self.small_number_rules}

    def organisation(self, code: str) -> Organisation | None:
        """The organisation of that code, ended or not; None if there is none."""
        return self._organisation_by_code.get(code)

    def organisations_at(self, quarter: Quarter) -> tuple[Organisation, ...]:
        """The organisations that existed in ``quarter``."""
        return tuple(row for row in self.organisations if row.in_use_at(quarter))

    def calendar(self, return_name: str) -> Calendar | None:
        """The days of a return; None if there is no such return."""
        row = self._return_by_name.get(return_name)
        return None if row is None else Calendar(row=row, meeting_on=self._meeting_on)

    def measure(self, code: str) -> Measure | None:
        """The measure of that code; None if there is none."""
        return self._measure_by_code.get(code)

    def measures_of(self, return_name: str) -> tuple[Measure, ...]:
        """The measures of a return, in use or not."""
        return tuple(row for row in self.measures if row.return_name == return_name)

    def measure_by_item(self, return_name: str, item: str) -> Measure | None:
        """The measure that ``item`` stands for in the measure column of a return."""
        return self._measure_by_item.get((return_name, item))

    def wholes_of(self, return_name: str) -> dict[str, str]:
        """The items of a return that are shares of another one's count, each with that item."""
        return {
            one.item: self._measure_by_code[one.share_of].item
            for one in self.measures_of(return_name)
            if one.share_of is not None
        }

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
        """What is owed for ``quarter``: nothing before the first quarter of service.

        A duty on an organisation ends with the organisation.
        """
        if quarter < self.settings.first_quarter:
            return ()
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

    @cached_property
    def expected_in_place(self) -> tuple[ExpectedRow, ...]:
        """The rows of the board's table; of a return with areas, blank is the home area."""
        return tuple(replace(row, area=row.area or self._area_of_blank(row)) for row in
                     self.every_expected_row)  # fmt: skip

    def _area_of_blank(self, row: ExpectedRow) -> str | None:
        measure = self._measure_by_code.get(row.measure)
        declared = self.declared(measure.return_name if measure else None)
        seen = declared.views[0].observation if declared and declared.views else None
        return seen.home_area if seen else None

    def expected_rows(
        self, organisation: str, return_name: str, quarter: Quarter
    ) -> tuple[ExpectedRow, ...]:
        """The rows that the organisation's return for ``quarter`` must hold."""
        return tuple(
            row
            for row in self.expected_in_place
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
