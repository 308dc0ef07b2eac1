"""Which editions were withdrawn, and what is still published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.publishing.releases import Release, all_releases, edition_of
from pipelines.record.model import Event, EventKind
from pipelines.record.store import Record


def withdrawals(record: Record) -> Mapping[str, Event]:
    """Return the decisions to withdraw editions, by the edition's name; the first of each."""
    found: dict[str, Event] = {}
    for event in record.events(EventKind.EDITION_WITHDRAWN):
        if event.details.edition is not None:
            found.setdefault(event.details.edition, event)
    return found


def still_published(published: Sequence[Release], record: Record) -> tuple[Release, ...]:
    """Return the editions without those that were withdrawn."""
    gone = withdrawals(record)
    return tuple(one for one in published if edition_of(one).name not in gone)


def published_folders(releases: Path, record: Record, *, without: str | None = None) -> list[Path]:
    """Return the folders of what is published, oldest first: what a reader can set side by side.

    Drafts never left the house. A withdrawn edition gave away what it did: figures that it showed
    are guarded anew. ``without`` names an edition that is to be left out as if it was withdrawn.
    """
    final = [
        one
        for one in all_releases(releases)
        if one.status == "final" and edition_of(one).name != without
    ]
    return [releases / one.release_id for one in still_published(final, record)]
