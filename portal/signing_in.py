"""Signing in, as this portal differs from allauth's and axes' own ways; each act is logged."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Any

from allauth.account import signals
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa import signals as mfa_signals
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest
from django.utils import timezone

from portal import waiting
from portal.models import Account
from portal.state import the_portal
from portal.words import words

BEGAN, WAY = "began", "way"  # of a session
NAMED_BY_PROXY = "portal.named_by_proxy"


class Backend(AuthenticationBackend):
    """Lets nobody in with an account that is disabled or a first password that has ended."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Whether the account may come in."""
        ends_at = user.password_ends_at
        return super().user_can_authenticate(user) and (ends_at is None or timezone.now() < ends_at)


class Adapter(DefaultAccountAdapter):
    """The words of this portal; nobody makes an account here."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": words()["sign_in"]["wrong"],
        "email_password_mismatch": words()["sign_in"]["wrong"],
        "enter_current_password": words()["password"]["wrong_now"],
        "incorrect_password": words()["password"]["wrong_now"],
    }

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Return the account; why one may not come in is never told apart."""
        account = super().authenticate(request, **credentials)
        if account is None or not Backend().user_can_authenticate(account):
            return None
        was_used = account.password_is_first and account.last_login is not None
        return None if was_used else account  # a first password is good for one sign-in

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count nothing by account alone: strangers could lock people out. Axes counts."""

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """Send the link, but to nobody who signs in through the proxy alone."""
        if user.has_usable_password():
            super().send_password_reset_mail(user, email, context)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Show none: the page that follows says what was done."""


def name_for_counting(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """Return under which name wrong tries are counted.

    What was typed may be a password in the wrong field, so of an unknown name a hash is kept.
    """
    given = credentials or {}
    typed = str(given.get("username") or given.get("email") or request.POST.get("login", ""))
    plain = plain_name(typed)
    account = _named(plain)
    return account.name if account else "?" + hashlib.sha256(plain.encode()).hexdigest()[:20]


def plain_name(name: str) -> str:
    """Return a name as it is kept: small letters, nothing around it."""
    return name.strip().casefold()


def connect() -> None:
    """Have what allauth and Django say of accounts written into the log."""
    user_logged_in.connect(_signed_in)
    user_logged_out.connect(_signed_out)
    user_login_failed.connect(_refused)
    signals.password_changed.connect(_own_password)
    signals.password_reset.connect(_own_password)
    for signal, what in (
        (mfa_signals.authenticator_added, "second factor added"),
        (mfa_signals.authenticator_removed, "second factor removed"),
        (mfa_signals.authentication_failed, "second factor refused"),
    ):
        signal.connect(_logging(what), weak=False)


def log(request: HttpRequest, what: str, *, account: str | None, **about: Any) -> None:
    """Add a line to the log of what was done."""
    portal = the_portal()
    address = request.META.get("REMOTE_ADDR")
    portal.audit.add(what, at=portal.now, account=account, address=address, **about)


def _named(plain: str) -> Account | None:
    found = Account.objects.filter(name=plain).first()
    if found is None and "@" in plain:
        found = Account.objects.filter(email__iexact=plain).first()
    return found


def _signed_in(request: HttpRequest, user: Account, **_: Any) -> None:
    request.session[BEGAN] = time.time()
    request.session.clear_expired()
    UserSession.objects.create_from_request(request, user=user)
    way = request.session[WAY] = "proxy" if NAMED_BY_PROXY in request.META else "password"
    log(request, "signed in", account=user.name, way=way)


def _signed_out(request: HttpRequest, user: Account | None, **_: Any) -> None:
    if user is not None:
        waiting.forget(request)
        log(request, "signed out", account=user.name)


def _refused(request: HttpRequest, credentials: Mapping[str, Any], **_: Any) -> None:
    name = name_for_counting(request, credentials)
    log(request, "sign-in refused", account=None if name.startswith("?") else name)


def _own_password(request: HttpRequest, user: Account, **_: Any) -> None:
    user.password_is_first, user.password_ends_at = False, None
    user.save(update_fields=["password_is_first", "password_ends_at"])
    log(request, "password changed", account=user.name)


def _logging(what: str) -> Callable[..., None]:
    def add_line(request: HttpRequest, user: Account, **_: Any) -> None:
        log(request, what, account=user.name)

    return add_line
