"""The log of what was done in the portal.

Only ever added to, and each line holds the hash of the one before, so that a line that was changed
or taken out is seen.

It holds who, when, from where, what and about which submission. It holds no contents, no file
names and nothing that anyone typed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.durable import exclusive, make_folder

_FIRST = "0" * 64


class BrokenLogError(Exception):
    """A line of the log was changed, taken out or put in; the message names it."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the log."""

    at: dt.datetime
    what: str
    account: str | None
    address: str | None
    about: dict[str, Any]


class AuditLog:
    """The log in one file of JSON lines. The command and the portal write it at the same time."""

    def __init__(self, file: Path) -> None:
        """Name the file; it is made with its first line."""
        self._file = file

    def add(
        self,
        what: str,
        *,
        at: dt.datetime,
        account: str | None = None,
        address: str | None = None,
        **about: Any,
    ) -> None:
        """Add one line; it is on disk when this returns. Raises ``OSError``."""
        make_folder(self._file.parent)
        with exclusive(self._file.with_suffix(".lock")):
            fields = {
                "at": at.astimezone(dt.UTC).isoformat(timespec="milliseconds"),
                "what": what,
                "account": account,
                "address": address,
                **about,
                "before": self._hash_of_last(),
            }
            line = json.dumps(fields, ensure_ascii=True).encode() + b"\n"
            handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(handle, line)
                os.fsync(handle)
            finally:
                os.close(handle)

    def entries(self) -> Iterator[Entry]:
        """Yield every line, oldest first.

        Raises ``BrokenLogError`` at the first that does not follow.
        """
        if not self._file.exists():
            return
        before = _FIRST
        for number, line in enumerate(self._file.read_bytes().splitlines(keepends=True), start=1):
            try:
                fields = json.loads(line)
            except ValueError as problem:
                raise BrokenLogError(f"Line {number} of the log cannot be read.") from problem
            if fields.pop("before", None) != before:
                raise BrokenLogError(f"Line {number} of the log does not follow the one before it.")
            before = hashlib.sha256(line).hexdigest()
            yield Entry(
                at=dt.datetime.fromisoformat(fields.pop("at")),
                what=fields.pop("what"),
                account=fields.pop("account"),
                address=fields.pop("address"),
                about=fields,
            )

    def _hash_of_last(self) -> str:
        if not self._file.exists():
            return _FIRST
        with self._file.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - 16_384))
            lines = file.read().splitlines(keepends=True)
        return hashlib.sha256(lines[-1]).hexdigest() if lines else _FIRST
