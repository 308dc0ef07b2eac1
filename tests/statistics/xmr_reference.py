"""Process control written a second time, from the rules in docs/method/process_control.md, in exact
fractions: an oracle for the SQL, which shares nothing with it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

Sign = int


@dataclass
class Point:
    """What the rules say of one point."""

    stretch: int
    mean: Fraction | None = None
    upl: Fraction | None = None
    lpl: Fraction | None = None
    special_cause: str | None = None
    side: str | None = None


def _sign(number: Fraction) -> Sign:
    return (number > 0) - (number < 0)


def chart(values: list[Fraction | None], rebases: list[bool]) -> list[Point]:
    """One ``Point`` for each value, in order; ``rebases`` says where a new stretch starts."""
    starts = [0, *(i for i, starts in enumerate(rebases) if starts and i > 0), len(values)]
    points: list[Point] = []
    for number, (start, end) in enumerate(pairwise(starts), start=1):
        points += _stretch(values[start:end], number)
    return points


def _stretch(values: list[Fraction | None], number: int) -> list[Point]:
    points = [Point(stretch=number) for _ in values]
    given = [value for value in values if value is not None]
    if not given:
        return points
    mean = sum(given, Fraction(0)) / len(given)
    for point in points:
        point.mean = mean
    ranges = [abs(b - a) for a, b in pairwise(values) if a is not None and b is not None]
    if len(given) < 7 or not ranges:
        return points
    if 2 * ranges.count(Fraction(0)) > len(ranges):
        return points  # too few different values
    unscreened = average = sum(ranges, Fraction(0)) / len(ranges)
    if average > 0:
        kept = [each for each in ranges if each < Fraction("3.267") * average]
        average = sum(kept, Fraction(0)) / len(kept)
    width = Fraction("2.66") * average
    jumps = [
        place
        for place, (a, b) in enumerate(pairwise(values), start=1)
        if a is not None and b is not None and abs(b - a) >= Fraction("3.267") * unscreened > 0
    ]
    since = [value for value in values[jumps[0] :] if value is not None] if jumps else []
    beyond = 2 * sum(abs(value - mean) > width for value in given) > len(given)
    if since and beyond and (len(since) < 7 or _is_back(values, jumps[0])):
        before = values[: jumps[0]]
        given = [value for value in before if value is not None]
        mean = sum(given, Fraction(0)) / len(given)
        for point in points:
            point.mean = mean
        if len(given) < 7:
            return points  # a jump after fewer than seven points
        ranges = [abs(b - a) for a, b in pairwise(before) if a is not None and b is not None]
        width = Fraction("2.66") * sum(ranges, Fraction(0)) / len(ranges)
    for point in points:
        point.upl, point.lpl = mean + width, mean - width
    _signals(values, points, mean, width)
    return points


def _is_back(values: list[Fraction | None], jump: int) -> bool:
    """Whether the latest value is nearer to the mean before the jump than to the jump."""
    before = [value for value in values[:jump] if value is not None]
    latest = [value for value in values if value is not None][-1]
    mean = sum(before, Fraction(0)) / len(before)
    return abs(latest - mean) < abs(latest - (values[jump] or Fraction(0)))


def _signals(
    values: list[Fraction | None], points: list[Point], mean: Fraction, width: Fraction
) -> None:
    words = {1: "high", -1: "low"}
    sides = [None if value is None else _sign(value - mean) for value in values]
    outside = [value is not None and abs(value - mean) > width for value in values]
    close = [
        value is not None and not out and abs(value - mean) > width * 2 / 3
        for value, out in zip(values, outside, strict=True)
    ]

    def mark(places: range, cause: str, sign: Sign) -> None:
        for place in places:
            points[place].special_cause, points[place].side = cause, words[sign]

    # The weakest first, so that the stronger overwrite it.
    for end in range(6, len(values)):
        window = range(end - 6, end + 1)
        for sign in (1, -1):
            if all(sides[place] == sign for place in window):
                mark(window, "shift", sign)
    for end in range(2, len(values)):
        window = range(end - 2, end + 1)
        for sign in (1, -1):
            near = [place for place in window if close[place]]
            if all(sides[place] == sign for place in window) and len(near) >= 2:
                for place in near:
                    mark(range(place, place + 1), "two in three", sign)
    for end in range(6, len(values)):
        window = range(end - 6, end + 1)
        steps = [
            _sign(b - a) if a is not None and b is not None else 0
            for a, b in pairwise([values[place] for place in window])
        ]
        for sign in (1, -1):
            if all(step == sign for step in steps):
                mark(window, "trend", sign)
    for place, value in enumerate(values):
        if value is not None and outside[place]:
            mark(range(place, place + 1), "astronomical", _sign(value - mean))
