"""What a check gives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import polars as pl

from schemas.finding import Finding, Severity
from schemas.quarter import Quarter


class Outcome(StrEnum):
    """What becomes of a file, worst first."""

    REFUSED = "refused"
    NEEDS_CORRECTION = "needs correction"
    ACCEPTED_WITH_QUERIES = "accepted with queries"
    ACCEPTED = "accepted"

    @classmethod
    def of(cls, findings: tuple[Finding, ...]) -> Outcome:
        """The outcome that the findings lead to."""
        severities = {finding.severity for finding in findings}
        if Severity.REFUSE in severities:
            return cls.REFUSED
        if Severity.ERROR in severities:
            return cls.NEEDS_CORRECTION
        return cls.ACCEPTED_WITH_QUERIES if Severity.QUERY in severities else cls.ACCEPTED


@dataclass(frozen=True, kw_only=True)
class CheckedFile:
    """A file and all that was found in it.

    ``rows_used + rows_not_used + rows_passed_over == rows_found``. ``rows`` is there when the
    outcome is one of the accepted ones; docs/contracts.md, section 2, lists its columns.
    """

    file_name: str
    return_name: str | None
    organisation: str | None
    quarter: Quarter | None
    outcome: Outcome
    rows_found: int
    rows_used: int
    rows_not_used: int
    rows_passed_over: int
    findings: tuple[Finding, ...]
    rows: pl.DataFrame | None

    @property
    def accepted(self) -> bool:
        """Whether the file becomes the current return."""
        return self.outcome in (Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_QUERIES)

    def as_json(self) -> dict[str, Any]:
        """The object that ``quarterdeck check --json`` prints: ``file, return, organisation,
        quarter, accepted, rows, findings``; the quarter as people write it.
        """
        return {
            "file": self.file_name,
            "return": self.return_name,
            "organisation": self.organisation,
            "quarter": self.quarter.label if self.quarter else None,
            "accepted": self.accepted,
            "rows": self.rows_found - self.rows_passed_over,
            "findings": [finding.as_json() for finding in self.findings],
        }
