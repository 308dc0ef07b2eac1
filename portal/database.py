"""The portal's own small database: accounts and sessions, in one SQLite file.

SQLite and not a file of JSON: the command changes an account while the portal counts a wrong
password of it, and each change must be whole and on disk. It is no part of the record; losing it
loses no return, only the accounts.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SCHEMA = Path(__file__).with_name("schema.sql")


class Database:
    """The file, made where it is missing, readable by its owner alone.

    Times in it are seconds since 1970 in UTC.
    """

    def __init__(self, file: Path) -> None:
        """Open the file, and make it and its tables if they are missing."""
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        with self.changing() as connection:
            connection.executescript(_SCHEMA.read_text(encoding="utf-8"))

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read from."""
        connection = sqlite3.connect(self._file, timeout=10, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            # A power cut must not undo a lock-out or a password that was changed.
            connection.execute("PRAGMA synchronous = FULL")
            yield connection
        finally:
            connection.close()

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """A connection in one transaction: all of the block is on disk after it, or none."""
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            if connection.in_transaction:
                connection.execute("COMMIT")

    def secret(self, name: str) -> str:
        """Return the secret of that name, made on first use."""
        with self.changing() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO secret (name, value) VALUES (?, ?)",
                (name, secrets.token_urlsafe(32)),
            )
            row = connection.execute("SELECT value FROM secret WHERE name = ?", (name,)).fetchone()
        return str(row["value"])
