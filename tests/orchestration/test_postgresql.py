"""Dagster's storage on a real PostgreSQL, set as docs/operations/postgresql.md says.

The traps: settings that are documented and were never tried; an address that the driver of today
does not take; a pool, a lost run or a sensor's question that only SQLite answers.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import psycopg2  # type: ignore[import-untyped]  # ships no types
import pytest
import yaml
from dagster_postgres import PostgresEventLogStorage, PostgresRunStorage

from orchestration.instance import opened, set_up_home, settings_behind
from orchestration.resources import end_interrupted_run, warehouse_lock
from orchestration.sensors import built_up_to
from pipelines.workspace import Workspace
from tests.boards import with_board
from tests.orchestration import toy
from tests.orchestration.test_killed_runs import ask_for, daemon, process_of, statuses, until
from tests.orchestration.test_two_runs import begun, said

PAGE = Path(__file__).parents[2] / "docs/operations/postgresql.md"
PASSWORD = "a pass/word@home"  # noqa: S105  # of the cluster of this test alone
QUOTED = "a%20pass%2Fword%40home"


def programs() -> Path | None:
    """The folder with PostgreSQL's programs, of the newest version that is installed."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = [one.parent for one in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda one: int(one.parent.name), default=None)


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        programs() is None, reason="PostgreSQL is not installed (apt-get install postgresql)"
    ),
]


def _as_its_user(*command: str | Path) -> None:
    # PostgreSQL refuses to run as root; Debian's package makes a user for it.
    as_user = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    done = subprocess.run([*as_user, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@dataclass(frozen=True)
class Cluster:
    """A cluster of this test's own, on loopback, and the address of its database."""

    address: str
    control: tuple[str | Path, ...]
    start_with: tuple[str | Path, ...]

    def start(self) -> None:
        """Starts it and waits until it answers."""
        _as_its_user(*self.control, *self.start_with, "start")

    def stop(self) -> None:
        """Ends it as a crash would: whoever is connected is cut off."""
        _as_its_user(*self.control, "--mode", "immediate", "stop")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A cluster that runs."""
    folder = Path(tempfile.mkdtemp(prefix="quarterdeck-postgresql-"))
    secret = folder / "password"
    secret.write_text(PASSWORD + "\n", encoding="utf-8")
    if os.geteuid() == 0:
        for path in (folder, secret):
            shutil.chown(path, "postgres", "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bin_folder = programs()
    assert bin_folder is not None
    _as_its_user(
        bin_folder / "initdb", "--pgdata", folder / "data", "--username", "quarterdeck",
        "--auth", "scram-sha-256", "--pwfile", secret, "--encoding", "UTF8", "--no-sync",
    )  # fmt: skip
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"
    made = Cluster(
        address=f"postgresql+psycopg2://quarterdeck:{QUOTED}@127.0.0.1:{port}/postgres",
        control=(bin_folder / "pg_ctl", "--pgdata", folder / "data", "--wait"),
        start_with=("--log", folder / "log", "--options", options),
    )
    made.start()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


@pytest.fixture
def address(cluster: Cluster) -> str:
    """The address of its database."""
    return cluster.address


@pytest.fixture
def workspace(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace whose settings were changed as the page says."""
    made = with_board(Workspace(tmp_path / "workspace"))
    for name in ("DAGSTER_HOME", "QUARTERDECK_WORKSPACE", "QUARTERDECK_WAREHOUSE"):
        monkeypatch.setenv(name, "")  # set_up_home sets them; undone after the test
    file = set_up_home(made) / "dagster.yaml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 1
    settings |= yaml.safe_load(blocks[0])
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    monkeypatch.setenv("QUARTERDECK_POSTGRESQL", address)
    return made


def test_runs_are_kept_in_postgresql_and_read_back_by_another_process(
    workspace: Workspace, address: str
) -> None:
    assert settings_behind(workspace) == []
    # Two at once: the pool and the wait for the warehouse do not lean on SQLite.
    for one in begun(workspace.root, "a", "b"):
        one.join(timeout=240)
        assert one.exitcode == 0
    assert [what for _, what in said(workspace.root, "a")] == ["first", "second"]
    with opened(workspace) as instance:
        assert isinstance(instance.run_storage, PostgresRunStorage)
        assert isinstance(instance.event_log_storage, PostgresEventLogStorage)
        runs = instance.get_runs()
        assert [run.status for run in runs] == [dg.DagsterRunStatus.SUCCESS] * 2
        made = instance.get_latest_materialization_event(toy.second.key)
        assert made is not None
        assert made.run_id in {run.run_id for run in runs}
        assert built_up_to(instance) is None
        assert end_interrupted_run(instance, warehouse_lock(workspace)) is None
    # Not in a file beside it.
    assert not list(workspace.dagster_home.rglob("*.db"))
    with (
        psycopg2.connect(address.replace("+psycopg2", "")) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT count(*) FROM runs WHERE status = 'SUCCESS'")
        assert cursor.fetchone() == (2,)
    connection.close()


@pytest.mark.parametrize("ends", ["while it is away", "after it is back"])
def test_a_database_that_goes_away_during_a_run_and_comes_back_needs_nobody(
    workspace: Workspace, cluster: Cluster, ends: str
) -> None:
    # Names of their own: a sensor's keys are remembered in the database, which is the same.
    name, after = f"slow {ends}", f"next {ends}"
    (workspace.root / "start").mkdir(exist_ok=True)
    with daemon(workspace) as started:
        ask_for(workspace, name)
        until(lambda: process_of(workspace, name) is not None, workspace)
        cluster.stop()
        try:
            if ends == "while it is away":
                (workspace.root / "go").touch()
            time.sleep(20)  # several looks of each sensor and of the queue
        finally:
            cluster.start()
        (workspace.root / "go").touch()
        ask_for(workspace, after)
        with opened(workspace) as instance:
            until(lambda: statuses(instance, after) == ["SUCCESS"], workspace)
            # A step that could not write down what it did has failed; what it had to do is done by
            # the next build.
            failed = ends == "while it is away"
            assert statuses(instance, name) == (["FAILURE"] if failed else ["SUCCESS"])
        assert started.poll() is None  # the daemon has gone on by itself
