"""Sentences written by rule: every number in them is in the data, whatever the data are.

The trap: a sentence that was right for the sample (and wrong for a figure of 0, a negative one, a
gap at the end, one point alone) is read by a councillor as fact.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.data.plan_groups import Plans
from dashboards.data.release import Published
from dashboards.data.release import load as load_published
from dashboards.data.rows import Measure, ProcessPoint, Summary
from dashboards.drawing import process
from dashboards.story import numbers, words
from dashboards.story import summary as summary_words
from schemas.quarter import Quarter
from tests.dashboards import made_up
from tests.dashboards.contract import COLOUR, numbers_in

FIGURES = st.one_of(st.none(), st.floats(-50, 20_000, allow_nan=False).map(lambda v: round(v, 2)))


@st.composite
def boards(draw: st.DrawFn) -> tuple[Published, Measure, Summary]:
    """A board of one measure with a series of any course, and its reading at the end."""
    unit = draw(st.sampled_from(["percent", "count", "rate_per_1000", "microgram_m3"]))
    measure = made_up.measure(
        "M", unit=unit, decimals=draw(st.sampled_from([None, 0, 1, 2])), title="Some measure",
        polarity=draw(st.sampled_from(["higher", "lower", "none"])),
        target=draw(st.one_of(st.none(), st.floats(0, 100).map(lambda v: round(v, 1)))),
    )  # fmt: skip
    figures = draw(st.lists(FIGURES, min_size=1, max_size=20))
    last = figures[-1]
    reading = {
        "variation": draw(
            st.sampled_from(
                [None, "common cause", "concern high", "improvement low", "neutral low"]
            )
        ),
        "assurance": draw(st.sampled_from([None, "consistently failing", "hit and miss"])),
    }
    points = tuple(
        made_up.row(
            ProcessPoint, measure="M", organisation="ALL", quarter=quarter.key, value=figure,
            mean=10.0, upl=20.0, lpl=-3.0, stretch=1, points=len(figures), **reading,
        )
        for quarter, figure in zip(made_up.quarters(len(figures)), figures, strict=True)
        if len(figures) >= 7 and figure is not None
    )  # fmt: skip
    summary = made_up.row(
        Summary, measure="M", organisation="ALL", quarter=made_up.LAST.key, value=last,
        state="shown" if last is not None else "suppressed",
        previous_value=figures[-2] if len(figures) > 1 else None,
        rating=draw(st.sampled_from(["on target", "close to target", "off target", "not rated"])),
        target=measure.target, **reading,
    )  # fmt: skip
    board = Published(
        release=made_up.RELEASE,
        organisations=(), themes=(), measures=(measure,),
        values=tuple(
            replace(one, target=measure.target) for one in made_up.series("M", "ALL", figures)
        ),
        process=points, summaries=(summary,),
        comparators=(), submissions=(), findings=(), scores=(), revisions=(), commentary=(),
    )  # fmt: skip
    return board, measure, summary


def known_numbers(board: Published, measure: Measure) -> set[str]:
    """The numbers that the words about the measure may hold: its figures as written, its target,
    its readings, its quarters, and how many points it has."""
    values = [value.value for value in board.values] + [measure.target]
    values += [x for p in board.process for x in (p.value, p.mean, p.upl, p.lpl)]
    written = " ".join(words.shown_figure(measure, value) for value in values if value is not None)
    labels = " ".join(value.period_label for value in board.values)
    counts = {str(n) for n in range(len(board.values) + 1)}
    return numbers_in(written) | numbers_in(labels) | counts


@settings(max_examples=150, deadline=None)
@given(boards())
def test_every_number_of_headline_and_alternative_is_in_the_data(
    made: tuple[Published, Measure, Summary],
) -> None:
    board, measure, summary = made
    headline = words.series_headline(board, measure, summary)
    chart = process.process_chart(board, measure, "ALL", heading=headline)
    known = known_numbers(board, measure)
    if chart is None:  # one figure makes no line
        assert sum(value.value is not None for value in board.values) < 2
        assert numbers_in(headline) <= known
        return
    for text in (headline, chart.alt):
        assert numbers_in(text) <= known, text
        assert not COLOUR.search(text), text
    assert 40 <= len(chart.alt) <= 350
    assert chart.alt != headline
    assert "{" not in headline + chart.alt + chart.caption


@settings(max_examples=60, deadline=None)
@given(boards())
def test_the_summary_of_any_board_has_a_finding_and_only_numbers_that_are_counts_or_figures(
    made: tuple[Published, Measure, Summary],
) -> None:
    board, measure, summary = made
    rows = [(measure, summary)]
    finding = summary_words.finding(rows)
    lead = summary_words.lead(board, Plans(published=board), rows)
    assert finding
    assert numbers_in(finding) <= known_numbers(board, measure)
    assert numbers_in(" ".join(lead)) <= {"0", "1"}


def board_row(code: str, **given: Any) -> tuple[Measure, Summary]:
    """A measure and where it stands."""
    usual = {"organisation": "ALL", "quarter": made_up.LAST.key, "state": "shown", "value": 5.0}
    return (
        made_up.measure(code),
        made_up.row(Summary, **usual | {"measure": code} | given),
    )


def test_what_got_worse_comes_before_what_keeps_failing() -> None:
    rows = [
        board_row("A", assurance="consistently failing", variation="common cause"),
        board_row("B", variation="concern high"),
    ]
    assert summary_words.finding(rows) == (
        "One measure got worse by more than chance: Measure B (5.0%)"
    )
    assert summary_words.finding(rows[:1]).startswith(
        "Nothing got worse by more than chance, but one measure will keep missing its target"
    )
    calm = board_row("C", reading="common cause")
    assert summary_words.finding([calm]) == "Nothing got worse by more than chance"


def test_where_nothing_can_be_judged_nobody_is_told_that_nothing_got_worse() -> None:
    assert summary_words.finding([board_row("C"), (made_up.measure("D"), None)]) == (
        "Whether anything got worse cannot be said yet: no measure has enough figures"
    )


def test_a_long_list_names_three_and_counts_the_others() -> None:
    rows = [board_row(code, variation="concern low") for code in "ABCDE"]
    finding = summary_words.finding(rows)
    assert finding.startswith("5 measures got worse by more than chance: Measure A (5.0%), ")
    assert finding.endswith("and 2 more")


@pytest.mark.parametrize(
    ("variation", "before", "value", "headline"),
    [
        ("improvement high", 84.0, 84.0, ("was unchanged at 84.0% in 2018-19 Q2: still above its "
         "usual level, for the better")),
        ("neutral high", 42.4, 37.5, ("was 37.5% in 2018-19 Q2, down from 42.4%: still above its "
         "usual level; neither way is better")),
        ("improvement low", 15.0, 15.9, ("was 15.9% in 2018-19 Q2, up from 15.0%: still below its "
         "usual level, for the better")),
        ("improvement high", 83.0, 84.0,
         "rose to 84.0% in 2018-19 Q2: a real change for the better"),
    ],
)  # fmt: skip
def test_a_signal_that_the_last_step_does_not_share_is_a_clause_of_its_own(
    variation: str, before: float, value: float, headline: str
) -> None:
    """The trap: "rose to 15.9%: a real change for the better", where lower is better."""
    measure, summary = board_row("A", variation=variation, previous_value=before, value=value)
    empty = dict.fromkeys(
        ("organisations", "themes", "values", "process", "summaries", "comparators", "submissions",
         "findings", "scores", "revisions", "commentary"), (),
    )  # fmt: skip
    board = Published(release=made_up.RELEASE, measures=(measure,), **empty)
    assert words.series_headline(board, measure, summary) == f"Measure A {headline}"


def test_a_quotation_is_a_whole_sentence() -> None:
    said = "Cover is 82.9% in 2016-17, e.g. in Aston, and falls. Two half days are tried."
    assert words.first_sentence(said) == "Cover is 82.9% in 2016-17, e.g. in Aston, and falls."
    assert words.first_sentence("No end") == "No end"


def test_a_fall_that_is_written_the_same_is_told_as_no_move() -> None:
    measure, summary = board_row("A", value=5.04, previous_value=5.0)
    assert words.movement(measure, summary) == "same"
    assert words.movement(measure, replace(summary, previous_value=4.9)) == "rose"


@pytest.mark.parametrize(
    ("value", "written"),
    [(-0.04, "0.0%"), (1234.55, "1,234.6%"), (-2.25, "\N{MINUS SIGN}2.3%")],
)
def test_figures_round_half_away_from_zero(value: float, written: str) -> None:
    assert numbers.figure(value, unit="percent", decimals=1) == written


def test_every_sentence_of_the_files_can_be_said() -> None:
    for name, sentence in words.sentences().items():
        assert sentence, name
        assert not COLOUR.search(sentence) or name.startswith(
            ("action_rating.", "standing", "filter", "plans.", "rating")
        ), name


def test_a_quarter_is_called_by_its_financial_year() -> None:
    quarter = Quarter.parse("2018-19-Q2")
    assert numbers.period(quarter.start, quarter.end) == "2018-19 Q2"


def test_a_page_says_what_its_rule_on_small_numbers_hides() -> None:
    measure = made_up.measure("M", small_number_rule="few", threshold=4)
    assert words.small_numbers(measure).startswith("Counts from one to 4 are hidden")
    rounded = replace(measure, threshold=7, rounding=5)
    assert words.small_numbers(rounded).endswith("The others are rounded to the nearest 5.")
    assert words.small_numbers(replace(measure, small_number_rule="none")).startswith("No number")
    # A release made before the data said it: nothing is promised.
    assert words.small_numbers(replace(measure, threshold=None)) == ""


MACRO = Path(__file__).parents[2] / "dbt_project/macros/statistics/process_control.sql"
NO_LIMITS = re.findall(
    r"then '([^']+)'",
    re.sub(r"(?s).*allowed as \((.*?)end as no_limits_reason.*", r"\1", MACRO.read_text("utf-8")),
)


@pytest.mark.parametrize("reason", NO_LIMITS)
@pytest.mark.parametrize("number", [1, 2])
def test_every_reason_for_no_limits_has_words_on_the_summary_and_the_page(
    reason: str, number: int
) -> None:
    measures = [made_up.measure(f"M{n}") for n in range(number)]
    summaries = [
        made_up.row(
            Summary, measure=one.measure, organisation="ALL", quarter=made_up.LAST.key,
            state="shown", value=4.0, no_limits_reason=reason,
        )
        for one in measures
    ]  # fmt: skip
    board = Published(
        release=made_up.RELEASE,
        organisations=(), themes=(), measures=tuple(measures), values=(), process=(),
        summaries=tuple(summaries), comparators=(), submissions=(), findings=(), scores=(),
        revisions=(), commentary=(),
    )  # fmt: skip
    said = summary_words.unjudged(board, list(zip(measures, summaries, strict=True)))
    assert f"of the others, {'one' if number == 1 else number} " in said
    for length in ("short", "long", "headline"):
        assert words.change_words(board, summaries[0], length=length)


def test_the_reasons_for_no_limits_are_read_from_the_model() -> None:
    assert len(NO_LIMITS) == 6


@pytest.mark.parametrize(
    ("direction", "reading", "said"),
    [
        ("worse", "concern low", "a real change for the worse since the period before"),
        ("better", "improvement low", "a real change for the better since the period before"),
    ],
)
def test_a_step_after_equal_figures_is_told_as_the_change_that_it_is(
    data: Path, direction: str, reading: str, said: str
) -> None:
    board = load_published(data)
    measure = board.measure_by_id["P1"]
    summary = made_up.row(
        Summary, measure="P1", organisation="ALL", quarter=made_up.LAST.key, value=60.0,
        previous_value=90.0, is_like_for_like=True, state="shown", rating="not rated",
        variation=None, reading=reading, read_from="period before", direction=direction,
        no_limits_reason="too few different values", recent_trend="no significant change",
    )  # fmt: skip
    assert words.series_headline(board, measure, summary).endswith(f": {said}")
    assert "period before" in words.change_words(board, summary, length="short")
    assert summary_words.unjudged(board, [(measure, summary)]) == ""
    is_worse = direction == "worse"
    assert words.is_concern(summary) is is_worse
    headline = summary_words.finding([(measure, summary)])
    assert headline.startswith("One measure got worse") is is_worse
