"""The findings of a submission as its page shows them: each with its number and its answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.obligations.explanations import Explained, explained
from pipelines.receiving.receipts.wording import place_of
from pipelines.record.store import Record
from schemas.finding import Finding, Severity


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One finding. ``number`` is the one under which a query is answered."""

    number: int
    place: str
    message: str
    hint: str
    rule: str
    severity: Severity
    answer: Explained | None = None

    @property
    def wants_answer(self) -> bool:
        """Whether it is an unanswered query."""
        return self.severity is Severity.QUERY and self.answer is None


@dataclass(frozen=True, kw_only=True)
class Group:
    """The findings of one severity, by their rows."""

    severity: Severity
    findings: tuple[Shown, ...]


def answers(record: Record, submission_id: str) -> Mapping[int, Explained]:
    """Return the answers that count of a submission's queries, by finding number."""
    submission = record.submission(submission_id)
    return explained(record, submission) if submission is not None else {}


def groups(findings: Iterable[Finding], answered: Mapping[int, Explained]) -> tuple[Group, ...]:
    """Return the findings under their severities, heaviest first."""
    shown = [
        Shown(
            number=number,
            place=place_of(finding),
            message=finding.message,
            hint=finding.hint,
            rule=finding.rule,
            severity=finding.severity,
            answer=answered.get(number),
        )
        for number, finding in enumerate(findings, start=1)
    ]
    made = (
        Group(severity=severity, findings=tuple(one for one in shown if one.severity is severity))
        for severity in Severity
    )
    return tuple(group for group in made if group.findings)
