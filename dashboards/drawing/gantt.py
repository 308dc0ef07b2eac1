"""The open actions of a plan on a line of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from dashboards.data.plan_groups import by_urgency
from dashboards.data.plans import Action, Plan
from dashboards.drawing import base, tokens
from dashboards.drawing.chart import Cell, Chart, Column, Table
from dashboards.slugs import slug
from dashboards.story import numbers, words

MOST_DRAWN = 40
_FEWEST = 2
_ROW_PX = 34
_LABEL_WIDTH = 34


def gantt_chart(plan: Plan, actions: Sequence[Action], *, marks: base.Marks) -> Chart | None:
    """When the actions that are not complete and have a date are due; None with fewer than two."""
    dated = [a for a in by_urgency(actions) if a.standing != "complete" and a.due_end is not None]
    if len(dated) < _FEWEST:
        return None
    drawn = dated[:MOST_DRAWN]
    judged = numbers.day(drawn[0].judged_on)
    ends = sorted(end for a in drawn if (end := a.due_end) is not None)
    heading = words.say("plans.gantt_heading", title=plan.title)
    alt = words.say(
        "plans.gantt_alt", count=str(len(drawn)), title=words.shortened(plan.title, most=60),
        first=numbers.day(ends[0]), last=numbers.day(ends[-1]), judged=judged,
        late=str(sum(a.standing == "late" for a in drawn)),
    )  # fmt: skip
    caption = words.say("plans.gantt_caption", judged=judged)
    if len(dated) > len(drawn):
        many = words.say("plans.gantt_many", most=str(len(drawn)), count=str(len(dated)))
        caption = f"{caption} {many}"
    if marks.illustrative:
        caption = f"{caption} {words.say('caption.illustrative')}"
    name = f"plan-{slug(plan.plan_id)}-dates"
    height = _ROW_PX * len(drawn) + 130
    return Chart(
        chart_id=name,
        heading=heading,
        alt=words.checked_alt(alt, title=heading),
        caption=caption,
        table=_table(drawn, caption=heading),
        figure=_figure(drawn, name=name, height=height, marks=marks),
        width=base.WIDTH,
        height=height,
        illustrative=marks.illustrative,
    )


def _first_day(action: Action) -> dt.date:
    """The first day of an action's line: of its deadline, never after its last."""
    if action.due_end is None:
        raise ValueError(f"{action.plan_id} {action.ref} has no date to draw")
    return min(action.due_start or action.due_end, action.due_end)


def _table(drawn: Sequence[Action], *, caption: str) -> Table:
    def row(action: Action) -> tuple[Cell, ...]:
        start, end = _first_day(action), action.due_end
        due = action.due_words or ""
        standing = words.word("standing.short", action.standing)
        return (
            Cell(value=action.ref, text=action.ref),
            Cell(value=action.action, text=action.action),
            Cell(value=due, text=due),
            Cell(value=start.isoformat(), text=numbers.day(start)),
            Cell(value=end.isoformat() if end else None, text=numbers.day(end)),
            Cell(value=action.standing, text=standing),
        )

    return Table(
        caption=caption,
        columns=(
            Column(key="ref", heading="Number"),
            Column(key="action", heading="Action"),
            Column(key="due_words", heading="Due, as written"),
            Column(key="due_start", heading="First day it can mean", charted=True),
            Column(key="due_end", heading="Last day it can mean", charted=True),
            Column(key="standing", heading="Where it stands"),
        ),
        rows=tuple(row(action) for action in drawn),
    )


def _figure(
    drawn: Sequence[Action], *, name: str, height: int, marks: base.Marks
) -> dict[str, Any]:
    places = {id(action): len(drawn) - 1 - n for n, action in enumerate(drawn)}
    traces = []
    for late, colour, symbol in ((True, tokens.CONCERN, "square"), (False, tokens.FOCUS, "circle")):
        rows = [action for action in drawn if (action.standing == "late") is late]
        if not rows:
            continue
        days: list[str | None] = []
        heights: list[int | None] = []
        for action in rows:
            end = action.due_end or _first_day(action)
            days += [_first_day(action).isoformat(), end.isoformat(), None]
            heights += [places[id(action)], places[id(action)], None]
        traces.append(
            {
                "type": "scatter", "mode": "lines+markers", "x": days, "y": heights,
                "line": {"color": colour, "width": 8},
                "marker": {"symbol": symbol, "size": 13, "color": colour},
                "meta": {"columns": ["due_start", "due_end"], "axis": "x"},
                "hovertemplate": "%{x|%-d %B %Y}<extra></extra>",
            }
        )  # fmt: skip
    judged = drawn[0].judged_on.isoformat()
    layout = {
        "width": base.WIDTH,
        "height": height,
        "margin": {"l": 285, "r": 28, "t": 76, "b": 42},
        "xaxis": {"type": "date", "nticks": 4, "tickformat": "%b %Y", "showgrid": True},
        "yaxis": {
            "tickvals": list(places.values()), **base.NAMED_ROWS,
            "ticktext": [_label(action) for action in drawn],
            "range": [-0.7, len(drawn) - 0.3],
        },
        "shapes": [
            {"type": "line", "x0": judged, "x1": judged, "yref": "paper", "y0": 0, "y1": 1,
             "line": {"color": tokens.TEXT, "width": 2, "dash": "dash"}},
        ],
        "annotations": [
            {"text": f"<b>{numbers.day(drawn[0].judged_on)}</b>", "x": judged, "yref": "paper",
             "y": 1, "yanchor": "bottom", "xanchor": "left", "yshift": 24,
             "font": {"size": 15}},
            *marks.annotations(left=285),
        ],
        "hovermode": "closest",
    }  # fmt: skip
    return base.figure_json(traces, layout, name=name)


def _label(action: Action) -> str:
    late = " (late)" if action.standing == "late" else ""
    room = _LABEL_WIDTH - len(late)
    return base.wrapped(f"{action.ref} {action.action}", width=room, lines=1) + late
