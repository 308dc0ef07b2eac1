"""What happens to every request on its way in and to every answer on its way out."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.core import ratelimit
from django.conf import settings as django_settings
from django.contrib.auth import login, logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from pipelines.board import NoBoardError, ReferenceDataError
from pipelines.receiving.desk import NotAllowedError, NotFoundError
from portal import signing_in
from portal.models import Account
from portal.pages import refusal_page
from portal.refused import Refused, not_found
from portal.settings import is_address
from portal.state import the_portal

Next = Callable[[HttpRequest], HttpResponseBase]

LONGEST = 8 * 3600  # seconds that a session lasts, whatever is done in it
SIGNED_OUT = "/signed-out"
_PEER = "portal.peer"
# What a visitor with a first password may see before choosing one.
_OPEN_BEFORE_CHOOSING = ("/password", "/sign-out", "/assets/", "/accessibility")
_HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}


class Border:
    """The outermost layer: where a request is from, what each answer carries, what is refused."""

    def __init__(self, get_response: Next) -> None:
        """Stand in front of the rest."""
        self._rest = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request."""
        request.META[_PEER] = request.META.get("REMOTE_ADDR", "")
        request.META["REMOTE_ADDR"] = _address_of(request)
        if "HTTP_CONTENT_ENCODING" in request.META:
            response: HttpResponseBase = refusal_page(request, Refused("compressed", 415))
        else:
            response = self._rest(request)
        for name, value in _HEADERS.items():
            response.setdefault(name, value)
        return response

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """Return the page of a refusal; anything else becomes the page of a failure."""
        if isinstance(problem, Refused):
            return refusal_page(request, problem)
        if isinstance(problem, NotFoundError):
            return refusal_page(request, not_found())
        if isinstance(problem, NotAllowedError):
            return refusal_page(request, Refused("not_allowed", 403))
        if isinstance(problem, ReferenceDataError):
            no_board = isinstance(problem, NoBoardError)
            reason = "no_board" if no_board else "board_not_usable"
            return refusal_page(request, Refused(reason, 503, retry_after=600))
        return None


class ProxySignOn:
    """Takes a trusted proxy's word for who comes, where that is set up.

    A session that came through the proxy ends as soon as the proxy names nobody, or somebody else.
    """

    def __init__(self, get_response: Next) -> None:
        """Stand in front of the rest."""
        self._rest = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request."""
        if request.path == SIGNED_OUT:
            return self._rest(request)
        name = _named(request)
        if name is None:
            if request.session.get(signing_in.WAY) == "proxy":
                logout(request)
            return self._rest(request)
        if not (isinstance(request.user, Account) and request.user.name == name):
            account = Account.objects.filter(name=name, is_active=True).first()
            if account is None:
                signing_in.log(request, "sign-on refused", account=None)
                return refusal_page(request, Refused("no_account", 403))
            request.META[signing_in.NAMED_BY_PROXY] = True
            login(request, account, backend="portal.signing_in.Backend")
        return self._rest(request)


class SignedIn(LoginRequiredMiddleware):
    """Lets in who is signed in, and so long; a first password only to choose one's own."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Return where the visitor has to go first, None if they may come in."""
        began = request.session.get(signing_in.BEGAN, 0)
        if request.user.is_authenticated and time.time() - began > LONGEST:
            logout(request)
        if not isinstance(request.user, Account):
            return super().process_view(request, view_func, view_args, view_kwargs)
        by_password = request.session.get(signing_in.WAY) == "password"
        must_choose = request.user.password_is_first and by_password
        if must_choose and not request.path.startswith(_OPEN_BEFORE_CHOOSING):
            return HttpResponseRedirect("/password")
        if request.method == "POST" and not ratelimit.consume(request, action="form"):
            return refusal_page(request, Refused("too_many", 429, retry_after=60))
        return None

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        """Send the visitor to sign in, and say so if something they sent was not taken."""
        del view_func  # every page asks the same of a visitor
        had_one = django_settings.SESSION_COOKIE_NAME in request.COOKIES
        ended = "?ended=form" if request.method == "POST" else "?ended=1" if had_one else ""
        return HttpResponseRedirect(str(django_settings.LOGIN_URL) + ended)


def _address_of(request: HttpRequest) -> str:
    """Return the request's address: the peer's, or that of a trusted proxy's peer."""
    settings, peer = the_portal().settings, request.META[_PEER]
    if not settings.trusts(peer):
        return str(peer)
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    foreign = [hop for hop in hops if not settings.trusts(hop)]
    return foreign[-1] if foreign and is_address(foreign[-1]) else str(peer)


def _named(request: HttpRequest) -> str | None:
    """Return whom a trusted proxy says it has signed on. Two such headers are none."""
    settings = the_portal().settings
    if settings.user_header is None or not settings.trusts(request.META[_PEER]):
        return None
    name = signing_in.plain_name(request.headers.get(settings.user_header, ""))
    return name if name and "," not in name else None
