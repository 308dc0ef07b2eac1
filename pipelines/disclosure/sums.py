"""What could be the sum of what among published figures: for the attack to guess equations by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

PublishedRow = dict[str, object]
YEAR_TO_DATE = "year to date"


@dataclass(frozen=True, kw_only=True)
class Family:
    """A figure and those that may make it up; ``kind`` says by what they are parted."""

    kind: str
    whole: PublishedRow
    parts: tuple[PublishedRow, ...]


@dataclass(frozen=True, kw_only=True)
class Categories:
    """What a release says of its categories (``pub_measure_category``).

    ``overlapping`` are the measures and breakdowns that make no sum. ``named`` are the wholes,
    each a measure and a breakdown, whose parts are measures too.
    """

    overlapping: frozenset[tuple[str, str]]
    named: dict[tuple[str, str], tuple[str, ...]]

    @classmethod
    def read(cls, data_dir: Path) -> Categories:
        """Those of a release; where it publishes none, everything is taken for a sum."""
        path = data_dir / "pub_measure_category.parquet"
        if not path.exists():
            return cls(overlapping=frozenset(), named={})
        overlapping, named = set(), defaultdict(list)
        for row in pl.read_parquet(path).iter_rows(named=True):
            whole = (row["measure"], row["breakdown"])
            if not row["adds_up"]:
                overlapping.add(whole)
            elif row["category_measure"] is not None:
                named[whole].append(row["category_measure"])
        return cls(
            overlapping=frozenset(overlapping),
            named={whole: tuple(sorted(parts)) for whole, parts in named.items()},
        )

    def linked_to(self, measures: Collection[str]) -> set[str]:
        """The measures, and all that hang together with them by sums."""
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
    """Each figure that could be the sum of others, with those, among ``rows`` of one measure, area
    and quarter.
    """
    by_place = {(row["organisation"], row["breakdown"], row["category"]): row for row in rows}
    kinds: dict[tuple[object, object, object], list[PublishedRow]] = defaultdict(list)
    for row in rows:
        adds_up = (row["measure"], row["breakdown"]) not in categories.overlapping
        if row["breakdown"] != "total" and adds_up:
            kinds[row["organisation"], row["breakdown"], row.get("part_of")].append(row)
    for (organisation, breakdown, part_of), parts in kinds.items():
        place = (
            (organisation, "total", "all")
            if part_of is None
            else (organisation, breakdown, part_of)
        )
        whole = by_place.get(place)
        if whole is not None:
            yield Family(kind=f"{breakdown} {part_of}", whole=whole, parts=tuple(parts))
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
    """The figures whose parts are measures of their own, or the quarters of the year so far."""
    totals = {
        (row["measure"], row["organisation"], row["area"], row["quarter"]): row
        for row in rows
        if row["breakdown"] == "total" and row["category"] == "all"
    }
    for (measure, organisation, area, quarter), whole in totals.items():
        for (of_measure, breakdown), named in categories.named.items():
            if of_measure != measure:
                continue
            quarters = [str(quarter)]
            if breakdown == YEAR_TO_DATE:
                # 2018-19-Q3: the year, and the number of the quarter in it.
                year, number = str(quarter).rsplit("-Q", 1)
                quarters = [f"{year}-Q{each}" for each in range(1, int(number) + 1)]
            parts = tuple(
                totals[part, organisation, area, each]
                for part in named
                for each in quarters
                if (part, organisation, area, each) in totals
            )
            if parts:
                yield Family(kind=f"{breakdown} named", whole=whole, parts=parts)
