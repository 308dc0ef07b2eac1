"""The context of a check: reference data, who sends the file, when, and what came before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from pipelines.checking.rules.answers import Answers
from pipelines.reading.outcome import Limits
from schemas.quarter import Quarter
from schemas.reference import Reference

LOOKED_BACK = 12  # quarters


class History(Protocol):
    """What was accepted before. Frames have the columns of accepted rows (docs/contracts.md)."""

    def rows(self, organisation: str, return_name: str, quarter: Quarter) -> pl.DataFrame | None:
        """Return the current accepted rows of an obligation; None if none were accepted."""
        ...


class Closing(Protocol):
    """When a collection closes for one organisation, whatever the calendar says."""

    def last_day(
        self, organisation: str, return_name: str, quarter: Quarter, *, closes: dt.date
    ) -> dt.date | None:
        """Return the last day on which the return is taken, None for no last day.

        ``closes`` is the calendar's.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Context:
    """The circumstances in which a file is checked.

    ``sender_organisations``: whom the sender may send for, None for anyone. ``as_of``: the day of
    the check. ``expected_*``: what the sender said the file is. ``enforce_window``: refuse a file
    outside the days in which its return is taken (AUT-002); ``closing`` knows for whom the last of
    these days was moved. Without ``history`` or ``answers`` nothing came before.
    """

    reference: Reference
    as_of: dt.date
    sender_organisations: frozenset[str] | None = None
    expected_return: str | None = None
    expected_organisation: str | None = None
    expected_quarter: Quarter | None = None
    history: History | None = None
    answers: Answers | None = None
    limits: Limits = field(default_factory=Limits)
    enforce_window: bool = False
    closing: Closing | None = None

    def accepted_before(
        self, organisation: str, return_name: str, quarter: Quarter, *, most: int = LOOKED_BACK
    ) -> Iterator[tuple[int, pl.DataFrame]]:
        """Yield how many quarters before ``quarter``, and the rows accepted then, newest first."""
        if self.history is None:
            return
        for back in range(1, most + 1):
            frame = self.history.rows(organisation, return_name, quarter.shift(-back))
            if frame is not None and not frame.is_empty():
                yield back, frame
