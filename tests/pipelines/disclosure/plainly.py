"""The decision made the plain way: every system looked at anew after each step, and two programmes
for each hidden cell. Slow, and written apart from ``pipelines.disclosure`` but for the words."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.disclosure.tables import Cell, Equation, Fate
from tests.pipelines.disclosure.attacker import ranges

Bounds = dict[str, tuple[int, int | None]]


class NothingLeftError(Exception):
    """A person must decide."""


def suppressed(cells: Sequence[Cell], equations: Sequence[Equation]) -> set[str]:
    """The rows that are hidden. The equations add up to nought. Raises ``NothingLeftError``."""
    by_id = {cell.cell_id: cell for cell in cells}
    small = {cell.row for cell in cells if cell.is_small and cell.fate is Fate.OPEN}
    hidden = set(small)
    while (found := first_exposed(by_id, equations, hidden)) is not None:
        hidden.add(_cheapest(by_id, equations, hidden, *found))
    for row in sorted(
        hidden - small, key=lambda row: _price(by_id, equations, hidden, row), reverse=True
    ):
        if first_exposed(by_id, equations, hidden - {row}) is None:
            hidden.remove(row)
    return hidden


def _is_hidden(cell: Cell, hidden: set[str]) -> bool:
    return cell.row in hidden if cell.fate is Fate.OPEN else cell.fate is Fate.HIDDEN


def _bounds(cell: Cell, hidden: set[str]) -> tuple[int, int | None]:
    if cell.known is not None:
        return cell.known
    if _is_hidden(cell, hidden):
        return (1 if cell.guarded and cell.count and cell.rule.show_zero else 0), None
    assert cell.count is not None
    return cell.rule.readable_as(cell.count) if cell.guarded else (cell.count, cell.count)


def first_exposed(
    cells: dict[str, Cell], equations: Sequence[Equation], hidden: set[str]
) -> tuple[str, list[str]] | None:
    """The first cell that can be worked out of the first set that hangs together, and that set."""
    bounds = {name: _bounds(cell, hidden) for name, cell in cells.items()}
    unknown = {name for name, (low, high) in bounds.items() if low != high}
    left = sorted(unknown)
    while left:
        together, grown = {left[0]}, True
        while grown:
            linked = [
                names
                for equation in equations
                if (names := {name for name, _ in equation.terms} & unknown) & together
            ]
            grown = not all(names <= together for names in linked)
            together |= set().union(*linked)
        left = [name for name in left if name not in together]
        guarded = [
            name
            for name in sorted(together)
            if cells[name].guarded and _is_hidden(cells[name], hidden)
        ]
        if not guarded:
            continue
        of_them = [one.terms for one in equations if together & {name for name, _ in one.terms}]
        known = {name: bounds[name] for terms in of_them for name, _ in terms}
        found = ranges(known | {name: bounds[name] for name in together}, of_them)
        for name in guarded:
            least, greatest = found[name]
            if least == greatest or greatest <= cells[name].rule.threshold:
                return name, sorted(together)
        told = _told_by_rule(cells, bounds, of_them, found, guarded)
        if _open_rows(cells, equations, hidden, sorted(together)):
            told |= dict.fromkeys(told, True)
        for name in sorted(told):
            if told[name]:
                return name, sorted(together)
    return None


def _told_by_rule(
    cells: dict[str, Cell],
    bounds: Bounds,
    equations: Sequence[Sequence[tuple[str, int]]],
    found: dict[str, tuple[float, float]],
    guarded: Sequence[str],
) -> dict[str, bool]:
    """The cells known to be small since at least one of them all must be; whether exactly."""
    worlds = []
    for cause in guarded:
        rule = cells[cause].rule
        least = max(found[cause][0], 1 if rule.show_zero else 0)
        most = min(found[cause][1], rule.threshold)
        if least <= most:
            known = {name: bounds[name] for terms in equations for name, _ in terms}
            of_small = known | {name: bounds[name] for name in guarded}
            small = {cause: (int(least), int(most))}
            worlds.append(
                {**ranges(of_small | small, equations)}
                if least < most
                else {**ranges(of_small | small, equations), cause: (least, most)}
            )
    told = {}
    for name in guarded:
        least = min((world[name][0] for world in worlds), default=0)
        greatest = max((world[name][1] for world in worlds), default=10_000)
        threshold = cells[name].rule.threshold
        if least == greatest or greatest <= threshold:
            only_one = threshold <= (1 if cells[name].rule.show_zero else 0)
            told[name] = least == greatest and not only_one
    return told


def _cheapest(
    cells: dict[str, Cell],
    equations: Sequence[Equation],
    hidden: set[str],
    exposed: str,
    together: list[str],
) -> str:
    for around in ([exposed], together):
        rows = _open_rows(cells, equations, hidden, around)
        if rows:
            return min(rows, key=lambda row: _price(cells, equations, hidden, row))
    raise NothingLeftError(exposed)


def _open_rows(
    cells: dict[str, Cell], equations: Sequence[Equation], hidden: set[str], around: Sequence[str]
) -> set[str]:
    return {
        cells[name].row
        for equation in equations
        if set(around) & {name for name, _ in equation.terms}
        for name, _ in equation.terms
        if cells[name].fate is Fate.OPEN and cells[name].row not in hidden
    }


def _price(
    cells: dict[str, Cell], equations: Sequence[Equation], hidden: set[str], row: str
) -> tuple[int, int, int, str]:
    level, size = max(cell.cost for cell in cells.values() if cell.row == row)
    alone = 0
    for equation in equations:
        own = [name for name, _ in equation.terms if cells[name].row == row]
        others = [cells[name] for name, _ in equation.terms if cells[name].row != row]
        if not any(_is_hidden(other, hidden) for other in others):
            alone += len(own)
    return level, alone, size, row
