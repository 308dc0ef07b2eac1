"""Backup, restore, opening what an older version wrote, and erasing what should never have come.

The trap: a backup nobody ever restored, an upgrade nobody ever tried on old data, and an erasure
that leaves a copy.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from orchestration.cli.main import quarterdeck
from pipelines.keeping.backup import BackupError, back_up, restore
from pipelines.keeping.verify import verify
from pipelines.obligations.standing import State, standings
from pipelines.record.erasure import EraseError, erase
from pipelines.record.model import Details, EventKind
from pipelines.record.store import Record
from pipelines.warehouse.loading import connect
from pipelines.workspace import Workspace
from tests.boards import with_board
from tests.faults import small

# Written by earlier versions, and never again: format 1 by the first, format 2 with a decision of
# every kind by the one that kept each decision's details as a plain dictionary.
OLD = Path(__file__).parent / "workspace_of_format_1"
BEFORE = Path(__file__).parent / "workspace_of_format_2"
LATER = dt.datetime(2018, 9, 1, tzinfo=dt.UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return small.small_workspace(tmp_path / "ws")


# Nothing in it is damaged, and these decisions came later.
NOT_IN_IT = {EventKind.SET_ASIDE, EventKind.RULE_TIGHTENED, EventKind.EDITION_WITHDRAWN}


def contents(root: Path) -> dict[str, bytes]:
    """Every file of record and releases with its bytes."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for room in ("record", "releases")
        for path in (root / room).rglob("*")
        if path.is_file() and ".incoming" not in path.parts and path.name != ".lock"
    }


def run(workspace: Workspace, *arguments: str) -> Result:
    return CliRunner().invoke(quarterdeck, ["--workspace", str(workspace.root), *arguments])


def test_a_backup_restored_elsewhere_is_the_same_to_the_byte(
    workspace: Workspace, tmp_path: Path
) -> None:
    done = run(workspace, "backup", str(tmp_path / "backup"))
    assert done.exit_code == 0, done.output
    elsewhere = Workspace(tmp_path / "elsewhere")
    done = run(elsewhere, "restore", str(tmp_path / "backup"))
    assert done.exit_code == 0, done.output
    assert contents(elsewhere.root) == contents(workspace.root)
    assert (elsewhere.releases / "current" / "site" / "index.html").is_file()


def test_a_plain_copy_is_a_backup_too(workspace: Workspace, tmp_path: Path) -> None:
    subprocess.run(["cp", "-a", str(workspace.root), str(tmp_path / "copied")], check=True)
    assert verify(Workspace(tmp_path / "copied")).is_sound


def test_the_second_backup_copies_only_what_is_new(workspace: Workspace, tmp_path: Path) -> None:
    first = back_up(workspace, tmp_path / "backup")
    small.send(Record(workspace.record), small.training_return(8222), at=LATER)
    second = back_up(workspace, tmp_path / "backup")
    assert (second.copied, second.already_there) == (1, first.copied)
    assert second.verified.submissions == 4


def test_a_damaged_file_is_put_back_and_the_damaged_one_kept_aside(
    workspace: Workspace, tmp_path: Path
) -> None:
    before = contents(workspace.root)
    back_up(workspace, tmp_path / "backup")
    victim = next(workspace.record.glob("submissions/*/*/rows.parquet"))
    victim.write_bytes(b"damaged")
    shutil.rmtree(sorted(workspace.record.glob("submissions/*/*"))[-1])
    page = next(workspace.releases.glob("*-final-*/site/index.html"))
    page.write_text("<p>another</p>", encoding="utf-8")
    assert not verify(workspace).is_sound
    done = restore(tmp_path / "backup", workspace)
    assert done.verified.is_sound, done.verified.faults
    assert contents(workspace.root) == before
    assert len(done.replaced) == 2
    assert any(path.read_bytes() == b"damaged" for path in workspace.root.rglob("rows.parquet"))


def test_a_backup_that_is_damaged_itself_is_not_restored(
    workspace: Workspace, tmp_path: Path
) -> None:
    back_up(workspace, tmp_path / "backup")
    next((tmp_path / "backup").glob("record/submissions/*/*/as_sent.csv")).write_bytes(b"x")
    elsewhere = Workspace(tmp_path / "elsewhere")
    with pytest.raises(BackupError, match="damaged itself"):
        restore(tmp_path / "backup", elsewhere)
    assert not elsewhere.record.exists()


def test_a_backup_into_the_workspace_itself_is_refused(workspace: Workspace) -> None:
    with pytest.raises(BackupError, match="two folders"):
        back_up(workspace, workspace.root / "backup")


