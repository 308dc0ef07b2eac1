"""Checking and receiving in worker processes.

Both take the processor, and the pages must go on answering. The number of workers bounds what runs
at once; the rest waits its turn.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TypeVar

from pipelines.board.in_force import in_force
from pipelines.checking.engine.outcome import CheckedFile
from pipelines.checking.engine.wording import rules
from pipelines.receiving.desk import Desk, Requester
from pipelines.record.model import Obligation, Submission
from pipelines.record.store import Record
from schemas.registry import returns

_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Task:
    """A file to check or receive: what it is said to be, from whom, and when."""

    record: Path
    content: bytes
    file_name: str
    requester: Requester
    obligation: Obligation | None
    now: dt.datetime
    on: dt.date
    sample: str | None = None


def check_file(task: Task) -> CheckedFile:
    """Check a file and keep nothing. The result holds no rows."""
    checked = _desk(task).check(
        task.content, file_name=task.file_name, expected=task.obligation, enforce_window=True
    )
    return replace(checked, rows=None)


def receive_file(task: Task) -> tuple[Submission, bool]:
    """Receive a file into the record; return it, and whether it had come before.

    Raises:
        OSError: The record cannot be written; nothing was kept.
    """
    received = _desk(task).receive(
        task.content,
        file_name=task.file_name,
        received_at=task.now,
        expected=task.obligation,
        sample=task.sample,
    )
    return received.submission, received.is_duplicate


def annotate_checked(checked: CheckedFile, task: Task) -> bytes:
    """Return a file that was checked, with its findings in it."""
    return _desk(task).annotate(task.content, checked)


def annotate_sent(reference: str, task: Task) -> bytes:
    """Return the file of a submission, with its findings in it."""
    return _desk(task).annotated(reference)


class Workers:
    """A few processes that check and receive."""

    def __init__(self, count: int, *, seconds: float) -> None:
        """Start the processes."""
        self._count = count
        self._seconds = seconds
        self._lock = threading.Lock()
        self._pool = self._start()

    def run(self, work: Callable[[Task], _T], task: Task) -> _T:
        """Run ``work`` in a worker and return its result.

        Raises what it raises, and ``TimeoutError`` if it takes too long (it goes on all the same,
        and what is received is kept). Where a worker was killed it is tried once more: the same
        bytes are one submission, however often they are received.
        """
        pool = self._pool
        try:
            return pool.submit(work, task).result(self._seconds)
        except BrokenProcessPool:
            return self._fresh(pool).submit(work, task).result(self._seconds)

    def stop(self) -> None:
        """Let what runs finish and end the processes."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _fresh(self, broken: ProcessPoolExecutor) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is broken:
                self._pool = self._start()
            return self._pool

    def _start(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(
            self._count,
            # Not forked: polars keeps threads, and a fork of them can wait for ever.
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
        )
        for _ in range(self._count):
            pool.submit(_warm)
        return pool


# --- inside a worker ------------------------------------------------------------------------------


def _begin() -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End with a portal that was killed: a worker must not outlive it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _warm() -> None:
    """Load the models, which takes most of a second, before the first file comes."""
    rules()
    for declared in returns().values():
        declared.model.to_schema()


@cache
def _record(folder: Path) -> Record:
    return Record(folder)


def _desk(task: Task) -> Desk:
    record = _record(task.record)
    return Desk(record, in_force(record), task.requester, today=task.on)
