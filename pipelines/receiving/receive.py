"""Receiving a file: check it, keep it, and say so only once it is on disk."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from collections import Counter
from dataclasses import dataclass, replace

import polars as pl

from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from pipelines.checking.engine.outcome import CheckedFile
from pipelines.obligations.explanations import SenderAnswers
from pipelines.obligations.standing import RecordClosing, due_on
from pipelines.receiving.differences import differences
from pipelines.receiving.history import SenderHistory
from pipelines.receiving.receipts.as_html import as_html
from pipelines.receiving.receipts.as_json import as_json
from pipelines.receiving.receipts.as_text import as_text
from pipelines.receiving.receipts.receipt import Receipt, make_receipt
from pipelines.record.model import Obligation, Submission
from pipelines.record.sent_file import sent_name
from pipelines.record.store import Record
from schemas.finding import Severity
from schemas.reference import Reference

NIL_RETURN = "COV-003"


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who sends, and how it came. ``organisations`` None: may send for any."""

    name: str
    channel: str
    organisations: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Received:
    """What became of a file. ``submission`` is on disk; for a duplicate it is the earlier one."""

    submission: Submission
    checked: CheckedFile
    receipt: Receipt
    is_duplicate: bool


def receive(
    record: Record,
    content: bytes,
    *,
    file_name: str,
    sender: Sender,
    received_at: dt.datetime,
    context: Context,
    sample: str | None = None,
    by_hand: bool = False,
) -> Received:
    """Check the bytes, add them to the record and return what became of them.

    Whatever the bytes are, they are kept. The same bytes for the same outcome make no second
    submission; but what a person sends by hand (``by_hand``) after something else was accepted in
    its place is meant, and counts again. Raises ``OSError`` if the record cannot be written;
    nothing was acknowledged then and nothing is half there.
    """
    checked = check_sent(record, content, file_name=file_name, sender=sender, context=context)
    sha256 = hashlib.sha256(content).hexdigest()
    files = {sent_name(content): content, "findings.json": _findings_json(checked)}
    if checked.rows is not None:
        files["rows.parquet"] = _parquet(checked.rows)
    severities = Counter(finding.severity for finding in checked.findings)

    with record.adding():
        earlier = _same_bytes(record, sha256, checked, sender, by_hand=by_hand)
        if earlier is not None:
            receipt = _receipt(record, earlier, checked, previous=None, context=context)
            return Received(
                submission=earlier,
                checked=checked,
                receipt=replace(receipt, duplicate_of=earlier.submission_id),
                is_duplicate=True,
            )
        previous = _current_before(record, checked)
        figures = figures_sha256(checked.rows)

        def make(submission_id: str, clock_went_back: bool) -> tuple[Submission, dict[str, bytes]]:
            submission = Submission(
                submission_id=submission_id,
                return_name=checked.return_name,
                organisation=checked.organisation,
                quarter=checked.quarter,
                outcome=str(checked.outcome),
                received_at=received_at.astimezone(dt.UTC),
                sender=sender.name,
                channel=sender.channel,
                file_name=file_name,
                sha256=sha256,
                rows_found=checked.rows_found,
                rows_used=checked.rows_used,
                rows_not_used=checked.rows_not_used,
                rows_passed_over=checked.rows_passed_over,
                errors=severities[Severity.ERROR] + severities[Severity.REFUSE],
                queries=severities[Severity.QUERY],
                notes=severities[Severity.NOTE],
                figures_sha256=figures,
                no_figure_changed_since=(
                    previous.submission_id
                    if previous and figures and previous.figures_sha256 == figures
                    else None
                ),
                sample=sample,
                nil=any(finding.rule == NIL_RETURN for finding in checked.findings),
                clock_went_back=clock_went_back,
            )
            receipt = _receipt(record, submission, checked, previous=previous, context=context)
            return submission, {
                "receipt.txt": as_text(receipt).encode(),
                "receipt.json": as_json(receipt).encode(),
                "receipt.html": as_html(receipt).encode(),
            }

        submission = record.add_submission(files, make, received_at=received_at)
    receipt = _receipt(record, submission, checked, previous=previous, context=context)
    return Received(submission=submission, checked=checked, receipt=receipt, is_duplicate=False)


