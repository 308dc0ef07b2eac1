"""Random tables with totals and subtotals, for the tests to protect and to attack."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import product

from pipelines.disclosure.tables import SUPPRESS_1_TO_4, Cell, Equation, Fate, Rule


@dataclass
class Table:
    """Cells and equations, and the true counts."""

    counts: dict[str, int]
    terms: list[list[tuple[str, int]]]
    heights: dict[str, int]

    def cells(
        self, *, rule: Rule = SUPPRESS_1_TO_4, public: frozenset[str] = frozenset()
    ) -> list[Cell]:
        return [
            Cell(
                cell_id=name,
                row=name,
                count=count,
                rule=rule,
                fate=Fate.PUBLIC if name in public else Fate.OPEN,
                cost=(self.heights[name], count or 10**9),
            )
            for name, count in self.counts.items()
        ]

    def equations(self) -> list[Equation]:
        return [Equation(terms=tuple(terms)) for terms in self.terms]


def seeded(seed: int) -> random.Random:
    """Chance that can be repeated; it guards nothing."""
    return random.Random(seed)  # noqa: S311


def table(
    chance: random.Random,
    *,
    rows: int,
    columns: int,
    largest: int = 25,
    subtotals: bool = False,
    margins: bool = True,
) -> Table:
    """A table of counts up to ``largest``, its row, column and grand totals; with ``subtotals`` the
    columns' halves have totals of their own."""
    inner = [str(place) for place in range(columns)]
    groups: dict[str, list[str]] = {"all": inner}
    if subtotals:
        half = columns // 2
        groups = {"first": inner[:half], "second": inner[half:], "all": ["first", "second"]}
    else:
        groups = {"all": inner}
    counts: dict[str, int] = {}
    heights: dict[str, int] = {}
    terms: list[list[tuple[str, int]]] = []
    sides = [str(place) for place in range(rows)]
    for side, column in product(sides, inner):
        counts[f"{side}/{column}"] = chance.choice(
            (0, chance.randint(0, 6), chance.randint(0, largest))
        )
        heights[f"{side}/{column}"] = 0

    def add_total(name: str, parts: list[str]) -> None:
        counts[name] = sum(counts[part] for part in parts)
        heights[name] = 1 + max(heights[part] for part in parts)
        terms.append([(name, 1), *((part, -1) for part in parts)])

    for side in sides:
        for group, parts in groups.items():
            add_total(f"{side}/{group}", [f"{side}/{part}" for part in parts])
    if margins:
        for column in [*inner, *groups]:
            add_total(f"all/{column}", [f"{side}/{column}" for side in sides])
        for group, parts in groups.items():
            terms.append([(f"all/{group}", 1), *((f"all/{part}", -1) for part in parts)])
    return Table(counts=counts, terms=terms, heights=heights)
