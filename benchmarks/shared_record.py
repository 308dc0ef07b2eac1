"""What it costs to keep the record in an object store, against a record on this machine's disk.

    python -m benchmarks.shared_record [--returns 100]

An S3 server (moto) runs beside it, in a process of its own. Prints milliseconds for each return and
decision, of wall time and of this process's processor time, and what a machine takes that joins
with an empty folder.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pipelines.record.model import EventKind
from pipelines.record.store import Record
from pipelines.sharing import share
from pipelines.workspace import Workspace
from tests.faults import machines, small


def measured(what: str, count: int, once: Callable[[int], object]) -> None:
    """Does it so many times and prints what one took."""
    wall, own = time.perf_counter(), time.process_time()
    for number in range(count):
        once(number)
    wall, own = time.perf_counter() - wall, time.process_time() - own
    print(f"{what:<28}{wall / count * 1000:8.1f} ms wall{own / count * 1000:8.1f} ms processor")


def adding(where: str, record: Record, count: int) -> None:
    """Sends returns, and takes decisions."""
    small.send(record, small.training_return(5999))  # the first loads what the others find loaded
    measured(
        f"a return, {where}",
        count,
        lambda number: small.send(record, small.training_return(6000, comment=f"No. {number}")),
    )
    measured(
        f"a decision, {where}",
        count,
        lambda _: record.add_event(
            EventKind.EXCUSED, at=dt.datetime.now(dt.UTC), by_whom="Officer", reason="Moved"
        ),
    )


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--returns", type=int, default=100)
    count = parser.parse_args().returns
    with tempfile.TemporaryDirectory() as folder, machines.running():
        root, address = Path(folder), machines.new_address()
        alone, one, other = (Workspace(root / name).create() for name in ("alone", "one", "other"))
        adding("on this disk", Record(alone.record), count)
        share(one, address)
        record = Record(one.record)
        adding("in the store", record, count)
        measured("a look for what is new", count, lambda _: record.catch_up())
        wall = time.perf_counter()
        share(other, address)
        print(f"{'to join with an empty folder':<28}{time.perf_counter() - wall:8.1f} s wall")
        measured("to open it again", 5, lambda _: Record(other.record).submissions())


if __name__ == "__main__":
    main()
