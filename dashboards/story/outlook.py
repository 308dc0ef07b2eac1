"""What may be said of a measure beyond its latest figure.

Its trend over years, how it stands to England and its peers, where the next figure may lie, and
when it is due.

No line is drawn through the past to foretell a value. Where a measure shows no sign of change, its
own limits say where chance alone will carry it; where it is changing, they say nothing.
"""

from __future__ import annotations

import datetime as dt

from dashboards.data.release import Published
from dashboards.data.rows import Comparator, Measure, ProcessPoint, Summary
from dashboards.story import numbers, words

# The lists of the board pack, the worst first, as the data name them.
COMPARISON_LISTS = (
    "performing poorly",
    "worse than average (1)",
    "worse than average (2)",
    "worse than England, peers incomplete",
    "similar to England",
    "performing well",
)


def outlook(published: Published, measure: Measure, summary: Summary) -> list[tuple[str, str]]:
    """Return what can be said, each sentence with the name of its question."""
    found = [
        ("trend", words.word("trend.answer", summary.recent_trend)),
        ("compared", _compared(published, measure)),
        ("expected", _expected(published, measure, summary)),
        ("due", due(measure)),
    ]
    return [(words.word("outlook", key), sentence) for key, sentence in found if sentence]


def comparison(published: Published, measure: Measure) -> Comparator | None:
    """Return the newest row that puts the measure on one of the pack's lists."""
    rows = [
        row
        for row in published.comparators
        if row.measure == measure.measure and row.comparison_list in COMPARISON_LISTS
    ]
    return max(rows, key=lambda row: row.period_end or dt.date.min, default=None)


def due(measure: Measure) -> str:
    """Return when the next figures are owed; empty for a measure that is retired."""
    if measure.status == "retired":
        return ""
    if measure.next_due_on is None:
        return words.say("outlook.due_none")
    if measure.frequency == "yearly":
        return words.say("outlook.due_yearly", day=numbers.day(measure.next_due_on))
    return words.say(
        "outlook.due_on",
        quarter=measure.next_quarter_label or "",
        day=numbers.day(measure.next_due_on),
    )


def _compared(published: Published, measure: Measure) -> str:
    row = comparison(published, measure)
    if row is None:
        return ""
    period = numbers.period(row.period_start, row.period_end)
    return words.say(
        "outlook.compared_in",
        verdict=words.word("comparison_list", row.comparison_list),
        period=period,
    )


def _expected(published: Published, measure: Measure, summary: Summary) -> str:
    """Return where the next figure may lie, by the limits at the latest point."""
    series = published.process_by_series.get((measure.measure, summary.organisation), ())
    point = next((p for p in series if p.period == summary.period), None)
    if point is None or point.lpl is None or point.upl is None or summary.variation is None:
        return ""
    if summary.reading != "common cause":
        return words.say("outlook.expected_changing")
    low, high = _possible(measure, point)
    text = words.say(
        "outlook.expected_range",
        low=words.shown_figure(measure, low),
        high=words.shown_figure(measure, high),
    )
    return f"{text} {words.say('outlook.expected_trial')}" if point.trial else text


def _possible(measure: Measure, point: ProcessPoint) -> tuple[float | None, float | None]:
    """Return the limits without what cannot be: less than nothing, more than all."""
    low, high = point.lpl, point.upl
    if low is not None and measure.form != "value":
        low = max(low, 0.0)
    if high is not None and measure.form == "proportion":
        high = min(high, 100.0)
    return low, high
