"""The open actions of a plan on a line of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from dashboards.data.plan_groups import by_urgency
from dashboards.data.plans import Action, Plan
from dashboards.data.provenance import described
from dashboards.drawing import base, tokens
from dashboards.drawing.chart import PROVENANCE, Chart, Column, Table, in_words
from dashboards.slugs import slug
from dashboards.story import numbers, words

MOST_DRAWN = 40
_FEWEST = 2
_ROW_PX = 34
_LABEL_WIDTH = 34


def gantt_chart(plan: Plan, actions: Sequence[Action]) -> Chart | None:
    """Draw when the actions that are not complete and have a date are due.

    Returns:
        The chart, None with fewer than two such actions.
    """
    dated = [a for a in by_urgency(actions) if a.standing != "complete" and a.due_end is not None]
    if len(dated) < _FEWEST:
        return None
    drawn = dated[:MOST_DRAWN]
    judged = numbers.day(drawn[0].judged_on)
    ends = sorted(end for a in drawn if (end := a.due_end) is not None)
    heading = words.say("plans.gantt_heading", title=plan.title)
    alt = words.say(
        "plans.gantt_alt", count=len(drawn), title=words.shortened(plan.title, most=60),
        first=numbers.day(ends[0]), last=numbers.day(ends[-1]), judged=judged,
        late=sum(a.standing == "late" for a in drawn),
    )  # fmt: skip
    caption = [words.say("plans.gantt_caption", judged=judged)]
    if len(dated) > len(drawn):
        caption.append(words.say("plans.gantt_many", most=len(drawn), count=len(dated)))
    return base.chart(
        f"plan-{slug(plan.plan_id)}-dates",
        heading=heading,
        alt=alt,
        caption=caption,
        table=_table(drawn, caption=heading),
        drawn=_figure(drawn),
        height=_ROW_PX * len(drawn) + 130,
    )


def _last_day(action: Action) -> str:
    """Return the last day of an action's line."""
    if action.due_end is None:
        raise ValueError(f"{action.plan_id} {action.ref} has no date to draw")
    return action.due_end.isoformat()


def _first_day(action: Action) -> str:
    """Return the first day of an action's line: of its deadline, never after its last."""
    last = _last_day(action)
    return min(action.due_start.isoformat(), last) if action.due_start else last


def _table(drawn: Sequence[Action], *, caption: str) -> Table:
    def written(day: str) -> str:
        return numbers.day(dt.date.fromisoformat(day))

    return Table.of(
        caption,
        drawn,
        (
            Column("ref", "Number"),
            Column("action", "Action"),
            Column("due_words", "Due, as written"),
            Column("due_start", "First day it can mean", written, _first_day, charted=True),
            Column("due_end", "Last day it can mean", written, _last_day, charted=True),
            Column("standing", "Where it stands", in_words("standing.short")),
            Column(PROVENANCE, "Provenance", at=lambda one: described(one.illustrative)),
        ),
    )


def _figure(drawn: Sequence[Action]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    rows = list(reversed(drawn))  # Plotly counts rows from the bottom
    traces = []
    for late, colour, symbol in ((True, tokens.CONCERN, "square"), (False, tokens.FOCUS, "circle")):
        days: list[str | None] = []
        heights: list[int | None] = []
        for place, action in enumerate(rows):
            if (action.standing == "late") is late:
                days += [_first_day(action), _last_day(action), None]
                heights += [place, place, None]
        if not days:
            continue
        traces.append(
            {
                "type": "scatter", "mode": "lines+markers", "x": days, "y": heights,
                "line": {"color": colour, "width": 8},
                "marker": {"symbol": symbol, "size": 13, "color": colour},
                "meta": {"columns": ["due_start", "due_end"], "axis": "x"},
                "hovertemplate": "%{x|%-d %B %Y}<extra></extra>",
            }
        )  # fmt: skip
    judged = drawn[0].judged_on
    some = any(not action.illustrative for action in drawn)
    layout = base.rows_layout(
        list(range(len(rows))),
        [_label(action, is_marked=some) for action in rows],
        margin={"l": 285, "r": 28, "t": 76, "b": 42},
        xaxis={"type": "date", "nticks": 4, "tickformat": "%b %Y", "showgrid": True},
        shapes=[base.upright(judged.isoformat(), color=tokens.TEXT, dash="dash")],
        annotations=[
            base.above(
                f"<b>{numbers.day(judged)}</b>", judged.isoformat(), xanchor="left", yshift=24
            )
        ],
    )
    return traces, layout


def _label(action: Action, *, is_marked: bool) -> str:
    """Return an action's number and words, with what it must say of itself behind them."""
    notes = ["late"] * (action.standing == "late")
    notes += [words.say("banner.illustrative_mark")] * (is_marked and action.illustrative)
    suffix = f" ({', '.join(notes)})" if notes else ""
    text = f"{action.ref} {action.action}"
    return base.wrapped(text, width=_LABEL_WIDTH - len(suffix), lines=1) + suffix
