"""The ledger of a release: which figures it showed and which it hid, and how they hang together.

A later release must not be set against it: a figure hidden then must not be worked out from what
is shown now. The file is plain JSON and holds no count that was hidden. Counts that were rounded
stand in it as they were shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class LedgerCell:
    """One row as a release treated it.

    ``has_figure`` is false if no figure had come, so that there was nothing to hide. The counts
    are None unless it was shown.
    """

    cell_id: str
    version_id: str
    shown: bool
    has_figure: bool
    has_denominator: bool
    numerator: int | None
    denominator: int | None
    threshold: int
    rounding: int
    show_zero: bool


@dataclass(frozen=True, kw_only=True)
class LedgerTerm:
    """One term of an equation; ``quantity`` is ``numerator`` or ``denominator``.

    What is missing of a whole, since a part was never sent, has no version.
    """

    cell_id: str
    version_id: str
    quantity: str
    coefficient: int


@dataclass(frozen=True, kw_only=True)
class LedgerEquation:
    """An equation that held between the counts of a release."""

    terms: tuple[LedgerTerm, ...]
    constant: int


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """All that a release lets a reader know of the counts of sensitive measures.

    ``by_greedy`` says of how many sets of linked figures it is not sure that no fewer would do,
    ``known_small`` how many counts are known to be small by being hidden.
    """

    release_id: str
    cells: tuple[LedgerCell, ...]
    equations: tuple[LedgerEquation, ...]
    by_greedy: int = 0
    known_small: int = 0


def write_ledger_file(ledger: Ledger, path: Path) -> None:
    """Write a ledger, a line for each row and equation; the same ledger has the same bytes."""
    path.write_text(
        f'{{"format": {FORMAT}, "release_id": {json.dumps(ledger.release_id)},\n'
        f'"by_greedy": {ledger.by_greedy}, "known_small": {ledger.known_small},\n'
        f'"cells": {_lines(ledger.cells)},\n'
        f'"equations": {_lines(ledger.equations)}}}\n',
        encoding="utf-8",
    )


def _lines(rows: Iterable[Any]) -> str:
    lines = ",\n".join(json.dumps(asdict(row), sort_keys=True) for row in rows)
    return f"[\n{lines}\n]" if lines else "[]"


def read_ledger(path: Path) -> Ledger:
    """Return the ledger in a file.

    Raises:
        ValueError: It is of another format or damaged.
    """
    text = path.read_bytes()
    try:
        found = TypeAdapter(dict[str, Any]).validate_json(text).get("format")
        if found == FORMAT:
            return TypeAdapter(Ledger).validate_json(text)
    except ValidationError as error:
        raise ValueError(f"{path} is not a whole ledger of a release: {error}") from error
    raise ValueError(f"{path} is a ledger of format {found}, not {FORMAT}")


def read_ledgers(paths: Iterable[Path]) -> tuple[Ledger, ...]:
    """Return the ledgers of all published releases, oldest first by their ids."""
    return tuple(sorted((read_ledger(path) for path in paths), key=lambda each: each.release_id))
