"""From a request to a page: who asks, whether the form is theirs, what they may do.

One door for every page, so that no page can leave a check out.
"""

from __future__ import annotations

import datetime as dt
import inspect
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp

from pipelines.receiving.desk import Desk, NotAllowedError, NotFoundError
from pipelines.record.store import Record
from portal.accounts import Account, Accounts, requester_of
from portal.audit import AuditLog
from portal.drain import DrainedResponse
from portal.error_log import log_problem
from portal.forms import Form, read_form
from portal.rates import Rate
from portal.reference import CurrentReference
from portal.refused import Refused, not_found
from portal.sessions import FormTokens, SessionStore, Visitor
from portal.settings import Settings
from portal.templating import render
from portal.waiting import WaitingRoom
from portal.words import words
from portal.work import Workers
from schemas.reference import Reference


@dataclass(kw_only=True)
class Portal:
    """Everything that the pages stand on. ``workers`` is there while the server runs."""

    settings: Settings
    accounts: Accounts
    sessions: SessionStore
    tokens: FormTokens
    audit: AuditLog
    record: Record
    reference: CurrentReference
    waiting: WaitingRoom
    forms_of_an_account: Rate
    sign_ins_from_an_address: Rate
    workers: Workers | None = None
    uploads: int = 0


class Who(Enum):
    """For whom a page is."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    OFFICER = "officer"


@dataclass(kw_only=True)
class Call:
    """One request as the pages see it. ``cookie`` is what the form's token is bound to."""

    portal: Portal
    request: Request
    address: str
    visitor: Visitor | None
    cookie: str
    form: Form = field(default_factory=Form)

    @property
    def account(self) -> Account:
        """Who is signed in; only pages that need it ask."""
        if self.visitor is None:
            raise Refused("not_allowed", 403)
        return self.visitor.account

    @property
    def now(self) -> dt.datetime:
        """The time, in UTC."""
        return self.portal.settings.now()

    @property
    def record(self) -> Record:
        """The record."""
        return self.portal.record

    @property
    def reference(self) -> Reference:
        """The newest reference data that can be used."""
        return self.portal.reference.get()

    @property
    def on(self) -> dt.date:
        """The day (in London) on which lateness is judged."""
        return self.portal.settings.today()

    @property
    def desk(self) -> Desk:
        """The record as the account that is signed in may use it."""
        return Desk(self.record, self.reference, requester_of(self.account), today=self.on)

    def show(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Render a page."""
        text = render(
            template,
            account=self.visitor.account if self.visitor else None,
            way=self.visitor.way if self.visitor else None,
            token=self.portal.tokens.token(self.cookie),
            path=self.request.url.path,
            practice_day=self.portal.settings.practice_day,
            **values,
        )
        return HTMLResponse(text, status_code=status)

    def go(self, path: str) -> Response:
        """Send the browser on to another page, to be fetched with GET."""
        return RedirectResponse(path, status_code=303)

    def log(self, what: str, **about: Any) -> None:
        """Add a line to the audit log."""
        self.portal.audit.add(
            what,
            at=self.now,
            account=self.visitor.account.name if self.visitor else None,
            address=self.address,
            **about,
        )


Handler = Callable[[Call], Response] | Callable[[Call], Awaitable[Response]]


def page(
    handler: Handler,
    *,
    who: Who = Who.SIGNED_IN,
    with_file: bool = False,
    before: Callable[[Call], None] | None = None,
) -> Callable[[Request], Awaitable[ASGIApp]]:
    """Return an endpoint of the application.

    ``with_file``: its form may hold a file. ``before`` is asked before the form is read, so that
    nobody sends a large file only to be told that they may not. Whatever a handler raises becomes
    a page that tells nothing of the inside.
    """

    async def endpoint(request: Request) -> ASGIApp:
        portal: Portal = request.app.state.portal
        call = Call(
            portal=portal, request=request, address=address_of(request), visitor=None, cookie=""
        )
        form_was_read = request.method != "POST"
        try:
            await run_in_threadpool(_identify, call)
            turned_away = _turn_away(call, who)
            if turned_away is not None:
                response = turned_away
            else:
                if before is not None:
                    await run_in_threadpool(before, call)
                if request.method == "POST":
                    await _read_form(call, with_file=with_file)
                    form_was_read = True
                response = await _handled(handler, call)
        except Refused as refused:
            response = await run_in_threadpool(refusal_page, call, refused)
        except NotFoundError:
            response = await run_in_threadpool(refusal_page, call, not_found())
        except NotAllowedError:
            response = await run_in_threadpool(refusal_page, call, Refused("not_allowed", 403))
        except Exception as problem:  # noqa: BLE001  # the last border before a person
            number = log_problem(problem)
            response = await run_in_threadpool(failure_page, call, number)
        _set_cookies(call, response)
        return response if form_was_read else DrainedResponse(response)

    return endpoint


async def _handled(handler: Handler, call: Call) -> Response:
    """Run a handler: in the event loop where it waits for workers, in a thread otherwise."""
    if inspect.iscoroutinefunction(handler):
        awaited: Response = await handler(call)
        return awaited
    plain = cast("Callable[[Call], Response]", handler)
    return await run_in_threadpool(plain, call)


def address_of(request: Request) -> str:
    """Return the request's address: the peer's, or that of a trusted proxy's peer."""
    settings: Settings = request.app.state.portal.settings
    peer = request.client.host if request.client else ""
    if not settings.trusts(peer):
        return peer
    hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",")]
    for hop in reversed(hops):
        if hop and not settings.trusts(hop):
            return hop[:64]
    return peer


