"""Making and changing accounts, which only the officer's command does."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from axes.utils import reset as forget_tries
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.models import Account
from portal.passwords import first_password
from portal.project import LOCKED_FOR, TRIES
from portal.roles import FIRST_PASSWORD_LASTS, AccountError, Role
from portal.signing_in import plain_name

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,62}[a-z0-9]", re.ASCII)


class Accounts:
    """The accounts of the portal that Django was set up for."""

    def all(self) -> list[Account]:
        """Return every account, by name."""
        return list(Account.objects.order_by("name"))

    def add(
        self,
        name: str,
        *,
        organisations: Iterable[str],
        roles: Iterable[Role],
        email: str = "",
        with_password: bool = True,
    ) -> str | None:
        """Add an account and return its first password, None if it has none.

        Raises:
            AccountError: The name is taken or no name, or the rights do not go together.
        """
        plain = plain_name(name)
        if _NAME.fullmatch(plain) is None:
            raise AccountError(
                "A name has 3 to 64 letters, digits, dots, hyphens or @, such as uhb.data-lead."
            )
        codes, kinds = _rights(organisations, roles)
        account = Account(name=plain, organisations=codes, roles=kinds)
        account.email = _address(email, account)
        password = _first(account) if with_password else None
        if password is None:
            account.set_unusable_password()
        try:
            with transaction.atomic():
                account.save()
        except IntegrityError as problem:
            raise AccountError(f"There is an account {plain} already.") from problem
        return password

    def change(
        self,
        name: str,
        *,
        organisations: Iterable[str],
        roles: Iterable[Role],
        email: str | None = None,
    ) -> None:
        """Change the organisations and roles of an account, and its e-mail address if one is given.

        Raises:
            AccountError: There is no such account, or the rights do not go together.
        """
        account = self.account(name)
        codes, kinds = _rights(organisations, roles)
        if codes != account.organisations:
            account.rights_changed_at = timezone.now()
        account.organisations, account.roles = codes, kinds
        if email is not None:
            account.email = _address(email, account)
            EmailAddress.objects.filter(user=account).delete()  # allauth's copy of the one before
        account.save()

    def reset(self, name: str) -> str:
        """Set a new first password, unlock the account, end its sessions and second factor."""
        account = self.account(name)
        password = _first(account)
        account.save()
        Authenticator.objects.filter(user=account).delete()
        forget_tries(username=account.name)
        _end_sessions(account)
        return password

    def disable(self, name: str) -> None:
        """Disable the account and end its sessions."""
        account = self.account(name)
        account.is_active = False
        account.save()
        _end_sessions(account)

    def enable(self, name: str) -> None:
        """Let a disabled account in again."""
        account = self.account(name)
        account.is_active = True
        account.save()
        forget_tries(username=account.name)

    def account(self, name: str) -> Account:
        """Return the account of that name.

        Raises:
            AccountError: There is none.
        """
        plain = plain_name(name)
        try:
            return Account.objects.get(name=plain)
        except Account.DoesNotExist:
            raise AccountError(f"There is no account {plain}.") from None

    def locked_until(self, account: Account) -> dt.datetime | None:
        """Return until when an address from which it was tried has to wait, None if none has."""
        since = timezone.now() - LOCKED_FOR
        tries = AccessAttempt.objects.filter(
            username=account.name, failures_since_start__gte=TRIES, attempt_time__gt=since
        )
        newest = tries.order_by("-attempt_time").first()
        return newest.attempt_time + LOCKED_FOR if newest else None


def _address(email: str, own: Account) -> str:
    plain = email.strip().lower()
    try:
        validate_email(plain or "none@given.example")
    except ValidationError:
        raise AccountError(f"“{plain}” is no e-mail address.") from None
    if plain and Account.objects.filter(email=plain).exclude(pk=own.pk).exists():
        raise AccountError("Another account has this e-mail address.")
    return plain


def _first(account: Account) -> str:
    password = first_password()
    account.set_password(password)
    account.password_is_first = True
    account.last_login = None
    account.password_ends_at = timezone.now() + FIRST_PASSWORD_LASTS
    return password


def _end_sessions(account: Account) -> None:
    for session in UserSession.objects.filter(user=account):
        session.end()


def _rights(organisations: Iterable[str], roles: Iterable[Role]) -> tuple[list[str], list[str]]:
    codes, kinds = sorted(set(organisations)), sorted(set(roles))
    if not kinds:
        raise AccountError("Say what the account may do: sender, signatory or officer.")
    if kinds == [Role.OFFICER] and codes:
        raise AccountError("An officer sees every organisation; name none, or add a role.")
    if kinds != [Role.OFFICER] and not codes:
        raise AccountError("Say for which organisation the account sends.")
    return codes, [str(kind) for kind in kinds]
