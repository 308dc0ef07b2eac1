"""The recent trend against identities and a second way of reckoning it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.statistics.macros import query, render

SCHEMA = {
    "series": pl.String,
    "period": pl.Int32,
    "form": pl.String,
    "x": pl.Float64,
    "n": pl.Float64,
    "value": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "polarity": pl.String,
}


def trend(rows: Sequence[dict[str, Any]], *, years: int = 5) -> dict[str, Any]:
    frame = pl.DataFrame(
        [
            {"series": "a", "period": 2014 + place, "polarity": "higher", **row}
            for place, row in enumerate(rows)
        ],
        schema=SCHEMA,
    )
    sql = render(
        "recent_trend('given', 'series', 'period', 'form', 'x', 'n', 'value', 'lower', 'upper', "
        f"'polarity', years={years})"
    )
    [row] = query(sql, given=frame)
    return row


def proportions(
    *pairs: tuple[float | None, float | None], polarity: str = "higher"
) -> list[dict[str, Any]]:
    return [{"form": "proportion", "x": x, "n": n, "polarity": polarity} for x, n in pairs]


def readings(
    *values: float | None, error: float | None, polarity: str = "higher"
) -> list[dict[str, Any]]:
    half = None if error is None else 1.959963984540054 * error
    return [
        {
            "form": "value",
            "value": value,
            "lower": None if value is None or half is None else value - half,
            "upper": None if value is None or half is None else value + half,
            "polarity": polarity,
        }
        for value in values
    ]


def test_chi_squared_is_that_of_the_r_manuals_example() -> None:
    # R's prop.trend.test, its own example (Fleiss 1981, smokers among patients in four groups):
    # X-squared = 8.2249, df = 1.
    found = trend(proportions((83, 86), (90, 93), (129, 136), (70, 82)), years=4)
    assert round(found["chi_squared"], 4) == 8.2249


def test_chi_squared_is_that_of_altmans_shoe_sizes() -> None:
    # Altman (1991), Practical Statistics for Medical Research, table 10.9: Caesarean section by
    # mother's shoe size, six groups; chi-squared for trend 8.02.
    pairs = [(5, 22), (7, 35), (6, 42), (7, 48), (8, 54), (10, 150)]
    assert round(trend(proportions(*pairs), years=6)["chi_squared"], 2) == 8.02


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), min_size=5, max_size=5))
def test_chi_squared_is_people_times_squared_correlation(parts: list[tuple[int, int]]) -> None:
    # Armitage (1955): the statistic is N r², r over people of year and outcome.
    years = np.repeat(np.arange(5), [x + rest for x, rest in parts])
    outcome = np.concatenate([np.repeat([1, 0], [x, rest]) for x, rest in parts])
    r = np.corrcoef(years, outcome)[0, 1]
    found = trend(proportions(*[(x, x + rest) for x, rest in parts]))
    assert found["chi_squared"] == pytest.approx(len(years) * r * r, rel=1e-9, abs=1e-9)
    logits = [math.log(x / rest) for x, rest in parts]
    assert found["slope"] == pytest.approx(np.polyfit(range(5), logits, 1)[0], rel=1e-6, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-500, 500), st.integers(1, 40)), min_size=5, max_size=5))
def test_a_weighted_line_is_judged_by_every_four_of_its_five_points(
    points: list[tuple[int, int]],
) -> None:
    values = [float(value) for value, _ in points]
    errors = [float(error) for _, error in points]
    rows = [readings(value, error=error)[0] for value, error in zip(values, errors, strict=True)]
    weights = 1 / np.array(errors)

    def slope(kept: list[int]) -> float:
        fitted = np.polyfit(np.array(kept), np.array(values)[kept], 1, w=weights[kept])
        return float(fitted[0])

    whole = slope([0, 1, 2, 3, 4])
    fours = [slope([place for place in range(5) if place != out]) for out in range(5)]
    assume(all(abs(each) > 1e-6 for each in [whole, *fours]))
    w = weights**2
    centre = (w * range(5)).sum() / w.sum()
    chi_squared = whole**2 * (w * (np.arange(5) - centre) ** 2).sum()
    assume(abs(chi_squared - 9.5495) > 1e-6)
    found = trend(rows)
    assert found["slope"] == pytest.approx(whole, rel=1e-6)
    assert found["chi_squared"] == pytest.approx(chi_squared, rel=1e-6)
    moves = chi_squared > 9.5495 and all(each * whole > 0 for each in fours)
    word = "increasing and getting better" if whole > 0 else "decreasing and getting worse"
    assert found["recent_trend"] == (word if moves else "no significant change")


@pytest.mark.parametrize(
    ("polarity", "rising", "falling"),
    [
        ("higher", "increasing and getting better", "decreasing and getting worse"),
        ("lower", "increasing and getting worse", "decreasing and getting better"),
        ("none", "increasing", "decreasing"),
    ],
)
def test_the_words_go_by_polarity(polarity: str, rising: str, falling: str) -> None:
    pairs = [(10, 100), (20, 100), (30, 100), (40, 100), (50, 100)]
    assert trend(proportions(*pairs, polarity=polarity))["recent_trend"] == rising
    assert trend(proportions(*pairs[::-1], polarity=polarity))["recent_trend"] == falling


def test_one_point_does_not_make_a_trend() -> None:
    # Significant by chi-squared; without the last year the slope points the other way.
    found = trend(proportions((50, 1000), (48, 1000), (46, 1000), (44, 1000), (200, 1000)))
    assert found["chi_squared"] > 9.5495
    assert found["recent_trend"] == "no significant change"


@pytest.mark.parametrize("trained", range(1, 1000, 37))
@pytest.mark.parametrize("last", [0.5, 1.4])
def test_four_equal_figures_and_another_are_no_trend(trained: int, last: float) -> None:
    # Rounding may leave the four that are equal a slope, of either sign.
    newest = min(999, max(1, round(trained * last)))
    found = trend(proportions(*[(trained, 1000)] * 4, (newest, 1000)))
    assert found["recent_trend"] == "no significant change"
    value = trained / 7
    found = trend(readings(value, value, value, value, value * last, error=value / 1000))
    assert found["recent_trend"] == "no significant change"


def test_only_the_latest_five_years_count() -> None:
    flat = [(30, 100)] * 5
    assert trend(proportions((1, 100), (99, 100), *flat))["recent_trend"] == "no significant change"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (proportions(*[(10, 100)] * 4), "fewer than five years"),
        (proportions((10, 100), (None, None), *[(10, 100)] * 3), "a figure is missing"),
        (proportions((0, 100), *[(10, 100)] * 4), "a proportion is 0 or 100 per cent"),
        (proportions((100, 100), *[(10, 100)] * 4), "a proportion is 0 or 100 per cent"),
        (proportions((101, 100), *[(10, 100)] * 4), "a figure is not a proportion"),
        (proportions((0, 0), *[(10, 100)] * 4), "a figure is not a proportion"),
        (readings(1, 2, 3, 4, None, error=0.1), "a figure is missing"),
        (readings(1, 2, 3, 4, 5, error=None), "a figure has no interval"),
        (readings(1, 2, 3, 4, 5, error=0), "a figure has no interval"),
    ],
)
def test_what_cannot_be_calculated_says_why(rows: list[dict[str, Any]], reason: str) -> None:
    found = trend(rows)
    assert (found["recent_trend"], found["reason"]) == ("cannot be calculated", reason)


def test_a_constant_proportion_has_no_trend() -> None:
    found = trend(proportions(*[(33, 111)] * 5))
    assert found["recent_trend"] == "no significant change"
