"""What was known on a day. Traps: a correction of later in it, a withdrawal of later that counts, a
record that no longer verifies since its end is missing, the workspace itself changed."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.cli.main import quarterdeck
from pipelines.board.in_force import apply, in_force
from pipelines.keeping.backup import BackupError
from pipelines.keeping.known_then import copy_as_of
from pipelines.keeping.verify import verify
from pipelines.record.model import Details, EventKind
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from tests.boards import BIRMINGHAM, with_board
from tests.faults import small

DAY = dt.timedelta(days=1)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Sent, corrected two days later, the correction withdrawn two days after that."""
    made = with_board(Workspace(tmp_path / "ws"))
    record = Record(made.record)
    small.send(record, small.training_return(8000))
    corrected = small.send(record, small.training_return(8500), at=small.NOON + 2 * DAY)
    record.add_event(
        EventKind.WITHDRAWAL, at=small.NOON + 4 * DAY, by_whom="Officer", reason="A mistake",
        details=Details(submission_id=corrected.submission.submission_id),
    )  # fmt: skip
    return made


@pytest.mark.parametrize(("after", "sent", "counts"), [(0, 1, 1), (2, 2, 2), (3, 2, 2), (4, 2, 1)])
def test_what_came_later_is_not_known(
    workspace: Workspace, tmp_path: Path, after: int, sent: int, counts: int
) -> None:
    day = small.NOON.date() + after * DAY
    then = copy_as_of(workspace, day, tmp_path / "then")
    record = Record(then.record)
    assert len(record.submissions()) == sent
    assert record.current()[small.OWED] == record.submissions()[counts - 1]
    assert then.today(now=dt.datetime.now(dt.UTC)) == day
    assert verify(then).is_sound
    assert len(Record(workspace.record).submissions()) == 2


def test_the_board_is_the_one_that_was_in_force_then(workspace: Workspace, tmp_path: Path) -> None:
    folder = shutil.copytree(BIRMINGHAM, tmp_path / "board")
    targets = folder / "reference" / "targets.csv"
    text = targets.read_text(encoding="utf-8")
    assert "TC02,,,,,90,85," in text
    raised = text.replace("TC02,,,,,90,85,", "TC02,,,,,97,85,")
    targets.write_text(raised, encoding="utf-8")
    apply(
        Record(workspace.record), folder, by_whom="Officer", note="Raised",
        at=small.NOON + 3 * DAY,
    )  # fmt: skip

    def target(after: int) -> float | None:
        then = copy_as_of(workspace, small.NOON.date() + after * DAY, tmp_path / str(after))
        [found] = [one for one in in_force(Record(then.record)).targets if one.measure == "TC02"]
        return found.target

    assert (target(2), target(3)) == (90, 97)


def test_a_day_before_the_first_board_has_that_board(tmp_path: Path) -> None:
    made = Workspace(tmp_path / "ws").create()
    record = Record(made.record)
    small.send(record, small.training_return(8000))
    apply(record, BIRMINGHAM, by_whom="Officer", note="First", at=small.NOON + 9 * DAY)
    then = copy_as_of(made, small.NOON.date(), tmp_path / "then")
    assert in_force(Record(then.record)).settings.home_area == "Birmingham"


def test_nothing_is_written_over(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    with pytest.raises(BackupError, match="holds something already"):
        copy_as_of(workspace, small.NOON.date(), tmp_path / "full")
    with pytest.raises(BackupError, match="neither in the other"):
        copy_as_of(workspace, small.NOON.date(), workspace.root / "then")


@pytest.mark.slow
def test_a_draft_of_a_day_shows_the_figure_of_that_day(
    workspace: Workspace, tmp_path: Path
) -> None:
    day = str((small.NOON + DAY).date())
    folder = str(tmp_path / "then")
    command = CliRunner()
    built = command.invoke(quarterdeck, ["--workspace", str(workspace.root), "as-of", day, folder])
    assert built.exit_code == 0, built.output
    (draft,) = [one.name for one in Path(folder, "releases").glob("*-draft-*")]
    traced = command.invoke(
        quarterdeck, ["--workspace", folder, "trace", "TC02", "--quarter", "2018-19-Q1",
                      "--organisation", "UHB", "--release", draft]
    )  # fmt: skip
    assert traced.exit_code == 0, traced.output
    assert "on the page  88.9" in traced.output
    assert "trained=8000" in traced.output
