"""The words for a comparison, a rating, a direction and a list, case by case."""

from __future__ import annotations

import polars as pl
import pytest

from tests.statistics.macros import evaluate, query, render

COMPARE = "compare_with_benchmark('lower', 'upper', 'benchmark', 'polarity')"
RATE = "target_rating('value', 'target', 'amber', 'polarity')"
NAN = float("nan")


@pytest.mark.parametrize(
    ("lower", "upper", "benchmark", "polarity", "word"),
    [
        (0.5, 0.6, 0.55, "higher", "similar"),
        (0.5, 0.6, 0.5, "higher", "similar"),
        (0.5, 0.6, 0.6, "lower", "similar"),
        (0.5, 0.6, 0.49, "higher", "better"),
        (0.5, 0.6, 0.61, "higher", "worse"),
        (0.5, 0.6, 0.49, "lower", "worse"),
        (0.5, 0.6, 0.61, "lower", "better"),
        (0.5, 0.6, 0.49, "none", "higher"),
        (0.5, 0.6, 0.61, None, "lower"),
        (None, 0.6, 0.55, "higher", "not compared"),
        (0.5, None, 0.55, "higher", "not compared"),
        (0.5, 0.6, None, "higher", "not compared"),
        (NAN, NAN, 0.55, "higher", "not compared"),
        (0.5, 0.6, NAN, "higher", "not compared"),
        (0.6, 0.5, 0.55, "higher", "not compared"),
    ],
)
def test_a_figure_is_compared_by_its_interval(
    lower: float | None,
    upper: float | None,
    benchmark: float | None,
    polarity: str | None,
    word: str,
) -> None:
    result = evaluate(COMPARE, lower=lower, upper=upper, benchmark=benchmark, polarity=polarity)
    assert result == word


@pytest.mark.parametrize(
    ("value", "target", "amber", "polarity", "word"),
    [
        (85.0, 85, 80, "higher", "on target"),
        (84.96, 85, 80, "higher", "close to target"),  # shown as 85.0, rated as it is
        (80.0, 85, 80, "higher", "close to target"),
        (79.99, 85, 80, "higher", "off target"),
        (84.0, 85, None, "higher", "off target"),
        (6.0, 6, 8, "lower", "on target"),
        (6.04, 6, 8, "lower", "close to target"),
        (8.0, 6, 8, "lower", "close to target"),
        (8.01, 6, 8, "lower", "off target"),
        (0.0, 0, None, "lower", "on target"),
        (0.1 + 0.2, 0.3, None, "lower", "on target"),  # 0.30000000000000004
        (None, 85, 80, "higher", "not rated"),
        (NAN, 85, 80, "higher", "not rated"),
        (90.0, None, 80, "higher", "not rated"),
        (90.0, 85, 80, "none", "not rated"),
        (90.0, 85, 80, None, "not rated"),
    ],
)
def test_a_figure_is_rated_against_its_target(
    value: float | None, target: float | None, amber: float | None, polarity: str | None, word: str
) -> None:
    assert evaluate(RATE, value=value, target=target, amber=amber, polarity=polarity) == word


@pytest.mark.parametrize(
    ("value", "target", "polarity", "reason"),
    [
        (90.0, 85.0, "higher", None),
        (90.0, None, "higher", "no target is set"),
        (90.0, 85.0, "none", "neither high nor low is good"),
        (None, 85.0, "lower", "there is no figure"),
    ],
)
def test_what_is_not_rated_has_a_reason(
    value: float | None, target: float | None, polarity: str, reason: str | None
) -> None:
    call = "target_rating_reason('value', 'target', 'polarity')"
    assert evaluate(call, value=value, target=target, polarity=polarity) == reason


