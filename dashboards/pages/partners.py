"""Partners: what each sent, when, and what its figures say."""

from __future__ import annotations

from collections.abc import Iterator

from dashboards.pages.base import Page, PageType, Site
from dashboards.published import Submission

_MOST_ACTIONS = 15  # on the page; the pages of plans have all


def on_time(submission: Submission) -> bool:
    """Whether the first accepted return came by the day it was due."""
    return submission.accepted_received_at is not None and not submission.days_late


def _list(site: Site) -> Iterator[Page]:
    quarter = site.published.release.quarter
    rows = []
    for organisation in site.organisation_slugs:
        owed = [s for s in site.published.submissions if s.organisation == organisation]
        now = [s for s in owed if s.quarter == quarter]
        measures = {m for m, o in site.published.summary_by_series if o == organisation}
        rows.append((organisation, now, len(measures)))
    yield Page(
        path="partners/index.html",
        title="Partners",
        section="Partners",
        template="partners.html",
        context={"rows": sorted(rows, key=lambda row: site.organisation_name(row[0]).casefold())},
    )


def _pages(site: Site) -> Iterator[Page]:
    published = site.published
    known = {each.organisation: each for each in published.organisations}
    for organisation, slug in site.organisation_slugs.items():
        owed = [s for s in published.submissions if s.organisation == organisation]
        owed = sorted(owed, key=lambda s: (s.quarter, s.return_name), reverse=True)
        rows = [
            (measure, summary)
            for measure in published.measures
            if (summary := published.summary_by_series.get((measure.measure, organisation)))
        ]
        actions = site.plans.actions_of_organisation(organisation)
        yield Page(
            path=f"partners/{slug}.html",
            title=site.organisation_name(organisation),
            section="Partners",
            template="partner.html",
            illustrative=any(site.is_illustrative(measure.measure) for measure, _ in rows),
            context={
                "organisation": organisation,
                "known": known.get(organisation),
                "rows": rows,
                "owed": owed,
                "actions": actions[:_MOST_ACTIONS],
                "actions_left": max(len(actions) - _MOST_ACTIONS, 0),
                "on_time": [s for s in owed if on_time(s)],
                "late": [s for s in owed if s.accepted_received_at and s.days_late],
                "lacking": [
                    s
                    for s in owed
                    if not s.accepted_received_at and s.state not in ("not due", "excused", "nil")
                ],
                "findings": [
                    f
                    for f in published.findings
                    if f.organisation == organisation and f.quarter == published.release.quarter
                ],
            },
        )


LIST_PAGE_TYPE = PageType(
    name="partners", parts=("partners",), make=_list, navigation=("Partners", "partners/index.html")
)
PAGE_TYPE = PageType(name="partner", parts=("sent", "measures", "returns"), make=_pages)
