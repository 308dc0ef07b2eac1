"""Signing in and out, passwords, second factors, sessions: allauth's views in our pages."""

from __future__ import annotations

from typing import Any

from allauth.account import views
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.usersessions.views import ListUserSessionsView
from csp.decorators import csp_update
from django.conf import settings as django_settings
from django.contrib.auth.decorators import login_not_required
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import path, re_path
from django.utils.decorators import method_decorator

from portal.middleware import SIGNED_OUT
from portal.pages import show
from portal.signing_in import WAY
from portal.state import the_portal

_OWN_SCRIPT = {"script-src": ["'self'"], "connect-src": ["'self'"]}
FORM, FACTOR = "form.html", "second_factor.html"


class _Plain:
    """Forms without allauth's own hints, which stand in words.toml here; a refusal has a status."""

    refused = 422

    def get_form(self, form_class: type[BaseForm] | None = None) -> BaseForm:
        """Return the form."""
        form: BaseForm = super().get_form(form_class)  # type: ignore[misc]  # of the view beside it
        if "login" in form.fields:
            form.fields["login"].widget.attrs["autocomplete"] = "username"
        for field in form.fields.values():
            field.help_text = ""
        return form

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """Return the form once more."""
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]  # as above
        response.status_code = self.refused
        return response


class SignIn(_Plain, views.LoginView):
    """The form to sign in."""

    refused = 401
    template_name = "sign_in.html"
    extra_context = {"page": "sign_in"}  # noqa: RUF012  # as Django has it

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows: whether a password can be reset by mail."""
        shown: dict[str, Any] = super().get_context_data(**kwargs)
        return shown | {"has_mail": _has_mail()}


class SignOut(views.LogoutView):
    """Ends the session on the server. Whom a proxy signs on is not signed on again at once."""

    http_method_names = ("post",)

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """End the session."""
        by_proxy = self.request.session.get(WAY) == "proxy"
        response: HttpResponse = super().post(*args, **kwargs)
        if by_proxy:
            response = HttpResponseRedirect(the_portal().settings.sign_out_path or SIGNED_OUT)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class ChangePassword(_Plain, views.PasswordChangeView):
    """The form to choose a password; it ends every session of the account."""

    template_name = "form.html"
    extra_context = {"page": "password"}  # noqa: RUF012
    success_url = "/sign-in?changed=1"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Say so to an account that has no password."""
        if request.user.is_authenticated and not request.user.has_usable_password():
            return show(request, "form.html", page="no_password", form=None)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


@method_decorator(login_not_required, name="dispatch")
class Forgotten(_Plain, views.PasswordResetView):
    """Sends a link for a new password, where mail goes out at all."""

    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Promise no mail where none goes out."""
        if not _has_mail():
            raise Http404
        response: HttpResponseBase = super().dispatch(*args, **kwargs)
        return response


class Sure(_Plain, views.ReauthenticateView):
    """Asks for the password once more."""


def _has_mail() -> bool:
    return "dummy" not in django_settings.EMAIL_BACKEND


def _with_script(page: str, view: Any) -> Any:
    """Let the pages that ask for a passkey, and no others, run allauth's script from here."""
    return csp_update(_OWN_SCRIPT)(view) if page in ("code", "key", "add_passkey") else view


# Where each of allauth's pages is, under which name it looks for it, and the page's own words.
_PAGES: tuple[tuple[str, str, Any, str, str], ...] = (
    ("password/forgotten", "account_reset_password", Forgotten, "forgotten", FORM),
    ("password/sent", "account_reset_password_done", views.PasswordResetDoneView, "sent", FORM),
    (
        r"password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)",
        "account_reset_password_from_key",
        views.PasswordResetFromKeyView,
        "new_password",
        FORM,
    ),
    (
        "password/kept",
        "account_reset_password_from_key_done",
        views.PasswordResetFromKeyDoneView,
        "password_kept",
        FORM,
    ),
    ("sure", "account_reauthenticate", Sure, "sure", FORM),
    ("sure/code", "mfa_reauthenticate", mfa.ReauthenticateView, "code", FORM),
    ("sign-in/code", "mfa_authenticate", mfa.AuthenticateView, "code", FORM),
    ("second-factor", "mfa_index", mfa.IndexView, "second_factor", FACTOR),
    ("second-factor/add", "mfa_activate_totp", totp.ActivateTOTPView, "add_factor", FORM),
    ("second-factor/remove", "mfa_deactivate_totp", totp.DeactivateTOTPView, "remove_factor", FORM),
    (
        "second-factor/codes",
        "mfa_view_recovery_codes",
        codes.ViewRecoveryCodesView,
        "codes",
        FACTOR,
    ),
    (
        "second-factor/codes/new",
        "mfa_generate_recovery_codes",
        codes.GenerateRecoveryCodesView,
        "new_codes",
        FORM,
    ),
    ("passkeys", "mfa_list_webauthn", passkeys.ListWebAuthnView, "passkeys", FACTOR),
    ("passkeys/add", "mfa_add_webauthn", passkeys.AddWebAuthnView, "add_passkey", FORM),
    ("passkeys/(?P<pk>[0-9]+)", "mfa_remove_webauthn", passkeys.RemoveWebAuthnView, "no_key", FORM),
    (
        "sure/passkey",
        "mfa_reauthenticate_webauthn",
        passkeys.ReauthenticateWebAuthnView,
        "key",
        FORM,
    ),
    ("sessions", "usersessions_list", ListUserSessionsView, "sessions", "sessions.html"),
)

urlpatterns = [
    path("sign-in", SignIn.as_view(), name="account_login"),
    path("sign-out", SignOut.as_view(), name="account_logout"),
    path("password", ChangePassword.as_view(), name="account_change_password"),
    *(
        re_path(
            f"^{address}$",
            _with_script(page, view.as_view(template_name=template, extra_context={"page": page})),
            name=name,
        )
        for address, name, view, page, template in _PAGES
    ),
]
