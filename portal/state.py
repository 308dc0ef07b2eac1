"""What the pages stand on: the record, the reference data, the log, the workers."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass, field

from django.conf import settings as django_settings

from pipelines.board.in_force import in_force
from pipelines.record.store import Record
from portal.audit import AuditLog
from portal.settings import Settings
from portal.work import Workers
from schemas.reference import Reference
from schemas.working_days import LONDON


@dataclass(kw_only=True)
class Portal:
    """One portal. ``workers`` are there while it serves."""

    settings: Settings
    record: Record
    audit: AuditLog
    workers: Workers | None = None
    places: threading.BoundedSemaphore = field(init=False)

    def __post_init__(self) -> None:
        """Make room for so many files at once."""
        self.places = threading.BoundedSemaphore(self.settings.limits.files_at_once)

    @property
    def reference(self) -> Reference:
        """The board in force. Raises ``pipelines.board.ReferenceDataError``."""
        return in_force(self.record)

    @property
    def now(self) -> dt.datetime:
        """The time, in UTC; on the practice day if there is one."""
        moment, day = dt.datetime.now(dt.UTC), self.settings.practice_day
        if day is None:
            return moment
        local = moment.astimezone(LONDON).time()
        return dt.datetime.combine(day, local, LONDON).astimezone(dt.UTC)

    @property
    def today(self) -> dt.date:
        """The day (in London) on which lateness is judged: the practice day if there is one."""
        return self.settings.practice_day or self.settings.workspace.today(now=self.now)


def make_portal(settings: Settings) -> Portal:
    """Return what the pages of this workspace stand on."""
    return Portal(
        settings=settings,
        record=Record(settings.workspace.record),
        audit=AuditLog(settings.workspace.portal / "audit.jsonl"),
    )


def the_portal() -> Portal:
    """Return the portal that Django was set up for."""
    portal: Portal = django_settings.QUARTERDECK
    return portal
