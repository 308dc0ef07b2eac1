"""The application: what is found where, and for whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from pipelines.record.store import Record
from portal.accounts import Accounts
from portal.audit import AuditLog
from portal.database import Database
from portal.guard import Guard
from portal.handling import Call, Handler, Portal, Who, address_of, page, refusal_page
from portal.rates import Rate
from portal.reference import CurrentReference
from portal.refused import Refused
from portal.sessions import FormTokens, SessionStore
from portal.settings import Settings
from portal.views import home, officer, returning, signing_in, submissions
from portal.waiting import WaitingRoom
from portal.work import Workers

RETURN = "/returns/{organisation}/{return_name}/{quarter}"
SUBMISSION = "/submissions/{submission_id}"
_ASSETS = {"portal.css": "text/css", "icon.svg": "image/svg+xml"}


def create_app(settings: Settings) -> ASGIApp:
    """Return the upload pages as an ASGI application.

    Its workers run from its start-up to its end.
    """
    return create(make_portal(settings))


def make_portal(settings: Settings) -> Portal:
    """Return what the pages stand on, with the files it needs in the workspace."""
    folder = settings.workspace.portal
    database = Database(folder / "accounts.sqlite3")
    accounts = Accounts(database)
    return Portal(
        settings=settings,
        accounts=accounts,
        sessions=SessionStore(database, accounts, settings.sessions),
        tokens=FormTokens(database.secret("forms")),
        audit=AuditLog(folder / "audit.jsonl"),
        record=Record(settings.workspace.record),
        reference=CurrentReference(),
        waiting=WaitingRoom(),
        forms_of_an_account=Rate(*settings.limits.forms_of_an_account),
        sign_ins_from_an_address=Rate(*settings.limits.sign_ins_from_an_address),
    )


def create(portal: Portal) -> ASGIApp:
    """Return the application on a portal that was made."""
    settings = portal.settings

    @asynccontextmanager
    async def running(app: Starlette) -> AsyncIterator[None]:
        del app
        portal.workers = Workers(settings.workers, seconds=settings.limits.answer_seconds)
        try:
            yield
        finally:
            portal.workers.stop()
            portal.workers = None

    app = Starlette(
        routes=_routes(),
        lifespan=running,
        exception_handlers={HTTPException: _no_such_page},
        middleware=[
            Middleware(
                TrustedHostMiddleware, allowed_hosts=list(settings.names), www_redirect=False
            )
        ],
    )
    app.state.portal = portal
    app.router.redirect_slashes = False
    return Guard(app, behind_tls=settings.behind_tls)


def _routes() -> list[Route]:
    return [
        _get("/", home.home),
        _get("/history", home.history),
        _get("/accessibility", home.statement, who=Who.ANYONE),
        _get("/health", home.health, who=Who.ANYONE),
        Route("/assets/{name}", _asset, methods=["GET"]),
        _get("/sign-in", signing_in.sign_in_page, who=Who.ANYONE),
        _post("/sign-in", signing_in.sign_in, who=Who.ANYONE),
        _post("/sign-out", signing_in.sign_out),
        _get("/password", signing_in.password_page),
        _post("/password", signing_in.change_password),
        _get(RETURN, returning.return_page),
        _get(RETURN + "/template", returning.template_file),
        Route(
            RETURN + "/file",
            page(returning.take_file, with_file=True, before=returning.may_send_here),
            methods=["POST"],
        ),
        _get("/checked/{key}", returning.checked_page),
        _get("/checked/{key}/annotated", returning.checked_annotated),
        _post("/checked/{key}/send", returning.send_checked),
        _get(SUBMISSION, submissions.submission_page),
        _get(SUBMISSION + "/receipt", submissions.receipt_page),
        _get(SUBMISSION + "/receipt-text", submissions.receipt_text),
        _get(SUBMISSION + "/annotated", submissions.annotated_file),
        _get(SUBMISSION + "/as-sent", submissions.as_sent_file),
        _post(SUBMISSION + "/explain", submissions.explain),
        _get(SUBMISSION + "/withdraw", submissions.withdraw_page),
        _post(SUBMISSION + "/withdraw", submissions.withdraw),
        _get("/officer", officer.officer_page, who=Who.OFFICER),
        _get("/officer" + RETURN, officer.decision_page, who=Who.OFFICER),
        _post("/officer" + RETURN, officer.decide, who=Who.OFFICER),
    ]


def _get(path: str, handler: Handler, *, who: Who = Who.SIGNED_IN) -> Route:
    return Route(path, page(handler, who=who), methods=["GET"])


def _post(path: str, handler: Handler, *, who: Who = Who.SIGNED_IN) -> Route:
    return Route(path, page(handler, who=who), methods=["POST"])


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _ASSETS:
        raise HTTPException(404)
    content = (resources.files("portal") / "assets" / name).read_bytes()
    return Response(
        content, media_type=_ASSETS[name], headers={"Cache-Control": "public, max-age=3600"}
    )


async def _no_such_page(request: Request, problem: Exception) -> Response:
    """Return the same page for all that is not there, a wrong method too."""
    del problem
    call = Call(
        portal=request.app.state.portal,
        request=request,
        address=address_of(request),
        visitor=None,
        cookie="",
    )
    return refusal_page(call, Refused("not_found", 404))
