"""A warehouse that cannot be relied on is made anew from the record.

The warehouse is derived, so nothing in it is repaired. While a step writes, a mark lies beside it;
the mark goes when the step has ended well. If it still lies there (the process was killed, the
power failed, the disk was full), or another version has made the file, the next step that loads
puts the file aside and begins with all that the record holds. Readers never notice: they see
releases.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.board.tables import load_reference
from pipelines.durable import flush_folder, write_flushed
from pipelines.record.store import Record
from pipelines.warehouse.loading import (
    WarehouseBusyError,
    as_of_day,
    connect,
    is_of_this_version,
    load_rows,
    load_submissions,
    rows_kept,
)
from schemas.registry import returns

UNFINISHED = ".unfinished"
ASIDE = ".put-aside"


class WarehouseIncompleteError(Exception):
    """The warehouse does not hold what the record holds; the message says what is to be done."""


@contextmanager
def writing_to(path: Path, record: Record, *, loads: bool, on: dt.date) -> Iterator[None]:
    """Watch over one step that writes to the warehouse. Caller must hold the lock on it.

    ``on`` is the day by which lateness is judged where it is filled anew. ``loads``: the step fills
    it from the record, so it may begin anew. Any other step raises ``WarehouseIncompleteError``
    where the one before it did not finish.
    """
    mark = path.with_name(path.name + UNFINISHED)
    sound = path.exists() and not mark.exists() and _can_be_used(path)
    if not sound and not loads:
        raise WarehouseIncompleteError(
            "The step before this one did not finish, so its figures cannot be relied on. "
            "Start the whole build again: it begins anew from the record by itself."
        )
    if not mark.exists():
        write_flushed(mark, f"process {os.getpid()}\n".encode())
        flush_folder(mark.parent)
    if not sound:
        start_over(path, record, on=on)
    yield
    settle(path)
    mark.unlink()
    flush_folder(mark.parent)


def start_over(path: Path, record: Record, *, on: dt.date) -> None:
    """Put the file aside and fill a new one with all that the record holds on the day ``on``."""
    aside = path.with_name(path.name + ASIDE)
    wal = path.with_name(path.name + ".wal")
    for old in (aside, wal):
        old.unlink(missing_ok=True)
    if path.exists():
        path.rename(aside)
    with connect(path) as connection:
        _load_all(connection, record, on=on)


def complete(path: Path, record: Record, *, on: dt.date) -> None:
    """Load everything anew where the rows are not those of the record.

    A return that came between two steps has left its name without them, or a quarter that this
    build did not load differs.
    """
    with connect(path) as connection:
        if differing(connection, record) is not None or as_of_day(connection) != on:
            _load_all(connection, record, on=on)


def settle(path: Path) -> None:
    """Ensure that all that was written is in the file itself. Raises ``OSError`` if it is not.

    DuckDB tries this when it closes, and keeps silent where the disk was full: the log stays.
    """
    wal = path.with_name(path.name + ".wal")
    if wal.exists():
        with connect(path) as connection:
            connection.execute("CHECKPOINT")
    if wal.exists() and wal.stat().st_size > 0:
        raise OSError(f"{wal} could not be written into the warehouse; is the disk full?")


def check_totals(connection: duckdb.DuckDBPyConnection, record: Record) -> None:
    """Raise ``WarehouseIncompleteError`` if the warehouse does not hold what was accepted."""
    problem = differing(connection, record)
    if problem is not None:
        raise WarehouseIncompleteError(
            f"{problem} No figures are taken out of the warehouse. Make it anew with: "
            "quarterdeck rebuild"
        )


def differing(connection: duckdb.DuckDBPyConnection, record: Record) -> str | None:
    """Return the first submission whose rows are not those of the record, in words, or None.

    A quarter that a build did not load is as it was: this is how a difference in it is seen.
    """
    loaded: dict[str, int] = {}
    for name in returns():
        loaded |= _rows_by_submission(connection, name)
    expected = {one.submission_id: rows_kept(one) for one in record.submissions() if rows_kept(one)}
    observing = {name for name, declared in returns().items() if declared.observation is not None}
    with_figures = {
        one.submission_id for one in record.submissions() if one.return_name in observing
    }
    observed = _rows_by_submission(connection, "observation")
    # What was received while the build ran is not in it yet, and need not be.
    newest = connection.execute("SELECT max(submission_id) FROM raw.submission").fetchone()
    known = str(newest[0]) if newest and newest[0] else ""
    for submission_id, rows in expected.items():
        if submission_id <= known and loaded.get(submission_id, 0) != rows:
            return (
                f"The warehouse holds {loaded.get(submission_id, 0)} rows of {submission_id}, and "
                f"{rows} were accepted."
            )
    for submission_id in loaded.keys() & with_figures:
        if observed.get(submission_id, 0) != loaded[submission_id]:
            return (
                f"The warehouse holds {loaded[submission_id]} rows of {submission_id}, and "
                f"{observed.get(submission_id, 0)} of them as observations."
            )
    extra = min(loaded.keys() - expected.keys(), default=None)
    if extra is not None:
        return f"The warehouse holds {loaded[extra]} rows of {extra}, and none are in use."
    return None


def _rows_by_submission(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, int]:
    return dict(
        connection.execute(
            f"SELECT submission_id, count(*) FROM raw.{table} GROUP BY submission_id"
        ).fetchall()
    )


def _load_all(connection: duckdb.DuckDBPyConnection, record: Record, *, on: dt.date) -> None:
    quarters = sorted({one.quarter for one in record.submissions() if one.quarter is not None})
    load_submissions(connection, record, load_reference(), on=on)
    connection.execute("DELETE FROM raw.observation")
    for declared in returns().values():
        connection.execute(f"DELETE FROM raw.{declared.name}")  # of quarters that are gone too
        load_rows(connection, record, declared, quarters)


def _can_be_used(path: Path) -> bool:
    try:
        with connect(path, read_only=True) as connection:  # which reads what every table is
            return is_of_this_version(connection)
    except WarehouseBusyError:
        raise
    except duckdb.ConnectionException:
        return True  # this very process has it open, with other settings
    except duckdb.Error:
        return False
