"""Process control: worked examples, the R package's own expectations, and a second implementation.

NHSRplotthedots 0.2.2 is the oracle; where a test takes an expectation of its tests it says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.statistics.macros import query, render
from tests.statistics.xmr_reference import chart

SCHEMA = {
    "series": pl.String,
    "period": pl.Date,
    "value": pl.Float64,
    "improvement": pl.String,
    "target": pl.Float64,
    "rebase": pl.Boolean,
}
CALL = (
    "process_control('given', 'series', 'period', 'value', 'improvement', 'target', 'rebase'"
    "{more}) "
)


def control(
    *series: Sequence[float | None],
    improvement: str | None = "higher",
    target: float | Sequence[float | None] | None = None,
    rebases: Sequence[int] = (),
    screen: bool = True,
    more: str = "",
) -> list[list[dict[str, Any]]]:
    """What the macro says of each point of each series; ``rebases`` are places in every one, a
    target is one for all points or one for each."""
    rows = [
        {
            "series": f"{number:05d}",
            "period": dt.date(2018, 1, 1) + dt.timedelta(days=place),
            "value": value,
            "improvement": improvement,
            "target": target[place] if isinstance(target, Sequence) else target,
            "rebase": place in rebases,
        }
        for number, values in enumerate(series)
        for place, value in enumerate(values)
    ]
    sql = render(CALL.format(more=more + ("" if screen else ", screen_outliers=false")))
    found = query(
        f"select * from ({sql}) order by series, period", given=pl.DataFrame(rows, schema=SCHEMA)
    )
    by_series: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        by_series.setdefault(row["series"], []).append(row)
    return [by_series[name] for name in sorted(by_series)]


def causes(values: Sequence[float | None], **options: Any) -> list[str | None]:
    [points] = control(values, **options)
    return [point["special_cause"] for point in points]


# --- Limits ------------------------------------------------------------------------------------

# NHSRplotthedots, vignette "Deviations from Excel defaults": both captions.
VIGNETTE = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]


def test_outlying_moving_ranges_are_screened_as_in_the_r_packages_vignette() -> None:
    [points] = control(VIGNETTE)
    assert [round(points[0][name], 2) for name in ("upl", "mean", "lpl")] == [4.6, 1.94, -0.72]
    assert points[0]["moving_ranges_screened"] == 2
    assert [p["special_cause"] for p in points] == [None] * 4 + ["astronomical"] + [None] * 13


def test_without_screening_the_limits_are_those_of_the_excel_tool() -> None:
    [points] = control(VIGNETTE, screen=False)
    assert [round(points[0][name], 2) for name in ("upl", "mean", "lpl")] == [6.95, 1.94, -3.06]


def test_limits_worked_by_hand() -> None:
    # 8 10 8 10 8 10 8 10: mean 9, every moving range 2: 9 ± 2.66 × 2.
    [points] = control([8, 10] * 4)
    assert points[0]["mean"] == 9
    assert points[0]["upl"] == pytest.approx(14.32)
    assert points[0]["lpl"] == pytest.approx(3.68)
    assert points[0]["near_upl"] == pytest.approx(9 + 5.32 * 2 / 3)
    assert {point["variation"] for point in points} == {"common cause"}


@pytest.mark.parametrize("value", [0.1, 87.4, 1e9, 0.0, -3.3, 1 / 3])
def test_a_series_that_hardly_varies_has_no_limits_and_no_icon(value: float) -> None:
    [points] = control([value] * 18, target=value + 1)
    assert {(p["mean"], p["upl"], p["variation"], p["assurance"]) for p in points} == {
        (value, None, None, None)
    }
    # Eighteen alike and then one other say nothing of what is to come.
    [points] = control([value] * 18 + [value + 5], target=value + 1)
    assert {(p["variation"], p["assurance"]) for p in points} == {(None, None)}
    assert {p["no_limits_reason"] for p in points} == {"too few different values"}


def test_a_fall_does_not_make_an_improvement_of_the_figures_before_it() -> None:
    # Worked by hand: twelve of 80 and 81 have the mean 80.5 and moving ranges of 1; 20 with them
    # would give the mean 75.8 and all twelve above the upper limit.
    before = [80, 81] * 6
    [points] = control([*before, 20], target=75)
    assert points[0]["mean"] == 80.5
    assert points[0]["lpl"] == pytest.approx(80.5 - 2.66)
    assert [p["variation"] for p in points] == ["common cause"] * 12 + ["concern low"]
    # Nor will it "keep meeting" a target that it has just left.
    assert {p["assurance"] for p in points} == {None}
    assert not points[0]["trial"]
    # The same fall told by the first quarters alone, and a second quarter at the new level.
    [points] = control([*before, 20, 21])
    assert [p["variation"] for p in points] == ["common cause"] * 12 + ["concern low"] * 2
    # Seven at the new level are a level of their own: the limits are those of all, as the R package
    # draws them.
    [points] = control([*before, 20, 21, 20, 21, 20, 21, 20])
    assert points[0]["mean"] == pytest.approx((12 * 80.5 + 143) / 19)
    # Too few before the jump to say what is usual.
    [points] = control([80, 81, 80, 81, 20, 21, 20, 21])
    assert {p["no_limits_reason"] for p in points} == {"a jump after fewer than seven points"}
    assert {p["variation"] for p in points} == {None}


def test_one_wild_figure_does_not_make_a_signal_of_those_around_it() -> None:
    # Worked by hand: 500 among nineteen of 49 to 51 makes a mean of 73 with limits that hold none.
    [points] = control([50, 51, 49, 50, 51, 49, 50, 500, *[50, 51, 49] * 4], target=40)
    assert points[0]["mean"] == 50
    assert [p["special_cause"] for p in points] == [None] * 7 + ["astronomical"] + [None] * 12
    assert points[-1]["variation"] == "common cause"
    # Too early to say what is usual: nothing is said.
    [points] = control([50, 51, 49, 500, *[50, 51, 49] * 4])
    assert {p["no_limits_reason"] for p in points} == {"a jump after fewer than seven points"}


def test_one_event_in_twelve_quarters_is_no_improvement() -> None:
    [points] = control([0.0] * 11 + [1.0], more=", is_count='true'")
    assert {p["variation"] for p in points} == {None}
    assert points[0]["no_limits_reason"].startswith("rare events")


def test_periods_that_overlap_have_no_limits() -> None:
    [points] = control([8, 10] * 4, more=", overlaps='true'")
    assert {(p["upl"], p["no_limits_reason"]) for p in points} == {(None, "the periods overlap")}


def test_limits_can_be_fixed_after_the_first_points_of_each_stretch() -> None:
    # Worked by hand: 8 10 8 10 8 10 8 has the mean 62/7 and moving ranges of 2.
    [points] = control([8, 10] * 3 + [8, 30, 31, 30], more=", fix_after_n_points=7")
    assert points[0]["mean"] == pytest.approx(62 / 7)
    assert points[0]["upl"] == pytest.approx(62 / 7 + 2.66 * 2)
    assert [p["special_cause"] for p in points[7:]] == ["astronomical"] * 3
    assert points[0]["trial"]


def test_values_that_differ_by_the_computers_rounding_are_equal() -> None:
    values = [0.3, 0.1 + 0.2] * 5
    assert causes(values) == [None] * 10


@pytest.mark.parametrize(
    ("length", "limits", "trial"),
    [(6, False, False), (7, True, True), (11, True, True), (12, True, False)],
)
def test_limits_need_seven_points_and_are_on_trial_below_twelve(
    length: int, limits: bool, trial: bool
) -> None:
    [points] = control([float(place % 2) for place in range(length)], target=100)
    assert all((point["upl"] is not None) is limits for point in points)
    assert all(point["trial"] is trial for point in points)
    assert all((point["variation"] is not None) is limits for point in points)
    assert all((point["assurance"] is not None) is limits for point in points)


def test_a_missing_value_takes_the_moving_ranges_on_both_sides_with_it() -> None:
    [points] = control([8, 10, 8, None, 108, 110, 108, 110])
    assert points[0]["moving_ranges"] == 5
    assert points[0]["missing_points"] == 1
    assert points[0]["average_moving_range"] == 2
    assert points[3]["variation"] is None


def test_a_series_of_islands_has_no_moving_range_and_no_limits() -> None:
    [points] = control([1, None] * 8)
    assert {point["upl"] for point in points} == {None}
    assert {point["variation"] for point in points} == {None}


def test_a_series_without_any_value_says_nothing() -> None:
    [points] = control([None] * 8, target=3)
    assert {(p["mean"], p["upl"], p["variation"], p["assurance"]) for p in points} == {(None,) * 4}


def test_not_a_number_is_a_missing_value() -> None:
    [points] = control([8, 10, 8, float("nan"), 108, 110, 108, 110])
    assert points[3]["value"] is None
    assert points[0]["missing_points"] == 1


# --- Signals -----------------------------------------------------------------------------------


def test_seven_rising_points_are_a_trend_even_across_the_mean() -> None:
    # NHSRplotthedots, test "ptd_seven_point_trend": 2 1:7 3 rises from the second to the eighth.
    assert causes([2, 1, 2, 3, 4, 5, 6, 7, 3])[1:8] == ["trend"] * 7
    [points] = control([2, 1, 2, 3, 4, 5, 6, 7, 3])
    assert {point["special_cause_side"] for point in points[1:8]} == {"high"}
    assert {point["variation"] for point in points[1:8]} == {"improvement high"}


def test_a_tie_breaks_a_trend_and_six_points_are_none() -> None:
    # NHSRplotthedots, the same test: c(1:3, 3:6) and 1:6.
    assert "trend" not in causes([1, 2, 3, 3, 4, 5, 6])
    assert "trend" not in causes([3, 1, 2, 3, 4, 5, 6, 1])


def test_the_turning_point_of_two_trends_belongs_to_the_later() -> None:
    # NHSRplotthedots: a point in two trends takes the difference to its right.
    [points] = control([*[0, 8] * 10, 1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1])
    turning = points[20:]
    assert {point["special_cause"] for point in turning} == {"trend"}
    assert [point["special_cause_side"] for point in turning] == ["high"] * 6 + ["low"] * 7


def test_a_trend_keeps_its_direction_to_its_last_point() -> None:
    # Two rising trends one after the other; the step down between them belongs to neither.
    [points] = control([1, 2, 3, 4, 5, 6, 7, 3, 4, 5, 6, 7, 8, 9])
    assert {
        point["special_cause_side"] for point in points if point["special_cause"] == "trend"
    } == {"high"}


def test_seven_on_one_side_are_a_shift_and_six_are_not() -> None:
    # NHSRplotthedots, test "ptd_seven_point_one_side_mean".
    low, high = [4, 0] * 8, [3, 3.5, 3, 3.5, 3, 3.5, 3]
    found = causes([*low, *high])
    assert found[-7:] == ["shift"] * 7
    assert set(causes([*low, *high[:6]])) == {None}


def test_a_point_on_the_mean_breaks_a_shift() -> None:
    # Mean 5 exactly; the middle one of the run of seven lies on it.
    values = [4, 4.2, 4, 5, 4, 4.2, 4, 6, 5.8, 6, 5, 6, 5.8, 6]
    assert sum(values) / len(values) == pytest.approx(5)
    assert "shift" not in causes(values)


def test_two_in_three_need_the_same_side() -> None:
    # NHSRplotthedots, test "it only reports special cause for 2of3 points … same side of the mean".
    assert causes([*[1, -1] * 7, 5.5, -5.5])[-2:] == [None, None]


def test_two_of_three_close_to_a_limit_are_marked_and_the_third_is_not() -> None:
    values = [*[1, -1] * 10, 5.6, 1, 5.6, -1, 1]
    found = causes(values)
    assert found[20:23] == ["two in three", None, "two in three"]


def test_no_rule_spans_a_rebase() -> None:
    rising = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert set(causes(rising, rebases=[6])) == {None}
    [points] = control([*[1, 2] * 4, *[11, 12] * 4], rebases=[8])
    assert [point["stretch"] for point in points] == [1] * 8 + [2] * 8
    assert (points[0]["mean"], points[8]["mean"]) == (1.5, 11.5)
    assert {point["special_cause"] for point in points} == {None}


def test_a_rebase_at_the_first_point_starts_nothing() -> None:
    [points] = control([1, 2] * 4, rebases=[0])
    assert {point["stretch"] for point in points} == {1}


# --- Variation and assurance -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("improvement", "rising", "falling"),
    [
        ("higher", "improvement high", "concern low"),
        ("lower", "concern high", "improvement low"),
        ("none", "neutral high", "neutral low"),
        (None, "neutral high", "neutral low"),
    ],
)
def test_variation_is_worded_by_polarity(
    improvement: str | None, rising: str, falling: str
) -> None:
    up, down = control([1, 2, 3, 4, 5, 6, 7], [7, 6, 5, 4, 3, 2, 1], improvement=improvement)
    assert up[-1]["variation"] == rising
    assert down[-1]["variation"] == falling


@pytest.mark.parametrize(
    ("target", "higher", "lower"),
    [
        # Limits 9 ± 5.32.
        (15, "consistently failing", "consistently passing"),
        (3, "consistently passing", "consistently failing"),
        (9 + 5.32, "hit and miss", "hit and miss"),
        (9 - 5.32, "hit and miss", "hit and miss"),
        (9, "hit and miss", "hit and miss"),
        (None, None, None),
    ],
)
def test_assurance_sets_the_target_against_the_limits(
    target: float | None, higher: str | None, lower: str | None
) -> None:
    for improvement, expected in (("higher", higher), ("lower", lower), ("none", None)):
        [points] = control([8, 10] * 4, improvement=improvement, target=target)
        assert {point["assurance"] for point in points} == {expected}


def test_assurance_is_that_of_the_last_stretch() -> None:
    # NHSRplotthedots, test "it returns correct values for assurance when rebase".
    [points] = control([*[1, 2] * 4, *[51, 52] * 4], rebases=[8], target=30)
    assert {point["assurance"] for point in points} == {"consistently passing"}


@pytest.mark.parametrize(
    ("targets", "rebases", "assurance", "is_new"),
    [
        # Limits 9 ± 5.32 of all points, or of the last seven.
        ([3] * 7 + [15], (), "consistently failing", True),
        ([None] * 7 + [15], (), "consistently failing", True),
        ([15] * 8, (), "consistently failing", False),
        ([3] * 7 + [15] * 7, (7,), "consistently failing", False),
        ([15] * 7 + [None], (), None, False),
    ],
)
def test_a_target_that_changed_is_tested_as_it_is_now_and_that_is_said(
    targets: list[float | None], rebases: tuple[int, ...], assurance: str | None, *, is_new: bool
) -> None:
    [points] = control([8, 10] * (len(targets) // 2), target=targets, rebases=rebases)
    assert {point["assurance"] for point in points} == {assurance}
    assert {point["has_new_target"] for point in points} == {is_new}


# --- A second implementation --------------------------------------------------------------------

VALUES = st.one_of(
    st.none(),
    st.integers(0, 12).map(float),
    st.sampled_from([0.1, 0.2, 0.3, 33.3, 50.0, 66.7, 100.0]),
)
SERIES = st.lists(VALUES, min_size=1, max_size=30) | st.lists(
    st.integers(0, 4).map(float), min_size=7, max_size=40
)
DRIFTS = st.lists(st.integers(-1, 3).map(float), min_size=7, max_size=25).map(
    lambda steps: [sum(steps[: place + 1]) for place in range(len(steps))]
)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(SERIES | DRIFTS, min_size=20, max_size=40), st.lists(st.integers(0, 30), max_size=2)
)
def test_the_sql_says_what_the_rules_say(
    series: list[list[float | None]], rebases: list[int]
) -> None:
    for values, points in zip(series, control(*series, rebases=rebases), strict=True):
        exact = [None if value is None else Fraction(str(value)) for value in values]
        expected = chart(exact, [place in rebases for place in range(len(values))])
        for point, rule in zip(points, expected, strict=True):
            assert point["stretch"] == rule.stretch
            for name in ("mean", "upl", "lpl"):
                reference = getattr(rule, name)
                assert point[name] == (
                    None if reference is None else pytest.approx(float(reference), abs=1e-9)
                )
            assert (point["special_cause"], point["special_cause_side"]) == (
                rule.special_cause,
                rule.side,
            )
