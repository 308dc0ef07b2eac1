"""Plans: all of them, each alone, and the groups of actions that a reader can choose.

A group (late, without a date …) is a plain page of its own: choosing needs no script, works from a
disk and can be linked to and printed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from dashboards.data.plan_groups import FILTERS, STANDINGS, by_urgency
from dashboards.data.plans import Action, Plan
from dashboards.data.provenance import Share, described, share, share_of_counts
from dashboards.drawing.chart import PROVENANCE, Column, Table
from dashboards.drawing.gantt import gantt_chart
from dashboards.pages.base import Page, Site
from dashboards.slugs import slug
from dashboards.story import words

_SECTION = "Plans"
_QUARTERS = 8


def listing(site: Site) -> Iterator[Page]:
    """Make the page of all."""
    published = site.published
    yield Page(
        path=site.plans.path(None),
        title="Plans",
        section=_SECTION,
        template="plans.html",
        provenance=share_of_counts(action.illustrative for action in published.actions),
        context={
            "plans": [(plan, dict(site.plans.counts(plan.plan_id))) for plan in published.plans],
            "standings": STANDINGS,
            "counts": site.plans.counts(),
            "filters": site.plans.filters(published.actions),
            "judged_on": published.actions[0].judged_on if published.actions else None,
        },
    )


def groups(site: Site) -> Iterator[Page]:
    """Make a page for each group of actions."""
    published = site.published
    yield from _of_filters(site, None, published.actions)
    for plan in published.plans:
        yield from _of_filters(site, plan, site.plans.actions_of.get(plan.plan_id, ()))


def _of_filters(site: Site, plan: Plan | None, actions: Sequence[Action]) -> Iterator[Page]:
    """Return a page for each group of actions, of one plan or of all."""
    groups = site.plans.filters(actions)
    of = None if plan is None else plan.plan_id
    for name, _ in groups:
        rows = by_urgency(action for action in actions if FILTERS[name](action))
        table_name = "-".join(["actions", *([slug(of)] if of else []), slug(name)])
        title = words.word("filter", name)
        yield Page(
            path=site.plans.path(of, name),
            title=title if plan is None else f"{title}: {plan.title}",
            section=_SECTION,
            template="plan_filter.html",
            provenance=_provenance_of(rows),
            tables={table_name: actions_table(site, rows, caption=title)},
            context={
                "plan": plan,
                "chosen": name,
                "rows": rows,
                "all": len(actions),
                "filters": groups,
                "table_name": table_name,
            },
        )


def pages(site: Site) -> Iterator[Page]:
    """Make a page for each."""
    for plan in site.published.plans:
        actions = site.plans.actions_of.get(plan.plan_id, ())
        chart = gantt_chart(plan, actions)
        name = f"actions-{slug(plan.plan_id)}"
        counts = site.plans.counts(plan.plan_id)
        yield Page(
            path=site.plans.path(plan.plan_id),
            title=plan.title,
            section=_SECTION,
            template="plan.html",
            provenance=_provenance_of(actions),
            charts=(chart,) if chart else (),
            tables={name: actions_table(site, actions, caption=plan.title)},
            context={
                "plan": plan,
                "finding": _finding(plan, dict(counts)),
                "rows": open_first(actions),
                "counts": counts,
                "filters": site.plans.filters(actions),
                "chart": chart,
                "table_name": name,
                "standings": STANDINGS,
                "course": _course(site, plan),
            },
        )


def _finding(plan: Plan, number: Mapping[str, int]) -> str:
    """Return how many actions of a plan are late, of how many."""
    every = sum(number.values())
    return words.say(
        "plans.finding_plan",
        title=plan.title,
        all=every,
        kind=words.word("plan_kind", plan.kind) if every == 1 else plan.kind,
        late=number["late"],
        undated=number["without date"],
        complete=number["complete"],
    )


def open_first(actions: Sequence[Action]) -> list[Action]:
    """Return the most urgent first, those complete last."""
    return sorted(by_urgency(actions), key=lambda action: action.standing == "complete")


def _course(site: Site, plan: Plan) -> list[tuple[str, bool, dict[str, int]]]:
    """Return the last quarters of a plan: their words, whether made up, and how many stood how."""
    quarters: dict[str, tuple[str, bool, dict[str, int]]] = {}
    for row in site.published.plan_standings:
        if row.plan_id == plan.plan_id:
            label, made_up, counts = quarters.get(row.quarter, (row.quarter_label, False, {}))
            counts[row.standing] = row.actions
            quarters[row.quarter] = (label, made_up or row.illustrative, counts)
    return [quarters[quarter] for quarter in sorted(quarters)][-_QUARTERS:]


def _provenance_of(actions: Sequence[Action]) -> Share:
    """Return how much of the actions, and of what they moved from, is illustrative."""
    return share(
        made_up
        for action in actions
        for made_up in (action.illustrative, action.rests_on_illustrative)
    )


def actions_table(site: Site, actions: Sequence[Action], *, caption: str) -> Table:
    """Return the actions as a file: all that the page shows of them, and their return's row."""
    return Table.of(
        caption,
        actions,
        (
            Column("ref"),
            Column("plan", at=lambda action: site.plans.by_id[action.plan_id].title),
            Column("action"),
            Column("lead", at="lead_body"),
            Column("due_as_written", at="due_words"),
            Column("due_start", at=lambda action: _iso(action.due_start)),
            Column("due_end", at=lambda action: _iso(action.due_end)),
            Column("due_certainty"),
            Column("due_note"),
            Column("moves"),
            Column("rating"),
            Column("standing"),
            Column("days_overdue"),
            Column("disagreement"),
            Column("progress"),
            Column("reason"),
            Column("recovery_date", at="recovery_words"),
            Column("quarters_without_update"),
            Column("reported_quarter"),
            Column("submission_id"),
            Column("row_number"),
            Column(PROVENANCE, at=lambda action: described(action.illustrative)),
        ),
    )


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
