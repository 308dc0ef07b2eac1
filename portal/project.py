"""The Django project: its settings, made from those of one portal, and its database."""

from __future__ import annotations

import datetime as dt
import logging
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connections

from pipelines.durable import exclusive, make_folder
from pipelines.notices.delivery import NoticeSettingsError, read_settings
from pipelines.settings import PORTAL_DATABASE, SMTP_PASSWORD, setting
from pipelines.workspace import Workspace
from portal import waiting
from portal.settings import Settings
from portal.state import Portal, make_portal

if TYPE_CHECKING:
    from portal.accounts import Accounts

_LOG = logging.getLogger("quarterdeck.portal")

TRIES = 5
LOCKED_FOR = dt.timedelta(minutes=15)
IDLE = dt.timedelta(minutes=30)
_IN_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
_TWO_YEARS = 63_072_000
_HERE = Path(__file__).resolve().parent


def set_up(portal: Portal) -> None:
    """Set Django up for a portal; its database is made and brought up to date.

    Set up again in one process, for another workspace, it leaves the first.
    """
    folder = portal.settings.workspace.portal
    make_folder(folder)
    values = _values(portal)
    if not django_settings.configured:
        django_settings.configure(**values)
        django.setup()
    for name, value in values.items():
        setattr(django_settings, name, value)
    connections.close_all()
    for database in (connections.databases["default"], values["DATABASES"]["default"]):
        database["NAME"] = _database(folder)["NAME"]
    with exclusive(folder / "migrate.lock"):  # the command and the portal may begin together
        call_command("migrate", verbosity=0, skip_checks=True)


def open_accounts(workspace: Workspace) -> Accounts:
    """Set Django up for the accounts of a workspace and return them."""
    set_up(make_portal(Settings(workspace=workspace)))
    from portal.accounts import Accounts  # noqa: PLC0415  # models, once Django is set up

    return Accounts()


def _values(portal: Portal) -> dict[str, Any]:
    settings, folder = portal.settings, portal.settings.workspace.portal
    return {
        "QUARTERDECK": portal,
        "SECRET_KEY": _secret(folder / "secret_key"),
        "DEBUG": False,
        "ALLOWED_HOSTS": list(settings.names),
        "ROOT_URLCONF": "portal.urls",
        "APPEND_SLASH": False,
        "INSTALLED_APPS": [
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "django.contrib.messages",
            "allauth",
            "allauth.account",
            "allauth.mfa",
            "allauth.usersessions",
            "axes",
            "portal.apps.PortalConfig",
        ],
        "MIDDLEWARE": [
            "portal.middleware.Border",
            "django.middleware.security.SecurityMiddleware",
            "csp.middleware.CSPMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
            "portal.middleware.ProxySignOn",
            "portal.middleware.SignedIn",
            "django.middleware.csrf.CsrfViewMiddleware",
        ],
        "DATABASES": {"default": _database(folder)},
        "CACHES": {
            "default": {"BACKEND": _IN_MEMORY, "LOCATION": "rates"},
            waiting.CACHE: {
                "BACKEND": _IN_MEMORY,
                "LOCATION": "files",
                "TIMEOUT": waiting.SECONDS,
                "OPTIONS": {"MAX_ENTRIES": waiting.MOST},
            },
        },
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.jinja2.Jinja2",
                "DIRS": [_HERE / "templates"],
                "OPTIONS": {
                    "environment": "portal.templating.environment",
                    "context_processors": ["portal.templating.on_every_page"],
                },
            }
        ],
        "USE_TZ": True,
        "TIME_ZONE": "Europe/London",
        "USE_I18N": False,
        "LANGUAGE_CODE": "en-gb",
        # What goes wrong is logged by portal.error_log; Django would quote what was typed.
        "LOGGING": {
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {"nothing": {"class": "logging.NullHandler"}},
            "loggers": {
                name: {"handlers": ["nothing"], "propagate": False, "level": "CRITICAL"}
                for name in ("django", "axes", "allauth")
            },
        },
        **_headers_and_forms(settings),
        **_signing_in(settings),
        **_mail(settings.workspace),
    }


def _headers_and_forms(settings: Settings) -> dict[str, Any]:
    bound = "__Host-" if settings.behind_tls else ""
    return {
        "SESSION_COOKIE_NAME": bound + "returns",
        "SESSION_COOKIE_AGE": int(IDLE.total_seconds()),
        "SESSION_SAVE_EVERY_REQUEST": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_NAME": bound + "returns-form",
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_FAILURE_VIEW": "portal.views.problems.wrong_form",
        "SECURE_HSTS_SECONDS": _TWO_YEARS if settings.behind_tls else 0,
        # Not "no-referrer": browsers then send the Origin of a form as "null".
        "SECURE_REFERRER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        # No script (but on the pages that ask for a passkey, from here); styles and pictures from
        # here; forms go nowhere else; nobody frames us.
        "CONTENT_SECURITY_POLICY": {
            "DIRECTIVES": {
                "default-src": ["'none'"],
                "style-src": ["'self'"],
                "img-src": ["'self'"],
                "form-action": ["'self'"],
                "base-uri": ["'none'"],
                "frame-ancestors": ["'none'"],
            }
        },
        "FILE_UPLOAD_HANDLERS": ["portal.uploads.CountedUpload"],
        "DATA_UPLOAD_MAX_MEMORY_SIZE": settings.limits.form,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 40,
        "DATA_UPLOAD_MAX_NUMBER_FILES": 1,
    }


