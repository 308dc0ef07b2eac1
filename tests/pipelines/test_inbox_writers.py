"""When a file in the inbox is whole: traps of writers that are slow, and of clocks that jump.

The trap: a file taken while it is written, one that waits for ever because of its times, and one
that changed after it was received and lies in nobody's record.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import time
from pathlib import Path

import pytest

from pipelines.inbox import files as inbox_files
from pipelines.inbox import look as inbox
from pipelines.inbox.files import Sight
from pipelines.inbox.look import STILL_SECONDS, Look, look
from pipelines.keeping.verify import verify
from pipelines.receiving import desk
from tests.pipelines.inbox_box import NAME, NOW, RETURN, Box

HALF = len(RETURN) // 2


class KilledError(BaseException):
    """Stands for SIGKILL: nothing that catches exceptions sees it."""


def test_many_looks_in_a_short_time_do_not_make_a_file_still(box: Box) -> None:
    box.drop(RETURN)
    for _ in range(10):
        assert box.look(after=1).waiting == 1
    assert box.look(after=0.9).waiting == 1
    assert box.look(after=0.2).received


def test_who_writes_slowly_writes_under_another_name_and_renames(box: Box) -> None:
    file = box.drop(RETURN[:HALF], f"{NAME}.part")
    for _ in range(3):
        assert box.look(after=60) == Look(waiting=1)
    with file.open("ab") as writer:
        writer.write(RETURN[HALF:])
    file.rename(file.with_suffix(""))
    box.tick()
    assert box.sent() == [RETURN]


def test_a_file_that_changes_after_it_was_received_is_a_correction(box: Box) -> None:
    box.drop(RETURN)
    box.tick()
    other = RETURN.replace(b"2018-19", b"2018-2019", 1)
    box.drop(other)
    box.tick()
    assert box.sent() == [RETURN, other]
    assert not box.lying()


def test_a_file_that_grows_slowly_holds_up_no_other(box: Box) -> None:
    growing = box.drop(b"", "growing.csv")
    box.drop(RETURN)
    for _ in range(4):
        growing.write_bytes(growing.read_bytes() + b"more")
        box.look(after=STILL_SECONDS / 2)
    assert box.sent() == [RETURN]
    assert box.lying() == {"growing.csv": b"more" * 4}


@pytest.mark.parametrize("jump", [dt.timedelta(days=-400), dt.timedelta(days=400)])
def test_a_clock_that_jumps_makes_no_file_still_and_loses_none(
    box: Box, monkeypatch: pytest.MonkeyPatch, jump: dt.timedelta
) -> None:
    def at(now: dt.datetime, after: float) -> Look:
        box.waited += after
        monkeypatch.setattr(time, "time", now.timestamp)
        return look(box.workspace, box.record, box.reference, now=now, clock=box.clock)

    box.drop(RETURN)
    at(NOW, 0)
    assert at(NOW + jump, 1).waiting == 1
    assert not box.sent()
    assert at(NOW, STILL_SECONDS).received
    assert box.sent() == [RETURN]


@pytest.mark.parametrize("days", [-20_000, 20_000])
def test_a_file_of_any_time_is_received_like_any_other(box: Box, days: int) -> None:
    file = box.drop(RETURN)
    at = time.time() + days * 86_400
    os.utime(file, (at, at))
    assert box.look().waiting == 1
    assert box.look().received


def test_what_was_seen_before_the_machine_was_started_anew_waits_once_more(box: Box) -> None:
    """The clock counts from the start: a moment to come is one of the start before."""
    box.drop(RETURN)
    box.look()
    memory = box.workspace.cache / "inbox-seen.json"
    kept = json.loads(memory.read_bytes())
    memory.write_text(json.dumps({name: [1e9, sight] for name, (_, sight) in kept.items()}))
    assert box.look(after=0).waiting == 1
    assert box.look().received


@pytest.mark.parametrize("name", ["read_held", "receive", "_file_away"])
def test_a_process_killed_at_any_step_loses_nothing_and_receives_once(
    box: Box, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    box.drop(RETURN)
    box.look()

    def killed(*_given: object, **_named: object) -> object:
        raise KilledError

    monkeypatch.setattr(desk if name == "receive" else inbox, name, killed)
    monkeypatch.setattr(inbox, "put_back", lambda *_: None)  # nothing is done after a kill
    with pytest.raises(KilledError):
        box.look()
    monkeypatch.undo()
    assert box.lying() == {}  # it was taken out, and nobody put it back
    box.tick()
    assert box.sent() == [RETURN]
    assert [one.read_bytes() for one in box.received()] == [RETURN]


def _as_they_come(box: Box, seed: int) -> set[bytes]:
    """Six writers that write a few bytes, pause for less than ten seconds, and go on, while looks
    go by. Returns what each of them wrote in the end."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    wanted = {b"%d-%d," % (seed, number) * 12 for number in range(6)}
    rest = {box.drop(b"", f"{seed}-{n}.csv"): one for n, one in enumerate(sorted(wanted))}
    while any(rest.values()):
        for file in filter(rest.get, rest):
            some = chance.randint(1, 40)
            with file.open("ab") as writer:
                writer.write(rest[file][:some])
            rest[file] = rest[file][some:]
        box.look(after=chance.choice([0.0, 1.0, STILL_SECONDS - 0.5]))
    box.tick()
    return wanted


def test_whatever_writers_do_within_ten_seconds_is_received_whole_and_once(box: Box) -> None:
    wanted = set().union(*(_as_they_come(box, seed) for seed in range(8)))
    assert sorted(box.sent()) == sorted(wanted)
    assert not box.lying()


def test_one_who_does_not_wait_is_found_out(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "STILL_SECONDS", 0.0)
    assert not _as_they_come(box, 1) <= set(box.sent())


def test_a_writer_that_goes_on_in_the_file_that_was_received_is_noted_by_verify(box: Box) -> None:
    """Longer than ten seconds, under the final name, without closing the file: it is not received
    by itself, and not lost in silence either."""
    with box.drop(RETURN[:HALF]).open("ab") as writer:
        box.tick()
        assert verify(box.workspace).notes == []
        writer.write(RETURN[HALF:])
    assert box.sent() == [RETURN[:HALF]]
    (note,) = verify(box.workspace).notes
    assert note.startswith("inbox/WMAS/.received/")
    assert "was written to after it was received" in note


def test_a_file_written_to_while_it_is_taken_is_waited_for_anew(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = box.drop(RETURN[:HALF])
    box.look()
    real = inbox_files.read_held

    def grows(held: Path, sight: Sight) -> bytes | None:
        held.write_bytes(RETURN)
        return real(held, sight)

    monkeypatch.setattr(inbox, "read_held", grows)
    assert box.look().waiting == 1
    monkeypatch.undo()
    assert file.read_bytes() == RETURN
    box.tick()
    assert box.sent() == [RETURN]
