"""Runs Dagster's servers so that none of them is left behind, however this process ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from orchestration import keeper

STOP_SECONDS = 10.0
_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def is_taken(port: int) -> bool:
    """Whether something answers on the port of this machine."""
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


def serve(command: Sequence[str], *, stop_seconds: float = STOP_SECONDS) -> int:
    """Runs the command until it ends or this process is told to stop; gives its exit code.

    Told to (SIGINT, SIGTERM, SIGHUP) or killed, all that the command started is gone after
    ``stop_seconds``. Gives 0 where it was told to.
    """
    # A session of its own: Ctrl-C in the terminal reaches this process alone.
    served = subprocess.Popen(
        command,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        # Libraries warn those who program, not those who look at pages.
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    watching = subprocess.Popen(
        [sys.executable, "-I", str(Path(keeper.__file__)), str(served.pid), str(stop_seconds)],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    assert watching.stdin is not None  # noqa: S101  # PIPE was asked for
    told: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        if not told and watching.stdin is not None:
            watching.stdin.close()
        told.append(number)

    before = {one: signal.signal(one, stop) for one in _STOP}
    try:
        code = served.wait()
    finally:
        if not told:
            watching.stdin.close()
        watching.wait()
        for one, handler in before.items():
            signal.signal(one, handler)
    return 0 if told else code
