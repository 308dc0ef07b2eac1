"""The supervisor of Dagster's servers.

The traps: a server that is left behind, holds the port and shares requests with the next one; one
that does not stop when it is asked to; a supervisor that was killed and could ask nobody; an
officer who is shown a traceback because the port is taken.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration.serving import is_taken

# A server with one of its own, and neither stops when asked to.
STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with open(sys.argv[1], "w") as file:
    file.write(f"{os.getpid()} {other.pid}\\n")
time.sleep(600)
"""
SUPERVISOR = """
import sys
from orchestration.serving import serve
sys.exit(serve([sys.executable, "-c", sys.argv[1], sys.argv[2]], stop_seconds=1))
"""


def there(process: int) -> bool:
    """Whether the process runs: one that has ended and was not asked after does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def gone(processes: list[int], *, seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if not any(there(one) for one in processes):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_behind_and_not_for_long(tmp_path: Path, sign: signal.Signals) -> None:
    told = tmp_path / "processes"
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, STUBBORN, str(told)],
        cwd=Path(__file__).parents[2],
        start_new_session=True,
    )
    ends = time.monotonic() + 60
    while not (told.exists() and told.read_text().endswith("\n")):
        assert time.monotonic() < ends
        time.sleep(0.05)
    processes = [int(one) for one in told.read_text().split()]
    assert all(there(one) for one in processes)
    os.kill(supervisor.pid, sign)
    assert gone(processes, seconds=20)
    code = supervisor.wait(timeout=20)
    assert code == (-signal.SIGKILL if sign is signal.SIGKILL else 0)


def test_a_server_that_ends_by_itself_ends_the_supervisor_with_its_code(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SUPERVISOR, "import sys; sys.exit(3)", str(tmp_path)],
        cwd=Path(__file__).parents[2],
        timeout=60,
        check=False,
    )
    assert done.returncode == 3


def test_a_port_that_is_taken_is_said_in_words(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert is_taken(port)
        done = subprocess.run(
            [sys.executable, "-m", "orchestration.cli.main", "--workspace", str(tmp_path), "ui",
             "--port", str(port)],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert f"Something answers on port {port} already." in done.stderr
    assert "Traceback" not in done.stderr
    assert not is_taken(port)
