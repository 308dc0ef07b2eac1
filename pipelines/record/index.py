"""What the record holds, in memory, by the questions that are asked of it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from pipelines.record.model import Event, EventKind, Obligation, Submission
from schemas.quarter import Quarter

# What an event is about: a submission, by its id, or an obligation.
Subject = str | Obligation


class Submissions:
    """Submissions, oldest first, by obligation, by bytes, and by return and quarter."""

    def __init__(self, submissions: Iterable[Submission] = ()) -> None:
        """Index these, given oldest first."""
        self.ordered: list[Submission] = []
        self.of_obligation: dict[Obligation, list[Submission]] = {}
        self.of_bytes: dict[str, list[Submission]] = {}
        self.obligations: dict[tuple[str, Quarter], dict[Obligation, None]] = defaultdict(dict)
        for submission in submissions:
            self.add(submission)

    def add(self, submission: Submission) -> None:
        """Add one that is newer than all others."""
        self.ordered.append(submission)
        self.of_bytes.setdefault(submission.sha256, []).append(submission)
        obligation = submission.obligation
        if obligation is not None:
            self.of_obligation.setdefault(obligation, []).append(submission)
            self.obligations[obligation.return_name, obligation.quarter][obligation] = None


class Events:
    """Events, oldest first, by kind and by what they are about."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        """Index these, given oldest first."""
        self.ordered: list[Event] = []
        self.of_kind: dict[EventKind, list[Event]] = {}
        self.about: dict[Subject, list[Event]] = {}
        self.withdrawn: dict[str, dt.datetime] = {}
        for event in events:
            self.add(event)

    def add(self, event: Event) -> None:
        """Add one that is newer than all others."""
        self.ordered.append(event)
        self.of_kind.setdefault(event.kind, []).append(event)
        for subject in _subjects(event):
            self.about.setdefault(subject, []).append(event)
        withdrawn = event.details.submission_id
        if event.kind is EventKind.WITHDRAWAL and withdrawn is not None:
            self.withdrawn[withdrawn] = event.at

    @property
    def set_aside(self) -> frozenset[str]:
        """The ids of what was damaged and is left out."""
        events = self.of_kind.get(EventKind.SET_ASIDE, ())
        return frozenset(one.details.damaged for one in events if one.details.damaged)

    @property
    def erased(self) -> frozenset[str]:
        """The ids of submissions whose content was removed for good, or is to be."""
        events = self.of_kind.get(EventKind.WITHDRAWAL, ())
        return frozenset(
            one.details.submission_id
            for one in events
            if one.details.erased and one.details.submission_id
        )


def _subjects(event: Event) -> list[Subject]:
    return [one for one in (event.details.submission_id, event.obligation) if one is not None]
