"""A measure that is not collected any more still says what it was last, and until when.

The trap: its page says that partners were never added together, since no summary speaks for it.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboards.data.measure_changes import MeasureChange
from dashboards.data.release import load
from dashboards.data.rows import Measure, Summary, Value
from dashboards.drawing.chromium import BROWSER_VARIABLE
from dashboards.site import build_site
from dashboards.story import targets
from tests.dashboards import made_up


def retired(code: str) -> dict[type[Any], list[Any]]:
    """The small board, one measure of which ended with the quarter that is reported."""
    rows = made_up.everything()
    return rows | {
        Measure: [
            replace(one, status="retired", last_quarter=made_up.LAST.key)
            if one.measure == code
            else one
            for one in rows[Measure]
        ],
        Summary: [one for one in rows[Summary] if one.measure != code],
    }


def words_of(page: Path) -> str:
    text = re.sub(r"<(style|script).*?</\1>", "", page.read_text(encoding="utf-8"), flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def test_its_page_has_the_last_combined_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BROWSER_VARIABLE, "no-such-browser")
    data = tmp_path / "data"
    data.mkdir()
    made_up.write(data, retired("P1"))
    build_site(data, tmp_path / "site", status="final")
    told = words_of(tmp_path / "site/measures/p1.html")
    published = load(data)
    last = published.last_of_retired(published.measure_by_id["P1"])
    assert last is not None
    assert (last.organisation, last.period) == ("ALL", made_up.LAST.key)
    assert f"Staff trained was collected until {made_up.LAST.label}: {last.value:.1f}%" in told
    assert "all partners combined" in told
    assert "It is not collected any more" in told
    assert "Not combined" not in told
    assert "stands alone" not in told
    assert "no combined figure" not in told


def test_a_measure_that_is_collected_has_no_last_figure(tmp_path: Path) -> None:
    published = load(made_up.write(tmp_path, made_up.everything()))
    assert published.last_of_retired(published.measure_by_id["P1"]) is None


def test_a_target_as_old_as_the_figures_is_no_change_of_it(tmp_path: Path) -> None:
    rows = made_up.everything()
    first = min(one.quarter for one in rows[Value] if one.measure == "P1" and one.value is not None)
    change = {
        "measure": "P1", "organisation": "each", "area": "all", "quarter_label": "the first",
        "until_label": "before it", "breaks_series": False, "subject": "target",
        "new_target": 90.0,
    }  # fmt: skip
    of_first = made_up.row(MeasureChange, **change, quarter=first)
    later = made_up.row(MeasureChange, **change, quarter=made_up.LAST.key)
    published = load(made_up.write(tmp_path, rows | {MeasureChange: [of_first, later]}))
    [said] = targets.changes_of(published, published.measure_by_id["P1"])
    assert said.startswith("There was no target until before it")
