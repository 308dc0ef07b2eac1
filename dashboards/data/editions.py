"""What the pages of a release know of its edition and of the editions before it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dashboards.story.comparing import Changes

# Where the list of all editions lies, seen from an edition's own folder. Below the public folder it
# is the public list, in the archive file its first page, among the releases the officers' list.
ALL_EDITIONS = "../../index.html"


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A published edition, as a list shows it. ``amended_by`` names the newest amendment of it.

    ``withdrawn`` says why it was withdrawn, if it was.
    """

    name: str
    meeting: str
    meeting_on: dt.date | None
    quarter_label: str
    revision: int
    note: str
    signed_off_by: str
    published_on: dt.date
    amended_by: str | None = None
    withdrawn: str | None = None
    board: str | None = None
    has_summary_pdf: bool = False
    has_whole_pdf: bool = False

    @property
    def standing(self) -> str:
        """Whether it is what was published first, an amendment, or amended since."""
        if self.amended_by:
            return "amended"
        return "amendment" if self.revision else "final"


@dataclass(frozen=True, kw_only=True)
class Edition:
    """The edition that a site is.

    ``name`` and ``revision`` as in its release's manifest; of a draft, those it would have.
    ``earlier`` are the editions that it looks back on, oldest first; ``changes`` is how it differs
    from the last of them, None where that one's data lack what a comparison needs.
    """

    name: str
    revision: int = 0
    note: str = ""
    signed_off_by: str | None = None
    signed_off_on: dt.date | None = None
    earlier: tuple[Listed, ...] = ()
    changes: Changes | None = None
