"""Provenance of a figure: real or made up, provisional, revised.

It is a property of each figure. What shows several figures is called illustrative only where all
of them are; where some are, each is marked by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Share = Literal["all", "some", "none"]

# What the head of a page says of its figures; counts cannot be marked one by one.
Mark = Literal["all", "some", "none", "counts"]

ILLUSTRATIVE = "illustrative"
REAL = "real"


def described(
    illustrative: bool | None,
    *,
    provisional: bool = False,
    revised: bool = False,
    published_in: str | None = None,
    qualifier: str | None = None,
    worked_out: bool = False,
) -> str:
    """Describe a figure's provenance, as its row in a file does: ``real; provisional``.

    Args:
        illustrative: Whether it is made up to show how the pages work.
        provisional: Whether an open query may change it.
        revised: Whether another value of it was published before.
        qualifier: The word that its sender set before it, such as "over".
        worked_out: Whether its numerator was worked out from the percentage.
        published_in: Where its owner published it before the board did; None if nobody said so.
    """
    words = [ILLUSTRATIVE if illustrative else REAL]
    words += ["provisional"] * provisional + ["revised"] * revised
    words += [f"{qualifier}, as its sender has it"] if qualifier else []
    words += ["numerator worked out from the percentage"] * worked_out
    words += [f"published already: {published_in}"] if published_in else []
    return "; ".join(words)


def is_illustrative(provenance: str | None) -> bool:
    """Return whether a described provenance is that of a made-up figure."""
    return (provenance or "").startswith(ILLUSTRATIVE)


def share(flags: Iterable[bool | None]) -> Share:
    """Return whether all, some or none of the figures are illustrative.

    Args:
        flags: For each figure that is shown, whether it is illustrative.
    """
    found = {bool(flag) for flag in flags}
    if True not in found:
        return "none"
    return "some" if False in found else "all"


def share_of_counts(flags: Iterable[bool | None]) -> Mark:
    """Return the same of a page that counts, where no figure could be marked by itself."""
    found = share(flags)
    return "counts" if found == "some" else found
