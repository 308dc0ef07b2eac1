"""A reader who knows why figures are hidden: at least one of those that hang together is small.

The trap: a set in which sums leave every figure in doubt, and only one of them can be small at all.
Then it is that one, and its range is known; with rounding once it was known exactly.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.disclosure.adapter import decide
from pipelines.disclosure.attack import attack_release, in_words
from pipelines.disclosure.protect import Protection, protect
from pipelines.disclosure.tables import (
    SUPPRESS_1_TO_4,
    CannotProtectError,
    Cell,
    Equation,
    Fate,
    Reason,
    Rule,
    State,
)
from tests.pipelines.disclosure.attacker import ranges
from tests.pipelines.disclosure.tables_at_random import Table, seeded, table
from tests.pipelines.disclosure.test_protect import NHS_1_TO_7, bounds
from tests.pipelines.disclosure.warehouses import KEY, publish, states, warehouse

# 7 is shown as 6 and can be 5 to 7, 11 as 12 and can be 11 to 13: what is left is 4 to 8.
BY_THREES = Rule(threshold=4, rounding=3)
ROUNDED = {"a": 4, "b": 7, "all": 11}


def cell(name: str, count: int, *, rule: Rule = SUPPRESS_1_TO_4, **how: object) -> Cell:
    cost = (1 if name.startswith("all") else 0, count or 10**9)
    return Cell(cell_id=name, row=name, count=count, rule=rule, cost=cost, **how)  # type: ignore[arg-type]


def total(whole: str, *parts: str) -> Equation:
    return Equation(terms=((whole, 1), *((part, -1) for part in parts)))


def hidden(made: Protection) -> set[str]:
    return {row for row, one in made.decisions.items() if one.state is State.SUPPRESSED}


def causes(given: Table, suppressed: set[str], rule: Rule) -> list[set[str]]:
    """Of each set that hangs together, which can be the small one; by the plain attacker."""
    known = bounds(given, suppressed, rule)
    open_cells = {name for name, (low, high) in known.items() if low != high}
    sets: list[set[str]] = []
    for terms in given.terms:
        names = {name for name, _ in terms} & open_cells
        linked = [one for one in sets if one & names]
        sets = [one for one in sets if not one & names]
        if names or linked:
            sets.append(names.union(*linked))
    found = ranges(known, given.terms)
    return [
        {name for name in one & suppressed if found[name][0] <= rule.threshold}
        for one in sets
        if one & suppressed
    ]


@pytest.mark.parametrize("rule", [SUPPRESS_1_TO_4, NHS_1_TO_7])
def test_of_each_set_in_a_random_table_two_can_be_the_small_one(rule: Rule) -> None:
    chance = seeded(11)
    for _ in range(40):
        given = table(chance, rows=3, columns=4, largest=60)
        suppressed = hidden(protect(given.cells(rule=rule), given.equations()))
        assert all(len(one) >= 2 for one in causes(given, suppressed, rule))


def test_what_only_sums_protect_has_sets_with_one_that_can_be_small() -> None:
    """The guard off: what is small and what sums ask for, and no more."""
    given = Table(counts=ROUNDED, terms=[[("all", 1), ("a", -1), ("b", -1)]], heights={})
    assert causes(given, {"a"}, BY_THREES) == [{"a"}]


def test_a_figure_that_rounding_and_the_rule_give_away_exactly_is_protected() -> None:
    cells = [cell(name, count, rule=BY_THREES) for name, count in ROUNDED.items()]
    assert hidden(protect(cells, [total("all", "a", "b")])) == {"a", "b"}


def test_if_nothing_is_left_to_hide_a_person_decides_about_what_is_known_exactly() -> None:
    cells = [
        cell("a", 4, rule=BY_THREES),
        cell("b", 7, rule=BY_THREES, fate=Fate.PUBLIC, known=(5, 7)),
        cell("all", 11, rule=BY_THREES, fate=Fate.PUBLIC, known=(11, 13)),
    ]
    with pytest.raises(CannotProtectError) as caught:
        protect(cells, [total("all", "a", "b")])
    assert caught.value.rows == ("a",)


def test_a_figure_known_to_be_small_with_nothing_left_to_hide_is_counted_and_stops_nothing() -> (
    None
):
    alone = protect([cell("a", 3)], [])
    assert (hidden(alone), alone.known_small) == ({"a"}, 1)
    # b was published, so of the two that are hidden only a can be small.
    held = [cell("a", 3), cell("b", 50, fate=Fate.PUBLIC), cell("all", 53)]
    made = protect(held, [total("all", "a", "b")])
    assert (hidden(made), made.known_small) == ({"a", "all"}, 1)
    free = protect([cell("a", 3), cell("b", 50), cell("all", 53)], [total("all", "a", "b")])
    assert (hidden(free), free.known_small) == ({"a", "b"}, 0)


def test_a_nought_is_hidden_if_nothing_else_can_be_the_small_one() -> None:
    cells = [cell("a", 3), cell("b", 0), cell("c", 0), cell("all", 3)]
    made = protect(cells, [total("all", "a", "b", "c")])
    assert made.decisions["all"].reason is Reason.SMALL_NUMBER
    assert len(hidden(made) & {"b", "c"}) == 1
    assert made.known_small == 0


def test_a_figure_that_its_owner_withheld_is_a_reason_to_hide_the_others() -> None:
    withheld = Cell(
        cell_id="a", row="a", count=None, rule=SUPPRESS_1_TO_4, fate=Fate.HIDDEN, is_explained=True
    )
    cells = [withheld, cell("b", 50), cell("c", 60), cell("all", 120)]
    made = protect(cells, [total("all", "a", "b", "c")])
    assert (hidden(made), made.known_small) == ({"b"}, 0)


@pytest.mark.parametrize("guarded", [False, True])
def test_the_attack_knows_the_rule(tmp_path: Path, guarded: bool) -> None:
    rows = [
        {"cell_id": name, "value": count, "threshold": 4, "rounding": 3, "category": name,
         "breakdown": "total" if name == "all" else "kind"}
        for name, count in ROUNDED.items()
    ]  # fmt: skip
    terms = [(name, "numerator", 1 if name == "all" else -1) for name in ROUNDED]
    connection = warehouse(rows, {"sum": terms})
    decide(connection, key=KEY)
    assert states(connection)["b"] == "suppressed"
    if not guarded:
        connection.execute("update disclosure.cell_state set state = 'shown' where cell_id = 'b'")
    publish(connection, tmp_path / "data")
    attack = attack_release(tmp_path / "data")
    assert bool(attack.exposed) is not guarded
    if not guarded:
        assert "a: is 4" in in_words(attack)
        assert "no other hidden figure beside it can be the small one" in in_words(attack)
