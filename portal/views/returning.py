"""One return: its template, checking a file, sending it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from pipelines.checking.engine.outcome import Outcome
from pipelines.obligations.standing import RecordClosing, Standing
from pipelines.reading.kinds import ending_of
from pipelines.receiving.templates import Form, file_name
from pipelines.record.model import Obligation
from portal import waiting
from portal.findings import groups
from portal.pages import Asked, desk, download, log, show
from portal.refused import Refused, not_found
from portal.state import the_portal
from portal.uploads import SentFile, sent_file
from portal.views.listing import listed
from portal.views.owed import obligation_of, path_of, row_of, standing_of
from portal.waiting import CheckedNotSent
from portal.words import day, words
from portal.work import Task, annotate_checked, check_file, receive_file

_T = TypeVar("_T")
_NO_FILE = SentFile(name="", content=b"")


def return_page(request: Asked, organisation: str, return_name: str, quarter: str) -> HttpResponse:
    """Return everything about one return of one organisation and quarter."""
    obligation = _obligation(request, organisation, return_name, quarter)
    return _page(request, obligation, standing_of(obligation))


def template_file(
    request: Asked, organisation: str, return_name: str, quarter: str
) -> HttpResponse:
    """Return the form to fill in, with the rows that are expected: as CSV, or a workbook."""
    obligation = _obligation(request, organisation, return_name, quarter)
    standing_of(obligation)
    declared = the_portal().reference.declared_returns[obligation.return_name]
    form: Form = "xlsx" if request.GET.get("form") == "xlsx" else "csv"
    content = desk(request).template(
        declared, obligation.organisation, obligation.quarter, form=form
    )
    log(request, "template downloaded", **_about(obligation))
    return download(content, name_of(obligation, content))


@csrf_exempt  # at first: rights are asked for before the form is read
@require_POST
def take_file(request: Asked, organisation: str, return_name: str, quarter: str) -> HttpResponse:
    """Check the file, or receive it, as the button says."""
    obligation = _obligation(request, organisation, return_name, quarter)
    standing = standing_of(obligation)
    if not desk(request).may_send(obligation.organisation):
        raise Refused("not_allowed", 403)
    return _take_file(request, obligation, standing)


@csrf_protect
def _take_file(request: Asked, obligation: Obligation, standing: Standing) -> HttpResponse:
    file = sent_file(request)
    if file is None:
        return _page(request, obligation, standing, words()["return"]["no_file"])
    if request.POST.get("do") != "send":
        return _check(request, obligation, file)
    return _send(request, obligation, file)


@require_POST
def send_checked(request: Asked, key: str) -> HttpResponse:
    """Send a file that was checked before."""
    found = _waiting(request, key)
    if not desk(request).may_send(found.obligation.organisation):
        raise Refused("not_allowed", 403)
    file = SentFile(name=found.file_name, content=found.content)
    return _send(request, found.obligation, file)


def checked_page(request: Asked, key: str) -> HttpResponse:
    """Return what was found in a file that was checked and not sent."""
    found = _waiting(request, key)
    title = {
        Outcome.ACCEPTED: "title_accepted",
        Outcome.ACCEPTED_WITH_QUERIES: "title_queries",
        Outcome.NEEDS_CORRECTION: "title_correction",
        Outcome.REFUSED: "title_refused",
    }[found.checked.outcome]
    calendar = the_portal().reference.calendar(found.obligation.return_name)
    return show(
        request,
        "checked.html",
        title=words()["checked"][title],
        return_title=calendar.title if calendar else found.obligation.return_name,
        obligation=found.obligation,
        file_name=found.file_name,
        checked=found.checked,
        groups=groups(found.checked.findings, {}),
        key=key,
        back=path_of(found.obligation),
        megabytes=megabytes(),
    )


def checked_annotated(request: Asked, key: str) -> HttpResponse:
    """Return the file that was checked, with its findings beside its rows."""
    found = _waiting(request, key)
    log(request, "annotated file downloaded", **_about(found.obligation))
    file = SentFile(name=found.file_name, content=found.content)
    work = partial(annotate_checked, found.checked)
    content = in_worker(request, work, obligation=found.obligation, file=file)
    return download(content, name_of(found.obligation, content, note="-findings"))


def megabytes() -> int:
    """Return how large a file may be."""
    return the_portal().settings.limits.file // 1_000_000


def closed(obligation: Obligation) -> str | None:
    """Return why nothing is taken for a return today, None if it is."""
    portal = the_portal()
    calendar = portal.reference.calendar(obligation.return_name)
    if calendar is None:
        return None
    on, said = portal.today, words()["return"]
    if on < calendar.opens_on(obligation.quarter):
        return str(said["not_open"]).format(day=day(calendar.opens_on(obligation.quarter)))
    closes = calendar.closes_on(obligation.quarter)
    if closes is None:
        return None
    last = RecordClosing(portal.record).last_day(
        obligation.organisation, obligation.return_name, obligation.quarter, closes=closes
    )
    return str(said["closed"]).format(day=day(last)) if last is not None and on > last else None


def _check(request: Asked, obligation: Obligation, file: SentFile) -> HttpResponse:
    checked = in_worker(request, check_file, obligation=obligation, file=file)
    kept = CheckedNotSent(
        obligation=obligation, file_name=file.name, content=file.content, checked=checked
    )
    key = waiting.put(request, kept)
    log(request, "file checked", outcome=str(checked.outcome), **_about(obligation))
    return HttpResponseRedirect(f"/checked/{key}")


def _send(request: Asked, obligation: Obligation, file: SentFile) -> HttpResponse:
    try:
        kept, is_duplicate = _worked(receive_file, _task(request, obligation, file))
    except TimeoutError:
        raise Refused("busy", 503, retry_after=60) from None
    except OSError as problem:
        log(request, "file not kept", **_about(obligation))
        raise Refused("cannot_keep", 503, retry_after=60) from problem
    waiting.forget(request)
    log(
        request,
        "file sent",
        submission=kept.submission_id,
        outcome=kept.outcome,
        duplicate=is_duplicate,
        **_about(obligation),
    )
    said = {"same": "1"} if is_duplicate else {}
    if kept.obligation is None:  # not read as a return: its page knows not of which
        said["for"] = path_of(obligation).removeprefix("/returns/")
    query = "?" + urlencode(said) if said else ""
    return HttpResponseRedirect(f"/submissions/{kept.submission_id}{query}")


def in_worker(
    request: Asked,
    work: Callable[[Task], _T],
    *,
    obligation: Obligation | None = None,
    file: SentFile = _NO_FILE,
) -> _T:
    """Have a worker do what keeps nothing. Raises ``Refused`` if it takes too long."""
    try:
        return _worked(work, _task(request, obligation, file))
    except TimeoutError:
        raise Refused("busy", 503, retry_after=60) from None


def _worked(work: Callable[[Task], _T], task: Task) -> _T:
    """Have a worker do it. Raises ``Refused`` if as many wait already as may."""
    portal = the_portal()
    if portal.workers is None or not portal.places.acquire(blocking=False):
        raise Refused("too_many", 503, retry_after=10)
    try:
        return portal.workers.run(work, task)
    finally:
        portal.places.release()


def _task(request: Asked, obligation: Obligation | None, file: SentFile) -> Task:
    portal = the_portal()
    return Task(
        record=portal.record.folder,
        content=file.content,
        file_name=file.name,
        requester=request.user.requester(),
        obligation=obligation,
        now=portal.now,
        on=portal.today,
        sample="illustrative" if portal.settings.practice_day else None,
    )


def _waiting(request: Asked, key: str) -> CheckedNotSent:
    """Return the file of that key, as long as its organisation is the account's."""
    found = waiting.get(request, key)
    if found is None or not desk(request).may_read(found.obligation.organisation):
        raise not_found()
    return found


