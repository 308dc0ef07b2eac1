"""What a change of the board's tables would do, in sentences for the officer who makes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from pipelines.board.rules import KEYS
from schemas.quarter import Quarter
from schemas.reference import TABLES, Reference
from schemas.reference_rows import ExpectedRow, Obligation

_EVERY_QUARTER = (1, 2, 3, 4)


def differences(before: Reference | None, after: Reference) -> list[str]:
    """Return what would change, in sentences, by the order of the tables; none where nothing does.

    Args:
        before: The board in force; None if there is none yet.
        after: The board that is to come into force.
    """
    if before is None:
        return [f"{after.settings.name} is new: no board is in force yet."]
    found = list(_of_settings(before, after))
    for table, (field, _) in TABLES.items():
        tell = _TOLD_APART.get(table, _row_by_row)
        found += tell(table, getattr(before, field), getattr(after, field))
    return found


def _of_settings(before: Reference, after: Reference) -> Iterator[str]:
    for one in fields(before.settings):
        old, new = getattr(before.settings, one.name), getattr(after.settings, one.name)
        if old != new:
            yield f"board: {one.name} {_cell(old)} becomes {_cell(new)}."


def _row_by_row(table: str, before: Iterable[Any], after: Iterable[Any]) -> Iterator[str]:
    old, new = _by_key(table, before), _by_key(table, after)
    for key, row in new.items():
        if key not in old:
            yield f"{table}: {_named(key)} is new."
            continue
        changed = [
            f"{one.name} {_cell(getattr(old[key], one.name))} becomes "
            f"{_cell(getattr(row, one.name))}"
            for one in fields(row)
            if getattr(old[key], one.name) != getattr(row, one.name)
        ]
        if changed:
            yield f"{table}: {_named(key)}: {'; '.join(changed)}."
    for key in old.keys() - new.keys():
        yield f"{table}: {_named(key)} is gone."


def _obligations(
    _: str, before: Iterable[Obligation], after: Iterable[Obligation]
) -> Iterator[str]:
    old, new = set(before), set(after)
    for row in sorted(new - old, key=str):
        yield f"{row.organisation} owes {row.return_name}{_span(row)}."
    for row in sorted(old - new, key=str):
        yield f"{row.organisation} no longer owes {row.return_name}{_span(row)}."


def _expected(_: str, before: Iterable[ExpectedRow], after: Iterable[ExpectedRow]) -> Iterator[str]:
    """Say how many rows of whom: one by one they would be a wall of text."""
    old, new = set(before), set(after)
    for rows, becomes in ((new - old, "expected"), (old - new, "not expected any more")):
        counted = Counter((row.organisation, row.measure, _span(row)) for row in rows)
        for (organisation, measure, span), count in sorted(counted.items()):
            what = "1 row becomes" if count == 1 else f"{count} rows become"
            yield f"{organisation}, {measure}: {what} {becomes}{span}."


_TOLD_APART: Mapping[str, Callable[[str, Iterable[Any], Iterable[Any]], Iterator[str]]] = {
    "obligations": _obligations,
    "expected_rows": _expected,
}


def _by_key(table: str, rows: Iterable[Any]) -> dict[tuple[Any, ...], Any]:
    """Return rows by their key; by all their cells where the table has none."""
    found = {}
    for row in rows:
        columns = KEYS[table][0] if table in KEYS else tuple(one.name for one in fields(row))
        found[tuple(getattr(row, column) for column in columns)] = row
    return found


def _span(row: Obligation | ExpectedRow) -> str:
    first, last = row.first_quarter, row.last_quarter
    said = f" from {first.label}" if first else ""
    said += f" to {last.label}" if last else ""
    if row.quarters != _EVERY_QUARTER:
        said += f", for {_cell(row.quarters)}"
    return said


def _named(key: tuple[Any, ...]) -> str:
    return ", ".join(_cell(part, quoted=False) for part in key if part is not None)


def _cell(value: Any, *, quoted: bool = True) -> str:
    if value is None:
        return "(empty)"
    if isinstance(value, Quarter):
        return value.label
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " ".join(f"Q{number}" for number in value)
    if isinstance(value, float):
        return f"{value:g}"
    return f"“{value}”" if quoted and isinstance(value, str) else str(value)
