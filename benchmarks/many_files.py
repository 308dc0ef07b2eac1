"""What it costs to receive very many files at once, and how many builds they make.

    python -m benchmarks.many_files [--files 10000] [--every 1000]
    python -m benchmarks.many_files --inbox [--files 10000] [--build | --daemon]

Without ``--inbox``: receives that many different returns of three rows into a record of its own,
one after the other in one process, and prints the processor time of each thousand: whether it grows
with what is there already. With it: the files lie in the inbox of a workspace, by eight
organisations and for ten quarters; the two sensors are asked in turns, as Dagster's daemon does,
until they start a build of all that came. ``--build`` runs that build too. ``--daemon``: Dagster's
own daemon does all of it, with its pages beside it as at an officer's desk, and the files come
while it is at work; the pages are asked every few seconds, and how long they took is printed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from orchestration.build import build
from orchestration.instance import opened, set_up_home
from orchestration.jobs import BUILD
from orchestration.resources import WorkspaceResource
from orchestration.sensors import built_up_to, inbox, new_submissions
from pipelines.board.tables import load_reference
from pipelines.checking.engine.context import Context
from pipelines.inbox.look import on_its_way
from pipelines.keeping.verify import verify
from pipelines.receiving.receive import Sender, receive
from pipelines.record.changes import newest_change_id
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.quarter import Quarter

BIRMINGHAM = Path(__file__).parents[1] / "boards" / "birmingham"
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
    reference = load_reference(BIRMINGHAM)
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
                context=Context(reference=reference, as_of=NOON.date()),
            )
            if (number + 1) % every == 0:
                now = time.process_time()
                print(f"{number + 1:>7,} files: {(now - before) / every * 1000:6.1f} ms each")
                before = now
        kept = len(Record(Path(folder)).submissions())
        print(f"{kept:,} kept, {time.process_time() - whole:.0f} s of processor time in all")
    assert kept == files


def named_files(files: int) -> Iterator[tuple[str, str, bytes]]:
    """So many returns, each with its organisation and name: of all who owe it, for ten quarters."""
    reference = load_reference(BIRMINGHAM)
    last = Quarter.containing(dt.datetime.now(dt.UTC).date()).shift(-1)
    owed = [
        (one.organisation, last.shift(-back))
        for back in range(10)
        for one in reference.obligations(last.shift(-back))
        if one.return_name == "training_compliance"
    ]
    for number in range(files):
        organisation, quarter = owed[number % len(owed)]
        name = f"{number}-{organisation}-training_compliance-{quarter.key}.csv"
        yield organisation, name, content(number, organisation, quarter.label)


def put_into(workspace: Workspace, files: int) -> set[str]:
    """Puts them into the inbox, each whole at once; gives their SHA-256."""
    sent = set()
    for organisation, name, file in named_files(files):
        sent.add(hashlib.sha256(file).hexdigest())
        place = workspace.inbox / organisation
        place.mkdir(exist_ok=True)
        (place / f".{name}.part").write_bytes(file)
        (place / f".{name}.part").rename(place / name)
    return sent


def from_the_inbox(files: int, *, builds: bool) -> None:
    """Puts them into an inbox and asks the sensors until all are built; prints what it took."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder)).create()
        set_up_home(workspace)
        sent = put_into(workspace, files)
        resources = {"workspace": WorkspaceResource(root=str(workspace.root))}
        started, worked, looks, asked = time.monotonic(), time.process_time(), 0, 0
        with dg.DagsterInstance.get() as instance:
            while asked == 0:
                with dg.build_sensor_context(instance=instance, resources=resources) as context:
                    answer = inbox(context)
                    looks += 1
                    if isinstance(answer, dg.SkipReason):
                        now = time.monotonic() - started
                        print(f"{now:6.0f} s  {answer.skip_message}", flush=True)
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


