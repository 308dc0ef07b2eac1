"""What a board says of itself: the settings of its ``board.toml``."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import NonNegativeInt, PositiveInt

from schemas.reference_cells import QuarterCell


@dataclass(frozen=True, kw_only=True)
class BoardSettings:
    """The settings of one board.

    Attributes:
        name: The board's name, as pages are headed.
        place: The place whose board it is, as sentences name it.
        publisher: Who publishes the pages.
        contact: Where a reader can ask.
        home_area: The area whose board it is; others are parts of it or there to compare with.
        rule_within_home_area: The small-number rule of parts of the home area whose measure has
            none for the whole.
        first_quarter: The first quarter of service: nothing is owed, or late, before it.
        days_of_notice: Working days that an organisation is given, after the board that first asks
            it for a return came into force, before the return can be late.
        fix_after_n_points: Limits of process control are reckoned from so many first points of
            each stretch; None: from all.
    """

    name: str
    place: str
    publisher: str
    contact: str
    home_area: str
    rule_within_home_area: str
    first_quarter: QuarterCell
    days_of_notice: NonNegativeInt = 10
    fix_after_n_points: PositiveInt | None = None
