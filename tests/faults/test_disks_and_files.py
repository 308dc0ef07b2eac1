"""A full disk, a disk that is read-only, files that are too large, change, or come twice at once.

The trap: an error that is told as success, half a folder that counts, and a stage that does not go
on once there is room again.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner

from orchestration.cli.main import quarterdeck
from pipelines.keeping.backup import back_up
from pipelines.keeping.verify import verify
from pipelines.publishing.releases import current
from pipelines.reading.from_disk import NotReadError, read_from_disk
from pipelines.reading.outcome import Limits
from pipelines.record import cache as kept
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from tests.boards import with_board
from tests.faults import small
from tests.faults.disks import full, read_only, small_disk
from tests.faults.kills import act


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Workspace]:
    with small_disk(tmp_path / "disk", size="8m") as root:
        yield small.small_workspace(root / "ws")


def receive(workspace: Workspace) -> None:
    act(workspace, "receive", 77, lambda _: None)


def draft(workspace: Workspace) -> None:
    act(workspace, "draft", 77, lambda _: None)


def sign_off(workspace: Workspace) -> None:
    act(workspace, "sign_off", 77, lambda _: None)


def publish(workspace: Workspace) -> None:
    act(workspace, "publish", 77, lambda _: None)


def load(workspace: Workspace) -> None:
    small.load_warehouse(workspace)


STAGES = [receive, draft, sign_off, publish, load]
# The last is how the figures of these tests are written; a real draft's come from DuckDB.
REASONS = (OSError, duckdb.Error, pl.exceptions.ComputeError)
Stage = Callable[[Workspace], None]


@pytest.mark.parametrize("stage", STAGES)
def test_a_full_disk_stops_the_stage_with_that_reason_and_it_goes_on_when_there_is_room(
    disk: Workspace, stage: Stage
) -> None:
    before = verify(disk)
    with full(disk.root.parent), pytest.raises(REASONS, match=r"(?i)space|full"):
        stage(disk)
    after = verify(disk)
    assert after.is_sound, after.faults
    assert (after.submissions, after.events) == (before.submissions, before.events)
    published = current(disk.releases)
    assert published is not None
    assert (disk.releases / published.release_id / "site" / "index.html").is_file()
    stage(disk)
    assert verify(disk).is_sound


@pytest.mark.parametrize("stage", STAGES)
def test_a_disk_that_is_read_only_stops_the_stage_and_changes_nothing(
    disk: Workspace, stage: Stage
) -> None:
    with read_only(disk.root.parent):
        with pytest.raises(REASONS):
            stage(disk)
        assert verify(disk).is_sound
    stage(disk)
    assert verify(disk).is_sound


def test_the_command_says_that_the_disk_is_full_and_sends_no_receipt(disk: Workspace) -> None:
    file = disk.root / "UHB-training_compliance-2018-19-Q1.csv"
    file.write_bytes(small.training_return(8765))
    command = [
        str(Path(sys.executable).with_name("quarterdeck")),
        "--workspace",
        str(disk.root),
        "submit",
        str(file),
    ]
    with full(disk.root.parent):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "The disk or a file said no" in done.stderr
    assert "Reference" not in done.stdout
    assert "Traceback" not in done.stderr


def test_a_backup_onto_a_full_disk_says_so_and_is_finished_later(
    disk: Workspace, tmp_path: Path
) -> None:
    source = small.small_workspace(tmp_path / "elsewhere")
    target = disk.root.parent / "backup"
    with full(disk.root.parent), pytest.raises(OSError, match="No space left"):
        back_up(source, target)
    assert back_up(source, target).verified.is_sound


class Failing:
    """Within the block the ``at``-th call that writes fails as a broken disk does."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.made = 0
        self.failed = False

    def __enter__(self) -> Failing:
        self._patch = pytest.MonkeyPatch()
        for name in ("fsync", "rename", "replace", "mkdir", "unlink"):
            self._patch.setattr(os, name, self._counted(getattr(os, name)))
        return self

    def __exit__(self, *_: object) -> None:
        self._patch.undo()

    def _counted(self, real: Callable[..., object]) -> Callable[..., object]:
        def called(*args: object, **kwargs: object) -> object:
            self.made += 1
            if self.made == self.at:
                self.failed = True
                raise OSError(errno.EIO, "Input/output error")
            return real(*args, **kwargs)

        return called


