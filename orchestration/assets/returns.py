"""An asset a return, made from its declaration: its accepted rows, loaded a quarter at a time.

What belongs here: carrying rows from the record into the warehouse, and showing what the checks
found. What does not: any rule about a return (``schemas``, ``pipelines.checking``).
"""

from collections.abc import Iterator

import dagster as dg

from orchestration.checks.returns import check_specs, results
from orchestration.columns import of_raw
from orchestration.instance import WAREHOUSE_POOL
from orchestration.partitions import QUARTERS
from orchestration.resources import AsOf, WarehouseResource, WorkspaceResource
from pipelines.board.tables import load_reference
from pipelines.record.changes import newest_change_id
from pipelines.warehouse.dbt_files import columns_of
from pipelines.warehouse.loading import connect, load_rows, load_submissions
from pipelines.warehouse.tables import RECORD_TABLES, ObservationRow, PeriodRow
from schemas.quarter import Quarter
from schemas.registry import returns

OWNER = "team:performance-office"


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["raw", row.table],
            description=row.description,
            group_name="returns",
            owners=[OWNER],
            kinds={"duckdb"},
            code_version="2",
            metadata=dict(of_raw(row.columns())),
        )
        for row in RECORD_TABLES
    ],
    pool=WAREHOUSE_POOL,
)
def what_came(
    workspace: WorkspaceResource, warehouse: WarehouseResource, config: AsOf
) -> Iterator[dg.MaterializeResult[None]]:
    """Load what came, what was found in it and how every obligation stands."""
    on = config.day(workspace.workspace)
    up_to = newest_change_id(workspace.record)  # before loading: what comes meanwhile is built next
    with warehouse.writing(loads=True, on=on) as file, connect(file) as connection:
        count = load_submissions(connection, workspace.record, load_reference(), on=on)
    for row in RECORD_TABLES:
        yield dg.MaterializeResult(
            asset_key=["raw", row.table],
            metadata={
                "submissions in the record": count,
                "the record up to": up_to or "nothing",
                "as it stands on": on.isoformat(),
            },
        )


def returns_asset() -> dg.AssetsDefinition:
    """Return an asset with its checks for every declared return.

    One step loads them all: opening the warehouse takes longer than loading a return.
    """
    declared = {dg.AssetKey(["raw", one.name]): one for one in returns().values()}
    observed = [key for key, one in declared.items() if one.observation is not None]
    observations = dg.AssetKey(["raw", ObservationRow.table])
    periods = dg.AssetKey(["raw", PeriodRow.table])

    @dg.multi_asset(
        name="accepted_rows",
        specs=[
            dg.AssetSpec(
                key,
                # The list of submissions is read first: a file that comes between the two is rows
                # without a submission, which nothing uses, and the next build takes it in.
                deps=[["raw", "submission"]],
                description=f"{one.title}. {one.purpose}",
                group_name="returns",
                owners=[OWNER],
                kinds={"csv", "duckdb"},
                code_version=one.template_version,
                metadata=dict(of_raw(columns_of(one))),
            )
            for key, one in declared.items()
        ]
        + [
            dg.AssetSpec(
                key,
                deps=deps,
                description=row.description,
                group_name="returns",
                owners=[OWNER],
                kinds={"polars", "duckdb"},
                code_version="1",
                metadata=dict(of_raw(row.columns())),
            )
            for key, row, deps in (
                (observations, ObservationRow, observed),
                (periods, PeriodRow, [observations]),
            )
        ],
        check_specs=[spec for key in declared for spec in check_specs(key)],
        partitions_def=QUARTERS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        can_subset=True,
        pool=WAREHOUSE_POOL,
    )
    def accepted_rows(
        context: dg.AssetExecutionContext,
        workspace: WorkspaceResource,
        warehouse: WarehouseResource,
        config: AsOf,
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        on = config.day(workspace.workspace)
        quarters = [Quarter.parse(partition) for partition in context.partition_keys]
        record = workspace.record
        wanted = context.selected_asset_check_keys
        chosen = {key: one for key, one in declared.items() if key in context.selected_asset_keys}
        with warehouse.writing(loads=True, on=on) as file, connect(file) as connection:
            loaded = {
                key: load_rows(connection, record, one, quarters) for key, one in chosen.items()
            }
        for key, one in chosen.items():
            yield dg.MaterializeResult(
                asset_key=key, metadata={"dagster/partition_row_count": loaded[key]}
            )
            for outcome in results(key, one, record, on=on):
                if dg.AssetCheckKey(key, str(outcome.check_name)) in wanted:
                    yield outcome
        if observations in context.selected_asset_keys:  # each return has written its own
            rows = sum(loaded[key] for key in loaded if key in observed)
            yield dg.MaterializeResult(
                asset_key=observations, metadata={"dagster/partition_row_count": rows}
            )
        if periods in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=periods)

    return accepted_rows
