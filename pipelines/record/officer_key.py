"""The officer's key: what it makes of a file's hash can be compared by its holder alone.

A hash of a file whose only unknowns are a name, or a few small counts, can be tried until it fits.
So what stays of an erased file is no plain hash but its HMAC (RFC 2104) under this key, which lies
beside the record and in no backup of it. Without the key nobody can tell what the file was.
"""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

from pipelines.durable import flush_folder

_MARK = "hmac-sha256:"


def officer_key(file: Path) -> bytes:
    """Return the key in ``file``, made on first use, readable by its owner alone.

    Caller must hold the record's lock.
    """
    if not file.exists():
        fresh = file.with_name(f".{file.name}.new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as new:
            new.write(secrets.token_hex(32))
            new.flush()
            os.fsync(new.fileno())
        fresh.rename(file)
        flush_folder(file.parent)
    return bytes.fromhex(file.read_text(encoding="ascii"))


def keyed(sha256: str, key: bytes) -> str:
    """Return what the key makes of a hash; what was made so already stays."""
    if sha256.startswith(_MARK):
        return sha256
    return _MARK + hmac.new(key, bytes.fromhex(sha256), "sha256").hexdigest()
