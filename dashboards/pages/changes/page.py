"""Changes: published figures that are different now, and statuses that moved."""

from __future__ import annotations

from collections.abc import Iterator

from dashboards.drawing.chart import Cell, Column, Table
from dashboards.pages.base import Page, PageType, Site
from dashboards.pages.changes import changes_since as since
from dashboards.pages.summary.page import status_moves


def _make(site: Site) -> Iterator[Page]:
    revisions = sorted(
        site.published.revisions,
        key=lambda r: (r.quarter, r.period, r.measure, r.organisation),
        reverse=True,
    )
    table = Table(
        caption="Published figures that changed",
        columns=(
            Column(key="measure", heading="Measure"),
            Column(key="organisation", heading="Partner"),
            Column(key="area", heading="Area"),
            Column(key="period", heading="Period"),
            Column(key="breakdown", heading="Breakdown"),
            Column(key="category", heading="Category"),
            Column(key="old_value", heading="Was"),
            Column(key="new_value", heading="Is"),
            Column(key="old_submission", heading="Submission before"),
            Column(key="new_submission", heading="Submission now"),
        ),
        rows=tuple(
            tuple(
                Cell(value=value, text=str(value or ""))
                for value in (
                    r.measure, r.organisation, r.area, r.period_label, r.breakdown,
                    r.category, r.old_value, r.new_value, r.old_submission_id, r.new_submission_id,
                )
            )
            for r in revisions
        ),
    )  # fmt: skip
    told, files = since.parts(site)
    yield Page(
        path="changes.html",
        title="Changes",
        section="Changes",
        template="changes.html",
        illustrative=any(site.is_illustrative(r.measure) for r in revisions),
        tables={"revisions": table, **files},
        context={"revisions": revisions, "moves": status_moves(site), **told},
    )


PAGE_TYPE = PageType(
    name="changes",
    parts=("since-edition", "corrections", "revisions", "moves"),
    make=_make,
    navigation=("Changes", "changes.html"),
)
