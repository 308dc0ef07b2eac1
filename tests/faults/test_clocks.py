"""A machine whose clock is wrong for a while, under the real command.

The trap: an order taken from the clock. What was sent while it was a thousand days ahead would
count as the newest for a thousand days, whatever is sent after it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.keeping.verify import verify
from pipelines.record.store import Record
from pipelines.warehouse.loading import connect
from pipelines.workspace import Workspace
from tests.boards import with_board
from tests.faults import small

needs_faketime = pytest.mark.skipif(
    shutil.which("faketime") is None, reason="NOT TRIED: libfaketime is not installed"
)


def submit(workspace: Workspace, trained: int, *, clock: str) -> str:
    """Sends a return by the command, on a machine with this clock; gives the reference."""
    file = workspace.root / "UHB-training_compliance-2018-19-Q1.csv"
    file.write_bytes(small.training_return(trained))
    done = subprocess.run(
        [
            "faketime", "-f", clock, sys.executable, "-m", "orchestration.cli.main",
            "--workspace", str(workspace.root), "submit", str(file), "--as", "UHB",
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"\d{8}T\d{12}Z-\w{6}", done.stdout)
    assert found is not None, done.stdout
    return found[0]


@needs_faketime
def test_what_was_sent_last_counts_whatever_the_clock_said(tmp_path: Path) -> None:
    workspace = with_board(Workspace(tmp_path / "workspace"))
    ahead = submit(workspace, 8000, clock="+1000d")
    right = submit(workspace, 8001, clock="+0")
    behind = submit(workspace, 8002, clock="-400d")
    record = Record(workspace.record)
    assert ahead < right < behind
    first, second, third = record.submissions()
    assert (first.clock_went_back, second.clock_went_back, third.clock_went_back) == (
        False,
        True,
        True,
    )
    # What the clock said is kept as it was said; the order does not hang on it.
    assert third.received_at < second.received_at < first.received_at
    assert record.current_of(small.OWED) == third
    assert verify(workspace).is_sound
    small.load_warehouse(workspace)
    with connect(workspace.warehouse, read_only=True) as connection:
        loaded = connection.execute(
            "SELECT submission_id FROM raw.submission ORDER BY submission_id"
        ).fetchall()
    assert [row[0] for row in loaded] == [ahead, right, behind]
