"""Intervals against published figures, never against our own."""

from __future__ import annotations

import pytest
from scipy.stats import (  # type: ignore[import-untyped]  # scipy carries no types
    chi2,
    norm,
)

from tests.statistics.macros import CompilerError, evaluate, render

# Newcombe (1998) Statistics in Medicine 17:857-872, table I, method 3 (Wilson's score).
NEWCOMBE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]

# UKHSA's R package PHEindicatormethods, its test data (testdata_Proportion, testdata_Byars_Wilson):
# numerator, denominator, 95 % lower and upper, 99.8 % lower and upper.
UKHSA_PROPORTIONS = [
    (
        1,
        100,
        (0.0017674320641406511, 0.054486196178705294, 0.000873065697299977, 0.1045544528370582),
    ),
    (5, 100, (0.02154367915436798, 0.11175046923191911, 0.013865320725997183, 0.16458852282596442)),
    (65, 100, (0.5525444329688797, 0.7363575175690247, 0.4954946574070431, 0.7783540614089697)),
    (
        1045,
        5000,
        (0.19795549880013297, 0.22049130373189027, 0.19179381799015244, 0.22731562902525818),
    ),
    (
        7776456,
        7564336677,
        (
            0.0010273201001641094,
            0.0010287644578977231,
            0.0010269040118442213,
            0.0010291812992698397,
        ),
    ),
    (0.445, 1, (0.04381744772058822, 0.9334621276979156, 0.019347006132900975, 0.9702259947019541)),
]

# The same, testdata_Rate: exact below ten events, Byar from ten on; per 100.
UKHSA_RATES = [
    (1, 100, (0.025317807984289897, 5.571643390938898, 0.0010005003335835344, 9.233413476451585)),
    (5, 100, (1.62348639011842, 11.668332079322669, 0.739371731917839, 16.454745203680105)),
    (20, 100, (12.211428834875937, 30.889880369197066, 8.922802365144193, 38.08503562504191)),
    (65, 100, (50.163187710459454, 82.84913854593984, 42.8802614714802, 94.00029084431802)),
    (9856, 12345, (78.26949058976757, 81.4300165427214, 77.37590543271052, 82.3544727709543)),
    (222, 3215, (6.026574877652675, 7.87572937087185, 5.560737695259853, 8.46104668173341)),
    (250, 220, (99.98494738532877, 128.63114487455783, 92.71000554438953, 137.6512377214746)),
]


@pytest.mark.parametrize(("x", "n", "lower", "upper"), NEWCOMBE)
def test_wilson_gives_the_limits_that_newcombe_printed(
    x: float, n: float, lower: float, upper: float
) -> None:
    assert round(evaluate("wilson_lower('x', 'n')", x=x, n=n), 4) == lower
    assert round(evaluate("wilson_upper('x', 'n')", x=x, n=n), 4) == upper


@pytest.mark.parametrize(("x", "n", "limits"), UKHSA_PROPORTIONS)
def test_wilson_agrees_with_the_ukhsa_package(
    x: float, n: float, limits: tuple[float, float, float, float]
) -> None:
    for call, expected in (
        ("wilson_lower('x', 'n')", limits[0]),
        ("wilson_upper('x', 'n')", limits[1]),
        ("wilson_lower('x', 'n', 0.998)", limits[2]),
        ("wilson_upper('x', 'n', 0.998)", limits[3]),
    ):
        assert evaluate(call, x=x, n=n) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("x", "n", "limits"), UKHSA_RATES)
def test_rates_agree_with_the_ukhsa_package(
    x: float, n: float, limits: tuple[float, float, float, float]
) -> None:
    for call, expected in (
        ("rate_lower('x', 'n')", limits[0]),
        ("rate_upper('x', 'n')", limits[1]),
        ("rate_lower('x', 'n', 0.998)", limits[2]),
        ("rate_upper('x', 'n', level=0.998)", limits[3]),
    ):
        assert evaluate(call, x=x, n=n) * 100 == pytest.approx(expected, rel=1e-9)


