"""One submission: its findings, what changed, its receipt and files; answers and withdrawal."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

from starlette.responses import HTMLResponse, Response

from pipelines.receiving.decisions import DecisionError
from pipelines.receiving.templates import file_name as template_name
from pipelines.record.model import Event, EventKind, Submission
from portal.findings import answers, groups
from portal.handling import Call
from portal.refused import Refused, not_found
from portal.views.downloads import download
from portal.views.listing import listed, title_of
from portal.views.owed import page_of, path_of

_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


def submission_page(call: Call) -> Response:
    """Return what became of a file: every finding at its row, what changed, what to do next."""
    return _page(call, _submission(call))


def explain(call: Call) -> Response:
    """Keep the answer to a query."""
    submission = _submission(call)
    text = call.form.text("query")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    answer = call.form.text("answer")
    try:
        call.desk.explain(submission.submission_id, number, text=answer, at=call.now)
    except DecisionError as problem:
        return _page(call, submission, fault=(number, str(problem), answer))
    call.log("query answered", submission=submission.submission_id, query=number)
    return call.go(f"{page_of(submission)}?answered={number}#finding-{number}")


def withdraw_page(call: Call) -> Response:
    """Asks once more, and why."""
    return _withdraw_page(call, _withdrawable(call), fault=None)


def withdraw(call: Call) -> Response:
    """Withdraw the submission."""
    submission = _withdrawable(call)
    try:
        call.desk.withdraw(submission.submission_id, reason=call.form.text("reason"), at=call.now)
    except DecisionError as problem:
        return _withdraw_page(call, submission, fault=str(problem))
    call.log("withdrawn", submission=submission.submission_id)
    return call.go(page_of(submission))


def receipt_page(call: Call) -> Response:
    """Return the receipt as it was made.

    Its own style stands in it, so that it can be kept as one file; the policy allows that very
    style and nothing else.
    """
    submission = _kept(call)
    content = call.desk.receipt(submission.submission_id, form="html")
    found = _STYLE.search(content)
    digest = base64.b64encode(hashlib.sha256(found[1] if found else b"").digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'; sandbox"
    )
    call.log("receipt seen", submission=submission.submission_id)
    return HTMLResponse(content, headers={"Content-Security-Policy": policy})


def receipt_text(call: Call) -> Response:
    """Return the receipt as a text file."""
    submission = _kept(call)
    content = call.desk.receipt(submission.submission_id, form="txt")
    call.log("receipt seen", submission=submission.submission_id)
    return download(content, f"receipt-{submission.submission_id}.txt", kind="text/plain")


def annotated_file(call: Call) -> Response:
    """Return the file as it was sent, with its findings beside its rows."""
    submission = _kept(call)
    call.log("annotated file downloaded", submission=submission.submission_id)
    return download(call.desk.annotated(submission.submission_id), _name(submission, "-findings"))


def as_sent_file(call: Call) -> Response:
    """Return the bytes as they came."""
    submission = _kept(call)
    call.log("file downloaded", submission=submission.submission_id)
    content = call.desk.as_sent(submission.submission_id)
    return download(content, _name(submission, "-as-sent"), kind="application/octet-stream")


def _submission(call: Call) -> Submission:
    """Return the submission in the path.

    Raises ``Refused``, the same whether it is not there or not the account's.
    """
    found = call.desk.submission(call.request.path_params["submission_id"])
    if not found.erased and not (_folder(call, found) / "as_sent.csv").exists():
        # Erased by the officer's command since this process read it.
        call.record.forget(found.submission_id)
        return call.record.submission(found.submission_id) or found
    return found


def _kept(call: Call) -> Submission:
    """Return the same, with its files. Raises ``Refused`` if they were erased."""
    found = _submission(call)
    if found.erased:
        raise not_found()
    return found


def _withdrawable(call: Call) -> Submission:
    submission = _submission(call)
    if not call.desk.may_withdraw(submission.organisation):
        raise Refused("not_allowed", 403)
    return submission


def _page(
    call: Call, submission: Submission, *, fault: tuple[int, str, str] | None = None
) -> Response:
    record, desk = call.record, call.desk
    shown = listed(call, [submission])[0]
    receipt = _receipt(call, submission)
    found = record.findings(submission.submission_id)
    obligation = submission.obligation
    is_open = shown.state not in ("withdrawn", "superseded")
    organisation = call.reference.organisation(submission.organisation or "")
    return call.show(
        "submission.html",
        status=422 if fault else 200,
        shown=shown,
        submission=submission,
        organisation=organisation.name if organisation else None,
        groups=groups(found, answers(record, submission.submission_id)),
        steps=receipt.get("next", []) if is_open else [],
        changes=receipt.get("changes"),
        previous=receipt.get("previous"),
        explains=is_open and desk.may_send(submission.organisation),
        withdraws=shown.state != "withdrawn" and desk.may_withdraw(submission.organisation),
        withdrawal=_withdrawal(call, submission),
        correct=path_of(obligation)
        if obligation and desk.may_send(obligation.organisation)
        else None,
        fault=fault,
        same="same" in call.request.query_params,
        answered=call.request.query_params.get("answered"),
    )


def _withdrawal(call: Call, submission: Submission) -> Event | None:
    events = call.record.events(EventKind.WITHDRAWAL)
    of_it = [one for one in events if one.details.submission_id == submission.submission_id]
    return of_it[-1] if of_it else None


def _receipt(call: Call, submission: Submission) -> dict[str, Any]:
    if submission.erased:
        return {}
    content = call.desk.receipt(submission.submission_id, form="json")
    fields: dict[str, Any] = json.loads(content)
    return fields


def _folder(call: Call, submission: Submission) -> Any:
    return call.record.submission_folder(submission.submission_id)


def _withdraw_page(call: Call, submission: Submission, *, fault: str | None) -> Response:
    return call.show(
        "withdraw.html",
        status=422 if fault else 200,
        submission=submission,
        return_title=title_of(call, submission),
        back=page_of(submission),
        fault=fault,
    )


def _name(submission: Submission, ending: str) -> str:
    obligation = submission.obligation
    if obligation is None:
        return f"{submission.submission_id}{ending}.csv"
    name = template_name(obligation.organisation, obligation.return_name, obligation.quarter)
    return name.removesuffix(".csv") + f"{ending}.csv"
