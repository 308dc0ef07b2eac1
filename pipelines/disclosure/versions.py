"""Versions of figures: one name for each content of a figure, whoever sent it and however often.

A figure is the same in two releases if its counts are the same. The name of a version is made of
the figure and its counts under a key of the record, so that it is never that of other counts, even
after a submission was erased, and so that a ledger lets nobody try counts until they fit.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from pathlib import Path

from pipelines.record.officer_key import officer_key
from pipelines.record.store import Record

LEDGER_KEY = "ledger.key"  # in the record's folder, and in every backup of it
_LENGTH = 20


def ledger_key(record: Record) -> bytes:
    """Return the record's key for versions of figures, made on first use."""
    file: Path = record.folder / LEDGER_KEY
    if not file.exists():
        with record.adding():
            officer_key(file)
    return officer_key(file)


def version_id(cell_id: str, content: Iterable[object], key: bytes) -> str:
    """Return the name of the version of a figure that has this content."""
    text = "\0".join([cell_id, *(repr(one) for one in content)])
    return hmac.new(key, text.encode(), "sha256").hexdigest()[:_LENGTH]