def _obligation(request: Asked, organisation: str, return_name: str, quarter: str) -> Obligation:
    """Return the obligation in the address. Raises ``Refused`` if it is not the account's."""
    obligation = obligation_of(organisation, return_name, quarter)
    if not desk(request).may_read(obligation.organisation):
        raise not_found()
    return obligation


def _page(
    request: Asked, obligation: Obligation, standing: Standing, fault: str | None = None
) -> HttpResponse:
    every = the_portal().reference.declared_returns
    declared = every[obligation.return_name].at(obligation.quarter)
    sent = reversed(desk(request).submissions_of(obligation))
    return show(
        request,
        "return.html",
        status=422 if fault else 200,
        fault=fault,
        row=row_of(standing, on=the_portal().today),
        obligation=obligation,
        declared=declared,
        item=declared.observation.item if declared.observation else None,
        sends=desk(request).may_send(obligation.organisation),
        closed=closed(obligation),
        submissions=listed(sent),
        megabytes=megabytes(),
    )


def _about(obligation: Obligation) -> dict[str, Any]:
    return {
        "organisation": obligation.organisation,
        "return": obligation.return_name,
        "quarter": obligation.quarter.key,
    }


def name_of(obligation: Obligation, content: bytes, *, note: str = "") -> str:
    """Return the name under which a file of a return is saved, by what it is."""
    return file_name(
        obligation.organisation,
        obligation.return_name,
        obligation.quarter,
        note=note,
        ending=ending_of(content),
    )
