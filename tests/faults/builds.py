"""Kills over whole builds and publications, through Dagster and dbt, as the command runs them.

    python -m tests.faults.builds [--rounds 10] [--seed 1]

A round starts ``quarterdeck build`` (or ``publish``) on a small workspace and kills it at a random
moment of the processor time that it takes. Then what readers see must be whole, ``verify`` must
find nothing wrong, and the next build must succeed by itself, with the facts and the bytes of an
undisturbed one, and leave no lock, no mark and no run that seems to go on.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import fcntl
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.checking.engine.context import Context
from pipelines.keeping.verify import verify
from pipelines.publishing.releases import all_releases, newest_draft
from pipelines.receiving.receive import Sender, receive
from pipelines.record.model import Details, EventKind
from pipelines.record.store import Record
from pipelines.warehouse.loading import connect
from pipelines.workspace import Workspace
from schemas.quarter import Quarter
from tests.boards import birmingham, with_board
from tests.faults.kills import read_current

QUARTER = Quarter(2017, 4)
SAMPLES = Path(__file__).parents[2] / "samples"
_RETURNS = (
    "BSMHFT-training_compliance-2017-18-Q3.csv",
    "BSMHFT-training_compliance-2017-18-Q4-without-contradictions.csv",
    "BSWA-domestic_abuse-2017-18-Q3.csv",
    "BSWA-domestic_abuse-2017-18-Q4.csv",
)
_TICK = os.sysconf("SC_CLK_TCK")


def small_city(root: Path) -> Workspace:
    """A workspace with four sample returns, as the demo receives them."""
    workspace = with_board(Workspace(root))
    record, reference = Record(workspace.record), birmingham()
    with (SAMPLES / "deliveries.csv").open(encoding="utf-8", newline="") as listed:
        deliveries = [row for row in csv.DictReader(listed) if row["file"].endswith(_RETURNS)]
    for row in deliveries:
        at = dt.datetime.fromisoformat(row["received_at"])
        file = SAMPLES / row["file"]
        received = receive(
            record,
            file.read_bytes(),
            file_name=file.name,
            sender=Sender(name=f"{row['organisation']} data lead", channel=row["channel"]),
            received_at=at,
            context=Context(reference=reference, as_of=at.date()),
            sample=row["sample"],
        )
        assert received.submission.is_accepted
    workspace.practise(max(one.received_at for one in record.submissions()).date())
    return workspace


def copied(workspace: Workspace, root: Path) -> Workspace:
    """A new workspace with its record, and with the charts it has drawn: drawing takes longest."""
    copy = Workspace(root).create()
    shutil.copytree(workspace.record, copy.record, dirs_exist_ok=True)
    shutil.copytree(workspace.charts, copy.charts, dirs_exist_ok=True)
    shutil.copy(workspace.practice, copy.practice)
    return copy


def command(workspace: Workspace, what: str) -> list[str]:
    """``quarterdeck build`` or ``publish`` on the workspace."""
    return [
        sys.executable, "-m", "orchestration.cli.main", "--workspace", str(workspace.root),
        what, "--quarter", QUARTER.key,
    ]  # fmt: skip


def run(
    workspace: Workspace, what: str, *, before: tuple[str, ...] = (), **environment: str
) -> float:
    """Runs it to its end and gives the processor seconds it took.

    ``before`` goes in front of the command. Raises ``AssertionError`` where it fails.
    """
    code, said, worked = tried(workspace, what, before=before, **environment)
    assert code == 0, said
    return worked


def tried(
    workspace: Workspace, what: str, *, before: tuple[str, ...] = (), **environment: str
) -> tuple[int, str, float]:
    """Runs it to its end; gives its code, what it said and the processor seconds it took."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*before, *command(workspace, what)],
            stdout=output, stderr=subprocess.STDOUT, env={**_environment(), **environment},
        )  # fmt: skip
        worked = 0.0
        while process.poll() is None:
            worked = max(worked, _worked(process.pid))
            time.sleep(0.05)
        output.seek(0)
        said = output.read().decode()
    return process.returncode, said, worked


