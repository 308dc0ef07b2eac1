"""The ledger of a release: which figures it showed and which it hid, and how they hang together.

A later release must not be set against it: a figure hidden then must not be worked out from what
is shown now. The file is plain JSON and holds no count that was hidden. Counts that were rounded
stand in it as they were shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class LedgerCell:
    """One row as a release treated it. ``has_figure`` is false where no figure had come, so that
    there was nothing to hide. The counts are None unless it was shown.
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
    """One term of an equation; ``quantity`` is ``numerator`` or ``denominator``."""

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
    """All that a release lets a reader know of the counts of sensitive measures."""

    release_id: str
    cells: tuple[LedgerCell, ...]
    equations: tuple[LedgerEquation, ...]


def write_ledger_file(ledger: Ledger, path: Path) -> None:
    """Write a ledger, a line for each row and equation; the same ledger gives the same bytes."""
    equations = [
        {"terms": [vars(term) for term in one.terms], "constant": one.constant}
        for one in ledger.equations
    ]
    path.write_text(
        f'{{"format": {FORMAT}, "release_id": {json.dumps(ledger.release_id)},\n'
        f'"cells": {_lines(map(vars, ledger.cells))},\n'
        f'"equations": {_lines(equations)}}}\n',
        encoding="utf-8",
    )


def _lines(rows: Iterable[Mapping[str, Any]]) -> str:
    lines = ",\n".join(json.dumps(row, sort_keys=True) for row in rows)
    return f"[\n{lines}\n]" if lines else "[]"


def read_ledger(path: Path) -> Ledger:
    """A ledger from its file. Raises ``ValueError`` where it is of another format or damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            message = f"{path} is a ledger of format {content['format']}, not {FORMAT}"
            raise ValueError(message)
        return Ledger(
            release_id=content["release_id"],
            cells=tuple(LedgerCell(**cell) for cell in content["cells"]),
            equations=tuple(
                LedgerEquation(
                    terms=tuple(LedgerTerm(**term) for term in equation["terms"]),
                    constant=equation["constant"],
                )
                for equation in content["equations"]
            ),
        )
    except (KeyError, TypeError) as error:
        message = f"{path} is not a whole ledger of a release: {error}"
        raise ValueError(message) from error


def read_ledgers(paths: Iterable[Path]) -> tuple[Ledger, ...]:
    """The ledgers of all published releases, oldest first by their ids."""
    return tuple(sorted((read_ledger(path) for path in paths), key=lambda each: each.release_id))
