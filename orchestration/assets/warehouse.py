"""The dbt project in two halves, with disclosure control between them.

What belongs here: the order of things. What does not: SQL (``dbt_project``) and the decision
which figures may be shown (``pipelines.disclosure``).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from orchestration.assets.board import BOARD, OWNER
from orchestration.columns import CELL_STATE, described
from orchestration.dbt.runs import build_models
from orchestration.instance import WAREHOUSE_POOL
from orchestration.resources import WarehouseResource, WorkspaceResource
from pipelines.board.in_force import in_force
from pipelines.disclosure.accepted import accepted_figures, tightened_rules
from pipelines.disclosure.adapter import decide
from pipelines.disclosure.ledger import read_ledgers
from pipelines.disclosure.versions import ledger_key
from pipelines.disclosure.without_rule import shown_without_rule
from pipelines.publishing.releases import LEDGER
from pipelines.publishing.withdrawn import published_folders
from pipelines.warehouse.board_tables import SCHEMA
from pipelines.warehouse.loading import connect

_GROUPS = {"published": "releases"}


class ReleaseConfig(dg.Config):
    """What is reported: a quarter's key, or nothing for the newest that has a return."""

    quarter: str | None = None


class _Translator(DagsterDbtTranslator):
    """Groups and owners for what dbt makes; all tables of the board are one asset."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props.get("source_name") == SCHEMA:
            return BOARD
        return super().get_asset_key(dbt_resource_props)

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return _GROUPS.get(str(dbt_resource_props["config"].get("schema")), "warehouse")

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        del dbt_resource_props  # one team answers for all of it
        return [OWNER]


def warehouse_assets(manifest: Path) -> list[dg.AssetsDefinition]:
    """Return the assets of the dbt project, from its manifest, and the one between its halves."""
    translator = _Translator(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    @dbt_assets(
        manifest=manifest,
        selector="before_disclosure",
        name="facts",
        dagster_dbt_translator=translator,
        pool=WAREHOUSE_POOL,
    )
    def facts(
        context: dg.AssetExecutionContext,
        workspace: WorkspaceResource,
        warehouse: WarehouseResource,
    ) -> Iterator[Any]:
        with warehouse.writing():
            yield from build_models(
                context,
                workspace.workspace,
                manifest=manifest,
                selector="before_disclosure",
                translator=translator,
                variables=_of_the_board(workspace),
            )

    @dbt_assets(
        manifest=manifest,
        selector="after_disclosure",
        name="published_models",
        dagster_dbt_translator=translator,
        pool=WAREHOUSE_POOL,
    )
    def published_models(
        context: dg.AssetExecutionContext,
        workspace: WorkspaceResource,
        warehouse: WarehouseResource,
        config: ReleaseConfig,
    ) -> Iterator[Any]:
        reported = _of_the_board(workspace)
        if config.quarter:
            reported["quarter"] = config.quarter
        with warehouse.writing():
            yield from build_models(
                context,
                workspace.workspace,
                manifest=manifest,
                selector="after_disclosure",
                translator=translator,
                variables=reported,
            )

    return [facts, cell_state, published_models]


def _of_the_board(workspace: WorkspaceResource) -> dict[str, Any]:
    """Return the settings of the board in force that change how models are written."""
    points = in_force(workspace.record).settings.fix_after_n_points
    return {} if points is None else {"fix_after_n_points": points}


@dg.asset(
    key=["disclosure", "cell_state"],
    deps=[
        ["intermediate", "int_disclosure__cells"],
        ["intermediate", "int_disclosure__equations"],
    ],
    group_name="warehouse",
    owners=[OWNER],
    kinds={"python", "duckdb"},
    code_version="1",
    metadata=dict(described(CELL_STATE)),
    description="For every figure whether it may be shown: small numbers about people, and what "
    "would give them away, are suppressed, set against everything released before.",
    pool=WAREHOUSE_POOL,
)
def cell_state(
    workspace: WorkspaceResource, warehouse: WarehouseResource
) -> dg.MaterializeResult[None]:
    """Decide for every figure whether it may be shown."""
    with warehouse.writing() as file, connect(file) as connection:
        released = published_folders(workspace.workspace.releases, workspace.record)
        key = ledger_key(workspace.record)
        without = shown_without_rule(connection, [each / "data" for each in released], key=key)
        summary = decide(
            connection,
            key=key,
            ledgers=(*read_ledgers(folder / LEDGER for folder in released), *without),
            accepted=accepted_figures(workspace.record),
            tightened=tightened_rules(workspace.record),
        )
        counted = connection.execute(
            "SELECT state, count(*) FROM disclosure.cell_state GROUP BY state ORDER BY state"
        ).fetchall()
    metadata = {f"figures {state}": count for state, count in counted}
    return dg.MaterializeResult(
        metadata=metadata
        | {
            "sets of linked figures": summary.neighbourhoods,
            "of these not surely with the fewest hidden": summary.by_greedy,
            "counts known to be small by being hidden": summary.known_small,
        }
    )
