"""A portal in a process of its own, as `quarterdeck portal` runs it, on a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def serving(workspace: Path, *options: str) -> Iterator[str]:
    """Runs the command on the workspace; gives the address of the pages."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli.main", "--workspace", str(workspace),
         "portal", "--port", str(port), *options],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=dict(os.environ),
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address + "/health", process)
        yield address
    finally:
        process.terminate()
        output, _ = process.communicate(timeout=60)
        assert b"Traceback" not in output, output.decode()


def wait_for(address: str, process: subprocess.Popen[bytes], *, seconds: float = 60) -> None:
    """Waits until the address answers. Raises ``RuntimeError`` where the process ends before."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        if process.poll() is not None:
            output = process.communicate()[0] or b""
            raise RuntimeError(f"it ended: {output.decode(errors='replace')}")
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310  # our own address
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{address} does not answer")
