"""An amendment tells what is otherwise in it, in words that hold of both editions, and once.

The trap: a target that was changed for a quarter that was published already. The board's tables say
that it was another one only until the quarter before, and the reader of the first edition saw that
quarter rated by it. Or corrections that each later edition tells anew.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards.data.editions import Edition, Listed
from dashboards.data.measure_changes import MeasureChange
from dashboards.data.rows import Release, Revision, Value
from dashboards.drawing.chromium import BROWSER_VARIABLE
from dashboards.site import build_site
from dashboards.story.comparing import compare
from tests.dashboards import made_up
from tests.dashboards.test_pages import words_of

FIRST = dt.date(2018, 11, 20)


def rated_by(target: float, limit: float | None) -> dict[type[Any], list[Any]]:
    """The small board, the newest figures of whose first measure have this target."""
    rows = made_up.everything()
    return rows | {
        Value: [
            replace(one, target=target, amber_limit=limit)
            if one.measure == "P1" and one.quarter == made_up.LAST.key
            else one
            for one in rows[Value]
        ]
    }


def changes_page(
    tmp_path: Path, old: dict[type[Any], list[Any]], new: dict[type[Any], list[Any]],
    **edition: Any,
) -> str:  # fmt: skip
    """The words of the page of changes of an amendment."""
    folders = []
    for name, rows in (("old", old), ("new", new)):
        (tmp_path / name).mkdir()
        folders.append(made_up.write(tmp_path / name, rows))
    listed = Listed(
        name="2018-11-27", meeting="2018-11-27", meeting_on=dt.date(2018, 11, 27), revision=0,
        quarter_label=made_up.LAST.label, note="", signed_off_by="A", published_on=FIRST,
    )  # fmt: skip
    given = {"earlier": (listed,)} | edition
    amendment = Edition(
        name="2018-11-27-r1", revision=1, note="The target was a slip.",
        changes=compare(*folders), **given,
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(BROWSER_VARIABLE, "no-such-browser")
        build_site(folders[1], tmp_path / "site", status="final", edition=amendment)
    return words_of(tmp_path / "site", "changes.html")


def test_a_target_of_a_published_quarter_that_is_another_now(tmp_path: Path) -> None:
    said = changes_page(tmp_path, rated_by(90.0, 85.0), rated_by(95.0, None))
    assert (
        f"In the edition before, the figures of {made_up.LAST.label} were rated by a target of "
        "90.0% (close to it from 85.0%); in this one they are rated by a target of 95.0%."
    ) in said


def test_where_no_target_changed_nothing_is_said_of_one(tmp_path: Path) -> None:
    same = rated_by(90.0, 85.0)
    assert "In the edition before, the figures" not in changes_page(tmp_path, same, same)


def test_a_change_that_has_come_by_the_day_of_the_edition_is_told_as_such(tmp_path: Path) -> None:
    """An old edition that is amended a year later is no place to say what will be."""
    rows = made_up.everything()
    following = made_up.LAST.shift(1)
    change = made_up.row(
        MeasureChange, measure="P1", subject="target", organisation="each", area="all",
        quarter=following.key, quarter_label=following.label, until_label=made_up.LAST.label,
        old_target=90.0, new_target=95.0, breaks_series=False,
    )  # fmt: skip
    [release] = rows[Release]
    for day, words in (
        (following.start, "is 95.0% from"), (made_up.LAST.end, "will be 95.0% from"),
    ):  # fmt: skip
        folder = tmp_path / str(day)
        folder.mkdir()
        made = rows | {MeasureChange: [change], Release: [replace(release, as_of_day=day)]}
        assert words in changes_page(folder, made, made)


def test_what_partners_corrected_is_told_once(tmp_path: Path) -> None:
    rows = made_up.everything()
    first = rows[Revision][0]
    second = replace(
        first, period=made_up.LAST.key, period_label=made_up.LAST.label, old_value=61.25,
        new_value=62.5, changed_at=dt.datetime.fromisoformat("2018-11-22 09:00"),
    )  # fmt: skip
    old = rows | {Revision: [first]}
    said = changes_page(tmp_path, old, rows | {Revision: [first, second]})
    assert "61.3%" in said
    assert said.count("was told in an earlier edition. It stands in the file.") == 1
    with_both = (tmp_path / "site/data/tables/revisions.csv").read_text("utf-8-sig")
    assert "61.25" in with_both
    assert len(with_both.strip().splitlines()) == 3

    (tmp_path / "again").mkdir()
    said = changes_page(tmp_path / "again", old, old)
    assert "Partners have corrected none since the edition before that can be listed" in said
    assert "No corrected figure is listed" not in said


def test_beside_figures_that_changed_no_page_says_that_none_did(tmp_path: Path) -> None:
    rows = made_up.everything() | {Revision: []}
    old = rows | {
        Value: [
            replace(one, value=79.0) if one.value == made_up.FALLING[-1] else one
            for one in rows[Value]
        ]
    }
    said = changes_page(tmp_path, old, rows)
    assert "One published figure is another now." in said
    assert "No corrected figure is listed" not in said
    assert "What changed since the edition before stands above." in said


def test_an_amendment_that_an_edition_before_told_is_not_told_again(tmp_path: Path) -> None:
    def listed(name: str, revision: int, note: str, day: dt.date) -> Listed:
        return Listed(
            name=name, meeting=name[:10], meeting_on=dt.date.fromisoformat(name[:10]),
            quarter_label="", revision=revision, note=note, signed_off_by="A", published_on=day,
        )  # fmt: skip

    earlier = (
        listed("2018-07-31", 0, "", dt.date(2018, 7, 24)),
        listed("2018-07-31-r1", 1, "Told long ago.", dt.date(2018, 8, 2)),
        listed("2018-07-31-r2", 2, "Put right since.", dt.date(2018, 11, 25)),
        listed("2018-11-27", 0, "", FIRST),
    )
    same = made_up.everything()
    said = changes_page(tmp_path, same, same, earlier=earlier)
    assert "Put right since." in said
    assert "The target was a slip." in said
    assert "Told long ago." not in said


def test_an_edition_that_did_not_publish_targets_can_be_compared(tmp_path: Path) -> None:
    old = made_up.write(tmp_path, made_up.everything())
    path = old / "pub_measure_value.parquet"
    pl.read_parquet(path).drop("target").write_parquet(path)
    (tmp_path / "new").mkdir()
    new = made_up.write(tmp_path / "new", rated_by(95.0, None))
    assert compare(old, new).targets == ()
