"""The findings of a submission as its page shows them: each with its number and its answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.obligations.explanations import Explained, explained
from pipelines.receiving.receipts.wording import place_of
from pipelines.record.store import Record
from schemas.finding import Finding, Severity
from schemas.reference import Reference


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One finding. ``number`` is the one under which a query is answered."""

    number: int
    what: Finding
    answer: Explained | None

    @property
    def place(self) -> str:
        """Where it is, in words."""
        return place_of(self.what)


def answers(record: Record, submission_id: str, reference: Reference) -> Mapping[int, Explained]:
    """Return the answers that count of a submission's queries, by finding number."""
    submission = record.submission(submission_id)
    return explained(record, submission, reference) if submission is not None else {}


def groups(
    findings: Iterable[Finding], answered: Mapping[int, Explained]
) -> dict[Severity, list[Shown]]:
    """Return the findings under their severities, heaviest first."""
    shown = [
        Shown(number=number, what=finding, answer=answered.get(number))
        for number, finding in enumerate(findings, start=1)
    ]
    made = {each: [one for one in shown if one.what.severity is each] for each in Severity}
    return {severity: found for severity, found in made.items() if found}