def _signing_in(settings: Settings) -> dict[str, Any]:
    return {
        "AUTH_USER_MODEL": "portal.Account",
        "AUTHENTICATION_BACKENDS": [
            "axes.backends.AxesStandaloneBackend",
            "portal.signing_in.Backend",
        ],
        "PASSWORD_HASHERS": ["portal.passwords.Argon2"],
        "AUTH_PASSWORD_VALIDATORS": [{"NAME": "portal.passwords.HardToGuess"}],
        "LOGIN_URL": "/sign-in",
        "LOGIN_REDIRECT_URL": "/",
        "PASSWORD_RESET_TIMEOUT": 3600,
        # A name and an address together: no stranger can lock anybody out.
        "AXES_LOCKOUT_PARAMETERS": [["username", "ip_address"]],
        "AXES_FAILURE_LIMIT": TRIES,
        "AXES_COOLOFF_TIME": LOCKED_FOR,
        "AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT": False,
        "AXES_RESET_ON_SUCCESS": True,
        "AXES_USERNAME_CALLABLE": "portal.signing_in.name_for_counting",
        "AXES_SENSITIVE_PARAMETERS": ["login", "password", "oldpassword", "code"],
        "AXES_DISABLE_ACCESS_LOG": True,
        "AXES_VERBOSE": False,
        "ACCOUNT_ADAPTER": "portal.signing_in.Adapter",
        "ACCOUNT_USER_MODEL_USERNAME_FIELD": "name",
        "ACCOUNT_LOGIN_METHODS": {"username", "email"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
        "ACCOUNT_PRESERVE_USERNAME_CASING": False,
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS": False,
        "ACCOUNT_EMAIL_SUBJECT_PREFIX": "",
        "ACCOUNT_DEFAULT_HTTP_PROTOCOL": "https" if settings.behind_tls else "http",
        "ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE": True,
        "ACCOUNT_LOGOUT_REDIRECT_URL": "/sign-in?out=1",
        "ACCOUNT_SESSION_REMEMBER": True,
        "ACCOUNT_REAUTHENTICATION_METHODS": ("password", "mfa"),
        "ACCOUNT_RATE_LIMITS": {
            "login": settings.limits.sign_ins_from_an_address,
            "login_failed": "5/300s/key",  # of codes; django-axes counts passwords
            "form": settings.limits.forms_of_an_account,
        },
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": not settings.behind_tls,
        "MFA_TOTP_ISSUER": "Quarterly returns",
        "MFA_TOTP_TOLERANCE": 1,
        "MFA_ALLOW_UNVERIFIED_EMAIL": True,  # the officer gives the address
    }


def _mail(workspace: Workspace) -> dict[str, Any]:
    """Return how mail goes out: as notices do, by ``notices.toml``."""
    try:
        server = read_settings(workspace).server
    except NoticeSettingsError as problem:
        _LOG.warning("No mail goes out from the upload pages: %s", problem)
        server = None
    if server is None:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": server.host,
        "EMAIL_PORT": server.port,
        "EMAIL_HOST_USER": server.user or "",
        "EMAIL_HOST_PASSWORD": setting(SMTP_PASSWORD) if server.user else "",
        "EMAIL_USE_TLS": server.security == "starttls",
        "EMAIL_USE_SSL": server.security == "tls",
        "EMAIL_TIMEOUT": 20,
        "DEFAULT_FROM_EMAIL": server.sender,
    }


def _database(folder: Path) -> dict[str, Any]:
    address = setting(PORTAL_DATABASE)
    if address:
        parts = urlsplit(address)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.removeprefix("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": parts.port or "",
        }
    file = folder / "accounts.sqlite3"
    file.touch(mode=0o600)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "OPTIONS": {
            "timeout": 10,
            "transaction_mode": "IMMEDIATE",
            # A power cut must not undo a lock-out or a password that was changed.
            "init_command": "PRAGMA synchronous = FULL",
        },
    }


def _secret(file: Path) -> str:
    """Return the key that Django signs with, made on first use, readable by its owner alone."""
    with suppress(FileExistsError):
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as fresh:
            fresh.write(secrets.token_urlsafe(50))
    return file.read_text(encoding="ascii")
