"""Many send at once. The trap: a file under another's name, an answer before it is kept, pages
that stand still while files are checked. The full size is in benchmarks/uploads.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.portal.sending_at_once import run


@pytest.mark.slow
def test_of_many_files_sent_at_once_none_is_lost_and_none_mixed_up(tmp_path: Path) -> None:
    result = run(tmp_path, people=12, rows=60)
    assert result.wrong == ()
    assert len(result.seconds) == 12
    # The health page goes on answering while two workers check; generous, for a busy machine.
    assert result.health < 5
