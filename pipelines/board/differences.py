"""What a change of the board's tables would do, in sentences for the officer who makes it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

from pipelines.board.rules import KEYS
from schemas.quarter import Quarter
from schemas.reference import TABLES, Reference
from schemas.reference_rows import ExpectedRow, Obligation, Target, in_use

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
    was = {(one.organisation, one.return_name, one.first_quarter): one for one in old - new}
    for row in sorted(new - old, key=str):
        earlier = was.pop((row.organisation, row.return_name, row.first_quarter), None)
        before_that = f"; before: {_span(earlier).strip(', ') or 'always'}" if earlier else ""
        yield f"{row.organisation} owes {row.return_name}{_span(row)}{before_that}."
    for row in sorted(was.values(), key=str):
        yield f"{row.organisation} no longer owes {row.return_name}{_span(row)}."


def _expected(_: str, before: Iterable[ExpectedRow], after: Iterable[ExpectedRow]) -> Iterator[str]:
    """Say how many rows of whom: one by one they would be a wall of text."""
    old, new = set(before), set(after)
    longer = {replace(row, last_quarter=None) for row in new - old}
    gone = {row for row in old - new if replace(row, last_quarter=None) not in longer}
    for rows, becomes in ((new - old, "expected"), (gone, "not expected any more")):
        counted = Counter((row.organisation, row.measure, _span(row)) for row in rows)
        for (organisation, measure, span), count in sorted(counted.items()):
            what = "1 row becomes" if count == 1 else f"{count} rows become"
            yield f"{organisation}, {measure}: {what} {becomes}{span}."


def _targets(_: str, before: Iterable[Target], after: Iterable[Target]) -> Iterator[str]:
    """Say from when to when figures are rated by another target, and that earlier ones are not."""
    old, new = _by_scope(before), _by_scope(after)
    for scope in sorted(old.keys() | new.keys(), key=str):
        was, now = old.get(scope, []), new.get(scope, [])
        ends = [row.last_period.shift(1) for row in (*was, *now) if row.last_period]
        begins = [row.first_period for row in (*was, *now) if row.first_period]
        spans = list(pairwise([None, *sorted({*begins, *ends}), None]))
        changed = [
            (first, following)
            for first, following in spans
            if _in_force(was, first) != _in_force(now, first)
        ]
        for first, following in changed:
            said = f" from {first.label}" if first else ""
            said += f" to {following.shift(-1).label}" if following else ""
            yield (
                f"{_named(scope)}: target {_in_force(was, first)} becomes "
                f"{_in_force(now, first)}{said}."
            )
        if changed:
            first = changed[0][0]
            yield (
                f"{_named(scope)}: figures from {first.label} on are rated by it, published ones "
                "too; none before is rated anew."
                if first
                else f"{_named(scope)}: past figures are rated anew."
            )
        elif set(was) != set(now):
            yield f"{_named(scope)}: the rows of its target are others; no figure is rated anew."


def _by_scope(rows: Iterable[Target]) -> dict[tuple[Any, ...], list[Target]]:
    found: dict[tuple[Any, ...], list[Target]] = defaultdict(list)
    for row in rows:
        found[row.measure, row.organisation, row.area].append(row)
    return found


def _in_force(rows: Iterable[Target], quarter: Quarter | None) -> str:
    """Return the target of a quarter, None for the time before any was named, in words."""
    for row in rows:
        if quarter is None:
            holds = row.first_period is None
        else:
            holds = in_use(quarter, first=row.first_period, last=row.last_period)
        if holds:
            limit = "" if row.amber_limit is None else f" (amber limit {row.amber_limit:g})"
            return f"{row.target:g}{limit}"
    return "none"


_TOLD_APART: Mapping[str, Callable[[str, Iterable[Any], Iterable[Any]], Iterator[str]]] = {
    "obligations": _obligations,
    "expected_rows": _expected,
    "targets": _targets,
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
