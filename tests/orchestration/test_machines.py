"""Runs on another machine than Dagster's daemon and pages, as docs/operations/machines.md says.

The traps: a run that goes on elsewhere is taken for lost and begun a second time beside itself; a
run whose machine stopped stays "started" for ever, and no build comes after it.
"""

from __future__ import annotations

import re
import socket
import sys
from pathlib import Path

import pytest
import yaml

from orchestration.instance import opened, set_up_home
from orchestration.resources import end_interrupted_run, holding, warehouse_lock
from pipelines.workspace import Workspace
from tests.orchestration.machines import Machine, join, two_machines
from tests.orchestration.test_killed_runs import DAEMON, runs, statuses, until

PAGE = Path(__file__).parents[2] / "docs/operations/machines.md"


# --- two machines ---------------------------------------------------------------------------------


def settled(machine: Machine, name: str) -> Workspace:
    """A workspace on the machine's disk, set as the page says, but for the database: here it is a
    folder that both see."""
    made = Workspace(machine.disk / name)
    file = set_up_home(made) / "dagster.yaml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (on_both,) = [block for block in blocks if "postgres" in block]
    settings |= yaml.safe_load(on_both)
    settings["storage"] = {"sqlite": {"base_dir": str(machine.shared)}}
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return made


def environment(workspace: Workspace) -> dict[str, str]:
    """What whoever starts Dagster on the machine gives it."""
    return {
        "QUARTERDECK_WORKSPACE": str(workspace.root),
        "QUARTERDECK_WAREHOUSE": str(workspace.warehouse),
        "DAGSTER_HOME": str(workspace.dagster_home),
        "PYTHONWARNINGS": "ignore",
    }


CANCEL = """
import sys, dagster as dg
with dg.DagsterInstance.get() as instance:
    print(instance.run_coordinator.cancel_run(sys.argv[1]))
"""


@pytest.mark.slow
def test_runs_of_a_builder_are_started_watched_canceled_and_begun_again_from_the_front(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DAGSTER_HOME", "QUARTERDECK_WORKSPACE", "QUARTERDECK_WAREHOUSE"):
        monkeypatch.setenv(name, "")  # set_up_home sets them; undone after the test
    with two_machines(tmp_path) as (front, builder):
        front_workspace = settled(front, "of-the-front")
        workspace = settled(builder, "another-folder")
        (workspace.root / "start").mkdir()
        port = free_port()
        where = front_workspace.dagster_home / "workspace.yaml"
        where.write_text(
            yaml.safe_dump(
                {"load_from": [{"grpc_server": {"host": builder.address, "port": port}}]}
            ),
            encoding="utf-8",
        )

        def start_the_code() -> None:
            builder.start(
                sys.executable, "-m", "dagster", "api", "grpc", "--host", builder.address,
                "--port", str(port), "-m", "tests.orchestration.toy", env=environment(workspace),
            )  # fmt: skip

        with opened(front_workspace):
            pass  # the database's tables are made by one alone
        start_the_code()
        front.start(
            DAEMON, "run", "-w", where,
            env=environment(front_workspace),
        )  # fmt: skip
        log = workspace.root / "daemon.log"
        log.symlink_to(front.disk / "log")
        with opened(front_workspace) as instance:
            nobody = warehouse_lock(front_workspace)
            with holding(warehouse_lock(workspace), run_id="of a command"):
                (workspace.root / "start" / "canceled").touch()
                until(lambda: statuses(instance, "canceled") == ["STARTED"], workspace)
                assert end_interrupted_run(instance, nobody) is None
                (run,) = runs(instance, "canceled")
                said_so = front.run(
                    sys.executable, "-c", CANCEL, run.run_id, env=environment(front_workspace)
                )
                assert said_so.endswith("True\n")
                until(lambda: statuses(instance, "canceled") == ["CANCELED"], workspace)
            (workspace.root / "start" / "slow").touch()
            until((workspace.root / "said" / "slow").exists, workspace)

            builder.cut_off()
            assert end_interrupted_run(instance, nobody) is None  # it cannot know
            assert statuses(instance, "slow") == ["STARTED"]
            builder.boot()
            join(front, builder)
            start_the_code()
            until(lambda: statuses(instance, "slow") == ["FAILURE", "SUCCESS"], workspace)
            assert statuses(instance, "canceled") == ["CANCELED"]
        assert not front_workspace.warehouse.exists()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
