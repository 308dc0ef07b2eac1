"""A receipt as JSON, for programs that send returns."""

from __future__ import annotations

import json
from dataclasses import asdict

from pipelines.receiving.receipts.receipt import Receipt
from pipelines.receiving.receipts.wording import receipt_words


def as_json(receipt: Receipt) -> str:
    """One JSON object with the facts of the receipt and its sentences.

    Times are ISO 8601 in UTC, dates ISO 8601, quarters keys (``2018-19-Q1``). Findings have the
    fields of ``quarterdeck check --json``. Cells of sensitive columns are null in the changes.
    """
    words = receipt_words(receipt)
    fields = {
        "reference": receipt.submission_id,
        "outcome": receipt.outcome,
        "accepted": receipt.is_accepted,
        "duplicate_of": receipt.duplicate_of,
        "sha256": receipt.sha256,
        "received_at": receipt.received_at.isoformat(),
        "sender": receipt.sender,
        "file": receipt.file_name,
        "return": receipt.return_name,
        "organisation": receipt.organisation,
        "quarter": receipt.quarter.key if receipt.quarter else None,
        "due_on": receipt.due_on.isoformat() if receipt.due_on else None,
        "days_late": receipt.days_late,
        "rows_found": receipt.rows_found,
        "rows_used": receipt.rows_used,
        "rows_not_used": receipt.rows_not_used,
        "rows_passed_over": receipt.rows_passed_over,
        "headline": words.headline,
        "next": list(words.steps),
        "counts": {severity.value: count for severity, count in receipt.counts.items()},
        "findings": [finding.as_json() for finding in receipt.findings],
        "previous": receipt.previous_reference,
        "changes": _changes(receipt),
    }
    return json.dumps(fields, ensure_ascii=False, indent=1) + "\n"


def _changes(receipt: Receipt) -> dict[str, object] | None:
    if receipt.differences is None:
        return None
    hidden = {"before": None, "after": None}
    return {
        "changed": [
            asdict(change) | (hidden if change.sensitive else {})
            for change in receipt.differences.changed
        ],
        "added": [asdict(row) for row in receipt.differences.added],
        "removed": [asdict(row) for row in receipt.differences.removed],
    }
