"""The dbt project as Dagster needs it: a manifest, made explicitly and never at import."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from pipelines.durable import exclusive
from pipelines.workspace import Workspace

# Absolute: dbt mixes up paths where a manifest was made from another folder.
PROJECT = (Path(__file__).parents[1] / "dbt_project").absolute()


class DbtFailedError(Exception):
    """dbt could not read the project; the message is what it said."""


def executable() -> str:
    """The dbt that belongs to this Python."""
    return str(Path(sys.executable).with_name("dbt"))


def environment(workspace: Workspace) -> dict[str, str]:
    """The environment in which dbt works on this workspace."""
    return {
        **os.environ,
        "QUARTERDECK_WAREHOUSE": str(workspace.warehouse),
        "DBT_TARGET_PATH": str(workspace.dbt_target),
        "DBT_LOG_PATH": str(workspace.dbt_target / "logs"),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def prepare(workspace: Workspace) -> Path:
    """The manifest of the project as it is now, parsed again only when a file has changed.

    Raises ``DbtFailedError``.
    """
    manifest = workspace.dbt_target / "manifest.json"
    stamp = workspace.dbt_target / "project.sha256"
    now = _fingerprint()
    with exclusive(workspace.cache / "dbt.lock"):
        if manifest.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == now:
            return manifest
        workspace.dbt_target.mkdir(parents=True, exist_ok=True)
        parsed = subprocess.run(
            [executable(), "parse", "--project-dir", str(PROJECT), "--quiet"],
            env=environment(workspace),
            capture_output=True,
            text=True,
            check=False,
        )
        if parsed.returncode != 0:
            raise DbtFailedError(parsed.stdout + parsed.stderr)
        stamp.write_text(now, encoding="utf-8")
    return manifest


def _fingerprint() -> str:
    """A hash of every file that dbt reads."""
    whole = hashlib.sha256(str(PROJECT).encode())
    for path in sorted(PROJECT.rglob("*")):
        inside = path.relative_to(PROJECT).parts
        if path.is_file() and inside[0] not in ("target", "logs"):
            whole.update(str(inside).encode() + path.read_bytes())
    return whole.hexdigest()
