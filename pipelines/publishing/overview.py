"""What an officer wants to know on a Monday morning.

What is owed and what came, and what stands between the draft and the next publication.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.obligations.standing import Standing, State, standings_of_all
from pipelines.publishing.rebases import ProposedRebase, proposed_rebases
from pipelines.publishing.releases import (
    Release,
    all_releases,
    newest_draft,
    published_for,
    signed_off,
)
from pipelines.publishing.sign_off import OpenPoints, open_points
from pipelines.record.changes import newest_change
from pipelines.record.model import Event, Submission
from pipelines.record.store import Record
from schemas.quarter import Quarter
from schemas.reference import Reference
from schemas.reference_rows import Meeting
from schemas.working_days import LONDON, publish_by


@dataclass(frozen=True, kw_only=True)
class Owed:
    """How every obligation stands on the day ``on``, oldest quarter first."""

    on: dt.date
    standings: tuple[Standing, ...]

    @property
    def quarters(self) -> list[Quarter]:
        """The quarters it is about, newest first."""
        return sorted({one.obligation.quarter for one in self.standings}, reverse=True)

    @property
    def late(self) -> list[Standing]:
        """Due, and nothing came."""
        return [one for one in self.standings if one.state is State.OVERDUE]

    @property
    def rejected(self) -> list[Standing]:
        """The newest file was not accepted."""
        return [one for one in self.standings if one.is_rejected]

    @property
    def queried(self) -> list[Standing]:
        """Accepted, with unanswered queries."""
        return [one for one in self.standings if one.open_queries]

    def of(self, quarter: Quarter) -> list[Standing]:
        """Return those of one quarter."""
        return [one for one in self.standings if one.obligation.quarter == quarter]

    def counts(self, quarter: Quarter) -> Counter[State]:
        """Return how many obligations of the quarter are in which state."""
        return Counter(one.state for one in self.of(quarter))


def came_lately(record: Record, *, on: dt.date) -> list[Submission]:
    """Return what came on the seven days up to ``on`` (days in London), newest first."""
    first = on - dt.timedelta(days=6)
    return [
        one
        for one in reversed(record.submissions())
        if first <= one.received_at.astimezone(LONDON).date() <= on
    ]


def owed(record: Record, reference: Reference, *, on: dt.date) -> Owed:
    """Return what is owed and what came on the day ``on``, over every quarter that is known."""
    stood = standings_of_all(record, reference, on=on)
    return Owed(on=on, standings=tuple(one for one in stood if one.counts))


@dataclass(frozen=True, kw_only=True)
class NextPublication:
    """What will be published next, and what stands in its way.

    ``meeting`` is the next one to which a quarter is reported; None if none is planned, and the
    quarter is then the newest with a draft. ``shown`` and ``suppressed`` count the draft's figures
    of the quarter. ``in_the_way`` are sentences; if there are none it can be published.
    ``rebases`` are breaks in the draft's series that no recorded rebase explains.
    """

    quarter: Quarter
    meeting: Meeting | None
    publish_by: dt.date | None
    draft: Release | None
    sign_off: Event | None
    published: Release | None
    open_points: OpenPoints
    shown: int
    suppressed: int
    in_the_way: tuple[str, ...]
    is_behind: bool
    rebases: tuple[ProposedRebase, ...]


def next_publication(
    record: Record, reference: Reference, releases: Path, *, on: dt.date
) -> NextPublication | None:
    """Return what will be published next; None if there is neither a meeting nor a draft."""
    meeting = next_meeting(reference, on=on)
    made = all_releases(releases)
    if meeting is not None and meeting.quarter is not None:
        quarter = meeting.quarter
    elif made:
        quarter = max(one.quarter for one in made)
    else:
        return None
    draft = newest_draft(releases, quarter, meeting_on=meeting.meeting_on if meeting else None)
    sign_off = signed_off(record, quarter, draft.data_sha256) if draft else None
    final = published_for(made, meeting) if meeting else _newest_edition(made, quarter)
    figures = _states(releases / draft.release_id / "data", quarter) if draft else Counter()
    last_day = publish_by(meeting.meeting_on) if meeting else None
    behind = draft is not None and draft.made_at < newest_change(record)
    return NextPublication(
        quarter=quarter,
        meeting=meeting,
        publish_by=last_day,
        draft=draft,
        sign_off=sign_off,
        published=final,
        open_points=open_points(record, reference, quarter, on=on),
        shown=figures["shown"],
        suppressed=figures["suppressed"],
        in_the_way=tuple(_in_the_way(quarter, draft, sign_off, last_day, on=on, behind=behind)),
        is_behind=behind,
        rebases=tuple(proposed_rebases(reference, releases / draft.release_id / "data", quarter))
        if draft
        else (),
    )


def _newest_edition(made: Iterable[Release], quarter: Quarter) -> Release | None:
    final = [one for one in made if one.status == "final" and one.quarter == quarter]
    return final[-1] if final else None


def next_meeting(reference: Reference, *, on: dt.date) -> Meeting | None:
    """Return the first meeting on the day ``on`` or after it to which a quarter is reported."""
    coming = [one for one in reference.meetings if one.quarter and one.meeting_on >= on]
    return min(coming, key=lambda one: one.meeting_on, default=None)


def _in_the_way(
    quarter: Quarter,
    draft: Release | None,
    sign_off: Event | None,
    last_day: dt.date | None,
    *,
    on: dt.date,
    behind: bool,
) -> list[str]:
    found = []
    if draft is None:
        found.append(f"There is no draft for {quarter.label}.")
    elif behind:
        found.append("Something came after the draft was made. The next build takes it in.")
    if draft is not None and sign_off is None:
        found.append("Nobody has signed off the figures of the newest draft.")
    if last_day is not None and on > last_day:
        found.append(
            f"The last day for the papers of the meeting, {last_day:%-d %B %Y}, is over. They can "
            "still be published, with fewer than five clear days."
        )
    return found


def _states(data_dir: Path, quarter: Quarter) -> Counter[str]:
    """Return how many figures of the quarter are shown, suppressed, not received."""
    counted = (
        pl.scan_parquet(data_dir / "pub_measure_value.parquet")
        .filter(pl.col("quarter") == quarter.key)
        .group_by("state")
        .len()
        .collect()
    )
    return Counter(dict(counted.iter_rows()))


def quarter_to_report(record: Record, reference: Reference, *, on: dt.date) -> Quarter | None:
    """Return the quarter of which a draft is made.

    That of the next meeting, once a return for it was accepted. None: the newest that has an
    accepted return.
    """
    meeting = next_meeting(reference, on=on)
    sent = {one.quarter for one in record.submissions() if one.is_accepted}
    return meeting.quarter if meeting is not None and meeting.quarter in sent else None