def killed(workspace: Workspace, what: str, after: float) -> bool:
    """Starts it and kills it after so many seconds of its processor time; False where it had
    ended by then."""
    process = subprocess.Popen(
        command(workspace, what),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_environment(),
    )  # fmt: skip
    while process.poll() is None and _worked(process.pid) < after:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def _environment() -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _worked(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICK


# --- What must be so after it ----------------------------------------------------------------


def facts(workspace: Workspace) -> list[tuple[object, ...]]:
    """Every row of the fact table, whatever the order it was built in."""
    with connect(workspace.warehouse, read_only=True) as connection:
        return connection.execute("SELECT * FROM marts.fct_measure_value ORDER BY ALL").fetchall()


def bytes_of(workspace: Workspace) -> Mapping[str, bytes]:
    """The files of the newest draft but its manifest, which says when it was made."""
    draft = newest_draft(workspace.releases, QUARTER)
    assert draft is not None
    folder = workspace.releases / draft.release_id
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }


def unlike(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    """The files that are not the same in both."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def left_behind(workspace: Workspace) -> list[str]:
    """Locks that are held, the mark of an unfinished step, and runs that seem to go on."""
    import dagster as dg  # noqa: PLC0415  # takes seconds

    found = []
    for lock in workspace.root.rglob("*.lock"):
        with lock.open("ab") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                found.append(f"{lock} is held")
    if workspace.warehouse.with_name(workspace.warehouse.name + ".unfinished").exists():
        found.append("the warehouse is marked as unfinished")
    os.environ["DAGSTER_HOME"] = str(workspace.dagster_home)
    with dg.DagsterInstance.get() as instance:
        goes_on = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
        runs = instance.get_run_records(dg.RunsFilter(statuses=goes_on))
        found += [f"run {one.dagster_run.run_id} seems to go on" for one in runs]
    return found


def whole(workspace: Workspace) -> list[str]:
    """What a reader finds wrong after a kill: nothing, or what."""
    wrong = [f"damaged: {fault.where}: {fault.what}" for fault in verify(workspace).faults]
    if (workspace.releases / "current").is_symlink():
        wrong += read_current(workspace)
    return wrong


def sign(workspace: Workspace) -> None:
    """The sign-off of the newest draft."""
    draft = newest_draft(workspace.releases, QUARTER)
    assert draft is not None
    Record(workspace.record).add_event(
        EventKind.SIGN_OFF, at=dt.datetime.now(dt.UTC), by_whom="Head of performance", reason="",
        details=Details(quarter=QUARTER, data_sha256=draft.data_sha256, open_queries=0),
    )  # fmt: skip


@dataclass
class Seen:
    """What the rounds found."""

    wrong: list[str] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)


def rounds(root: Path, count: int, chance: random.Random) -> Seen:
    """An undisturbed build and publication, then rounds of kills on a copy of its record."""
    seen = Seen()
    calm = small_city(root / "calm")
    took = {"build": run(calm, "build")}
    expected, expected_bytes = facts(calm), bytes_of(calm)
    unsigned = copied(calm, root / "unsigned")
    sign(calm)
    took["publish"] = run(calm, "publish")
    for number in range(count):
        rough = copied(unsigned, root / f"rough-{number}")
        if chance.random() < 0.5:  # a warehouse from before; else there is none yet
            shutil.copy2(calm.warehouse, rough.warehouse)
        if killed(rough, "build", chance.uniform(0.2, took["build"])):
            seen.counted["builds killed"] += 1
        seen.wrong += whole(rough)
        run(rough, "build")
        seen.counted["builds after it"] += 1
        if facts(rough) != expected:
            seen.wrong.append(f"round {number}: the facts are others")
        if names := unlike(bytes_of(rough), expected_bytes):
            seen.wrong.append(f"round {number}: other bytes: {names[:3]}")
        sign(rough)
        if killed(rough, "publish", chance.uniform(0.2, took["publish"])):
            seen.counted["publications killed"] += 1
        seen.wrong += whole(rough)
        run(rough, "publish")
        seen.counted["publications after it"] += 1
        finals = [one for one in all_releases(rough.releases) if one.status == "final"]
        if len({one.edition for one in finals}) != 1:
            seen.wrong.append(f"round {number}: one publication has made {len(finals)} editions")
        seen.wrong += whole(rough) + left_behind(rough)
        shutil.rmtree(rough.root)
    return seen


def main() -> None:
    """Runs the rounds, says what was found, ends with 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="quarterdeck-builds-") as folder:
        seen = rounds(Path(folder), given.rounds, random.Random(given.seed))  # noqa: S311
    print(", ".join(f"{count} {what}" for what, count in seen.counted.items()))
    print(f"wrong: {len(seen.wrong)}   ({time.monotonic() - started:.0f} s)")
    for line in seen.wrong[:20]:
        print("  ", line)
    sys.exit(1 if seen.wrong else 0)


if __name__ == "__main__":
    main()
