"""Traps of a folder that anyone drops files into: a file still being written, one replaced or
deleted while it is read, links and pipes, names made to do harm, a folder of nobody, ten thousand
at once. In each case: nothing is lost, nothing is received twice, and no file stops another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.inbox import files as inbox_files
from pipelines.inbox import look as inbox
from pipelines.inbox.files import NOT_TAKEN, RECEIVED, Sight
from pipelines.inbox.look import Look, in_words
from pipelines.receiving import desk
from pipelines.receiving.receive import receive
from pipelines.record.store import Record
from tests.pipelines.inbox_box import NAME, RETURN, Box
from tests.workbooks import as_workbook


def test_a_file_is_received_once_it_has_been_still(box: Box) -> None:
    file = box.drop(RETURN)
    assert box.look().waiting == 1
    assert not box.sent()
    found = box.look()
    assert [one.submission.outcome for one in found.received] == ["accepted"]
    assert box.sent() == [RETURN]
    assert not file.exists()
    submission = box.record.submissions()[0]
    assert (submission.channel, submission.sender, submission.file_name) == (
        "inbox",
        "WMAS, by the inbox",
        NAME,
    )
    kept = box.workspace.inbox / "WMAS" / RECEIVED / submission.submission_id
    assert (kept / "file" / NAME).read_bytes() == RETURN
    assert submission.submission_id in (kept / "receipt.txt").read_text(encoding="utf-8")
    assert box.look() == Look()


def test_a_workbook_is_received_too(box: Box) -> None:
    content = as_workbook(RETURN)
    box.drop(content, "WMAS.xlsx")
    box.drop(b"x", "~$WMAS.xlsx")  # what Excel keeps beside one that is open
    [received] = box.tick().received
    assert received.submission.outcome == "accepted"
    assert box.sent() == [content]
    assert [file.name for file in box.received()] == ["WMAS.xlsx"]
    assert box.record.sent_file(received.submission.submission_id).name == "as_sent.xlsx"


def test_a_file_that_grows_waits_until_it_is_whole(box: Box) -> None:
    file = box.drop(RETURN[:100])
    box.look()
    for end in (110, 120, len(RETURN)):
        file.write_bytes(RETURN[:end])
        assert box.look().waiting == 1
        assert not box.sent()
    box.look()
    assert box.sent() == [RETURN]


def test_the_same_size_written_anew_is_not_still(box: Box) -> None:
    file = box.drop(RETURN)
    os.utime(file, ns=(1, 1))
    box.look()
    file.write_bytes(RETURN.replace(b"2", b"3", 1))
    assert box.look().waiting == 1


def test_a_name_that_programs_use_while_they_write_is_never_read(box: Box) -> None:
    for name in (".hidden.csv", "~$return.csv", "return.csv.part", "RETURN.CSV.FILEPART"):
        box.drop(RETURN, name)
    for _ in range(3):
        assert box.look().waiting == 4
    os.utime(box.workspace.inbox / "WMAS" / "return.csv.part", (0, 0))
    assert [one.name for one in box.look().put_aside] == ["return.csv.part"]


def test_a_file_put_in_the_place_of_one_being_read_is_received_as_well(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = box.drop(RETURN)
    box.look()
    other = RETURN.replace(b"WMAS", b"WMAS ", 1)
    taken = inbox_files.read_held

    def replaced_meanwhile(held: Path, sight: Sight) -> bytes | None:
        if not file.exists():
            file.write_bytes(other)
        return taken(held, sight)

    monkeypatch.setattr(inbox, "read_held", replaced_meanwhile)
    box.look()
    monkeypatch.undo()
    box.look()
    box.look()
    assert box.sent() == [RETURN, other]


def test_a_file_written_to_after_it_was_read_is_received_again_as_what_it_is_then(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.drop(RETURN[:120])
    box.look()
    real = receive

    def late_writer(*given: object, **named: object) -> object:
        received = real(*given, **named)  # type: ignore[arg-type]  # handed on as it came
        for held in box.workspace.inbox.glob("WMAS/.taking/*/*"):
            held.write_bytes(RETURN)
        return received

    monkeypatch.setattr(desk, "receive", late_writer)
    box.look()
    monkeypatch.undo()
    box.look()
    box.look()
    assert box.sent() == [RETURN[:120], RETURN]


def test_a_file_deleted_before_it_is_taken_is_passed_over(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = box.drop(RETURN)
    box.drop(RETURN, "zzz.csv")
    box.look()
    real = inbox_files.take_out

    def gone(one: Path) -> Path:
        if one == file:
            one.unlink()
        return real(one)

    monkeypatch.setattr(inbox, "take_out", gone)
    found = box.look()
    assert len(found.received) == 1
    assert not found.put_aside


def test_what_a_killed_process_had_taken_out_is_received_by_the_next_look(box: Box) -> None:
    held = box.workspace.inbox / "WMAS" / ".taking" / "abc" / NAME
    held.parent.mkdir(parents=True)
    held.write_bytes(RETURN)
    box.drop(b"a newer one under the same name")
    box.look()
    box.look()
    assert sorted(box.sent()) == sorted([RETURN, b"a newer one under the same name"])


def test_links_pipes_and_folders_are_put_aside_and_never_followed(box: Box, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(RETURN)
    folder = box.workspace.inbox / "WMAS"
    folder.mkdir(parents=True)
    (folder / "link.csv").symlink_to(secret)
    (folder / "loop").symlink_to(box.workspace.inbox)
    os.mkfifo(folder / "pipe.csv")
    (folder / "inner").mkdir()
    (folder / "inner" / NAME).write_bytes(RETURN)
    (box.workspace.inbox / "BWC").symlink_to(tmp_path)
    box.drop(RETURN)
    box.look()
    box.look()
    assert box.sent() == [RETURN]
    assert set(box.aside()) == {"link.csv", "loop", "pipe.csv", "inner"}
    assert secret.read_bytes() == RETURN
    assert (box.workspace.inbox / NOT_TAKEN).is_dir()  # the folder that was a link


def test_a_folder_of_nobody_gives_its_files_back_with_the_reason(box: Box) -> None:
    box.drop(RETURN, folder="NOBODY")
    found = box.look()
    assert not box.sent()
    assert "There is no organisation “NOBODY”" in found.put_aside[0].reason
    assert "There is no organisation" in box.aside("NOBODY")[NAME]


def test_a_file_in_no_folder_is_put_aside(box: Box) -> None:
    (box.workspace.inbox / NAME).write_bytes(RETURN)
    assert "no organisation's folder" in box.look().put_aside[0].reason


def test_a_file_for_another_organisation_is_kept_and_refused(box: Box) -> None:
    box.drop(RETURN, folder="BWC")
    box.look()
    found = box.look()
    assert [one.submission.is_accepted for one in found.received] == [False]


def test_a_gigabyte_is_refused_by_its_size_before_it_is_read(box: Box) -> None:
    file = box.drop(b"")
    os.truncate(file, 1_000_000_000)  # a sparse file: it takes no room
    found = box.look()
    assert "larger than 10 MB" in found.put_aside[0].reason


@pytest.mark.parametrize(
    "name",
    [
        "a\nb\x1b[31m.csv",
        "$(touch harm).csv",
        "a..csv;rm -rf .csv",
        "=cmd|' \\C calc'!A0.csv",
        "\u202egnp.csv",
        os.fsdecode(b"\xff\xfe.csv"),
        "x" * 251 + ".csv",
        "why.txt",
        "receipt.txt",
    ],
)
def test_a_hostile_name_is_only_a_name(box: Box, name: str) -> None:
    box.drop(RETURN, name)
    box.drop(RETURN, name, folder="NOBODY")
    box.look()
    box.look()
    assert box.sent() == [RETURN]
    said = box.record.submissions()[0].file_name
    assert said.isprintable()
    assert list(box.aside("NOBODY")) == [name]
    assert not list(box.workspace.inbox.rglob("harm"))


def test_the_same_file_again_is_the_same_submission(box: Box) -> None:
    for _ in range(2):
        box.drop(RETURN)
        box.look()
        found = box.look()
    assert box.sent() == [RETURN]
    assert found.received[0].is_duplicate
    assert in_words(found) == "Received 1: 1 sent before."


def test_a_full_disk_of_the_record_leaves_the_file_where_it_was(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = box.drop(RETURN)
    box.look()

    def full(*given: object, **named: object) -> object:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(desk, "receive", full)
    with pytest.raises(OSError, match="No space"):
        box.look()
    monkeypatch.undo()
    assert file.read_bytes() == RETURN
    box.look()
    box.look()
    assert box.sent() == [RETURN]


def test_a_fault_of_the_program_on_one_file_does_not_stop_the_others(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.drop(b"poison", "a.csv")
    box.drop(RETURN)
    box.look()
    real = receive

    def poisoned(record: Record, content: bytes, **named: object) -> object:
        if content == b"poison":
            raise ZeroDivisionError
        return real(record, content, **named)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(desk, "receive", poisoned)
    found = box.look()
    assert box.sent() == [RETURN]
    assert "fault of Quarterdeck" in found.put_aside[0].reason
    assert "a.csv" in box.aside()


@pytest.mark.slow
def test_ten_thousand_files_are_taken_in_looks_that_end_in_time(box: Box) -> None:
    folder = box.workspace.inbox / "WMAS"
    folder.mkdir(parents=True)
    for number in range(10_000):
        (folder / f"{number:05d}.csv").write_bytes(b"%d" % number)
    assert box.look().waiting == 10_000
    found = box.look(seconds=0.5)
    taken = len(found.received)
    assert taken > 0
    assert found.left == 10_000 - taken
    assert len(box.record.submissions()) == taken
    assert box.look(seconds=0.0).left == found.left


def test_memory_that_cannot_be_read_costs_one_look_and_nothing_else(box: Box) -> None:
    box.drop(RETURN)
    box.look()
    (box.workspace.cache / "inbox-seen.json").write_text("[1, 2", encoding="utf-8")
    assert box.look().waiting == 1
    box.look()
    assert box.sent() == [RETURN]


def test_each_organisation_that_still_exists_has_a_folder(box: Box) -> None:
    box.look()
    folders = {one.name for one in box.workspace.inbox.iterdir()}
    assert "WMAS" in folders
    assert "HEFT" not in folders  # ended in 2018
