"""Receiving many files: other processes check the next ones while this one keeps those before.

What comes out is what receiving them one after the other gives. What a check asks of the record is
written down; where one of the files that were kept since could have answered, it is made again.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from pipelines.checking.context import Context, History
from pipelines.checking.outcome import CheckedFile
from pipelines.history import RecordHistory
from pipelines.receiving import Received, Sender, check_sent, keep
from pipelines.record.model import Obligation, Submission
from pipelines.record.store import Record
from pipelines.reference import load_reference
from schemas.quarter import Quarter
from schemas.reference import Reference

# How many files may be checked and not kept yet: enough that no process waits for the other, few
# enough that a partner's next file is seldom among them.
_AHEAD = 6
_CHECKERS = 2


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A file that came: its bytes and name, from whom and when (aware), and of which samples."""

    content: bytes
    file_name: str
    sender: Sender
    received_at: dt.datetime
    sample: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Ahead:
    """A file as it was checked when the record's newest entry was ``newest``, and what was asked:
    of which obligations, and of which returns and quarters of everybody."""

    checked: CheckedFile
    newest: str | None
    obligations: frozenset[Obligation]
    of_everybody: frozenset[tuple[str, Quarter]]


class _AskedOf:
    """The history in a record, and what was asked of it.

    It answers ``pipelines.checking.context.History``.
    """

    def __init__(self, history: RecordHistory) -> None:
        self._history = history
        self.obligations: set[Obligation] = set()
        self.of_everybody: set[tuple[str, Quarter]] = set()

    def rows(self, organisation: str, return_name: str, quarter: Quarter) -> pl.DataFrame | None:
        self.obligations.add(Obligation(organisation, return_name, quarter))
        return self._history.rows(organisation, return_name, quarter)

    def rows_of_others(
        self, organisation: str, return_name: str, quarter: Quarter
    ) -> pl.DataFrame | None:
        self.of_everybody.add((return_name, quarter))
        return self._history.rows_of_others(organisation, return_name, quarter)


def receive_all(
    record: Record, sent: Sequence[Sent], *, reference: Reference
) -> Iterator[Received]:
    """Receives the files in their order and gives what became of each once it is on disk.

    ``reference`` is the project's own, as ``load_reference`` gives it. Raises ``OSError`` where
    the record cannot be written; those given before are kept.
    """
    waiting: deque[Future[_Ahead]] = deque()
    kept: deque[Received] = deque(maxlen=_AHEAD)
    left = iter(sent)
    with ProcessPoolExecutor(_CHECKERS, mp_context=get_context("spawn")) as checker:
        for one in sent:
            while len(waiting) < _AHEAD and (following := next(left, None)) is not None:
                waiting.append(checker.submit(_check, record.folder, following))
            ahead = waiting.popleft().result()
            context = _context(one, reference, RecordHistory(record))
            checked = ahead.checked
            if any(_could_change(ahead, by.submission) for by in kept):
                checked = check_sent(
                    record, one.content, file_name=one.file_name, sender=one.sender, context=context
                )
            received = keep(
                record, one.content, checked, file_name=one.file_name, sender=one.sender,
                received_at=one.received_at, context=context, sample=one.sample,
            )  # fmt: skip
            kept.append(received)
            yield received


def _could_change(ahead: _Ahead, kept: Submission) -> bool:
    """Whether a file that was kept could change what a check made ahead has found."""
    about = kept.obligation
    if about is None or (ahead.newest is not None and kept.submission_id <= ahead.newest):
        return False
    return about in ahead.obligations or (about.return_name, about.quarter) in ahead.of_everybody


def _context(sent: Sent, reference: Reference, history: History) -> Context:
    return Context(
        reference=reference,
        as_of=sent.received_at.date(),
        sender_organisations=sent.sender.organisations,
        history=history,
    )


def _check(folder: Path, sent: Sent) -> _Ahead:
    record, reference = _opened(folder)
    newest = record.newest_id()
    history = _AskedOf(RecordHistory(record))
    checked = check_sent(
        record, sent.content, file_name=sent.file_name, sender=sent.sender,
        context=_context(sent, reference, history),
    )  # fmt: skip
    if checked.organisation and checked.return_name and checked.quarter:
        # The answers to queries of the figures that it replaces.
        own = Obligation(checked.organisation, checked.return_name, checked.quarter)
        history.obligations.add(own)
    return _Ahead(
        checked=checked,
        newest=newest,
        obligations=frozenset(history.obligations),
        of_everybody=frozenset(history.of_everybody),
    )


@cache
def _opened(folder: Path) -> tuple[Record, Reference]:
    return Record(folder), load_reference()
