"""Names of files made from stable ids."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NOT_ALLOWED = re.compile(r"[^a-z0-9]+")


def slug(identifier: str) -> str:
    """Return ``bsol-ccg`` for ``BSOL CCG``: no two files differ by case alone."""
    return _NOT_ALLOWED.sub("-", identifier.lower()).strip("-") or "x"


def slugs(identifiers: Iterable[str]) -> dict[str, str]:
    """Return a slug for each id.

    Raises:
        ValueError: Two ids would share one.
    """
    found: dict[str, str] = {}
    owner: dict[str, str] = {}
    for identifier in sorted(set(identifiers)):
        made = slug(identifier)
        if made in owner:
            raise ValueError(f"{owner[made]!r} and {identifier!r} would both be {made}.html")
        owner[made] = identifier
        found[identifier] = made
    return found
