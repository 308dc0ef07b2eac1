"""What the record holds: submissions, and the events that came after them."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
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
        """What it answers, or None where the file did not say."""
        if self.return_name is None or self.organisation is None or self.quarter is None:
            return None
        return Obligation(self.organisation, self.return_name, self.quarter)

    def as_json(self) -> dict[str, Any]:
        """A JSON object from which ``from_json`` gives the same submission."""
        fields = asdict(self)
        fields["quarter"] = self.quarter.key if self.quarter else None
        fields["received_at"] = self.received_at.isoformat()
        return fields

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Submission:
        """The submission that ``as_json`` wrote; fields of later versions are left aside."""
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
    SET_ASIDE = "set_aside"


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
    EventKind.SET_ASIDE: ("damaged",),
}
# What was open when somebody decided: kept with the decision, and no part of what was decided.
_CIRCUMSTANCES = frozenset({"open_queries", "unanswered", "not_accepted"})


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that a person decided, with who, when and why. It never changes.

    ``details`` holds what belongs to the kind: ``submission_id`` of a withdrawal (and ``erased``
    where its content was removed for good); ``damaged`` of what is set aside, an id;
    ``submission_id`` and ``finding_number`` of an explanation; ``organisation``,
    ``return_name``, ``quarter`` (a key) and ``extended_to`` of an obligation's; ``quarter``,
    ``data_sha256`` and ``open_queries`` of a sign-off; ``cell_id`` and ``version_id`` of a figure
    that is left although it can be worked out.
    """

    event_id: str
    kind: EventKind
    at: dt.datetime
    by_whom: str
    reason: str
    details: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def obligation(self) -> Obligation | None:
        """What it is about, where that is an obligation. Raises ``ValueError`` for no quarter."""
        if not {"organisation", "return_name", "quarter"} <= self.details.keys():
            return None
        return Obligation(
            self.details["organisation"],
            self.details["return_name"],
            Quarter.parse(self.details["quarter"]),
        )

    @property
    def related_kinds(self) -> tuple[EventKind, ...]:
        """The kinds of decision that speak of the same: an excuse, more time, its taking back."""
        names = _SUBJECT[self.kind]
        return tuple(kind for kind in _SUBJECT if _SUBJECT[kind] == names)

    def is_about_the_same(self, other: Event) -> bool:
        """Whether both are of related kinds and about the same thing."""
        names = _SUBJECT[self.kind]
        return _SUBJECT[other.kind] == names and all(
            self.details.get(name) == other.details.get(name) for name in names
        )

    def repeats(self, other: Event) -> bool:
        """Whether the same person decides the same for the same reason, whatever is open now."""
        return self._decided == other._decided

    @property
    def _decided(self) -> tuple[object, ...]:
        details = {k: v for k, v in self.details.items() if k not in _CIRCUMSTANCES}
        return (self.kind, self.by_whom, self.reason, details)

    def as_json(self) -> dict[str, Any]:
        """A JSON object from which ``from_json`` gives the same event."""
        return {
            "event_id": self.event_id,
            "kind": self.kind.value,
            "at": self.at.isoformat(),
            "by_whom": self.by_whom,
            "reason": self.reason,
            "details": self.details,
        }

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Event:
        """The event that ``as_json`` wrote."""
        return cls(
            event_id=fields["event_id"],
            kind=EventKind(fields["kind"]),
            at=dt.datetime.fromisoformat(fields["at"]),
            by_whom=fields["by_whom"],
            reason=fields["reason"],
            details=fields["details"],
        )
