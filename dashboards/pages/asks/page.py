"""What the board is asked to do at this meeting: everything, with who asks and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dashboards.data.provenance import share
from dashboards.data.rows import Commentary
from dashboards.pages.base import Page, Site


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What one author asks of the board about one subject.

    ``plan`` is its id where it is one, ``anchor`` the group's place on the page of asks.
    """

    subject: str
    plan: str | None
    rows: tuple[Commentary, ...]
    anchor: str


def asked(site: Site) -> list[Asked]:
    """Return what the board is asked, a group for each author and subject, its own first."""
    groups: dict[tuple[str, ...], list[Commentary]] = {}
    for row in site.published.asks:
        key = (row.subject_kind, row.subject_id or "", row.organisation, row.role or "")
        groups.setdefault(key, []).append(row)
    found: list[Asked] = []
    for (kind, subject, organisation, _), rows in sorted(groups.items()):
        plan = site.plans.by_id.get(subject) if kind == "plan" else None
        measure = site.published.measure_by_id.get(subject) if kind == "measure" else None
        title = plan.title if plan else measure.title if measure else None
        found.append(
            Asked(
                subject=title or site.organisation_name(organisation),
                plan=plan.plan_id if plan else None,
                rows=tuple(rows),
                anchor=f"ask-{len(found) + 1}",
            )
        )
    return found


def pages(site: Site) -> Iterator[Page]:
    """Make the page."""
    groups = asked(site)
    yield Page(
        path="asks.html",
        title="What the board is asked to do",
        section="Summary",
        provenance=share(row.illustrative for group in groups for row in group.rows),
        context={"groups": groups},
    )
