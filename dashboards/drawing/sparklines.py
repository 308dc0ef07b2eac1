"""A series over time in a table's cell: a small drawing, and words for those who hear it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from dashboards.data.provenance import share
from dashboards.data.release import Published
from dashboards.data.rows import Measure
from dashboards.data.series import breaks, point_meaning, series_points
from dashboards.story import words

WIDTH, HEIGHT = 120, 32
_EDGE = 6
_DASH = 3
_MOST_POINTS = 16
_MARKS = {
    "improvement": "M0-4.5 4.5 0 0 4.5-4.5 0Z",
    "concern": "M-4.5-4.5h9v9h-9Z",
    "neutral": "M0-4.5 4.5 4.5h-9Z",
}


def sparkline(published: Published, measure: Measure, organisation: str) -> Markup:
    """Draw the last sixteen points, gaps kept, with the mean and the latest by its meaning."""
    points = series_points(published, measure=measure.measure, organisation=organisation)[
        -_MOST_POINTS:
    ]
    shown = [(i, p.shown) for i, p in enumerate(points) if p.shown is not None]
    if not shown:
        return Markup('<span class="quiet">No figure to draw</span>')
    means = [
        (i, p.reading.mean, p.reading.stretch)
        for i, p in enumerate(points)
        if p.reading and p.reading.mean is not None
    ]
    values = [value for _, value in shown]
    low = min(values + [m for _, m, _ in means])
    high = max(values + [m for _, m, _ in means])

    def place(index: int, value: float) -> tuple[float, float]:
        across = _EDGE + index * (WIDTH - 2 * _EDGE) / max(len(points) - 1, 1)
        up = (value - low) / (high - low) if high > low else 0.5
        return round(across, 1), round(HEIGHT - _EDGE - up * (HEIGHT - 2 * _EDGE), 1)

    apart = {point.label for _, point in breaks(points)}
    line = _path(
        [place(i, v) for i, v in shown], starts=[points[i].label in apart for i, _ in shown]
    )
    stretches = [stretch for *_, stretch in means]
    mean = _path(
        [place(i, m) for i, m, _ in means],
        starts=[now != before for before, now in zip([None, *stretches], stretches, strict=False)],
    )
    latest = points[shown[-1][0]]
    meaning = point_meaning(latest, polarity=measure.polarity).split(" ")[0]
    summary = published.summary_by_series.get((measure.measure, organisation))
    if meaning == "common" and summary and summary.period == latest.period and summary.reading:
        meaning = summary.reading.split(" ")[0]  # it may be that of the trend of five years
    across, up = place(*shown[-1])
    figures = "One figure" if len(shown) == 1 else f"{len(shown)} figures"
    lowest, highest = (words.shown_figure(measure, end(values)) for end in (min, max))
    text = f"{figures}, {lowest}" if lowest == highest else f"{figures}, {lowest} to {highest}"
    made_up = share(point.is_illustrative for point in points if point.shown is not None)
    text += {"all": ", illustrative", "some": ", some illustrative", "none": ""}[made_up]
    return Markup(
        '<svg class="spark" viewBox="0 0 {w} {h}" width="{w}" height="{h}" aria-hidden="true" '
        'focusable="false"><path class="spark-mean" d="{mean}"/><path class="spark-line{dotted}" '
        'd="{line}"/>{mark}</svg><span class="hidden">{text}</span>'
    ).format(
        w=WIDTH,
        h=HEIGHT,
        mean=mean,
        line=line,
        dotted="" if made_up == "none" else " spark-dotted",
        mark=_mark(meaning, across, up),
        text=text,
    )


def _path(places: Sequence[tuple[float, float]], *, starts: Sequence[bool]) -> str:
    """Return a line through the places, parted before each start; one alone is a dash."""
    steps = []
    for n, (across, up) in enumerate(places):
        if n > 0 and not starts[n]:
            steps.append(f"L{across} {up}")
        elif n + 1 == len(places) or starts[n + 1]:
            steps.append(f"M{round(across - _DASH / 2, 1)} {up}h{_DASH}")
        else:
            steps.append(f"M{across} {up}")
    return "".join(steps)


def _mark(meaning: str, across: float, up: float) -> Markup:
    if meaning not in _MARKS:
        return Markup('<circle class="spark-common" cx="{}" cy="{}" r="4"/>').format(across, up)
    return Markup('<path class="spark-{}" d="{}" transform="translate({} {})"/>').format(
        meaning, _MARKS[meaning], across, up
    )
