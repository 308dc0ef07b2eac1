"""Traps of the question whether a file is whole: many looks in a short time, a file that grows
slowly, one that is replaced while it is waited for, a clock that is put right meanwhile, a memory
that an older version or another process has left. And of waiting: for what is never still, for a
name alone, or so long that Dagster ends the tick."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable

import pytest

from pipelines import inbox, inbox_memory
from pipelines.inbox import STILL_SECONDS, look, on_its_way
from pipelines.inbox_looks import Look
from pipelines.receiving import receive
from tests.pipelines.inbox_box import NAME, NOW, RETURN, Box

OTHER = RETURN.replace(b"WMAS", b"WMAS ", 1)
DAGSTERS_LIMIT = 60.0


def test_a_file_is_received_in_the_tick_that_sees_it_first(box: Box) -> None:
    box.drop(RETURN)
    found = box.tick()
    assert box.sent() == [RETURN]
    assert box.waited == pytest.approx(STILL_SECONDS, abs=0.5)
    assert (found.waiting, found.left, found.still_in) == (0, 0, 0)


def test_many_looks_in_a_short_time_do_not_make_a_file_still(box: Box) -> None:
    box.drop(RETURN)
    for _ in range(40):
        assert box.look(after=0.1).waiting == 1
    assert box.look(after=STILL_SECONDS - 3.9).received


def test_a_tick_waits_only_for_what_is_lacking(box: Box) -> None:
    box.drop(RETURN)
    box.look(after=0)
    box.sleep(3)
    before = box.waited
    assert box.tick().received
    assert box.waited - before == pytest.approx(STILL_SECONDS - 3, abs=0.5)


def test_a_tick_does_not_wait_where_nothing_is_there_or_only_an_unfinished_name(box: Box) -> None:
    assert box.tick() == Look()
    box.drop(RETURN, "return.csv.part")
    assert box.tick().waiting == 1
    assert box.waited == 0


def test_of_two_files_the_second_waits_for_itself_alone(box: Box) -> None:
    box.drop(RETURN)

    def meanwhile(seconds: float) -> None:
        box.sleep(seconds)
        box.drop(OTHER, "later.csv")

    found = box.tick(meanwhile)
    assert (len(found.received), found.waiting) == (1, 1)
    assert box.sent() == [RETURN]
    assert on_its_way(box.workspace) == 1  # so no build begins before it
    assert len(box.tick().received) == 1
    assert box.sent() == [RETURN, OTHER]


def test_a_file_replaced_while_it_is_waited_for_waits_anew(box: Box) -> None:
    file = box.drop(RETURN)

    def meanwhile(seconds: float) -> None:
        box.sleep(seconds)
        box.drop(OTHER, "other.csv").replace(file)

    found = box.tick(meanwhile)
    assert (found.received, found.waiting) == ((), 1)
    assert found.still_in == pytest.approx(STILL_SECONDS, abs=0.5)
    box.tick()
    assert box.sent() == [OTHER]


def test_a_file_that_grows_slowly_holds_up_no_other(box: Box) -> None:
    file = box.drop(b"", "slow.csv")

    def meanwhile(seconds: float) -> None:
        box.sleep(seconds)
        with file.open("ab") as slow:
            slow.write(OTHER[len(file.read_bytes()) :][:20])

    ticks = 0
    while file.read_bytes() != OTHER:
        box.drop(b"%d" % ticks, f"{ticks}.csv")
        assert len(box.tick(meanwhile).received) == 1
        assert list(box.lying()) == ["slow.csv"]
        ticks += 1
    assert ticks > 3
    assert box.sent() == [b"%d" % one for one in range(ticks)]
    box.tick()
    assert box.sent()[-1] == OTHER


@pytest.mark.parametrize("jump", [dt.timedelta(days=-400), dt.timedelta(days=400)])
def test_a_clock_that_jumps_makes_no_file_still_and_loses_none(
    box: Box, monkeypatch: pytest.MonkeyPatch, jump: dt.timedelta
) -> None:
    def at(now: dt.datetime, after: float) -> Look:
        box.sleep(after)
        monkeypatch.setattr(time, "time", now.timestamp)
        return look(box.workspace, box.record, box.reference, now=now, clock=box.clock)

    box.drop(RETURN)
    at(NOW, 0)
    assert at(NOW + jump, 1).waiting == 1
    assert not box.sent()
    assert at(NOW, STILL_SECONDS).received
    assert box.sent() == [RETURN]


def test_what_another_process_saw_waits_once_more(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its clock may say anything: the machine was started anew, say."""
    box.drop(RETURN)
    box.look()
    monkeypatch.setattr(inbox_memory, "_this_clock", lambda: "another")
    assert box.look(after=0).waiting == 1
    assert box.look(after=STILL_SECONDS - 1).waiting == 1
    assert box.look(after=1).received


def test_a_moment_to_come_keeps_no_file_waiting(box: Box) -> None:
    box.drop(RETURN)
    box.look()
    memory = box.workspace.cache / "inbox-seen.json"
    kept = json.loads(memory.read_bytes())
    for one in kept.values():
        one[5] += 1e9
    memory.write_text(json.dumps(kept), encoding="utf-8")
    assert box.look(after=0).waiting == 1
    assert box.look().received


def test_the_memory_of_an_older_version_is_read_and_its_files_wait_once_more(box: Box) -> None:
    file = box.drop(RETURN)
    status = file.lstat()
    sight = [status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns]
    memory = box.workspace.cache / "inbox-seen.json"
    memory.parent.mkdir(parents=True, exist_ok=True)
    memory.write_text(json.dumps({f"WMAS/{NAME}": sight}), encoding="utf-8")
    assert on_its_way(box.workspace) == 1
    assert box.look().waiting == 1
    assert box.look().received


def test_a_tick_ends_long_before_dagster_ends_it(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty files of six seconds each, half of them still and half new, and one that grows."""
    for number in range(40):
        box.drop(b"%d" % number, f"{number:02d}.csv")
        if number == 19:
            box.look()
            box.sleep(STILL_SECONDS)
    monkeypatch.setattr(inbox, "receive", _slowly(box, 6.0))
    growing = box.drop(b"", "growing.csv")

    def meanwhile(seconds: float) -> None:
        box.sleep(seconds)
        growing.write_bytes(growing.read_bytes() + b"more")

    longest, ticks = 0.0, 0
    while len(box.sent()) < 40:
        before = box.waited
        box.tick(meanwhile, seconds=20.0)
        longest, ticks = max(longest, box.waited - before), ticks + 1
    assert longest < DAGSTERS_LIMIT / 2
    assert ticks <= 12


def _slowly(box: Box, seconds: float) -> Callable[..., object]:
    def slow(*given: object, **named: object) -> object:
        box.sleep(seconds)
        return receive(*given, **named)  # type: ignore[arg-type]  # handed on as it came

    return slow


@pytest.mark.slow
def test_ten_thousand_files_at_once_wait_in_one_tick_and_are_taken_in_order(box: Box) -> None:
    folder = box.workspace.inbox / "WMAS"
    folder.mkdir(parents=True)
    for number in range(10_000):
        (folder / f"{number:05d}.csv").write_bytes(b"%d" % number)
    began = time.monotonic()
    found = box.tick(seconds=3.0)
    assert box.waited == pytest.approx(STILL_SECONDS, abs=0.5)
    assert time.monotonic() - began < DAGSTERS_LIMIT / 2  # of the machine, beside the waiting
    taken = len(found.received)
    assert taken > 0
    assert found.left == 10_000 - taken
    assert box.sent() == [b"%d" % number for number in range(taken)]
