"""Withdrawing an edition that gives something away: the public copy goes, the house's own stays.

In its place stand notices, so that no address ends nowhere. The corrected edition is published as
an amendment of the same meeting. Whoever kept a copy still has it: nothing can take that back.
"""

from __future__ import annotations

import datetime as dt

from pipelines.durable import exclusive
from pipelines.publishing.editions import editions
from pipelines.publishing.making import SiteBuilder, show
from pipelines.publishing.notes import check_note
from pipelines.publishing.releases import PublishingError, edition_of
from pipelines.record.model import Details, Event, EventKind
from pipelines.record.store import Record
from pipelines.workspace import Workspace


class NothingToWithdrawError(PublishingError):
    """There is no such edition, or nothing says why it is withdrawn and by whom."""


def withdraw_edition(
    workspace: Workspace,
    record: Record,
    name: str,
    builder: SiteBuilder,
    *,
    by_whom: str,
    note: str,
    at: dt.datetime,
) -> Event:
    """Put notices in the place of a published edition; return the decision as it was kept.

    The decision is on disk before anything is taken away. Stopped half-way, it is finished by being
    asked for again, and by the next publication. The release stays as it is, for officers.

    Raises:
        NothingToWithdrawError: There is no such edition, or the note or the name is missing.
        TellingNoteError: The note gives a number that a hidden figure has.
    """
    with exclusive(workspace.releases / ".publishing.lock"):
        check_withdrawal(workspace, record, name, by_whom=by_whom, note=note)
        event = record.add_event(
            EventKind.EDITION_WITHDRAWN,
            at=at,
            by_whom=by_whom.strip(),
            reason=note.strip(),
            details=Details(edition=name),
        )
        show(workspace, builder)
    return event


def check_withdrawal(
    workspace: Workspace, record: Record, name: str, *, by_whom: str, note: str
) -> None:
    """Raise what ``withdraw_edition`` would, before anything is done or asked for."""
    if not note.strip() or not by_whom.strip():
        raise NothingToWithdrawError(
            "Say to its readers why it is withdrawn, without repeating the figure, and who decides."
        )
    if name not in {edition_of(one).name for one in editions(workspace.releases)}:
        raise NothingToWithdrawError(f"There is no published edition {name}.")
    check_note(workspace, record, note, withdrawing=name)
