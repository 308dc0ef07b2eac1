"""``quarterdeck init`` and ``board`` as an officer types them.

The traps: a half-edited folder that counts; a version that changes after it was applied; a board
of words that no page has; a service that begins by calling everybody late.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from orchestration.cli.main import quarterdeck
from orchestration.look import look_of
from pipelines.board.in_force import files_in, in_force, versions
from pipelines.board.tables import files_of
from pipelines.obligations.standing import State, standings
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.quarter import Quarter
from schemas.working_days import working_days_from
from tests.boards import BIRMINGHAM

APPLY = ("board", "apply", "--by", "Performance officer", "--note", "The first board")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with the board to begin with in its folder, not applied."""
    made = Workspace(tmp_path / "workspace")
    assert run(made, "init").exit_code == 0
    return made


def run(workspace: Workspace, *words: str) -> Result:
    return CliRunner().invoke(quarterdeck, ["--workspace", str(workspace.root), *words])


def edit(workspace: Workspace, file: str, old: str, new: str) -> None:
    path = workspace.board / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_board_is_begun_once_and_what_is_there_is_not_touched(workspace: Workspace) -> None:
    edit(workspace, "board.toml", "Exampleshire Health", "Our Health")
    again = run(workspace, "init")
    assert again.exit_code == 1
    assert "holds something already" in again.output
    assert b"Our Health" in files_of(workspace.board)["board.toml"]


def test_what_is_not_applied_is_a_draft_and_what_was_applied_does_not_change(
    workspace: Workspace,
) -> None:
    record = Record(workspace.record)
    assert "quarterdeck board apply" in str(run(workspace, "status").exception)  # what to do
    assert "is new: no board is in force yet" in run(workspace, "board", "diff").output
    assert run(workspace, *APPLY).exit_code == 0
    assert "in force already" in run(workspace, *APPLY).output
    assert len(versions(record)) == 1
    edit(workspace, "reference/targets.csv", ",90,80,", ",95,85,")
    assert in_force(record).targets[0].target == 90
    assert "95" in run(workspace, "board", "diff").output
    edit(workspace, "reference/targets.csv", ",95,85,", ",95,99,")
    refused = run(workspace, *APPLY)
    assert (refused.exit_code, "targets.csv, row 2" in refused.output) == (1, True)
    assert in_force(record).targets[0].target == 90
    edit(workspace, "reference/targets.csv", ",95,99,", ",95,85,")
    assert run(workspace, *APPLY[:-1], "Raised").exit_code == 0
    assert in_force(record).targets[0].target == 95
    assert [one.reason for one in versions(record)] == ["The first board", "Raised"]
    assert b",90,80," in files_in(versions(record)[0])["reference/targets.csv"]


def test_a_version_can_be_taken_out_edited_and_looks_as_it_was_put_in(
    workspace: Workspace, tmp_path: Path
) -> None:
    run(workspace, *APPLY)
    assert "Performance officer: The first board" in run(workspace, "board", "show").output
    assert run(workspace, "board", "show", "--into", str(tmp_path / "copy")).exit_code == 0
    assert files_of(tmp_path / "copy") == files_of(workspace.board)
    assert run(workspace, "board", "diff", str(tmp_path / "copy")).output == (
        "Nothing would change.\n"
    )


def test_words_and_outlines_and_the_colour_are_checked_with_the_tables(
    workspace: Workspace,
) -> None:
    (workspace.board / "words").mkdir()
    words = workspace.board / "words" / "ours.toml"
    words.write_text('[banner]\nwatermark = "For practice"\ndraught = "x"\n', encoding="utf-8")
    (workspace.board / "shapes").mkdir()
    (workspace.board / "shapes" / "ward.geojson").write_text("{", encoding="utf-8")
    edit(workspace, "board.toml", '# accent = "#12436d"', 'accent = "#ffdd00"')
    said = run(workspace, "board", "check").output
    assert "words/ours.toml: there is no sentence “banner.draught”." in said
    assert "shapes/ward.geojson cannot be read as JSON" in said
    assert "board.toml, setting accent: white words on “#ffdd00” have a contrast of" in said
    words.write_text('[banner]\nwatermark = "For practice"\n', encoding="utf-8")
    assert look_of(files_of(workspace.board) | {"board.toml": b""}).words == {
        "banner.watermark": "For practice"
    }


def test_every_slip_is_said_at_once_and_a_table_that_has_another_name_is_found(
    workspace: Workspace,
) -> None:
    edit(workspace, "board.toml", 'home_area = "Exampleshire"', 'home_area = "Exampelshire"')
    edit(workspace, "board.toml", "publisher =", "publishr =")
    edit(workspace, "reference/obligations.csv", "HOSPITAL,carers", "HOSPTIAL,carers")
    shutil.move(
        workspace.board / "reference/meetings.csv", workspace.board / "reference/meeting.csv"
    )
    said = run(workspace, "board", "check").output.splitlines()
    hospital = (
        "obligations.csv, row 3, column organisation: “HOSPTIAL” is not in organisations.csv. Did "
        "you mean “HOSPITAL”?"
    )
    home = (
        "board.toml, setting home_area: “Exampelshire” is not in areas.csv. Did you mean "
        "“Exampleshire”?"
    )
    for wanted in (
        "board.toml, setting publishr: there is no setting of this name. Did you mean “publisher”?",
        "board.toml, setting publisher: is missing.",
        hospital,
        home,
        "meeting.csv: there is no table of this name. Did you mean “meetings”?",
    ):
        assert wanted in said


def test_nobody_is_late_before_having_been_asked(workspace: Workspace) -> None:
    run(workspace, *APPLY)
    record = Record(workspace.record)
    reference, today = in_force(record), dt.datetime.now(dt.UTC).date()
    quarter = Quarter(2026, 1)  # long over when the board comes into force
    due = {one.due_on for one in standings(record, reference, quarter, on=today)}
    first = versions(record)[0].at.date()
    assert due == {working_days_from(first, 10)}
    later = standings(record, reference, quarter, on=max(due) + dt.timedelta(days=1))
    assert {one.state for one in later} == {State.OVERDUE}
    assert standings(record, reference, quarter.shift(-1), on=today) == []  # before the service


def test_the_board_of_before_is_carried_over_once_and_not_into_a_new_workspace(
    workspace: Workspace,
) -> None:
    assert "Nothing is to be carried over." in run(workspace, "upgrade").output
    assert versions(Record(workspace.record)) == []
    assert run(workspace, "board", "check", str(BIRMINGHAM)).exit_code == 0
