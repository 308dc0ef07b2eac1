"""The name under which the record keeps a file as it was sent.

One function decides it, by what the bytes are; the name under which it came says nothing.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.reading.kinds import is_workbook

_CSV, _WORKBOOK = "as_sent.csv", "as_sent.xlsx"
SENT_NAMES = frozenset({_CSV, _WORKBOOK})


def sent_name(content: bytes) -> str:
    """Return the name for these bytes: a workbook opens as one, all else is text, or to be."""
    return _WORKBOOK if is_workbook(content) else _CSV


def sent_file(folder: Path) -> Path:
    """Return where the file as it was sent lies, or would lie, in a submission's folder."""
    workbook = folder / _WORKBOOK
    return folder / _CSV if (folder / _CSV).exists() or not workbook.exists() else workbook
