"""Which rows to suppress so that no small number can be worked out.

Pure: counts and equations in, decisions out. Why it is done this way:
``docs/decisions/0003-suppress-by-linear-programme.md``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pipelines.disclosure.fewest import Exposed, fewest_rows
from pipelines.disclosure.knowledge import (
    NothingFitsError,
    Range,
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
    that_fit,
)


@dataclass(frozen=True, kw_only=True)
class Protection:
    """The decisions, one for each open row, by row.

    ``programmes`` were solved. Of ``neighbourhoods``, the sets of linked figures in which something
    is hidden, ``by_greedy`` are those where it is not sure that no fewer would do. ``known_small``
    counts are known to be small by being hidden, since nothing that could be the small one in their
    place is left to hide: figures that are in no sum above all.
    """

    decisions: Mapping[str, Decision]
    programmes: int
    neighbourhoods: int = 0
    by_greedy: int = 0
    known_small: int = 0


def protect(
    cells: Iterable[Cell],
    equations: Iterable[Equation],
    *,
    complementary: bool = True,
    fewest: bool = True,
) -> Protection:
    """Decide for each open row whether it is shown.

    A row with a small number in it is suppressed. Then the fewest rows are suppressed besides with
    which no reader can work out a hidden guarded cell exactly, or that it is a small number
    (``fewest.py``): neither by sums, nor because no other hidden cell can be the small one. If they
    are not found within its limits, then as long as one could, the cheapest open row on an equation
    that touches it (lowest ``Cell.cost``, then id).

    Args:
        cells: The counts that a reader may see or work out.
        equations: What adds up to what among them.
        complementary: False stops after the small numbers themselves: it leaks, and is there for
            tests to see that it does.
        fewest: False chooses one by one from the beginning.

    Raises:
        CannotProtectError: Nothing is left to suppress that would protect the cells it names. With
            all of these left as they are, all others can be protected.
        ValueError: The counts do not satisfy an equation, or it names no known cell.
    """
    work = _Work(cells, equations)
    work.suppress_small_numbers()
    if complementary:
        work.protect_all(fewest=fewest)
    work.refuse_exposed()
    return Protection(
        decisions=work.decisions(),
        programmes=work.programmes,
        neighbourhoods=work.neighbourhoods,
        by_greedy=work.by_greedy,
        known_small=work.known_small,
    )


class _Work:
    """The state of one call of ``protect``."""

    def __init__(self, cells: Iterable[Cell], equations: Iterable[Equation]) -> None:
        self.cells = {cell.cell_id: cell for cell in cells}
        self.equations = that_fit(tuple(equations), self.cells)
        self.cells_of_row: dict[str, list[Cell]] = defaultdict(list)
        for cell in self.cells.values():
            self.cells_of_row[cell.row].append(cell)
        self.equations_of_cell: dict[str, list[Equation]] = defaultdict(list)
        for equation in self.equations:
            for cell_id, _ in equation.terms:
                self.equations_of_cell[cell_id].append(equation)
        self.suppressed: dict[str, Reason] = {}
        self.programmes = 0
        self.neighbourhoods = 0
        self.by_greedy = 0
        self.known_small = 0
        self.exposed: list[Cell] = []
        self.held_by: list[Cell] = []
        self._told: dict[frozenset[str], dict[str, Range]] = {}

    def suppress_small_numbers(self) -> None:
        for cell in list(self.cells.values()):
            if cell.is_small and cell.fate is Fate.PUBLIC:
                self._concede([cell])
        self._suppress_small(self.cells)

    def _suppress_small(self, cell_ids: Iterable[str]) -> None:
        for cell in (self.cells[cell_id] for cell_id in cell_ids):
            if cell.is_small and cell.fate is Fate.OPEN:
                self.suppressed[cell.row] = Reason.SMALL_NUMBER

    def _concede(self, cells: Iterable[Cell], *, held_by: Iterable[Cell] = ()) -> None:
        """Guard these rows no longer, as after the decision of a person that is now asked for.

        All that must be decided is so named at once: what else cannot be protected, and what cannot
        once these figures are left as they are.
        """
        cells = list(cells)
        self.exposed += cells
        self.held_by += held_by
        for row in {cell.row for cell in cells}:
            free = [replace(cell, guarded=False) for cell in self.cells_of_row[row]]
            self.cells_of_row[row] = free
            self.cells |= {cell.cell_id: cell for cell in free}
        self._told.clear()

    def refuse_exposed(self) -> None:
        """Raise ``CannotProtectError`` if anything was conceded."""
        if self.exposed:
            raise CannotProtectError(self.exposed, held_by=self.held_by)

    def protect_all(self, *, fewest: bool) -> None:
        anything = dict.fromkeys(self.cells, (0, None))
        for neighbourhood in linked_systems(anything, self.equations):
            # Only what is linked with a hidden cell can matter, and most of a release is not.
            while self._hidden_guarded(neighbourhood.bounds):
                try:
                    if not (fewest and self._take_fewest(neighbourhood.bounds)):
                        self._protect_neighbourhood(neighbourhood.bounds)
                except CannotProtectError as impossible:
                    self._concede(
                        [self.cells[cell_id] for cell_id in impossible.cells],
                        held_by=[self.cells_of_row[row][0] for row in impossible.held_by],
                    )
                    for cell_id in neighbourhood.bounds:
                        self.suppressed.pop(self.cells[cell_id].row, None)
                    self._suppress_small(neighbourhood.bounds)
                    continue
                for system in self._systems_around(neighbourhood.bounds):
                    self.known_small += len(self._told.get(self._hidden_of(system), ()))
                break

    def _protect_neighbourhood(self, neighbourhood: Collection[str]) -> None:
        """Look at each set of linked cells, in the order of their first cells.

        After a row is suppressed, only those that this has changed are looked at again.
        """
        settled: set[frozenset[str]] = set()
        waiting = {min(each.bounds): each for each in self._systems_around(neighbourhood)}
        while waiting:
            system = waiting.pop(min(waiting))
            exposed = self._first_exposed(system, settled)
            if exposed is not None:
                row = self._suppress_one_more(exposed, system)
                for changed in self._systems_around(self._ids(row)):
                    for cell_id in changed.bounds:
                        waiting.pop(cell_id, None)
                    waiting[min(changed.bounds)] = changed
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

    def _take_fewest(self, neighbourhood: Collection[str]) -> bool:
        """Suppress the fewest rows that protect it; return whether they were found."""
        cells = {cell_id: self.cells[cell_id] for cell_id in neighbourhood}
        reasons = {cell.row: self.suppressed.get(cell.row) for cell in cells.values()}
        known: dict[frozenset[str], tuple[str, ...]] = {}

        def attack(rows: frozenset[str]) -> Exposed:
            self._suppress_instead(reasons, rows)
            systems = self._systems_around(neighbourhood)
            return [
                (system, names) for system in systems if (names := self._all_exposed(system, known))
            ]

        outcome = fewest_rows(
            cells,
            self.equations_of_cell,
            small=frozenset(row for row, one in reasons.items() if one is Reason.SMALL_NUMBER),
            attack=attack,
        )
        self.programmes += outcome.programmes
        self.neighbourhoods += 1
        self.by_greedy += outcome.rows is None
        self._suppress_instead(reasons, outcome.rows or frozenset())
        return outcome.rows is not None

    def _suppress_instead(self, reasons: Mapping[str, Reason | None], rows: frozenset[str]) -> None:
        """Suppress these of the neighbourhood's rows, and the small ones, and no others."""
        for row, reason in reasons.items():
            if reason is not Reason.SMALL_NUMBER:
                self.suppressed.pop(row, None)
        self.suppressed |= dict.fromkeys(rows, Reason.PROTECTS)

    def _all_exposed(
        self, system: System, known: dict[frozenset[str], tuple[str, ...]]
    ) -> tuple[str, ...]:
        """Return the cells that could be worked out; ``known`` by what is hidden is added to."""
        hidden = self._hidden_of(system)
        if hidden not in known:
            known[hidden] = tuple(self._exposed(system, hidden))
            self.programmes += system.programmes
        return known[hidden]

    def _ids(self, row: str) -> list[str]:
        return [cell.cell_id for cell in self.cells_of_row[row]]

    def _systems_around(self, cell_ids: Iterable[str]) -> list[System]:
        """Return the sets of cells not known exactly that are now linked with any of these."""
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
        """Return the first cell of the system that a reader could work out, None if all are safe.

        ``settled`` are the sets of cells already found safe; it is added to. What is safe depends
        on nothing but which cells are hidden together.
        """
        hidden = self._hidden_of(system)
        if hidden in settled:
            return None
        exposed = next(self._exposed(system, hidden), None)
        self.programmes += system.programmes
        if exposed is None:
            settled.add(hidden)
        return exposed

    def _hidden_of(self, system: System) -> frozenset[str]:
        return frozenset(
            cell_id for cell_id in system.bounds if not self._is_shown(self.cells[cell_id])
        )

    def _exposed(self, system: System, hidden: frozenset[str]) -> Iterator[str]:
        """Yield the cells of the system that a reader could work out, in the order of their ids."""
        counts = {cell_id: self.cells[cell_id].count for cell_id in system.bounds}
        known = {cell_id: count for cell_id, count in counts.items() if count is not None}
        thresholds = {
            cell_id: self.cells[cell_id].rule.threshold for cell_id in self._hidden_guarded(hidden)
        }
        true = known if len(known) == len(counts) else None
        by_sums = False
        try:
            for cell_id in system.exposed(thresholds, true=true):
                by_sums = True
                yield cell_id
        except NothingFitsError as nothing_fits:
            around = min(thresholds)
            raise ValueError(f"No counts fit the equations around {around}") from nothing_fits
        if thresholds and not by_sums:
            yield from self._exposed_by_rule(system, hidden, true)

    def _exposed_by_rule(
        self, system: System, hidden: frozenset[str], true: Mapping[str, int] | None
    ) -> Iterator[str]:
        """Yield the cells that are given away by being hidden, if more can be hidden beside them.

        What is known exactly by it is given away even if not.
        """
        if any(self.cells[cell_id].is_explained for cell_id in hidden):
            return  # that one is a reason to hide the others too
        rules = {cell_id: self.cells[cell_id].rule for cell_id in self._hidden_guarded(hidden)}
        told = self._told[hidden] = system.told_by_rule(rules, true=true)
        can_hide_more = bool(told) and bool(self._open_rows_beside(system.bounds))
        for cell_id, left in told.items():
            rule = rules[cell_id]
            is_exact = left.least == left.greatest and rule.threshold > (1 if rule.show_zero else 0)
            if can_hide_more or is_exact:
                yield cell_id

    def _open_rows_beside(self, cell_ids: Iterable[str]) -> set[str]:
        """Return the rows that can still be suppressed on an equation with any of these cells."""
        return {
            self.cells[other].row
            for cell_id in cell_ids
            for equation in self.equations_of_cell[cell_id]
            for other, _ in equation.terms
            if self.cells[other].fate is Fate.OPEN and self.cells[other].row not in self.suppressed
        }

    def _suppress_one_more(self, exposed: str, system: System) -> str:
        """Suppress the cheapest open row beside the exposed cell, and return it.

        If there is none, it is the cheapest beside any cell that is hidden with the exposed one.
        """
        for around in ((exposed,), tuple(system.bounds)):
            rows = self._open_rows_beside(around)
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
        """Return the price of a row: inner cells before totals, then the fewest left alone.

        A hidden cell alone in an equation would have to be protected in turn. Then the smallest
        goes first, then by name.
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

    def decisions(self) -> dict[str, Decision]:
        result = {}
        for row, cells in self.cells_of_row.items():
            if any(cell.fate is Fate.OPEN for cell in cells):
                reason = self.suppressed.get(row)
                state = State.SHOWN if reason is None else State.SUPPRESSED
                result[row] = Decision(row=row, state=state, reason=reason)
        return result
