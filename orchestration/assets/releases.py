"""The draft release: the published data taken out of the warehouse, and the pages made of it."""

import datetime as dt

import dagster as dg
import polars as pl

from dashboards.drawing.rendering import drawing
from orchestration.assets.board import OWNER
from orchestration.instance import WAREHOUSE_POOL
from orchestration.resources import WarehouseResource, WorkspaceResource
from orchestration.site import BoardSite
from pipelines.board.in_force import in_force
from pipelines.publishing.failed_build import note_success
from pipelines.publishing.making import export, make_draft


@dg.asset(
    group_name="releases",
    deps=[["published", "pub_release"], ["published", "pub_measure_value"]],
    owners=[OWNER],
    kinds={"parquet", "html"},
    code_version="1",
    description="The draft of the next publication: only what may be shown, the pages made of "
    "it, and a manifest with the hash of every file. Nobody outside sees it before it is "
    "signed off and published.",
    pool=WAREHOUSE_POOL,
)
def draft_release(
    context: dg.AssetExecutionContext, workspace: WorkspaceResource, warehouse: WarehouseResource
) -> dg.MaterializeResult[None]:
    """Export the published data, attack it, make the pages and finish the draft."""
    with drawing(cache=workspace.workspace.charts, draft=True) as begun:
        begun.start()  # it takes seconds, which the attack takes too
        with warehouse.writing():
            staging = export(workspace.workspace, workspace.record, in_force(workspace.record))
        made = make_draft(
            workspace.workspace,
            staging,
            BoardSite(workspace.workspace, begun),
            made_by=f"run {context.run_id}",
            now=dt.datetime.now(dt.UTC),
        )
    note_success(workspace.workspace)
    folder = workspace.workspace.releases / made.release.release_id
    fates = (
        pl.read_parquet(folder / "data" / "pub_row_fate.parquet")
        .group_by("fate")
        .agg(pl.col("accepted_rows").sum())
        .sort("fate")
    )
    site = folder / "site" / "index.html"
    files = made.release.files
    return dg.MaterializeResult(
        metadata={
            "release": made.release.release_id,
            "site": dg.MetadataValue.path(str(site)),
            "pages": sum(path.endswith(".html") for path in files),
            "charts": sum(path.startswith("site/charts/") for path in files),
            "what the site lacks": "; ".join(made.missing) or "nothing",
            "figures (SHA-256)": made.release.data_sha256,
            **{f"rows {fate}": rows for fate, rows in fates.iter_rows()},
        }
    )
