"""The board as an asset: which version is in force, who changed what, what waits in the folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import dagster as dg

from orchestration.resources import WorkspaceResource
from orchestration.tables import BEHIND, table
from pipelines.board.differences import differences
from pipelines.board.in_force import in_force, reference_of_version, versions
from pipelines.board.tables import files_of, read_board, reference_of
from pipelines.record.model import Event
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.working_days import LONDON

BOARD = dg.AssetKey("board")
OWNER = "team:performance-office"
_WAITS = "the_folder_is_in_force"


@dg.asset(
    key=BOARD,
    group_name="reference",
    owners=[OWNER],
    kinds={"csv"},
    code_version="1",
    description="Organisations, measures, targets, meetings, who owes what: the version of the "
    "board's tables that is in force, and every version before it with who put it into force and "
    "why.",
    check_specs=[
        dg.AssetCheckSpec(
            _WAITS,
            asset=BOARD,
            description="The workspace's folder `board` holds nothing that is not in force yet.",
        )
    ],
)
def the_board(
    workspace: WorkspaceResource,
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Show which version of the board is in force, and what was changed by whom."""
    record = workspace.record
    reference, applied = in_force(record), versions(record)
    yield dg.MaterializeResult(
        asset_key=BOARD,
        metadata={
            "board": reference.settings.name,
            "in force since": _moment(applied[-1].at),
            "versions": dg.MetadataValue.md(_versions_table(record, applied)),
        },
    )
    waiting = _waiting(workspace.workspace, record)
    yield dg.AssetCheckResult(
        asset_key=BOARD,
        check_name=_WAITS,
        passed=not waiting,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={BEHIND: dg.MetadataValue.md(table(("Waits",), [(one,) for one in waiting]))},
    )


def _waiting(workspace: Workspace, record: Record) -> list[str]:
    """Return what the folder holds that is not in force: its faults, else what it would change."""
    if not workspace.board.is_dir():
        return []
    files = files_of(workspace.board)
    faults = [str(one) for one in read_board(files).faults]
    return faults or differences(in_force(record), reference_of(files))


def _versions_table(record: Record, applied: Sequence[Event]) -> str:
    lines, before = [], None
    for one in applied:
        after = reference_of_version(record, one)
        changes = differences(before, after)
        more = f" … and {len(changes) - 5} more" if len(changes) > 5 else ""
        lines.append(
            (_moment(one.at), one.by_whom, one.reason, " ".join(changes[:5]) + more, one.event_id)
        )
        before = after
    return table(("When", "By", "Why", "What changed", "Version"), lines[::-1])


def _moment(at: dt.datetime) -> str:
    return f"{at.astimezone(LONDON):%-d %B %Y at %H:%M}"
