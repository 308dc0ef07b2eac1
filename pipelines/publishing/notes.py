"""Officers' words that are published beside an edition: they must give no hidden figure away."""

from __future__ import annotations

import re

from pipelines.disclosure.ledger import read_ledgers
from pipelines.disclosure.stated_before import shown_in
from pipelines.disclosure.words import Told, has_decided, hidden_numbers_in
from pipelines.publishing.releases import LEDGER, PublishingError
from pipelines.publishing.withdrawn import published_folders
from pipelines.record.store import Record
from pipelines.warehouse.loading import WarehouseBusyError, connect
from pipelines.workspace import Workspace

_MOST = 5


class TellingNoteError(PublishingError):
    """A note gives a number that a hidden figure has; the message is for officers alone."""


def check_note(
    workspace: Workspace, record: Record, note: str, *, withdrawing: str | None = None
) -> None:
    """Search a note that is to be published for numbers of figures that are not shown.

    What figures were before they were corrected is searched too, unless an edition shows it; one
    that is about to be withdrawn, ``withdrawing``, does so no longer.

    Raises:
        TellingNoteError: It gives one, or it has digits and there is nothing to search it by.
    """
    if not note.strip():
        return
    told: tuple[Told, ...] | None = None
    try:
        if workspace.warehouse.exists():
            with connect(workspace.warehouse, read_only=True) as connection:
                if has_decided(connection):
                    out = published_folders(workspace.releases, record, without=withdrawing)
                    shown = shown_in(read_ledgers(folder / LEDGER for folder in out))
                    told = hidden_numbers_in(connection, note, shown=shown)
    except WarehouseBusyError as busy:
        raise TellingNoteError(
            "The note cannot be searched for hidden figures while a build is running. "
            "Try again once it has ended."
        ) from busy
    if told is None and re.search(r"\d", note):
        raise TellingNoteError(
            "The note cannot be searched for hidden figures, since there is no warehouse. "
            "Write it without numbers, or make one first: quarterdeck build"
        )
    if told:
        lines = [
            f"“{one.said}” is in the note, and {one.cell_id} has or had it" for one in told[:_MOST]
        ]
        more = [f"and {len(told) - _MOST} more"] if len(told) > _MOST else []
        raise TellingNoteError(
            f"The note “{note.strip()}” gives numbers of figures that are not shown, or "
            "were corrected before any edition showed them. "
            "Nothing was done. Write it without these numbers; which figures changed, readers find "
            f"on the page of changes. {'; '.join([*lines, *more])}."
        )
