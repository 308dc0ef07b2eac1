"""One return: its template, checking a file, sending it."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from pipelines.checking.engine.outcome import CheckedFile, Outcome
from pipelines.obligations.standing import RecordClosing, Standing
from pipelines.receiving.annotated import annotate
from pipelines.receiving.templates import file_name as template_name
from pipelines.record.model import Obligation
from portal.accounts import requester_of
from portal.findings import groups
from portal.forms import SentFile
from portal.handling import Call
from portal.refused import Refused, not_found
from portal.views.downloads import download
from portal.views.listing import listed
from portal.views.owed import obligation_of, path_of, row_of, standing_of
from portal.waiting import CheckedNotSent
from portal.words import day, words
from portal.work import Task, Workers, check_file, receive_file
from schemas.registry import returns


def return_page(call: Call) -> Response:
    """Everything about one return of one organisation and quarter."""
    return _page(call, *_may_look(call))


def template_file(call: Call) -> Response:
    """Return the CSV to fill in, with the rows that are expected."""
    obligation, _ = _may_look(call)
    declared = returns()[obligation.return_name]
    content = call.desk.template(declared, obligation.organisation, obligation.quarter)
    call.log("template downloaded", **_about(obligation))
    name = template_name(obligation.organisation, obligation.return_name, obligation.quarter)
    return download(content, name)


def may_send_here(call: Call) -> None:
    """Asked before a file is read. Raises ``Refused`` if the account does not send it."""
    obligation, _ = _may_look(call)
    if not call.desk.may_send(obligation.organisation):
        raise Refused("not_allowed", 403)


async def take_file(call: Call) -> Response:
    """Check the file, or receive it, as the button says."""
    obligation, standing = await run_in_threadpool(_may_look, call)
    file = call.form.file
    if file is None:
        return await run_in_threadpool(
            _page, call, obligation, standing, words()["return"]["no_file"]
        )
    if call.form.text("do") != "send":
        return await _check(call, obligation, file)
    return await _send(call, obligation, file)


async def send_checked(call: Call) -> Response:
    """Send a file that was checked before."""
    waiting = _waiting(call)
    if not call.desk.may_send(waiting.obligation.organisation):
        raise Refused("not_allowed", 403)
    file = SentFile(name=waiting.file_name, content=waiting.content)
    return await _send(call, waiting.obligation, file)


def checked_page(call: Call) -> Response:
    """Return what was found in a file that was checked and not sent."""
    waiting = _waiting(call)
    title = {
        Outcome.ACCEPTED: "title_accepted",
        Outcome.ACCEPTED_WITH_QUERIES: "title_queries",
        Outcome.NEEDS_CORRECTION: "title_correction",
        Outcome.REFUSED: "title_refused",
    }[waiting.checked.outcome]
    calendar = call.reference.calendar(waiting.obligation.return_name)
    return call.show(
        "checked.html",
        title=words()["checked"][title],
        return_title=calendar.title if calendar else waiting.obligation.return_name,
        obligation=waiting.obligation,
        file_name=waiting.file_name,
        checked=waiting.checked,
        groups=groups(waiting.checked.findings, {}),
        key=call.request.path_params["key"],
        back=path_of(waiting.obligation),
    )


def checked_annotated(call: Call) -> Response:
    """Return the file that was checked, with its findings beside its rows."""
    waiting = _waiting(call)
    call.log("annotated file downloaded", **_about(waiting.obligation))
    return download(annotate(waiting.content, waiting.checked), _annotated_name(waiting.obligation))


async def _check(call: Call, obligation: Obligation, file: SentFile) -> Response:
    checked: CheckedFile = await _workers(call).run(check_file, _task(call, obligation, file))
    key = call.portal.waiting.put(
        account=call.account.name,
        obligation=obligation,
        file_name=file.name,
        content=file.content,
        checked=checked,
    )
    await run_in_threadpool(
        call.log, "file checked", outcome=str(checked.outcome), **_about(obligation)
    )
    return call.go(f"/checked/{key}")


async def _send(call: Call, obligation: Obligation, file: SentFile) -> Response:
    try:
        kept = await _workers(call).run(receive_file, _task(call, obligation, file))
    except TimeoutError:
        raise Refused("busy", 503, retry_after=60) from None
    except OSError as problem:
        await run_in_threadpool(call.log, "file not kept", **_about(obligation))
        raise Refused("cannot_keep", 503, retry_after=60) from problem
    call.portal.waiting.forget(account=call.account.name)
    await run_in_threadpool(
        call.log,
        "file sent",
        submission=kept.submission_id,
        outcome=kept.outcome,
        duplicate=kept.is_duplicate,
        **_about(obligation),
    )
    same = "?same=1" if kept.is_duplicate else ""
    return call.go(f"/submissions/{kept.submission_id}{same}")


def _task(call: Call, obligation: Obligation, file: SentFile) -> Task:
    settings = call.portal.settings
    return Task(
        record=call.record.folder,
        content=file.content,
        file_name=file.name,
        requester=requester_of(call.account),
        obligation=obligation,
        now=call.now,
        on=call.on,
        sample="illustrative" if settings.practice_day else None,
    )


def _workers(call: Call) -> Workers:
    if call.portal.workers is None:
        raise Refused("busy", 503, retry_after=10)
    return call.portal.workers


def _waiting(call: Call) -> CheckedNotSent:
    found = call.portal.waiting.get(call.request.path_params["key"], account=call.account.name)
    if found is None:
        raise not_found()
    return found


def _may_look(call: Call) -> tuple[Obligation, Standing]:
    """Return the obligation in the path. Raises ``Refused`` if it is not the account's."""
    obligation = obligation_of(call)
    if not call.desk.may_read(obligation.organisation):
        raise not_found()
    return obligation, standing_of(call, obligation)


def _page(
    call: Call, obligation: Obligation, standing: Standing, fault: str | None = None
) -> Response:
    declared = returns()[obligation.return_name]
    row = row_of(call, standing, on=call.on)
    sent = reversed(call.desk.submissions_of(obligation))
    return call.show(
        "return.html",
        status=422 if fault else 200,
        fault=fault,
        row=row,
        obligation=obligation,
        declared=declared,
        item=declared.observation.item if declared.observation else None,
        sends=call.desk.may_send(obligation.organisation),
        closed=_closed(call, obligation),
        submissions=listed(call, sent),
        megabytes=call.portal.settings.limits.file // 1_000_000,
    )


def _closed(call: Call, obligation: Obligation) -> str | None:
    """Return why nothing is taken today, None if it is."""
    calendar = call.reference.calendar(obligation.return_name)
    if calendar is None:
        return None
    on, said = call.on, words()["return"]
    if on < calendar.opens_on(obligation.quarter):
        return str(said["not_open"]).format(day=day(calendar.opens_on(obligation.quarter)))
    closes = calendar.closes_on(obligation.quarter)
    if closes is None:
        return None
    last = RecordClosing(call.record).last_day(
        obligation.organisation, obligation.return_name, obligation.quarter, closes=closes
    )
    return str(said["closed"]).format(day=day(last)) if last is not None and on > last else None


def _about(obligation: Obligation) -> dict[str, Any]:
    return {
        "organisation": obligation.organisation,
        "return": obligation.return_name,
        "quarter": obligation.quarter.key,
    }


def _annotated_name(obligation: Obligation) -> str:
    name = template_name(obligation.organisation, obligation.return_name, obligation.quarter)
    return name.removesuffix(".csv") + "-findings.csv"
