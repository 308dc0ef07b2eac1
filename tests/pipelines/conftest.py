"""Where the awkward files are; tests that need them are skipped where they are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipelines.inbox_box import Box

CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora"


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of awkward files."""
    if not CORPORA.is_dir():
        pytest.skip("../shared/corpora is missing")
    return CORPORA


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """An empty inbox with a record of its own."""
    return Box(tmp_path / "workspace")
