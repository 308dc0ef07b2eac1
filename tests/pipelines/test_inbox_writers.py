"""Traps of a writer that stalls for longer than a file is waited for, and goes on in the file that
was received already: what it writes then must not lie in nobody's record. And of watching for it:
a process killed in the middle, thousands of files, links put in the way."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines import inbox, inbox_memory
from pipelines.inbox import STILL_SECONDS, WATCHED_SECONDS
from pipelines.inbox_files import NOT_TAKEN, RECEIVED, TAKING
from pipelines.inbox_looks import Look, in_words
from tests.pipelines.inbox_box import NAME, RETURN, Box

HALF = len(RETURN) // 2


class KilledError(BaseException):
    """Stands for SIGKILL: nothing that catches exceptions sees it."""


def journal(box: Box) -> Path:
    return box.workspace.cache / "inbox-taken.jsonl"


def test_what_a_writer_adds_after_it_stalled_is_received_as_a_further_return(box: Box) -> None:
    file = box.drop(b"")
    with file.open("wb") as writer:
        writer.write(RETURN[:HALF])
        writer.flush()
        first = box.tick().received[0].submission
        writer.write(RETURN[HALF:])
        writer.flush()
        found = box.tick()
    assert [one.organisation for one in found.put_back] == ["WMAS"]
    assert found.put_back[0].reference == first.submission_id
    assert in_words(found) == (
        "Received 1: 1 accepted. "
        f"WMAS/{NAME} was written to after it was received as {first.submission_id}. "
        "It lies in the inbox again and is received as it is then."
    )
    assert box.sent() == [RETURN[:HALF], RETURN]
    second = box.record.submissions()[1]
    assert second.file_name == NAME
    assert [one.read_bytes() for one in box.received()] == [RETURN]
    receipts = box.workspace.inbox / "WMAS" / RECEIVED
    for one in (first, second):
        assert one.submission_id in (receipts / one.submission_id / "receipt.txt").read_text(
            encoding="utf-8"
        )
    assert box.tick() == Look()


def test_a_file_put_back_waits_until_it_is_still_like_any_other(box: Box) -> None:
    file = box.drop(RETURN[:HALF])
    with file.open("ab") as writer:
        box.tick()
        for at in range(HALF, len(RETURN), 20):
            writer.write(RETURN[at : at + 20])
            writer.flush()
            assert box.look(after=1.0).waiting == 1
    assert box.lying() == {NAME: RETURN}
    assert box.look().received
    assert box.sent() == [RETURN[:HALF], RETURN]


def test_a_writer_that_stalls_again_and_again_is_followed_to_the_end(box: Box) -> None:
    file = box.drop(b"")
    with file.open("ab") as writer:
        for at in range(0, len(RETURN), 40):
            writer.write(RETURN[at : at + 40])
            writer.flush()
            box.sleep(WATCHED_SECONDS - 60)
            box.tick()
    assert box.sent()[-1] == RETURN
    assert len(box.sent()) > 3


def test_a_newer_file_of_that_name_stays_and_both_are_received(box: Box) -> None:
    file = box.drop(RETURN[:HALF])
    with file.open("ab") as writer:
        box.tick()
        box.drop(b"a newer one under the same name")
        writer.write(RETURN[HALF:])
    box.tick()
    assert sorted(box.sent()) == sorted([RETURN[:HALF], RETURN, b"a newer one under the same name"])


def test_the_same_bytes_again_leave_the_first_file_to_its_writer(box: Box) -> None:
    file = box.drop(RETURN[:HALF])
    with file.open("ab") as writer:
        box.tick()
        box.drop(RETURN[:HALF])
        assert box.tick().received[0].is_duplicate
        assert len(box.received()) == 2
        writer.write(RETURN[HALF:])
    box.tick()
    assert box.sent() == [RETURN[:HALF], RETURN]


def test_the_same_bytes_an_hour_later_are_one_copy(box: Box) -> None:
    for _ in range(3):
        box.drop(RETURN)
        box.tick()
        box.sleep(WATCHED_SECONDS)
    assert len(box.received()) == 1


def test_it_is_watched_for_an_hour_and_looked_at_once_more_after(box: Box) -> None:
    file = box.drop(RETURN[:HALF])
    with file.open("ab") as writer:
        box.tick()
        writer.write(RETURN[HALF:])
        writer.flush()
        box.sleep(3 * WATCHED_SECONDS)  # the service was off
        assert box.tick().put_back
        box.sleep(WATCHED_SECONDS)
        box.tick()
        assert journal(box).read_bytes() == b""
        writer.write(b"much later")
    assert box.tick() == Look()
    assert box.sent() == [RETURN[:HALF], RETURN]


def test_another_process_goes_on_watching(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    file = box.drop(RETURN[:HALF])
    with file.open("ab") as writer:
        box.tick()
        monkeypatch.setattr(inbox_memory, "_this_clock", lambda: "another")
        box.waited = -box.clock() + 1  # it began a second ago
        box.tick()
        box.sleep(WATCHED_SECONDS / 2)
        writer.write(RETURN[HALF:])
    assert box.tick().put_back
    assert box.sent() == [RETURN[:HALF], RETURN]
    box.sleep(WATCHED_SECONDS)
    box.tick()
    assert journal(box).read_bytes() == b""  # and not for ever


@pytest.mark.parametrize("at", ["_file_away", "add_taken", "after_add_taken"])
def test_a_process_killed_after_it_received_a_file_loses_nothing_of_it(
    box: Box, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    file = box.drop(RETURN[:HALF])
    box.look()
    add_taken = inbox_memory.add_taken

    def killed(*given: object, **named: object) -> None:
        if at == "after_add_taken":
            add_taken(*given, **named)  # type: ignore[arg-type]  # handed on as it came
        raise KilledError

    with file.open("ab") as writer:
        with monkeypatch.context() as patched:
            patched.setattr(inbox, at.removeprefix("after_"), killed)
            with pytest.raises(KilledError):
                box.look()
        found = box.tick()
        assert found.received[0].is_duplicate
        assert box.sent() == [RETURN[:HALF]]
        writer.write(RETURN[HALF:])
    box.tick()
    assert box.sent() == [RETURN[:HALF], RETURN]
    assert len(box.received()) == 1


def test_a_line_written_by_half_costs_no_other(box: Box) -> None:
    file = box.drop(RETURN[:HALF])
    with journal(box).open("a", encoding="ascii") as half:
        half.write('{"WMAS/.received/x/file/y.csv": [1, 2')
    with file.open("ab") as writer:
        box.tick()
        writer.write(RETURN[HALF:])
    assert box.tick().put_back


def test_a_copy_of_the_workspace_takes_no_file_for_one_that_was_written_to(
    box: Box, tmp_path: Path
) -> None:
    box.drop(RETURN[:HALF])
    box.tick()
    shutil.copytree(box.workspace.root, tmp_path / "copy")
    copy = Box(tmp_path / "copy")
    assert copy.tick() == Look()
    file = copy.received()[0]
    file.write_bytes(RETURN)
    assert copy.tick().put_back
    assert copy.sent() == [RETURN[:HALF], RETURN]


def test_what_is_erased_or_taken_away_is_watched_no_more(box: Box) -> None:
    box.drop(RETURN)
    box.tick()
    shutil.rmtree(box.workspace.inbox / "WMAS" / RECEIVED)
    assert box.tick() == Look()
    assert journal(box).read_bytes() == b""


def test_a_receipt_that_cannot_be_written_is_told_and_the_file_is_watched_later(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = box.drop(RETURN)

    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(inbox, "add_taken", full)
    found = box.tick()
    assert "No space left" in found.put_aside[0].reason
    monkeypatch.undo()
    assert file.read_bytes() == RETURN
    box.tick()
    assert box.sent() == [RETURN]
    assert not box.lying()


def test_what_cannot_be_put_back_is_told_and_stops_no_other(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = box.drop(RETURN[:HALF])
    with file.open("ab") as writer:
        box.tick()
        writer.write(RETURN[HALF:])
    box.drop(b"another", "another.csv")

    def refuses(*_given: object) -> Path:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(inbox, "put_back", refuses)
    found = box.tick()
    monkeypatch.undo()
    told = found.put_aside[0]
    assert (told.organisation, told.name) == ("WMAS", NAME)
    assert "Read-only file system" in told.reason
    assert box.sent() == [RETURN[:HALF], b"another"]
    box.tick()
    assert box.sent() == [RETURN[:HALF], b"another", RETURN]


def test_no_look_lists_what_was_received(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        box.drop(b"%d" % number, f"{number}.csv")
    box.tick()
    listed: list[str] = []
    for name in ("scandir", "listdir"):
        real = getattr(os, name)

        def seen(path: str | Path = ".", *, real: Callable[[object], object] = real) -> object:
            listed.append(str(path))
            return real(path)

        monkeypatch.setattr(os, name, seen)
    box.tick()
    monkeypatch.undo()
    assert any(one.endswith("WMAS") for one in listed)
    assert not [one for one in listed if RECEIVED in one]


# --- links put in the way -------------------------------------------------------------------------


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with a file that is no business of whoever may write in the inbox."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / NAME).write_bytes(b"of somebody else")
    return folder


def test_a_link_in_the_way_of_what_is_watched_moves_nothing(box: Box, elsewhere: Path) -> None:
    box.drop(RETURN)
    box.tick()
    own = box.received()[0].parent
    shutil.rmtree(own)
    own.symlink_to(elsewhere)
    assert not box.tick().put_back
    assert (elsewhere / NAME).read_bytes() == b"of somebody else"
    assert not box.lying()


def test_a_link_in_the_way_of_what_is_received_again_lets_nothing_be_written_over(
    box: Box, elsewhere: Path
) -> None:
    box.drop(RETURN)
    box.tick()
    own = box.received()[0].parent
    shutil.rmtree(own)
    own.symlink_to(elsewhere)
    receipt = own.with_name("receipt.txt")
    receipt.unlink()
    receipt.symlink_to(elsewhere / NAME)
    box.sleep(WATCHED_SECONDS)
    box.drop(RETURN)
    found = box.tick()
    assert "a link lies where it belongs" in found.put_aside[0].reason
    assert (elsewhere / NAME).read_bytes() == b"of somebody else"
    own.unlink()
    box.tick()
    assert (elsewhere / NAME).read_bytes() == b"of somebody else"
    assert not receipt.is_symlink()
    assert box.sent() == [RETURN]


@pytest.mark.parametrize("linked", [TAKING, f"{TAKING}/abc"])
def test_a_link_where_an_interrupted_look_left_files_moves_nothing(
    box: Box, elsewhere: Path, linked: str
) -> None:
    folder = elsewhere / "abc"
    folder.mkdir()
    (folder / NAME).write_bytes(b"of somebody else")
    place = box.workspace.inbox / "WMAS" / linked
    place.parent.mkdir(parents=True)
    place.symlink_to(elsewhere if linked == TAKING else folder)
    box.look()
    assert (folder / NAME).read_bytes() == b"of somebody else"
    box.tick()
    assert not box.sent()


@pytest.mark.parametrize("name", [TAKING, RECEIVED])
def test_a_link_under_a_name_of_the_inbox_itself_is_put_aside(
    box: Box, elsewhere: Path, name: str
) -> None:
    (box.workspace.inbox / "WMAS").mkdir(parents=True)
    (box.workspace.inbox / "WMAS" / name).symlink_to(elsewhere)
    assert box.tick().put_aside[0].reason.startswith("It is a link")
    box.drop(RETURN)
    box.tick()
    assert box.sent() == [RETURN]
    assert box.received()[0].resolve().is_relative_to(box.workspace.inbox.resolve())


def test_a_link_where_things_are_put_aside_is_told_and_nothing_is_put_there(
    box: Box, elsewhere: Path
) -> None:
    folder = box.workspace.inbox / "WMAS"
    folder.mkdir(parents=True)
    (folder / NOT_TAKEN).symlink_to(elsewhere)
    (folder / "inner").mkdir()
    box.drop(RETURN)
    found = box.tick()
    assert box.sent() == [RETURN]
    assert {one.name for one in found.put_aside} == {NOT_TAKEN, "inner"}
    assert all(".not_taken is a link" in one.reason for one in found.put_aside)
    assert [one.name for one in elsewhere.iterdir()] == [NAME]


# --- writers as they come -------------------------------------------------------------------------


def _as_they_come(box: Box, seed: int) -> set[bytes]:
    """Six writers that write a few bytes, pause for anything from nothing to a quarter of an hour,
    and go on, while ticks go by. Gives what each of them wrote in the end."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    wanted = {b"%d-%d," % (seed, number) * 12 for number in range(6)}
    files = [box.drop(b"", f"{number}.csv").open("ab", buffering=0) for number in range(6)]
    rest = dict(zip(files, sorted(wanted), strict=True))

    def write(seconds: float) -> None:
        box.sleep(seconds)
        for file in files:
            if rest[file] and chance.random() < 0.5:
                some = chance.randint(1, 40)
                file.write(rest[file][:some])
                rest[file] = rest[file][some:]

    while any(rest.values()):
        box.tick(write)
        write(chance.choice([0, 1, STILL_SECONDS, 60, 900]))
    for file in files:
        file.close()
    for _ in range(3):
        box.tick()
    return wanted


def test_whatever_writers_do_what_they_wrote_in_the_end_is_in_the_record(box: Box) -> None:
    wanted = set().union(*(_as_they_come(box, seed) for seed in range(8)))
    assert wanted <= set(box.sent())
    assert not box.lying()


def test_one_who_does_not_watch_is_found_out(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "_watch", lambda _: None)
    assert not _as_they_come(box, 1) <= set(box.sent())
