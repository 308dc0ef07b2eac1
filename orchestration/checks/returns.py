"""The checks that Dagster shows for a return, as sentences that are true when they pass.

They read what the record holds: the checking itself was done when the file came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import dagster as dg

from orchestration.tables import BEHIND, table
from pipelines.obligations.explanations import explained
from pipelines.obligations.standing import Standing, State
from pipelines.record.store import Record
from schemas.finding import Finding, Severity
from schemas.reference import Reference

ACCEPTED = "every_newest_file_is_accepted"
ANSWERED = "every_query_is_explained"
RECEIVED = "every_return_that_is_due_has_come"

_SENTENCES = {
    ACCEPTED: "The newest file of every organisation and quarter was accepted. Where one was not, "
    "the last accepted figures stay in use.",
    ANSWERED: "Every figure that looked odd was explained by its sender.",
    RECEIVED: "Every organisation that owes this return has sent one that was accepted.",
}


def check_specs(key: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """Return the three checks of a return's asset."""
    return [
        dg.AssetCheckSpec(name, asset=key, description=sentence)
        for name, sentence in _SENTENCES.items()
    ]


def results(
    key: dg.AssetKey, record: Record, reference: Reference, standings: Iterable[Standing]
) -> Iterator[dg.AssetCheckResult]:
    """Yield the outcome of each check of a return's asset, with a table of what is behind it.

    ``standings`` are those of every obligation, of other returns too.
    """
    stood = [one for one in standings if one.obligation.return_name == key.path[-1]]
    rejected = [one for one in stood if one.is_rejected]
    queried = [one for one in stood if one.open_queries]
    missing = [one for one in stood if one.state is State.OVERDUE]
    faults = ((one, _faults(record, one)) for one in _newest_first(rejected))
    queries = ((one, _open_queries(record, reference, one)) for one in _newest_first(queried))
    yield _result(key, ACCEPTED, rejected, _findings_table(faults))
    yield _result(
        key,
        ANSWERED,
        queried,
        _findings_table(queries),
        severity=dg.AssetCheckSeverity.WARN,
    )
    yield _result(
        key, RECEIVED, missing, _missing_table(missing), severity=dg.AssetCheckSeverity.WARN
    )


def _result(
    key: dg.AssetKey,
    name: str,
    behind: list[Standing],
    rows: str,
    *,
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=not behind,
        severity=severity,
        metadata={
            "how many returns": len(behind),
            BEHIND: dg.MetadataValue.md(rows),
        },
    )


def _newest_first(standings: Iterable[Standing]) -> list[Standing]:
    return sorted(standings, key=lambda one: one.obligation.quarter, reverse=True)


def _faults(record: Record, standing: Standing) -> list[Finding]:
    """Return the findings for which its newest file was not accepted."""
    if standing.latest is None:
        return []
    found = record.findings(standing.latest.submission_id)
    return [one for one in found if one.severity.stops]


def _open_queries(record: Record, reference: Reference, standing: Standing) -> list[Finding]:
    """Return the unanswered queries of the file in use."""
    if standing.current is None:
        return []
    answered = explained(record, standing.current, reference)
    found = record.findings(standing.current.submission_id)
    return [
        one
        for number, one in enumerate(found, start=1)
        if one.severity is Severity.QUERY and number not in answered
    ]


def _findings_table(behind: Iterable[tuple[Standing, list[Finding]]]) -> str:
    lines = [
        (
            standing.obligation.organisation,
            standing.obligation.quarter.label,
            finding.rule,
            "" if finding.row is None else str(finding.row),
            finding.column or "",
            finding.message,
            finding.hint,
        )
        for standing, findings in behind
        for finding in findings
    ]
    return table(
        ("Organisation", "Quarter", "Rule", "Row", "Column", "What was found", "What to do"), lines
    )


def _missing_table(missing: Iterable[Standing]) -> str:
    lines = [
        (
            one.obligation.organisation,
            one.obligation.quarter.label,
            str(one.days_late),
            f"{one.due_on:%-d %b %Y}",
        )
        for one in _newest_first(missing)
    ]
    return table(("Organisation", "Quarter", "Days late", "Due"), lines)
