"""What a board says of itself: the settings of its ``board.toml``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, NonNegativeInt, PositiveInt

from schemas.reference_cells import QuarterCell

_COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
_READABLE = 4.5  # WCAG 2.2, 1.4.3: the contrast that text must have


def _dark(colour: str) -> str:
    """Refuse a colour on which white cannot be read.

    Contrast and relative luminance are those of WCAG 2.2.
    """
    if not _COLOUR.fullmatch(colour):
        raise ValueError(f"“{colour}” is not a colour; write it as #12436d.")
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    contrast = 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
    if contrast < _READABLE:
        raise ValueError(
            f"white words on “{colour}” have a contrast of {contrast:.1f} to 1, and 4.5 is needed; "
            "take a darker colour."
        )
    return colour


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
        accent: The colour of the head of each page, ``#12436d``, on which white is read; None: the
            site's own.
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
    accent: Annotated[str, AfterValidator(_dark)] | None = None
    fix_after_n_points: PositiveInt | None = None
