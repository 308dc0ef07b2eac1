"""A series over time: its points with what each signals, and which of them a line may join."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from dashboards.data import ProcessPoint, Published, Value
from dashboards.story import numbers, words
from schemas.quarter import Quarter


@dataclass(frozen=True, kw_only=True)
class Point:
    """One quarter or year of a series: the figure (or why there is none) and its reading.

    ``quarter`` is that of the return; None for a year that no return gave. ``label`` names the
    point in the picture, no other of the series has it. ``follows`` is whether a line may join it
    to the point before: its period comes next, and both are of the same partners.
    """

    quarter: str | None
    label: str
    period: str
    value: Value | None
    reading: ProcessPoint | None
    follows: bool = True

    @property
    def shown(self) -> float | None:
        """The figure, if it may be shown."""
        return self.value.value if self.value else None

    @property
    def state(self) -> str:
        """The state of the figure, as the published data name it."""
        if self.value is not None:
            return self.value.state
        return "not available" if self.quarter is None else "not received"

    @property
    def is_provisional(self) -> bool:
        """Whether the figure has an open query and may change."""
        return bool(self.shown is not None and self.value and self.value.open_queries)


def latest_shown(points: Sequence[Point]) -> Point | None:
    """The newest point whose figure may be shown."""
    return next((point for point in reversed(points) if point.shown is not None), None)


def point_meaning(point: Point, *, polarity: str) -> str:
    """What a point signals: common cause, improvement, concern, neutral high or low."""
    reading = point.reading
    if reading is None or reading.special_cause is None:
        return "common cause"
    side = reading.special_cause_side or "high"
    if polarity == "none":
        return f"neutral {side}"
    return "improvement" if (side == "high") == (polarity == "higher") else "concern"


def series_points(published: Published, *, measure: str, organisation: str) -> tuple[Point, ...]:
    """The points from the first figure to the last, those without a row between them included.

    A quarterly series has one for each quarter. A yearly series has one for each return and one
    for each year between that no return is about.
    """
    totals = published.totals_by_series.get((measure, organisation), ())
    readings = {p.quarter: p for p in published.process_by_series.get((measure, organisation), ())}
    by_quarter = {value.quarter: value for value in totals}
    quarters = sorted({*by_quarter, *readings})
    if not quarters:
        return ()
    is_yearly = published.measure_by_id[measure].frequency == "yearly"
    if not is_yearly:
        first, last = Quarter.parse(quarters[0]), Quarter.parse(quarters[-1])
        quarters = []
        while first <= last:
            quarters.append(first.key)
            first = first.shift(1)
    points = [
        Point(
            quarter=quarter,
            label=Quarter.parse(quarter).label,
            period=words.period_of_value(by_quarter[quarter])
            if quarter in by_quarter
            else Quarter.parse(quarter).label,
            value=by_quarter.get(quarter),
            reading=readings.get(quarter),
        )
        for quarter in quarters
    ]
    if is_yearly:
        points = list(_with_missing_years(points))
    return tuple(_parted_by_partners(published, points))


def _with_missing_years(points: Sequence[Point]) -> Iterator[Point]:
    """The points of a yearly series with the years between them that no return is about."""
    yield points[0]
    for before, after in pairwise(points):
        years = _years_between(_span(before), _span(after))
        for n in range(1, years or 1):
            start, end = (_years_later(date, n) for date in _span(before))
            period = numbers.period(start, end, quarter_label="")
            yield Point(
                quarter=None, label=f"No figure for {period}", period=period, value=None,
                reading=None,
            )  # fmt: skip
        yield replace(after, follows=years is not None)


def _parted_by_partners(published: Published, points: Iterable[Point]) -> Iterator[Point]:
    """The points of a series, those parted that cannot be set against the one before."""
    before: Value | None = None
    for point in points:
        now = point.value
        alike = before is None or now is None or words.adds_up_alike(published, before, now)
        yield point if alike else replace(point, follows=False)
        before = now


def _span(point: Point) -> tuple[dt.date, dt.date]:
    """First and last day of the period that a point is of."""
    value = point.value
    if value is not None and value.period_start is not None and value.period_end is not None:
        return value.period_start, value.period_end
    quarter = Quarter.parse(point.quarter or "")
    return quarter.start, quarter.end


def _years_between(before: tuple[dt.date, dt.date], after: tuple[dt.date, dt.date]) -> int | None:
    """How many years later a period is; None where it is not the same months of later years, as
    three years after a single one are not. Three years after three others may overlap them."""
    years = {late.year - early.year for early, late in zip(before, after, strict=True)}
    months = [early.month == late.month for early, late in zip(before, after, strict=True)]
    return years.pop() if len(years) == 1 and min(years) > 0 and all(months) else None


def _years_later(date: dt.date, years: int) -> dt.date:
    return date.replace(year=date.year + years, day=min(date.day, 28 if date.month == 2 else 31))


def breaks(points: Iterable[Point]) -> list[tuple[Point, Point]]:
    """Each two neighbouring figures that no line joins, since something is missing between them
    or their periods do not follow each other."""
    found = []
    before: Point | None = None
    joined = False
    for point in points:
        if point.shown is None:
            joined = False
            continue
        if before is not None and not (joined and point.follows):
            found.append((before, point))
        before, joined = point, True
    return found