def check_sent(
    record: Record, content: bytes, *, file_name: str, sender: Sender, context: Context
) -> CheckedFile:
    """Check the bytes against the record as the sender may know it, and keep nothing.

    Whatever ``context`` says of history, answers and rights, the sender's own hold.
    """
    own = sender.organisations
    context = replace(
        context,
        sender_organisations=own,
        history=SenderHistory(record, organisations=own),
        answers=SenderAnswers(record, context.reference, organisations=own),
        closing=RecordClosing(record),
    )
    return _of_the_sender(check(content, file_name=file_name, context=context), sender)


def _of_the_sender(checked: CheckedFile, sender: Sender) -> CheckedFile:
    """Leave the organisation out of a file that the sender may not send for it (AUT-001).

    It stands in no list of the organisation, and the receipt says nothing of its returns.
    """
    may_send_for = sender.organisations
    if may_send_for is None or checked.organisation in may_send_for:
        return checked
    return replace(checked, organisation=None)


def _receipt(
    record: Record,
    submission: Submission,
    checked: CheckedFile,
    *,
    previous: Submission | None,
    context: Context,
) -> Receipt:
    declared = context.reference.declared(submission.return_name)
    changed = None
    if previous is not None and declared is not None and checked.rows is not None:
        before = pl.read_parquet(record.rows_file(previous.submission_id))
        changed = differences(before, checked.rows, ret=declared)
    return make_receipt(
        checked,
        submission_id=submission.submission_id,
        sha256=submission.sha256,
        received_at=submission.received_at,
        sender=submission.sender,
        due_on=_due_on(submission, record=record, reference=context.reference),
        return_title=declared.title if declared else None,
        previous=previous,
        differences=changed,
    )


def _due_on(submission: Submission, *, record: Record, reference: Reference) -> dt.date | None:
    """Return the day it was due, an extension counted in.

    The calendar's own where no organisation is known.
    """
    if submission.obligation is not None:
        return due_on(record, reference, submission.obligation)
    calendar = reference.calendar(submission.return_name or "")
    return calendar.due_on(submission.quarter) if calendar and submission.quarter else None


def _same_bytes(
    record: Record, sha256: str, checked: CheckedFile, sender: Sender, *, by_hand: bool
) -> Submission | None:
    """Return the earlier submission that these bytes already are, if there is one.

    Bytes that were accepted once are that submission for ever, even after a correction: a file
    delivered late for the second time must not undo the correction, unless a person sends it by
    hand. Bytes that were not accepted
    are looked at afresh, since the list of measures, or the sender's rights, may have been put
    right; they are the earlier submission only where the outcome is the same. A withdrawn one
    can be sent again.
    """
    withdrawn = record.withdrawn()
    for submission in reversed(record.submissions_of_bytes(sha256)):
        if submission.submission_id in withdrawn:
            continue
        if submission.is_accepted and checked.outcome != "refused":
            obligation = submission.obligation
            if submission.return_name != checked.return_name:
                continue  # a nil return, say, that was taken for another return's
            is_current = obligation is None or record.current_of(obligation) == submission
            return submission if is_current or not by_hand else None
        if submission.sender == sender.name and submission.outcome == str(checked.outcome):
            return submission
    return None


def _current_before(record: Record, checked: CheckedFile) -> Submission | None:
    if checked.organisation is None or checked.return_name is None or checked.quarter is None:
        return None
    return record.current_of(Obligation(checked.organisation, checked.return_name, checked.quarter))


def _findings_json(checked: CheckedFile) -> bytes:
    # The letter beside the fixed fields, so that a page can name the column as spreadsheets do.
    findings = [finding.as_json() | {"letter": finding.letter} for finding in checked.findings]
    return json.dumps(findings, ensure_ascii=False, indent=1).encode()


def _parquet(rows: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    rows.write_parquet(buffer, compression="zstd", statistics=False)
    return buffer.getvalue()


def figures_sha256(rows: pl.DataFrame | None) -> str | None:
    """Return a hash of what the rows say, whatever their order and however they were quoted."""
    if rows is None:
        return None
    said = rows.select(pl.exclude("row_number"))
    return hashlib.sha256(said.sort(said.columns).write_csv().encode()).hexdigest()
