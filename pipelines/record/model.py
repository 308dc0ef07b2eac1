"""What the record holds: submissions, and the events that came after them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from schemas.quarter import Quarter

ACCEPTED = frozenset({"accepted", "accepted with queries"})


@dataclass(frozen=True, kw_only=True)
class Submission:
    """One file as it was received. It never changes; what became of it later is derived.

    ``outcome`` is what the checks said on receipt: ``refused``, ``needs correction``,
    ``accepted with queries`` or ``accepted``. ``figures_sha256`` is the hash of the accepted
    figures whatever their order and quoting; ``no_figure_changed_since`` names the submission
    that had the same ones. ``received_at`` is in UTC. ``follows`` is what the record held newest
    before it (None in a record of format 1). Of an ``erased`` one only this much is left.
    """

    submission_id: str
    return_name: str | None
    organisation: str | None
    quarter: Quarter | None
    outcome: str
    received_at: dt.datetime
    sender: str
    channel: str
    file_name: str
    sha256: str
    rows_found: int
    rows_used: int
    rows_not_used: int
    rows_passed_over: int
    errors: int
    queries: int
    notes: int
    figures_sha256: str | None = None
    no_figure_changed_since: str | None = None
    sample: str | None = None
    nil: bool = False
    clock_went_back: bool = False
    follows: str | None = None
    erased: bool = False

    @property
    def is_accepted(self) -> bool:
        """Whether it has figures: it was accepted, and has not been erased."""
        return self.outcome in ACCEPTED and not self.erased

    @cached_property
    def obligation(self) -> Obligation | None:
        """What it answers, or None if the file did not say."""
        if self.return_name is None or self.organisation is None or self.quarter is None:
            return None
        return Obligation(self.organisation, self.return_name, self.quarter)

    def as_json(self) -> dict[str, Any]:
        """Return a JSON object that ``from_json`` reads back as the same submission."""
        fields = asdict(self)
        fields["quarter"] = self.quarter.key if self.quarter else None
        fields["received_at"] = self.received_at.isoformat()
        return fields

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Submission:
        """Return the submission that ``as_json`` wrote; fields of later versions are left aside."""
        known = {name: fields[name] for name in cls.__dataclass_fields__ if name in fields}
        if known["quarter"] is not None:
            known["quarter"] = Quarter.parse(known["quarter"])
        known["received_at"] = dt.datetime.fromisoformat(known["received_at"])
        return cls(**known)


@dataclass(frozen=True, order=True)
class Obligation:
    """One return owed by one organisation for one quarter."""

    organisation: str
    return_name: str
    quarter: Quarter


class EventKind(StrEnum):
    """What can happen after a submission was received."""

    WITHDRAWAL = "withdrawal"
    EXPLANATION = "explanation"
    EXCUSED = "excused"
    EXTENDED = "extended"
    REOPENED = "reopened"
    SIGN_OFF = "sign_off"
    DISCLOSURE_ACCEPTED = "disclosure_accepted"
    RULE_TIGHTENED = "rule_tightened"
    EDITION_WITHDRAWN = "edition_withdrawn"
    SET_ASIDE = "set_aside"
    BOARD = "board"


# What a decision of each kind is about: the details that name it.
_OBLIGATION = ("organisation", "return_name", "quarter")
_SUBJECT: dict[EventKind, tuple[str, ...]] = {
    EventKind.WITHDRAWAL: ("submission_id",),
    EventKind.EXPLANATION: ("submission_id", "finding_number"),
    EventKind.EXCUSED: _OBLIGATION,
    EventKind.EXTENDED: _OBLIGATION,
    EventKind.REOPENED: _OBLIGATION,
    EventKind.SIGN_OFF: ("quarter",),
    EventKind.DISCLOSURE_ACCEPTED: ("cell_id",),
    EventKind.RULE_TIGHTENED: ("measure",),
    EventKind.EDITION_WITHDRAWN: ("edition",),
    EventKind.SET_ASIDE: ("damaged",),
    EventKind.BOARD: (),
}
# Decisions of these kinds undo each other.
_OPPOSED = (EventKind.EXCUSED, EventKind.REOPENED)


@dataclass(frozen=True, kw_only=True)
class Unanswered:
    """The queries of a submission that were unanswered at a sign-off (rule EXP-001)."""

    rule: str
    organisation: str
    return_name: str
    submission_id: str
    queries: int


@dataclass(frozen=True, kw_only=True)
class Details:
    """What an event is about and what it decides: the fields of its kind, the others None.

    Attributes:
        submission_id: What is withdrawn, or whose query is answered.
        finding_number: The query that is answered; the first finding is 1.
        erased: The content of what is withdrawn is removed for good.
        damaged: The id of what is set aside.
        organisation: With ``return_name`` and ``quarter`` the obligation that is excused, extended
            or reopened.
        extended_to: The day until the end of which the obligation is extended.
        quarter: Also the quarter whose figures are signed off.
        meeting: The meeting for which they are signed off, as its edition is named.
        data_sha256: The figures that are signed off.
        open_queries: How many queries were unanswered at the sign-off.
        unanswered: The submissions that these queries are of.
        not_accepted: The returns that were missing at the sign-off.
        cell_id: The figure that is left although it can be worked out.
        version_id: Its version.
        measure: The measure whose small-number rule was tightened.
        threshold: Up to which count its figures are hidden from then on.
        edition: The published edition that is withdrawn.
        board: The board that is in force from then on: the text of each of its files by name.
    """

    submission_id: str | None = None
    finding_number: int | None = None
    erased: bool | None = None
    damaged: str | None = None
    organisation: str | None = None
    return_name: str | None = None
    quarter: Quarter | None = None
    extended_to: dt.date | None = None
    meeting: str | None = None
    data_sha256: str | None = None
    open_queries: int | None = None
    unanswered: tuple[Unanswered, ...] | None = None
    not_accepted: tuple[str, ...] | None = None
    cell_id: str | None = None
    version_id: str | None = None
    measure: str | None = None
    threshold: int | None = None
    edition: str | None = None
    board: Mapping[str, str] | None = None

    @property
    def decided(self) -> Details:
        """These details without what was merely open when somebody decided."""
        return replace(self, open_queries=None, unanswered=None, not_accepted=None)

    def as_json(self) -> dict[str, Any]:
        """Return a JSON object of the fields that are there."""
        found = {name: value for name, value in asdict(self).items() if value is not None}
        if self.quarter is not None:
            found["quarter"] = self.quarter.key
        if self.extended_to is not None:
            found["extended_to"] = self.extended_to.isoformat()
        return found

    @classmethod
    def from_json(cls, details: dict[str, Any]) -> Details:
        """Return what ``as_json`` wrote; fields of later versions are left aside."""
        known = {name: details[name] for name in cls.__dataclass_fields__ if name in details}
        read: dict[str, Callable[[Any], Any]] = {
            "quarter": Quarter.parse,
            "extended_to": dt.date.fromisoformat,
            "unanswered": lambda found: tuple(Unanswered(**one) for one in found),
            "not_accepted": tuple,
        }
        return cls(**{name: read[name](v) if name in read else v for name, v in known.items()})


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that a person decided, with who, when and why. It never changes."""

    event_id: str
    kind: EventKind
    at: dt.datetime
    by_whom: str
    reason: str
    details: Details = field(default_factory=Details)

    @cached_property
    def obligation(self) -> Obligation | None:
        """What it is about, if that is an obligation."""
        about = self.details
        if about.organisation is None or about.return_name is None or about.quarter is None:
            return None
        return Obligation(about.organisation, about.return_name, about.quarter)

    @property
    def opposed_kinds(self) -> tuple[EventKind, ...]:
        """Its own kind, and the one that undoes it."""
        return _OPPOSED if self.kind in _OPPOSED else (self.kind,)

    def is_about_the_same(self, other: Event) -> bool:
        """Whether an event of the same or the opposed kind is about the same thing."""
        return all(
            getattr(self.details, name) == getattr(other.details, name)
            for name in _SUBJECT[self.kind]
        )

    def repeats(self, other: Event) -> bool:
        """Whether the same person decides the same for the same reason, whatever is open now."""
        mine, theirs = (
            (one.kind, one.by_whom, one.reason, one.details.decided) for one in (self, other)
        )
        return mine == theirs

    def as_json(self) -> dict[str, Any]:
        """Return a JSON object that ``from_json`` reads back as the same event."""
        return {
            "event_id": self.event_id,
            "kind": self.kind.value,
            "at": self.at.isoformat(),
            "by_whom": self.by_whom,
            "reason": self.reason,
            "details": self.details.as_json(),
        }

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Event:
        """Return the event that ``as_json`` wrote."""
        return cls(
            event_id=fields["event_id"],
            kind=EventKind(fields["kind"]),
            at=dt.datetime.fromisoformat(fields["at"]),
            by_whom=fields["by_whom"],
            reason=fields["reason"],
            details=Details.from_json(fields["details"]),
        )