@pytest.mark.parametrize(
    ("now", "before", "polarity", "word"),
    [
        ((2.0, 3.0), (1.0, 2.0), "higher", "no significant change"),  # they touch
        ((2.5, 3.0), (1.0, 2.0), "higher", "better"),
        ((2.5, 3.0), (1.0, 2.0), "lower", "worse"),
        ((0.1, 0.2), (1.0, 2.0), "higher", "worse"),
        ((0.1, 0.2), (1.0, 2.0), "lower", "better"),
        ((2.5, 3.0), (1.0, 2.0), "none", "higher"),
        ((0.1, 0.2), (1.0, 2.0), "none", "lower"),
        ((None, 3.0), (1.0, 2.0), "higher", "not compared"),
        ((2.5, 3.0), (None, None), "higher", "not compared"),
    ],
)
def test_the_direction_of_travel_needs_intervals_that_are_apart(
    now: tuple[float | None, float],
    before: tuple[float | None, float | None],
    polarity: str,
    word: str,
) -> None:
    result = evaluate(
        "direction_of_travel('a', 'b', 'c', 'd', 'polarity')",
        a=now[0],
        b=now[1],
        c=before[0],
        d=before[1],
        polarity=polarity,
    )
    assert result == word


@pytest.mark.parametrize(
    ("n", "c", "p", "which"),
    [
        ("better", "worse", None, "performing well"),
        ("worse", "worse", "worse", "performing poorly"),
        ("worse", "worse", "similar", "worse than average (1)"),
        ("worse", "better", "worse", "worse than average (1)"),
        ("worse", "similar", "better", "worse than average (2)"),
        ("worse", None, "worse", "worse than England, peers incomplete"),
        ("worse", "worse", "not compared", "worse than England, peers incomplete"),
        ("similar", "worse", "worse", "similar to England"),
        ("not compared", "worse", "worse", "not compared"),
        (None, None, None, "not compared"),
        ("higher", "worse", "worse", "not compared"),
    ],
)
def test_a_measure_is_on_one_list(n: str | None, c: str | None, p: str | None, which: str) -> None:
    compared = sum(one not in (None, "not compared") for one in (c, p))
    worse = sum(one == "worse" for one in (c, p))
    said = evaluate("comparison_list('n', '2', 'compared', 'worse')", n=n, compared=compared,
                    worse=worse)  # fmt: skip
    assert said == which


@pytest.mark.parametrize(
    ("sets", "compared", "worse", "which"),
    [
        (0, 0, 0, "worse than England"),
        (1, 1, 1, "performing poorly"),
        (1, 1, 0, "worse than average (2)"),
        (5, 4, 4, "worse than England, peers incomplete"),
        (5, 5, 5, "performing poorly"),
        (5, 5, 3, "worse than average (1)"),
    ],
)
def test_a_board_has_as_many_sets_of_peers_as_it_likes(
    sets: int, compared: int, worse: int, which: str
) -> None:
    said = evaluate("comparison_list('n', 'sets', 'compared', 'worse')", n="worse", sets=sets,
                    compared=compared, worse=worse)  # fmt: skip
    assert said == which


def _peers(rows: list[tuple[str, str, float | None, float | None]]) -> list[dict[str, object]]:
    frame = pl.DataFrame(rows, schema=["area", "peer", "x", "n"], orient="row").with_columns(
        pl.lit("DA01").alias("measure"), pl.col("x", "n").cast(pl.Float64)
    )
    call = "peer_average('peers', ['measure'], 'area', 'peer', 'x', 'n')"
    return query(render(call), peers=frame)


def test_a_peer_average_is_pooled_and_leaves_the_area_itself_out() -> None:
    rows = _peers(
        [("A", "A", 900, 1000), ("A", "B", 1, 10), ("A", "C", 9, 90), ("A", "D", None, 5)]
    )
    assert rows == [
        {
            "measure": "DA01",
            "area": "A",
            "numerator": 10.0,
            "denominator": 100.0,
            "average": 0.1,
            "peers_used": 2,
            "peers_expected": 3,
        }
    ]


def test_one_peer_is_no_average_and_percentages_alone_are_none() -> None:
    [row] = _peers([("A", "B", 1, 10), ("A", "C", None, None), ("A", "D", 3, 0)])
    assert (row["average"], row["peers_used"], row["peers_expected"]) == (None, 1, 3)


def test_rounding_takes_counts_to_the_nearest_step() -> None:
    call = "rounded_count('x', 'r')"
    assert [evaluate(call, x=x, r=5) for x in (8, 12, 13, 0)] == [10, 10, 15, 0]
    assert evaluate(call, x=8, r=0) == 8
    assert evaluate(call, x=8, r=None) == 8
