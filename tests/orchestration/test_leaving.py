"""How a command ends: with its code, what was printed, and what was left for the end done."""

from __future__ import annotations

import subprocess
import sys

import pytest

_COMMAND = """
import atexit, sys, threading
from orchestration.cli.main import main
atexit.register(print, "what was registered is done")
{before}
sys.argv = ["quarterdeck", *{words!r}]
main()
"""


def ended(words: list[str], before: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _COMMAND.format(words=words, before=before)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("words", "code"), [(["--version"], 0), (["no-such-command"], 2)])
def test_the_code_what_was_printed_and_what_was_registered(words: list[str], code: int) -> None:
    done = ended(words)
    assert done.returncode == code
    assert "quarterdeck" in (done.stdout + done.stderr).lower()
    assert done.stdout.endswith("what was registered is done\n")


def test_a_thread_that_still_works_is_waited_for() -> None:
    works = "threading.Timer(0.5, lambda: print('the thread is done')).start()"
    assert "the thread is done\n" in ended(["--version"], works).stdout


def test_what_nobody_reads_is_no_traceback_of_ours() -> None:
    command = _COMMAND.format(words=["--help"], before="atexit.unregister(print)")
    with subprocess.Popen(
        [sys.executable, "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert "main.py" not in said
