"""Sessions: kept on the server, so that signing out ends one for good; and the tokens of forms."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

import itsdangerous

from portal.accounts import Account, Accounts
from portal.database import Database
from portal.settings import Sessions as Lengths

_SEEN_EVERY = 60  # seconds; a session is not written anew for each picture of a page


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Who makes a request. ``way`` is how they came in: ``password`` or ``proxy``."""

    account: Account
    key: str
    way: str


class SessionStore:
    """The sessions of one portal. A session's key is 256 random bits; only its hash is kept."""

    def __init__(self, database: Database, accounts: Accounts, lengths: Lengths) -> None:
        """Keep the sessions in this database."""
        self._database = database
        self._accounts = accounts
        self._lengths = lengths

    def begin(self, account: Account, *, way: str, now: dt.datetime) -> str:
        """Return a new session; return its key. Sessions that have ended are swept out."""
        key = secrets.token_urlsafe(32)
        at = now.timestamp()
        with self._database.changing() as connection:
            connection.execute(
                "DELETE FROM session WHERE seen_at < ? OR created_at < ?",
                (
                    at - self._lengths.idle.total_seconds(),
                    at - self._lengths.longest.total_seconds(),
                ),
            )
            connection.execute(
                "INSERT INTO session (key_hash, account, way, created_at, seen_at)"
                " VALUES (?,?,?,?,?)",
                (_hash(key), account.name, way, at, at),
            )
        return key

    def visitor(self, key: str, *, now: dt.datetime) -> Visitor | None:
        """Return whose session it is, if it has not ended and the account may still come in."""
        at = now.timestamp()
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT * FROM session WHERE key_hash = ?", (_hash(key),)
            ).fetchone()
        if row is None:
            return None
        idle = at - row["seen_at"] > self._lengths.idle.total_seconds()
        over = at - row["created_at"] > self._lengths.longest.total_seconds()
        account = self._accounts.account(row["account"])
        if idle or over or account is None or account.is_disabled:
            self.end(key)
            return None
        if at - row["seen_at"] > _SEEN_EVERY:
            with self._database.changing() as connection:
                connection.execute(
                    "UPDATE session SET seen_at = ? WHERE key_hash = ?", (at, _hash(key))
                )
        return Visitor(account=account, key=key, way=row["way"])

    def end(self, key: str) -> None:
        """End the session of that key."""
        with self._database.changing() as connection:
            connection.execute("DELETE FROM session WHERE key_hash = ?", (_hash(key),))


class FormTokens:
    """The token that every form carries: signed, and bound to the cookie of who got the page."""

    def __init__(self, secret: str) -> None:
        """Sign with this secret."""
        self._signer = itsdangerous.Signer(secret, salt="form", digest_method=hashlib.sha256)

    def token(self, cookie: str) -> str:
        """Return the token for a page given to the holder of the cookie."""
        return self._signer.get_signature(cookie).decode("ascii")

    def is_right(self, token: str, *, cookie: str) -> bool:
        """Whether the token belongs to the cookie."""
        return bool(cookie) and self._signer.verify_signature(cookie, token)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
