"""Which format a record is written in, so that an older one opens and a newer one is not spoilt.

1: as first made; a submission's own hash and that of its figures stand in ``submission.json``.
2: each submission's folder also has ``SHA256SUMS`` over all of its files, an event carries its own
   hash, and both name the one received before (``follows``), so that a lost folder is noticed.
3: a decision may put a board into force (``board``); an older version would not know the kind.
4: the file as sent may be a workbook, ``as_sent.xlsx``; an older version would not find it.

A record of an older format is read as it is. Nothing in it is rewritten; what is added to it from
then on has the newer form.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from pipelines.durable import place_file

FORMAT = 4
_FILE = "format.json"


class RecordTooNewError(Exception):
    """The record was written by a newer Quarterdeck; this one would not understand all of it."""


def format_of(folder: Path) -> int:
    """Return the format of the record in ``folder``; 1 where it does not say."""
    file = folder / _FILE
    if not file.is_file():
        return 1
    return int(json.loads(file.read_bytes())["format"])


def refuse_newer(folder: Path) -> None:
    """Raise ``RecordTooNewError`` if a newer Quarterdeck has written to the record."""
    found = format_of(folder)
    if found > FORMAT:
        raise RecordTooNewError(
            f"The record in {folder} has format {found}, and this version of Quarterdeck knows "
            f"formats up to {FORMAT}. Use the version that wrote it, or a later one. "
            "Nothing was read or changed."
        )


def mark(folder: Path) -> None:
    """Note that what is added from now on has this version's format. Call with the lock held."""
    if (folder / _FILE).is_file() and format_of(folder) == FORMAT:
        return
    place_file(
        json.dumps({"format": FORMAT}).encode(),
        folder / _FILE,
        staging=folder / ".incoming" / secrets.token_hex(8),
    )
