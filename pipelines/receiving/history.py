"""A sender's own history: the accepted rows that a check may compare a file with."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

import polars as pl

from pipelines.record.model import Obligation, Submission
from pipelines.record.store import Record
from schemas.quarter import Quarter

# Small frames are cached: a return is checked against those of three years, and the next one of
# the same partner against most of them again.
_SMALL = 16 * 1024  # bytes in the record
_CACHED_FRAMES = 512


class SenderHistory:
    """The accepted rows of the organisations that a sender sends for, and of no other.

    It answers ``pipelines.checking.engine.context.History``. Only the desk makes one.

    Args:
        record: The record.
        organisations: Whom the sender sends for; None for any organisation (an officer).
        as_of: Give the rows as they stood at that moment (aware); None for now.
    """

    def __init__(
        self,
        record: Record,
        *,
        organisations: frozenset[str] | None,
        as_of: dt.datetime | None = None,
    ) -> None:
        """Answer for these organisations."""
        self._record = record
        self._organisations = organisations
        self._as_of = as_of

    def rows(self, organisation: str, return_name: str, quarter: Quarter) -> pl.DataFrame | None:
        """Return the current accepted rows of an obligation.

        None if none were accepted, or if the obligation is not one of the sender's.
        """
        if self._organisations is not None and organisation not in self._organisations:
            return None
        obligation = Obligation(organisation, return_name, quarter)
        submission = self._record.current_of(obligation, as_of=self._as_of)
        return None if submission is None else accepted_rows(self._record, submission)


def accepted_rows(record: Record, submission: Submission) -> pl.DataFrame:
    """Return the typed rows of an accepted submission."""
    file = record.rows_file(submission.submission_id)
    return _cached(file) if file.stat().st_size <= _SMALL else pl.read_parquet(file)


@lru_cache(maxsize=_CACHED_FRAMES)
def _cached(file: Path) -> pl.DataFrame:
    # The rows of an accepted submission never change.
    return pl.read_parquet(file)
