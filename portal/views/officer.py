"""The officer's view: who sent what, what is open, and what can be decided about a return."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from starlette.responses import Response

from pipelines.obligations.standing import State, decided_about, most_pressing_first
from pipelines.receiving import decisions
from pipelines.receiving.decisions import DecisionError
from pipelines.receiving.disagreements import disagreements
from pipelines.record.model import Event, EventKind, Obligation
from portal.findings import Shown, answers, groups
from portal.handling import Call
from portal.refused import not_found
from portal.views.listing import listed
from portal.views.owed import (
    Row,
    asked_quarter,
    listed_quarters,
    newest_quarter,
    obligation_of,
    row_of,
    rows_of,
    standing_of,
)
from portal.words import words


@dataclass(frozen=True, kw_only=True)
class OpenQuery:
    """An unanswered query and its place."""

    row: Row
    submission_id: str
    finding: Shown


def officer_page(call: Call) -> Response:
    """Return who sent what in a quarter, the most urgent first, and every open query."""
    quarter = asked_quarter(call) or newest_quarter(call)
    rows = rows_of(call, quarter, None)
    rows.sort(key=lambda row: most_pressing_first(row.standing))
    unread = [
        one for one in call.record.submissions() if one.obligation is None and not one.is_accepted
    ]
    return call.show(
        "officer.html",
        quarter=quarter,
        rows=rows,
        queries=_open_queries(call, rows),
        disagreements=disagreements(call.record, call.reference, quarter),
        unread=listed(call, reversed(unread[-10:])),
        quarters=listed_quarters(call),
        on=call.on,
        counts={
            "came": sum(row.standing.current is not None for row in rows),
            "owed": len(rows),
            "overdue": sum(row.standing.state is State.OVERDUE for row in rows),
            "queries": sum(row.standing.open_queries for row in rows),
        },
    )


def decision_page(call: Call) -> Response:
    """Return what can be decided about one return of one organisation."""
    return _decision_page(call, obligation_of(call), fault=None)


def decide(call: Call) -> Response:
    """Excuse, extend or reopen, as the button says."""
    obligation = obligation_of(call)
    what = call.form.text("do")
    try:
        _decide(call, obligation, what)
    except DecisionError as problem:
        return _decision_page(call, obligation, fault=(what, str(problem)))
    call.log(
        {"excuse": "excused", "extend": "extended", "reopen": "reopened"}[what],
        organisation=obligation.organisation,
        quarter=obligation.quarter.key,
        **{"return": obligation.return_name},
    )
    return call.go(call.request.url.path + "?done=1")


def _decide(call: Call, obligation: Obligation, what: str) -> None:
    about = (call.record, call.reference, obligation)
    by_whom, reason = call.account.name, call.form.text("reason")
    if what == "excuse":
        decisions.excuse(*about, by_whom=by_whom, reason=reason, at=call.now)
    elif what == "reopen":
        decisions.reopen(*about, by_whom=by_whom, reason=reason, at=call.now)
    elif what == "extend":
        until = _day(call.form.text("until"))
        decisions.extend(*about, until=until, by_whom=by_whom, reason=reason, at=call.now)
    else:
        raise not_found()


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise DecisionError(words()["officer"]["no_day"]) from None


def _decision_page(
    call: Call, obligation: Obligation, *, fault: tuple[str, str] | None
) -> Response:
    standing = standing_of(call, obligation)
    sent = [one for one in reversed(call.record.submissions()) if one.obligation == obligation]
    return call.show(
        "decide.html",
        status=422 if fault else 200,
        row=row_of(call, standing, on=call.on),
        obligation=obligation,
        excused=decided_about(call.record, obligation).is_excused,
        decided=_decided(call, obligation),
        submissions=listed(call, sent),
        fault=fault,
        typed=call.form.fields,
        done="done" in call.request.query_params,
    )


def _decided(call: Call, obligation: Obligation) -> list[Event]:
    kinds = (EventKind.EXCUSED, EventKind.EXTENDED, EventKind.REOPENED)
    found = [one for one in call.record.events(*kinds) if one.obligation == obligation]
    return found[::-1]


def _open_queries(call: Call, rows: list[Row]) -> list[OpenQuery]:
    found = []
    for row in rows:
        submission = row.standing.current
        if submission is None or not row.standing.open_queries:
            continue
        findings = call.record.findings(submission.submission_id)
        answered = answers(call.record, submission.submission_id)
        found += [
            OpenQuery(row=row, submission_id=submission.submission_id, finding=finding)
            for group in groups(findings, answered)
            for finding in group.findings
            if finding.wants_answer
        ]
    return found
