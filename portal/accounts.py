"""Accounts: who may sign in, for which organisations, as what. Made by the officer's command."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pipelines.receiving.desk import Requester, Right
from portal.database import Database
from portal.passwords import first_password, hash_of, is_right

TRIES = 5
LOCKED_FOR = dt.timedelta(minutes=15)
FIRST_PASSWORD_LASTS = dt.timedelta(days=7)

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,62}[a-z0-9]", re.ASCII)


class Role(StrEnum):
    """What an account may do.

    A sender checks and sends returns and answers queries. A signatory answers for the figures:
    all that a sender does, and withdraws a return. An officer sees every organisation, excuses,
    extends and reopens, and sends nothing.
    """

    SENDER = "sender"
    SIGNATORY = "signatory"
    OFFICER = "officer"


class AccountError(Exception):
    """An account cannot be made or changed so; the message says why in a plain sentence."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """One account. ``has_first_password``: it must choose its own before anything else."""

    name: str
    organisations: frozenset[str]
    roles: frozenset[Role]
    has_password: bool
    has_first_password: bool
    is_disabled: bool
    locked_until: dt.datetime | None
    last_sign_in_at: dt.datetime | None

    @property
    def may_send(self) -> bool:
        """Whether it checks and sends returns and answers queries."""
        return bool(self.roles & {Role.SENDER, Role.SIGNATORY})

    @property
    def may_withdraw(self) -> bool:
        """Whether it may withdraw a return."""
        return Role.SIGNATORY in self.roles

    @property
    def is_officer(self) -> bool:
        """Whether it sees every organisation."""
        return Role.OFFICER in self.roles


def requester_of(account: Account) -> Requester:
    """Return who an account is at the desk: its organisations, and what its roles allow."""
    rights = {Right.SEND: account.may_send, Right.WITHDRAW: account.may_withdraw}
    return Requester(
        name=account.name,
        channel="portal",
        organisations=account.organisations,
        oversees=account.is_officer,
        rights=frozenset(right for right, held in rights.items() if held),
    )


class Accounts:
    """The accounts of one portal.

    Every method may raise ``sqlite3.OperationalError`` if the file cannot be written; nothing is
    half changed then.
    """

    def __init__(self, database: Database) -> None:
        """Keep the accounts in this database."""
        self._database = database

    def add(
        self,
        name: str,
        *,
        organisations: Iterable[str],
        roles: Iterable[Role],
        now: dt.datetime,
        with_password: bool = True,
    ) -> str | None:
        """Add an account and return its first password, None if it has none.

        Raises ``AccountError`` for a name that is taken or no name, and for rights that do not go
        together.
        """
        plain = plain_name(name)
        if _NAME.fullmatch(plain) is None:
            raise AccountError(
                "A name has 3 to 64 letters, digits, dots, hyphens or @, such as uhb.data-lead."
            )
        codes, kinds = _rights(organisations, roles)
        password = first_password() if with_password else None
        with self._database.changing() as connection:
            try:
                connection.execute(
                    "INSERT INTO account (name, organisations, roles, password_hash,"
                    " password_is_first, password_ends_at, created_at) VALUES (?,?,?,?,1,?,?)",
                    (
                        plain,
                        codes,
                        kinds,
                        hash_of(password) if password else None,
                        (now + FIRST_PASSWORD_LASTS).timestamp(),
                        now.timestamp(),
                    ),
                )
            except sqlite3.IntegrityError as problem:
                raise AccountError(f"There is an account {plain} already.") from problem
        return password

    def change(self, name: str, *, organisations: Iterable[str], roles: Iterable[Role]) -> None:
        """Change the organisations and roles of an account. Raises ``AccountError``."""
        codes, kinds = _rights(organisations, roles)
        self._update(name, "organisations = ?, roles = ?", codes, kinds)

    def reset(self, name: str, *, now: dt.datetime) -> str:
        """Set a new first password, unlock the account and end its sessions."""
        password = first_password()
        self._update(
            name,
            "password_hash = ?, password_is_first = 1, password_ends_at = ?, wrong_tries = 0,"
            " locked_until = NULL",
            hash_of(password),
            (now + FIRST_PASSWORD_LASTS).timestamp(),
        )
        self.end_sessions(name)
        return password

    def disable(self, name: str) -> None:
        """Disable the account and end its sessions."""
        self._update(name, "is_disabled = 1")
        self.end_sessions(name)

    def enable(self, name: str) -> None:
        """Let a disabled account in again."""
        self._update(name, "is_disabled = 0, wrong_tries = 0, locked_until = NULL")

    def set_password(self, name: str, password: str) -> None:
        """Set the person's own password and end all sessions. Its strength is the caller's."""
        self._update(
            name,
            "password_hash = ?, password_is_first = 0, password_ends_at = NULL",
            hash_of(password),
        )
        self.end_sessions(name)

    def end_sessions(self, name: str) -> None:
        """End every session of the account."""
        with self._database.changing() as connection:
            connection.execute("DELETE FROM session WHERE account = ?", (plain_name(name),))

    def account(self, name: str) -> Account | None:
        """Return the account of that name, or None."""
        row = self._row(plain_name(name))
        return _account(row) if row else None

    def all(self) -> list[Account]:
        """Return every account, by name."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT * FROM account ORDER BY name").fetchall()
        return [_account(row) for row in rows]

    def sign_in(self, name: str, password: str, *, now: dt.datetime) -> Account | None:
        """Return the account where name and password are right and it may come in, otherwise None.

        Why not is never told apart: no such account, a wrong password, disabled, locked, a first
        password that has ended. Each takes as long. After five wrong tries in a row the account
        is locked for a quarter of an hour.
        """
        plain = plain_name(name)
        row = self._row(plain)
        right = is_right(password, row["password_hash"] if row else None)
        if row is None:
            return None
        is_locked = row["locked_until"] is not None and row["locked_until"] > now.timestamp()
        if not right:
            if not is_locked:
                self._count_wrong(plain, now=now)
            return None
        has_ended = (
            row["password_is_first"] == 1
            and row["password_ends_at"] is not None
            and row["password_ends_at"] < now.timestamp()
        )
        if is_locked or has_ended or row["is_disabled"]:
            return None
        self._update(
            plain, "wrong_tries = 0, locked_until = NULL, last_sign_in_at = ?", now.timestamp()
        )
        return _account(row)

    def password_is(self, name: str, password: str) -> bool:
        """Whether the password is the account's, for one that is signed in already."""
        row = self._row(plain_name(name))
        return is_right(password, row["password_hash"] if row else None)

    def _count_wrong(self, name: str, *, now: dt.datetime) -> None:
        with self._database.changing() as connection:
            connection.execute(
                "UPDATE account SET wrong_tries = wrong_tries + 1 WHERE name = ?", (name,)
            )
            connection.execute(
                "UPDATE account SET locked_until = ?, wrong_tries = 0"
                " WHERE name = ? AND wrong_tries >= ?",
                ((now + LOCKED_FOR).timestamp(), name, TRIES),
            )

    def _row(self, name: str) -> sqlite3.Row | None:
        with self._database.reading() as connection:
            row: sqlite3.Row | None = connection.execute(
                "SELECT * FROM account WHERE name = ?", (name,)
            ).fetchone()
        return row

    def _update(self, name: str, assignments: str, *values: object) -> None:
        plain = plain_name(name)
        with self._database.changing() as connection:
            changed = connection.execute(
                f"UPDATE account SET {assignments} WHERE name = ?", (*values, plain)
            )
            if changed.rowcount != 1:
                raise AccountError(f"There is no account {plain}.")


