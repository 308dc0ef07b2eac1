"""All of Quarterdeck that Dagster shows; this module only composes."""

from collections.abc import Mapping
from pathlib import Path

import dagster as dg

from orchestration.assets.board import the_board
from orchestration.assets.overview import at_a_glance, upcoming, what_is_owed
from orchestration.assets.releases import draft_release
from orchestration.assets.returns import raw_assets
from orchestration.assets.warehouse import warehouse_assets
from orchestration.dbt.project import prepare
from orchestration.instance import set_up_home
from orchestration.jobs import (
    PUBLISHED,
    build_job,
    publish,
    send_notices,
    sign_off,
    withdraw_edition,
)
from orchestration.resources import AsOfResource, WarehouseResource, WorkspaceResource
from orchestration.schedules import chasing, nightly_draft, publication
from orchestration.sensors import (
    as_it_stands,
    asked_for,
    failed_builds,
    inbox,
    lost_runs,
    new_submissions,
    news,
)
from pipelines.board.in_force import in_force, versions
from pipelines.record.store import Record
from pipelines.warehouse.tables import loaded_returns
from pipelines.workspace import Workspace
from schemas.declaration import Return
from schemas.registry import returns


def build_defs(workspace: Workspace, *, manifest: Path) -> dg.Definitions:
    """Everything on one workspace, with the dbt project as its manifest has it."""
    return dg.Definitions(
        assets=[
            the_board,
            raw_assets(_returns_of(workspace)),
            what_is_owed,
            *warehouse_assets(manifest),
            draft_release,
            PUBLISHED,
            upcoming,
            at_a_glance,
        ],
        jobs=[build_job, sign_off, publish, withdraw_edition, send_notices],
        sensors=[inbox, new_submissions, news, lost_runs, failed_builds, as_it_stands, asked_for],
        schedules=[nightly_draft, chasing, publication],
        resources={
            "workspace": WorkspaceResource(root=str(workspace.root)),
            "as_of": AsOfResource(),
            "warehouse": WarehouseResource(root=str(workspace.root)),
        },
        # A Python for each step would cost seconds each, and the steps share one file anyway.
        executor=dg.in_process_executor,
    )


def _returns_of(workspace: Workspace) -> Mapping[str, Return]:
    """Return the returns of the board in force; those that are built in where none is."""
    record = Record(workspace.record)
    return loaded_returns(in_force(record)) if versions(record) else returns()


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions on the workspace that the environment names, for Dagster's servers."""
    workspace = Workspace.locate().create()
    set_up_home(workspace)
    return build_defs(workspace, manifest=prepare(workspace))
