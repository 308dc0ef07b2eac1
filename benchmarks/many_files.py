"""What it costs to receive very many files at once, and how many builds they make.

    python -m benchmarks.many_files [--files 10000] [--every 1000]
    python -m benchmarks.many_files --inbox [--files 10000] [--build]

Without ``--inbox``: receives that many different returns of three rows into a record of its own,
one after the other in one process, and prints the processor time of each thousand: whether it grows
with what is there already. With it: the files lie in the inbox of a workspace, by eight
organisations and for ten quarters; the two sensors are asked in turns, as Dagster's daemon does,
until they start a build of all that came. ``--build`` runs that build too.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import resource
import tempfile
import time
from pathlib import Path

import dagster as dg

from orchestration.build import build
from orchestration.instance import set_up_home
from orchestration.resources import WorkspaceResource
from orchestration.sensors import inbox, new_submissions
from pipelines.checking.context import Context
from pipelines.history import RecordHistory
from pipelines.inbox import on_its_way
from pipelines.receiving import Sender, receive
from pipelines.record.store import Record
from pipelines.reference import load_reference
from pipelines.verify import verify
from pipelines.workspace import Workspace
from schemas.quarter import Quarter

NOON = dt.datetime(2018, 7, 14, 12, tzinfo=dt.UTC)
HEADING = "organisation,quarter,course,staff_group,eligible,trained,percent,comment"


def content(number: int, organisation: str = "UHB", quarter: str = "2018-19 Q1") -> bytes:
    """A return that no other of them is."""
    rows = [
        HEADING,
        f"{organisation},{quarter},Safeguarding children level 2,,90000,{number},,",
        f'{organisation},{quarter},"Early help and Right Service, Right Time",,539,445,,',
    ]
    return "".join(f"{row}\r\n" for row in rows).encode()


def one_after_the_other(files: int, every: int) -> None:
    """Receives them and prints what each part of them cost."""
    reference = load_reference()
    with tempfile.TemporaryDirectory() as folder:
        record = Record(Path(folder))
        whole = before = time.process_time()
        for number in range(files):
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
            if (number + 1) % every == 0:
                now = time.process_time()
                print(f"{number + 1:>7,} files: {(now - before) / every * 1000:6.1f} ms each")
                before = now
        kept = len(Record(Path(folder)).submissions())
        print(f"{kept:,} kept, {time.process_time() - whole:.0f} s of processor time in all")
    assert kept == files


def from_the_inbox(files: int, *, builds: bool) -> None:
    """Puts them into an inbox and asks the sensors until all are built; prints what it took."""
    reference = load_reference()
    last = Quarter.containing(dt.datetime.now(dt.UTC).date()).shift(-1)
    owed = [
        (one.organisation, last.shift(-back))
        for back in range(10)
        for one in reference.obligations(last.shift(-back))
        if one.return_name == "training_compliance"
    ]
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder)).create()
        set_up_home(workspace)
        sent = set()
        for number in range(files):
            organisation, quarter = owed[number % len(owed)]
            file = content(number, organisation, quarter.label)
            sent.add(hashlib.sha256(file).hexdigest())
            place = workspace.inbox / organisation
            place.mkdir(exist_ok=True)
            (place / f"{number}-{organisation}-training_compliance-{quarter.key}.csv").write_bytes(
                file
            )
        resources = {"workspace": WorkspaceResource(root=str(workspace.root))}
        started, worked, looks, asked = time.monotonic(), time.process_time(), 0, 0
        with dg.DagsterInstance.get() as instance:
            while asked == 0:
                with dg.build_sensor_context(instance=instance, resources=resources) as context:
                    said = inbox(context)
                    assert isinstance(said, dg.SkipReason)
                    looks += 1
                    print(f"{time.monotonic() - started:6.0f} s  {said.skip_message}", flush=True)
                    answer = new_submissions(context)
                    if isinstance(answer, dg.RunRequest):
                        asked += 1
                        left = on_its_way(workspace)
                    elif looks > 1:
                        time.sleep(1)
            took, work = time.monotonic() - started, time.process_time() - worked
            kept = {one.sha256 for one in Record(workspace.record).submissions()}
            print(f"{len(kept):,} of {files:,} kept with their own hash, {left} left in the inbox")
            print(f"{looks} looks, {took:.0f} s, {work / files * 1000:.1f} ms of processor a file")
            assert kept == sent
            if builds:
                before = time.monotonic()
                outcome = build(workspace, None)
                assert outcome.succeeded, outcome.lines
                print(f"built in {time.monotonic() - before:.0f} s")
                with dg.build_sensor_context(instance=instance, resources=resources) as context:
                    print(new_submissions(context))
        before = time.monotonic()
        found = verify(workspace)
        print(f"verified {found.files:,} files in {time.monotonic() - before:.0f} s")
        assert found.is_sound, found.faults[:3]


def main() -> None:
    """Does what was asked for and says how much memory it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--every", type=int, default=1_000)
    parser.add_argument("--inbox", action="store_true")
    parser.add_argument("--build", action="store_true")
    given = parser.parse_args()
    if given.inbox:
        from_the_inbox(given.files, builds=given.build)
    else:
        one_after_the_other(given.files, given.every)
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


if __name__ == "__main__":
    main()
