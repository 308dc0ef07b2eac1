"""How long the officer waits: from a file dropped into the inbox to the draft, and for a backfill.

    python -m benchmarks.from_file_to_draft WORKSPACE [--times 3]

Works on a copy of the workspace (the demo's, say) and prints, in seconds on the clock:

- ``dbt build`` alone, as a process of its own, on the same warehouse: with the tests of the data,
  without the unit tests, as a build has it;
- in turn with it, from the rename of a file into ``inbox/`` to the draft that holds it, with the
  daemon of ``quarterdeck ui`` at work as at an officer's desk, and where that time goes;
- ``quarterdeck rebuild``: every quarter of the record loaded and built anew by one command.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from orchestration.dbt.project import arguments, environment, executable
from orchestration.instance import opened
from orchestration.jobs import BUILD
from orchestration.sensors import built_up_to
from pipelines.record.changes import newest_change_id
from pipelines.record.store import Record
from pipelines.workspace import Workspace

SAMPLE = (
    Path(__file__).parents[1]
    / "samples/illustrative/training_compliance/UHB-training_compliance-2018-19-Q2.csv"
)
PATIENCE = 900.0


def main() -> None:
    """Measures all three on a copy and prints what they took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder) / "workspace")
        shutil.copytree(given.workspace, workspace.root, symlinks=True)
        with _desk(workspace):
            # In turn: a machine's speed changes within minutes.
            both = [
                (_dbt_alone(workspace), _drop(workspace, number)) for number in range(given.times)
            ]
        alone, whole = (statistics.median(took) for took in zip(*both, strict=True))
        ratio = statistics.median(dropped / dbt for dbt, dropped in both)
        print(f"{alone:6.1f} s  dbt build alone, the median of {given.times}")
        print(f"{whole:6.1f} s  from a file dropped to its draft, the median of {given.times}")
        print(f"{ratio:6.2f}    times what dbt build alone takes, the median of {given.times}")
        quarters = len({one.quarter for one in Record(workspace.record).submissions()} - {None})
        took = _timed(lambda: _command(workspace, "rebuild"))
        print(f"{took:6.1f} s  quarterdeck rebuild of {quarters} quarters")


def _dbt_alone(workspace: Workspace) -> float:
    command = [executable(), "--quiet", "build", *arguments(workspace.dbt_target),
               "--exclude-resource-type", "unit_test"]  # fmt: skip
    os.sync()  # neither measure has to flush what came before it
    return _timed(lambda: _run(command, environment(workspace)))


def _timed(what: Callable[[], None]) -> float:
    began = time.monotonic()
    what()
    return time.monotonic() - began


def _run(command: list[str], env: dict[str, str]) -> None:
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)


def _command(workspace: Workspace, *words: str) -> None:
    _run([*_quarterdeck(workspace), *words], dict(os.environ))


def _quarterdeck(workspace: Workspace) -> list[str]:
    return [sys.executable, "-m", "orchestration.cli.main", "--workspace", str(workspace.root)]


@contextmanager
def _desk(workspace: Workspace) -> Iterator[None]:
    """Dagster's pages and daemon, some time after their start: everything is built that is there,
    and no run goes on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = workspace.root / "ui.log"
    with log.open("wb") as file:
        started = subprocess.Popen(
            [*_quarterdeck(workspace), "ui", "--port", str(port)], stdout=file, stderr=file
        )
    try:
        with opened(workspace) as instance:
            _until(lambda: bool(_ticks(instance)), log)
            _until(lambda: _is_built(instance, workspace), log)
            _until(lambda: _is_at_rest(instance), log)
        yield
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait()


def _ticks(instance: dg.DagsterInstance) -> bool:
    """Whether the sensors have begun to look."""
    return any(
        instance.get_ticks(one.instigator_origin_id, one.selector_id, limit=1)
        for one in instance.all_instigator_state()
        if one.instigator_name == "new_submissions"
    )


def _is_built(instance: dg.DagsterInstance, workspace: Workspace) -> bool:
    return built_up_to(instance) == newest_change_id(Record(workspace.record))


def _is_at_rest(instance: dg.DagsterInstance) -> bool:
    return all(run.is_finished for run in instance.get_runs())


def _drop(workspace: Workspace, number: int) -> float:
    """Drops a return that never came before and waits for its draft; prints the way there."""
    content = SAMPLE.read_bytes().replace(b"10092", f"{10_000 + number}".encode())
    file = workspace.inbox / "UHB" / f".{number}.part"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    drafts = _drafts(workspace)
    with opened(workspace) as instance:
        dropped = file.with_name(SAMPLE.name)
        os.sync()
        began, moment = time.monotonic(), time.time()
        file.rename(dropped)
        # Looking at folders alone: who reads the record or Dagster's database takes a part of the
        # processor that is measured.
        _until(lambda: not dropped.exists())
        received = time.monotonic() - began
        _until(lambda: bool(_drafts(workspace) - drafts))
        whole = time.monotonic() - began
        _until(lambda: _is_built(instance, workspace))
        (run,) = instance.get_run_records(dg.RunsFilter(job_name=BUILD), limit=1)
        _until(lambda: _is_at_rest(instance))
    asked = run.create_timestamp.timestamp() - moment
    started = (run.start_time or moment) - moment
    print(
        f"        received after {received:.1f} s, a run asked for after {asked:.1f}, its steps "
        f"begun after {started:.1f}, the draft there after {whole:.1f}"
    )
    return whole


def _drafts(workspace: Workspace) -> set[str]:
    """The finished drafts: a folder has this name once all of it is there."""
    return {one.name for one in workspace.releases.glob("*-draft-*")}


def _until(what: Callable[[], bool], log: Path | None = None) -> None:
    ends = time.monotonic() + PATIENCE
    while not what():
        if time.monotonic() > ends:
            sys.exit(log.read_text()[-2000:] if log else "It took too long.")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
