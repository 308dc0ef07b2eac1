"""The fewest rows whose suppression protects linked figures, by whole-number programme.

The programme has one yes-or-no unknown for each row that could be suppressed. What it must satisfy
is not written down at once but learnt: each set of rows it proposes is attacked, and each count
that can be worked out gives an inequality that every safe set satisfies and this one does not
(Fischetti and Salazar (2001), Management Science 47:1008-1027, section 4; the multipliers of the
attacker's own linear programme are its coefficients). Once nothing can be worked out, no smaller
set would do.

Where the limits below are reached first, rows are chosen one by one instead. They are counted in
steps and not in seconds, so that the same record gives the same decisions on every machine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import (  # type: ignore[import-untyped]  # scipy carries no types
    Bounds,
    LinearConstraint,
    linprog,
    milp,
)
from scipy.sparse import csr_array  # type: ignore[import-untyped]  # scipy carries no types

from pipelines.disclosure.knowledge import System, known_bounds
from pipelines.disclosure.tables import Cell, Equation, Fate

ROUNDS = 60
PROGRAMMES = 1500
NODES = 400
_TINY = 1e-7
_SOLVED = 0
_AS_LARGE_AS_YOU_LIKE = 1e9

Exposed = Sequence[tuple[System, Sequence[str]]]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The rows to suppress besides the small ones.

    ``rows`` is None if a limit was reached before it was sure that there are no fewer.
    """

    rows: frozenset[str] | None
    programmes: int


@dataclass(frozen=True)
class _Cut:
    """The sum of ``gains`` over suppressed rows is at least ``need`` if ``row`` is suppressed.

    ``row`` is None if it is suppressed whatever else is.
    """

    gains: Mapping[str, float]
    need: float
    row: str | None


def fewest_rows(
    cells: Mapping[str, Cell],
    equations_of_cell: Mapping[str, Sequence[Equation]],
    *,
    small: frozenset[str],
    attack: Callable[[frozenset[str]], Exposed],
) -> Outcome:
    """Return the fewest rows that protect these cells; of several such sets the least in all.

    Args:
        cells: All cells that equations link, by id.
        equations_of_cell: The equations of each.
        small: The rows that are suppressed as they are small.
        attack: The sets of cells not known exactly and what can be worked out of each if these
            rows are suppressed besides the small ones.
    """
    search = _Search(cells, equations_of_cell, small)
    search.learn_single_equations()
    for _ in range(ROUNDS):
        proposed = search.propose()
        if proposed is None:
            break
        exposed = attack(proposed)
        if not exposed:
            return Outcome(rows=proposed, programmes=search.programmes)
        for system, cell_ids in exposed:
            for cell_id in cell_ids:
                search.learn(system, cell_id, proposed)
        if search.programmes > PROGRAMMES:
            break
    return Outcome(rows=None, programmes=search.programmes)


