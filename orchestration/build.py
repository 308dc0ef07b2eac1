"""A build in one process without a server: the same job that Dagster's pages offer."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass

import dagster as dg

from orchestration.assets.releases import draft_release
from orchestration.dbt.project import parsed, prepare
from orchestration.definitions import build_defs
from orchestration.instance import opened
from orchestration.jobs import BUILD, build_config
from pipelines.publishing.failed_build import note_failure
from pipelines.publishing.releases import Release, all_releases
from pipelines.record.changes import newest_change_id
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.quarter import Quarter


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a build: the draft it made, and lines to tell a person."""

    succeeded: bool
    draft: Release | None
    lines: tuple[str, ...]


def ready(workspace: Workspace) -> None:
    """Load what a build needs, so that the first one in this process starts at once.

    Raises ``orchestration.dbt.project.DbtFailedError``.
    """
    parsed(workspace)
    with opened(workspace):
        pass  # opened once, its storage is there


def build(
    workspace: Workspace,
    quarter: Quarter | None,
    *,
    as_of: dt.date | None = None,
    meeting_on: dt.date | None = None,
) -> Outcome:
    """Load what came and make a draft release for ``quarter``.

    ``quarter`` None: the newest that has an accepted return. ``as_of`` is the day by which
    lateness is judged; None: the workspace's today. ``meeting_on`` is the meeting for which it is
    reported; None: the quarter's next on that day. Run twice on the same record for the same day
    it gives the same draft. Raises ``orchestration.dbt.project.DbtFailedError``.
    """
    on = as_of or workspace.today(now=dt.datetime.now(dt.UTC))
    started = time.monotonic()
    manifest = prepare(workspace)
    definitions = build_defs(workspace, manifest=manifest)
    with opened(workspace) as instance:
        result = definitions.resolve_job_def(BUILD).execute_in_process(
            instance=instance,
            run_config={
                **build_config(quarter, as_of=on, meeting_on=meeting_on),
                # What a person must know is in the outcome; the rest stands on Dagster's pages.
                "loggers": {"console": {"config": {"log_level": "ERROR"}}},
            },
            raise_on_error=False,
        )
    took = time.monotonic() - started
    if not result.success:
        lines = _failures(result)
        failed = note_failure(
            workspace,
            run_id=result.run_id,
            error="\n".join(lines),
            up_to=newest_change_id(Record(workspace.record)),
            at=dt.datetime.now(dt.UTC),
        )
        return Outcome(succeeded=False, draft=None, lines=(*lines, failed.in_words))
    draft = _draft_of(workspace, result)
    site = workspace.releases / draft.release_id / "site" / "index.html"
    return Outcome(
        succeeded=True,
        draft=draft,
        lines=(f"Draft for {draft.quarter.label}: {site}", f"Built in {took:.0f} s."),
    )


def _draft_of(workspace: Workspace, result: dg.ExecuteInProcessResult) -> Release:
    made = result.asset_materializations_for_node(draft_release.op.name)[0]
    name = made.metadata["release"].value
    return next(one for one in all_releases(workspace.releases) if one.release_id == name)


def _failures(result: dg.ExecuteInProcessResult) -> list[str]:
    lines = []
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error is not None:
            error = event.step_failure_data.error
            cause = error.cause or error
            lines.append(f"{event.step_key}: {cause.message.strip()}")
    return lines