# --- who asks -------------------------------------------------------------------------------------


def session_cookie(settings: Settings) -> str:
    """Return the name of the session's cookie.

    The prefix has browsers bind it to this very host.
    """
    return "__Host-returns" if settings.behind_tls else "returns"


def form_cookie(settings: Settings) -> str:
    """Return the name of the cookie that the sign-in form's token is bound to."""
    return "__Host-returns-form" if settings.behind_tls else "returns-form"


def _identify(call: Call) -> None:
    settings = call.portal.settings
    key = call.request.cookies.get(session_cookie(settings), "")
    visitor = call.portal.sessions.visitor(key, now=call.now) if key else None
    named = _named_by_proxy(call)
    if named is not None:
        if visitor is None or visitor.account.name != named:
            visitor = _signed_on(call, named)
    elif visitor is not None and visitor.way == "proxy":
        # The proxy names no user any more.
        call.portal.sessions.end(visitor.key)
        visitor = None
    call.visitor = visitor
    call.cookie = (
        visitor.key if visitor else call.request.cookies.get(form_cookie(settings), "")
    ) or secrets.token_urlsafe(24)


def _named_by_proxy(call: Call) -> str | None:
    """Return whom a trusted proxy says it has signed on. Two such headers are none."""
    settings = call.portal.settings
    peer = call.request.client.host if call.request.client else ""
    if settings.user_header is None or not settings.trusts(peer):
        return None
    values = call.request.headers.getlist(settings.user_header)
    return values[0].strip().casefold() if len(values) == 1 and values[0].strip() else None


def _signed_on(call: Call, name: str) -> Visitor:
    account = call.portal.accounts.account(name)
    if account is None or account.is_disabled:
        call.portal.audit.add("sign-on refused", at=call.now, address=call.address)
        raise Refused("no_account", 403)
    key = call.portal.sessions.begin(account, way="proxy", now=call.now)
    call.portal.audit.add(
        "signed in", at=call.now, account=account.name, address=call.address, way="proxy"
    )
    return Visitor(account=account, key=key, way="proxy")


def _turn_away(call: Call, who: Who) -> Response | None:
    """Return where the visitor has to go first, None if they may come in."""
    if who is Who.ANYONE:
        return None
    if call.visitor is None:
        had_one = session_cookie(call.portal.settings) in call.request.cookies
        return call.go("/sign-in?ended=1" if had_one else "/sign-in")
    must_choose = call.visitor.account.has_first_password and call.visitor.way == "password"
    if must_choose and call.request.url.path not in ("/password", "/sign-out"):
        return call.go("/password")
    if who is Who.OFFICER and not call.visitor.account.is_officer:
        raise Refused("not_found", 404)
    return None


async def _read_form(call: Call, *, with_file: bool) -> None:
    """Read the form and check that it came from one of our pages, given to this very visitor."""
    portal = call.portal
    if call.request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refused("form", 403)
    if call.visitor is not None:
        wait = portal.forms_of_an_account.wait_for(call.visitor.account.name)
        if wait > 0:
            raise Refused("too_many", 429, retry_after=int(wait) + 1)
    if with_file and portal.uploads >= portal.settings.limits.uploads_at_once:
        raise Refused("too_many", 503, retry_after=10)
    portal.uploads += 1
    try:
        call.form = await read_form(call.request, portal.settings.limits, with_file=with_file)
    finally:
        portal.uploads -= 1
    if not portal.tokens.is_right(call.form.text("token"), cookie=call.cookie):
        raise Refused("form", 403)


def _set_cookies(call: Call, response: Response) -> None:
    settings = call.portal.settings
    if call.visitor is None:
        if call.request.url.path != "/sign-in":
            return  # the only form for whoever is not signed in
        name, key = form_cookie(settings), call.cookie
    else:
        name, key = session_cookie(settings), call.visitor.key
    already = any(one.startswith(f"{name}=") for one in response.headers.getlist("set-cookie"))
    if call.request.cookies.get(name) != key and not already:
        set_cookie(response, name, key)


def set_cookie(response: Response, name: str, value: str) -> None:
    """Set a cookie for this host alone, that no script reads and no other site sends."""
    response.set_cookie(name, value, path="/", secure=True, httponly=True, samesite="lax")


def delete_cookie(response: Response, name: str) -> None:
    """Have the browser forget a cookie."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


# --- what is not done -----------------------------------------------------------------------------


def refusal_page(call: Call, refused: Refused) -> Response:
    """Return the page that says why something is not done.

    What somebody who is signed in may not do goes into the log; what anybody can send without end
    does not.
    """
    if call.visitor is not None:
        call.log("refused", reason=refused.reason, page=route_of(call.request))
    said = words()["errors"][refused.reason]
    response = call.show(
        "problem.html",
        status=refused.status,
        title=said["title"],
        text=said["words"].format(megabytes=call.portal.settings.limits.file // 1_000_000),
    )
    if refused.retry_after is not None:
        response.headers["Retry-After"] = str(refused.retry_after)
    return response


def failure_page(call: Call, number: str) -> Response:
    """Return the page for an unexpected error: it shows a number and nothing else."""
    said = words()["errors"]["failed"]
    return call.show(
        "problem.html", status=500, title=said["title"], text=said["words"].format(number=number)
    )


def route_of(request: Request) -> str:
    """Return the page's pattern, without what was filled in."""
    route = request.scope.get("route")
    return getattr(route, "path", "")
