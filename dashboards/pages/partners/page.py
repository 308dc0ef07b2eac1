"""Partners: what each sent, when, and what its figures say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from dashboards.data.plans import Action
from dashboards.data.provenance import share_of_counts
from dashboards.data.rows import Measure, Submission, Summary
from dashboards.pages.base import Page, Site
from dashboards.story import summary as summary_words
from dashboards.story import words

_MOST_ACTIONS = 15  # on the page; the pages of plans have all
_MOST_NAMES = 3
Row = tuple[Measure, Summary]


def listing(site: Site) -> Iterator[Page]:
    """Make the page of all."""
    quarter = site.published.release.quarter
    rows = []
    for organisation in site.organisation_slugs:
        now = [
            s
            for s in site.published.submissions_by_organisation.get(organisation, ())
            if s.quarter == quarter and s.is_owed_by_now
        ]
        measures = sum(owner == organisation for _, owner in site.published.summary_by_series)
        rows.append((organisation, now, measures))
    every = [owed for _, now, _ in rows for owed in now]
    yield Page(
        path="partners/index.html",
        title="Partners",
        template="partners.html",
        provenance=share_of_counts(owed.is_illustrative for owed in every if owed.sample),
        context={
            "finding": _returns_finding(site, every),
            "not_due": {code for code in site.organisation_slugs if _not_due(site, code)},
            "rows": sorted(
                rows,
                key=lambda row: (
                    -sum(owed.is_lacking for owed in row[1]),
                    -sum(bool(owed.days_late or owed.open_queries) for owed in row[1]),
                    site.organisation_name(row[0]).casefold(),
                ),
            ),
        },
    )


def _not_due(site: Site, organisation: str) -> list[Submission]:
    """Return what an organisation owes for the release's quarter on a day that is still to come."""
    return [
        one
        for one in site.published.submissions_by_organisation.get(organisation, ())
        if one.quarter == site.published.release.quarter and one.state == "not due"
    ]


def _returns_finding(site: Site, every: Sequence[Submission]) -> str:
    """Return how many returns of the release's quarter are lacking, of all that are owed."""
    parts = {"quarter": site.published.release.quarter_label, "owed": str(len(every))}
    if not every:
        return words.say("partners.finding_nothing", **parts)
    lacking = sum(one.is_lacking for one in every)
    return words.counted("partners.finding", lacking, number=lacking, **parts)


def finding(name: str, rows: Sequence[Row], *, has_earlier: bool = False) -> str:
    """Return what a partner's figures say, the worst first.

    Args:
        name: The partner's name.
        rows: Its measures with where they stand now.
        has_earlier: Whether it has figures of earlier periods alone.
    """
    parts = {"partner": name, "all": str(len(rows))}
    judged = sum(s.reading is not None for _, s in rows)
    found = {
        "worse": [row for row in rows if words.is_concern(row[1])],
        "missing": [
            row
            for row in rows
            if row[1].value is not None
            and (row[1].rating == "off target" or row[1].assurance == "consistently failing")
        ],
    }
    for kind, which in found.items():
        if which:
            names = words.listed([summary_words.named(*row) for row in which], most=_MOST_NAMES)
            return words.counted(
                f"partner.{kind}", len(which), number=len(which), names=names, **parts
            )
    kind = (
        ("earlier" if has_earlier else "nothing") if not rows else "fine" if judged else "unknown"
    )
    return words.say(f"partner.{kind}", judged=judged, **parts)


def _lead(rows: Sequence[Row], actions: Sequence[Action], owed: Sequence[Submission]) -> list[str]:
    """Return the sentences under the finding: what improved, what is late, and what was sent."""
    found = []
    better = sum(words.is_improvement(summary) for _, summary in rows)
    if better:
        found.append(words.counted("partner.better", better, number=better))
    if actions:
        late = sum(action.standing == "late" for action in actions)
        found.append(words.counted("partner.late", late, late=late, actions=len(actions)))
    if owed:
        lacking = sum(one.is_lacking for one in owed)
        found.append(
            words.say(
                "partner.returns",
                owed=len(owed),
                on_time=sum(one.is_in_time for one in owed),
                late=sum(bool(s.accepted_received_at and s.days_late) for s in owed),
                lacking=lacking,
            )
        )
    return found


def pages(site: Site) -> Iterator[Page]:
    """Make a page for each."""
    published = site.published
    known = {each.organisation: each for each in published.organisations}
    for organisation, slug in site.organisation_slugs.items():
        owed = [
            s
            for s in published.submissions_by_organisation.get(organisation, ())
            if s.is_owed_by_now
        ]
        owed = sorted(owed, key=lambda s: (s.quarter, s.return_name), reverse=True)
        rows = [
            (measure, summary)
            for measure in published.measures
            if (summary := published.summary_by_series.get((measure.measure, organisation)))
        ]
        first, others = attention_first(rows)
        earlier = [
            (measure, newest)
            for measure in published.measures
            if (measure.measure, organisation) not in published.summary_by_series
            and (newest := published.newest_shown.get((measure.measure, organisation)))
        ]
        actions = site.plans.actions_of_organisation(organisation)
        name = site.organisation_name(organisation)
        yield Page(
            path=f"partners/{slug}.html",
            title=name,
            section="Partners",
            template="partner.html",
            provenance=site.provenance_of(
                (summary for _, summary in rows),
                *(one.is_illustrative for one in owed if one.sample),
            ),
            context={
                "organisation": organisation,
                "known": known.get(organisation),
                "finding": finding(name, first + others, has_earlier=bool(earlier)),
                "lead": _lead(rows, actions, owed),
                "first": first,
                "before_now": earlier,
                "others": others,
                "owed": owed,
                "coming": sorted(
                    _not_due(site, organisation), key=lambda one: one.due_on or dt.date.max
                ),
                "now": [s for s in owed if s.quarter == published.release.quarter],
                "before": [s for s in owed if s.quarter != published.release.quarter],
                "actions": actions[:_MOST_ACTIONS],
                "actions_left": max(len(actions) - _MOST_ACTIONS, 0),
                "findings": [
                    f
                    for f in published.findings_by_organisation.get(organisation, ())
                    if f.quarter == published.release.quarter
                ],
            },
        )


def attention_first(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Return the measures that ask for attention, and the others.

    The first stand by the rank that the data give them, then those with an open query; of the
    others those that changed come first, then those that can be judged.
    """
    asking = [row for row in rows if row[1].attention_rank is not None or row[1].open_queries]
    others = [row for row in rows if row not in asking]
    return (
        sorted(asking, key=lambda row: (row[1].attention_rank or 10_000, row[0].measure)),
        sorted(
            others,
            key=lambda row: (
                row[1].reading in (None, "common cause"),
                row[1].reading is None,
                row[1].value is None,
                row[0].measure,
            ),
        ),
    )
