"""What came into the record since a moment: whether figures may have moved, and of which quarters.

A sign-off moves no figure.
"""

from __future__ import annotations

import datetime as dt

from pipelines.record.model import EventKind
from pipelines.record.store import Record
from schemas.quarter import Quarter


def newest_change_id(record: Record) -> str | None:
    """Return the id of the newest thing in the record that can move a figure.

    A sign-off moves none.
    """
    changes = [one.submission_id for one in record.submissions()]
    changes += [one.event_id for one in record.events() if one.kind is not EventKind.SIGN_OFF]
    return max(changes, default=None)


def newest_change(record: Record) -> dt.datetime:
    """Return the moment of the newest thing in the record that can move a figure."""
    moments = [one.received_at for one in record.submissions()]
    moments += [one.at for one in record.events() if one.kind is not EventKind.SIGN_OFF]
    return max(moments, default=dt.datetime.min.replace(tzinfo=dt.UTC))


def quarters_touched(record: Record, *, since: str) -> set[Quarter] | None:
    """Return the quarters whose returns came or were decided about after the id ``since``.

    None if something came that may be about any (a file that says no quarter is about none).
    """
    touched = {
        one.quarter for one in record.submissions() if one.submission_id > since and one.quarter
    }
    for event in record.events():
        if event.event_id <= since or event.kind is EventKind.SIGN_OFF:
            continue
        if event.obligation is not None:
            touched.add(event.obligation.quarter)
            continue
        about = record.submission(event.details.submission_id or "")
        if about is None or about.quarter is None:
            return None
        touched.add(about.quarter)
    return touched