def plain_name(name: str) -> str:
    """Return a name as it is kept: small letters, nothing around it."""
    return name.strip().casefold()


def _rights(organisations: Iterable[str], roles: Iterable[Role]) -> tuple[str, str]:
    codes, kinds = sorted(set(organisations)), sorted(set(roles))
    if not kinds:
        raise AccountError("Say what the account may do: sender, signatory or officer.")
    if Role.OFFICER not in kinds and not codes:
        raise AccountError("Say for which organisation the account sends.")
    if set(kinds) == {Role.OFFICER} and codes:
        raise AccountError("An officer sees every organisation; name none, or add a role.")
    if Role.OFFICER in kinds and len(kinds) > 1 and not codes:
        raise AccountError("Say for which organisation the account sends.")
    return " ".join(codes), " ".join(kinds)


def _account(row: sqlite3.Row) -> Account:
    return Account(
        name=row["name"],
        organisations=frozenset(row["organisations"].split()),
        roles=frozenset(Role(role) for role in row["roles"].split()),
        has_password=row["password_hash"] is not None,
        has_first_password=bool(row["password_hash"] is not None and row["password_is_first"]),
        is_disabled=bool(row["is_disabled"]),
        locked_until=_moment(row["locked_until"]),
        last_sign_in_at=_moment(row["last_sign_in_at"]),
    )


def _moment(seconds: float | None) -> dt.datetime | None:
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC)