class _Search:
    """The programme over the rows, as far as it has been learnt."""

    def __init__(
        self,
        cells: Mapping[str, Cell],
        equations_of_cell: Mapping[str, Sequence[Equation]],
        small: frozenset[str],
    ) -> None:
        self._cells = cells
        self._equations_of_cell = equations_of_cell
        self._small = small
        self._cuts: list[_Cut] = []
        self.programmes = 0
        costs: dict[str, tuple[int, int]] = {}
        for cell in cells.values():
            if cell.fate is Fate.OPEN and cell.row not in small:
                costs[cell.row] = max(costs.get(cell.row, cell.cost), cell.cost)
        # Fewest first: all that follows weighs less than one row. Of as few, inner figures before
        # totals, then the smallest; zeros last.
        largest = 1 + max((size for _, size in costs.values() if size < 10**9), default=0)
        sizes = {row: level * largest + min(size, largest) for row, (level, size) in costs.items()}
        whole = sum(sizes.values()) or 1
        self._weights = {row: 1 + 0.9 * size / whole for row, size in sizes.items()}
        self.rows = sorted(self._weights)

    def learn_single_equations(self) -> None:
        """Add what each equation by itself asks for: most of what there is to learn."""
        of_all = (one for name in self._cells for one in self._equations_of_cell.get(name, ()))
        for equation in {id(one): one for one in of_all}.values():
            sides = {sign: self._side(equation, sign) for sign in (1, -1)}
            for place, (cell_id, coefficient) in enumerate(equation.terms):
                cell = self._cells[cell_id]
                if cell.guarded and cell.fate is not Fate.PUBLIC and coefficient in (1, -1):
                    above, below = sides[coefficient], sides[-coefficient]
                    self._ask(cell, place, (above,), cell.rule.threshold + 1)
                    self._ask(cell, place, (above, below), 1)

    def _side(self, equation: Equation, sign: int) -> _Side:
        """Return what the terms can come to, each by itself, if the equation is solved for one."""
        shown, gains = [], []
        for name, coefficient in equation.terms:
            bound = _Bound(0.0, defaultdict(float))
            self._add_cell(bound, self._cells[name], -float(sign * coefficient))
            shown.append(bound.constant)
            gains.append(next(iter(bound.gains.items()), ("", 0.0)))
        of_small = [gain if row in self._small else 0.0 for row, gain in gains]
        known = sign * equation.constant + sum(shown) + sum(of_small)
        return _Side(known, shown, gains, of_small)

    def _ask(self, cell: Cell, place: int, sides: Sequence[_Side], wanted: int) -> None:
        need = wanted - sum(one.known - one.shown[place] - one.of_small[place] for one in sides)
        if need <= _TINY:
            return
        gains: dict[str, float] = defaultdict(float)
        for side in sides:
            for other, (row, gain) in enumerate(side.gains):
                if other != place and row not in self._small and gain > _TINY:
                    gains[row] += gain
        clipped = {row: min(gain, need) for row, gain in gains.items()}
        self._cuts.append(_Cut(clipped, need, self._unless(cell)))

    def learn(self, system: System, cell_id: str, proposed: frozenset[str]) -> None:
        """Add what every set that protects the cell satisfies and ``proposed`` does not."""
        suppressed = self._small | proposed
        above, below = (
            self._bound(cell_id, sign, self._multipliers(system, cell_id, suppressed, sign))
            for sign in (1.0, -1.0)
        )
        if not self._add(self._cells[cell_id], above, below, proposed=proposed):
            # Fractions would protect it and whole numbers do not, or no other can be the small one:
            # something else beside what is hidden is wanted.
            beside = {
                self._cells[other].row
                for name in system.names
                for equation in self._equations_of_cell.get(name, ())
                for other, _ in equation.terms
            }
            others = {name: 1.0 for name in self.rows if name in beside and name not in proposed}
            self._cuts.append(_Cut(others, 1.0, self._unless(self._cells[cell_id])))

    def _unless(self, cell: Cell) -> str | None:
        return None if cell.row in self._small or cell.fate is not Fate.OPEN else cell.row

    def _add(
        self, cell: Cell, above: _Bound, below: _Bound, *, proposed: frozenset[str] | None = None
    ) -> bool:
        """Add that the cell can be above its threshold, and that it can have two values.

        Returns:
            Whether anything was added that ``proposed`` does not satisfy.
        """
        added = False
        for bound, wanted in ((above, cell.rule.threshold + 1), (above.plus(below), 1)):
            need = wanted - bound.constant
            need -= sum(gain for name, gain in bound.gains.items() if name in self._small)
            gains = {
                name: min(gain, need)
                for name, gain in bound.gains.items()
                if name not in self._small and gain > _TINY
            }
            is_met = proposed is not None and (
                sum(gains.get(name, 0.0) for name in proposed) >= need - _TINY
            )
            if need > _TINY and not is_met:
                self._cuts.append(_Cut(gains, need, self._unless(cell)))
                added = True
        return added

    def propose(self) -> frozenset[str] | None:
        """Return the cheapest rows that satisfy what was learnt; None if that was not found."""
        if not self._cuts:
            return frozenset()
        self.programmes += 1
        place = {row: index for index, row in enumerate(self.rows)}
        entries, least = [], []
        for number, cut in enumerate(self._cuts):
            gains = dict(cut.gains)
            if cut.row is not None:
                gains[cut.row] = gains.get(cut.row, 0.0) - cut.need
            entries += [(number, place[row], gain / cut.need) for row, gain in gains.items()]
            least.append(1.0 if cut.row is None else 0.0)
        if not entries:
            return None
        numbers, columns, gains_of = zip(*entries, strict=True)
        matrix = csr_array((gains_of, (numbers, columns)), shape=(len(least), len(self.rows)))
        result = milp(
            np.array([self._weights[row] for row in self.rows]),
            integrality=np.ones(len(self.rows)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(matrix, np.array(least) - _TINY, np.inf),
            options={"node_limit": NODES, "mip_rel_gap": 0.0},
        )
        if result.status != _SOLVED:
            return None
        return frozenset(row for row, value in zip(self.rows, result.x, strict=True) if value > 0.5)

    def _bound(
        self, cell_id: str, sign: float, multipliers: Iterable[tuple[Equation, float]]
    ) -> _Bound:
        """Return what limits the cell (or with the sign -1, keeps it from being less).

        That is a sum over the rows suppressed. It holds whatever is suppressed.
        """
        left: dict[str, float] = defaultdict(float)
        left[cell_id] = sign
        bound = _Bound(0.0, defaultdict(float))
        for equation, multiplier in multipliers:
            if abs(multiplier) > _TINY:
                bound.constant += multiplier * equation.constant
                for name, coefficient in equation.terms:
                    left[name] -= multiplier * coefficient
        for name, weight in left.items():
            if abs(weight) > _TINY:
                self._add_cell(bound, self._cells[name], weight)
        return bound

    def _multipliers(
        self, system: System, cell_id: str, suppressed: frozenset[str], sign: float
    ) -> list[tuple[Equation, float]]:
        """Return the equations around the system, each with its multiplier in the attack."""
        self.programmes += 1
        around = {
            id(equation): equation
            for name in system.names
            for equation in self._equations_of_cell.get(name, ())
        }
        if not around:
            return []
        target = np.zeros(len(system.names))
        target[system.place[cell_id]] = -sign
        entries, constants = [], []
        for number, equation in enumerate(around.values()):
            constant = float(equation.constant)
            for name, coefficient in equation.terms:
                if name in system.place:
                    entries.append((number, system.place[name], float(coefficient)))
                else:
                    constant -= coefficient * self._known(self._cells[name], suppressed)
            constants.append(constant)
        numbers, columns, coefficients = zip(*entries, strict=True)
        result = linprog(
            target,
            A_eq=csr_array(
                (coefficients, (numbers, columns)), shape=(len(around), len(system.names))
            ),
            b_eq=np.array(constants),
            bounds=np.column_stack([system.least, system.greatest]),
            method="highs",
        )
        found = -result.eqlin.marginals if result.status == _SOLVED else np.zeros(len(around))
        return list(zip(around.values(), found.tolist(), strict=True))

    def _add_cell(self, bound: _Bound, cell: Cell, weight: float) -> None:
        def most(*, is_shown: bool) -> float:
            low, high = known_bounds(cell, is_shown=is_shown)
            return max(weight * low, weight * (_AS_LARGE_AS_YOU_LIKE if high is None else high))

        is_open = cell.fate is Fate.OPEN
        shown = most(is_shown=is_open or cell.fate is Fate.PUBLIC)
        bound.constant += shown
        if is_open:
            bound.gains[cell.row] += max(most(is_shown=False) - shown, 0.0)

    @staticmethod
    def _known(cell: Cell, suppressed: frozenset[str]) -> int:
        """Return the count of a cell that a reader knows exactly."""
        is_shown = cell.fate is Fate.PUBLIC or (
            cell.fate is Fate.OPEN and cell.row not in suppressed
        )
        return known_bounds(cell, is_shown=is_shown)[0]


@dataclass(frozen=True)
class _Side:
    """Of each term of an equation what it comes to if it is shown, and what hiding its row gains.

    ``known`` is the sum of what is sure: the constant, what is shown, and the gains of small rows.
    """

    known: float
    shown: Sequence[float]
    gains: Sequence[tuple[str, float]]
    of_small: Sequence[float]


@dataclass
class _Bound:
    """A cell is at most ``constant``, and the ``gains`` of the rows that are suppressed."""

    constant: float
    gains: dict[str, float]

    def plus(self, other: _Bound) -> _Bound:
        """Return the sum of both."""
        gains = dict(self.gains)
        for row, gain in other.gains.items():
            gains[row] = gains.get(row, 0.0) + gain
        return _Bound(self.constant + other.constant, gains)
