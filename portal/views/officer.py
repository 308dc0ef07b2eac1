"""The officer's view: who sent what, what is open, and what can be decided about a return."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseRedirect

from pipelines.obligations.standing import State, decided_about, most_pressing_first
from pipelines.publishing.failed_build import failed_build
from pipelines.receiving import decisions
from pipelines.receiving.decisions import DecisionError
from pipelines.receiving.disagreements import disagreements
from pipelines.record.model import Event, EventKind, Obligation
from portal.findings import Shown, answers, groups
from portal.pages import Asked, log, officers_only, show
from portal.refused import not_found
from portal.state import the_portal
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
from portal.words import counted, words
from schemas.finding import Severity


@dataclass(frozen=True, kw_only=True)
class OpenQuery:
    """An unanswered query and its place."""

    row: Row
    submission_id: str
    finding: Shown


@officers_only
def officer_page(request: Asked) -> HttpResponse:
    """Return who sent what in a quarter, the most urgent first, and every open query."""
    quarter = asked_quarter(request) or newest_quarter()
    rows = rows_of(quarter, None)
    rows.sort(key=lambda row: most_pressing_first(row.standing))
    unread = [
        one
        for one in the_portal().record.submissions()
        if one.obligation is None and not one.is_accepted
    ]
    return show(
        request,
        "officer.html",
        quarter=quarter,
        rows=rows,
        queries=_open_queries(rows),
        disagreements=disagreements(the_portal().record, the_portal().reference, quarter),
        unread=listed(reversed(unread[-10:])),
        quarters=listed_quarters(),
        on=the_portal().today,
        failed=failed_build(the_portal().settings.workspace),
        counts={
            "came": sum(row.standing.current is not None for row in rows),
            "owed": sum(row.standing.counts for row in rows),
            "overdue": sum(
                row.standing.counts and row.standing.state is State.OVERDUE for row in rows
            ),
            "queries": counted(words()["queries"], sum(row.standing.open_queries for row in rows)),
        },
    )


@officers_only
def decision(request: Asked, organisation: str, return_name: str, quarter: str) -> HttpResponse:
    """Return what can be decided about one return; excuse, extend or reopen as the button says."""
    obligation = obligation_of(organisation, return_name, quarter)
    if request.method != "POST":
        return _decision_page(request, obligation, fault=None)
    what = request.POST.get("do", "")
    try:
        _decide(request, obligation, what)
    except DecisionError as problem:
        return _decision_page(request, obligation, fault=(what, str(problem)))
    log(
        request,
        {"excuse": "excused", "extend": "extended", "reopen": "reopened"}[what],
        organisation=obligation.organisation,
        quarter=obligation.quarter.key,
        **{"return": obligation.return_name},
    )
    return HttpResponseRedirect(request.path + "?done=1")


def _decide(request: Asked, obligation: Obligation, what: str) -> None:
    about = (the_portal().record, the_portal().reference, obligation)
    by_whom, reason = request.user.name, request.POST.get("reason", "").strip()
    if what == "excuse":
        decisions.excuse(*about, by_whom=by_whom, reason=reason, at=the_portal().now)
    elif what == "reopen":
        decisions.reopen(*about, by_whom=by_whom, reason=reason, at=the_portal().now)
    elif what == "extend":
        until = _day(request.POST.get("until", "").strip())
        decisions.extend(*about, until=until, by_whom=by_whom, reason=reason, at=the_portal().now)
    else:
        raise not_found()


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise DecisionError(words()["officer"]["no_day"]) from None


def _decision_page(
    request: Asked, obligation: Obligation, *, fault: tuple[str, str] | None
) -> HttpResponse:
    standing = standing_of(obligation)
    sent = [
        one for one in reversed(the_portal().record.submissions()) if one.obligation == obligation
    ]
    return show(
        request,
        "decide.html",
        status=422 if fault else 200,
        row=row_of(standing, on=the_portal().today),
        obligation=obligation,
        excused=decided_about(the_portal().record, obligation).is_excused,
        decided=_decided(obligation),
        submissions=listed(sent),
        fault=fault,
        typed=request.POST,
        done="done" in request.GET,
    )


def _decided(obligation: Obligation) -> list[Event]:
    kinds = (EventKind.EXCUSED, EventKind.EXTENDED, EventKind.REOPENED)
    found = [one for one in the_portal().record.events(*kinds) if one.obligation == obligation]
    return found[::-1]


def _open_queries(rows: list[Row]) -> list[OpenQuery]:
    found = []
    for row in rows:
        submission = row.standing.current
        if submission is None or not row.standing.open_queries:
            continue
        findings = the_portal().record.findings(submission.submission_id)
        answered = answers(the_portal().record, submission.submission_id, the_portal().reference)
        found += [
            OpenQuery(row=row, submission_id=submission.submission_id, finding=finding)
            for finding in groups(findings, answered).get(Severity.QUERY, [])
            if finding.answer is None
        ]
    return found
