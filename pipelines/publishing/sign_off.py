"""Signing off a quarter's figures: who, when, and what was open when they did.

The command and Dagster's job both come through here, so that one sign-off is like the other.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from pipelines.obligations.standing import Standing, State, standings
from pipelines.publishing.releases import Release, Reported, newest_draft, no_draft
from pipelines.record.model import Details, Event, EventKind, Unanswered
from pipelines.record.store import Record
from schemas.quarter import Quarter
from schemas.reference import Reference

# EXP-001: a query that is unanswered when the figures are signed off. It does not stop a sign-off;
# it is kept with it, and the figure keeps its mark on the pages.
UNANSWERED = "EXP-001"


class SigningError(Exception):
    """A sign-off that cannot be taken; the message is a plain sentence."""


@dataclass(frozen=True, kw_only=True)
class OpenPoints:
    """What is open about a quarter: each a standing of ``pipelines.obligations.standing``.

    ``queried``: accepted, with queries that nobody has answered. ``missing``: nothing accepted
    came, and nobody was excused; what is not due yet is among them.
    """

    queried: tuple[Standing, ...]
    missing: tuple[Standing, ...]

    @property
    def queries(self) -> int:
        """How many queries are unanswered."""
        return sum(one.open_queries for one in self.queried)

    def __bool__(self) -> bool:
        """Whether anything is open."""
        return bool(self.queried or self.missing)


def open_points(
    record: Record, reference: Reference, quarter: Quarter, *, on: dt.date
) -> OpenPoints:
    """Return what is open about the quarter on the day ``on``."""
    stood = standings(record, reference, quarter, on=on)
    return OpenPoints(
        queried=tuple(one for one in stood if one.open_queries),
        missing=tuple(
            one
            for one in stood
            if one.counts and one.current is None and one.state is not State.EXCUSED
        ),
    )


def sign_off(
    record: Record,
    reference: Reference,
    releases: Path,
    quarter: Quarter,
    *,
    by_whom: str,
    note: str,
    at: dt.datetime,
    on: dt.date,
    meeting_on: dt.date | None = None,
) -> tuple[Release, Event]:
    """Sign off the figures of the quarter's newest draft, and no others, on the day ``on``.

    With ``meeting_on`` it is the newest of that meeting's. The sign-off names the draft's meeting.

    Returns the draft, and the event once it is on disk. What is open is kept with it: how many
    queries are unanswered and in which submissions (EXP-001), which returns are missing. Raises
    ``SigningError`` if there is no draft or nobody is named.
    """
    if not by_whom.strip():
        raise SigningError("Say who signs off: your role, such as head of performance.")
    draft = newest_draft(releases, quarter, meeting_on=meeting_on)
    if draft is None:
        raise SigningError(no_draft(quarter, meeting_on))
    still_open = open_points(record, reference, quarter, on=on)
    event = record.add_event(
        EventKind.SIGN_OFF,
        at=at,
        by_whom=by_whom.strip(),
        reason=note.strip(),
        details=Details(
            quarter=quarter,
            meeting=Reported.read(releases / draft.release_id / "data").meeting,
            data_sha256=draft.data_sha256,
            open_queries=still_open.queries,
            unanswered=tuple(
                Unanswered(
                    rule=UNANSWERED,
                    organisation=one.obligation.organisation,
                    return_name=one.obligation.return_name,
                    submission_id=one.current.submission_id,
                    queries=one.open_queries,
                )
                for one in still_open.queried
                if one.current is not None
            ),
            not_accepted=tuple(
                f"{one.obligation.organisation} {one.obligation.return_name}"
                for one in still_open.missing
            ),
        ),
    )
    return draft, event
