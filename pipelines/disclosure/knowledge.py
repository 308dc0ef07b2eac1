"""Counts that a reader can work out although they are not shown.

A reader knows the shown counts, the equations between counts, and that counts are whole numbers
and not negative. What that leaves possible for a hidden count is the range between the least and
the greatest value in a linear programme over all hidden counts (Fischetti and Salazar (2001),
Management Science 47:1008-1027; Hundepool et al. (2012), Statistical Disclosure Control, ch. 4).
The solver is HiGHS, through scipy. Where the relaxed programme ends on a fraction, the whole-number
programme is solved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import (  # type: ignore[import-untyped]  # scipy carries no types
    Bounds,
    LinearConstraint,
    milp,
)
from scipy.sparse import csc_array  # type: ignore[import-untyped]  # scipy carries no types
from scipy.sparse.csgraph import (  # type: ignore[import-untyped]  # scipy carries no types
    connected_components,
)

from pipelines.disclosure.tables import Cell, Equation, Rule

_INFEASIBLE = 2
_WHOLE = 1e-6
_SEVERAL = 3


@dataclass(frozen=True, kw_only=True)
class Range:
    """The least and the greatest count that a reader must think possible."""

    least: int
    greatest: int


def known_bounds(cell: Cell, *, is_shown: bool) -> tuple[int, int | None]:
    """Return what a reader knows of one cell alone: least and greatest, None for no greatest.

    A hidden count that is not zero, under a rule that shows zeros, is taken to be known to be at
    least 1: a reader sees that zeros are shown.
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


