"""Dagster's own home inside the workspace: its storage, its pools, no telemetry."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

from pipelines.durable import write_flushed
from pipelines.workspace import Workspace

WAREHOUSE_POOL = "warehouse"

_SETTINGS = """\
# Written once by Quarterdeck; yours to change. With PostgreSQL instead of SQLite, see docs/.
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


def set_up_home(workspace: Workspace) -> Path:
    """Makes Dagster's home in the workspace and names it in the environment; gives the folder."""
    home = workspace.create().dagster_home
    settings = home / "dagster.yaml"
    if not settings.exists():
        write_flushed(settings, _SETTINGS.encode())
    # Dagster says so of parameters that it has had for years; its version is pinned.
    warnings.filterwarnings("ignore", message=r".* is currently in beta")
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["QUARTERDECK_WORKSPACE"] = str(workspace.root)
    os.environ["QUARTERDECK_WAREHOUSE"] = str(workspace.warehouse)
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    return home