def test_a_disk_that_fails_once_at_any_call_gives_no_receipt_and_the_same_process_goes_on(
    tmp_path: Path,
) -> None:
    """One process, one record in memory, as the upload pages are: a call fails, the sender sends
    again, and there is one submission, known to this process and to the next."""
    workspace = with_board(Workspace(tmp_path))
    record = Record(workspace.record)
    small.send(record, small.training_return(8000))
    failed, at = 0, 1
    while True:
        content = small.training_return(8000 + at)
        with Failing(at) as disk:
            try:
                small.send(record, content)
            except OSError:
                failed += 1
        if not disk.failed:
            break
        assert verify(workspace).is_sound
        received = small.send(record, content)
        sha256 = received.submission.sha256
        assert len(record.submissions_of_bytes(sha256)) == 1
        assert record.submissions() == Record(workspace.record).submissions()
        assert record.submissions()[-1] == received.submission
        at += 1
    assert failed >= 10  # every call was seen to fail; a sweep of nothing proves nothing
    assert verify(workspace).is_sound


def test_a_record_that_does_not_look_again_after_a_failure_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: one who believes that nothing came where a call failed takes a return twice."""
    end = kept.RecordCache.end
    monkeypatch.setattr(kept, "_BELIEVED", 600.0)
    monkeypatch.setattr(kept.RecordCache, "end", lambda self, *, well: end(self, well=True))
    found = []
    for at in range(1, 40):
        record = Record(tmp_path / str(at))
        small.send(record, small.training_return(8000))
        with Failing(at), contextlib.suppress(OSError):
            small.send(record, small.training_return(8001))
        small.send(record, small.training_return(8001))
        found.append(len(Record(tmp_path / str(at)).submissions()))
    assert max(found) == 3


# --- Files -----------------------------------------------------------------------------------


def test_a_file_of_a_gigabyte_is_refused_by_its_size_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "UHB-training_compliance-2018-19-Q1.csv"
    with file.open("wb") as handle:
        handle.truncate(1_073_741_824)  # a hole: it takes no room
    started = time.process_time()
    with pytest.raises(NotReadError, match="1,073,741,824 bytes"):
        read_from_disk(file)
    assert time.process_time() - started < 0.1
    with_board(Workspace(tmp_path / "ws"))
    for command in ("check", "submit"):
        said = CliRunner().invoke(
            quarterdeck, ["--workspace", str(tmp_path / "ws"), command, str(file)]
        )
        assert said.exit_code == 2
        assert "at most 10,000,000" in said.output
    assert Record(tmp_path / "ws" / "record").submissions() == []


def test_a_file_that_grows_beyond_the_limit_while_it_is_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "growing.csv"
    file.write_bytes(b"a" * 500)
    assert read_from_disk(file, limits=Limits(bytes=500)) == b"a" * 500
    with file.open("ab") as handle:
        handle.write(b"b")
    with pytest.raises(NotReadError, match="501 bytes"):
        read_from_disk(file, limits=Limits(bytes=500))


@pytest.mark.parametrize("place", ["/dev/zero", "pipe", "folder"])
def test_what_is_no_file_is_refused_and_nobody_waits_for_it(tmp_path: Path, place: str) -> None:
    if place == "pipe":
        os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with pytest.raises((NotReadError, IsADirectoryError)):
        read_from_disk(tmp_path / place)


def test_of_a_file_replaced_while_it_is_read_one_version_is_kept_whole(tmp_path: Path) -> None:
    versions = [small.training_return(figure, comment="x" * 900) for figure in (8001, 8002)]
    file, stop = tmp_path / "return.csv", threading.Event()
    file.write_bytes(versions[0])

    def replace_it() -> None:
        while not stop.is_set():
            for number, content in enumerate(versions):
                fresh = tmp_path / f"fresh-{number}"
                fresh.write_bytes(content)
                fresh.replace(file)

    writer = threading.Thread(target=replace_it)
    writer.start()
    try:
        read = {hashlib.sha256(read_from_disk(file)).hexdigest() for _ in range(300)}
    finally:
        stop.set()
        writer.join()
    assert read <= {hashlib.sha256(content).hexdigest() for content in versions}


def test_the_newest_received_is_current_in_whatever_order_corrections_come(tmp_path: Path) -> None:
    record = Record(tmp_path)
    later = small.NOON.replace(day=20)
    small.send(record, small.training_return(8200), at=later)
    # Its sender's clock is behind: received after it all the same, and so it counts.
    behind = small.send(record, small.training_return(8100), at=small.NOON)
    again = small.send(record, small.training_return(8200), at=later)
    assert again.is_duplicate  # what was superseded does not come back by being sent once more
    assert list(record.current().values()) == [behind.submission]
    assert behind.submission.clock_went_back
