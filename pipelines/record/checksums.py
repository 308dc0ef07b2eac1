"""Hashes that show whether what is kept is still what was written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# The form that `sha256sum --check` reads: a record can be checked where Quarterdeck is not.
SUMS = "SHA256SUMS"
_SEAL = "sha256"


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file's bytes, read in pieces. Raises ``OSError``."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def sums(files: Mapping[str, bytes]) -> bytes:
    """Return the content of ``SHA256SUMS`` over these files."""
    lines = [
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(files.items())
    ]
    return "".join(lines).encode()


def read_sums(content: bytes) -> dict[str, str]:
    """Return the hashes by file name. Raises ``ValueError`` if a line has another form."""
    found = {}
    for line in content.decode().splitlines():
        digest, gap, name = line.partition("  ")
        if not gap or len(digest) != 64 or "/" in name or name in ("", ".", ".."):
            raise ValueError(f"{line!r} is no line of {SUMS}")
        found[name] = digest
    return found


def is_to_have_list(folder: Path) -> bool:
    """Whether a submission's folder was written with ``SHA256SUMS`` over its files.

    One of format 1 was not, and does not say what it follows; every later one says it, the first
    of a record with ``null``. A file that cannot be read counts as one of format 1: that it
    cannot is told elsewhere.
    """
    try:
        fields = json.loads((folder / "submission.json").read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(fields, dict) and "follows" in fields


def sealed(fields: Mapping[str, Any]) -> bytes:
    """Return a JSON object of these fields that carries the hash of the others."""
    return json.dumps(
        {**fields, _SEAL: _digest(fields)}, ensure_ascii=False, indent=1, default=str
    ).encode()


def is_intact(fields: Mapping[str, Any]) -> bool | None:
    """Whether a sealed object is as it was written; None if it was written without a seal."""
    if _SEAL not in fields:
        return None
    rest = {name: value for name, value in fields.items() if name != _SEAL}
    return bool(_digest(rest) == fields[_SEAL])


def _digest(fields: Mapping[str, Any]) -> str:
    content = json.dumps(fields, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()
