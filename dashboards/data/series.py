"""A series over time: its points with what each signals, and which of them a line may join."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from dashboards.data.release import Published
from dashboards.data.rows import ProcessPoint, Value
from schemas.period import Period, PeriodKind

# A yearly measure that is of a month or a quarter is of the same one each year.
_STEPS_IN_A_YEAR = {"month": 12, "quarter": 4}


@dataclass(frozen=True, kw_only=True)
class Point:
    """One period of a series: the figure (or why there is none) and its reading.

    ``label`` names the period, no other of the series has it. ``follows`` is whether a line may
    join it to the point before: its period comes next, and both are of the same members.
    """

    period: str
    label: str
    value: Value | None
    reading: ProcessPoint | None
    follows: bool = True
    missing: str = "none sent"  # what is owed has a figure's row, with why there is none

    @property
    def shown(self) -> float | None:
        """The figure, if it may be shown."""
        return self.value.value if self.value else None

    @property
    def state(self) -> str:
        """The state of the figure, as the published data name it."""
        return self.value.state if self.value is not None else self.missing

    def provenance(self, published: Published) -> str:
        """Describe where the figure comes from; nothing where none is shown."""
        return published.provenance(self.value) if self.value else ""

    @property
    def is_illustrative(self) -> bool:
        """Whether the figure is shown and made up."""
        return bool(self.shown is not None and self.value and self.value.illustrative)

    @property
    def is_provisional(self) -> bool:
        """Whether the figure has an open query and may change."""
        return bool(self.shown is not None and self.value and self.value.open_queries)


def latest_shown(points: Sequence[Point]) -> Point | None:
    """Return the newest point whose figure may be shown."""
    return next((point for point in reversed(points) if point.shown is not None), None)


def point_meaning(point: Point, *, polarity: str) -> str:
    """Return what a point signals: common cause, improvement, concern, neutral high or low."""
    reading = point.reading
    if reading is None or reading.special_cause is None:
        return "common cause"
    side = reading.special_cause_side or "high"
    if polarity == "none":
        return f"neutral {side}"
    return "improvement" if (side == "high") == (polarity == "higher") else "concern"


def series_points(
    published: Published, *, measure: str, organisation: str, kind: str | None = None
) -> tuple[Point, ...]:
    """Return the points of a series at one kind of period, by default the measure's main one.

    From the first figure to the last there is a point for each period, those without a row too.
    """
    wanted = kind or published.main_kind(measure)
    values = published.totals_by_kind.get((measure, organisation, wanted), ())
    process = published.process_by_kind.get((measure, organisation, wanted), ())
    readings = {point.period: point for point in process}
    points = [
        Point(
            period=value.period,
            label=value.period_label,
            value=value,
            reading=readings.get(value.period),
            follows=_follows(before, value),
        )
        for before, value in zip((None, *values), values, strict=False)
    ]
    found = published.measure_by_id.get(measure)
    steps = _STEPS_IN_A_YEAR.get(wanted, 1) if found and found.frequency == "yearly" else 1
    return tuple(_parted_by_members(_with_missing(points, steps=steps)))


def _follows(before: Value | None, value: Value) -> bool:
    """Return whether a line may join the two: periods that share days must at least be as long."""
    if before is None or before.period_end < value.period_start:
        return True
    lengths = [(one.period_end - one.period_start).days for one in (before, value)]
    return abs(lengths[0] - lengths[1]) <= len(lengths)  # leap days


def _with_missing(points: Sequence[Point], *, steps: int) -> Iterator[Point]:
    """Return the points of a series with the periods between them that nobody sent."""
    yield from points[:1]
    for before, after in pairwise(points):
        missing = _period(before).shifted(steps)
        found = []
        while missing is not None and missing.end < _period(after).end:
            found.append(missing)
            missing = missing.shifted(steps)
        yield from (
            Point(period=one.key, label=one.label, value=None, reading=None) for one in found
        )
        yield after


def _period(point: Point) -> Period:
    value = point.value
    if value is None:
        raise ValueError(f"{point.period} has no days")
    return Period(
        kind=PeriodKind(value.period_kind), start=value.period_start, end=value.period_end
    )


def _parted_by_members(points: Iterable[Point]) -> Iterator[Point]:
    """Return the points of a series, those parted that cannot be set against the one before."""
    before: Value | None = None
    for point in points:
        now = point.value
        comparable = now is not None and now.value is not None
        alike = (
            before is None
            or not comparable
            or (now and before.members == now.members and _is_whole(before) and _is_whole(now))
        )
        yield point if alike else replace(point, follows=False)
        before = now if comparable else before


def _is_whole(value: Value) -> bool:
    """Return whether no month is missing in a figure."""
    return value.is_whole_period is not False


def targets_at(points: Sequence[Point]) -> list[float | None]:
    """Return the target at each point; a period that has no row has that of the one before it."""
    found: list[float | None] = []
    for point in points:
        before = found[-1] if found else None
        found.append(point.value.target if point.value else before)
    return found


def breaks(points: Iterable[Point]) -> list[tuple[Point, Point]]:
    """Return each two neighbouring figures that no line joins.

    Something is missing between them, or they cannot be set against each other.
    """
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
