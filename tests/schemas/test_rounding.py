"""One rounding, whoever writes the figure."""

from __future__ import annotations

import pytest

from dashboards.story.numbers import rounded
from pipelines.checking.engine.figures import Figure
from schemas.rounding import grouped, half_up


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (44.05, 1, "44.1"),  # the nearest double lies below
        (2.675, 2, "2.68"),
        (0.5, 0, "1"),
        (-0.05, 1, "-0.1"),
        (1204.5, 0, "1,205"),
        (1e21, 0, "1,000,000,000,000,000,000,000"),
    ],
)
def test_a_half_is_rounded_away_from_zero_as_it_is_written(
    value: float, decimals: int, text: str
) -> None:
    assert grouped(value, decimals) == text
    assert str(half_up(value, decimals)) == text.replace(",", "")


def test_pages_and_messages_round_alike() -> None:
    assert rounded(44.05, decimals=1) == "44.1"
    assert Figure(unit="percent", decimals=1).figure(44.05, decimals=1) == "44.1%"
    # The written change is the difference of the two written figures.
    words = Figure(unit="percent", decimals=1).move(44.05, 44.14, limit=0.01)
    assert (words["before"], words["figure"], words["move"]) == (
        "44.05%", "44.14%", "0.09 percentage points",
    )  # fmt: skip


def test_nothing_is_minus_nothing() -> None:
    assert rounded(-0.04, decimals=1) == "0.0"
    assert rounded(-12.5, decimals=0) == "\N{MINUS SIGN}13"
