"""Sums that published figures could be: the attack guesses its equations by them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

PublishedRow = dict[str, object]
YEAR_TO_DATE = "year to date"
_PART_KINDS = ("month", "quarter", "calendar_year", "financial_year")


@dataclass(frozen=True, kw_only=True)
class Family:
    """A figure and those that may make it up; ``kind`` says what they are broken down by.

    ``undeclared`` is the breakdown, if the board's tables say nothing of it. Where it
    ``lacks_parts``, those that are there are no more than the whole.
    """

    kind: str
    whole: PublishedRow
    parts: tuple[PublishedRow, ...]
    undeclared: str | None = None
    lacks_parts: bool = False


@dataclass(frozen=True, kw_only=True)
class Categories:
    """The categories of a release (``pub_measure_category``).

    ``overlapping`` are the measures and breakdowns that make no sum. ``named`` are the wholes,
    each a measure and a breakdown, whose parts are measures too. ``declared`` are all breakdowns
    of measures; None if the release does not say.
    """

    overlapping: frozenset[tuple[str, str]]
    named: dict[tuple[str, str], tuple[str, ...]]
    declared: frozenset[tuple[str, str]] | None = None

    @classmethod
    def read(cls, data_dir: Path) -> Categories:
        """Return those of a release; if it publishes none, everything is taken for a sum."""
        path = data_dir / "pub_measure_category.parquet"
        if not path.exists():
            return cls(overlapping=frozenset(), named={})
        overlapping, named, declared = set(), defaultdict(list), set()
        for row in pl.read_parquet(path).iter_rows(named=True):
            whole = (row["measure"], row["breakdown"])
            declared.add(whole)
            if not row["adds_up"]:
                overlapping.add(whole)
            elif row["category_measure"] is not None:
                named[whole].append(row["category_measure"])
        return cls(
            overlapping=frozenset(overlapping),
            named={whole: tuple(sorted(parts)) for whole, parts in named.items()},
            declared=frozenset(declared),
        )

    def undeclared(self, measure: object, breakdown: object) -> str | None:
        """Return the breakdown if the tables say nothing of it for the measure."""
        is_known = self.declared is None or (measure, breakdown) in self.declared
        return None if is_known else str(breakdown)

    def linked_to(self, measures: Collection[str]) -> set[str]:
        """Return the measures and all that sums link with them."""
        found = set(measures)
        while True:
            more = {
                one
                for (whole, _), parts in self.named.items()
                if found & {whole, *parts}
                for one in (whole, *parts)
            }
            if more <= found:
                return found
            found |= more


def families(rows: Collection[PublishedRow], categories: Categories) -> Iterable[Family]:
    """Yield each figure that could be the sum of others, with those.

    ``rows`` are of one measure, area and period.
    """
    by_place = {(row["organisation"], row["breakdown"], row["category"]): row for row in rows}
    kinds: dict[tuple[object, object, object], list[PublishedRow]] = defaultdict(list)
    for row in rows:
        adds_up = (row["measure"], row["breakdown"]) not in categories.overlapping
        if row["breakdown"] != "total" and adds_up:
            kinds[row["organisation"], row["breakdown"], row.get("part_of")].append(row)
    for (organisation, breakdown, part_of), parts in kinds.items():
        place = ("total", "all") if part_of is None else (breakdown, part_of)
        whole = by_place.get((organisation, *place))
        if whole is not None:
            yield Family(
                kind=f"{breakdown} {part_of or ''}".strip(),
                whole=whole,
                parts=tuple(parts),
                undeclared=categories.undeclared(whole["measure"], breakdown),
            )
    for (organisation, breakdown, category), whole in by_place.items():
        if organisation == "ALL":
            parts = [
                row
                for row in rows
                if (row["breakdown"], row["category"]) == (breakdown, category)
                and row["organisation"] != "ALL"
                and row["state"] in ("shown", "suppressed")
            ]
            if parts:
                yield Family(kind="ALL", whole=whole, parts=tuple(parts))


def named_families(rows: Collection[PublishedRow], categories: Categories) -> Iterable[Family]:
    """Yield figures whose parts are measures of their own, or the quarters of the year so far."""
    totals = {
        (row["measure"], row["organisation"], row["area"], row["period"]): row
        for row in rows
        if row["breakdown"] == "total" and row["category"] == "all"
    }
    for (measure, organisation, area, period), whole in totals.items():
        for (of_measure, breakdown), named in categories.named.items():
            if of_measure != measure:
                continue
            quarters = [str(period)]
            if breakdown == YEAR_TO_DATE and "-Q" in str(period):
                # 2018-19-Q3: the year, and the number of the quarter in it.
                year, number = str(period).rsplit("-Q", 1)
                quarters = [f"{year}-Q{each}" for each in range(1, int(number) + 1)]
            parts = tuple(
                totals[part, organisation, area, each]
                for part in named
                for each in quarters
                if (part, organisation, area, each) in totals
            )
            if parts:
                yield Family(kind=f"{breakdown} named", whole=whole, parts=parts)


def period_families(rows: Collection[PublishedRow], *, is_flow: bool) -> Iterable[Family]:
    """The figures whose parts are the same figure of shorter periods, among ``rows`` of one series.

    A quarter is tried as the sum of the months that came, though one be missing; other periods only
    where the parts fill them, and else as no less than their sum. A quarter of what does not add up
    is tried as its newest part.
    """
    there = [
        (start, end, row["period_kind"], row)
        for row in rows
        for start, end in [(row.get("period_start"), row.get("period_end"))]
        if isinstance(start, dt.date) and isinstance(end, dt.date) and row.get("period_kind")
        if row["state"] in ("shown", "suppressed", "withheld")
    ]
    for start, end, kind, whole in there:
        within = [
            one
            for one in there
            if start <= one[0] and one[1] <= end and one[3] is not whole and one[:2] != (start, end)
        ]
        if not is_flow:
            if kind == "quarter" and within:
                newest = max(within, key=lambda one: (one[1], one[0]))
                yield Family(kind="newest", whole=whole, parts=(newest[3],))
            continue
        for part_kind in _PART_KINDS:
            parts = [one for one in within if one[2] == part_kind]
            if part_kind == "month" and whole.get("made_of"):  # not of a month that was withheld
                of = str(whole["made_of"]).split("; ")
                parts = [one for one in parts if one[3]["period"] in of]
            days = sum((one[1] - one[0]).days + 1 for one in parts)
            fills = days == (end - start).days + 1
            if parts and (fills or (kind, part_kind) == ("quarter", "month")):
                made = "whole" if fills else "partly"
                yield Family(
                    kind=f"{part_kind} {made}", whole=whole, parts=tuple(one[3] for one in parts)
                )
            if parts and days < (end - start).days + 1:
                yield Family(
                    kind=f"{part_kind} within",
                    whole=whole,
                    parts=tuple(one[3] for one in parts),
                    lacks_parts=True,
                )