def by_the_daemon(files: int) -> None:
    """Has Dagster's daemon receive and build them; prints what it took and how the pages were."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder)).create()
        with opened(workspace) as instance, _desk(workspace) as (port, session):
            answers = [_asked(port)]
            before = _processor(session)
            began = time.monotonic()
            sent = put_into(workspace, files)
            print(f"{time.monotonic() - began:6.0f} s  all {files:,} lie in the inbox", flush=True)
            received, newest = None, None
            while newest is None or built_up_to(instance) != newest:
                time.sleep(5)
                answers.append(_asked(port))
                kept = len(list(workspace.record.glob("submissions/*/*")))
                now = time.monotonic() - began
                print(f"{now:6.0f} s  {kept:,} kept, pages after {answers[-1]:.2f} s", flush=True)
                if received is None and kept >= files:
                    received, worked = now, _processor(session) - before
                    newest = newest_change_id(_record(workspace))
            took = time.monotonic() - began
            runs = instance.get_runs(dg.RunsFilter(job_name=BUILD))
        left = on_its_way(workspace)
        hashes = {one.sha256 for one in _record(workspace).submissions()}
        print(f"{len(hashes):,} of {files:,} kept with their own hash, {left} left in the inbox")
        print(f"received in {received:.0f} s, {worked / files * 1000:.1f} ms of processor a file, "
              f"with all that Dagster does beside it")  # fmt: skip
        print(f"{len(runs)} builds ({', '.join(run.status.value for run in runs)}), "
              f"the draft has all after {took:.0f} s")  # fmt: skip
        print(f"the pages were asked {len(answers)} times: {statistics.median(answers):.2f} s, "
              f"{max(answers):.2f} s at most")  # fmt: skip
        assert hashes == sent
        found = verify(workspace)
        assert found.is_sound, found.faults[:3]
        print(f"{found.files:,} files verified")


def _record(workspace: Workspace) -> Record:
    return Record(workspace.record)


@contextmanager
def _desk(workspace: Workspace) -> Iterator[tuple[int, int]]:
    """Dagster's pages and daemon, once they answer: their port, and the session they are of."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "orchestration.cli.main", "--workspace", str(workspace.root)]
    with (workspace.root / "ui.log").open("wb") as log:
        ui = subprocess.Popen([*command, "ui", "--port", str(port)], stdout=log, stderr=log)
    try:
        while b"is ready." not in (workspace.root / "ui.log").read_bytes():
            time.sleep(1)
            assert ui.poll() is None
        _asked(port)
        children = Path(f"/proc/{ui.pid}/task/{ui.pid}/children").read_text(encoding="ascii")
        yield port, int(children.split()[0])
    finally:
        ui.send_signal(signal.SIGTERM)
        ui.wait()


_QUESTION = """{
  runsOrError(limit: 25) { ... on Runs { results { runId status } } }
  instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } }
}"""


def _asked(port: int) -> float:
    """The seconds until the pages have said which runs there were and how the daemon is. Says
    which part of the daemon was not heard of."""
    asked = urllib.request.Request(  # of this machine
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": _QUESTION}).encode(),
        {"Content-Type": "application/json"},
    )
    began = time.monotonic()
    with urllib.request.urlopen(asked, timeout=120) as answer:  # noqa: S310
        told = json.load(answer)["data"]
    took = time.monotonic() - began
    daemons = told["instance"]["daemonHealth"]["allDaemonStatuses"]
    silent = [one["daemonType"] for one in daemons if one["required"] and not one["healthy"]]
    if silent:
        print(f"not heard of: {', '.join(silent)}", flush=True)
    return took


def _processor(session: int) -> float:
    """The seconds of processor that a session's processes have used, ended ones among them."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            continue
        if int(fields[3]) == session:
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Does what was asked for and says how much memory it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--every", type=int, default=1_000)
    parser.add_argument("--inbox", action="store_true")
    parser.add_argument("--build", action="store_true")
    parser.add_argument("--daemon", action="store_true")
    given = parser.parse_args()
    if given.inbox and given.daemon:
        by_the_daemon(given.files)
    elif given.inbox:
        from_the_inbox(given.files, builds=given.build)
    else:
        one_after_the_other(given.files, given.every)
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


if __name__ == "__main__":
    main()
