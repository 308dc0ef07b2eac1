"""Which row is the heading, and which later rows are headings again."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache

# What looks like nothing in a spreadsheet: white space, no-break and zero-width spaces, a byte
# order mark out of its place.
BLANK = " \t\r\n\v\f\u0085\u00a0\u2007\u202f\u200b\u2060\ufeff\u3000"

# Title rows are few; a heading farther down than this is not looked for.
LOOKED_AT = 50
_SHORT = 80  # characters

Headings = Collection[frozenset[str]]


def is_blank(cells: Sequence[str]) -> bool:
    """Whether a row shows nothing."""
    return not any(cell.strip(BLANK) for cell in cells)


# Signs that say what a column counts: "% trained" and "trained" are two columns.
SIGNS = "%£$€#"


def plain(heading: str) -> str:
    """A heading without regard to case, width, spaces, underscores and marks.

    A sign that says what is counted (``SIGNS``) stays.
    """
    return _plain_short(heading) if len(heading) <= _SHORT else _plain(heading)


def _plain(heading: str) -> str:
    folded = unicodedata.normalize("NFKC", heading).casefold()
    return "".join(character for character in folded if character.isalnum() or character in SIGNS)


# The same headings come again and again; a cell of pages of text is not kept.
_plain_short = lru_cache(maxsize=4096)(_plain)


def plain_names(cells: Sequence[str]) -> frozenset[str]:
    """The headings of a row that are not blank, as plain names."""
    return frozenset(map(plain, cells)) - {""}


def match(cells: Sequence[str], known: Headings) -> int:
    """Return how many cells of a row are headings of the return it fits best.

    0 if it holds fewer than half of any return's headings, or fewer than two.
    """
    names = plain_names(cells)
    found = ((len(names & headings), len(headings)) for headings in known)
    return max((hits for hits, of in found if hits * 2 >= of and hits >= min(2, of)), default=0)


def find_heading(rows: Sequence[Sequence[str]], known: Headings) -> int | None:
    """The index of the heading among the first rows of a file, None where all are blank.

    The row with most headings of a known return; where none has enough of them, the first row
    with two cells that are not blank; else the first that is not blank.
    ``known`` holds plain names.
    """
    scores = [match(cells, known) for cells in rows]
    if any(scores):
        return scores.index(max(scores))
    filled = [sum(1 for cell in cells if cell.strip(BLANK)) for cells in rows]
    for least in (2, 1):
        for index, count in enumerate(filled):
            if count >= least:
                return index
    return None
