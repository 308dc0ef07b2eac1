"""What a reader can work out of cells that are not shown.

A reader knows the shown counts, the equations between counts, and that counts are whole numbers
and not negative. What that leaves possible for a hidden count is the range between the least and
the greatest value in a linear programme over all hidden counts (Fischetti and Salazar (2001),
Management Science 47:1008-1027; Hundepool et al. (2012), Statistical Disclosure Control, ch. 4).
The solver is HiGHS, through scipy. Where the relaxed programme ends on a fraction, the whole-number
programme is solved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import (  # type: ignore[import-untyped]  # scipy carries no types
    Bounds,
    LinearConstraint,
    milp,
)

from pipelines.disclosure.tables import Cell, Equation

_INFEASIBLE = 2
_WHOLE = 1e-6


@dataclass(frozen=True, kw_only=True)
class Range:
    """The least and the greatest count that a reader must think possible."""

    least: int
    greatest: int


def known_bounds(cell: Cell, *, is_shown: bool) -> tuple[int, int | None]:
    """What a reader knows of one cell alone: least and greatest, None where there is no greatest.

    A hidden count that is not nought, under a rule that shows noughts, is held to be known to be
    at least 1: a reader sees that noughts are shown.
    """
    if cell.known is not None:
        return cell.known
    if is_shown:
        if cell.count is None:
            return 0, None
        if not cell.guarded and cell.rule.rounding <= 1:
            return cell.count, cell.count
        return cell.rule.readable_as(cell.count)
    if cell.guarded and cell.count and cell.rule.show_zero:
        return 1, None
    return 0, None


@dataclass
class System:
    """A linked set of counts that are not known exactly, and the equations between them.

    ``bounds`` are least and greatest (None: no greatest) of each, ``equations`` have only these
    cells in their terms (what is known exactly is moved into the constant).
    """

    bounds: Mapping[str, tuple[int, int | None]]
    equations: Sequence[Equation]
    programmes: int = 0
    _names: list[str] = field(init=False)
    _matrix: NDArray[np.float64] = field(init=False)
    _constants: NDArray[np.float64] = field(init=False)
    _bounds: Bounds = field(init=False)

    def __post_init__(self) -> None:
        self._names = sorted(self.bounds)
        place = {name: index for index, name in enumerate(self._names)}
        self._matrix = np.zeros((len(self.equations), len(self._names)))
        for row, equation in enumerate(self.equations):
            for cell_id, coefficient in equation.terms:
                self._matrix[row, place[cell_id]] += coefficient
        self._constants = np.array([float(equation.constant) for equation in self.equations])
        # Nothing can be larger than all that is known together, or else nothing limits it; then
        # this limit, far above any threshold, stands for "as large as you like".
        limit = 1000 + 10 * sum(abs(equation.constant) for equation in self.equations)
        limit += 10 * sum(abs(greatest or least) for least, greatest in self.bounds.values())
        self._bounds = Bounds(
            [float(self.bounds[name][0]) for name in self._names],
            [
                float(limit if greatest is None else greatest)
                for greatest in (self.bounds[name][1] for name in self._names)
            ],
        )

    def extreme_point(self, cell_id: str, *, greatest: bool) -> dict[str, int] | None:
        """A possible set of counts in which this cell is as great, or as small, as it can be.

        None where no set of counts fits what is known.
        """
        target = np.zeros(len(self._names))
        target[self._names.index(cell_id)] = -1.0 if greatest else 1.0
        for integrality in (0, 1):
            self.programmes += 1
            result = milp(
                target,
                integrality=np.full(len(self._names), integrality),
                bounds=self._bounds,
                constraints=LinearConstraint(self._matrix, self._constants, self._constants)
                if self.equations
                else (),
            )
            if result.status == _INFEASIBLE:
                return None
            if not result.success:
                raise RuntimeError(f"The solver stopped at {cell_id}: {result.message}")
            rounded = np.rint(result.x)
            if np.all(np.abs(result.x - rounded) < _WHOLE):
                return {name: int(x) for name, x in zip(self._names, rounded, strict=True)}
        raise RuntimeError(f"The solver gave fractions for whole numbers at {cell_id}")

    def range_of(self, cell_id: str) -> Range | None:
        """The least and the greatest that the cell can be; None where nothing fits."""
        low = self.extreme_point(cell_id, greatest=False)
        high = self.extreme_point(cell_id, greatest=True)
        if low is None or high is None:
            return None
        return Range(least=low[cell_id], greatest=high[cell_id])


def linked_systems(
    bounds: Mapping[str, tuple[int, int | None]], equations: Iterable[Equation]
) -> list[System]:
    """The cells not known exactly, parted into sets that no equation links.

    ``bounds`` of every cell that an equation names; those with equal ends are known exactly.
    """
    open_cells = {cell_id for cell_id, (low, high) in bounds.items() if low != high}
    leader = {cell_id: cell_id for cell_id in open_cells}

    def find(cell_id: str) -> str:
        while leader[cell_id] != cell_id:
            leader[cell_id] = leader[leader[cell_id]]
            cell_id = leader[cell_id]
        return cell_id

    reduced: list[Equation] = []
    for equation in equations:
        terms = tuple(term for term in equation.terms if term[0] in open_cells)
        if not terms:
            continue
        known = sum(
            coefficient * bounds[cell_id][0]
            for cell_id, coefficient in equation.terms
            if cell_id not in open_cells
        )
        reduced.append(Equation(terms=terms, constant=equation.constant - known))
        first = find(terms[0][0])
        for cell_id, _ in terms[1:]:
            leader[find(cell_id)] = first
    members: dict[str, list[str]] = {}
    for cell_id in sorted(open_cells):
        members.setdefault(find(cell_id), []).append(cell_id)
    their_equations: dict[str, list[Equation]] = {name: [] for name in members}
    for equation in reduced:
        their_equations[find(equation.terms[0][0])].append(equation)
    return [
        System(bounds={each: bounds[each] for each in cells}, equations=their_equations[name])
        for name, cells in members.items()
    ]