def test_ten_events_are_the_first_that_byar_serves() -> None:
    # PHEindicatormethods, testdata_Byars_Wilson and testdata_Rate (ten of 200, per 100,000).
    assert evaluate("rate_lower('x', 'n', 0.998)", x=10, n=1) == pytest.approx(2.916318374695686)
    assert evaluate("rate_upper('x', 'n', 0.998)", x=10, n=1) == pytest.approx(24.193724927880535)
    assert evaluate("rate_lower('x', 'n')", x=10, n=200) * 1e5 == pytest.approx(2393.7249569837822)


@pytest.mark.parametrize("level", [0.95, 0.998])
@pytest.mark.parametrize("x", range(10))
def test_the_table_of_exact_limits_holds_the_chi_squared_quantiles(x: int, level: float) -> None:
    alpha = 1 - level
    lower = 0.0 if x == 0 else chi2.ppf(alpha / 2, 2 * x) / 2
    upper = chi2.ppf(1 - alpha / 2, 2 * x + 2) / 2
    assert evaluate(f"rate_lower('x', 'n', {level})", x=x, n=1) == pytest.approx(lower, abs=1e-11)
    assert evaluate(f"rate_upper('x', 'n', {level})", x=x, n=1) == pytest.approx(upper, abs=1e-11)


def test_no_events_have_the_upper_limit_of_the_printed_tables() -> None:
    # 3.69 for 0 and 1.62 to 11.67 for 5 events: Pearson and Hartley's table of Poisson limits.
    assert round(evaluate("rate_upper('x', 'n')", x=0, n=1), 2) == 3.69
    assert round(evaluate("rate_lower('x', 'n')", x=5, n=1), 2) == 1.62
    assert round(evaluate("rate_upper('x', 'n')", x=5, n=1), 2) == 11.67


def test_the_normal_quantiles_are_right() -> None:
    for level in (0.95, 0.998):
        assert float(render(f"normal_quantile({level})")) == pytest.approx(
            norm.ppf(1 - (1 - level) / 2), abs=1e-14
        )


def test_another_level_stops_the_build() -> None:
    with pytest.raises(CompilerError, match=r"0\.95 and 0\.998"):
        render("wilson_lower('x', 'n', 0.9)")


def test_all_and_none_end_exactly_at_one_and_nought() -> None:
    for n in (1, 3, 7, 29, 100000):
        assert evaluate("wilson_lower('x', 'n')", x=0, n=n) == 0.0
        assert evaluate("wilson_upper('x', 'n')", x=n, n=n) == 1.0
        assert evaluate("rate_lower('x', 'n')", x=0, n=n) == 0.0


@pytest.mark.parametrize("macro", ["wilson_lower", "wilson_upper", "rate_lower", "rate_upper"])
@pytest.mark.parametrize(
    ("x", "n"), [(None, 10), (3, None), (3, 0), (0, 0), (3, -5), (-1, 10), (float("nan"), 10)]
)
def test_what_is_no_figure_has_no_interval(macro: str, x: float | None, n: float | None) -> None:
    assert evaluate(f"{macro}('x', 'n')", x=x, n=n) is None


def test_more_than_all_is_a_rate_but_no_proportion() -> None:
    assert evaluate("wilson_lower('x', 'n')", x=11, n=10) is None
    assert evaluate("wilson_upper('x', 'n')", x=11, n=10) is None
    assert evaluate("rate_lower('x', 'n')", x=11, n=10) > 0


def test_half_an_event_has_no_exact_limit() -> None:
    assert evaluate("rate_upper('x', 'n')", x=2.5, n=10) is None


def test_whole_number_columns_are_not_divided_as_whole_numbers() -> None:
    assert evaluate("wilson_upper('cast(x as integer)', 'cast(n as integer)')", x=1, n=29) < 0.2
