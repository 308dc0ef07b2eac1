"""What is kept in memory is what is on disk, whoever added it, and however.

The trap: an index that is fast because it does not look. A return that another process has just
received would be taken twice, or an older figure would be current.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pipelines.record import cache as kept
from pipelines.record import months
from pipelines.record.erasure import erase
from pipelines.record.model import Details, EventKind, Submission
from pipelines.record.store import Record
from tests.faults import small


def send(record: Record, trained: int) -> Submission:
    return small.send(record, small.training_return(trained)).submission


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders that are listed from now on."""
    listed: list[str] = []
    read = months.Months._names

    def noted(self: months.Months, folder: str, known: set[str]) -> set[str]:
        listed.append(folder)
        return read(self, folder, known)

    monkeypatch.setattr(months.Months, "_names", noted)
    return listed


def test_two_who_add_in_turns_see_each_others_at_once(tmp_path: Path) -> None:
    one, other = Record(tmp_path), Record(tmp_path)
    for trained in range(8000, 8006, 2):
        first = send(one, trained)
        assert other.submissions()[-1] == first
        assert send(other, trained) == first  # the same bytes: one submission
        second = send(other, trained + 1)
        assert one.current_of(small.OWED) == second
        assert second.follows == first.submission_id
    assert one.submissions() == other.submissions() == Record(tmp_path).submissions()
    assert one.newest_id() == second.submission_id


def test_nothing_is_listed_again_where_one_alone_adds(
    tmp_path: Path, looks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "_BELIEVED", 600.0)
    record = Record(tmp_path)
    send(record, 8000)
    looks.clear()
    for trained in range(8001, 8011):
        send(record, trained)
    assert looks == []
    assert len(record.submissions()) == 11
    assert record.submissions() == Record(tmp_path).submissions()


def test_a_process_killed_while_it_added_is_looked_for(tmp_path: Path) -> None:
    record = Record(tmp_path)
    send(record, 8000)
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from pipelines.record.cache import RecordCache\n"
        "from pipelines.record.store import Record\n"
        "from tests.faults import small\n"
        "RecordCache.add = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "small.send(Record(Path(sys.argv[1])), small.training_return(8001))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], cwd=Path(__file__).parents[3], check=False
    )
    assert done.returncode == -9
    assert len(record.submissions()) == 2  # it was there before the process said so
    assert send(record, 8001) == record.submissions()[-1]
    assert len(record.submissions()) == 2


def test_what_fails_half_way_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = Record(tmp_path)
    send(record, 8000)

    def fails(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:  # the folder is in its place, and its flush failed
        patch.setattr(kept.RecordCache, "add", fails)
        with pytest.raises(OSError, match="Input/output"):
            send(record, 8001)
    assert len(record.submissions()) == 2


def test_what_comes_and_goes_by_other_means_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "_BELIEVED", 0.0)
    record = Record(tmp_path / "record")
    first, second = send(record, 8000), send(record, 8001)
    folder, away = record.submission_folder(first.submission_id), tmp_path / "away"
    shutil.move(folder, away)
    assert record.submissions() == [second]
    assert record.submissions_of_bytes(first.sha256) == []
    shutil.move(away, folder)
    assert record.submissions() == [first, second]  # among what was there, and in its order
    assert record.current_of(small.OWED) == second
    file = record.submission_folder(second.submission_id) / "submission.json"
    content = file.read_bytes()
    file.write_bytes(b"{")
    assert list(Record(tmp_path / "record").damaged()) == [second.submission_id]
    late = Record(tmp_path / "record")
    assert late.submissions() == [first]
    file.write_bytes(content)  # put right inside its folder, which nothing tells
    assert late.submissions() == [first, second]


def test_a_change_within_one_tick_of_the_clock_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder's time of change is the same before and after; the control trusts it."""
    record = Record(tmp_path)
    first = send(record, 8000)
    month = record.submission_folder(first.submission_id).parent
    monkeypatch.setattr(kept, "_BELIEVED", 0.0)
    monkeypatch.setattr(months, "_folders", lambda folder: [(str(month), 1)] * month.exists())
    for still, seen in ((10**30, 2), (-(10**30), 1)):
        monkeypatch.setattr(months, "_STILL", still)
        here = Record(tmp_path)
        assert len(here.submissions()) == 1
        copy = month / first.submission_id.replace("Z-", "Z-2")[:29]
        shutil.copytree(month / first.submission_id, copy)
        assert len(here.submissions()) == seen
        shutil.rmtree(copy)


def test_what_another_process_erased_is_read_anew(tmp_path: Path) -> None:
    record, other = Record(tmp_path), Record(tmp_path)
    sent = send(record, 8000)
    assert other.submissions() == [sent]
    erase(
        record,
        sent.submission_id,
        by_whom="Officer",
        reason="A name",
        at=small.NOON,
        key_file=tmp_path / "key",
    )
    assert other.submissions()[0].erased
    assert record.submissions()[0].erased
    assert other.current_of(small.OWED) is None


def test_what_was_set_aside_stays_out_when_it_can_be_read_again(tmp_path: Path) -> None:
    record = Record(tmp_path)
    first, second = send(record, 8000), send(record, 8001)
    record.add_event(
        EventKind.SET_ASIDE, at=small.NOON, by_whom="Officer", reason="Damaged",
        details=Details(damaged=second.submission_id),
    )  # fmt: skip
    assert record.submissions() == [first]
    assert Record(tmp_path).submissions() == [first]
    assert record.current_of(small.OWED) == first


def test_many_threads_that_add_and_read_agree(tmp_path: Path) -> None:
    record = Record(tmp_path)
    small.reference()
    ends = threading.Barrier(4)

    def work(start: int) -> None:
        ends.wait()
        for trained in range(start, start + 5):
            send(record, trained)
            record.current()

    threads = [threading.Thread(target=work, args=(8000 + 10 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = record.submissions()
    assert len(found) == 20
    assert found == Record(tmp_path).submissions()
    assert [one.follows for one in found[1:]] == [one.submission_id for one in found[:-1]]
