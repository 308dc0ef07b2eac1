"""What a file is checked against: reference data, who sends it, when, and what came before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from pipelines.checking.rules.answers import Answers, NoAnswers
from pipelines.reading.outcome import Limits
from schemas.quarter import Quarter
from schemas.reference import Reference


class History(Protocol):
    """What was accepted before. Frames have the columns of accepted rows (docs/contracts.md)."""

    def rows(self, organisation: str, return_name: str, quarter: Quarter) -> pl.DataFrame | None:
        """The current accepted rows of an obligation; None where none were accepted."""
        ...


class NoHistory:
    """No history: only what the file itself shows is checked."""

    def rows(self, organisation: str, return_name: str, quarter: Quarter) -> pl.DataFrame | None:
        """Always return None (no history)."""
        return None


class Closing(Protocol):
    """When a collection closes for one organisation, whatever the calendar says."""

    def last_day(
        self, organisation: str, return_name: str, quarter: Quarter, *, closes: dt.date
    ) -> dt.date | None:
        """The last day on which the return is taken, ``closes`` being the calendar's; None where
        there is no last day.
        """
        ...


class AsInTheCalendar:
    """Closing policy with no extensions: the calendar date applies."""

    def last_day(
        self, organisation: str, return_name: str, quarter: Quarter, *, closes: dt.date
    ) -> dt.date | None:
        """Return the calendar's closing date."""
        return closes


@dataclass(frozen=True, kw_only=True)
class Context:
    """The circumstances in which a file is checked.

    ``sender_organisations``: whom the sender may send for, None for anyone. ``as_of``: the day of
    the check. ``expected_*``: what the sender said the file is. ``enforce_window``: refuse a file
    outside the days in which its return is taken (AUT-002); ``closing`` knows for whom the last of
    these days was moved.
    """

    reference: Reference
    as_of: dt.date
    sender_organisations: frozenset[str] | None = None
    expected_return: str | None = None
    expected_organisation: str | None = None
    expected_quarter: Quarter | None = None
    history: History = field(default_factory=NoHistory)
    answers: Answers = field(default_factory=NoAnswers)
    limits: Limits = field(default_factory=Limits)
    enforce_window: bool = False
    closing: Closing = field(default_factory=AsInTheCalendar)
