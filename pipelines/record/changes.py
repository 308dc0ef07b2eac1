"""What came into the record last that can move a figure. A sign-off moves none."""

from __future__ import annotations

import datetime as dt

from pipelines.record.model import EventKind
from pipelines.record.store import Record


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
