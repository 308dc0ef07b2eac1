"""A receipt: the answer to the sender of one file. One value, shown as text, JSON or HTML."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.receiving.differences import Differences
from pipelines.record.model import Submission
from schemas.finding import Finding, Severity
from schemas.quarter import Quarter
from schemas.working_days import LONDON

if TYPE_CHECKING:  # the checker tells senders nothing, so it is needed by name only
    from pipelines.checking.engine.outcome import CheckedFile


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Everything that a receipt says, without the words around it.

    ``received_at`` is in UTC. ``outcome`` is ``refused``, ``needs correction``, ``accepted with
    queries`` or ``accepted``. ``findings`` stand in the order of severity, then of rows.
    ``previous_reference`` and ``previous_received_at`` name the submission that was current when
    this one came, ``differences`` what changed since it (None if nothing can be compared).
    ``duplicate_of`` is the reference under which the same bytes are kept already.
    """

    submission_id: str
    sha256: str
    received_at: dt.datetime
    sender: str
    file_name: str
    return_name: str | None
    return_title: str | None
    organisation: str | None
    quarter: Quarter | None
    outcome: str
    due_on: dt.date | None
    rows_found: int
    rows_used: int
    rows_not_used: int
    rows_passed_over: int
    findings: tuple[Finding, ...]
    previous_reference: str | None
    previous_received_at: dt.datetime | None
    differences: Differences | None
    duplicate_of: str | None

    @property
    def is_accepted(self) -> bool:
        """Whether the figures are in use."""
        return self.outcome in ("accepted", "accepted with queries")

    @property
    def received_on(self) -> dt.date:
        """The day in London on which it came."""
        return self.received_at.astimezone(LONDON).date()

    @property
    def days_late(self) -> int | None:
        """Days after the due date, 0 where in time, None if no due date is known."""
        if self.due_on is None:
            return None
        return max(0, (self.received_on - self.due_on).days)

    @property
    def counts(self) -> dict[Severity, int]:
        """How many findings of each severity there are, heaviest first, none left out."""
        counted = Counter(finding.severity for finding in self.findings)
        return {severity: counted[severity] for severity in Severity}


def make_receipt(
    checked: CheckedFile,
    *,
    submission_id: str,
    sha256: str,
    received_at: dt.datetime,
    sender: str,
    due_on: dt.date | None,
    return_title: str | None = None,
    previous: Submission | None = None,
    differences: Differences | None = None,
    duplicate_of: str | None = None,
) -> Receipt:
    """Return the receipt for a checked file.

    ``previous`` is the submission that was current for the obligation when this one came,
    ``differences`` what changed since it. Raises ``ValueError`` for a ``received_at`` without a
    time zone.
    """
    if received_at.tzinfo is None:
        raise ValueError("the time of receipt needs its time zone")
    order = list(Severity)
    return Receipt(
        submission_id=submission_id,
        sha256=sha256,
        received_at=received_at.astimezone(dt.UTC),
        sender=sender,
        file_name=checked.file_name,
        return_name=checked.return_name,
        return_title=return_title,
        organisation=checked.organisation,
        quarter=checked.quarter,
        outcome=str(checked.outcome),
        due_on=due_on,
        rows_found=checked.rows_found,
        rows_used=checked.rows_used,
        rows_not_used=checked.rows_not_used,
        rows_passed_over=checked.rows_passed_over,
        findings=tuple(
            sorted(checked.findings, key=lambda f: (order.index(f.severity), f.row or 0))
        ),
        previous_reference=previous.submission_id if previous else None,
        previous_received_at=previous.received_at if previous else None,
        differences=differences,
        duplicate_of=duplicate_of,
    )
