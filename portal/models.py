"""The accounts: who may sign in, for which organisations, as what."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from pipelines.receiving.desk import Requester, Right
from portal.roles import Role


class Account(AbstractBaseUser):
    """One account.

    Attributes:
        organisations: The codes of those that it sends for.
        rights_changed_at: When its organisations were changed last.
        password_is_first: Whether an officer made the password: it must be changed at once.
        password_ends_at: Until when a first password can be used.
    """

    name: models.CharField[str, str] = models.CharField(max_length=64, unique=True)
    email: models.EmailField[str, str] = models.EmailField(blank=True)
    organisations: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    roles: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    is_active: models.BooleanField[bool, bool] = models.BooleanField(default=True)
    password_is_first: models.BooleanField[bool, bool] = models.BooleanField(default=False)
    password_ends_at: models.DateTimeField[dt.datetime | None, dt.datetime | None] = (
        models.DateTimeField(null=True)
    )
    rights_changed_at: models.DateTimeField[dt.datetime | None, dt.datetime | None] = (
        models.DateTimeField(null=True)
    )

    objects: ClassVar[models.Manager[Account]] = models.Manager()
    USERNAME_FIELD = "name"

    @classmethod
    def get_email_field_name(cls) -> str:
        """Return the field that allauth writes to."""
        return "email"

    @property
    def may_send(self) -> bool:
        """Whether it checks and sends returns and answers queries."""
        return bool({Role.SENDER, Role.SIGNATORY} & set(self.roles))

    @property
    def may_withdraw(self) -> bool:
        """Whether it may withdraw a return."""
        return Role.SIGNATORY in self.roles

    @property
    def is_officer(self) -> bool:
        """Whether it sees every organisation."""
        return Role.OFFICER in self.roles

    def requester(self) -> Requester:
        """Return who it is at the desk: its organisations, and what its roles allow."""
        rights = {Right.SEND: self.may_send, Right.WITHDRAW: self.may_withdraw}
        return Requester(
            name=self.name,
            channel="portal",
            organisations=frozenset(self.organisations),
            oversees=self.is_officer,
            rights=frozenset(right for right, held in rights.items() if held),
            since=self.rights_changed_at,
            by_hand=True,
        )
