"""Delivering notices: to a folder always, by e-mail where ``notices.toml`` says how.

A notice is sent once: what was sent is kept by the notice's key. If a mail server refuses one, it
is tried again later, and the others go on. Killed between the server's yes and the keeping of it, a
notice is sent twice with one Message-ID, by which mail programs see that it is the same.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
import smtplib
import ssl
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pipelines.durable import exclusive, place_file
from pipelines.escaping import email_header, visible
from pipelines.notices.notices import Notice
from pipelines.settings import SMTP_PASSWORD, setting
from pipelines.toml_faults import why_not_read
from pipelines.workspace import Workspace

_TIMEOUT = 20.0

Security = Literal["none", "starttls", "tls"]


class NoticeSettingsError(Exception):
    """``notices.toml`` cannot be used; the message says what is wrong in it."""


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """The mail server, and from whom its messages come. Without ``user`` there is no login."""

    host: str
    port: int
    sender: str
    security: Security = "starttls"
    user: str | None = None


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How notices are delivered: no ``server``, to the folder alone."""

    server: MailServer | None = None
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """The notices sent by e-mail, put into the folder alone, and not sent, with the reason."""

    mailed: tuple[Notice, ...]
    filed: tuple[Notice, ...]
    failed: tuple[tuple[Notice, str], ...]


def settings_file(workspace: Workspace) -> Path:
    """Return where the officer says how notices go out."""
    return workspace.root / "notices.toml"


def read_settings(workspace: Workspace) -> Settings:
    """Return the settings of the workspace; those of the folder alone if there is no file.

    Raises ``NoticeSettingsError``.
    """
    file = settings_file(workspace)
    if not file.exists():
        return Settings()
    try:
        read = tomllib.loads(file.read_text(encoding="utf-8"))
        addresses = {
            str(to): tuple(_address(one, to) for one in listed)
            for to, listed in read.get("addresses", {}).items()
        }
        server = MailServer(**read["email"]) if "email" in read else None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise NoticeSettingsError(f"{file.name}: {why_not_read(problem)}") from problem
    except (OSError, ValueError, TypeError, AttributeError) as problem:
        raise NoticeSettingsError(f"{file.name}: {problem}") from problem
    if server is not None:
        _address(server.sender, "sender")
        if server.security not in ("none", "starttls", "tls"):
            raise NoticeSettingsError(f"{file.name}: security is none, starttls or tls")
    return Settings(server=server, addresses=MappingProxyType(addresses))


def unsent(workspace: Workspace, found: Iterable[Notice]) -> list[Notice]:
    """Return the notices that were not sent yet."""
    sent = _sent_folder(workspace)
    return [one for one in found if not (sent / f"{one.name}.json").exists()]


def deliver(
    workspace: Workspace, found: Iterable[Notice], settings: Settings, *, now: dt.datetime
) -> Delivered:
    """Deliver each notice that was not sent yet and return the result.

    Two calls at once wait for each other. Raises ``OSError`` if the folder cannot be written.
    """
    mailed: list[Notice] = []
    filed: list[Notice] = []
    failed: list[tuple[Notice, str]] = []
    with exclusive(workspace.cache / "notices.lock"):
        waiting = unsent(workspace, found)
        for one in waiting:
            _put_into_folder(workspace, one, now=now)
        by_mail = [one for one in waiting if settings.server and settings.addresses.get(one.to)]
        for one in waiting:
            if one not in by_mail:
                _mark_as_sent(workspace, one, how="folder", now=now)
                filed.append(one)
        if by_mail and settings.server:
            for one, refusal in _send(by_mail, settings.server, settings.addresses, now=now):
                if refusal is None:
                    _mark_as_sent(workspace, one, how="e-mail", now=now)
                    mailed.append(one)
                else:
                    failed.append((one, refusal))
    return Delivered(mailed=tuple(mailed), filed=tuple(filed), failed=tuple(failed))


def message(
    notice: Notice, *, sender: str, addresses: Iterable[str], now: dt.datetime
) -> EmailMessage:
    """Return the notice as an e-mail.

    Its id is made of the notice's key: sent twice, it is the same.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(addr_spec=sender)
    mail["To"] = tuple(Address(addr_spec=one) for one in addresses)
    mail["Subject"] = email_header(notice.subject)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{notice.name}@quarterdeck.invalid>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday reply to this
    mail.set_content(notice.text.strip() + "\n")
    return mail


def _send(
    notices: list[Notice],
    server: MailServer,
    addresses: Mapping[str, tuple[str, ...]],
    *,
    now: dt.datetime,
) -> Iterator[tuple[Notice, str | None]]:
    """Send each and return it with None, or with why it was not taken."""
    waiting = list(notices)
    try:
        with _connected(server) as connection:
            while waiting:
                one = waiting[0]
                mail = message(one, sender=server.sender, addresses=addresses[one.to], now=now)
                refusal = None
                try:
                    refused = connection.send_message(mail)
                    if refused:
                        refusal = f"{len(refused)} of its addresses were refused"
                except smtplib.SMTPServerDisconnected:
                    raise
                except smtplib.SMTPException as problem:
                    refusal = _reason(problem)
                waiting.pop(0)
                yield one, refusal
    except (OSError, smtplib.SMTPException) as problem:
        for one in waiting:
            yield one, _reason(problem)


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=_TIMEOUT, context=ssl.create_default_context()
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT)
    with connection:
        if server.security == "starttls":
            connection.starttls(context=ssl.create_default_context())
        if server.user:
            connection.login(server.user, setting(SMTP_PASSWORD))
        yield connection


def _reason(problem: Exception) -> str:
    """Why, without what a server repeats of the message: no address, no text."""
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"the mail server answered {problem.smtp_code}"
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return "the mail server refused every address"
    if isinstance(problem, OSError) and problem.strerror:
        return f"the mail server cannot be reached ({problem.strerror})"
    return f"the mail server cannot be spoken to ({type(problem).__name__})"


def _folder(workspace: Workspace) -> Path:
    return workspace.root / "notices"


def _sent_folder(workspace: Workspace) -> Path:
    return _folder(workspace) / ".told"


def _put_into_folder(workspace: Workspace, notice: Notice, *, now: dt.datetime) -> None:
    folder = _folder(workspace) / visible(notice.to).replace("/", "_")
    if any(folder.glob(f"*-{notice.name}.txt")):
        return
    content = (
        f"Subject: {email_header(notice.subject)}\nTo: {visible(notice.to)}\n"
        f"Date: {format_datetime(now)}\n\n{notice.text.strip()}\n"
    )
    file = folder / f"{now:%Y-%m-%d}-{notice.kind}-{notice.name}.txt"
    place_file(content.encode(), file, staging=_staging(workspace))


def _mark_as_sent(workspace: Workspace, notice: Notice, *, how: str, now: dt.datetime) -> None:
    content = json.dumps({"key": notice.key, "to": notice.to, "at": now.isoformat(), "how": how})
    place_file(
        content.encode(),
        _sent_folder(workspace) / f"{notice.name}.json",
        staging=_staging(workspace),
    )


def _staging(workspace: Workspace) -> Path:
    return _folder(workspace) / ".incoming" / secrets.token_hex(8)


def _address(text: Any, whose: str) -> str:
    try:
        domain = Address(addr_spec=str(text)).domain
    except (ValueError, IndexError):
        domain = ""
    if not domain:
        raise ValueError(f"not an e-mail address of {whose}: {visible(str(text))}")
    return str(text)