def test_a_workspace_of_the_version_before_opens_and_is_gone_on_with(tmp_path: Path) -> None:
    shutil.copytree(OLD, tmp_path / "ws")
    workspace = with_board(Workspace(tmp_path / "ws"))
    before = contents(workspace.root)
    found = verify(workspace)
    assert found.is_sound, found.faults
    record = Record(workspace.record)
    old = record.submissions()
    assert len(old) == found.submissions > 3
    after = small.send(
        record, small.training_return(8222), at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    )
    assert after.submission.follows is not None
    small.load_warehouse(workspace)
    with connect(workspace.warehouse, read_only=True) as connection:
        loaded = connection.execute("SELECT count(*) FROM raw.submission").fetchone()
    assert loaded == (len(old) + 1,)
    assert verify(workspace).is_sound
    kept = contents(workspace.root)
    assert all(kept[name] == content for name, content in before.items())


def test_every_kind_of_decision_of_the_version_before_reads_as_it_was_written(
    tmp_path: Path,
) -> None:
    shutil.copytree(BEFORE, tmp_path / "ws", symlinks=True)
    workspace = with_board(Workspace(tmp_path / "ws"))
    before = contents(workspace.root)
    record = Record(workspace.record)
    assert record.damaged() == {}
    events = {one.event_id: one for one in record.events()}
    for file in workspace.record.glob("events/*/*.json"):
        written = json.loads(file.read_bytes())
        as_now = json.loads(json.dumps(events[file.stem].as_json()))
        assert as_now.items() <= written.items()
    kinds = {one.kind for one in events.values()}
    assert kinds == set(EventKind) - NOT_IN_IT
    stood = {
        one.obligation.organisation: one
        for one in standings(record, small.reference(), small.QUARTER, on=small.DAY)
        if one.obligation.return_name in ("domestic_abuse", "training_compliance")
    }
    assert stood["WMP"].extended_to == dt.date(2018, 12, 1)
    assert stood["BSWA"].state is State.OVERDUE  # excused, and owed again
    assert (stood["UHB"].open_queries, stood["UHB"].corrections) == (0, 2)
    assert contents(workspace.root) == before


def test_the_commands_of_an_officer_open_a_workspace_of_the_version_before(tmp_path: Path) -> None:
    shutil.copytree(BEFORE, tmp_path / "ws", symlinks=True)
    workspace = Workspace(tmp_path / "ws")
    for words, said in (
        (["verify"], "Everything is as it was written."),
        (["upgrade"], "In force: Birmingham Health and Wellbeing Board"),
        (["upgrade"], "Nothing is to be carried over."),
        (["status", "--quarter", small.QUARTER.key], "accepted"),
        (["editions"], "2018-07-31"),
    ):
        done = run(workspace, *words)
        assert done.exit_code == 0, done.output
        assert said in done.output


@pytest.mark.parametrize("name", ["rows.parquet", "as_sent.csv", "submission.json", "receipt.txt"])
def test_damage_in_a_record_of_the_version_before_is_named(tmp_path: Path, name: str) -> None:
    shutil.copytree(OLD, tmp_path / "ws")
    victim = next((tmp_path / "ws").glob(f"record/submissions/*/*/{name}"))
    if name == "receipt.txt":
        victim.unlink()
    else:
        victim.write_bytes(b"damaged")
    faults = verify(Workspace(tmp_path / "ws")).faults
    assert any(fault.where.endswith(f"{victim.parent.name}/{name}") for fault in faults)


# --- Erasure ----------------------------------------------------------------------------------

SECRET = b"Jane Exampleperson 01/02/1990"


def with_a_name(workspace: Workspace) -> str:
    sent = small.send(
        Record(workspace.record),
        small.training_return(8300, comment=SECRET.decode()),
        at=LATER,
        file_name="Jane Exampleperson.csv",
    )
    return sent.submission.submission_id


def holding(root: Path) -> list[str]:
    """The files below ``root`` in whose name or bytes the person still is."""
    return [
        str(path.relative_to(root))
        for path in root.rglob("*")
        if path.is_file() and b"Exampleperson" in path.read_bytes() + path.name.encode()
    ]


