"""Two assets that write to the warehouse one after the other, as a build does in small, with the
project's own resources, pool and settings; and a sensor that starts runs of them.

A run asked for by a file ``start/<name>`` in the workspace. What its steps do is written to
``said/<name>``. A run whose name begins with ``slow`` stands still in its first step until it is
killed, or until there is a file ``go``; started once more, it goes on.
"""

import os
import time
from pathlib import Path

import dagster as dg

from orchestration.instance import WAREHOUSE_POOL, opened, set_up_home
from orchestration.resources import WarehouseResource, WorkspaceResource
from orchestration.sensors import lost_runs
from pipelines.warehouse.loading import connect
from pipelines.workspace import Workspace
from tests.boards import with_board

NAME = "name"


def say(workspace: Workspace, name: str, what: str) -> None:
    """Adds a line, with the moment and the process, to what the run said."""
    said = workspace.root / "said" / name
    said.parent.mkdir(exist_ok=True)
    with said.open("a", encoding="utf-8") as file:
        file.write(f"{time.time():.3f} {os.getpid()} {what}\n")


@dg.asset(pool=WAREHOUSE_POOL)
def first(
    context: dg.AssetExecutionContext, workspace: WorkspaceResource, warehouse: WarehouseResource
) -> None:
    """Fills a table with the run's id, half of it at a time."""
    name = context.run.tags[NAME]
    with warehouse.writing(loads=True) as file, connect(file) as connection:
        say(workspace.workspace, name, "first")
        connection.execute("CREATE OR REPLACE TABLE written (run_id TEXT)")
        connection.execute("INSERT INTO written VALUES (?)", [context.run_id])
        while (
            name.startswith("slow")
            and "dagster/retry_number" not in context.run.tags
            and not (workspace.workspace.root / "go").exists()
        ):
            time.sleep(0.1)
        time.sleep(1)
        connection.execute("INSERT INTO written VALUES (?)", [context.run_id])


@dg.asset(deps=[first], pool=WAREHOUSE_POOL)
def second(
    context: dg.AssetExecutionContext, workspace: WorkspaceResource, warehouse: WarehouseResource
) -> None:
    """Reads what the first step wrote: of this run all, and of no other anything."""
    with warehouse.writing() as file, connect(file) as connection:
        found = connection.execute("SELECT run_id FROM written").fetchall()
    assert found == [(context.run_id,)] * 2, f"the tables of two runs are mixed: {found}"
    say(workspace.workspace, context.run.tags[NAME], "second")


toy_job = dg.define_asset_job("toy", selection="*", tags={"dagster/retry_strategy": "ALL_STEPS"})


@dg.sensor(job=toy_job, minimum_interval_seconds=1, default_status=dg.DefaultSensorStatus.RUNNING)
def start(workspace: WorkspaceResource) -> list[dg.RunRequest]:
    """Starts a run for each file, all of one look at once."""
    names = sorted(file.name for file in (workspace.workspace.root / "start").iterdir())
    return [dg.RunRequest(run_key=name, tags={NAME: name}) for name in names]


def build_toy(workspace: Workspace) -> dg.Definitions:
    """The definitions on one workspace."""
    (workspace.root / "start").mkdir(exist_ok=True)
    return dg.Definitions(
        assets=[first, second],
        jobs=[toy_job],
        sensors=[start, lost_runs],
        resources={
            "workspace": WorkspaceResource(root=str(workspace.root)),
            "warehouse": WarehouseResource(root=str(workspace.root)),
        },
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What the daemon of the tests loads."""
    workspace = Workspace.locate().create()
    set_up_home(workspace)
    return build_toy(workspace)


def run_here(root: Path, name: str) -> None:
    """Runs it in this process, as ``quarterdeck build`` does. Ends the process where it fails."""
    workspace = with_board(Workspace(root))
    with opened(workspace) as instance:
        job = build_toy(workspace).resolve_job_def("toy")
        job.execute_in_process(instance=instance, tags={NAME: name})
