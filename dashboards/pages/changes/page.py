"""Changes: what changed since the edition before, what partners corrected, what moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from operator import attrgetter

from dashboards.data.provenance import is_illustrative, share
from dashboards.drawing.chart import PROVENANCE, Column, Table
from dashboards.pages.base import Page, Site
from dashboards.pages.changes import changes_since
from dashboards.pages.summary.page import status_moves
from dashboards.story import targets, words
from dashboards.story.comparing import CORRECTION_KEY

_CORRECTION = attrgetter(*CORRECTION_KEY)


def pages(site: Site) -> Iterator[Page]:
    """Make the page."""
    changes = site.edition.changes if site.edition else None
    every = sorted(
        site.published.revisions,
        key=lambda r: (r.quarter, r.period, r.measure, r.organisation),
        reverse=True,
    )
    told = changes.told if changes else frozenset()
    revisions = [one for one in every if _CORRECTION(one) not in told]
    table = Table.of(
        words.say("changes.corrected"),
        every,
        (
            Column("measure", "Measure"),
            Column("organisation", "Partner"),
            Column("area", "Area"),
            Column("period", "Period", at="period_label"),
            Column("breakdown", "Breakdown"),
            Column("category", "Category"),
            Column(
                "what", "What", at=lambda r: "withdrawn" if r.new_value is None else "corrected"
            ),
            Column("old_value", "Was"),
            Column("new_value", "Is"),
            Column(
                "changed_on",
                "Changed on",
                at=lambda r: r.changed_at.date().isoformat() if r.changed_at else None,
            ),
            Column("old_submission", "Submission before", at="old_submission_id"),
            Column("new_submission", "Submission now", at="new_submission_id"),
            Column(PROVENANCE, "Provenance", at=site.published.revision_provenance),
        ),
    )
    changed = changes_since.table(site, changes) if changes else None
    files = {"changes-since-edition": changed} if changed and changed.rows else {}
    yield Page(
        path="changes.html",
        title="Changes",
        provenance=share(is_illustrative(site.published.revision_provenance(row)) for row in every),
        tables={"revisions": table, **files},
        context={
            "finding": changes_since.finding(site),
            "changes": changes,
            "shown": replace(changed, rows=changed.rows[: changes_since.MOST_ROWS])
            if changed
            else None,
            "left_out": max(len(changed.rows) - changes_since.MOST_ROWS, 0) if changed else 0,
            "corrections": changes_since.corrections(site),
            "revisions": revisions,
            "told_before": len(every) - len(revisions),
            "changed": targets.by_sentence(
                [
                    *targets.since_the_edition_before(site.published, changes),
                    *targets.every_change(site.published),
                ]
            ),
            "moves": status_moves(site),
        },
    )