def test_what_is_erased_is_nowhere_and_that_it_was_erased_stays(
    workspace: Workspace, tmp_path: Path
) -> None:
    submission_id = with_a_name(workspace)
    inbox = workspace.inbox / "UHB" / ".received" / submission_id
    inbox.mkdir(parents=True)
    (inbox / "return.csv").write_bytes(SECRET)
    small.load_warehouse(workspace)
    back_up(workspace, tmp_path / "backup")
    assert holding(workspace.root)
    assert holding(tmp_path / "backup")
    before = Record(workspace.record).submission(submission_id)
    assert before is not None
    done = run(
        workspace, "erase", submission_id, "--reason", "A name in a comment",
        "--by", "Data protection officer", "--yes",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert holding(workspace.root) == []
    assert not workspace.warehouse.exists()
    record = Record(workspace.record)
    left = record.submission(submission_id)
    assert left is not None
    assert (left.erased, left.figures_sha256, left.rows_found) == (True, None, before.rows_found)
    assert before.sha256 not in (
        record.submission_folder(submission_id) / "submission.json"
    ).read_text(encoding="utf-8")
    event = record.events(EventKind.WITHDRAWAL)[-1]
    assert (event.by_whom, event.reason) == ("Data protection officer", "A name in a comment")
    assert submission_id not in {one.submission_id for one in record.current().values()}
    assert verify(workspace).is_sound, verify(workspace).faults
    assert verify(workspace).erased == 1
    back_up(workspace, tmp_path / "backup")
    assert holding(tmp_path / "backup") == []
    assert not (tmp_path / "backup" / "officer.key").exists()


def test_who_holds_the_key_can_tell_what_an_erased_file_was_and_nobody_else(
    workspace: Workspace, tmp_path: Path
) -> None:
    """The trap: a hash of a file whose only unknown is a name can be tried, name by name."""
    submission_id = with_a_name(workspace)
    sent = Record(workspace.record).as_sent(submission_id)
    guess = tmp_path / "guess.csv"
    guess.write_bytes(sent)
    told = run(workspace, "find-file", str(guess))
    assert (told.exit_code, submission_id in told.output) == (0, True)
    erase(
        Record(workspace.record), submission_id, by_whom="Officer", reason="A name", at=LATER,
        key_file=workspace.officer_key,
    )  # fmt: skip
    told = run(workspace, "find-file", str(guess))
    assert f"{submission_id}: received" in told.output
    assert "erased since" in told.output
    guess.write_bytes(sent + b"\n")
    assert run(workspace, "find-file", str(guess)).exit_code == 1
    # No function of the file alone is left anywhere.
    left = b"".join(path.read_bytes() for path in workspace.root.rglob("*") if path.is_file())
    for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
        assert hashlib.new(name, sent).hexdigest()[:12].encode() not in left, name
    assert workspace.officer_key.stat().st_mode & 0o077 == 0
    # With another key it is not found: the key is what tells.
    workspace.officer_key.write_text("00" * 32, encoding="ascii")
    guess.write_bytes(sent)
    assert run(workspace, "find-file", str(guess)).exit_code == 1


def test_figures_are_made_without_it_and_the_return_before_counts_again(
    workspace: Workspace,
) -> None:
    record = Record(workspace.record)
    (before,) = record.current().values()
    submission_id = with_a_name(workspace)
    assert [one.submission_id for one in record.current().values()] == [submission_id]
    erase(
        record,
        submission_id,
        by_whom="Officer",
        reason="A name",
        at=LATER,
        key_file=workspace.officer_key,
    )
    assert list(record.current().values()) == [before]
    small.load_warehouse(workspace)
    with connect(workspace.warehouse, read_only=True) as connection:
        rows = connection.execute(
            "SELECT count(*) FROM raw.training_compliance WHERE submission_id = ?", [submission_id]
        ).fetchone()
    assert rows == (0,)


def test_an_erasure_that_was_stopped_half_way_is_told_and_finished_by_asking_again(
    workspace: Workspace,
) -> None:
    submission_id = with_a_name(workspace)
    record = Record(workspace.record)
    record.add_event(
        EventKind.WITHDRAWAL, at=LATER, by_whom="Officer", reason="A name",
        details=Details(submission_id=submission_id, erased=True),
    )  # fmt: skip
    (fault,) = verify(workspace).faults
    assert "was to be erased, and that was not finished" in fault.what
    erase(
        record,
        submission_id,
        by_whom="Officer",
        reason="A name",
        at=LATER,
        key_file=workspace.officer_key,
    )
    assert verify(workspace).is_sound
    assert holding(workspace.root) == []
    assert len(record.events(EventKind.WITHDRAWAL)) == 1


def test_nothing_is_erased_without_a_reason(workspace: Workspace) -> None:
    submission_id = with_a_name(workspace)
    with pytest.raises(EraseError, match="Say why"):
        erase(
            Record(workspace.record),
            submission_id,
            by_whom="Officer",
            reason=" ",
            at=LATER,
            key_file=workspace.officer_key,
        )
    assert holding(workspace.root)
