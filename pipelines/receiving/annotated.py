"""The file as it was sent, with what was found beside each row: to be put right in place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from pipelines.checking.engine.outcome import CheckedFile, Outcome
from pipelines.escaping import as_typed, write_csv
from pipelines.reading.headings import plain
from pipelines.reading.kinds import is_workbook
from pipelines.reading.reader import as_sent
from pipelines.receiving.annotated_workbook import annotate_workbook
from pipelines.record.model import Submission
from pipelines.record.store import Record
from schemas.finding import Finding

FINDINGS, WHAT_TO_DO = "findings", "what to do"


def annotate(
    content: bytes, checked: CheckedFile, *, known_headings: Collection[frozenset[str]] = ()
) -> bytes:
    """Return the file with what was found in it: a workbook as a workbook, else a CSV.

    A workbook has comments and a sheet of findings; a CSV has the columns ``findings`` and ``what
    to do`` at the right, as has a workbook that is very large or would not come back cell by cell.
    Returns the bytes as they are where they hold no table. ``known_headings`` are those of each
    return there is, by which the sheet is found.
    """
    if is_workbook(content):
        made = annotate_workbook(content, checked, known_headings=known_headings)
        if made is not None:
            return made
    rows = as_sent(content, known_headings=known_headings)
    return _annotated_rows(rows, checked) if rows else content


def _annotated_rows(rows: Sequence[tuple[str, ...]], checked: CheckedFile) -> bytes:
    """Return a CSV of the rows with the two columns at the right.

    Every row stays where it was, so the numbers in the findings are right in it. What is said of
    the whole file stands beside the first row under the heading. A file that was annotated before
    gets these two columns anew.
    """
    rows = list(rows)
    # What is said of the heading stands beside the first row, so that the heading stays one.
    by_row: dict[int, list[Finding]] = defaultdict(list)
    for finding in checked.findings:
        for place in finding.rows or (finding.row or 2,):
            by_row[max(place, 2)].append(finding)
    ours = {plain(FINDINGS), plain(WHAT_TO_DO)}
    kept = [at for at, heading in enumerate(rows[0]) if plain(heading) not in ours]
    if len(kept) < len(rows[0]):
        rows = [tuple(as_typed(row[at]) for at in kept if at < len(row)) for row in rows]
    width = max(len(row) for row in rows)
    rows += [()] * (max(by_row, default=0) - len(rows))  # of a file with no row but its heading
    lines = []
    for number, row in enumerate(rows, start=1):
        beside = by_row.get(number, [])
        said = [
            " ".join(f"{_where(one)}{one.message} [{one.rule}]" for one in beside),
            " ".join(dict.fromkeys(one.hint for one in beside)),
        ]
        if number == 1:
            said = [FINDINGS, WHAT_TO_DO]
        lines.append([*row, *[""] * (width - len(row)), *said])
    return write_csv(lines)


def annotate_submission(
    record: Record, submission: Submission, *, known_headings: Collection[frozenset[str]] = ()
) -> bytes:
    """Return the file of a submission as ``annotate`` does, from what the record holds."""
    checked = CheckedFile(
        file_name=submission.file_name,
        return_name=submission.return_name,
        organisation=submission.organisation,
        quarter=submission.quarter,
        outcome=Outcome(submission.outcome),
        rows_found=submission.rows_found,
        rows_used=submission.rows_used,
        rows_not_used=submission.rows_not_used,
        rows_passed_over=submission.rows_passed_over,
        findings=record.findings(submission.submission_id),
        rows=None,
    )
    content = record.as_sent(submission.submission_id)
    return annotate(content, checked, known_headings=known_headings)


def _where(finding: Finding) -> str:
    """Return the column of a finding; empty if the whole row or file is meant."""
    return f"Column {finding.letter}: " if finding.letter else ""
