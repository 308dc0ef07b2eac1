"""Receiving many files: other processes check the next ones while this one keeps those before.

What comes out is what receiving them one after the other gives. A check asks the record for what
the same organisation sent before, and, of figures of an area, for what others sent; where one of
the files that were kept since could have answered that, the check is made again.
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

from pipelines.checking.context import Context
from pipelines.checking.outcome import CheckedFile
from pipelines.history import RecordHistory
from pipelines.receiving import Received, Sender, check_sent, keep
from pipelines.record.store import Record
from pipelines.reference import load_reference
from schemas.reference import Reference
from schemas.registry import returns

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
    """A file as it was checked when the record's newest entry was ``newest``."""

    checked: CheckedFile
    newest: str | None


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
            context = _context(record, one, reference)
            checked = ahead.checked
            if any(_could_change(checked, by, ahead.newest) for by in kept):
                checked = check_sent(
                    record, one.content, file_name=one.file_name, sender=one.sender, context=context
                )
            received = keep(
                record, one.content, checked, file_name=one.file_name, sender=one.sender,
                received_at=one.received_at, context=context, sample=one.sample,
            )  # fmt: skip
            kept.append(received)
            yield received


def _could_change(checked: CheckedFile, by: Received, newest: str | None) -> bool:
    """Whether a file kept after the entry ``newest`` could change what a check found."""
    other = by.submission
    if newest is not None and other.submission_id <= newest:
        return False
    if checked.organisation is None or other.organisation == checked.organisation:
        return True
    seen = returns()[checked.return_name].observation if checked.return_name else None
    return seen is not None and seen.area is not None and other.return_name == checked.return_name


def _context(record: Record, sent: Sent, reference: Reference) -> Context:
    return Context(
        reference=reference,
        as_of=sent.received_at.date(),
        sender_organisations=sent.sender.organisations,
        history=RecordHistory(record),
    )


def _check(folder: Path, sent: Sent) -> _Ahead:
    record, reference = _opened(folder)
    newest = record.newest_id()
    context = _context(record, sent, reference)
    checked = check_sent(
        record, sent.content, file_name=sent.file_name, sender=sent.sender, context=context
    )
    return _Ahead(checked=checked, newest=newest)


@cache
def _opened(folder: Path) -> tuple[Record, Reference]:
    return Record(folder), load_reference()
