"""What a cell of the board's tables can be chosen from, where that is a short list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pipelines.board.rules import KEYS, LINKS, OF_ALL_TOO, Tables
from schemas.reference import TABLES
from schemas.reference_cells import YesNo, YesOrBlank
from schemas.reference_rows import COMBINED


def choices(table: str, column: str, tables: Tables) -> list[tuple[str, str]] | None:
    """Return the cells that a column can hold, each with its name; None if it is free text."""
    for linked, name, other in LINKS:
        if (linked, name) == (table, column):
            code = KEYS[other][0][0]
            rows = [one.row for one in tables[other].rows]
            named = [(getattr(row, code), _name(row, getattr(row, code))) for row in rows]
            together = [(COMBINED, f"{COMBINED}: all together")]
            return [*together, *named] if (table, column) in OF_ALL_TOO else named
    kind = get_type_hints(TABLES[table][1], include_extras=True).get(column)
    if kind in (YesNo, YesOrBlank):
        return [("yes", "yes"), ("no", "no")]
    return [(word, word) for word in _words(kind)] or None


def _words(kind: Any) -> Iterator[str]:
    """Yield the words that a type allows, also where it may be None as well."""
    for one in (kind, *get_args(kind)):
        if get_origin(one) is Literal:
            yield from get_args(one)


def _name(row: Any, code: str) -> str:
    name = getattr(row, "name", None) or getattr(row, "title", None)
    return f"{code}: {name}" if name else code