class System:
    """A linked set of counts that are not known exactly, and the equations between them.

    ``bounds`` are least and greatest (None: no greatest) of each, ``equations`` have only these
    cells in their terms (what is known exactly is moved into the constant). ``programmes`` counts
    the linear programmes that were solved.
    """

    def __init__(
        self, *, bounds: Mapping[str, tuple[int, int | None]], equations: Sequence[Equation]
    ) -> None:
        """Number the cells in the order of their names."""
        self.bounds = bounds
        self.equations = equations
        self.programmes = 0
        self.names = sorted(bounds)
        self.place = {name: index for index, name in enumerate(self.names)}
        # Nothing can be larger than all that is known together, or else nothing limits it; then
        # this limit, far above any threshold, stands for "as large as you like".
        limit = 1000 + 10 * sum(abs(equation.constant) for equation in equations)
        limit += 10 * sum(abs(greatest or least) for least, greatest in bounds.values())
        ends = [bounds[name] for name in self.names]
        self.least: Point = np.array([least for least, _ in ends], dtype=np.int64)
        self.greatest: Point = np.array(
            [limit if greatest is None else greatest for _, greatest in ends], dtype=np.int64
        )

    @cached_property
    def _sums(self) -> tuple[csc_array, NDArray[np.float64]]:
        """The coefficients by equation and cell, and the constants, as the solver takes them.

        They are whole numbers that floating point holds exactly.
        """
        entries = [
            (row, self.place[cell_id], coefficient)
            for row, equation in enumerate(self.equations)
            for cell_id, coefficient in equation.terms
        ]
        rows, columns, coefficients = zip(*entries, strict=True)
        matrix = csc_array(
            (np.array(coefficients, dtype=np.float64), (rows, columns)),
            shape=(len(self.equations), len(self.names)),
        )
        return matrix, np.array([one.constant for one in self.equations], dtype=np.float64)

    def exposed(
        self, thresholds: Mapping[str, int], *, true: Mapping[str, int] | None = None
    ) -> Iterator[str]:
        """Yield the cells whose count a reader could work out, in the order of their names.

        That is exactly, or as being no more than its threshold. ``true`` are the counts of all
        cells if they are known: one set that fits.

        Raises:
            NothingFitsError: No set of counts fits.
        """
        doubt = _Doubt(self, thresholds)
        if true is not None:
            doubt.see(np.array([true[name] for name in self.names], dtype=np.int64))
        elif thresholds:
            doubt.see(self._at_end(self.place[min(thresholds)], greatest=True))
        for name in sorted(thresholds):
            place = self.place[name]
            if doubt.is_safe(place):
                continue
            for greatest in (True, False):
                doubt.see(self._at_end(place, greatest=greatest))
                if doubt.is_safe(place):
                    doubt.clear_many()
                    break
            else:
                yield name

    def told_by_rule(
        self, rules: Mapping[str, Rule], *, true: Mapping[str, int] | None = None
    ) -> dict[str, Range]:
        """Return the cells that the reason of their being hidden gives away, with what is left.

        A reader knows that at least one of these cells is small, or none would be hidden. If only
        one of them can be, it is this one. What is left is what a cell can be in all sets of counts
        in which one is small; it is given away if that is one value, or nothing above its
        threshold.

        Args:
            rules: The rule of each cell that is hidden for being small or for protecting another.
            true: The counts of all cells if they are known.
        """
        left, systems = set(rules), []
        # The truly small first: the counts as they are fit, and clear most cells at once.
        is_small = {one: true is not None and rule.hides(true[one]) for one, rule in rules.items()}
        for cause in sorted(rules, key=lambda one: (not is_small[one], one)):
            others = {one: rules[one].threshold for one in left if one != cause}
            with suppress(NothingFitsError):  # it cannot be the small one
                system = self._with_small(cause, rules[cause])
                left &= {cause, *system.exposed(others, true=true if is_small[cause] else None)}
                systems.append(system)
            if not left:
                return {}
        found = {}
        for one in sorted(left):
            ranges = [system.range_of(one) for system in systems]
            least, greatest = (
                min(each.least for each in ranges),
                max(each.greatest for each in ranges),
            )
            if least == greatest or greatest <= rules[one].threshold:
                found[one] = Range(least=least, greatest=greatest)
        return found

    def _with_small(self, cell_id: str, rule: Rule) -> System:
        """Return the same system in which a cell is small."""
        least, greatest = self.bounds[cell_id]
        least = max(least, 1 if rule.show_zero else 0)
        most = rule.threshold if greatest is None else min(greatest, rule.threshold)
        if least > most:
            raise NothingFitsError
        return System(bounds={**self.bounds, cell_id: (least, most)}, equations=self.equations)

    def range_of(self, cell_id: str) -> Range:
        """Return the least and the greatest that the cell can be, or raise ``NothingFitsError``."""
        place = self.place[cell_id]
        low, high = (self._at_end(place, greatest=greatest) for greatest in (False, True))
        return Range(least=int(low[place]), greatest=int(high[place]))

    def fits(self) -> bool:
        """Return whether any set of counts fits what is known."""
        try:
            self._at_end(0, greatest=False)
        except NothingFitsError:
            return False
        return True

    def _at_end(self, place: int, *, greatest: bool) -> Point:
        """Return a possible set of counts with this cell as great, or as small, as it can be."""
        if not self.equations:
            return self.greatest if greatest else self.least
        target = np.zeros(len(self.names))
        target[place] = -1.0 if greatest else 1.0
        for whole in (False, True):
            point = self.best(target, self.greatest, whole=whole)
            if point is not None:
                return point
        raise RuntimeError(f"The solver gave fractions for whole numbers at {self.names[place]}")

    def best(
        self, target: NDArray[np.float64], greatest: Point, *, whole: bool = False
    ) -> Point | None:
        """Return the possible set of counts with the least sum of counts times ``target``.

        Args:
            target: The weight of each cell.
            greatest: The most that each cell may be.
            whole: Solve the whole-number programme.

        Returns:
            None if the relaxed programme ends on a fraction (never if ``whole``).

        Raises:
            NothingFitsError: No set of counts fits.
        """
        self.programmes += 1
        matrix, constants = self._sums
        result = milp(
            target,
            integrality=np.full(len(self.names), int(whole)),
            bounds=Bounds(self.least.astype(np.float64), greatest.astype(np.float64)),
            constraints=LinearConstraint(matrix, constants, constants),
        )
        if result.status == _INFEASIBLE:
            raise NothingFitsError
        if not result.success:
            raise RuntimeError(f"The solver stopped at {self.names[0]}: {result.message}")
        rounded = np.rint(result.x)
        if np.any(np.abs(result.x - rounded) >= _WHOLE):
            return None
        point: Point = rounded.astype(np.int64)
        fits = np.all(matrix @ point == constants) and np.all(self.least <= point)
        return point if fits and np.all(point <= greatest) else None


