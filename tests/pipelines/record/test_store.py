"""The record: what is added is there whole, in order, for ever."""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from pathlib import Path

import pytest

from pipelines import durable
from pipelines.record.format import RecordTooNewError
from pipelines.record.ids import is_id, make_id, time_of
from pipelines.record.model import Details, EventKind, Obligation, Submission
from pipelines.record.reading import DamagedRecordError
from pipelines.record.store import Record
from schemas.quarter import Quarter

NOON = dt.datetime(2018, 7, 14, 12, tzinfo=dt.UTC)
QUARTER = Quarter(2018, 1)
OWED = Obligation("UHB", "training_compliance", QUARTER)


def add(
    record: Record, at: dt.datetime, outcome: str = "accepted", content: bytes = b"a,b\r\n"
) -> Submission:
    def make(submission_id: str, clock_went_back: bool) -> tuple[Submission, dict[str, bytes]]:
        submission = Submission(
            submission_id=submission_id,
            return_name=OWED.return_name,
            organisation=OWED.organisation,
            quarter=QUARTER,
            outcome=outcome,
            received_at=at,
            sender="UHB data lead",
            channel="test",
            file_name="../../etc/passwd",
            sha256="0" * 64,
            rows_found=1,
            rows_used=1,
            rows_not_used=0,
            rows_passed_over=0,
            errors=0,
            queries=0,
            notes=0,
            clock_went_back=clock_went_back,
        )
        return submission, {"receipt.txt": b"kept"}

    files = {"as_sent.csv": content, "findings.json": b"[]"}
    with record.adding():
        return record.add_submission(files, make, received_at=at)


def test_a_submission_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    written = add(Record(tmp_path), NOON)
    assert Record(tmp_path).submissions() == [written]
    assert Record(tmp_path).as_sent(written.submission_id) == b"a,b\r\n"


def test_a_hostile_file_name_is_text_and_never_a_path(tmp_path: Path) -> None:
    written = add(Record(tmp_path), NOON)
    assert written.file_name == "../../etc/passwd"
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all("passwd" not in path.name for path in files)


def test_the_newest_accepted_submission_is_current(tmp_path: Path) -> None:
    record = Record(tmp_path)
    add(record, NOON)
    second = add(record, NOON + dt.timedelta(days=1))
    assert record.current() == {OWED: second}


def test_a_rejected_correction_leaves_the_last_accepted_one_current(tmp_path: Path) -> None:
    record = Record(tmp_path)
    first = add(record, NOON)
    add(record, NOON + dt.timedelta(days=1), outcome="needs correction")
    assert record.current() == {OWED: first}


def test_what_was_current_on_a_day_can_be_asked_for_ever(tmp_path: Path) -> None:
    record = Record(tmp_path)
    first = add(record, NOON)
    second = add(record, NOON + dt.timedelta(days=2))
    record.add_event(
        EventKind.WITHDRAWAL,
        at=NOON + dt.timedelta(days=4),
        by_whom="UHB data lead",
        reason="The wrong quarter's figures",
        details=Details(submission_id=second.submission_id),
    )
    assert record.current(as_of=NOON - dt.timedelta(days=1)) == {}
    assert record.current(as_of=NOON + dt.timedelta(days=1)) == {OWED: first}
    assert record.current(as_of=NOON + dt.timedelta(days=3)) == {OWED: second}
    assert record.current() == {OWED: first}


def test_an_id_follows_the_one_before_when_the_clock_jumps_back(tmp_path: Path) -> None:
    record = Record(tmp_path)
    first = add(record, NOON)
    second = add(record, NOON - dt.timedelta(hours=3))
    assert second.submission_id > first.submission_id
    assert second.clock_went_back
    assert not first.clock_went_back


def test_two_at_the_same_instant_have_an_order() -> None:
    first = make_id(NOON, newest=None)
    second = make_id(NOON, newest=first)
    assert first < second
    assert is_id(first)
    assert time_of(first) == NOON


@pytest.mark.parametrize("text", ["", "..", "20180714T120000000000Z-../../", "x" * 200])
def test_what_is_no_id_leads_nowhere(tmp_path: Path, text: str) -> None:
    assert not is_id(text)
    assert Record(tmp_path).submission(text) is None


def test_a_full_disk_leaves_nothing_half_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = Record(tmp_path)
    write = durable.write_flushed

    def fails_on_the_last_file(path: Path, content: bytes) -> None:
        if path.name == "submission.json":
            raise OSError(28, "No space left on device")
        write(path, content)

    monkeypatch.setattr(durable, "write_flushed", fails_on_the_last_file)
    with pytest.raises(OSError, match="No space left"):
        add(record, NOON)
    assert Record(tmp_path).submissions() == []
    monkeypatch.undo()
    again = add(record, NOON)
    assert Record(tmp_path).submissions() == [again]


def test_what_a_killed_process_left_is_swept_after_a_day(tmp_path: Path) -> None:
    record = Record(tmp_path)
    left, fresh = tmp_path / ".incoming" / "old", tmp_path / ".incoming" / "new"
    for folder in (left, fresh):
        folder.mkdir(parents=True)
        (folder / "as_sent.csv").write_bytes(b"half")
    yesterday = time.time() - 25 * 60 * 60
    os.utime(left, (yesterday, yesterday))
    assert record.sweep() == 1
    assert fresh.exists()
    assert not left.exists()


def test_a_damaged_folder_is_named(tmp_path: Path) -> None:
    written = add(Record(tmp_path), NOON)
    file = Record(tmp_path).submission_folder(written.submission_id) / "submission.json"
    file.write_bytes(b"{")
    assert list(Record(tmp_path).damaged()) == [written.submission_id]
    with pytest.raises(DamagedRecordError, match=written.submission_id):
        Record(tmp_path).require_sound()


def test_a_damaged_folder_stops_nothing_that_needs_it_not(tmp_path: Path) -> None:
    written = add(Record(tmp_path), NOON)
    file = Record(tmp_path).submission_folder(written.submission_id) / "submission.json"
    file.write_bytes(b"{}")
    record = Record(tmp_path)
    after = add(record, NOON + dt.timedelta(days=1))
    assert record.submissions() == [after]


def test_each_names_the_one_received_before_it(tmp_path: Path) -> None:
    record = Record(tmp_path)
    first = add(record, NOON)
    second = add(record, NOON + dt.timedelta(days=1))
    assert (first.follows, second.follows) == (None, first.submission_id)


def test_a_record_of_a_newer_format_is_refused_and_left_alone(tmp_path: Path) -> None:
    add(Record(tmp_path), NOON)
    (tmp_path / "format.json").write_text('{"format": 99}', encoding="utf-8")
    with pytest.raises(RecordTooNewError, match="format 99"):
        Record(tmp_path).submissions()
    with pytest.raises(RecordTooNewError):
        add(Record(tmp_path), NOON)


def test_a_field_of_a_later_version_is_left_aside(tmp_path: Path) -> None:
    written = add(Record(tmp_path), NOON)
    fields = json.loads(json.dumps(written.as_json())) | {"added_in_2030": 1}
    assert Submission.from_json(fields) == written


def test_nothing_in_the_record_changes_when_more_is_added(tmp_path: Path) -> None:
    record = Record(tmp_path)
    add(record, NOON)
    before = {
        path: path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file() and path.name != ".lock"  # who added last: no part of what is kept
    }
    add(record, NOON + dt.timedelta(days=1))
    assert all(path.read_bytes() == content for path, content in before.items())
