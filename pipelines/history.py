"""What the record knows of earlier returns, as the checks ask for it."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

import polars as pl

from pipelines.record.model import Obligation, Submission
from pipelines.record.store import Record
from schemas.quarter import Quarter

# Small frames are kept in memory: a return is checked against those of three years, and the next
# one of the same partner against most of them again.
_SMALL = 16 * 1024  # bytes in the record
_KEPT = 512


class RecordHistory:
    """The accepted rows in the record as they stand when asked for; with ``as_of`` (aware), as
    they stood at that moment.

    It answers ``pipelines.checking.context.History``.
    """

    def __init__(self, record: Record, *, as_of: dt.datetime | None = None) -> None:
        self._record = record
        self._as_of = as_of

    def rows(self, organisation: str, return_name: str, quarter: Quarter) -> pl.DataFrame | None:
        """The current accepted rows of an obligation; None where none were accepted."""
        obligation = Obligation(organisation, return_name, quarter)
        submission = self._record.current_of(obligation, as_of=self._as_of)
        return None if submission is None else self._read(submission)

    def rows_of_others(
        self, organisation: str, return_name: str, quarter: Quarter
    ) -> pl.DataFrame | None:
        """The current accepted rows of all other organisations; None where there are none."""
        current = self._record.current_about(return_name, quarter, as_of=self._as_of)
        frames = [
            self._read(submission)
            for obligation, submission in current.items()
            if obligation.organisation != organisation
        ]
        return pl.concat(frames, how="diagonal_relaxed") if frames else None

    def _read(self, submission: Submission) -> pl.DataFrame:
        file = self._record.rows_file(submission.submission_id)
        return _kept_rows(file) if file.stat().st_size <= _SMALL else pl.read_parquet(file)


@lru_cache(maxsize=_KEPT)
def _kept_rows(file: Path) -> pl.DataFrame:
    """The rows of an accepted submission; they never change."""
    return pl.read_parquet(file)
