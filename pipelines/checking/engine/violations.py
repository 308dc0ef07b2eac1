"""Where a rule is broken: plain frames of rows, before they become sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True, kw_only=True)
class Violations:
    """The places where one rule is broken in the same way; without rows, nowhere.

    ``variant`` chooses among the rule's words ("" for the plain ones). ``column`` is the declared
    name of the column meant, ``position`` its index where the column is no declared one; both
    None where the whole row or file is meant. ``rows`` has a column ``row_number`` (null: the
    whole file), ``value`` where a cell is quoted, and a column for each fact of the words that
    differs from row to row; ``facts`` are those that do not. ``other_columns`` are the further
    columns that the words speak of. ``whole``: one finding for all rows, however many.
    """

    rule: str
    rows: pl.DataFrame
    variant: str = ""
    column: str | None = None
    position: int | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    other_columns: tuple[str, ...] = ()
    whole: bool = False


def of_file(
    rule: str, *, variant: str = "", column: str | None = None, **facts: object
) -> Violations:
    """Return one violation that means the whole file."""
    return Violations(
        rule=rule,
        variant=variant,
        column=column,
        rows=pl.DataFrame({"row_number": pl.Series([None], dtype=pl.Int32)}),
        facts={name: str(fact) for name, fact in facts.items()},
    )
