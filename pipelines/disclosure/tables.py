"""The terms of disclosure control: a rule, a cell, an equation, a decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A measure's small-number rule (``small_number_rules`` in the reference data).

    Counts of 1 to ``threshold`` are not shown, and 0 neither unless ``show_zero``. Counts that are
    shown are rounded to the nearest ``rounding``; 0 means that they are shown as they are.
    """

    threshold: int
    rounding: int = 0
    show_zero: bool = True

    def hides(self, count: int) -> bool:
        """Return whether a count is a small number."""
        return count <= self.threshold and (count > 0 or not self.show_zero)

    def shows_as(self, count: int) -> int:
        """Return the count as it is published; halves are rounded up."""
        if self.rounding <= 1:
            return count
        return (2 * count + self.rounding) // (2 * self.rounding) * self.rounding

    def readable_as(self, count: int) -> tuple[int, int]:
        """Return the lowest and the highest count that a reader of the published one can infer."""
        if count == 0 or self.rounding <= 1:
            return count, count
        shown = self.shows_as(count)
        lowest = -((self.rounding - 2 * shown) // 2)  # the half is rounded up
        highest = lowest + self.rounding - 1
        return max(lowest, self.threshold + 1), highest


SUPPRESS_1_TO_4 = Rule(threshold=4)


class Fate(StrEnum):
    """What can still be decided about a cell."""

    OPEN = "open"  # this release shows or suppresses it
    PUBLIC = "public"  # an earlier release showed it: readers know it whatever is done now
    HIDDEN = "hidden"  # not shown whatever is decided: no figure came, or an earlier release hid it


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One count that a reader may see or work out.

    ``row`` names what is shown or suppressed together: the numerator, the denominator and their
    difference are three cells of one row. ``count`` is None where nobody here knows it. ``known``
    is what readers know of it from an earlier release, least and greatest.
    ``guarded`` cells must not be worked out; the others only help to. ``cost`` says what is
    suppressed first to protect others, lowest first: how many levels of parts it is the total of,
    then its size. ``is_explained`` of a hidden cell: readers are told another reason than small
    numbers.
    """

    cell_id: str
    row: str
    count: int | None
    rule: Rule
    fate: Fate = Fate.OPEN
    guarded: bool = True
    known: tuple[int, int] | None = None
    cost: tuple[int, int] = (0, 0)
    is_explained: bool = False

    @property
    def is_small(self) -> bool:
        """Whether it is itself a small number, known here."""
        return self.guarded and self.count is not None and self.rule.hides(self.count)


@dataclass(frozen=True, kw_only=True)
class Equation:
    """``sum(coefficient * count) == constant`` over its terms (cell, coefficient).

    That is a total and its parts, a numerator with the rest of its denominator, or a year to date
    and its quarters.
    """

    terms: tuple[tuple[str, int], ...]
    constant: int = 0


def that_fit(equations: tuple[Equation, ...], cells: Mapping[str, Cell]) -> tuple[Equation, ...]:
    """Return the equations, seen to name known cells and to hold for the counts."""
    for equation in equations:
        total = 0
        for cell_id, coefficient in equation.terms:
            if cell_id not in cells:
                raise ValueError(f"An equation names the cell {cell_id}, which is not there")
            count = cells[cell_id].count
            if count is None:
                break
            total += coefficient * count
        else:
            if total != equation.constant:
                names = ", ".join(cell_id for cell_id, _ in equation.terms)
                raise ValueError(f"The counts of {names} do not satisfy their equation")
    return equations


class State(StrEnum):
    """Whether a row is shown."""

    SHOWN = "shown"
    SUPPRESSED = "suppressed"


class Reason(StrEnum):
    """Why a row is suppressed. For officers only.

    A reader who knew that a figure is itself a small number would know that it lies inside the
    threshold.
    """

    SMALL_NUMBER = "small number"
    PROTECTS = "protects another figure"
    NO_COUNT = "no count given"
    WITHHELD = "withheld by the organisation"


# Why a row is suppressed, as readers are told it.
SMALL_NUMBERS = "small numbers"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether one row is shown, and why it is suppressed if it is."""

    row: str
    state: State
    reason: Reason | None = None


@dataclass(frozen=True, order=True)
class Accepted:
    """One version of one row which a person let be public, since it can be worked out.

    Another version of the row is guarded again.
    """

    cell_id: str
    version_id: str


class CannotProtectError(Exception):
    """No suppression that is still possible protects these cells: a person must decide.

    ``cells`` are the ids of the cells that a reader could work out, ``rows`` the rows they are in,
    ``held_by`` the rows that give them away and cannot be suppressed: an earlier release showed
    them, or their measure has no small-number rule.
    """

    def __init__(self, exposed: Iterable[Cell], *, held_by: Iterable[Cell] = ()) -> None:
        """Name the exposed cells and those that give them away."""
        exposed = tuple(exposed)
        self.cells = tuple(sorted(cell.cell_id for cell in exposed))
        self.rows = tuple(sorted({cell.row for cell in exposed}))
        self.held_by = tuple(sorted({cell.row for cell in held_by} - set(self.rows)))
        held = (
            "What gives them away was released earlier or has no small-number rule: "
            f"{'; '.join(self.held_by)}. "
        )
        super().__init__(
            "A reader could work these figures out, and nothing is left to suppress that would "
            f"prevent it: {'; '.join(self.rows)}. {held if self.held_by else ''}"
            "A person must decide about each of them; with all of these published, all others are "
            "protected. To let a figure be published (the next edition then shows it): quarterdeck "
            "accept-disclosure FIGURE --publish --by ROLE --reason TEXT. To keep it hidden, "
            "withdraw the edition that gives it away: quarterdeck withdraw-edition EDITION "
            "--by ROLE --note TEXT. If the measure's small-number rule was tightened, or it had "
            "none before, one decision for all that is out already, which shows nothing more: "
            "quarterdeck accept-disclosure --tightened MEASURE --by ROLE --reason TEXT"
        )
