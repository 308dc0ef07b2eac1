"""The second copy in another place: made by restic, as the unit in ``deploy/systemd`` calls it.

The trap: a copy that was made while returns came in, or was stopped half-way, and of which nobody
ever tried whether it comes back.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipelines.keeping.backup import back_up
from pipelines.keeping.verify import verify
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from tests.faults import small
from tests.faults.test_keeping import contents

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "systemd" / "quarterdeck-offsite.service"
pytestmark = pytest.mark.skipif(
    shutil.which("restic") is None, reason="restic is not installed: scripts/install-test-tools"
)
_SENDS = """
import sys
from pathlib import Path
from pipelines.record.store import Record
from tests.faults import small
record = Record(Path(sys.argv[1]))
for trained in range(6000, 9000):
    small.send(record, small.training_return(trained))
    print(trained, flush=True)
"""


class Restic:
    """A repository of restic's, and the unit's command on a folder of this test's."""

    def __init__(self, root: Path, copy: Path) -> None:
        self._environment = {
            **os.environ,
            "RESTIC_REPOSITORY": str(root / "repository"),
            "RESTIC_PASSWORD": "only for this test",
            "RESTIC_CACHE_DIR": str(root / "cache"),
        }
        self.repository = root / "repository"
        unit = UNIT.read_text().replace("/srv/backup/quarterdeck", str(copy))
        found = re.findall(r"^ExecStart(?:Pre)?=/usr/bin/restic (.*)$", unit, re.MULTILINE)
        self.before, self.command = (one.split() for one in found)
        assert self.command[-1] == str(copy)
        self.run("init", "--quiet")

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["restic", *arguments], env=self._environment)

    def run(self, *arguments: str) -> None:
        subprocess.run(["restic", *arguments], env=self._environment, check=True)

    def packs(self) -> int:
        """How many pieces of files lie in the repository."""
        return sum(path.is_file() for path in (self.repository / "data").rglob("*"))


@contextmanager
def returns_coming_in(record: Path) -> Iterator[None]:
    """Another process that receives returns for the length of the block."""
    with subprocess.Popen(
        [sys.executable, "-c", _SENDS, str(record)], cwd=ROOT, stdout=subprocess.PIPE
    ) as sender:
        assert sender.stdout is not None
        assert sender.stdout.readline()
        yield
        assert sender.poll() is None  # it was at work all the time
        sender.kill()


def test_a_copy_made_while_returns_come_in_comes_back_to_the_byte(tmp_path: Path) -> None:
    workspace = small.small_workspace(tmp_path / "ws")
    copy = tmp_path / "copy"
    restic = Restic(tmp_path, copy)
    with returns_coming_in(workspace.record):
        acknowledged = Record(workspace.record).submissions()
        done = back_up(workspace, copy)
        assert done.verified.is_sound, done.verified.faults
        restic.run(*restic.command)
    restic.run("restore", "latest", "--quiet", "--target", str(tmp_path / "back"))
    back = Workspace(tmp_path / "back" / copy.relative_to("/"))
    assert verify(back).is_sound
    assert contents(back.root) == contents(copy)
    assert Record(back.record).submissions()[: len(acknowledged)] == acknowledged
    assert len(acknowledged) > 3  # some had come in, and more came meanwhile
    assert len(Record(workspace.record).submissions()) > len(acknowledged)
    assert (back.releases / "current" / "site" / "index.html").is_file()


def test_one_that_was_stopped_half_way_is_gone_on_with(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    back_up(small.small_workspace(tmp_path / "ws"), copy)
    # Enough that it is at work for a while, and nothing that becomes smaller.
    (copy / "inbox" / "UHB").mkdir(parents=True, exist_ok=True)
    for number in range(8):
        (copy / "inbox" / "UHB" / f"{number}.csv").write_bytes(secrets.token_bytes(8_000_000))
    restic = Restic(tmp_path, copy)
    stopped = restic.start(*restic.command, "--limit-upload", "20000")
    while restic.packs() < 1:
        assert stopped.poll() is None
        time.sleep(0.05)
    stopped.send_signal(signal.SIGKILL)
    assert stopped.wait() == -signal.SIGKILL
    restic.run(*restic.before)
    restic.run(*restic.command)
    restic.run("check", "--quiet", "--read-data")
    restic.run("restore", "latest", "--quiet", "--target", str(tmp_path / "back"))
    back = Workspace(tmp_path / "back" / copy.relative_to("/"))
    assert verify(back).is_sound
    assert contents(back.root) == contents(copy)
    assert (back.inbox / "UHB" / "7.csv").read_bytes() == (copy / "inbox/UHB/7.csv").read_bytes()
