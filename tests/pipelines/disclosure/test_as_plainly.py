"""The fast way decides what the plain way decides.

The trap: to clear many cells with one programme, and to look again only at what a step has changed,
is quick and easily wrong by a cell: one that is exposed and passed over, or hidden for nothing.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.disclosure.knowledge import NothingFitsError, System
from pipelines.disclosure.protect import protect
from pipelines.disclosure.tables import (
    SUPPRESS_1_TO_4,
    CannotProtectError,
    Cell,
    Equation,
    Rule,
    State,
)
from tests.pipelines.disclosure import plainly
from tests.pipelines.disclosure.attacker import ranges
from tests.pipelines.disclosure.tables_at_random import seeded, table

SEEDS = st.integers(0, 2**32)
# NHS England's rule for hospital statistics: 1 to 7 suppressed, the rest to the nearest 5.
NHS_1_TO_7 = Rule(threshold=7, rounding=5)
RULES = (SUPPRESS_1_TO_4, NHS_1_TO_7, Rule(threshold=4, show_zero=False))


def decided(cells: list[Cell], equations: list[Equation]) -> set[str] | None:
    """The rows that are suppressed; None where a person must decide."""
    try:
        decisions = protect(cells, equations, fewest=False).decisions
    except CannotProtectError:
        return None
    return {row for row, one in decisions.items() if one.state is State.SUPPRESSED}


def decided_plainly(cells: list[Cell], equations: list[Equation]) -> set[str] | None:
    try:
        return plainly.suppressed(cells, equations)
    except plainly.NothingLeftError:
        return None


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.integers(1, 3), st.integers(2, 4), st.booleans(), st.sampled_from(RULES))
def test_a_random_table_is_decided_alike(
    seed: int, rows: int, columns: int, subtotals: bool, rule: Rule
) -> None:
    chance = seeded(seed)
    one = table(chance, rows=rows, columns=columns, subtotals=subtotals, largest=30)
    large = sorted(name for name, count in one.counts.items() if count > rule.threshold)
    public = frozenset(chance.sample(large, k=chance.choice((0, 0, min(2, len(large))))))
    cells, equations = one.cells(rule=rule, public=public), one.equations()
    assert decided(cells, equations) == decided_plainly(cells, equations)


def shares(chance: random.Random, partners: int) -> tuple[list[Cell], list[Equation]]:
    """Numerators, what is left of their denominators and these, of each partner and together."""
    names = [*(str(number) for number in range(partners)), "all"]
    counts: dict[str, tuple[int, int]] = {}
    for name in names[:-1]:
        numerator = chance.choice((0, chance.randint(1, 6), chance.randint(0, 40)))
        counts[name] = numerator, numerator + chance.choice((chance.randint(0, 5), 40))
    numerators, denominators = zip(*counts.values(), strict=True)
    counts["all"] = sum(numerators), sum(denominators)
    cells, equations = [], []
    for name in names:
        x, n = counts[name]
        for quantity, count in (("n", n), ("rest", n - x), ("x", x)):
            cells.append(
                Cell(
                    cell_id=f"{name} {quantity}",
                    row=name,
                    count=count,
                    rule=SUPPRESS_1_TO_4,
                    guarded=quantity != "n",
                    cost=(int(name == "all"), x or 10**9),
                )
            )
        equations.append(Equation(terms=((f"{name} x", 1), (f"{name} rest", 1), (f"{name} n", -1))))
    equations += [
        Equation(terms=((f"all {of}", 1), *((f"{name} {of}", -1) for name in names[:-1])))
        for of in ("x", "n")
    ]
    return cells, equations


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.integers(1, 7))
def test_shares_of_several_partners_are_decided_alike(seed: int, partners: int) -> None:
    cells, equations = shares(seeded(seed), partners)
    assert decided(cells, equations) == decided_plainly(cells, equations)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(2, 9), st.integers(0, 5), st.booleans())
def test_the_same_counts_can_be_worked_out(
    seed: int, size: int, sums: int, knows_counts: bool
) -> None:
    # Any equations at all, such as an attacker may guess: some fit nothing whole.
    chance = seeded(seed)
    names = [f"c{number}" for number in range(size)]
    counts = {name: chance.randint(0, 9) for name in names}
    bounds = {
        name: (
            low := chance.randint(0, counts[name]),
            chance.choice((None, counts[name] + 1 + low)),
        )
        for name in names
    }
    equations = []
    for _ in range(sums):
        terms = [
            (name, chance.choice((-1, 1))) for name in chance.sample(names, chance.randint(1, size))
        ]
        total = sum(coefficient * counts[name] for name, coefficient in terms)
        equations.append(Equation(terms=tuple(terms), constant=total))
    thresholds = {name: 4 for name in names if chance.random() < 0.8}
    system = System(bounds=bounds, equations=equations)
    exposed = list(system.exposed(thresholds, true=counts if knows_counts else None))
    # A cell that is the constant makes every equation add up to nought.
    known = {f"sum {number}": (one.constant,) * 2 for number, one in enumerate(equations)}
    terms_of = [[*one.terms, (f"sum {number}", -1)] for number, one in enumerate(equations)]
    found = ranges({**bounds, **known}, terms_of, whole=True)
    assert exposed == [
        name
        for name in sorted(thresholds)
        if found[name][0] == found[name][1] or found[name][1] <= 4
    ]
    for name in exposed:
        assert (system.range_of(name).least, system.range_of(name).greatest) == found[name]


def test_where_nothing_fits_it_is_said() -> None:
    for constant, high in ((9, 4), (3, 1)):
        system = System(
            bounds={"a": (0, high), "b": (0, high)},
            equations=[
                Equation(terms=(("a", 1), ("b", 1)), constant=constant),
                Equation(terms=(("a", 1), ("b", -1)), constant=0),
            ],
        )
        assert not system.fits()
        with pytest.raises(NothingFitsError):
            list(system.exposed({"a": 4}))


def test_the_partners_of_a_city_take_few_programmes() -> None:
    # Plainly it is one for each hidden figure, each over all of them: the square of their number.
    cells = [
        Cell(cell_id=str(number), row=str(number), count=2, rule=SUPPRESS_1_TO_4)
        for number in range(300)
    ]
    whole = Cell(cell_id="all", row="all", count=600, rule=SUPPRESS_1_TO_4, cost=(1, 600))
    total = Equation(terms=(("all", 1), *((cell.cell_id, -1) for cell in cells)))
    result = protect([*cells, whole], [total])
    assert all(
        (one.state is State.SUPPRESSED) == (row != "all") for row, one in result.decisions.items()
    )
    assert result.programmes <= 10
