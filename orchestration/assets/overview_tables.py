"""The tables of the officer's assets, as Dagster's pages show them."""

import datetime as dt
from collections.abc import Collection, Iterable

from orchestration.tables import table
from pipelines.obligations.standing import Standing, State, most_pressing_first
from pipelines.publishing.overview import NextPublication, Owed
from pipelines.receiving.disagreements import RULE, Disagreement
from pipelines.record.model import Submission
from schemas.working_days import LONDON


def quarters_table(found: Owed) -> str:
    """Return a line for each quarter: how many returns are owed, accepted, late, rejected."""
    lines = []
    for quarter in found.quarters:
        counts = found.counts(quarter)
        stood = found.of(quarter)
        lines.append(
            (
                quarter.label,
                str(len(stood)),
                str(sum(one.current is not None for one in stood)),
                str(counts[State.OVERDUE]),
                str(counts[State.REFUSED] + counts[State.NEEDS_CORRECTION]),
                str(sum(one.open_queries for one in stood)),
                str(counts[State.EXCUSED] or ""),
                str(counts[State.NOT_DUE] or ""),
            )
        )
    return table(
        ("Quarter", "Owed", "Accepted", "Late", "Rejected", "Queries", "Excused", "Not due yet"),
        lines,
    )


def standings_table(standings: Iterable[Standing], *, without: Collection[str] = ()) -> str:
    """Return a line for each, the newest quarter and in it the most pressing first.

    ``without`` columns that would say the same in every line.
    """
    ordered = sorted(standings, key=most_pressing_first)
    ordered.sort(key=lambda one: one.obligation.quarter, reverse=True)
    lines = [
        (
            one.obligation.organisation,
            one.obligation.return_name,
            one.obligation.quarter.label,
            one.state.value,
            str(one.days_late) if one.days_late else "",
            f"{one.due_on:%-d %b %Y}",
            str(one.open_queries) if one.open_queries else "",
            one.latest.submission_id if one.latest else "",
        )
        for one in ordered
    ]
    heading = (
        "Organisation", "Return", "Quarter", "State", "Days late", "Due", "Queries", "Reference",
    )  # fmt: skip
    kept = [place for place, name in enumerate(heading) if name not in without]
    return table(
        tuple(heading[place] for place in kept),
        [tuple(line[place] for place in kept) for line in lines],
    )


def contradictions_table(found: Iterable[Disagreement]) -> str:
    """Return a line for each two figures that contradict each other."""
    lines = [
        (one.quarter.label, one.return_name, one.message, f"{one.hint} [{RULE}]",
         f"{one.one.submission_id}, row {one.one.row}",
         f"{one.other.submission_id}, row {one.other.row}")
        for one in found
    ]  # fmt: skip
    return table(
        ("Quarter", "Return", "What was found", "What to do", "Reference", "Other reference"), lines
    )


def rebases_table(coming: NextPublication) -> str:
    """Return a line for each break that no recorded rebase explains."""
    lines = [
        (one.measure, one.organisation, one.quarter.label, one.reason) for one in coming.rebases
    ]
    return table(("Measure", "Organisation", "From", "Why"), lines)


def came_table(came: Iterable[Submission]) -> str:
    """Return a line for each file that came."""
    lines = [
        (
            moment(one.received_at),
            one.organisation or "not told",
            one.return_name or "not told",
            one.quarter.label if one.quarter else "not told",
            one.outcome,
            one.channel,
            one.submission_id,
        )
        for one in came
    ]
    return table(
        ("When", "Organisation", "Return", "Quarter", "Outcome", "How", "Reference"), lines
    )


def day(day: dt.date) -> str:
    """Return a day as people write it."""
    return f"{day:%-d %B %Y}"


def moment(at: dt.datetime) -> str:
    """Return a moment in London's time, as people write it."""
    return f"{at.astimezone(LONDON):%-d %B %Y at %H:%M}"
