"""No fewer rows would protect a table than are suppressed: every smaller set is tried.

The trap: a programme that stops early still hides nothing wrong, and nobody sees that half of what
is hidden need not be.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

import pytest

from pipelines.disclosure import fewest
from pipelines.disclosure.protect import protect
from pipelines.disclosure.tables import SUPPRESS_1_TO_4, Reason, Rule
from tests.pipelines.disclosure.plainly import first_exposed
from tests.pipelines.disclosure.tables_at_random import Table, seeded, table

NHS_1_TO_7 = Rule(threshold=7, rounding=5)


def helpers(given: Table, *, rule: Rule = SUPPRESS_1_TO_4, fewest: bool = True) -> set[str]:
    decisions = protect(given.cells(rule=rule), given.equations(), fewest=fewest).decisions
    return {row for row, one in decisions.items() if one.reason is Reason.PROTECTS}


def is_safe(given: Table, rule: Rule, rows: set[str]) -> bool:
    """Whether nothing can be worked out, found the plain way that shares no code."""
    cells = {cell.cell_id: cell for cell in given.cells(rule=rule)}
    small = {row for row, cell in cells.items() if cell.is_small}
    return first_exposed(cells, given.equations(), small | rows) is None


@pytest.mark.parametrize("rule", [SUPPRESS_1_TO_4, NHS_1_TO_7])
@pytest.mark.parametrize("seed", range(12))
def test_every_smaller_set_of_rows_would_leak(seed: int, rule: Rule) -> None:
    given = table(seeded(seed), rows=2, columns=3, largest=40)
    taken = helpers(given, rule=rule)
    assert is_safe(given, rule, taken)
    others = [cell.row for cell in given.cells(rule=rule) if not cell.is_small]
    for smaller in combinations(others, len(taken) - 1 if taken else 0):
        assert not taken or not is_safe(given, rule, set(smaller)), smaller


@pytest.mark.parametrize("seed", range(6))
def test_of_the_sets_with_as_few_rows_inner_figures_and_the_least_are_taken(seed: int) -> None:
    given = table(seeded(seed), rows=2, columns=3, largest=40)
    taken = helpers(given)
    others = [cell.row for cell in given.cells() if not cell.is_small]
    largest = 1 + max(given.counts[row] for row in others)

    def price(rows: Iterable[str]) -> int:
        return sum(given.heights[row] * largest + (given.counts[row] or largest) for row in rows)

    least = min(
        price(rows)
        for rows in combinations(others, len(taken))
        if is_safe(given, SUPPRESS_1_TO_4, set(rows))
    )
    assert price(taken) == least


def test_far_fewer_are_hidden_than_one_by_one() -> None:
    chance = seeded(11)
    one_by_one = together = 0
    for _ in range(5):
        given = table(chance, rows=4, columns=5, largest=60)
        one_by_one += len(helpers(given, fewest=False))
        together += len(helpers(given))
    assert together <= one_by_one * 2 / 3


def test_where_a_limit_is_reached_what_was_found_one_by_one_stands_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = table(seeded(3), rows=4, columns=5, largest=60)
    monkeypatch.setattr(fewest, "ROUNDS", 0)
    stopped = protect(given.cells(), given.equations())
    assert (stopped.neighbourhoods, stopped.by_greedy) == (1, 1)
    assert stopped.decisions == protect(given.cells(), given.equations(), fewest=False).decisions
    monkeypatch.undo()
    assert protect(given.cells(), given.equations()).by_greedy == 0
