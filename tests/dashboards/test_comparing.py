"""What changed between two editions, and what is said where that cannot be known.

The trap: a figure that is suppressed now is repeated from the edition in which it was not, and an
older form of the data looks like a page without changes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards.data.editions import Edition, Listed
from dashboards.data.rows import Value
from dashboards.drawing.chromium import BROWSER_VARIABLE
from dashboards.site import build_site
from dashboards.story.comparing import Changes, NotComparableError, Numbers, compare
from tests.dashboards import made_up
from tests.dashboards.test_pages import words_of


def changes(tmp_path: Path, old: list[Any], new: list[Any]) -> Changes:
    """What changed from the one set of figures to the other."""
    folders = []
    for name, values in (("old", old), ("new", new)):
        (tmp_path / name).mkdir()
        folders.append(made_up.write(tmp_path / name, made_up.everything() | {Value: values}))
    return compare(*folders)


def test_a_figure_that_is_another_now_is_given_as_it_was_and_as_it_is(tmp_path: Path) -> None:
    old = made_up.series("P1", "A", [80.0, 81.0])
    new = [old[0], replace(old[1], value=82.0)]
    [change] = changes(tmp_path, old, new).figures
    assert change.period == old[1].period
    assert change.old == Numbers(numerator=None, denominator=None, value=81.0)
    assert change.new == Numbers(numerator=None, denominator=None, value=82.0)


def test_what_the_order_of_adding_changes_is_no_change(tmp_path: Path) -> None:
    old = made_up.series("P1", "A", [0.1 + 0.2])
    assert changes(tmp_path, old, [replace(old[0], value=0.3)]).figures == ()


@pytest.mark.parametrize(
    ("now", "state"),
    [("suppressed", "suppressed"), (None, "not in this edition")],
)
def test_a_figure_that_is_not_shown_any_more_is_not_repeated(
    now: str | None, state: str, tmp_path: Path
) -> None:
    old = made_up.series("P1", "A", [80.0, 81.0])
    new = [old[0]] + [replace(old[1], value=None, state=now)] * bool(now)
    [change] = changes(tmp_path, old, new).figures
    assert (change.old_state, change.new_state) == ("shown", state)
    assert change.old is None
    assert change.new is None


def test_a_period_that_is_new_is_a_new_figure_and_no_change(tmp_path: Path) -> None:
    new = made_up.series("P1", "A", [80.0, 81.0])
    found = changes(tmp_path, new[:1], new)
    assert (found.figures, found.new_figures) == ((), 1)


def test_of_an_edition_in_an_older_form_the_page_says_from_which_on_editions_can_be_compared(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = made_up.write(tmp_path, made_up.everything())
    path = old / "pub_measure_value.parquet"
    pl.read_parquet(path).drop("period").write_parquet(path)
    with pytest.raises(NotComparableError, match="no period"):
        compare(old, data)
    monkeypatch.setenv(BROWSER_VARIABLE, "no-such-browser")
    day = dt.date(2018, 9, 4)
    before = Listed(
        name="2018-09-04", meeting="2018-09-04", meeting_on=day, quarter_label="2018-19 Q1",
        revision=0, note="", signed_off_by="A", published_on=day,
    )  # fmt: skip
    edition = Edition(name="2018-11-27", earlier=(before,), changes=None)
    build_site(data, tmp_path / "site", status="final", edition=edition)
    text = words_of(tmp_path / "site", "changes.html")
    assert "Editions can be compared from this one on (2018-11-27)" in text
    assert "parquet" not in text
