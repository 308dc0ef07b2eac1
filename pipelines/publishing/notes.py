"""Officers' words that are published beside an edition: they must give no hidden figure away."""

from __future__ import annotations

import re

from pipelines.disclosure.words import Told, has_decided, hidden_numbers_in
from pipelines.publishing.releases import PublishingError
from pipelines.warehouse.loading import WarehouseBusyError, connect
from pipelines.workspace import Workspace

_MOST = 5


class TellingNoteError(PublishingError):
    """A note gives a number that a hidden figure has; the message is for officers alone."""


def check_note(workspace: Workspace, note: str) -> None:
    """Search a note that is to be published for numbers of figures that are not shown.

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
                    told = hidden_numbers_in(connection, note)
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
        lines = [f"“{one.said}” is in the note, and {one.cell_id} has it" for one in told[:_MOST]]
        more = [f"and {len(told) - _MOST} more"] if len(told) > _MOST else []
        raise TellingNoteError(
            f"The note “{note.strip()}” gives numbers that figures which are not shown have. "
            "Nothing was done. Write it without these numbers; which figures changed, readers find "
            f"on the page of changes. {'; '.join([*lines, *more])}."
        )
