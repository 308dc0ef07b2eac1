"""What is said beyond the latest figure: where the next may lie, the pack's lists, gaps, asks.

The trap: a forecast that the statistics do not carry (a line through noise, limits of a process
that has just changed), and a gap between two groups that chance alone explains.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from dashboards.data.release import Published
from dashboards.data.release import load as load_published
from dashboards.data.rows import Comparator, Measure, Summary
from dashboards.drawing import beside, icons
from dashboards.drawing.chart import Chart
from dashboards.drawing.spine import vertebrae
from dashboards.pages.base import Site
from dashboards.pages.registry import PAGE_TYPES
from dashboards.printing import pack
from dashboards.story import summary as summary_words
from dashboards.story import words
from dashboards.story.gaps import gaps
from dashboards.story.outlook import comparison, due, outlook
from tests.dashboards import made_up


@pytest.fixture(scope="module")
def board(data: Path) -> Published:
    """The small board."""
    return load_published(data)


def with_reading(board: Published, variation: str | None, **given: object) -> Published:
    """The board with its first measure read otherwise at the latest point."""
    points = tuple(
        replace(p, **given) if p.measure == "P1" else p  # type: ignore[arg-type]  # fields by name
        for p in board.process
    )
    summaries = tuple(
        replace(s, variation=variation, reading=variation)
        if (s.measure, s.organisation) == ("P1", "ALL")
        else s
        for s in board.summaries
    )
    return replace(board, process=points, summaries=summaries)


def said(board: Published) -> dict[str, str]:
    return dict(outlook(board, *of_p1(board)))


def of_p1(board: Published) -> tuple[Measure, Summary]:
    summary = board.board_summary("P1")
    assert summary is not None
    return board.measure_by_id["P1"], summary


def test_a_measure_that_does_not_change_is_expected_within_its_limits(board: Published) -> None:
    found = said(with_reading(board, "common cause", lpl=84.25, upl=97.0))
    assert found["Next figure, if nothing changes"].startswith("Between 84.3% and 97.0%.")


def test_a_percentage_is_expected_to_pass_neither_none_nor_all(board: Published) -> None:
    found = said(with_reading(board, "common cause", lpl=-4.0, upl=104.0))
    assert found["Next figure, if nothing changes"].startswith("Between 0.0% and 100.0%.")


def test_few_points_make_trial_limits_and_it_is_said(board: Published) -> None:
    found = said(with_reading(board, "common cause", trial=True))
    assert "trial limits" in found["Next figure, if nothing changes"]


@pytest.mark.parametrize("variation", ["concern low", "improvement high", "neutral high"])
def test_of_a_measure_that_is_changing_nothing_is_foretold(
    board: Published, variation: str
) -> None:
    assert said(with_reading(board, variation))["Next figure, if nothing changes"].startswith(
        "Cannot be said: the measure is changing"
    )


def test_without_limits_nothing_is_foretold(board: Published) -> None:
    assert "Next figure, if nothing changes" not in said(with_reading(board, None))
    hidden = with_reading(board, "common cause", lpl=None, upl=None)
    assert "Next figure, if nothing changes" not in said(hidden)


def test_it_says_when_the_next_figures_are_owed(board: Published) -> None:
    measure = board.measure_by_id["P1"]
    assert due(measure) == "Partners owe the figures for 2018-19 Q3 by 21 January 2019"
    assert due(replace(measure, next_due_on=None)) == "None is owed within a year"
    assert due(replace(measure, status="retired")) == ""


def test_a_release_from_before_it_was_known_when_figures_are_due_opens(
    board: Published, tmp_path: Path
) -> None:
    rows = made_up.everything()
    made_up.write(tmp_path, rows)
    path = tmp_path / "pub_measure.parquet"
    pl.read_parquet(path).drop("next_due_on", "next_quarter_label").write_parquet(path)
    assert {m.next_due_on for m in load_published(tmp_path).measures} == {None}


def test_the_list_is_that_of_the_newest_period(board: Published) -> None:
    measure = board.measure_by_id["P1"]
    row = comparison(board, measure)
    assert row is not None
    assert row.comparison_list == "performing poorly"
    newer = replace(row, period_end=dt.date(2019, 3, 31), comparison_list="similar to England")
    later = comparison(replace(board, comparators=(*board.comparators, newer)), measure)
    assert later is newer
    assert comparison(board, board.measure_by_id["P2"]) is None


def test_our_own_area_is_not_compared_with_itself(board: Published) -> None:
    chart = beside.comparators_chart(board, *of_p1(board))
    assert chart is not None
    assert "All of it" not in [row[0].text for row in chart.table.rows]


def test_others_are_of_our_own_period_or_say_theirs(board: Published) -> None:
    measure, summary = of_p1(board)
    of_ours = [
        replace(row, period_start=summary.period_start, period_end=summary.period_end)
        for row in board.comparators
        if row.measure == "P1"
    ]
    later = [
        replace(row, period_start=dt.date(2030, 4, 1), period_end=dt.date(2031, 3, 31), value=1.5)
        for row in of_ours
        if row.area_kind == "country"
    ]

    def names(rows: list[Comparator]) -> list[str]:
        chart = beside.comparators_chart(replace(board, comparators=tuple(rows)), measure, summary)
        assert chart is not None
        return [row[0].text for row in chart.table.rows]

    assert names([*of_ours, *later]) == names(of_ours)
    assert any(name.endswith(", 2030-31") for name in names(later))


def test_parts_of_our_own_area_are_called_by_their_kind_and_are_no_other_areas(
    board: Published,
) -> None:
    """Seen: wards of the council itself in the chart of other areas."""
    measure, summary = of_p1(board)
    usual = next(row for row in board.comparators if row.area_kind == "country")
    wards = [
        replace(usual, area=name, area_name=name, area_kind=kind, value=value, is_within_home=True)
        for name, kind, value in (
            ("Abbey", "ward", 61.0), ("Priory", "ward", 99.0), ("North", "district", 70.0),
        )
    ]  # fmt: skip
    with_wards = replace(board, comparators=(*board.comparators, *wards))

    def names(chart: Chart | None) -> set[str]:
        return {row[0].text for row in chart.table.rows} if chart else set()

    others = beside.comparators_chart(with_wards, measure, summary)
    assert names(others) == names(beside.comparators_chart(board, measure, summary))
    districts, of_wards = beside.within_charts(with_wards, measure, summary)
    assert names(of_wards) == {"Abbey", "Priory", "Our figure"}
    assert names(districts) == {"North", "Our figure"}
    assert of_wards.heading == "Staff trained, by ward"
    assert "beside that of each ward, 2 of 2" in of_wards.alt
    for chart in (districts, of_wards):
        assert "other" not in f"{chart.heading} {chart.alt} {chart.caption}".lower()
    # Nor are they among the areas of which the worst and the best are the ends of a spine.
    rows = [of_p1(board)]
    assert vertebrae(with_wards, rows) == vertebrae(board, rows) != []


def test_a_gap_is_between_those_that_are_shown_and_is_real_only_beyond_their_intervals(
    board: Published,
) -> None:
    found = {gap.breakdown: gap for gap in gaps(board, [of_p1(board)])}
    ward = found["ward"]
    assert (ward.highest.name, ward.lowest.name) == ("South ward", "North ward")
    assert (ward.apart, ward.beyond_chance, ward.shown, ward.every) == ("2.0 points", True, 3, 4)
    touching = replace(
        board,
        values=tuple(
            replace(v, lower=80.8) if v.category == "South ward" else v for v in board.values
        ),
    )
    assert gaps(touching, [of_p1(touching)])[0].beyond_chance is False
    without = replace(board, values=tuple(replace(v, lower=None) for v in board.values))
    assert gaps(without, [of_p1(without)])[0].beyond_chance is None


def test_counts_have_no_gap(board: Published) -> None:
    measure, summary = of_p1(board)
    assert gaps(board, [(replace(measure, unit="count"), summary), (measure, None)]) == []


def with_trend(board: Published, trend: str | None, reading: str | None) -> Published:
    """The board with its first measure read by nothing but its years."""
    return replace(
        board,
        summaries=tuple(
            replace(s, variation=None, reading=reading, recent_trend=trend)
            if s.measure == "P1"
            else s
            for s in board.summaries
        ),
    )


def test_a_yearly_figure_that_gets_worse_for_five_years_leads_the_summary(board: Published) -> None:
    falling = with_trend(board, "decreasing and getting worse", "concern low")
    site = Site(published=falling, status="draft")
    assert summary_words.finding(site.board) == (
        "One measure got worse by more than chance: Staff trained (80.3%, target 90.0%)"
    )
    lead = summary_words.lead(site.published, site.plans, site.board)
    assert "One more will keep missing its target unless something changes." in lead
    measure, summary = of_p1(site.published)
    assert "a real fall over five years, for the worse" in words.series_headline(
        site.published, measure, summary
    )
    assert "Getting worse: falling over five years" in icons.change_icon(site.published, summary)


def test_a_slow_fall_that_no_limit_tells_is_not_told_as_no_sign_of_a_change(
    board: Published,
) -> None:
    slow = replace(
        board,
        summaries=tuple(
            replace(s, variation="common cause", reading="concern low",
                    recent_trend="decreasing and getting worse")
            if s.measure == "P1" else s
            for s in board.summaries
        ),
        process=tuple(
            replace(p, variation="common cause", special_cause=None) if p.measure == "P1" else p
            for p in board.process
        ),
    )  # fmt: skip
    measure, summary = of_p1(slow)
    headline = words.series_headline(slow, measure, summary)
    assert "a real fall over five years, for the worse" in headline
    assert "no sign" not in headline
    answers = dict(outlook(slow, measure, summary))
    assert "the measure is changing" in answers["Next figure, if nothing changes"]
    site = Site(published=slow, status="draft")
    assert summary_words.finding(site.board).startswith("One measure got worse by more than chance")


@pytest.mark.parametrize("trend", [None, "cannot be calculated"])
def test_without_five_years_and_without_limits_nothing_is_said_to_have_changed(
    board: Published, trend: str | None
) -> None:
    unread = with_trend(board, trend, None)
    _, summary = of_p1(unread)
    assert "Too few figures to say" in icons.change_icon(unread, summary)
    assert "No figure to judge" in icons.change_icon(unread, replace(summary, value=None))


def test_a_measure_with_a_target_and_few_figures_is_not_told_as_one_without_a_target() -> None:
    assert "Too few figures to say" in icons.assurance_icon(None)
    assert "No target" in icons.assurance_icon(None, has_target=False)


def test_paper_has_a_sheet_for_what_is_rated_changed_or_spoken_of(board: Published) -> None:
    site = Site(published=board, status="final")
    pages = [page for kind in PAGE_TYPES for page in kind.make(site)]
    sheets = {page.path for page in pack.printed(pages)}
    assert {"measures/p1.html", "measures/p2.html", "themes/safety.html"} <= sheets
    assert not {"measures/c1.html", "measures/r1.html", "measures/n1.html"} & sheets
