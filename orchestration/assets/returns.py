"""The raw tables: what came, and an asset a return, made from its declaration, with its checks.

What belongs here: carrying the record into the warehouse, and showing what the checks found. What
does not: any rule about a return (``schemas``, ``pipelines.checking``).
"""

from collections.abc import Iterable, Iterator, Mapping

import dagster as dg

from orchestration.assets.board import BOARD, OWNER
from orchestration.checks.returns import check_specs, results
from orchestration.columns import of_raw
from orchestration.instance import WAREHOUSE_POOL
from orchestration.resources import AsOfResource, WarehouseResource, WorkspaceResource
from pipelines.board.in_force import in_force
from pipelines.obligations.standing import standings_of_all
from pipelines.record.changes import newest_change_id
from pipelines.warehouse.dbt_files import columns_of
from pipelines.warehouse.loading import connect, load
from pipelines.warehouse.tables import (
    RECORD_TABLES,
    ObservationRow,
    PeriodRow,
    RawRow,
    SubmissionRow,
)
from schemas.declaration import Return

UP_TO = "the record up to"


def _key(name: str) -> dg.AssetKey:
    return dg.AssetKey(["raw", name])


SUBMISSIONS = _key(SubmissionRow.table)


def _of_table(row: type[RawRow], deps: Iterable[dg.AssetKey] = ()) -> dg.AssetSpec:
    return dg.AssetSpec(
        _key(row.table),
        deps=deps,
        description=row.description,
        group_name="returns",
        owners=[OWNER],
        kinds={"duckdb"},
        code_version="3",
        metadata=dict(of_raw(row.columns())),
    )


def _of_return(declared: Return) -> dg.AssetSpec:
    return dg.AssetSpec(
        _key(declared.name),
        deps=[SUBMISSIONS],
        description=f"{declared.title}. {declared.purpose}",
        group_name="returns",
        owners=[OWNER],
        kinds={"csv", "duckdb"},
        code_version=declared.template_version,
        metadata=dict(of_raw(columns_of(declared))),
    )


def raw_assets(declared: Mapping[str, Return]) -> dg.AssetsDefinition:
    """Return the assets of the ``raw`` schema, with the checks of each of these returns.

    One step loads them all, whichever of them were chosen: they hold one state of the record. A
    return that a newer board has and these have not is loaded too, and shown once Dagster loads
    its code again.
    """
    observed = [_key(name) for name, one in declared.items() if one.views]
    specs = [
        *(_of_table(row, [BOARD]) for row in RECORD_TABLES),
        *(_of_return(one) for one in declared.values()),
        _of_table(ObservationRow, observed),
        _of_table(PeriodRow, [_key(ObservationRow.table)]),
    ]

    @dg.multi_asset(
        specs=specs,
        check_specs=[spec for name in declared for spec in check_specs(_key(name))],
        can_subset=True,
        pool=WAREHOUSE_POOL,
    )
    def what_came(
        context: dg.AssetExecutionContext,
        workspace: WorkspaceResource,
        warehouse: WarehouseResource,
        as_of: AsOfResource,
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        record, reference = workspace.record, in_force(workspace.record)
        on = as_of.on(workspace.workspace)
        up_to = newest_change_id(record)  # before loading: what comes meanwhile is built next
        with warehouse.writing(loads=True) as file, connect(file) as connection:
            loaded = load(connection, record, reference, on=on, meeting_on=as_of.meeting_on)
        for spec in specs:
            if spec.key in context.selected_asset_keys:
                yield dg.MaterializeResult(
                    asset_key=spec.key,
                    metadata={
                        "dagster/row_count": loaded.get(spec.key.path[-1], 0),
                        UP_TO: up_to or "nothing",
                        "as it stands on": on.isoformat(),
                    },
                )
        stood = standings_of_all(record, reference, on=on)
        for name in declared:
            for outcome in results(_key(name), record, reference, stood):
                check = dg.AssetCheckKey(_key(name), str(outcome.check_name))
                if check in context.selected_asset_check_keys:
                    yield outcome

    return what_came
