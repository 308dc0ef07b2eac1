"""How good the returns are that the figures rest on: shares that can be counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dashboards.published import Submission

_NOT_OWED = ("not due", "excused")


@dataclass(frozen=True, kw_only=True)
class Share:
    """A part of a whole: ``part`` of ``whole``."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """In percent; None of nothing."""
        return 100 * self.part / self.whole if self.whole else None


@dataclass(frozen=True, kw_only=True)
class Scores:
    """The scores of some returns.

    ``complete``: returns accepted, of those owed. ``timely``: accepted by the day they were due, of
    those owed. ``valid``: rows used, of the rows in the accepted returns. ``settled``: queries with
    an explanation, of the queries raised.
    """

    complete: Share
    timely: Share
    valid: Share
    settled: Share


def scores(submissions: Iterable[Submission]) -> Scores:
    """The scores of returns; what is not due yet or excused counts nowhere."""
    owed = [s for s in submissions if s.state not in _NOT_OWED]
    accepted = [s for s in owed if s.accepted_received_at is not None]
    queries = sum(s.queries or 0 for s in accepted)
    return Scores(
        complete=Share(part=len(accepted), whole=len(owed)),
        timely=Share(part=sum(not s.days_late for s in accepted), whole=len(owed)),
        valid=Share(
            part=sum(s.rows_used or 0 for s in accepted),
            whole=sum(s.rows_found or 0 for s in accepted),
        ),
        settled=Share(part=queries - sum(s.open_queries or 0 for s in accepted), whole=queries),
    )
