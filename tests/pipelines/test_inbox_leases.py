"""Whether a file is whole, where the system says who has it open to write: the kernel of this
machine is asked, with real writers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.inbox import CLOSED_SECONDS, OPEN_SECONDS, on_its_way
from pipelines.inbox_files import UnreadableError, is_being_written
from pipelines.inbox_looks import Look
from pipelines.inbox_ticks import GLANCE_SECONDS, look_until_still
from tests.pipelines.inbox_box import NAME, NOW, RETURN, Box

HALF = len(RETURN) // 2


@pytest.fixture
def here(tmp_path: Path) -> Box:
    """An inbox on a disk of this machine."""
    box = Box(tmp_path / "workspace")
    if is_being_written(box.drop(b"", "asked.csv.part")) is None:
        pytest.skip("this file system gives no leases")
    return box


def test_a_closed_file_is_received_after_a_second(here: Box) -> None:
    here.drop(RETURN)
    assert here.tick().received
    assert here.waited == pytest.approx(CLOSED_SECONDS, abs=0.5)


def test_a_file_that_is_open_waits_until_it_is_closed(here: Box) -> None:
    file = here.drop(RETURN[:HALF])
    with file.open("ab") as writer:
        for _ in range(4):
            assert here.tick().waiting == 2
        assert here.waited > CLOSED_SECONDS * 4
        assert on_its_way(here.workspace) == 1
        writer.write(RETURN[HALF:])
    here.tick()
    assert here.sent() == [RETURN]


def test_a_file_that_somebody_forgot_to_close_is_received_after_a_minute(here: Box) -> None:
    file = here.drop(RETURN)
    with file.open("ab") as writer:
        here.look(after=0)
        assert here.look(after=OPEN_SECONDS - 1).received == ()
        assert here.look(after=1).received
        writer.write(b"more after all\n")
        writer.flush()
        assert here.tick().put_back


def test_who_reads_a_file_does_not_hold_it_up(here: Box) -> None:
    file = here.drop(RETURN)
    with file.open("rb"):
        assert here.tick().received


def test_another_process_that_writes_is_seen(here: Box) -> None:
    file = here.drop(RETURN[:HALF])
    waits = "import sys; f = open(sys.argv[1], 'ab'); print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", waits, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        assert is_being_written(file) is True
        writer.kill()
    assert is_being_written(file) is False


def test_asking_ends_no_process_that_opens_the_file_in_that_moment(here: Box) -> None:
    """The lease is broken by whoever opens the file; the signal for that ends no process."""
    file = here.drop(RETURN)
    opens = "import sys\nwhile True: open(sys.argv[1], 'ab').close()"
    with subprocess.Popen([sys.executable, "-c", opens, str(file)]) as writer:
        answers = {is_being_written(file) for _ in range(20_000)}
        assert writer.poll() is None
        writer.send_signal(signal.SIGKILL)
    assert answers == {True, False}


@pytest.mark.skipif(os.geteuid() == 0, reason="an administrator may ask of any file")
def test_a_file_of_another_user_is_not_said(here: Box) -> None:
    assert here
    assert is_being_written(Path("/etc/hostname")) is None


def test_what_is_gone_or_a_link_is_not_asked(here: Box) -> None:
    file = here.drop(RETURN)
    link = file.with_name("link.csv")
    link.symlink_to(file)
    with pytest.raises(UnreadableError):
        is_being_written(link)
    with pytest.raises(FileNotFoundError):
        is_being_written(file.with_name("gone.csv"))


def watched(box: Box, *then: Callable[[], object]) -> Look:
    """A tick that waits four seconds for something to come; the first of these is done after one
    second, the next after two, and so on."""
    glances = 0

    def sleep(seconds: float) -> None:
        nonlocal glances
        box.sleep(seconds)
        glances += 1
        second, between = divmod(glances, round(1 / GLANCE_SECONDS))
        if not between and second <= len(then):
            then[second - 1]()

    return look_until_still(
        box.workspace,
        box.record,
        box.reference,
        sleep=sleep,
        now=lambda: NOW,
        watches=4.0,
        clock=box.clock,
    )


def test_a_tick_that_finds_nothing_waits_for_what_comes(here: Box) -> None:
    here.tick()
    found = watched(here, lambda: here.drop(RETURN))
    assert here.sent() == [RETURN]
    assert (len(found.received), found.waiting) == (1, 1)
    assert here.waited == pytest.approx(1 + CLOSED_SECONDS, abs=0.6)


def test_a_file_that_gets_its_final_name_meanwhile_is_received(here: Box) -> None:
    part = here.drop(RETURN, f"{NAME}.part")
    here.tick()
    watched(here, lambda: part.rename(part.with_suffix("")))
    assert here.sent() == [RETURN]


def test_a_file_that_comes_under_an_unfinished_name_is_received_in_the_same_tick(
    here: Box,
) -> None:
    here.tick()
    part = here.workspace.inbox / "WMAS" / f"{NAME}.part"
    watched(
        here,
        lambda: here.drop(b"", part.name),
        lambda: part.write_bytes(RETURN),
        lambda: part.rename(part.with_suffix("")),
    )
    assert here.sent() == [RETURN]
    assert here.waited == pytest.approx(3 + CLOSED_SECONDS, abs=0.6)


def test_names_that_come_and_go_keep_no_tick_longer(here: Box) -> None:
    here.tick()
    before = here.waited

    def comes() -> None:
        here.drop(b"", f"{here.waited}.part")

    assert watched(here, *[comes] * 60).received == ()
    assert here.waited - before == pytest.approx(4, abs=0.6)


def test_where_nothing_comes_it_waits_no_longer(here: Box) -> None:
    here.tick()
    before = here.waited
    assert watched(here, lambda: None).received == ()
    assert here.waited - before == pytest.approx(4, abs=0.6)
