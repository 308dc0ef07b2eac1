"""A warehouse that cannot be relied on is made anew from the record.

The warehouse is derived, so nothing in it is repaired. While a step writes, a mark lies beside it;
the mark goes when the step has ended well. If it still lies there (the process was killed, the
power failed, the disk was full), or the file cannot be opened, the next step that loads puts it
aside and begins with all that the record holds. Readers never notice: they see releases.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.durable import flush_folder, write_flushed
from pipelines.record.store import Record
from pipelines.warehouse.loading import (
    WarehouseBusyError,
    accepted_rows,
    connect,
    unlike,
)
from pipelines.warehouse.tables import loaded_returns
from schemas.reference import Reference

UNFINISHED = ".unfinished"
ASIDE = ".put-aside"


class WarehouseIncompleteError(Exception):
    """The warehouse does not hold what the record holds; the message says what is to be done."""


@contextmanager
def writing_to(path: Path, *, loads: bool) -> Iterator[None]:
    """Watch over one step that writes to the warehouse. Caller must hold the lock on it.

    ``loads``: the step fills it from the record, so it may begin with an empty file. Any other step
    raises ``WarehouseIncompleteError`` where the one before it did not finish.
    """
    mark = path.with_name(path.name + UNFINISHED)
    sound = path.exists() and not mark.exists() and _opens(path)
    if not sound and not loads:
        raise WarehouseIncompleteError(
            "The step before this one did not finish, so its figures cannot be relied on. "
            "Start the whole build again: it begins anew from the record by itself."
        )
    if not mark.exists():
        write_flushed(mark, f"process {os.getpid()}\n".encode())
        flush_folder(mark.parent)
    if not sound:
        put_aside(path)
    yield
    settle(path)
    mark.unlink()
    flush_folder(mark.parent)


def put_aside(path: Path) -> None:
    """Put the file aside, if there is one, so that the next load begins with an empty one."""
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
    if path.exists():
        path.replace(path.with_name(path.name + ASIDE))


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


def check_totals(
    connection: duckdb.DuckDBPyConnection, record: Record, reference: Reference
) -> None:
    """Raise ``WarehouseIncompleteError`` if the warehouse does not hold what was accepted."""
    newest = connection.execute("SELECT max(submission_id) FROM raw.submission").fetchone()
    # What was received while the build ran is not in it yet, and need not be.
    known = str(newest[0]) if newest and newest[0] else ""
    submissions = [one for one in record.submissions() if one.submission_id <= known]
    for declared in loaded_returns(reference).values():
        accepted = accepted_rows(submissions, declared)
        for name, loaded in unlike(connection, declared, accepted).items():
            raise WarehouseIncompleteError(
                f"The warehouse holds {loaded} rows of {name}, and {accepted.get(name, 0)} were "
                "accepted. No figures are taken out of the warehouse. Make it anew with: "
                "quarterdeck rebuild"
            )


def _opens(path: Path) -> bool:
    try:
        with connect(path, read_only=True):  # which reads what every table is
            return True
    except WarehouseBusyError:
        raise
    except duckdb.ConnectionException:
        return True  # this very process has it open, with other settings
    except duckdb.Error:
        return False
