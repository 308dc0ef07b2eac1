"""Made-up series: numbers that vary as real ones do, the same on every machine and every time."""

from __future__ import annotations

import random
from collections.abc import Sequence

from schemas.quarter import Quarter

FIRST = Quarter(2014, 1)
QUARTERS = [FIRST.shift(n) for n in range(18)]
SEED = "quarterdeck illustrative returns 1"


def noise(*key: object) -> float:
    """Return noise, about normal, mean 0 and standard deviation 1; the same for the same key.

    A sum of uniform numbers, because the logarithms of a true normal differ in their last digit
    between machines.
    """
    source = random.Random(f"{SEED}|{key}")  # noqa: S311  made-up figures, nothing secret
    return sum(source.random() for _ in range(12)) - 6


def place(quarter: Quarter) -> int:
    """Return how many quarters after the first one it is."""
    return QUARTERS.index(quarter)


def level(
    key: str,
    quarter: Quarter,
    *,
    start: float,
    drift: float = 0.0,
    spread: float = 0.0,
    step: tuple[int, float] = (99, 0.0),
    turn: tuple[int, float] = (99, 0.0),
) -> float:
    """Return a value of a series.

    Args:
        key: What the noise is drawn from, with the quarter.
        quarter: The quarter of the value.
        start: The value in the first quarter.
        drift: What is added each quarter.
        spread: The standard deviation of the noise.
        step: A place and what is added from there on.
        turn: A place and what is added for each quarter after it.
    """
    at = place(quarter)
    value = start + drift * at + spread * noise(key, quarter.key)
    if at >= step[0]:
        value += step[1]
    return value + turn[1] * max(0, at - turn[0])


def count(key: str, quarter: Quarter, **how: object) -> int:
    """Return a value of a series, rounded, and never below zero."""
    return max(0, round(level(key, quarter, **how)))  # type: ignore[arg-type]  # passed on as given


def share(key: str, quarter: Quarter, whole: int, **how: object) -> int:
    """Return the part of ``whole`` that a series in per cent is; from none of it to all."""
    percent = level(key, quarter, **how)  # type: ignore[arg-type]  # passed on as given
    return min(whole, max(0, round(whole * percent / 100)))


def split(key: str, quarter: Quarter, whole: int, weights: Sequence[float]) -> list[int]:
    """Cut ``whole`` into parts about as large as ``weights``; they add up."""
    moved = [
        weight * max(0.1, 1 + 0.18 * noise(key, n, quarter.key)) for n, weight in enumerate(weights)
    ]
    parts = []
    left, weight_left = whole, sum(moved)
    for weight in moved[:-1]:
        part = round(left * weight / weight_left) if weight_left else 0
        parts.append(part)
        left -= part
        weight_left -= weight
    return [*parts, left]
