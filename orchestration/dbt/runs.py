"""Run dbt inside the step that asked for it, and report each node to Dagster.

dbt runs in the same process (dbt's own ``dbtRunner``): starting dbt and reading the project again
takes as long as building the models, and a run that is killed takes its dbt with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator

from orchestration.dbt.project import arguments, invoke, parsed
from pipelines.settings import set_for_children
from pipelines.warehouse.loading import connect
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

_FINE = ("success", "pass", "warn", "skipped", "no-op")


def build_models(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    *,
    manifest: Path,
    selector: str,
    translator: DagsterDbtTranslator,
    variables: Mapping[str, str],
) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
    """Build and test the selector's models, or those of them that this run selects.

    Args:
        context: The step's context; says which assets and checks are selected.
        workspace: The workspace whose warehouse is built.
        manifest: The manifest from which the assets were made.
        selector: The selector in ``selectors.yml`` that the assets were made with.
        translator: Names the asset of each dbt node.
        variables: dbt's variables.

    Yields:
        An output for each node that was built and a result for each test that is an asset check.

    Raises:
        dagster.Failure: With dbt's message for each node that failed, after every event.
    """
    nodes = json.loads(manifest.read_bytes())["nodes"]
    command = [
        # No log and no files about the run: Dagster keeps the result of each node, and writing
        # every line twice takes a third of dbt's time.
        "--quiet", "--log-level", "none", "--log-level-file", "none", "--no-write-json",
        "build", *arguments(workspace.dbt_target),
        *_selection(context, nodes, selector=selector, translator=translator),
        "--vars", json.dumps(dict(variables)),
        # Unit tests check the models' code and no figure: they run where the code is tested.
        "--exclude-resource-type", "unit_test",
    ]  # fmt: skip
    project = parsed(workspace)
    set_for_children(QUARTERDECK_WAREHOUSE=str(workspace.warehouse))
    # dbt closes the file after each node (`keep_open: false`), so that it is closed afterwards.
    # Holding it open here meanwhile, with the same settings, makes that cost nothing.
    with connect(workspace.warehouse):
        outcome = invoke(command, project=project)
    yield from _events(context, outcome, nodes, translator=translator)
    if not outcome.success:
        raise dg.Failure(description=_failures(outcome), allow_retries=False)


def _selection(
    context: dg.AssetExecutionContext,
    nodes: Mapping[str, Any],
    *,
    selector: str,
    translator: DagsterDbtTranslator,
) -> list[str]:
    """Return dbt's arguments for what is selected: all of the selector, or node by node."""
    if not context.is_subset:
        return ["--selector", selector]
    checks = {one.name for one in context.selected_asset_check_keys}
    names = [
        "fqn:" + ".".join(node["fqn"])
        for node in nodes.values()
        if (
            node["name"] in checks
            if node["resource_type"] == "test"
            else translator.get_asset_key(node) in context.selected_asset_keys
        )
    ]
    return ["--select", *names, "--indirect-selection", "empty"]


def _events(
    context: dg.AssetExecutionContext,
    outcome: dbtRunnerResult,
    nodes: Mapping[str, Any],
    *,
    translator: DagsterDbtTranslator,
) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
    """Yield Dagster's event for each node that was built and each test that is a check."""
    checks = {one.name: one for one in context.selected_asset_check_keys}
    for one in _results(outcome):
        node = nodes[one.node.unique_id]
        metadata: dict[str, Any] = {
            "status": str(one.status),
            "Execution Duration": one.execution_time,
        }
        if node["resource_type"] == "test":
            check = checks.get(node["name"])
            if check is None or str(one.status) == "skipped":
                continue
            yield dg.AssetCheckResult(
                asset_key=check.asset_key,
                check_name=check.name,
                passed=str(one.status) == "pass",
                severity=dg.AssetCheckSeverity.WARN
                if str(one.status) == "warn"
                else dg.AssetCheckSeverity.ERROR,
                metadata={**metadata, "rows that failed": one.failures or 0},
            )
        elif str(one.status) == "success":
            key = translator.get_asset_key(node)
            yield dg.Output(None, output_name=key.to_python_identifier(), metadata=metadata)


def _results(outcome: dbtRunnerResult) -> list[Any]:
    """Return the result of each node; none where dbt stopped before the first."""
    return list(getattr(outcome.result, "results", ()))


def _failures(outcome: dbtRunnerResult) -> str:
    failed = [one for one in _results(outcome) if str(one.status) not in _FINE]
    if not failed:
        return f"dbt stopped: {outcome.exception}"
    return "\n".join(f"{one.node.name}: {one.message}" for one in failed)
