"""What the pages ask of plans and risks: groups of actions, their counts, what they are about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from operator import attrgetter

from dashboards.data.plans import Action, Plan, PlanLink, Risk
from dashboards.data.release import Published, grouped
from dashboards.slugs import slug, slugs

# The order on pages; each action stands in one of these and in no other.
STANDINGS = ("late", "at risk", "on track", "not yet due", "without date", "complete")
LEVELS = ("High", "Medium", "Low")

# Groups that a reader can choose, each a page of its own; an action may be in several.
FILTERS: Mapping[str, Callable[[Action], bool]] = {
    **{name: partial(lambda name, action: action.standing == name, name) for name in STANDINGS},
    "date moved": lambda action: action.times_moved > 0 and action.standing != "complete",
    "no update": lambda action: action.is_stale,
    "without lead": lambda action: action.is_without_lead and action.standing != "complete",
    "disagrees": lambda action: action.disagreement is not None,
}


def _natural(ref: str) -> list[tuple[int, str]]:
    """Return ``4.10`` after ``4.9``."""
    # Not isdigit: a raised two is a digit, and no number.
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", ref)]


def by_urgency(actions: Iterable[Action]) -> list[Action]:
    """Return the latest first, then by the date, those without a date last."""
    return sorted(
        actions,
        key=lambda a: (
            -(a.days_overdue or 0),
            a.due_end is None,
            a.due_end.toordinal() if a.due_end else 0,
            a.plan_id,
            _natural(a.ref),
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Plans:
    """Plans and risks of a release."""

    published: Published

    @cached_property
    def by_id(self) -> dict[str, Plan]:
        """Plans by their id."""
        return {plan.plan_id: plan for plan in self.published.plans}

    @cached_property
    def slugs(self) -> dict[str, str]:
        """File names of plans."""
        return slugs(self.by_id)

    @cached_property
    def actions_of(self) -> dict[str, tuple[Action, ...]]:
        """Each plan's actions in the order of their numbers."""
        ordered = sorted(self.published.actions, key=lambda action: _natural(action.ref))
        return grouped(ordered, by=attrgetter("plan_id"))

    def counts(self, plan: str | None = None) -> list[tuple[str, int]]:
        """Return how many actions stand how, of one plan or of all."""
        actions = self.published.actions if plan is None else self.actions_of.get(plan, ())
        number = Counter(action.standing for action in actions)
        return [(standing, number[standing]) for standing in STANDINGS]

    def filters(self, actions: Iterable[Action]) -> list[tuple[str, int]]:
        """Return the groups that have an action, with how many."""
        rows = list(actions)
        found = [(name, sum(map(chosen, rows))) for name, chosen in FILTERS.items()]
        return [(name, number) for name, number in found if number]

    def path(self, plan: str | None, chosen: str | None = None) -> str:
        """Return the page of a plan (None: of all plans), or of one group of its actions."""
        folder = "plans" if plan is None else f"plans/{self.slugs[plan]}"
        return f"{folder}/{'index' if chosen is None else slug(chosen)}.html"

    @cached_property
    def _about(self) -> dict[tuple[str, str], tuple[PlanLink, ...]]:
        return grouped(self.published.plan_links, by=attrgetter("about", "about_id"))

    def _linked(self, subject: str, about: str, about_id: str) -> set[tuple[str, str]]:
        """Return plan or report and number of the actions or the risks about something."""
        links = self._about.get((about, about_id), ())
        return {(link.belongs_to, link.ref) for link in links if link.subject == subject}

    def actions_about(self, about: str, about_id: str) -> list[Action]:
        """Return the actions about a measure, a theme or a priority, the most urgent first."""
        linked = self._linked("action", about, about_id)
        return by_urgency(a for a in self.published.actions if (a.plan_id, a.ref) in linked)

    def actions_of_organisation(self, organisation: str) -> list[Action]:
        """Return the open actions that an organisation reports, the most urgent first."""
        return by_urgency(
            action
            for action in self.published.actions
            if action.organisation == organisation and action.standing != "complete"
        )

    def risks_about(self, about: str, about_id: str) -> list[Risk]:
        """Return the risks to a measure, a theme or a priority, the highest first."""
        linked = self._linked("risk", about, about_id)
        return self.ordered(r for r in self.published.risks if (r.report, r.ref) in linked)

    def measures_of(self, subject: str, belongs_to: str, ref: str) -> list[str]:
        """Return the measures that an action or a risk is about, as far as they are published."""
        known = self.published.measure_by_id
        return [
            link.about_id
            for link in self.published.plan_links
            if (link.subject, link.belongs_to, link.ref) == (subject, belongs_to, ref)
            and link.about == "measure"
            and link.about_id in known
        ]

    def plans_of_theme(self, theme: str) -> list[Plan]:
        """Return the plans that serve a theme."""
        return [plan for plan in self.published.plans if plan.theme == theme]

    @staticmethod
    def ordered(risks: Iterable[Risk]) -> list[Risk]:
        """Return risks, the highest first; those not scored, then those that are gone, last."""
        return sorted(
            risks,
            key=lambda r: (
                r.movement == "no longer reported", -(r.score or 0), r.report, _natural(r.ref),
            ),
        )  # fmt: skip

    @cached_property
    def matrix(self) -> dict[tuple[str, str], tuple[Risk, ...]]:
        """The scored risks by likelihood and impact."""
        scored = (risk for risk in self.published.risks if risk.likelihood and risk.impact)
        return grouped(scored, by=attrgetter("likelihood", "impact"))

    @cached_property
    def _anchors(self) -> dict[tuple[str, str, str], str]:
        return {
            (risk.organisation, risk.report, risk.ref): f"risk-{number}"
            for number, risk in enumerate(self.ordered(self.published.risks), start=1)
        }

    def risk_anchor(self, risk: Risk) -> str:
        """Return where a risk stands on the register's page."""
        return self._anchors[risk.organisation, risk.report, risk.ref]
