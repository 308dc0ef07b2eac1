"""Passwords: argon2id, what a good one is, and the first one that an officer hands over."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

from portal.models import Account
from portal.words import words

SHORTEST, LONGEST = 12, 128
_GUESSED_AT_MOST = 72  # zxcvbn looks at no more, so that it stays quick
_STRONG_ENOUGH = 3  # of 4: more than 10^8 guesses
# No vowels and no look-alikes: it can be read out over the telephone.
_ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
_AT_ONCE = threading.BoundedSemaphore(4)  # each takes 64 MiB


class Argon2(Argon2PasswordHasher):
    """Django's argon2id with RFC 9106's second choice (64 MiB, three passes), a few at a time.

    A password is brought to one form first, however a keyboard makes its characters
    (NIST SP 800-63B).
    """

    time_cost = 3
    memory_cost = 65_536
    parallelism = 4

    def encode(self, password: str, salt: str) -> str:
        """Return the hash with its salt and parameters."""
        with _AT_ONCE:
            return super().encode(unicodedata.normalize("NFKC", password), salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Whether the password is the one hashed."""
        with _AT_ONCE:
            return super().verify(unicodedata.normalize("NFKC", password), encoded)


def first_password() -> str:
    """Return a password for one sign-in: four groups of five letters and digits, 95 bits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


class HardToGuess:
    """Django's validator of a new password: long, not easily guessed, not the one before."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ``ValidationError`` with the sentence of ``words.toml``."""
        fault = self._fault(password, user if isinstance(user, Account) else None)
        if fault is not None:
            raise ValidationError(words()["password"][fault], code=fault)

    def get_help_text(self) -> str:
        """Return what a password must be."""
        return str(words()["password"]["rule"])

    def _fault(self, password: str, account: Account | None) -> str | None:
        plain = unicodedata.normalize("NFKC", password)
        if len(plain) < SHORTEST:
            return "too_short"
        if len(plain) > LONGEST:
            return "too_long"
        known = [account.name, account.email, *account.organisations] if account else []
        found = zxcvbn(plain[:_GUESSED_AT_MOST], user_inputs=["quarterdeck", *known])
        if int(found["score"]) < _STRONG_ENOUGH:
            return "easily_guessed"
        return "same" if account and account.check_password(password) else None
