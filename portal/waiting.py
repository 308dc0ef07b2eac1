"""Files that were checked and not sent.

Kept in memory for a while, so that they can be sent without being chosen again, and then forgotten.
They are never written to disk.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from pipelines.checking.engine.outcome import CheckedFile
from pipelines.record.model import Obligation

_LASTS = 30 * 60  # seconds
_MOST_BYTES = 200_000_000
_MOST_OF_ONE = 3


@dataclass(frozen=True, kw_only=True)
class CheckedNotSent:
    """One such file. ``account`` alone may see it."""

    account: str
    obligation: Obligation
    file_name: str
    content: bytes
    checked: CheckedFile
    ends_at: float


class WaitingRoom:
    """The files that wait. The oldest go first if there is no room."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with no file."""
        self._clock = clock
        self._lock = threading.Lock()
        self._files: OrderedDict[str, CheckedNotSent] = OrderedDict()

    def put(
        self,
        *,
        account: str,
        obligation: Obligation,
        file_name: str,
        content: bytes,
        checked: CheckedFile,
    ) -> str:
        """Keep a file and return the key under which it is found."""
        key = secrets.token_urlsafe(12)
        with self._lock:
            own = [one for one, file in self._files.items() if file.account == account]
            for old in own[: max(0, len(own) - _MOST_OF_ONE + 1)]:
                del self._files[old]
            self._files[key] = CheckedNotSent(
                account=account,
                obligation=obligation,
                file_name=file_name,
                content=content,
                checked=checked,
                ends_at=self._clock() + _LASTS,
            )
            self._sweep()
        return key

    def get(self, key: str, *, account: str) -> CheckedNotSent | None:
        """Return the file of that key, where it is the account's and still there."""
        with self._lock:
            self._sweep()
            file = self._files.get(key)
        return file if file is not None and file.account == account else None

    def forget(self, *, account: str) -> None:
        """Forget everything of an account: it signs out, or it has sent."""
        with self._lock:
            for key in [key for key, file in self._files.items() if file.account == account]:
                del self._files[key]

    def _sweep(self) -> None:
        now = self._clock()
        for key in [key for key, file in self._files.items() if file.ends_at <= now]:
            del self._files[key]
        while sum(len(file.content) for file in self._files.values()) > _MOST_BYTES:
            self._files.popitem(last=False)
