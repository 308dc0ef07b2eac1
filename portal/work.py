"""Checking and receiving in worker processes: both take the processor, and the pages must go on
answering. The number of workers bounds what runs at once; the rest waits its turn."""

from __future__ import annotations

import asyncio
import datetime as dt
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ParamSpec, TypeVar

import polars as pl

from pipelines.checking.check import check
from pipelines.checking.context import Context
from pipelines.checking.outcome import CheckedFile
from pipelines.history import RecordHistory
from pipelines.obligations import RecordClosing
from pipelines.receiving import Sender, receive
from pipelines.record.model import Obligation
from pipelines.record.store import Record
from portal.reference import CurrentReference
from schemas.quarter import Quarter

_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Task:
    """A file to check or receive: what it is said to be, from whom, and when."""

    record: Path
    content: bytes
    file_name: str
    sender: str
    organisations: frozenset[str]
    obligation: Obligation
    now: dt.datetime
    on: dt.date
    sample: str | None = None


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What became of a file that was sent."""

    submission_id: str
    outcome: str
    is_duplicate: bool


class OwnHistory:
    """The history as one sender may know it: of its own organisations. A file that names another
    one is refused, and no finding may tell what the other had sent before."""

    def __init__(self, history: RecordHistory, organisations: frozenset[str]) -> None:
        self._history = history
        self._organisations = organisations

    def rows(self, organisation: str, return_name: str, quarter: Quarter) -> pl.DataFrame | None:
        """The accepted rows of an obligation, None where it is not the sender's."""
        if organisation not in self._organisations:
            return None
        return self._history.rows(organisation, return_name, quarter)

    def rows_of_others(
        self, organisation: str, return_name: str, quarter: Quarter
    ) -> pl.DataFrame | None:
        """What the others sent: a finding says that two disagree, never the other's figure."""
        if organisation not in self._organisations:
            return None
        return self._history.rows_of_others(organisation, return_name, quarter)


def check_file(task: Task) -> CheckedFile:
    """Checks without keeping anything. The rows are left out of what it gives."""
    record = _record(task.record)
    return replace(
        check(task.content, file_name=task.file_name, context=_context(record, task)), rows=None
    )


def receive_file(task: Task) -> Kept:
    """Receives into the record. Raises ``OSError`` where nothing could be kept."""
    record = _record(task.record)
    received = receive(
        record,
        task.content,
        file_name=task.file_name,
        sender=Sender(name=task.sender, channel="portal", organisations=task.organisations),
        received_at=task.now,
        context=_context(record, task),
        sample=task.sample,
    )
    return Kept(
        submission_id=received.submission.submission_id,
        outcome=str(received.checked.outcome),
        is_duplicate=received.is_duplicate,
    )


class Workers:
    """A few processes that check and receive. Start it in the thread that will use it."""

    def __init__(self, count: int, *, seconds: float) -> None:
        self._count = count
        self._seconds = seconds
        self._pool = self._start()

    async def run(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """What ``work`` gives. Raises what it raises, and ``TimeoutError`` where it takes too
        long (it goes on all the same, and what is received is kept). Where a worker was killed it
        is tried once more: the same bytes are one submission, however often they are received."""
        try:
            return await self._once(work, *args, **kwargs)
        except BrokenProcessPool:
            self._pool = self._start()
            return await self._once(work, *args, **kwargs)

    def stop(self) -> None:
        """Lets what runs finish and ends the processes."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def _once(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        done = asyncio.wrap_future(self._pool.submit(work, *args, **kwargs))
        return await asyncio.wait_for(asyncio.shield(done), self._seconds)

    def _start(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(
            self._count,
            # Not forked: polars keeps threads, and a fork of them can wait for ever.
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(os.getpid(),),
        )
        for _ in range(self._count):
            pool.submit(_warm)
        return pool


# --- inside a worker ------------------------------------------------------------------------------

_REFERENCE: CurrentReference | None = None
_RECORDS: dict[Path, Record] = {}


def _begin(parent: int) -> None:
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """A worker must not outlive a portal that was killed."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


def _warm() -> None:
    """The first check loads the models, which takes most of a second."""
    reference = _reference().get()
    check(
        b"organisation,quarter,course\r\nUHB,2018-19 Q1,\r\n",
        file_name="training_compliance.csv",
        context=Context(reference=reference, as_of=dt.date(2018, 7, 14)),
    )


def _reference() -> CurrentReference:
    global _REFERENCE  # noqa: PLW0603  # one a process, made when it is first needed
    if _REFERENCE is None:
        _REFERENCE = CurrentReference()
    return _REFERENCE


def _record(folder: Path) -> Record:
    return _RECORDS.setdefault(folder, Record(folder))


def _context(record: Record, task: Task) -> Context:
    wanted = task.obligation
    return Context(
        reference=_reference().get(),
        as_of=task.on,
        sender_organisations=task.organisations,
        expected_return=wanted.return_name,
        expected_organisation=wanted.organisation,
        expected_quarter=wanted.quarter,
        history=OwnHistory(RecordHistory(record), task.organisations),
        enforce_window=True,
        closing=RecordClosing(record),
    )
