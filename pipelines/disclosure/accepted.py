"""Decisions of people about figures that cannot be protected any more, kept in the record.

One is about a single figure. The other is about a measure whose rule was tightened: editions that
are out show and hide its figures by the rule of their day, and none can be taken back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from pipelines.disclosure.tables import Accepted
from pipelines.record.model import Details, Event, EventKind
from pipelines.record.store import Record


def accept(
    record: Record, figure: Accepted, *, at: dt.datetime, by_whom: str, reason: str
) -> Event:
    """Record that a person lets the figure be public; return the event once it is on disk.

    Raises:
        ValueError: The reason or the name is missing.
    """
    if not reason.strip() or not by_whom.strip():
        raise ValueError(
            "A decision to publish a figure that can be worked out needs a reason and a name"
        )
    return record.add_event(
        EventKind.DISCLOSURE_ACCEPTED,
        at=at,
        by_whom=by_whom,
        reason=reason,
        details=Details(cell_id=figure.cell_id, version_id=figure.version_id),
    )


def accepted_figures(record: Record) -> frozenset[Accepted]:
    """Return all figures that people decided to let be public, by version."""
    return frozenset(
        Accepted(one.details.cell_id, one.details.version_id)
        for one in record.events(EventKind.DISCLOSURE_ACCEPTED)
        if one.details.cell_id is not None and one.details.version_id is not None
    )


def tighten(
    record: Record, measure: str, threshold: int, *, at: dt.datetime, by_whom: str, reason: str
) -> Event:
    """Record that figures of editions already out keep the rule under which they were published.

    Return the event once it is on disk. It holds for the measure up to this threshold: a still
    tighter rule is another decision.

    Raises:
        ValueError: The reason or the name is missing.
    """
    if not reason.strip() or not by_whom.strip():
        raise ValueError("A decision about a tightened rule needs a reason and a name")
    return record.add_event(
        EventKind.RULE_TIGHTENED,
        at=at,
        by_whom=by_whom,
        reason=reason,
        details=Details(measure=measure, threshold=threshold),
    )


def tightened_rules(record: Record) -> dict[str, int]:
    """Return the measures of such decisions, each with the highest threshold decided on."""
    found: dict[str, int] = {}
    for one in record.events(EventKind.RULE_TIGHTENED):
        measure, threshold = one.details.measure, one.details.threshold
        if measure is not None and threshold is not None:
            found[measure] = max(found.get(measure, 0), threshold)
    return found


def accepted_ids(figures: Iterable[Accepted]) -> frozenset[str]:
    """Return the ids of the figures without their versions: published files name no version."""
    return frozenset(figure.cell_id for figure in figures)
