"""One submission: its findings, what changed, its receipt and files; answers and withdrawal."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import partial
from pathlib import Path
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from pipelines.reading.kinds import ending_of
from pipelines.receiving.decisions import DecisionError
from pipelines.record.model import Event, EventKind, Obligation, Submission
from portal.findings import answers, groups
from portal.pages import Asked, desk, download, log, show
from portal.refused import Refused, not_found
from portal.state import the_portal
from portal.views.listing import listed, title_of
from portal.views.owed import obligation_of, page_of, path_of
from portal.views.returning import closed, in_worker, megabytes, name_of
from portal.work import annotate_sent

_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


def submission_page(request: Asked, submission_id: str) -> HttpResponse:
    """Return what became of a file: every finding at its row, what changed, what to do next."""
    return _page(request, _submission(request, submission_id))


@require_POST
def explain(request: Asked, submission_id: str) -> HttpResponse:
    """Keep the answer to a query."""
    submission = _submission(request, submission_id)
    text = request.POST.get("query", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    answer = request.POST.get("answer", "").strip()
    now = the_portal().now
    try:
        desk(request).explain(submission.submission_id, number, text=answer, at=now)
    except DecisionError as problem:
        return _page(request, submission, fault=(number, str(problem), answer))
    log(request, "query answered", submission=submission.submission_id, query=number)
    return HttpResponseRedirect(f"{page_of(submission)}?answered={number}#finding-{number}")


def withdraw(request: Asked, submission_id: str) -> HttpResponse:
    """Ask once more, and why; then withdraw the submission."""
    submission = _submission(request, submission_id)
    if not desk(request).may_withdraw(submission.organisation):
        raise Refused("not_allowed", 403)
    if request.method != "POST":
        return _withdraw_page(request, submission, fault=None)
    reason = request.POST.get("reason", "").strip()
    now = the_portal().now
    try:
        desk(request).withdraw(submission.submission_id, reason=reason, at=now)
    except DecisionError as problem:
        return _withdraw_page(request, submission, fault=str(problem))
    log(request, "withdrawn", submission=submission.submission_id)
    return HttpResponseRedirect(page_of(submission))


def receipt_page(request: Asked, submission_id: str) -> HttpResponse:
    """Return the receipt as it was made.

    Its own style stands in it, so that it can be kept as one file; the policy allows that very
    style and nothing else.
    """
    submission = _kept(request, submission_id)
    content = desk(request).receipt(submission.submission_id, form="html")
    found = _STYLE.search(content)
    digest = base64.b64encode(hashlib.sha256(found[1] if found else b"").digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'; sandbox"
    )
    log(request, "receipt seen", submission=submission.submission_id)
    return HttpResponse(content, headers={"Content-Security-Policy": policy})


def receipt_text(request: Asked, submission_id: str) -> HttpResponse:
    """Return the receipt as a text file."""
    submission = _kept(request, submission_id)
    content = desk(request).receipt(submission.submission_id, form="txt")
    log(request, "receipt seen", submission=submission.submission_id)
    return download(content, f"receipt-{submission.submission_id}.txt", kind="text/plain")


def annotated_file(request: Asked, submission_id: str) -> HttpResponse:
    """Return the file as it was sent, with its findings beside its rows."""
    submission = _kept(request, submission_id)
    log(request, "annotated file downloaded", submission=submission.submission_id)
    content = in_worker(request, partial(annotate_sent, submission.submission_id))
    return download(content, _name(submission, content, note="-findings"))


def as_sent_file(request: Asked, submission_id: str) -> HttpResponse:
    """Return the bytes as they came."""
    submission = _kept(request, submission_id)
    log(request, "file downloaded", submission=submission.submission_id)
    content = desk(request).as_sent(submission.submission_id)
    name = _name(submission, content, note="-as-sent")
    return download(content, name, kind="application/octet-stream")


def _submission(request: Asked, submission_id: str) -> Submission:
    """Return the submission of that reference.

    Raises ``NotFoundError``, the same whether it is not there or not the account's.
    """
    found = desk(request).submission(submission_id)
    if not found.erased and not the_portal().record.sent_file(found.submission_id).exists():
        # Erased by the officer's command since this process read it.
        the_portal().record.forget(found.submission_id)
        return the_portal().record.submission(found.submission_id) or found
    return found


def _kept(request: Asked, submission_id: str) -> Submission:
    """Return the same, with its files. Raises ``Refused`` if they were erased."""
    found = _submission(request, submission_id)
    if found.erased:
        raise not_found()
    return found


def _page(
    request: Asked, submission: Submission, *, fault: tuple[int, str, str] | None = None
) -> HttpResponse:
    record, own = the_portal().record, desk(request)
    shown = listed([submission])[0]
    receipt = _receipt(request, submission)
    found = record.findings(submission.submission_id)
    obligation = _next_of(request, submission)
    is_open = shown.state not in ("withdrawn", "superseded")
    has_steps = is_open and shown.state != "accepted, answered"
    organisation = the_portal().reference.organisation(submission.organisation or "")
    return show(
        request,
        "submission.html",
        status=422 if fault else 200,
        shown=shown,
        submission=submission,
        organisation=organisation.name if organisation else None,
        groups=groups(found, answers(record, submission.submission_id, the_portal().reference)),
        steps=receipt.get("next", []) if has_steps else [],
        changes=receipt.get("changes"),
        previous=receipt.get("previous"),
        explains=is_open and own.may_send(submission.organisation),
        withdraws=shown.state != "withdrawn" and own.may_withdraw(submission.organisation),
        withdrawal=_withdrawal(submission),
        correct=path_of(obligation) if obligation else None,
        next_file=shown.state in ("needs correction", "refused")
        and obligation is not None
        and closed(obligation) is None,
        megabytes=megabytes(),
        fault=fault,
        same="same" in request.GET,
        answered=request.GET.get("answered"),
    )


def _next_of(request: Asked, submission: Submission) -> Obligation | None:
    """Return for which return the next file is, None if the account sends none of it.

    A file that could not be read is of no return; the address then has the one it was sent for.
    """
    named = request.GET.get("for", "").split("/")
    found = submission.obligation or (obligation_of(*named) if len(named) == 3 else None)
    return found if found and desk(request).may_send(found.organisation) else None


def _withdrawal(submission: Submission) -> Event | None:
    events = the_portal().record.events(EventKind.WITHDRAWAL)
    of_it = [one for one in events if one.details.submission_id == submission.submission_id]
    return of_it[-1] if of_it else None


def _receipt(request: Asked, submission: Submission) -> dict[str, Any]:
    if submission.erased:
        return {}
    content = desk(request).receipt(submission.submission_id, form="json")
    fields: dict[str, Any] = json.loads(content)
    return fields


def _folder(submission: Submission) -> Path:
    return the_portal().record.submission_folder(submission.submission_id)


def _withdraw_page(request: Asked, submission: Submission, *, fault: str | None) -> HttpResponse:
    return show(
        request,
        "withdraw.html",
        status=422 if fault else 200,
        submission=submission,
        return_title=title_of(submission),
        back=page_of(submission),
        fault=fault,
    )


def _name(submission: Submission, content: bytes, *, note: str) -> str:
    obligation = submission.obligation
    if obligation is None:
        return f"{submission.submission_id}{note}{ending_of(content)}"
    return name_of(obligation, content, note=note)
