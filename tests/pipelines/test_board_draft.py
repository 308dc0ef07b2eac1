"""The draft of a board on disk. The trap: a power cut between who did something and what it was."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.board import draft as module
from pipelines.board.cells import lines_of, text_of_lines
from pipelines.board.choices import choices
from pipelines.board.draft import Cells, Draft, DraftRefusedError, Refusal
from pipelines.board.in_force import apply
from pipelines.board.tables import files_of, read_board
from pipelines.durable import replace_file
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from tests.boards import BIRMINGHAM, with_board

STARTER = BIRMINGHAM.with_name("starter")
NOW = dt.datetime(2018, 10, 18, 9, 0, tzinfo=dt.UTC)
ROW: Cells = ("TC01", "ROH", "", "", "", "96", "91", "")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return with_board(Workspace(tmp_path))


def draft_of(workspace: Workspace) -> Draft:
    return Draft(Record(workspace.record), workspace.board, faults_of_look=lambda _: [])


def put(draft: Draft, cells: Cells | None, *, number: int | None = None, by: str = "one") -> int:
    seen = draft.fingerprint()
    return draft.put("targets", number, cells, by_whom=by, at=NOW, seen=seen)


def test_a_draft_is_begun_whole_or_not_at_all(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = draft_of(workspace)
    with monkeypatch.context() as broken:
        broken.setattr(module, "flush_tree", _fails)
        with pytest.raises(OSError, match="full"):
            put(draft, ROW)
    assert not workspace.board.exists()
    assert put(draft, ROW) == 9
    assert draft.faults() == []


def test_a_folder_that_holds_no_board_yet_keeps_what_is_in_it(workspace: Workspace) -> None:
    (workspace.board / ".git").mkdir(parents=True)
    put(draft_of(workspace), ROW)
    assert (workspace.board / ".git").is_dir()
    assert len(files_of(workspace.board)) == len(files_of(BIRMINGHAM))


def test_who_drafted_is_on_disk_before_what_they_drafted(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = draft_of(workspace)

    def cut(content: bytes, final: Path) -> None:
        if final.suffix == ".csv":
            _fails()
        replace_file(content, final)

    put(draft, ROW)
    with monkeypatch.context() as broken:
        broken.setattr(module, "replace_file", cut)
        with pytest.raises(OSError, match="full"):
            put(draft, None, number=9, by="two")
    assert [one.cells for one in draft.rows()] == [ROW]
    assert draft.refusal("two") is Refusal.OWN


def test_a_draft_that_is_as_the_board_in_force_again_is_nobodys(workspace: Workspace) -> None:
    draft = draft_of(workspace)
    put(draft, ROW)
    put(draft, None, number=9)
    assert draft.changes() == []
    assert draft.refusal("two") is Refusal.NOTHING
    put(draft, ROW, by="two")
    assert draft.refusal("one") is None
    assert draft.refusal("two") is Refusal.OWN
    [row] = draft.rows()
    assert (row.change.by_whom if row.change else None, row.is_gone) == ("two", False)


def test_a_row_that_is_taken_out_is_told_with_who_did_it(workspace: Workspace) -> None:
    draft = draft_of(workspace)
    put(draft, None, number=2)
    [row] = draft.rows()
    assert (row.cells[0], row.is_gone) == ("DA03", True)
    assert row.change is not None
    assert row.change.by_whom == "one"


def test_what_was_not_seen_is_not_decided_on(workspace: Workspace) -> None:
    draft = draft_of(workspace)
    seen = draft.fingerprint()
    put(draft, ROW)
    with pytest.raises(DraftRefusedError, match="changed"):
        draft.put("targets", 2, ROW, by_whom="two", at=NOW, seen=seen)
    with pytest.raises(DraftRefusedError, match="changed"):
        draft.put_into_force(by_whom="two", note="x", at=NOW, seen=seen)


def test_what_would_lose_accepted_rows_is_a_fault_of_the_draft(tmp_path: Path) -> None:
    workspace = with_board(Workspace(tmp_path), STARTER)
    shutil.copytree(STARTER, workspace.board)
    columns = workspace.board / "reference" / "return_columns.csv"
    columns.write_text(columns.read_text().replace("131,number,value", "131,people,value"))
    draft = draft_of(workspace)
    assert ["Give another kind another name." in one.text for one in draft.faults()] == [True]
    assert draft.refusal("two") is Refusal.FAULTS


def test_a_version_that_went_out_of_force_elsewhere_is_no_draft(
    workspace: Workspace, tmp_path: Path
) -> None:
    """The trap: the folder holds the board of before; the first edit takes back all the rest."""
    shutil.copytree(BIRMINGHAM, workspace.board)
    newer = Path(shutil.copytree(BIRMINGHAM, tmp_path / "elsewhere"))
    targets = newer / "reference" / "targets.csv"
    targets.write_text(targets.read_text(encoding="utf-8") + "TC01,ROH,,,,97,92,\n", "utf-8")
    (newer / "words").mkdir()
    (newer / "words" / "own.toml").write_text("", encoding="utf-8")
    apply(Record(workspace.record), newer, by_whom="two", note="Elsewhere", at=NOW)
    draft = draft_of(workspace)
    assert draft.rows() == []
    assert draft.refusal("two") is Refusal.NOTHING
    put(draft, ("TC02", "ROH", "", "", "", "96", "91", ""))
    assert [row.cells[0] for row in draft.rows()] == ["TC02"]
    assert files_of(workspace.board).keys() == files_of(newer).keys()


def test_the_folder_is_the_one_that_the_command_reads(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUARTERDECK_BOARD", str(tmp_path / "ours"))
    put(draft_of(workspace), ROW)
    assert (tmp_path / "ours" / "reference" / "targets.csv").is_file()
    assert not (tmp_path / "board").exists()


def test_cells_are_chosen_from_words_codes_yes_and_no_or_typed() -> None:
    tables = read_board(files_of(BIRMINGHAM)).tables
    organisations = choices("targets", "organisation", tables)
    assert organisations is not None
    assert "BCHC" in dict(organisations)
    assert [code for code, _ in choices("measures", "polarity", tables) or []] == [
        "higher", "lower", "none",
    ]  # fmt: skip
    assert choices("measures", "period_kinds", tables) == [("rolling_year", "rolling_year")]
    assert choices("measures", "seasonal", tables) == [("yes", "yes"), ("no", "no")]
    assert choices("targets", "target", tables) is None
    assert choices("measures", "measure", tables) is None


@given(st.lists(st.lists(st.from_regex(r'[a-z", ;\-“]{0,8}', fullmatch=True), min_size=2)))
def test_a_table_is_written_as_it_is_read(lines: list[list[str]]) -> None:
    assert lines_of(text_of_lines(lines)) == lines


def _fails(*_: object) -> None:
    raise OSError("The disk is full.")
