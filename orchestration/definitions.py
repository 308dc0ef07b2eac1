"""All of Quarterdeck that Dagster shows; this module only composes."""

from pathlib import Path

import dagster as dg

from orchestration.assets.releases import draft_release
from orchestration.assets.returns import return_assets, what_came
from orchestration.assets.warehouse import warehouse_assets
from orchestration.dbt_project import prepare
from orchestration.instance import set_up_home
from orchestration.resources import WorkspaceResource
from pipelines.workspace import Workspace

BUILD = "build"


def build_defs(workspace: Workspace, *, manifest: Path) -> dg.Definitions:
    """Everything on one workspace, with the dbt project as its manifest has it."""
    return dg.Definitions(
        assets=[what_came, *return_assets(), *warehouse_assets(manifest), draft_release],
        jobs=[
            dg.define_asset_job(
                BUILD,
                selection=dg.AssetSelection.all(),
                description="From the record to a draft release: loads the returns, builds the "
                "facts, decides what may be shown, makes the pages.",
            )
        ],
        resources={"workspace": WorkspaceResource(root=str(workspace.root))},
        # A Python for each step would cost seconds each, and the steps share one file anyway.
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The definitions on the workspace that the environment names, for Dagster's servers."""
    workspace = Workspace.locate().create()
    set_up_home(workspace)
    return build_defs(workspace, manifest=prepare(workspace))
