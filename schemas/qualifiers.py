"""Words that qualify a figure at its source (``over 2,500``): they are kept and shown."""

from __future__ import annotations

import re

_WORDS = r"over|more than|at least|about|around|approximately|approx\.?|circa|nearly|almost"
_QUALIFIED = re.compile(
    rf"({_WORDS})\s+([0-9]{{1,3}}(?:,[0-9]{{3}})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)", re.IGNORECASE
)


def qualified(text: str) -> tuple[str, str] | None:
    """Return the qualifier and the plain number of a cell; None if it is not a qualified figure."""
    found = _QUALIFIED.fullmatch(text.strip())
    return (found[1].lower(), found[2].replace(",", "")) if found else None
