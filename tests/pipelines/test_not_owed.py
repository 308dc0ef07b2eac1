"""A file of a body that owes nothing any more was refused: nobody owes it for that.

The trap: the officer waits at sign-off for a return that can never come.
"""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from orchestration.cli.officer import status
from pipelines.obligations.standing import State, standings
from pipelines.publishing.overview import owed
from pipelines.publishing.sign_off import open_points
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from tests.boards import with_board
from tests.faults import small


def test_a_refused_file_of_a_body_that_ended_makes_nobody_owe_it(tmp_path: Path) -> None:
    workspace = with_board(Workspace(tmp_path / "workspace"))
    record, reference = Record(workspace.record), small.reference()
    before = open_points(record, reference, small.QUARTER, on=small.DAY)
    small.send(record, small.training_return(8000, organisation="HEFT"))
    [sent] = [
        one
        for one in standings(record, reference, small.QUARTER, on=small.DAY)
        if one.obligation.organisation == "HEFT"
    ]
    assert (sent.is_owed, sent.state) == (False, State.NEEDS_CORRECTION)  # it is still found
    assert open_points(record, reference, small.QUARTER, on=small.DAY) == before
    stood = owed(record, reference, on=small.DAY).standings
    assert "HEFT" not in {one.obligation.organisation for one in stood}
    said = CliRunner().invoke(status, ["--quarter", small.QUARTER.key], obj=workspace).output
    [line] = [line for line in said.splitlines() if line.startswith("HEFT")]
    assert line.endswith("not owed")
    assert f"0 of {len(before.missing)} accepted" in said
