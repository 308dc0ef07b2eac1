"""A line joins two figures only where the later one's period comes next and both are of the same.

The trap: a year that nobody gave, a figure of three years after one of a single year, or a number
that lacks half the partners, is drawn as one more step of an even course.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from dashboards.data.release import Published
from dashboards.data.rows import Measure, ProcessPoint, Summary
from dashboards.data.series import breaks, series_points
from dashboards.drawing import icons, process
from dashboards.drawing.chart import Chart
from dashboards.drawing.sparklines import sparkline
from dashboards.story import words
from tests.dashboards import made_up

# The figure and its period, the newest last; one return a year gives each.
Given = Sequence[tuple[float | None, str, str]]

EVEN: Given = [(1.0, "2014-01-01", "2014-12-31"), (2.0, "2015-01-01", "2015-12-31"),
               (3.0, "2016-01-01", "2016-12-31")]  # fmt: skip
MISSING: Given = [(1.0, "2013-04-01", "2014-03-31"), (2.0, "2014-04-01", "2015-03-31"),
                  (3.0, "2017-04-01", "2018-03-31")]  # fmt: skip
LONGER: Given = [(1.0, "2014-01-01", "2014-12-31"), (2.0, "2015-01-01", "2015-12-31"),
                 (3.0, "2014-01-01", "2016-12-31")]  # fmt: skip
OTHER_MONTHS: Given = [(1.0, "2014-04-01", "2015-03-31"), (2.0, "2015-04-01", "2016-03-31"),
                       (3.0, "2017-01-01", "2017-12-31")]  # fmt: skip
ROLLING: Given = [(1.0, "2012-01-01", "2014-12-31"), (2.0, "2013-01-01", "2015-12-31"),
                  (3.0, "2014-01-01", "2016-12-31")]  # fmt: skip
FOURTH_QUARTERS: Given = [(1.0, "2015-01-01", "2015-03-31"), (2.0, "2016-01-01", "2016-03-31"),
                          (3.0, "2017-01-01", "2017-03-31")]  # fmt: skip


def board(given: Given, **about: Any) -> tuple[Published, Measure, Summary]:
    """A board of one yearly series."""
    values = [
        made_up.value(
            "M", "ALL", made_up.LAST.shift(4 * (place - len(given) + 1)), figure,
            period_start=dt.date.fromisoformat(start), period_end=dt.date.fromisoformat(end),
            state="shown" if figure is not None else "not available",
        )
        for place, (figure, start, end) in enumerate(given)
    ]  # fmt: skip
    usual = {"frequency": "yearly", "title": "Some measure", "main_kind": values[-1].period_kind}
    measure = made_up.measure("M", **usual | about)
    summary = made_up.row(
        Summary, measure="M", organisation="ALL", quarter=values[-1].quarter, state="shown",
        period_start=values[-1].period_start, period_end=values[-1].period_end,
        value=given[-1][0], previous_value=given[-2][0],
    )  # fmt: skip
    empty = dict.fromkeys(
        ("organisations", "themes", "process", "comparators", "submissions", "findings", "scores",
         "revisions", "commentary"), ()
    )  # fmt: skip
    made = Published(
        release=made_up.RELEASE, measures=(measure,), values=tuple(values), summaries=(summary,),
        **empty,
    )  # fmt: skip
    return made, measure, summary


def drawn(given: Given, **about: Any) -> Chart:
    """The chart of the series."""
    made, measure, _ = board(given, **about)
    chart = process.process_chart(made, measure, "ALL", heading="A heading")
    assert chart is not None
    return chart


def joined(chart: Chart) -> list[list[float]]:
    """The figures that each unbroken line goes through, those alone left out."""
    lines: list[list[float]] = []
    for trace in chart.figure["data"]:
        if trace["name"] != "Figure":
            continue
        lines.append([])
        for value in trace["y"]:
            if value is None:
                lines.append([])
            else:
                lines[-1].append(value)
    return [line for line in lines if len(line) > 1]


@pytest.mark.parametrize(
    "given", [EVEN, FOURTH_QUARTERS, ROLLING], ids=["years", "one quarter a year", "rolling"]
)
def test_years_that_follow_one_another_are_joined(given: Given) -> None:
    chart = drawn(given)
    assert joined(chart) == [[1.0, 2.0, 3.0]]
    assert "broken" not in chart.alt
    assert len(chart.table.rows) == 3


def test_years_that_nobody_gave_have_a_place_without_a_figure_and_no_line_crosses_it() -> None:
    chart = drawn(MISSING)
    assert joined(chart) == [[1.0, 2.0]]
    shown = [(row[0].text, row[1].text, row[2].text) for row in chart.table.rows]
    assert shown == [
        ("2013-14", "1.0%", "Shown"), ("2014-15", "2.0%", "Shown"),
        ("2015-16", "–", "No figure sent"), ("2016-17", "–", "No figure sent"),
        ("2017-18", "3.0%", "Shown"),
    ]  # fmt: skip
    assert len(chart.figure["layout"]["xaxis"]["categoryarray"]) == 5
    assert "3 of 5 points shown" in chart.alt
    assert "The line is broken between 2014-15 and 2017-18." in chart.alt
    assert "A gap means no figure can be shown" in chart.caption


@pytest.mark.parametrize("given", [LONGER, OTHER_MONTHS], ids=["longer", "other months"])
def test_periods_of_another_kind_are_another_series(given: Given) -> None:
    made, measure, _ = board(given)
    [point] = series_points(made, measure="M", organisation="ALL")
    assert point.shown == 3.0
    other = made.values[0].period_kind
    assert other != measure.main_kind
    points = series_points(made, measure="M", organisation="ALL", kind=other)
    assert [one.shown for one in points] == [1.0, 2.0]


def test_what_cannot_be_set_against_the_one_before_neither_rose_nor_fell() -> None:
    made, measure, summary = board(EVEN)
    assert "rose to 3.0% in 2016" in words.series_headline(made, measure, summary)
    apart = replace(summary, is_like_for_like=False)
    assert words.series_headline(made, measure, apart).startswith("Some measure was 3.0% in 2016")


def test_every_tick_of_a_yearly_series_says_the_period_that_the_figure_is_of() -> None:
    many = [(float(n), f"20{n}-04-01", f"20{n + 1}-03-31") for n in range(10, 18)]
    axis = drawn(many).figure["layout"]["xaxis"]
    ticks = dict(zip(axis["tickvals"], axis["ticktext"], strict=True))
    assert ticks == {"2011-12": "2011-12", "2013-14": "2013-14", "2015-16": "2015-16",
                     "2017-18": "2017-18"}  # fmt: skip


def test_a_sparkline_is_broken_where_the_chart_is() -> None:
    for given, lines in ((EVEN, "MLL"), (MISSING, "MLM")):
        made, measure, _ = board(given)
        path = sparkline(made, measure, "ALL").split('class="spark-line" d="')[1].split('"')[0]
        assert "".join(letter for letter in path if letter in "ML") == lines


def test_a_quarter_without_a_figure_breaks_the_line_and_the_words_say_where() -> None:
    measure = made_up.measure("M")
    figures = [1.0, 2.0, None, 4.0, 5.0]
    made, _, _ = board(EVEN)
    made = replace(
        made, measures=(measure,), values=tuple(made_up.series("M", "ALL", figures)),
        process=tuple(made_up.row(ProcessPoint, measure="M", organisation="ALL", quarter=q.key)
                      for q in made_up.quarters(5)),
    )  # fmt: skip
    points = series_points(made, measure="M", organisation="ALL")
    assert [(a.label, b.label) for a, b in breaks(points)] == [("2017-18 Q3", "2018-19 Q1")]
    chart = process.process_chart(made, measure, "ALL", heading="A heading")
    assert chart is not None
    assert joined(chart) == [[1.0, 2.0], [4.0, 5.0]]
    assert "The line is broken between 2017-18 Q3 and 2018-19 Q1." in chart.alt


def test_a_number_of_other_members_is_not_set_against_the_one_before() -> None:
    measure = made_up.measure("M", unit="count", decimals=0, aggregation="sum", title="Some number")
    made, _, summary = board(EVEN)
    values = tuple(
        replace(value, members="A", partners_missing="Alpha trust")
        if value.value < 30
        else replace(value, members="A; B")
        for value in made_up.series("M", "ALL", [50.0, 51.0, 20.0, 49.0, 21.0])
    )
    summary = replace(
        summary, value=21.0, previous_value=49.0, is_like_for_like=False,
        **made_up.period_of({"quarter": made_up.LAST.key}),
    )  # fmt: skip
    made = replace(made, measures=(measure,), values=values, summaries=(summary,))
    chart = process.process_chart(made, measure, "ALL", heading="A heading")
    assert chart is not None
    assert joined(chart) == [[50.0, 51.0]]
    assert "The line is broken in 3 places." in chart.alt
    assert "without partners that the other has" in chart.caption
    why = "partners are missing, so it cannot be set against complete figures"
    assert words.series_headline(made, measure, summary) == (
        f"Some number was 21 in 2018-19 Q2: {why}"
    )
    assert why in chart.alt
    assert "Lacks partners" in icons.change_icon(made, summary)


def test_the_last_point_of_a_sparkline_shows_what_the_words_beside_it_say() -> None:
    made, measure, summary = board(EVEN)
    assert 'class="spark-common"' in sparkline(made, measure, "ALL")
    falling = replace(summary, reading="concern low", recent_trend="decreasing and getting worse")
    assert 'class="spark-concern"' in sparkline(replace(made, summaries=(falling,)), measure, "ALL")
