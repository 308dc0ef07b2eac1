"""Which rows to suppress so that no small number can be worked out.

Pure: counts and equations in, decisions out. ``docs/decisions/disclosure.md`` says why it is done
this way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.disclosure.knowledge import System, known_bounds, linked_systems
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
        waiting = self._hidden_guarded(self.cells)
        done: set[str] = set()
        exposed: list[Cell] = []
        held_by: list[Cell] = []
        while waiting:
            start = min(waiting)
            neighbourhood = self._linked_to(start)
            try:
                self._protect_neighbourhood(neighbourhood)
            except CannotProtectError as impossible:
                # A person is told of all that must be decided, not of one after the other.
                exposed += [self.cells[cell_id] for cell_id in impossible.cells]
                held_by += [self.cells_of_row[row][0] for row in impossible.held_by]
            done |= neighbourhood
            waiting -= done
        if exposed:
            raise CannotProtectError(exposed, held_by=held_by)

    def _protect_neighbourhood(self, neighbourhood: set[str]) -> None:
        equations = list(
            {
                id(equation): equation
                for cell_id in sorted(neighbourhood)
                for equation in self.equations_of_cell[cell_id]
            }.values()
        )
        settled: set[frozenset[str]] = set()
        while exposure := self._exposure(neighbourhood, equations, settled):
            self._suppress_one_more(*exposure)
        # What was suppressed early may have become needless by what was suppressed later.
        helpers = {
            self.cells[cell_id].row
            for cell_id in neighbourhood
            if self.suppressed.get(self.cells[cell_id].row) is Reason.PROTECTS
        }
        for row in sorted(helpers, key=self._price, reverse=True):
            del self.suppressed[row]
            if self._exposure(neighbourhood, equations, settled):
                self.suppressed[row] = Reason.PROTECTS

    def _exposure(
        self, neighbourhood: set[str], equations: list[Equation], settled: set[frozenset[str]]
    ) -> tuple[str, System] | None:
        """A cell that a reader could work out, with what it hangs together with; None if none.

        ``settled`` are the sets of cells already found safe; it is added to. What is safe depends
        on nothing but which cells are hidden together.
        """
        bounds = {
            cell_id: known_bounds(self.cells[cell_id], is_shown=self._is_shown(self.cells[cell_id]))
            for cell_id in neighbourhood
        }
        for system in linked_systems(bounds, equations):
            hidden = frozenset(
                cell_id for cell_id in system.bounds if not self._is_shown(self.cells[cell_id])
            )
            if not hidden or hidden in settled:
                continue
            exposed = self._first_exposed(system)
            self.programmes += system.programmes
            if exposed is not None:
                return exposed, system
            settled.add(hidden)
        return None

    def _first_exposed(self, system: System) -> str | None:
        """The first cell of the system that a reader could work out, None if all are safe.

        Each point that the solver finds is a set of counts that a reader must think possible, so it
        can clear several cells at once; the true counts are such a point from the start.
        """
        guarded = sorted(self._hidden_guarded(system.bounds))
        counts = {cell_id: self.cells[cell_id].count for cell_id in system.bounds}
        points: list[dict[str, int]] = []
        if all(count is not None for count in counts.values()):
            points.append({each: count for each, count in counts.items() if count is not None})
        for cell_id in guarded:
            if _is_safe(cell_id, points, self.cells[cell_id].rule.threshold):
                continue
            for greatest in (True, False):
                point = system.extreme_point(cell_id, greatest=greatest)
                if point is None:
                    message = f"No counts fit the equations around {cell_id}"
                    raise ValueError(message)
                points.append(point)
                if _is_safe(cell_id, points, self.cells[cell_id].rule.threshold):
                    break
            else:
                return cell_id
        return None

    def _suppress_one_more(self, exposed: str, system: System) -> None:
        """Suppress the cheapest open row beside the exposed cell; failing that, beside any cell
        that is hidden with it."""
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
                self.suppressed[min(rows, key=self._price)] = Reason.PROTECTS
                return
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
        cell alone, which would have to be protected in turn; then the smallest; then by name."""
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
        while edge:
            for equation in self.equations_of_cell[edge.pop()]:
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


def _is_safe(cell_id: str, points: list[dict[str, int]], threshold: int) -> bool:
    """Whether these possible counts leave a reader in doubt about the cell's value and about its
    being small."""
    values = {point[cell_id] for point in points}
    return len(values) > 1 and max(values) > threshold


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
