"""What the record knows of earlier returns, as the checks ask for it."""

from __future__ import annotations

from functools import cached_property

import polars as pl

from pipelines.record.model import Obligation, Submission
from pipelines.record.store import Record
from schemas.quarter import Quarter


class RecordHistory:
    """The accepted rows in the record, as they stood when this was made.

    It answers ``pipelines.checking.context.History``.
    """

    def __init__(self, record: Record) -> None:
        self._record = record

    @cached_property
    def _current(self) -> dict[Obligation, Submission]:
        return self._record.current()

    def rows(self, organisation: str, return_name: str, quarter: Quarter) -> pl.DataFrame | None:
        """The current accepted rows of an obligation; None where none were accepted."""
        submission = self._current.get(Obligation(organisation, return_name, quarter))
        return None if submission is None else self._read(submission)

    def rows_of_others(
        self, organisation: str, return_name: str, quarter: Quarter
    ) -> pl.DataFrame | None:
        """The current accepted rows of all other organisations; None where there are none."""
        frames = [
            self._read(submission)
            for obligation, submission in self._current.items()
            if obligation.return_name == return_name
            and obligation.quarter == quarter
            and obligation.organisation != organisation
        ]
        return pl.concat(frames, how="diagonal_relaxed") if frames else None

    def _read(self, submission: Submission) -> pl.DataFrame:
        return pl.read_parquet(self._record.rows_file(submission.submission_id))
