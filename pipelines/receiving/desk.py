"""The desk: everything a sender may ask for, and only for the organisations it may ask about.

Who asks, and for whom, is said once, when a desk is opened. Portal, inbox, command and batch reach
history, checks, templates, findings, receipts and lists through a desk and in no other way, so
that nothing a sender receives can depend on what another organisation sent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipelines.checking.engine.context import Context
from pipelines.checking.engine.outcome import CheckedFile
from pipelines.obligations.standing import Standing, standings_of
from pipelines.reading.outcome import Limits
from pipelines.receiving import decisions
from pipelines.receiving.annotated import annotate, annotate_submission
from pipelines.receiving.history import SenderHistory
from pipelines.receiving.receive import Received, Sender, check_sent, receive
from pipelines.receiving.templates import Form, template
from pipelines.record.model import Event, Obligation, Submission
from pipelines.record.store import Record
from schemas.declaration import Return, headings_of
from schemas.quarter import Quarter
from schemas.reference import Reference


class Right(StrEnum):
    """What a person may do for the organisations they send for."""

    SEND = "send"  # check, send, answer queries
    WITHDRAW = "withdraw"


class NotAllowedError(Exception):
    """The requester may see this but may not do that."""


class NotFoundError(LookupError):
    """There is no such thing, or none that the requester may see: both are said alike."""


@dataclass(frozen=True, kw_only=True)
class Requester:
    """Who asks, by which way, and for whom.

    Attributes:
        name: The account, login or folder that asks.
        channel: How: ``portal``, ``inbox``, ``command line``.
        organisations: The organisations they send for; None for any of them.
        oversees: Whether they may read what every organisation sent (the council's officer).
        rights: What they may do for their organisations.
        since: Since when they send for these organisations; None for always.
        by_hand: Whether a person presses a button for each file, so that one sent again is meant.
    """

    name: str
    channel: str
    organisations: frozenset[str] | None
    oversees: bool = False
    rights: frozenset[Right] = frozenset(Right)
    since: dt.datetime | None = None
    by_hand: bool = False


class Desk:
    """The record as one requester may use it, on one day.

    Args:
        record: The record.
        reference: The reference data in force.
        requester: Who asks, and for whom.
        today: The day (in the board's time zone) on which lateness and closing are judged.
        limits: How large a file may be.
    """

    def __init__(
        self,
        record: Record,
        reference: Reference,
        requester: Requester,
        *,
        today: dt.date,
        limits: Limits | None = None,
    ) -> None:
        """Open a desk for the requester."""
        self._record = record
        self._reference = reference
        self._requester = requester
        self._today = today
        self._limits = limits or Limits()

    # --- rights -----------------------------------------------------------------------------------

    def sends_for(self, organisation: str | None) -> bool:
        """Whether the requester is one of this organisation's."""
        own = self._requester.organisations
        return organisation is not None and (own is None or organisation in own)

    def may_read(self, organisation: str) -> bool:
        """Whether the requester may see what is owed by this organisation."""
        return self._requester.oversees or self.sends_for(organisation)

    def may_send(self, organisation: str | None) -> bool:
        """Whether the requester sends returns, and answers queries, for this organisation."""
        return Right.SEND in self._requester.rights and self.sends_for(organisation)

    def may_withdraw(self, organisation: str | None) -> bool:
        """Whether the requester may withdraw a return of this organisation."""
        return Right.WITHDRAW in self._requester.rights and self.sends_for(organisation)

    def may_see(self, submission: Submission) -> bool:
        """Whether the requester may see this submission, its findings, receipt and files.

        A file that could not be read is of no organisation: whoever sent it may see it, as long
        as they send for the same organisations as they did then.
        """
        if self._requester.oversees or self.sends_for(submission.organisation):
            return True
        since = self._requester.since
        if since is not None and submission.received_at < since:
            return False
        return (submission.channel, submission.sender) == (
            self._requester.channel,
            self._requester.name,
        ) and submission.organisation is None

    # --- forms, checks, receiving -----------------------------------------------------------------

    def template(
        self, ret: Return, organisation: str, quarter: Quarter, *, form: Form = "csv"
    ) -> bytes:
        """Return the form of a return, CSV or workbook, with the rows that are expected.

        Raises:
            NotFoundError: The requester may not see this organisation's returns.
        """
        if not self.may_read(organisation):
            raise NotFoundError(organisation)
        return template(
            organisation=organisation,
            ret=ret,
            quarter=quarter,
            reference=self._reference,
            history=SenderHistory(self._record, organisations=frozenset({organisation})),
            form=form,
        )

    def check(
        self,
        content: bytes,
        *,
        file_name: str,
        expected: Obligation | None = None,
        enforce_window: bool = False,
    ) -> CheckedFile:
        """Check a file against the record as it is, and keep nothing."""
        return check_sent(
            self._record,
            content,
            file_name=file_name,
            sender=self._sender(),
            context=self._context(expected, enforce_window=enforce_window),
        )

    def receive(
        self,
        content: bytes,
        *,
        file_name: str,
        received_at: dt.datetime,
        expected: Obligation | None = None,
        enforce_window: bool = True,
        sample: str | None = None,
    ) -> Received:
        """Check a file, keep it in the record, and return what became of it.

        Raises:
            OSError: The record cannot be written. Nothing was acknowledged.
        """
        return receive(
            self._record,
            content,
            file_name=file_name,
            sender=self._sender(),
            received_at=received_at,
            context=self._context(expected, enforce_window=enforce_window),
            sample=sample,
            by_hand=self._requester.by_hand,
        )

    # --- what was sent ----------------------------------------------------------------------------

    def submissions(self) -> list[Submission]:
        """List the submissions that the requester may see, oldest first."""
        return [one for one in self._record.submissions() if self.may_see(one)]

    def submissions_of(self, obligation: Obligation) -> list[Submission]:
        """List what was sent for an obligation, oldest first; only what may be seen."""
        return [one for one in self.submissions() if one.obligation == obligation]

    def submission(self, reference: str) -> Submission:
        """Return the submission with this reference.

        Raises:
            NotFoundError: There is none, or none that the requester may see.
        """
        found = self._record.submission(reference.strip())
        if found is None or not self.may_see(found):
            raise NotFoundError(reference)
        return found

    def receipt(self, reference: str, *, form: str) -> bytes:
        """Return a receipt as it was made; ``form`` is ``txt``, ``json`` or ``html``."""
        folder = self._record.submission_folder(self.submission(reference).submission_id)
        return (folder / f"receipt.{form}").read_bytes()

    def as_sent(self, reference: str) -> bytes:
        """Return the bytes of a submission as they came."""
        return self._record.as_sent(self.submission(reference).submission_id)

    def annotated(self, reference: str) -> bytes:
        """Return the file as it was sent with its findings beside its rows."""
        return annotate_submission(
            self._record, self.submission(reference), known_headings=self._headings()
        )

    def annotate(self, content: bytes, checked: CheckedFile) -> bytes:
        """Return a file that was checked, with its findings beside its rows."""
        return annotate(content, checked, known_headings=self._headings())

    def _headings(self) -> list[frozenset[str]]:
        return headings_of(self._reference.declared_returns.values())

    def standings(self, quarters: Sequence[Quarter]) -> list[Standing]:
        """List how each obligation of these quarters stands; only those that may be seen."""
        found = standings_of(self._record, self._reference, quarters, on=self._today)
        return [one for one in found if self.may_read(one.obligation.organisation)]

    # --- answers ----------------------------------------------------------------------------------

    def explain(self, reference: str, number: int, *, text: str, at: dt.datetime) -> Event:
        """Answer query ``number`` of a submission.

        Raises:
            NotFoundError: There is no such submission that the requester may see.
            NotAllowedError: The requester does not send for that organisation.
            decisions.DecisionError: There is no such query, or the answer says nothing.
        """
        submission = self.submission(reference)
        if not self.may_send(submission.organisation):
            raise NotAllowedError(reference)
        return decisions.explain(
            self._record,
            submission_id=submission.submission_id,
            finding_number=number,
            by_whom=self._requester.name,
            text=text,
            at=at,
        )

    def withdraw(self, reference: str, *, reason: str, at: dt.datetime) -> Event:
        """Withdraw a submission; the accepted one before it, if any, counts again.

        Raises:
            NotFoundError: There is no such submission that the requester may see.
            NotAllowedError: The requester may not withdraw for that organisation.
            decisions.DecisionError: It is withdrawn already, or no reason is given.
        """
        submission = self.submission(reference)
        if not self.may_withdraw(submission.organisation):
            raise NotAllowedError(reference)
        return decisions.withdraw(
            self._record,
            submission_id=submission.submission_id,
            by_whom=self._requester.name,
            reason=reason,
            at=at,
        )

    def _sender(self) -> Sender:
        return Sender(
            name=self._requester.name,
            channel=self._requester.channel,
            organisations=self._requester.organisations,
        )

    def _context(self, expected: Obligation | None, *, enforce_window: bool) -> Context:
        return Context(
            reference=self._reference,
            as_of=self._today,
            expected_return=expected.return_name if expected else None,
            expected_organisation=expected.organisation if expected else None,
            expected_quarter=expected.quarter if expected else None,
            limits=self._limits,
            enforce_window=enforce_window,
        )
