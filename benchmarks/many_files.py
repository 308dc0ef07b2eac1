"""What it costs to receive very many files at once.

    python benchmarks/many_files.py [--files 10000] [--every 1000]

Receives that many different returns of three rows into a record of its own, one after the other in
one process, as the inbox does, and prints the processor time of each thousand: whether it grows
with what is there already.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import tempfile
import time
from pathlib import Path

from pipelines.checking.context import Context
from pipelines.history import RecordHistory
from pipelines.receiving import Sender, receive
from pipelines.record.store import Record
from pipelines.reference import load_reference

NOON = dt.datetime(2018, 7, 14, 12, tzinfo=dt.UTC)
HEADING = "organisation,quarter,course,staff_group,eligible,trained,percent,comment"


def content(number: int) -> bytes:
    """A return that no other of them is."""
    rows = [
        HEADING,
        f"UHB,2018-19 Q1,Safeguarding children level 2,,90000,{number},,",
        'UHB,2018-19 Q1,"Early help and Right Service, Right Time",,539,445,,',
    ]
    return "".join(f"{row}\r\n" for row in rows).encode()


def main() -> None:
    """Receives them and prints what each part of them cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--every", type=int, default=1_000)
    given = parser.parse_args()
    reference = load_reference()
    with tempfile.TemporaryDirectory() as folder:
        record = Record(Path(folder))
        whole = before = time.process_time()
        for number in range(given.files):
            receive(
                record,
                content(number),
                file_name="UHB-training_compliance-2018-19-Q1.csv",
                sender=Sender(name="UHB data lead", channel="inbox"),
                received_at=NOON,
                context=Context(
                    reference=reference, as_of=NOON.date(), history=RecordHistory(record)
                ),
            )
            if (number + 1) % given.every == 0:
                now = time.process_time()
                print(f"{number + 1:>7,} files: {(now - before) / given.every * 1000:6.1f} ms each")
                before = now
        kept = len(Record(Path(folder)).submissions())
        print(f"{kept:,} kept, {time.process_time() - whole:.0f} s of processor time in all")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")
    assert kept == given.files


if __name__ == "__main__":
    main()
