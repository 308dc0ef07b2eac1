"""The dbt project as Dagster needs it: a manifest, made explicitly and never at import.

What dbt makes of the project depends on its files alone, so it is kept beside them and shared by
all workspaces; where that folder cannot be written, it is kept in the workspace.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import settings
from pipelines.durable import exclusive
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

# Absolute: dbt mixes up paths where a manifest was made from another folder.
PROJECT = (Path(__file__).parents[2] / "dbt_project").absolute()


class DbtFailedError(Exception):
    """dbt could not read the project; the message is what it said."""


def executable() -> str:
    """Return the dbt that belongs to this Python."""
    return str(Path(sys.executable).with_name("dbt"))


def environment(workspace: Workspace) -> dict[str, str]:
    """Return the environment in which dbt works on this workspace."""
    return settings.environment(
        QUARTERDECK_WAREHOUSE=str(workspace.warehouse),
        DBT_TARGET_PATH=str(workspace.dbt_target),
        DBT_LOG_PATH=str(workspace.dbt_target / "logs"),
        DBT_PROFILES_DIR=str(PROJECT),
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
    )


def arguments(target: Path) -> list[str]:
    """Return the arguments of every call of dbt: the project, and the folder for what it writes."""
    return [
        "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
        "--target-path", str(target), "--log-path", str(target / "logs"),
        "--no-send-anonymous-usage-stats",
    ]  # fmt: skip


def prepare(workspace: Workspace) -> Path:
    """Return the manifest of the project as it is now, parsed again only when a file has changed.

    Raises ``DbtFailedError``.
    """
    target, now = _parsed_folder(workspace), _fingerprint()
    with exclusive(target / "prepare.lock"):
        if not _is_written(target, now):
            _parse(target, now)
    return target / "manifest.json"


def parsed(workspace: Workspace) -> Any:
    """Return the parsed project in memory, as ``dbtRunner`` takes it.

    It is read once in a process, and again when a file has changed.

    Raises:
        DbtFailedError: dbt cannot read the project.
    """
    return _parsed(_parsed_folder(workspace), _fingerprint())


@cache
def _parsed(target: Path, fingerprint: str) -> Any:
    with exclusive(target / "prepare.lock"):
        return _parse(target, fingerprint)


def _is_written(target: Path, fingerprint: str) -> bool:
    """Whether the folder holds the manifest of this very project."""
    stamp = target / "project.sha256"
    return (
        (target / "manifest.json").exists()
        and stamp.exists()
        and stamp.read_text(encoding="utf-8") == fingerprint
    )


def _parse(target: Path, fingerprint: str) -> Any:
    # dbt parses everything again where the profile's variables differ from last time; the parsed
    # project does not depend on where the warehouse lies.
    settings.set_for_children(QUARTERDECK_WAREHOUSE=str(target / "warehouse.duckdb"))
    # Of a project that changed nothing is taken over: dbt has kept unit tests of models that moved.
    known = _is_written(target, fingerprint)
    how = ["--no-write-json"] if known else ["--write-json", "--no-partial-parse"]
    result = invoke(["--quiet", *how, "parse", *arguments(target)])
    if not result.success:
        raise DbtFailedError(f"dbt cannot read {PROJECT}: {result.exception}")
    (target / "project.sha256").write_text(fingerprint, encoding="utf-8")
    return result.result


def invoke(command: Sequence[str], *, project: Any = None) -> dbtRunnerResult:
    """Run a dbt command in this process, on a parsed project if there is one.

    It works in a thread of its own, since in the main one it would catch that the run is canceled.
    A canceled run waits until dbt has ended: nothing writes after the warehouse was let go of.
    """
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  # takes seconds to import

    with ThreadPoolExecutor(1, thread_name_prefix="dbt") as beside:
        return beside.submit(dbtRunner(manifest=project).invoke, list(command)).result()


def _parsed_folder(workspace: Workspace) -> Path:
    beside = PROJECT / "target"
    return beside if os.access(PROJECT, os.W_OK) else workspace.dbt_target


def _fingerprint() -> str:
    """Return a hash of every file that dbt reads."""
    whole = hashlib.sha256(str(PROJECT).encode())
    for path in sorted(PROJECT.rglob("*")):
        inside = path.relative_to(PROJECT).parts
        if inside[0] not in ("target", "logs") and path.is_file():
            whole.update(str(inside).encode() + path.read_bytes())
    return whole.hexdigest()


if __name__ == "__main__":
    # Set-up: parsed once, so that no first build waits for it.
    prepare(Workspace.locate())
