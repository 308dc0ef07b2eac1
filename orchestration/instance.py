"""Dagster's own home inside the workspace: its storage, its pools, no telemetry."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from pipelines.durable import exclusive, replace_file
from pipelines.settings import set_for_children
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    import dagster as dg

WAREHOUSE_POOL = "warehouse"

_SETTINGS = Path(__file__).with_name("dagster.yaml")

# How long Dagster keeps a look that found nothing: without ours its storage is larger, no worse.
_CHOICES = {"retention"}
# Modules that earlier versions had, and named in the settings. Dagster's own stand in their place.
_GONE = ("orchestration.event_log", "orchestration.warm_runs")


def set_up_home(workspace: Workspace) -> Path:
    """Make Dagster's home in the workspace, name it in the environment and return the folder.

    Settings that nobody has changed are brought to those of this version. From changed ones only
    what names modules of earlier versions is taken out, and the file says so.
    """
    home = workspace.create().dagster_home
    settings, shipped = home / "dagster.yaml", home / "dagster.yaml.shipped"
    new = _SETTINGS.read_bytes()
    if not shipped.exists() or shipped.read_bytes() != new:
        with exclusive(home / "opening.lock"):
            if not settings.exists() or (
                shipped.exists() and settings.read_bytes() == shipped.read_bytes()
            ):
                replace_file(new, settings)
            else:
                own = settings.read_text(encoding="utf-8")
                if (current := _without_gone(own)) != own:
                    replace_file(current.encode(), settings)
            replace_file(new, shipped)
    # Dagster says so of parameters that it has had for years; its version is pinned.
    warnings.filterwarnings("ignore", message=r".* is currently in beta")
    set_for_children(
        DAGSTER_HOME=str(home),
        QUARTERDECK_WORKSPACE=str(workspace.root),
        QUARTERDECK_WAREHOUSE=str(workspace.warehouse),
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
    )
    return home


def _without_gone(settings: str) -> str:
    """Return the settings without what names a module that is gone; one run at a time writes."""
    blocks = re.split(r"^(?=[a-z_]+:)", settings, flags=re.MULTILINE)
    kept = [one for one in blocks if not any(name in one for name in _GONE)]
    if len(kept) == len(blocks):
        return settings
    note = "# Quarterdeck took out event_log_storage, run_launcher and run_coordinator: their\n"
    note += "# modules are gone, and Dagster's own do the work.\n"
    return note + "".join(kept).replace("granularity: op", "granularity: run")


def settings_behind(workspace: Workspace) -> list[str]:
    """Return what the workspace's ``dagster.yaml`` lacks of this version's settings, in words."""
    home = set_up_home(workspace)
    own = yaml.safe_load((home / "dagster.yaml").read_text(encoding="utf-8")) or {}
    lacking = sorted(_names(yaml.safe_load(_SETTINGS.read_text(encoding="utf-8"))) - _names(own))
    lacking = [one for one in lacking if one.partition(".")[0] not in _CHOICES]
    if not lacking:
        return []
    where = home / "dagster.yaml"
    return [
        f"{where} lacks what this version relies on: {', '.join(lacking)}.",
        "Copy it from dagster.yaml.shipped beside it, and start again.",
    ]


def _names(settings: dict[str, Any], prefix: str = "") -> set[str]:
    """Return the settings' names, such as ``run_monitoring.enabled``."""
    found: set[str] = set()
    for name, value in settings.items():
        if isinstance(value, dict):
            found |= _names(value, f"{prefix}{name}.")
        else:
            found.add(prefix + name)
    return found


@contextmanager
def opened(workspace: Workspace) -> Iterator[dg.DagsterInstance]:
    """Open Dagster's instance in the workspace; its storage is made if there is none.

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
