"""Which rows to suppress so that no small number can be worked out.

Pure: counts and equations in, decisions out. Why it is done this way:
``docs/decisions/0003-suppress-by-linear-programme.md``.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.disclosure.knowledge import (
    NothingFitsError,
    System,
    known_bounds,
    linked_systems,
)
from pipelines.disclosure.tables import (
    CannotProtectError,
    Cell,
    Decision,
    Equation,
    Fate,
    Reason,
    State,
)


@dataclass(frozen=True, kw_only=True)
class Protection:
    """The decisions, one for each open row, by row; and how many programmes were solved."""

    decisions: Mapping[str, Decision]
    programmes: int


def protect(
    cells: Iterable[Cell], equations: Iterable[Equation], *, complementary: bool = True
) -> Protection:
    """Decide for each open row whether it is shown.

    A row with a small number in it is suppressed. Then, as long as a reader could work out a hidden
    guarded cell exactly, or that it is a small number, the cheapest open row on an equation that
    touches it is suppressed too (lowest ``Cell.cost``, then id).

    ``complementary=False`` stops after the small numbers themselves: it leaks, and is there for
    tests to see that it does.

    Raises ``CannotProtectError`` with the cells' ids where nothing is left to suppress, and
    ``ValueError`` where the counts do not satisfy an equation or an equation names no known cell.
    """
    work = _Work(cells, equations)
    work.suppress_small_numbers()
    if complementary:
        work.protect_all()
    return Protection(decisions=work.decisions(), programmes=work.programmes)


class _Work:
    """The state of one call of ``protect``."""

    def __init__(self, cells: Iterable[Cell], equations: Iterable[Equation]) -> None:
        self.cells = {cell.cell_id: cell for cell in cells}
        self.equations = _that_fit(tuple(equations), self.cells)
        self.cells_of_row: dict[str, list[Cell]] = defaultdict(list)
        for cell in self.cells.values():
            self.cells_of_row[cell.row].append(cell)
        self.equations_of_cell: dict[str, list[Equation]] = defaultdict(list)
        for equation in self.equations:
            for cell_id, _ in equation.terms:
                self.equations_of_cell[cell_id].append(equation)
        self.suppressed: dict[str, Reason] = {}
        self.programmes = 0

    def suppress_small_numbers(self) -> None:
        already_public = []
        for cell in self.cells.values():
            if not cell.is_small:
                continue
            if cell.fate is Fate.PUBLIC:
                already_public.append(cell)
            elif cell.fate is Fate.OPEN:
                self.suppressed[cell.row] = Reason.SMALL_NUMBER
        if already_public:
            raise CannotProtectError(already_public)

    def protect_all(self) -> None:
        # Only what hangs together with a hidden cell can matter, and most of a release does not.
        done: set[str] = set()
        exposed: list[Cell] = []
        held_by: list[Cell] = []
        for start in sorted(self._hidden_guarded(self.cells)):
            if start in done:
                continue
            neighbourhood = self._linked_to(start)
            done |= neighbourhood
            try:
                self._protect_neighbourhood(neighbourhood)
            except CannotProtectError as impossible:
                # A person is told of all that must be decided, not of one after the other.
                exposed += [self.cells[cell_id] for cell_id in impossible.cells]
                held_by += [self.cells_of_row[row][0] for row in impossible.held_by]
        if exposed:
            raise CannotProtectError(exposed, held_by=held_by)

    def _protect_neighbourhood(self, neighbourhood: set[str]) -> None:
        """Looks at each set of cells that hang together, in the order of their first cells; after a
        row is suppressed, only at those that this has changed.
        """
        settled: set[frozenset[str]] = set()
        waiting = _Waiting(self._systems_around(neighbourhood))
        while (system := waiting.first()) is not None:
            exposed = self._first_exposed(system, settled)
            if exposed is not None:
                row = self._suppress_one_more(exposed, system)
                waiting.add(self._systems_around(self._ids(row)))
        # What was suppressed early may have become needless by what was suppressed later.
        helpers = {
            self.cells[cell_id].row
            for cell_id in neighbourhood
            if self.suppressed.get(self.cells[cell_id].row) is Reason.PROTECTS
        }
        for row in sorted(helpers, key=self._price, reverse=True):
            together = {
                cell_id
                for system in self._systems_around(self._ids(row))
                for cell_id in system.bounds
            }
            del self.suppressed[row]
            if any(
                self._first_exposed(system, settled) is not None
                for system in self._systems_around(together)
            ):
                self.suppressed[row] = Reason.PROTECTS

    def _ids(self, row: str) -> list[str]:
        return [cell.cell_id for cell in self.cells_of_row[row]]

    def _systems_around(self, cell_ids: Iterable[str]) -> list[System]:
        """The sets of cells not known exactly that hang together with any of these now."""
        bounds = {
            cell_id: known_bounds(self.cells[cell_id], is_shown=self._is_shown(self.cells[cell_id]))
            for cell_id in cell_ids
        }
        equations: dict[int, Equation] = {}
        edge = list(bounds)
        while edge:
            cell_id = edge.pop()
            low, high = bounds[cell_id]
            if low == high:
                continue
            for equation in self.equations_of_cell[cell_id]:
                if id(equation) in equations:
                    continue
                equations[id(equation)] = equation
                for other, _ in equation.terms:
                    if other not in bounds:
                        cell = self.cells[other]
                        bounds[other] = known_bounds(cell, is_shown=self._is_shown(cell))
                        edge.append(other)
        return linked_systems(bounds, equations.values())

    def _first_exposed(self, system: System, settled: set[frozenset[str]]) -> str | None:
        """The first cell of the system that a reader could work out, None if all are safe.

        ``settled`` are the sets of cells already found safe; it is added to. What is safe depends
        on nothing but which cells are hidden together.
        """
        hidden = frozenset(
            cell_id for cell_id in system.bounds if not self._is_shown(self.cells[cell_id])
        )
        if hidden in settled:
            return None
        counts = {cell_id: self.cells[cell_id].count for cell_id in system.bounds}
        known = {cell_id: count for cell_id, count in counts.items() if count is not None}
        thresholds = {
            cell_id: self.cells[cell_id].rule.threshold for cell_id in self._hidden_guarded(hidden)
        }
        try:
            exposed = next(
                system.exposed(thresholds, true=known if len(known) == len(counts) else None), None
            )
        except NothingFitsError as nothing_fits:
            message = f"No counts fit the equations around {min(thresholds)}"
            raise ValueError(message) from nothing_fits
        self.programmes += system.programmes
        if exposed is None:
            settled.add(hidden)
        return exposed

    def _suppress_one_more(self, exposed: str, system: System) -> str:
        """Suppress the cheapest open row beside the exposed cell; failing that, beside any cell
        that is hidden with it. Gives the row.
        """
        for around in ((exposed,), tuple(system.bounds)):
            rows = {
                self.cells[cell_id].row
                for hidden in around
                for equation in self.equations_of_cell[hidden]
                for cell_id, _ in equation.terms
                if self.cells[cell_id].fate is Fate.OPEN
                and self.cells[cell_id].row not in self.suppressed
            }
            if rows:
                row = min(rows, key=self._price)
                self.suppressed[row] = Reason.PROTECTS
                return row
        beside = {
            cell_id
            for hidden in system.bounds
            for equation in self.equations_of_cell[hidden]
            for cell_id, _ in equation.terms
        }
        raise CannotProtectError(
            [self.cells[exposed]],
            held_by=[
                self.cells[cell_id] for cell_id in beside if self.cells[cell_id].fate is Fate.PUBLIC
            ],
        )

    def _price(self, row: str) -> tuple[int, int, int, str]:
        """Inner cells before totals; then those that leave the fewest equations with one hidden
        cell alone, which would have to be protected in turn; then the smallest; then by name.
        """
        level, size = max(cell.cost for cell in self.cells_of_row[row])
        alone = sum(
            all(
                self.cells[other].row == row or self._is_shown(self.cells[other])
                for other, _ in equation.terms
            )
            for cell in self.cells_of_row[row]
            for equation in self.equations_of_cell[cell.cell_id]
        )
        return level, alone, size, row

    def _is_shown(self, cell: Cell) -> bool:
        if cell.fate is Fate.OPEN:
            return cell.row not in self.suppressed
        return cell.fate is Fate.PUBLIC

    def _hidden_guarded(self, cell_ids: Iterable[str]) -> set[str]:
        return {
            cell_id
            for cell_id in cell_ids
            if self.cells[cell_id].guarded and not self._is_shown(self.cells[cell_id])
        }

    def _linked_to(self, start: str) -> set[str]:
        """All cells that chains of equations reach from ``start``."""
        reached, edge = {start}, [start]
        followed: set[int] = set()
        while edge:
            for equation in self.equations_of_cell[edge.pop()]:
                if id(equation) in followed:
                    continue
                followed.add(id(equation))
                for cell_id, _ in equation.terms:
                    if cell_id not in reached:
                        reached.add(cell_id)
                        edge.append(cell_id)
        return reached

    def decisions(self) -> dict[str, Decision]:
        result = {}
        for row, cells in self.cells_of_row.items():
            if any(cell.fate is Fate.OPEN for cell in cells):
                reason = self.suppressed.get(row)
                state = State.SHOWN if reason is None else State.SUPPRESSED
                result[row] = Decision(row=row, state=state, reason=reason)
        return result


class _Waiting:
    """Systems still to be looked at, that with the first cell first."""

    def __init__(self, systems: Iterable[System]) -> None:
        self._by_first: dict[str, System] = {}
        self._firsts: list[str] = []
        self.add(systems)

    def add(self, systems: Iterable[System]) -> None:
        """Adds systems; those that have become part of one of them wait no longer."""
        for system in systems:
            for cell_id in system.bounds:
                self._by_first.pop(cell_id, None)
            first = min(system.bounds)
            self._by_first[first] = system
            heapq.heappush(self._firsts, first)

    def first(self) -> System | None:
        """Takes the first out; None where none is left."""
        while self._firsts:
            system = self._by_first.pop(heapq.heappop(self._firsts), None)
            if system is not None:
                return system
        return None


def _that_fit(equations: tuple[Equation, ...], cells: Mapping[str, Cell]) -> tuple[Equation, ...]:
    """The equations, seen to name known cells and to hold for the counts."""
    for equation in equations:
        total = 0
        for cell_id, coefficient in equation.terms:
            if cell_id not in cells:
                message = f"An equation names the cell {cell_id}, which is not there"
                raise ValueError(message)
            count = cells[cell_id].count
            if count is None:
                break
            total += coefficient * count
        else:
            if total != equation.constant:
                names = ", ".join(cell_id for cell_id, _ in equation.terms)
                message = f"The counts of {names} do not satisfy their equation"
                raise ValueError(message)
    return equations
