"""What changed between two accepted submissions of one obligation, cell by cell."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from schemas.columns import Kind
from schemas.declaration import Return
from schemas.period import Period


@dataclass(frozen=True, kw_only=True)
class CellChange:
    """One cell that says something else than before.

    ``row`` names the row for people (``M03, source: GP practice``). ``before`` and ``after`` are
    the cells as sent, empty if blank. ``row_before`` and ``row_after`` are the row numbers in
    the two files. ``sensitive``: the values are not to be quoted.
    """

    row: str
    column: str
    before: str
    after: str
    row_before: int
    row_after: int
    sensitive: bool


@dataclass(frozen=True, kw_only=True)
class RowChange:
    """One row that only one of the two files has; ``row_number`` is its place in that file."""

    row: str
    row_number: int


@dataclass(frozen=True, kw_only=True)
class Differences:
    """What changed from one submission to the next. Empty where only bytes or order differ."""

    changed: tuple[CellChange, ...]
    added: tuple[RowChange, ...]
    removed: tuple[RowChange, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing that the rows say has changed."""
        return not (self.changed or self.added or self.removed)


# A row's key, and which one it is of several with the same key.
_Name = tuple[tuple[str, ...], int]


def differences(before: pl.DataFrame, after: pl.DataFrame, *, ret: Return) -> Differences:
    """Return what ``after`` says otherwise than ``before``.

    Both are ``rows`` of a checked file of the return ``ret`` (docs/contracts.md, section 2). Rows
    are matched by the return's key, wherever they stand. A figure has changed when its number or
    its symbol has: ``5`` and ``5.0`` are the same. Changes come in the order of the later file,
    rows that are gone in that of the earlier one. A column that one of the two does not have
    (an earlier template) counts as blank in it.
    """
    old, new = _by_name(before, ret), _by_name(after, ret)
    changed = [
        change
        for name, row in new.items()
        if name in old
        for change in _cell_changes(old[name], row, ret=ret)
    ]
    return Differences(
        changed=tuple(changed),
        added=tuple(_row_change(row, ret) for name, row in new.items() if name not in old),
        removed=tuple(_row_change(row, ret) for name, row in old.items() if name not in new),
    )


def _by_name(rows: pl.DataFrame, ret: Return) -> dict[_Name, Mapping[str, object]]:
    seen: Counter[tuple[str, ...]] = Counter()
    named: dict[_Name, Mapping[str, object]] = {}
    for row in rows.iter_rows(named=True):
        key = tuple(_text(row.get(column)) for column in ret.key)
        named[key, seen[key]] = row
        seen[key] += 1
    return named


def _cell_changes(
    before: Mapping[str, object], after: Mapping[str, object], *, ret: Return
) -> list[CellChange]:
    return [
        CellChange(
            row=row_words(after, ret=ret),
            column=column.name,
            before=_as_sent(before, column.name),
            after=_as_sent(after, column.name),
            row_before=_row_number(before),
            row_after=_row_number(after),
            sensitive=column.sensitive,
        )
        for column in ret.columns
        if not column.key and _meaning(before, column.name) != _meaning(after, column.name)
    ]


def _meaning(row: Mapping[str, object], column: str) -> tuple[object, object]:
    """Return what a cell says: its value (blank and null alike) and its symbol."""
    value = row.get(column)
    return (None if value == "" else value, row.get(f"{column}_symbol"))


def _as_sent(row: Mapping[str, object], column: str) -> str:
    sent = row.get(f"{column}_as_sent")
    return _text(sent if sent is not None else row.get(column))


def _row_change(row: Mapping[str, object], ret: Return) -> RowChange:
    return RowChange(row=row_words(row, ret=ret), row_number=_row_number(row))


def _row_number(row: Mapping[str, object]) -> int:
    return int(str(row["row_number"]))


def row_words(row: Mapping[str, object], *, ret: Return) -> str:
    """Return a row's name for people: its key without organisation, quarter and blanks."""
    words = [
        _month(row.get(column.name)) if column.kind is Kind.MONTH else _text(row.get(column.name))
        for column in ret.columns
        if column.key and column.kind not in (Kind.ORGANISATION, Kind.QUARTER)
    ]
    return ", ".join(word for word in words if word)


def _month(first_day: object) -> str:
    return Period.of_month(first_day).label if isinstance(first_day, dt.date) else ""


def _text(value: object) -> str:
    return "" if value is None else str(value)
