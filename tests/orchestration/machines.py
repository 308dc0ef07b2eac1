"""Two machines on one, joined by a cable: each has its own name, network, disk, ``/tmp`` and
processes, and a folder that both see.

That takes Linux's namespaces, which root may make (``unshare``, ``ip``). Elsewhere they are two
folders and two addresses of loopback, and what is held of the others' files is not shown by them.
What a machine has on its disk lies outside under the same path, for the test to read.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
_APART = ("--mount", "--net", "--uts", "--ipc", "--pid", "--fork", "--mount-proc", "--kill-child")

# What a machine may see is put aside while everything around it is hidden, and then back.
_BOOT = """
set -e
mount -t tmpfs tmpfs /mnt
mkdir /mnt/disk /mnt/shared
mount --bind "$DISK" /mnt/disk
mount --bind "$SHARED" /mnt/shared
mount -t tmpfs tmpfs /tmp
mkdir -p "$AROUND"
mount -t tmpfs tmpfs "$AROUND"
mkdir "$DISK" "$SHARED"
mount --bind /mnt/disk "$DISK"
mount --bind /mnt/shared "$SHARED"
umount --recursive /mnt
hostname "$NAME"
ip link set lo up
# On the loopback: the address stays when the machine at the other end of the cable stops.
ip address add "$ADDRESS/32" dev lo
echo ready
exec sleep infinity
"""


@dataclass
class Machine:
    """One machine, and what was started on it."""

    name: str
    disk: Path
    shared: Path
    address: str
    _boot: subprocess.Popen[str] | None = None
    _started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def boot(self) -> None:
        """Starts the machine, with nothing on it."""
        if not may_be_apart():
            return
        self._boot = subprocess.Popen(
            # Whoever kills the test ends the machines too.
            ["setpriv", "--pdeathsig", "KILL", "unshare", *_APART, "sh", "-c", _BOOT],
            env={**os.environ, "DISK": str(self.disk), "SHARED": str(self.shared),
                 "AROUND": str(self.disk.parent), "NAME": self.name, "ADDRESS": self.address},
            stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        assert self._boot.stdout is not None
        assert self._boot.stdout.readline() == "ready\n"

    def cut_off(self) -> None:
        """Stops the machine: every process on it is gone at once."""
        if self._boot is not None:
            with self._boot:
                self._boot.kill()
        for one in self._started:
            with suppress(ProcessLookupError):
                os.killpg(one.pid, signal.SIGKILL)
            one.wait()
        self._started.clear()

    def start(self, *command: str | Path, env: Mapping[str, str]) -> None:
        """Starts a program that goes on. What it says is added to ``log`` on the disk."""
        with (self.disk / "log").open("ab") as log:
            one = subprocess.Popen(
                [*self._inside(), *command],
                env={**os.environ, **env},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._started.append(one)

    def run(self, *command: str | Path, env: Mapping[str, str] | None = None) -> str:
        """Runs a program to its end and gives what it said. Fails the test where it failed."""
        done = subprocess.run(
            [*self._inside(), *command],
            env={**os.environ, **(env or {})},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def first_process(self) -> str:
        """The number, outside, of the machine's first process."""
        assert self._boot is not None
        children = Path(f"/proc/{self._boot.pid}/task/{self._boot.pid}/children")
        return children.read_text(encoding="ascii").split()[0]

    def _inside(self) -> list[str]:
        if self._boot is None:
            return []
        return ["nsenter", "--target", self.first_process(), "--all", f"--wd={ROOT}", "--"]


@cache
def may_be_apart() -> bool:
    """Whether this machine lets the test make namespaces."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "nsenter", "ip", "setpriv"))):
        return False
    trial = ["unshare", *_APART, "sh", "-c", "mount -t tmpfs tmpfs /mnt && ip link set lo up"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


def join(one: Machine, other: Machine) -> None:
    """Lays the cable between two machines of which one, at least, has just been booted."""
    if not may_be_apart():
        return
    for each in (one, other):
        # The old cable goes with the machine at its other end, but not at once.
        each.run("sh", "-c", "ip link delete eth0 2>/dev/null || true")
    subprocess.run(
        ["nsenter", "--target", one.first_process(), "--net", "ip", "link", "add", "eth0",
         "type", "veth", "peer", "name", "eth0", "netns", other.first_process()],
        check=True,
    )  # fmt: skip
    for each, far in ((one, other), (other, one)):
        each.run("ip", "link", "set", "eth0", "up")
        each.run("ip", "route", "add", far.address, "dev", "eth0", "src", each.address)


@contextmanager
def two_machines(folder: Path) -> Iterator[tuple[Machine, Machine]]:
    """Two machines that are joined, ``front`` and ``builder``; gone after the block."""
    shared = folder / "shared"
    network = "10.77.0" if may_be_apart() else "127.0.0"
    made = [
        Machine(name, folder / name, shared, f"{network}.{number}")
        for number, name in enumerate(("front", "builder"), start=1)
    ]
    for place in (shared, *(one.disk for one in made)):
        place.mkdir()
    try:
        for one in made:
            one.boot()
        join(*made)
        yield made[0], made[1]
    finally:
        for one in made:
            one.cut_off()
