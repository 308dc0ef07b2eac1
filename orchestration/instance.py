"""Dagster's own home inside the workspace: its storage, its pools, no telemetry."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml  # type: ignore[import-untyped]  # it comes with Dagster, without types

from pipelines.durable import exclusive, replace_file
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    import dagster as dg

WAREHOUSE_POOL = "warehouse"

_SETTINGS = """\
# Written by Quarterdeck, and yours to change: once changed, it is never written again. What a
# newer version needs is then told when Dagster's pages start; dagster.yaml.shipped has it.
# With PostgreSQL instead of SQLite: docs/operations/postgresql.md.
telemetry:
  enabled: false
nux:
  # No box over the pages that asks for an e-mail address.
  enabled: false
python_logs:
  # The terminal of `quarterdeck ui` says what was done; every step of a run is on its page.
  python_log_level: INFO
event_log_storage:
  # Dagster's own SQLite log with its files kept open; leave this out and nothing is lost.
  module: orchestration.event_log
  class: KeptSqliteEventLogStorage
  config:
    base_dir: history/runs
run_launcher:
  # A run begins in a process that has loaded what takes long; without this, and without
  # run_coordinator, each loads it anew, and nothing else changes.
  module: orchestration.warm_runs
  class: WarmRunLauncher
run_coordinator:
  module: orchestration.warm_runs
  class: WarmRunCoordinator
  config:
    dequeue_interval_seconds: 1
retention:
  sensor:
    # Over a long weekend, and no longer: there are twenty looks a minute, and nearly all find
    # nothing. What one did find stands in the record too.
    purge_after_days:
      skipped: 4
concurrency:
  pools:
    # One writer at a time into the warehouse, each step on its own.
    default_limit: 1
    granularity: op
  runs:
    max_concurrent_runs: 4
run_retries:
  # A run whose process was lost is run once more; one that failed for its data is not.
  enabled: true
  max_retries: 1
  retry_on_asset_or_op_failure: false
run_monitoring:
  # A run whose process is gone is failed and gives its place in the pool back.
  enabled: true
  start_timeout_seconds: 180
  max_runtime_seconds: 1800
  poll_interval_seconds: 15
  free_slots_after_run_end_seconds: 60
"""

# Where Dagster keeps its log, how it starts a run and how long it keeps a look that found nothing:
# without ours it is slower or larger, and no worse.
_CHOICES = {"event_log_storage", "run_launcher", "run_coordinator", "retention"}


def set_up_home(workspace: Workspace) -> Path:
    """Makes Dagster's home in the workspace and names it in the environment; gives the folder.

    Settings that nobody has changed are brought to those of this version.
    """
    home = workspace.create().dagster_home
    settings, shipped = home / "dagster.yaml", home / "dagster.yaml.shipped"
    new = _SETTINGS.encode()
    if not shipped.exists() or shipped.read_bytes() != new:
        with exclusive(home / "opening.lock"):
            if not settings.exists() or (
                shipped.exists() and settings.read_bytes() == shipped.read_bytes()
            ):
                replace_file(new, settings)
            replace_file(new, shipped)
    # Dagster says so of parameters that it has had for years; its version is pinned.
    warnings.filterwarnings("ignore", message=r".* is currently in beta")
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["QUARTERDECK_WORKSPACE"] = str(workspace.root)
    os.environ["QUARTERDECK_WAREHOUSE"] = str(workspace.warehouse)
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    # Events that come together are stored together; more than a run ever plans at once.
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "1000")
    return home


def settings_behind(workspace: Workspace) -> list[str]:
    """What the workspace's ``dagster.yaml`` lacks of the settings of this version, in words."""
    home = set_up_home(workspace)
    own = yaml.safe_load((home / "dagster.yaml").read_text(encoding="utf-8")) or {}
    lacking = sorted(_names(yaml.safe_load(_SETTINGS)) - _names(own))
    lacking = [one for one in lacking if one.partition(".")[0] not in _CHOICES]
    if not lacking:
        return []
    where = home / "dagster.yaml"
    return [
        f"{where} lacks what this version relies on: {', '.join(lacking)}.",
        "Copy it from dagster.yaml.shipped beside it, and start again.",
    ]


def _names(settings: dict[str, Any], prefix: str = "") -> set[str]:
    """The settings' names, such as ``run_monitoring.enabled``."""
    found: set[str] = set()
    for name, value in settings.items():
        if isinstance(value, dict):
            found |= _names(value, f"{prefix}{name}.")
        else:
            found.add(prefix + name)
    return found


@contextmanager
def opened(workspace: Workspace) -> Iterator[dg.DagsterInstance]:
    """Dagster's instance in the workspace, its storage made where there is none.

    Only one process opens it at a time: two at once on a new one both make the tables, and the
    second fails.
    """
    import dagster as dg  # noqa: PLC0415  # takes seconds

    home = set_up_home(workspace)
    with exclusive(home / "opening.lock"):
        instance = dg.DagsterInstance.get()
        instance.get_runs_count()  # what is made at the first question, is made now
    with instance:
        yield instance
