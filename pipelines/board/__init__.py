"""The board's tables: read, typed and checked."""

from __future__ import annotations


class ReferenceDataError(ValueError):
    """The board's tables cannot be used. The text lists every fault, one a line."""


class NoBoardError(ReferenceDataError):
    """No board is in force; the message says what to do."""
