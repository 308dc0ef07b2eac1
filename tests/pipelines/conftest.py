"""Where the awkward files are; tests that need them are skipped where they are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import inbox
from tests.pipelines.inbox_box import Box

CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora"


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of awkward files."""
    if not CORPORA.is_dir():
        pytest.skip("../shared/corpora is missing")
    return CORPORA


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Box:
    """An empty inbox with a record of its own, on a disk of another machine: the system does not
    say whether a file is open. That of this machine says so in ``test_inbox_leases``."""
    monkeypatch.setattr(inbox, "is_being_written", lambda _file: None)
    return Box(tmp_path / "workspace")
