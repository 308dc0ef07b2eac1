"""Exactly these rows are suppressed one by one, for exactly these reasons, and no others.

From there the fewest are sought: ``test_fewest``.

``decisions.json`` holds those of tables at random, as the plain way decides them too
(``test_as_plainly``); beside it stand single cases that name what each step is for.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.disclosure.protect import protect
from pipelines.disclosure.tables import (
    SUPPRESS_1_TO_4,
    CannotProtectError,
    Cell,
    Equation,
    Fate,
    Reason,
    Rule,
)
from tests.pipelines.disclosure.tables_at_random import seeded, table
from tests.pipelines.disclosure.test_as_plainly import shares
from tests.pipelines.disclosure.test_protect import total

FILE = Path(__file__).parent / "decisions.json"
EXPECTED: dict[str, list[str]] = json.loads(FILE.read_text(encoding="utf-8"))
# NHS England's rule for hospital statistics: 1 to 7 suppressed, the rest to the nearest 5.
NHS_1_TO_7 = Rule(threshold=7, rounding=5)
MOST_PROGRAMMES = 40  # 45 if what has become part of another set is looked at again
RULES = (SUPPRESS_1_TO_4, NHS_1_TO_7, Rule(threshold=4, show_zero=False))
NAMES = [*(f"table {seed}" for seed in range(12)), *(f"shares {seed}" for seed in range(10))]


def decided(cells: list[Cell], equations: list[Equation]) -> list[str]:
    try:
        decisions = protect(cells, equations, fewest=False).decisions
    except CannotProtectError as impossible:
        return ["a person", *impossible.rows, "held by", *impossible.held_by]
    marks = {Reason.SMALL_NUMBER: "!", Reason.PROTECTS: "+", None: ""}
    return sorted(f"{row}{marks[one.reason]}" for row, one in decisions.items())


def decided_of(name: str) -> list[str]:
    kind, number = name.split()
    seed = int(number)
    chance = seeded(seed)
    if kind == "shares":
        return decided(*shares(chance, 2 + seed % 5))
    rule = RULES[seed % 3]
    one = table(chance, rows=2 + seed % 2, columns=3, subtotals=seed % 2 == 0, largest=30)
    large = sorted(row for row, count in one.counts.items() if count > rule.threshold)
    public = frozenset(chance.sample(large, k=seed % 3))
    return decided(one.cells(rule=rule, public=public), one.equations())


@pytest.mark.parametrize("name", NAMES)
def test_a_table_at_random_is_decided_exactly_so(name: str) -> None:
    assert decided_of(name) == EXPECTED[name]


def cell(name: str, count: int | None, *, row: str = "", cost: int = 0, **how: object) -> Cell:
    return Cell(
        cell_id=name, row=row or name, count=count, rule=SUPPRESS_1_TO_4, cost=(cost, count or 99),
        **how,  # type: ignore[arg-type]  # passed on as given
    )  # fmt: skip


def test_every_neighbourhood_that_cannot_be_protected_is_named_with_what_holds_it() -> None:
    cells = [
        cell("a", 3), cell("b", 30, fate=Fate.PUBLIC), cell("ab", 33, fate=Fate.PUBLIC),
        cell("c", 2), cell("d", 20, fate=Fate.PUBLIC), cell("cd", 22, fate=Fate.PUBLIC),
        cell("e", 4), cell("f", 9), cell("g", 8), cell("efg", 21),
    ]  # fmt: skip
    with pytest.raises(CannotProtectError) as caught:
        protect(cells, [total("ab", "a", "b"), total("cd", "c", "d"), total("efg", "e", "f", "g")])
    assert caught.value.rows == ("a", "c")
    assert caught.value.held_by == ("ab", "b", "cd", "d")


@pytest.mark.parametrize(
    ("beside", "taken"),
    [
        ({"b": (9, 0), "c": (8, 0)}, "c"),  # the smaller
        ({"b": (9, 0), "c": (8, 1)}, "b"),  # an inner one before a total
        ({"b": (9, 0), "c": (9, 0)}, "b"),  # of two alike the first by name
        ({"b": (0, 0), "c": (9, 0)}, "c"),  # zeros last
    ],
)
def test_the_cheapest_row_beside_a_small_number_protects_it(
    beside: dict[str, tuple[int, int]], taken: str
) -> None:
    cells = [cell("a", 3), *(cell(name, n, cost=cost) for name, (n, cost) in beside.items())]
    whole = cell("all", sum(one.count or 0 for one in cells), cost=3)
    found = decided([*cells, whole], [total("all", "a", *beside)])
    assert found == sorted(["a!", "all", *(f"{one}+" if one == taken else one for one in beside)])


def test_a_row_that_stands_alone_in_another_sum_is_dearer() -> None:
    cells = [cell("a", 3), cell("b", 9), cell("c", 12), cell("x", 20), cell("y", 29)]
    cells += [cell("abc", 24, cost=1)]
    equations = [total("abc", "a", "b", "c"), total("y", "b", "x")]
    assert decided(cells, equations) == ["a!", "abc", "b", "c+", "x", "y"]


def test_the_cells_of_a_row_are_shown_or_suppressed_together() -> None:
    # The rest of a's denominator is small, and so a goes; b's numerator protects it.
    cells, equations = [], []
    for row, x, rest in (("a", 40, 2), ("b", 30, 50), ("all", 70, 52)):
        height = int(row == "all")
        cells += [
            cell(f"{row} x", x, row=row, cost=height),
            cell(f"{row} r", rest, row=row, cost=height),
        ]
        cells += [cell(f"{row} n", x + rest, row=row, cost=height, guarded=False)]
        equations.append(total(f"{row} n", f"{row} x", f"{row} r"))
    equations += [total(f"all {of}", f"a {of}", f"b {of}") for of in "xn"]
    assert decided(cells, equations) == ["a!", "all", "b+"]


def test_only_what_can_still_be_decided_is_decided() -> None:
    cells = [cell("a", None, fate=Fate.HIDDEN), cell("b", 30, fate=Fate.PUBLIC), cell("c", 9)]
    assert protect(cells, []).decisions.keys() == {"c"}
    unguarded = [cell("a", 3, guarded=False), cell("b", 2, fate=Fate.HIDDEN)]
    assert decided(unguarded, []) == ["a"]


def test_a_hidden_figure_of_an_earlier_release_is_protected_now() -> None:
    old = cell("old", None, fate=Fate.HIDDEN)
    cells = [old, cell("b", 9), cell("c", 12), cell("all", 24, cost=1)]
    assert decided(cells, [total("all", "old", "b", "c")]) == ["all", "b+", "c"]
    alone = [old, cell("b", 9, fate=Fate.PUBLIC), cell("all", 12, fate=Fate.PUBLIC)]
    assert decided(alone, [total("all", "old", "b")]) == ["a person", "old", "held by", "all", "b"]


def test_small_numbers_that_were_released_are_named_together() -> None:
    public = [cell(name, 2, fate=Fate.PUBLIC) for name in ("a", "b")]
    assert decided([*public, cell("c", 3)], []) == ["a person", "a", "b", "held by"]
    assert decided([cell("a", 5, fate=Fate.PUBLIC), cell("c", 3)], []) == ["c!"]


def test_what_need_not_be_guarded_needs_no_protection() -> None:
    free = cell("free", None, fate=Fate.HIDDEN, guarded=False)
    cells = [free, cell("b", 9), cell("all", 12, cost=1)]
    assert decided(cells, [total("all", "free", "b")]) == ["all", "b"]


def test_a_sum_may_have_something_left_over() -> None:
    cells = [cell("a", 13), cell("b", 9), cell("all", 24, cost=1)]
    terms = (("all", 1), ("a", -1), ("b", -1))
    assert decided(cells, [Equation(terms=terms, constant=2)]) == ["a", "all", "b"]
    with pytest.raises(ValueError, match="The counts of all, a, b do not satisfy"):
        protect(cells, [Equation(terms=terms, constant=-2)])


def test_what_was_found_safe_is_not_looked_at_again() -> None:
    one = table(seeded(2), rows=5, columns=6, largest=40)
    assert protect(one.cells(), one.equations(), fewest=False).programmes <= MOST_PROGRAMMES


def test_counts_that_fit_nothing_are_named() -> None:
    cells = [cell("old", None, fate=Fate.HIDDEN), cell("b", 9, fate=Fate.PUBLIC)]
    cells.append(cell("all", 5, fate=Fate.PUBLIC))
    with pytest.raises(ValueError, match="No counts fit the equations around old"):
        protect(cells, [total("all", "old", "b")])
    with pytest.raises(ValueError, match="The counts of all, b do not satisfy"):
        protect(cells, [total("all", "b")])


def test_without_complementary_only_small_numbers_are_suppressed() -> None:
    cells = [cell("a", 3), cell("b", 9), cell("all", 12)]
    found = protect(cells, [total("all", "a", "b")], complementary=False)
    assert [one.row for one in found.decisions.values() if one.reason] == ["a"]
    assert found.programmes == 0
    assert protect(cells, [total("all", "a", "b")]).programmes > 0


if __name__ == "__main__":  # after a change of the decisions that is meant
    lines = (f"{json.dumps(name)}: {json.dumps(decided_of(name))}" for name in NAMES)
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
