"""Findings: what is odd about a return, where, and what to do. One form everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from enum import StrEnum
from typing import Any

_ROWS_NAMED = 5


class Severity(StrEnum):
    """How much a finding weighs, heaviest first."""

    REFUSE = "refuse"  # the file cannot be read, or is not this return: nothing of it is used
    ERROR = "error"  # must be corrected: the submission does not become current
    QUERY = "query"  # correct it or say why: current, shown with a mark until explained
    NOTE = "note"  # nothing to do

    @property
    def stops(self) -> bool:
        """Whether a submission with such a finding does not become current."""
        return self in (Severity.REFUSE, Severity.ERROR)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One finding, or several alike that are grouped.

    ``row`` is the row number that the sender's spreadsheet shows (the heading is row 1), None
    where the whole file is meant. ``rows`` holds every row of a group, ``row`` the first of them.
    ``column`` is the heading as the sender wrote it and ``letter`` the column's letter.
    ``value`` is the cell as sent (at most 60 characters, None for sensitive columns).
    ``message`` says in plain English what was found, ``hint`` what to do.
    """

    rule: str
    severity: Severity
    message: str
    hint: str
    row: int | None = None
    rows: tuple[int, ...] = ()
    column: str | None = None
    letter: str | None = None
    value: str | None = None

    @property
    def where(self) -> str:
        """The place in words: ``Row 14, column E (trained)``; ``This file`` where none is named."""
        named = f" ({self.column})" if self.column and self.column.strip() else ""
        column = f"column {self.letter}{named}" if self.letter else ""
        if self.row is None:
            return column[:1].upper() + column[1:] if column else "This file"
        rows = f"Row {self.row}"
        if self.rows:
            shown = ", ".join(map(str, self.rows[:_ROWS_NAMED]))
            more = len(self.rows) - _ROWS_NAMED
            rows = f"Rows {shown}" + (f" and {more:,} more" if more > 0 else "")
        return f"{rows}, {column}" if column else rows

    @property
    def sentence(self) -> str:
        """The place, what was found, what to do, and the rule's id last.

        ``Row 14, column E (trained): 201 is more than the 100 eligible staff. Check columns D
        and E. [ROW-001]``.
        """
        return f"{self.where}: {self.message} {self.hint} [{self.rule}]"

    def as_json(self) -> dict[str, str | int | list[int] | None]:
        """Return the seven fixed fields, and ``rows`` if several rows are grouped."""
        names = ("rule", "severity", "row", "column", "value", "message", "hint")
        fields = {name: getattr(self, name) for name in names}
        return fields | ({"rows": list(self.rows)} if self.rows else {})

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Finding:
        """Return the finding that ``as_json`` wrote. Older records hold no ``letter``."""
        names = {one.name for one in dataclass_fields(cls)} & set(fields)
        found = {name: fields[name] for name in names}
        rows, severity = tuple(fields.get("rows", ())), Severity(fields["severity"])
        return cls(**{**found, "severity": severity, "rows": rows})
