"""A receipt in words: the same sentences for text and HTML, taken from ``words.toml``."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from pipelines.deadlines.reading import day_month_year
from pipelines.receiving.differences import CellChange
from pipelines.receiving.receipts.receipt import Receipt
from schemas.finding import Finding, Severity
from schemas.working_days import LONDON

MOST_CHANGES = 50  # listed one by one; the rest is counted


@dataclass(frozen=True, kw_only=True)
class FindingWords:
    """One finding: where, what we found, what to do, and the rule it breaks."""

    place: str
    message: str
    hint: str
    rule: str


@dataclass(frozen=True, kw_only=True)
class FindingGroup:
    """The findings of one severity under their heading (``3 errors: please correct them``)."""

    severity: Severity
    heading: str
    findings: tuple[FindingWords, ...]


@dataclass(frozen=True, kw_only=True)
class ReceiptWords:
    """A receipt in sentences, in the order in which they are read."""

    headline: str
    steps: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    groups: tuple[FindingGroup, ...]
    changes_heading: str | None
    changes: tuple[str, ...]
    labels: Mapping[str, str]
    nothing_found: str


@cache
def words() -> dict[str, Any]:
    """Return the words of a receipt, as they stand in ``words.toml``."""
    file = resources.files("pipelines.receiving.receipts") / "wording.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def receipt_words(receipt: Receipt) -> ReceiptWords:
    """Return the receipt in words. Nothing is escaped yet: that is for where the words are put."""
    all_words = words()
    kind = "duplicate" if receipt.duplicate_of else receipt.outcome
    changes_heading, changes = _changes(receipt)
    return ReceiptWords(
        headline=all_words["headline"][kind],
        steps=tuple(_steps(receipt)),
        facts=_facts(receipt),
        groups=tuple(
            _group(severity, [f for f in receipt.findings if f.severity is severity])
            for severity, count in receipt.counts.items()
            if count
        ),
        changes_heading=changes_heading,
        changes=changes,
        labels=all_words["labels"] | {f"finding_{k}": v for k, v in all_words["findings"].items()},
        nothing_found=all_words["findings"]["none"],
    )


def at_london_time(moment: dt.datetime) -> str:
    """``14 July 2018 at 11:15``, the time in London."""
    local = moment.astimezone(LONDON)
    return f"{day_month_year(local.date())} at {local:%H:%M}"


def count_of(count: int, *, one: str, many: str) -> str:
    """``1 error``, ``3 errors``, ``1,204 errors``."""
    return f"{count:,} {one if count == 1 else many}"


def _london_day(moment: dt.datetime) -> str:
    return day_month_year(moment.astimezone(LONDON).date())


def _steps(receipt: Receipt) -> list[str]:
    """Return what happens next, the most urgent first."""
    steps: list[str] = words()["next"][receipt.outcome]["steps"]
    if receipt.duplicate_of is None:
        return [*_earlier(receipt), *steps]
    said = words()["next"]["duplicate"]
    first = [step.format(reference=receipt.duplicate_of) for step in said["steps"]]
    return [*first, said["accepted"]] if receipt.is_accepted else [*first, *steps]


def _earlier(receipt: Receipt) -> list[str]:
    """Return what becomes of the figures that were in use before."""
    if receipt.previous_received_at is None:
        return []
    said = words()["earlier"]
    if not receipt.is_accepted:
        kind = "stays"
    elif receipt.differences is not None and receipt.differences.is_empty:
        kind = "no_change"
    else:
        kind = "replaced"
    return [said[kind].format(date=_london_day(receipt.previous_received_at))]


def _facts(receipt: Receipt) -> tuple[tuple[str, str], ...]:
    labels = words()["labels"]
    unknown = labels["unknown"]
    title = receipt.return_title
    return_words = f"{title} ({receipt.return_name})" if title else receipt.return_name
    return (
        (labels["reference"], receipt.submission_id),
        (labels["received"], at_london_time(receipt.received_at)),
        (labels["due"], _due(receipt)),
        (labels["return"], return_words or unknown),
        (labels["organisation"], receipt.organisation or unknown),
        (labels["quarter"], receipt.quarter.label if receipt.quarter else unknown),
        (labels["rows"], _rows(receipt)),
        (labels["file"], receipt.file_name),
        (labels["sender"], receipt.sender),
        (labels["sha256"], receipt.sha256),
    )


def _rows(receipt: Receipt) -> str:
    words_of_rows: str = words()["rows"]["found"]
    return words_of_rows.format(
        found=f"{receipt.rows_found:,}",
        used=f"{receipt.rows_used:,}",
        not_used=f"{receipt.rows_not_used:,}",
        passed_over=f"{receipt.rows_passed_over:,}",
    )


def _due(receipt: Receipt) -> str:
    said = words()["due"]
    if receipt.due_on is None:
        return str(said["unknown" if receipt.return_name is None else "not_set"])
    kind = "in_time"
    if receipt.duplicate_of:
        kind = "date_only"
    elif receipt.days_late:
        kind = "late"
    elif receipt.received_on == receipt.due_on:
        kind = "on_the_day"
    days = count_of(receipt.days_late or 0, one="day", many="days")
    return str(said[kind]).format(due=day_month_year(receipt.due_on), days=days)


def _group(severity: Severity, findings: list[Finding]) -> FindingGroup:
    return FindingGroup(
        severity=severity,
        heading=count_of(len(findings), **words()["severity"][severity.value]),
        findings=tuple(
            FindingWords(
                place=place_of(finding),
                message=finding.message,
                hint=finding.hint,
                rule=finding.rule,
            )
            for finding in findings
        ),
    )


def place_of(finding: Finding) -> str:
    """``Row 14, column E (trained)``; every row of a group; ``Whole file`` where none is named."""
    parts = []
    if len(finding.rows) > 1:
        parts.append(f"Rows {_runs(finding.rows)}")
    elif finding.row is not None:
        parts.append(f"Row {finding.row}")
    if finding.column is not None:
        word = "column" if parts else "Column"
        name = f"{finding.letter} ({finding.column})" if finding.letter else finding.column
        name = finding.letter or "" if not finding.column.strip() else name
        parts.append(f"{word} {name}")
    return ", ".join(parts) or str(words()["findings"]["whole_file"])


def _runs(rows: tuple[int, ...]) -> str:
    """``3, 5 to 9 and 12``."""
    runs: list[list[int]] = []
    for row in sorted(rows):
        if runs and row == runs[-1][-1] + 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    said: list[str] = []
    for run in runs:
        said += map(str, run) if len(run) < 3 else [f"{run[0]} to {run[-1]}"]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def _changes(receipt: Receipt) -> tuple[str | None, tuple[str, ...]]:
    found = receipt.differences
    if found is None or receipt.previous_received_at is None:
        return None, ()
    said = words()["changes"]
    heading = said["heading"].format(date=_london_day(receipt.previous_received_at))
    lines = [_cell(change, said) for change in found.changed]
    lines += [said["added"].format(row=row.row) for row in found.added]
    lines += [said["removed"].format(row=row.row) for row in found.removed]
    if len(lines) > MOST_CHANGES:
        more = said["more"].format(count=f"{len(lines) - MOST_CHANGES:,}")
        lines = [*lines[:MOST_CHANGES], more]
    return heading, tuple(lines) or (said["none"],)


def _cell(change: CellChange, said: dict[str, str]) -> str:
    return said["hidden" if change.sensitive else "cell"].format(
        row=change.row,
        column=change.column,
        before=change.before or said["blank"],
        after=change.after or said["blank"],
    )
