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
from django.urls import path, re_path

from portal.middleware import SIGNED_OUT
from portal.pages import show
from portal.signing_in import WAY
from portal.state import the_portal


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
        return super().dispatch(request, *args, **kwargs)

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """Return the form once more."""
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class Sure(_Plain, views.ReauthenticateView):
    """Asks for the password once more."""


def _view(view: Any, page: str, template: str = "form.html") -> Any:
    return view.as_view(template_name=template, extra_context={"page": page})


urlpatterns = [
    path("sign-in", SignIn.as_view(), name="account_login"),
    path("sign-out", SignOut.as_view(), name="account_logout"),
    path("password", ChangePassword.as_view(), name="account_change_password"),
    path(
        "password/forgotten",
        _view(views.PasswordResetView, "forgotten"),
        name="account_reset_password",
    ),
    path(
        "password/sent",
        _view(views.PasswordResetDoneView, "mail_sent"),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)$",
        _view(views.PasswordResetFromKeyView, "new_password"),
        name="account_reset_password_from_key",
    ),
    path(
        "password/kept",
        _view(views.PasswordResetFromKeyDoneView, "password_kept"),
        name="account_reset_password_from_key_done",
    ),
    path("sure", _view(Sure, "sure"), name="account_reauthenticate"),
    path("sure/code", _view(mfa.ReauthenticateView, "code"), name="mfa_reauthenticate"),
    path("sign-in/code", _view(mfa.AuthenticateView, "code"), name="mfa_authenticate"),
    path(
        "second-factor",
        _view(mfa.IndexView, "second_factor", "second_factor.html"),
        name="mfa_index",
    ),
    path("second-factor/add", _view(totp.ActivateTOTPView, "add_factor"), name="mfa_activate_totp"),
    path(
        "second-factor/remove",
        _view(totp.DeactivateTOTPView, "remove_factor"),
        name="mfa_deactivate_totp",
    ),
    path(
        "second-factor/codes",
        _view(codes.ViewRecoveryCodesView, "codes", "second_factor.html"),
        name="mfa_view_recovery_codes",
    ),
    path(
        "second-factor/codes/new",
        _view(codes.GenerateRecoveryCodesView, "new_codes"),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "sessions",
        _view(ListUserSessionsView, "sessions", "sessions.html"),
        name="usersessions_list",
    ),
]
