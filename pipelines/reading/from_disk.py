"""A file's bytes, never more than a return may have."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from pipelines.reading.outcome import Limits


class NotReadError(Exception):
    """The file was not read; the message says why in plain words."""


def read_from_disk(file: Path, *, limits: Limits | None = None) -> bytes:
    """Return the bytes of ``file`` as they are at this moment.

    Raises:
        NotReadError: It is larger than a return may be (judged by its size before a byte is read,
            and again if it grows meanwhile), or is no file: a device or a pipe would never end.
        OSError: The system refuses.
    """
    most = (limits or Limits()).bytes
    # Opening a pipe would wait for a writer.
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as handle:
        state = os.fstat(handle.fileno())
        if not stat.S_ISREG(state.st_mode):
            raise NotReadError("It is no file that can be sent (a folder, a device or a pipe).")
        content = handle.read(most + 1) if state.st_size <= most else b""
        size = max(state.st_size, len(content))
    if size > most:
        raise NotReadError(
            f"It has {size:,} bytes or more, and a return has at most {most:,} (rule FIL-003). "
            "It was not read and not kept. Is it the right file?"
        )
    return content
