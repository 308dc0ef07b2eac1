"""Signing in and out, passwords, second factors, sessions: allauth's views in our pages."""

from __future__ import annotations

from typing import Any

from allauth.account import views
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.usersessions.views import ListUserSessionsView
from django.conf import settings as django_settings
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, path

from portal.middleware import SIGNED_OUT
from portal.pages import show
from portal.signing_in import WAY
from portal.state import the_portal

_CLEAR = {"Clear-Site-Data": '"cache", "storage"'}


class _Plain:
    """Forms without allauth's own hints, which stand in words.toml here."""

    def get_form(self, form_class: type[BaseForm] | None = None) -> BaseForm:
        """Return the form."""
        form: BaseForm = super().get_form(form_class)  # type: ignore[misc]  # of the view beside it
        if "login" in form.fields:
            form.fields["login"].widget.attrs["autocomplete"] = "username"
        for field in form.fields.values():
            field.help_text = ""
        return form


class SignIn(_Plain, views.LoginView):
    """The form to sign in; a refusal has its own status."""

    template_name = "sign_in.html"
    extra_context = {"page": "sign_in"}  # noqa: RUF012  # as Django has it

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """Return the form once more."""
        response = super().form_invalid(form)
        response.status_code = 401
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows: whether a password can be reset by mail."""
        has_mail = "dummy" not in django_settings.EMAIL_BACKEND
        return super().get_context_data(**kwargs) | {"has_mail": has_mail}


class SignOut(views.LogoutView):
    """Ends the session on the server. Whom a proxy signs on is not signed on again at once."""

    http_method_names = ("post",)

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """End the session."""
        by_proxy = self.request.session.get(WAY) == "proxy"
        response = super().post(*args, **kwargs)
        if by_proxy:
            response = HttpResponseRedirect(the_portal().settings.sign_out_path or SIGNED_OUT)
        response.headers.update(_CLEAR)
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
        return super().dispatch(request, *args, **kwargs)

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """Return the form once more."""
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class Sure(_Plain, views.ReauthenticateView):
    """Asks for the password once more."""


def _page(address: str, view: Any, name: str, page: str, template: str = "form.html") -> URLPattern:
    shown = view.as_view(template_name=template, extra_context={"page": page})
    return path(address, shown, name=name)


urlpatterns = [
    path("sign-in", SignIn.as_view(), name="account_login"),
    path("sign-out", SignOut.as_view(), name="account_logout"),
    path("password", ChangePassword.as_view(), name="account_change_password"),
    _page("password/forgotten", views.PasswordResetView, "account_reset_password", "forgotten"),
    _page("password/sent", views.PasswordResetDoneView, "account_reset_password_done", "mail_sent"),
    _page(
        "password/new/<uidb36>-<key>",
        views.PasswordResetFromKeyView,
        "account_reset_password_from_key",
        "new_password",
    ),
    _page(
        "password/kept",
        views.PasswordResetFromKeyDoneView,
        "account_reset_password_from_key_done",
        "password_kept",
    ),
    _page("sure", Sure, "account_reauthenticate", "sure"),
    _page("sure/code", mfa.ReauthenticateView, "mfa_reauthenticate", "code"),
    _page("sign-in/code", mfa.AuthenticateView, "mfa_authenticate", "code"),
    _page("second-factor", mfa.IndexView, "mfa_index", "second_factor", "second_factor.html"),
    _page("second-factor/add", totp.ActivateTOTPView, "mfa_activate_totp", "add_factor"),
    _page("second-factor/remove", totp.DeactivateTOTPView, "mfa_deactivate_totp", "remove_factor"),
    _page(
        "second-factor/codes",
        codes.ViewRecoveryCodesView,
        "mfa_view_recovery_codes",
        "codes",
        "second_factor.html",
    ),
    _page(
        "second-factor/codes/new",
        codes.GenerateRecoveryCodesView,
        "mfa_generate_recovery_codes",
        "new_codes",
    ),
    _page("sessions", ListUserSessionsView, "usersessions_list", "sessions", "sessions.html"),
]
