"""The file as it was sent, with what was found beside each row: to be put right in place."""

from __future__ import annotations

import csv
import io
from collections import defaultdict

from pipelines.checking.outcome import CheckedFile
from pipelines.escaping import write_csv
from schemas.finding import Finding

FINDINGS, WHAT_TO_DO = "findings", "what to do"


def annotate(content: bytes, checked: CheckedFile) -> bytes:
    """The file's rows as sent with the columns ``findings`` and ``what to do`` at the right.

    Every row stays where it was, so the numbers in the findings are right in it. What is said of
    the whole file stands beside the first row. Gives the bytes as they are where they are no text.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content
    # What is said of the heading stands beside the first row, so that the heading stays one.
    by_row: dict[int, list[Finding]] = defaultdict(list)
    for finding in checked.findings:
        for place in finding.rows or (finding.row or 2,):
            by_row[max(place, 2)].append(finding)
    try:
        rows = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error:
        return content
    width = max((len(row) for row in rows), default=0)
    lines = []
    for number, row in enumerate(rows, start=1):
        beside = by_row.get(number, [])
        said = [
            " ".join(f"{one.message} [{one.rule}]" for one in beside),
            " ".join(one.hint for one in beside),
        ]
        if number == 1:
            said = [FINDINGS, WHAT_TO_DO]
        lines.append([*row, *[""] * (width - len(row)), *said])
    return write_csv(lines)
