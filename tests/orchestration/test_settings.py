"""Dagster's settings in a workspace that is older than the program.

The traps: a file that somebody changed is written over; one that nobody changed stays as it was and
the new version runs without what it needs, in silence; two services that start at once on a new
workspace and of which one fails.
"""

from __future__ import annotations

import multiprocessing as mp
from pathlib import Path

import pytest
import yaml

from orchestration import instance
from orchestration.instance import opened, set_up_home, settings_behind
from pipelines.workspace import Workspace

OLD = """\
telemetry:
  enabled: false
run_monitoring:
  enabled: true
"""
OF_THE_VERSION_BEFORE = """\
telemetry:
  enabled: false
event_log_storage:
  # Dagster's own SQLite log with its files kept open; leave this out and nothing is lost.
  module: orchestration.event_log
  class: KeptSqliteEventLogStorage
  config:
    base_dir: history/runs
run_launcher:
  module: orchestration.warm_runs
  class: WarmRunLauncher
run_coordinator:
  module: orchestration.warm_runs
  class: WarmRunCoordinator
  config:
    dequeue_interval_seconds: 1
retention:
  # a remark of the council's own
  sensor:
    purge_after_days:
      skipped: 99
concurrency:
  pools:
    default_limit: 1
    granularity: op
"""


def test_settings_that_nobody_changed_become_those_of_the_new_version(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = workspace.root.parent / "old.yaml"
    shipped.write_text(OLD, encoding="utf-8")
    monkeypatch.setattr(instance, "_SETTINGS", shipped)
    home = set_up_home(Workspace(workspace.root.parent / "another"))
    assert (home / "dagster.yaml").read_text(encoding="utf-8") == OLD
    monkeypatch.undo()
    set_up_home(Workspace(workspace.root.parent / "another"))
    new = (workspace.dagster_home / "dagster.yaml").read_text(encoding="utf-8")
    assert (home / "dagster.yaml").read_text(encoding="utf-8") == new


def test_settings_that_somebody_changed_stay_and_what_they_lack_is_told(
    workspace: Workspace,
) -> None:
    file = workspace.dagster_home / "dagster.yaml"
    file.write_text(OLD, encoding="utf-8")
    told = "\n".join(settings_behind(workspace))
    assert file.read_text(encoding="utf-8") == OLD
    assert "concurrency.pools.default_limit" in told
    assert "run_monitoring.poll_interval_seconds" in told
    assert "telemetry.enabled" not in told
    shipped = (workspace.dagster_home / "dagster.yaml.shipped").read_text(encoding="utf-8")
    assert "poll_interval_seconds" in shipped


def test_changed_settings_of_a_version_with_modules_that_are_gone_still_open(
    workspace: Workspace,
) -> None:
    home = workspace.dagster_home
    (home / "dagster.yaml").write_text(OF_THE_VERSION_BEFORE, encoding="utf-8")
    (home / "dagster.yaml.shipped").write_text("another", encoding="utf-8")
    with opened(workspace) as made:
        assert made.get_runs_count() == 0
        assert made.get_settings("retention")["sensor"]["purge_after_days"]["skipped"] == 99
    text = (home / "dagster.yaml").read_text(encoding="utf-8")
    assert text.startswith("# Quarterdeck took out event_log_storage")
    assert "# a remark of the council's own" in text
    assert "orchestration." not in text
    assert yaml.safe_load(text)["concurrency"]["pools"]["granularity"] == "run"
    set_up_home(workspace)
    assert (home / "dagster.yaml").read_text(encoding="utf-8") == text


def test_settings_as_shipped_lack_nothing(workspace: Workspace) -> None:
    assert settings_behind(workspace) == []


def _open(root: Path) -> None:
    with opened(Workspace(root)) as made:
        made.get_runs()


@pytest.mark.slow
def test_a_new_workspace_can_be_opened_by_several_processes_at_once(tmp_path: Path) -> None:
    spawn = mp.get_context("spawn")
    processes = [spawn.Process(target=_open, args=(tmp_path,)) for _ in range(3)]
    for one in processes:
        one.start()
    for one in processes:
        one.join(timeout=240)
        assert one.exitcode == 0
