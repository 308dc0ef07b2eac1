"""Passwords: argon2id, what a good one is, and the first one that an officer hands over."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable

import argon2
from zxcvbn import zxcvbn

SHORTEST, LONGEST = 12, 128
_GUESSED_AT_MOST = 72  # zxcvbn looks at no more, so that it stays quick
_STRONG_ENOUGH = 3  # of 4: more than 10^8 guesses
# No vowels and no look-alikes: it can be read out over the telephone.
_ALPHABET = "23456789bcdfghjkmnpqrstvwxz"

# RFC 9106's second choice: 64 MiB, three passes.
_HASHER = argon2.PasswordHasher()
_NOBODYS = _HASHER.hash(secrets.token_urlsafe(32))


def hash_of(password: str) -> str:
    """Return the argon2id hash with its salt and parameters."""
    return _HASHER.hash(_plain(password))


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether the password is the one hashed.

    Where there is no hash, one is verified all the same, so that the answer takes as long and does
    not tell whether there is an account.
    """
    try:
        right = _HASHER.verify(password_hash or _NOBODYS, _plain(password))
    except argon2.exceptions.VerificationError:
        return False
    return right and password_hash is not None


def first_password() -> str:
    """Return a password for one sign-in: four groups of five letters and digits, 95 bits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def weakness(password: str, *, known: Iterable[str]) -> str | None:
    """Return which rule of ``words.toml`` a new password breaks, or None.

    ``known`` is what anyone would try: the account's name, its organisations.
    """
    plain = _plain(password)
    if len(plain) < SHORTEST:
        return "too_short"
    if len(plain) > LONGEST:
        return "too_long"
    looked_at = plain[:_GUESSED_AT_MOST]
    found = zxcvbn(looked_at, user_inputs=["quarterdeck", *known])
    return None if int(found["score"]) >= _STRONG_ENOUGH else "easily_guessed"


def _plain(password: str) -> str:
    """One form for the same characters, however a keyboard makes them (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)
