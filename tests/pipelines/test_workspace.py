"""Which day it is in a workspace: the real one in London, or the one that is practised on."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pipelines.workspace import Workspace

HALF_PAST_MIDNIGHT_IN_LONDON = dt.datetime(2018, 7, 15, 23, 30, tzinfo=dt.UTC)


def test_today_is_the_day_in_london(tmp_path: Path) -> None:
    today = Workspace(tmp_path).today(now=HALF_PAST_MIDNIGHT_IN_LONDON)
    assert today == dt.date(2018, 7, 16)


def test_a_workspace_for_practice_has_a_day_of_its_own(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.practise(dt.date(2018, 11, 19))
    assert workspace.today(now=HALF_PAST_MIDNIGHT_IN_LONDON) == dt.date(2018, 11, 19)
    workspace.practice.unlink()
    assert workspace.practice_day() is None


@pytest.mark.parametrize("written", ["", 'day = "soon"', "day = 2018-11-19T12:00:00"])
def test_a_practice_day_that_is_no_day_is_refused(tmp_path: Path, written: str) -> None:
    workspace = Workspace(tmp_path)
    workspace.practice.write_text(written, encoding="utf-8")
    with pytest.raises(ValueError, match="gives no day"):
        workspace.practice_day()