class _Doubt:
    """The doubt that the possible sets of counts seen so far leave about some cells of a system.

    A cell is safe once two values of it were seen, and one above its threshold. Each set can make
    many cells safe at once, so the first few are sought to do that.
    """

    def __init__(self, system: System, thresholds: Mapping[str, int]) -> None:
        """Watch the cells that have a threshold."""
        self._system = system
        self.places = np.array(sorted(system.place[name] for name in thresholds), dtype=np.int64)
        self._thresholds = np.zeros(len(system.names), dtype=np.int64)
        for name, threshold in thresholds.items():
            self._thresholds[system.place[name]] = threshold
        self._seen: tuple[Point, Point] | None = None

    def see(self, point: Point) -> None:
        """Add a possible set of counts."""
        if self._seen is None:
            self._seen = point, point
        else:
            lowest, highest = self._seen
            self._seen = np.minimum(lowest, point), np.maximum(highest, point)

    def is_safe(self, place: int) -> bool:
        """Return whether a reader is in doubt about the cell's value and about its being small."""
        if self._seen is None:
            return False
        lowest, highest = self._seen
        return bool(lowest[place] < highest[place] and highest[place] > self._thresholds[place])

    def clear_many(self) -> None:
        """Find sets that make as many cells safe at once as can be, while each makes several."""
        system = self._system
        if not system.equations:
            self.see(system.least)
            self.see(system.greatest)
            return
        left = self._left()
        while self._seen is not None and len(left) > _SEVERAL:
            _, highest = self._seen
            # Each is wanted just above its threshold and no further, which leaves most for others;
            # one that was above it already is wanted elsewhere. Unlike weights break ties.
            is_small = highest[left] <= self._thresholds[left]
            weights = 1.0 + np.arange(len(left), 0, -1) / len(left)
            target = np.zeros(len(system.names))
            target[left] = np.where(is_small, -weights, weights)
            limit = system.greatest.copy()
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
        return np.array([place for place in self.places if not self.is_safe(place)], dtype=np.int64)


def linked_systems(
    bounds: Mapping[str, tuple[int, int | None]], equations: Iterable[Equation]
) -> list[System]:
    """Split the cells that are not known exactly into sets that no equation links.

    ``bounds`` are those of every cell that an equation names; equal ends are known exactly.
    """
    open_cells = sorted(cell_id for cell_id, (low, high) in bounds.items() if low != high)
    place = {cell_id: index for index, cell_id in enumerate(open_cells)}
    reduced: list[Equation] = []
    links: list[tuple[int, int]] = []
    for equation in equations:
        terms = tuple(term for term in equation.terms if term[0] in place)
        known = sum(
            coefficient * bounds[cell_id][0]
            for cell_id, coefficient in equation.terms
            if cell_id not in place
        )
        if terms:
            reduced.append(Equation(terms=terms, constant=equation.constant - known))
            links += [(place[terms[0][0]], place[cell_id]) for cell_id, _ in terms]
    if not open_cells:
        return []
    pairs = np.array(links, dtype=np.int64).reshape(-1, 2).T
    linked = csc_array((np.ones(len(links)), pairs), shape=(len(open_cells), len(open_cells)))
    count, labels = connected_components(linked, directed=False)
    cells: list[dict[str, tuple[int, int | None]]] = [{} for _ in range(count)]
    for cell_id, label in zip(open_cells, labels, strict=True):
        cells[label][cell_id] = bounds[cell_id]
    their_equations: list[list[Equation]] = [[] for _ in range(count)]
    for equation in reduced:
        their_equations[labels[place[equation.terms[0][0]]]].append(equation)
    return [
        System(bounds=each, equations=of_them)
        for each, of_them in zip(cells, their_equations, strict=True)
    ]
