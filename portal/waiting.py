"""Files that were checked and not sent.

Kept in memory for a while, so that they can be sent without being chosen again, and then forgotten.
They are never written to disk. The keys of a session's files stand in the session: they go with it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.core.cache import caches
from django.http import HttpRequest

from pipelines.checking.engine.outcome import CheckedFile
from pipelines.record.model import Obligation

CACHE = "waiting"
SECONDS = 30 * 60
MOST = 100  # files in all; the cache drops the oldest
_MOST_OF_ONE = 3
_KEYS = "waiting"


@dataclass(frozen=True, kw_only=True)
class CheckedNotSent:
    """One such file."""

    obligation: Obligation
    file_name: str
    content: bytes
    checked: CheckedFile


def put(request: HttpRequest, file: CheckedNotSent) -> str:
    """Keep a file for this session and return the key under which it is found."""
    key = secrets.token_urlsafe(12)
    caches[CACHE].set(key, file)
    keys = [*request.session.get(_KEYS, []), key]
    caches[CACHE].delete_many(keys[:-_MOST_OF_ONE])
    request.session[_KEYS] = keys[-_MOST_OF_ONE:]
    return key


def get(request: HttpRequest, key: str) -> CheckedNotSent | None:
    """Return the file of that key, if it is this session's and still there."""
    found: CheckedNotSent | None = caches[CACHE].get(key)
    return found if key in request.session.get(_KEYS, []) else None


def forget(request: HttpRequest) -> None:
    """Forget everything of a session: it ends, or has sent."""
    caches[CACHE].delete_many(request.session.pop(_KEYS, []))
