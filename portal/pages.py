"""What every view uses: who asks, what they may do, and the page that answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pipelines.receiving.desk import Desk
from portal import signing_in
from portal.models import Account
from portal.refused import Refused, not_found
from portal.state import the_portal
from portal.words import words

_P = ParamSpec("_P")
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Asked(HttpRequest):
    """A request of somebody who is signed in."""

    user: Account


def desk(request: Asked) -> Desk:
    """Return the record as the account that is signed in may use it."""
    portal = the_portal()
    return Desk(
        portal.record,
        portal.reference,
        request.user.requester(),
        today=portal.today,
    )


def officers_only(
    view: Callable[Concatenate[Asked, _P], HttpResponse], /
) -> Callable[Concatenate[Asked, _P], HttpResponse]:
    """Let officers alone see a page; to everyone else it is not there."""

    @wraps(view)
    def guarded(request: Asked, /, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponse:
        if not request.user.is_officer:
            raise not_found()
        return view(request, *args, **kwargs)

    return guarded


def log(request: Asked, what: str, **about: Any) -> None:
    """Add a line to the log of what was done."""
    signing_in.log(request, what, account=request.user.name, **about)


def show(request: HttpRequest, template: str, *, status: int = 200, **values: Any) -> HttpResponse:
    """Return a page."""
    return render(request, template, values, status=status)


def download(content: bytes, name: str, *, kind: str | None = None) -> HttpResponse:
    """Return a file to save under ``name``, which is ours and not a user's."""
    kind = kind or (_WORKBOOK if name.endswith((".xlsx", ".xlsm")) else "text/csv")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)


def refusal_page(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Return the page that says why something is not done.

    What somebody who is signed in may not do goes into the log; what anybody can send without end
    does not.
    """
    account = getattr(request, "user", None)
    if isinstance(account, Account) and request.resolver_match is not None:
        page = request.resolver_match.route
        signing_in.log(
            request, "refused", account=account.name, reason=refused.reason, page=f"/{page}"
        )
    said = words()["errors"][refused.reason]
    megabytes = the_portal().settings.limits.file // 1_000_000
    response = show(
        request,
        "problem.html",
        status=refused.status,
        title=said["title"],
        text=said["words"].format(megabytes=megabytes),
    )
    if refused.retry_after is not None:
        response.headers["Retry-After"] = str(refused.retry_after)
    return response
