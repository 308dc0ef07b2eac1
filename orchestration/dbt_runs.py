"""Runs dbt inside the step that asked for it, and tells Dagster what each node came to.

In the same process, since starting dbt and reading the project again takes longer than building
the models, and since a run that is killed then takes its dbt with it: nothing goes on writing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.asset_utils import (
    DAGSTER_DBT_SELECTOR_METADATA_KEY,
    get_manifest_and_translator_from_dbt_assets,
    get_subset_selection_for_context,
)
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt_common.events.base_types import EventLevel, EventMsg
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager
from dbt_common.events.functions import msg_to_dict

from orchestration.dbt_project import arguments, parsed
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from dbt_common.events.base_types import BaseEvent

DbtEvent = dg.Output[Any] | dg.AssetMaterialization | dg.AssetObservation | dg.AssetCheckResult
_FINE = ("success", "pass", "warn", "skipped", "no-op")
# What Dagster is told of: that a node was built or tested. dbt says twenty things more of each.
_RESULTS = ("LogSeedResult", "LogModelResult", "LogTestResult")
_SERIOUS = (EventLevel.WARN, EventLevel.ERROR)


class OnlyResults(EventManager):
    """dbt's manager of events, which makes no message of what nobody is told: a tenth of the time
    that dbt takes. Warnings and errors go their way."""

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,
        force_warn_or_error_handling: bool = False,
    ) -> None:
        """Passes on results, and what is a warning or more."""
        if (
            force_warn_or_error_handling
            or type(e).__name__ in _RESULTS
            or (level or e.level_tag()) in _SERIOUS
        ):
            super().fire_event(e, level, node, force_warn_or_error_handling)


def build_models(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    *,
    translator: DagsterDbtTranslator,
    variables: Mapping[str, str],
) -> Iterator[Any]:
    """Builds and tests what this run selects of the assets' models; gives Dagster's events.

    ``variables`` are dbt's. Raises ``dagster.Failure`` with what dbt said of each node that
    failed, once every event has been given.
    """
    manifest, _, _ = get_manifest_and_translator_from_dbt_assets([context.assets_def])
    selection, indirect = get_subset_selection_for_context(
        context=context,
        manifest=manifest,
        select=None,
        exclude=None,
        selector=context.op.tags.get(DAGSTER_DBT_SELECTOR_METADATA_KEY),
        dagster_dbt_translator=translator,
        current_dbt_indirect_selection_env=None,
    )
    command = [
        # No log and no files about the run: Dagster keeps what came of each node, and writing every
        # line twice takes a third of dbt's time.
        "--quiet", "--log-level", "none", "--log-level-file", "none", "--no-write-json",
        "build", *arguments(workspace.dbt_target),
        *selection, "--vars", json.dumps(dict(variables)),
        # Unit tests ask of the models' code and of no figure: they run where the code is tested.
        "--exclude-resource-type", "unit_test",
    ]  # fmt: skip
    if indirect:
        command += ["--indirect-selection", indirect]
    project = parsed(workspace)
    os.environ["QUARTERDECK_WAREHOUSE"] = str(workspace.warehouse)
    events: SimpleQueue[EventMsg | dbtRunnerResult] = SimpleQueue()

    def tell(event: EventMsg) -> None:
        if event.info.name in _RESULTS:
            events.put(event)

    def run() -> None:
        # Whatever happens here, the step is told: it would wait for ever.
        result = dbtRunnerResult(success=False, exception=RuntimeError("it ended unexpectedly"))
        ctx_set_event_manager(OnlyResults())
        try:
            result = dbtRunner(manifest=project, callbacks=[tell]).invoke(command)
            # dbt keeps its connection, and the next step opens the file with settings of its own.
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
        except Exception as problem:  # noqa: BLE001  # told as dbt's own failures are
            result = dbtRunnerResult(success=False, exception=problem)
        finally:
            ctx_set_event_manager(EventManager())
            events.put(result)

    worker = Thread(target=run, name="dbt", daemon=True)
    worker.start()
    while not isinstance(event := events.get(), dbtRunnerResult):
        yield from DbtCoreCliEventMessage(
            raw_event=msg_to_dict(event), event_history_metadata={}
        ).to_default_asset_events(
            manifest=manifest, dagster_dbt_translator=translator, context=context
        )
    worker.join()
    if not event.success:
        raise dg.Failure(description=_what_failed(event), allow_retries=False)


def _what_failed(outcome: dbtRunnerResult) -> str:
    if outcome.exception is not None:
        return f"dbt stopped: {outcome.exception}"
    nodes: Any = outcome.result
    failed = [one for one in nodes if str(one.status) not in _FINE]
    return "\n".join(f"{one.node.name}: {one.message}" for one in failed)
