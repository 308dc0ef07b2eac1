"""What a reader can work out of cells that are not shown.

A reader knows the shown counts, the equations between counts, and that counts are whole numbers
and not negative. What that leaves possible for a hidden count is the range between the least and
the greatest value in a linear programme over all hidden counts (Fischetti and Salazar (2001),
Management Science 47:1008-1027; Hundepool et al. (2012), Statistical Disclosure Control, ch. 4).
The solver is HiGHS, through scipy. Where the relaxed programme ends on a fraction, the whole-number
programme is solved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import (  # type: ignore[import-untyped]  # scipy carries no types
    Bounds,
    LinearConstraint,
    milp,
)
from scipy.sparse import csc_array  # type: ignore[import-untyped]  # scipy carries no types

from pipelines.disclosure.tables import Cell, Equation

_INFEASIBLE = 2
_WHOLE = 1e-6
_SEVERAL = 3


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


Point = NDArray[np.int64]


class NothingFitsError(Exception):
    """No set of counts fits what is known."""


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
    _place: dict[str, int] = field(init=False)
    _least: Point = field(init=False)
    _greatest: Point = field(init=False)

    def __post_init__(self) -> None:
        self._names = sorted(self.bounds)
        self._place = {name: index for index, name in enumerate(self._names)}
        # Nothing can be larger than all that is known together, or else nothing limits it; then
        # this limit, far above any threshold, stands for "as large as you like".
        limit = 1000 + 10 * sum(abs(equation.constant) for equation in self.equations)
        limit += 10 * sum(abs(greatest or least) for least, greatest in self.bounds.values())
        ends = [self.bounds[name] for name in self._names]
        self._least = np.array([least for least, _ in ends], dtype=np.int64)
        self._greatest = np.array(
            [limit if greatest is None else greatest for _, greatest in ends], dtype=np.int64
        )

    @cached_property
    def _sums(self) -> tuple[csc_array, NDArray[np.float64]]:
        """The equations: coefficients by equation and cell, and constants; in the solver's form,
        whole numbers that floating point holds exactly.
        """
        entries = [
            (row, self._place[cell_id], coefficient)
            for row, equation in enumerate(self.equations)
            for cell_id, coefficient in equation.terms
        ]
        rows, columns, coefficients = zip(*entries, strict=True)
        matrix = csc_array(
            (np.array(coefficients, dtype=np.float64), (rows, columns)),
            shape=(len(self.equations), len(self._names)),
        )
        return matrix, np.array([one.constant for one in self.equations], dtype=np.float64)

    def exposed(
        self, thresholds: Mapping[str, int], *, true: Mapping[str, int] | None = None
    ) -> Iterator[str]:
        """Those of the cells whose count a reader could work out, exactly or as being no more than
        its threshold; in the order of their names, each sought when it is asked for.

        ``true`` are the counts of all cells where they are known: one set that fits. Raises
        ``NothingFitsError`` where none does.
        """
        doubt = _Doubt(self, thresholds)
        if true is not None:
            doubt.see(np.array([true[name] for name in self._names], dtype=np.int64))
        elif thresholds:
            doubt.see(self._at_end(self._place[min(thresholds)], greatest=True))
        for name in sorted(thresholds):
            place = self._place[name]
            if doubt.is_safe(place):
                continue
            for greatest in (True, False):
                doubt.see(self._at_end(place, greatest=greatest))
                if doubt.is_safe(place):
                    doubt.clear_many()
                    break
            else:
                yield name

    def range_of(self, cell_id: str) -> Range:
        """The least and the greatest that the cell can be. Raises ``NothingFitsError``."""
        place = self._place[cell_id]
        low, high = (self._at_end(place, greatest=greatest) for greatest in (False, True))
        return Range(least=int(low[place]), greatest=int(high[place]))

    def fits(self) -> bool:
        """Whether any set of counts fits what is known."""
        try:
            self._at_end(0, greatest=False)
        except NothingFitsError:
            return False
        return True

    def _at_end(self, place: int, *, greatest: bool) -> Point:
        """A possible set of counts in which this cell is as great, or as small, as it can be."""
        if not self.equations:
            return self._greatest if greatest else self._least
        target = np.zeros(len(self._names))
        target[place] = -1.0 if greatest else 1.0
        for whole in (False, True):
            point = self.best(target, self._greatest, whole=whole)
            if point is not None:
                return point
        raise RuntimeError(f"The solver gave fractions for whole numbers at {self._names[place]}")

    def best(
        self, target: NDArray[np.float64], greatest: Point, *, whole: bool = False
    ) -> Point | None:
        """The possible set of counts, none above ``greatest``, with the least sum of counts times
        ``target``; None where the relaxed programme ends on a fraction (never if ``whole``).

        Raises ``NothingFitsError``.
        """
        self.programmes += 1
        matrix, constants = self._sums
        result = milp(
            target,
            integrality=np.full(len(self._names), int(whole)),
            bounds=Bounds(self._least.astype(np.float64), greatest.astype(np.float64)),
            constraints=LinearConstraint(matrix, constants, constants),
        )
        if result.status == _INFEASIBLE:
            raise NothingFitsError
        if not result.success:
            raise RuntimeError(f"The solver stopped at {self._names[0]}: {result.message}")
        rounded = np.rint(result.x)
        if np.any(np.abs(result.x - rounded) >= _WHOLE):
            return None
        point: Point = rounded.astype(np.int64)
        if (
            np.any(matrix @ point != constants)
            or np.any(point < self._least)
            or np.any(point > greatest)
        ):
            return None
        return point


class _Doubt:
    """What the possible sets of counts seen so far leave open for some cells of a system.

    A cell is safe once two values of it were seen, and one above its threshold. Each set can make
    many cells safe at once, so the first few are sought to do that.
    """

    def __init__(self, system: System, thresholds: Mapping[str, int]) -> None:
        self._system = system
        self._places = np.array(sorted(system._place[name] for name in thresholds), dtype=np.int64)
        self._thresholds = np.zeros(len(system._names), dtype=np.int64)
        for name, threshold in thresholds.items():
            self._thresholds[system._place[name]] = threshold
        self._seen: tuple[Point, Point] | None = None

    def see(self, point: Point) -> None:
        """Adds a possible set of counts."""
        if self._seen is None:
            self._seen = point, point
        else:
            lowest, highest = self._seen
            self._seen = np.minimum(lowest, point), np.maximum(highest, point)

    def is_safe(self, place: int) -> bool:
        """Whether the sets seen leave a reader in doubt about the value of the cell and about its
        being small.
        """
        if self._seen is None:
            return False
        lowest, highest = self._seen
        return bool(lowest[place] < highest[place] and highest[place] > self._thresholds[place])

    def clear_many(self) -> None:
        """Seeks sets that make as many cells safe at once as can be, as long as one makes several
        safe.
        """
        system = self._system
        if not system.equations:
            self.see(system._least)
            self.see(system._greatest)
            return
        left = self._left()
        while self._seen is not None and len(left) > _SEVERAL:
            _, highest = self._seen
            # Each is wanted just above its threshold and no further, which leaves most for others;
            # one that was above it already is wanted elsewhere. Unlike weights break ties.
            is_small = highest[left] <= self._thresholds[left]
            weights = 1.0 + np.arange(len(left), 0, -1) / len(left)
            target = np.zeros(len(system._names))
            target[left] = np.where(is_small, -weights, weights)
            limit = system._greatest.copy()
            limit[left] = np.minimum(
                limit[left], np.maximum(highest[left], self._thresholds[left] + 1)
            )
            point = system.best(target, limit)
            if point is None:
                return
            self.see(point)
            before, left = left, self._left()
            if len(before) - len(left) < _SEVERAL:
                return

    def _left(self) -> Point:
        return np.array(
            [place for place in self._places if not self.is_safe(place)], dtype=np.int64
        )


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
