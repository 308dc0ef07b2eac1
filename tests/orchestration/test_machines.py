"""Runs on another machine than Dagster's daemon and pages, as docs/operations/machines.md says.

The traps: a run that goes on elsewhere is taken for lost, since no lock of it is held here, ended,
and begun a second time beside itself; one that waits for the warehouse is; a run whose machine
stopped stays "started" for ever, and no build comes after it.
"""

from __future__ import annotations

import re
import socket
import sys
from pathlib import Path

import dagster as dg
import pytest
import yaml  # type: ignore[import-untyped]  # it comes with dbt, without types

from orchestration import lost_runs
from orchestration.instance import opened, set_up_home
from orchestration.lost_runs import PLACE, end_lost_runs, hold, let_go, say_where
from orchestration.resources import held_by
from pipelines.workspace import Workspace
from tests.orchestration.machines import Machine, join, may_be_apart, two_machines
from tests.orchestration.test_killed_runs import runs, statuses, until
from tests.orchestration.test_two_runs import begun, said

PAGE = Path(__file__).parents[2] / "docs/operations/machines.md"


def started_run(instance: dg.DagsterInstance) -> dg.DagsterRun:
    """A run that Dagster believes to go on, and of which there is no process."""
    run = instance.create_run_for_job(_nothing)
    instance.report_dagster_event(
        dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, job_name=run.job_name), run.run_id
    )
    return run


@dg.job
def _nothing() -> None:
    """No step."""


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are judged from their first moment."""
    monkeypatch.setattr(lost_runs, "_GRACE", 0.0)


@pytest.mark.usefixtures("at_once")
def test_a_run_is_judged_on_the_machine_where_its_process_is_and_nowhere_else(
    workspace: Workspace, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    elsewhere = Workspace(tmp_path / "elsewhere").create()
    run = started_run(instance)
    say_where(instance, workspace, run.run_id)
    assert end_lost_runs(instance, elsewhere) == []
    assert end_lost_runs(instance, workspace) == [run.run_id]


@pytest.mark.usefixtures("at_once")
def test_a_run_that_died_before_it_could_say_where_it_is_does_not_stay_for_ever(
    workspace: Workspace, instance: dg.DagsterInstance
) -> None:
    run = started_run(instance)
    assert end_lost_runs(instance, workspace) == [run.run_id]


@pytest.mark.usefixtures("at_once")
def test_a_machine_that_was_given_another_name_still_looks_after_its_runs(
    workspace: Workspace, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = started_run(instance)
    say_where(instance, workspace, run.run_id)
    hold(workspace, run.run_id)
    let_go(run.run_id)
    monkeypatch.setattr(socket, "gethostname", lambda: "a-container-made-anew")
    assert end_lost_runs(instance, workspace) == [run.run_id]


@pytest.mark.slow
@pytest.mark.usefixtures("at_once")
def test_a_run_that_waits_for_the_warehouse_is_not_taken_for_lost(workspace: Workspace) -> None:
    with opened(workspace) as instance:
        with held_by(workspace.cache / "warehouse.lock", "another", log=None):
            (process,) = begun(workspace.root, "waits")
            until(lambda: statuses(instance, "waits") == ["STARTED"], workspace)
            until(lambda: PLACE in runs(instance, "waits")[0].tags, workspace)
            assert end_lost_runs(instance, workspace) == []
        process.join(timeout=240)
        assert process.exitcode == 0
    assert [what for _, what in said(workspace.root, "waits")] == ["first", "second"]


# --- two machines ---------------------------------------------------------------------------------


def settled(machine: Machine, name: str) -> Workspace:
    """A workspace on the machine's disk, set as the page says, but for the database: here it is a
    folder that both see."""
    made = Workspace(machine.disk / name)
    file = set_up_home(made) / "dagster.yaml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    for one in ("event_log_storage", "run_launcher", "run_coordinator"):
        del settings[one]
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
            sys.executable, "-m", "dagster._daemon", "run", "-w", where,
            env=environment(front_workspace),
        )  # fmt: skip
        log = workspace.root / "daemon.log"
        log.symlink_to(front.disk / "log")
        with opened(front_workspace) as instance:
            with held_by(workspace.cache / "warehouse.lock", "of a command", log=None):
                for name in ("slow", "canceled"):
                    (workspace.root / "start" / name).touch()
                until(lambda: both_have_said_where(instance, workspace), workspace)
                # The command of the front, on its own disk: it knows nothing of the runs.
                monkeypatch.setattr(lost_runs, "_GRACE", 0.0)
                assert end_lost_runs(instance, front_workspace) == []
                (run,) = runs(instance, "canceled")
                said_so = front.run(
                    sys.executable, "-c", CANCEL, run.run_id, env=environment(front_workspace)
                )
                assert said_so.endswith("True\n")
                until(lambda: statuses(instance, "canceled") == ["CANCELED"], workspace)
                assert statuses(instance, "slow") == ["STARTED"]
            until((workspace.root / "said" / "slow").exists, workspace)

            builder.cut_off()
            assert end_lost_runs(instance, front_workspace) == []  # it cannot know
            assert statuses(instance, "slow") == ["STARTED"]
            builder.boot()
            join(front, builder)
            start_the_code()
            until(lambda: statuses(instance, "slow") == ["FAILURE", "SUCCESS"], workspace)
            assert statuses(instance, "canceled") == ["CANCELED"]
        assert not front_workspace.warehouse.exists()
        assert not (front_workspace.cache / "runs").exists()


def both_have_said_where(instance: dg.DagsterInstance, workspace: Workspace) -> bool:
    """Whether both runs have begun, and their pages say that they are on the builder."""
    host = "builder" if may_be_apart() else socket.gethostname()
    found = [run for name in ("slow", "canceled") for run in runs(instance, name)]
    return [run.status.value for run in found] == ["STARTED"] * 2 and {
        run.tags.get(PLACE) for run in found
    } == {f"{host}:{workspace.root}"}


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
