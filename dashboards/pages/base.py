"""What a page is, and what all pages of a build share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from dashboards.data.editions import Edition
from dashboards.data.look import Look
from dashboards.data.plan_groups import Plans
from dashboards.data.provenance import Mark, Share, share
from dashboards.data.release import COMBINED, Published
from dashboards.data.rows import Measure, Summary
from dashboards.drawing.areas import Shapes
from dashboards.drawing.chart import Chart, Table
from dashboards.slugs import slugs
from schemas.period import PeriodKind
from schemas.quarter import Quarter

Status = Literal["draft", "final"]


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page to write: where, from which template, with what.

    ``path`` is relative to the site with ``/``; a template without a name is called as the path is,
    and a page without a ``section`` is one itself. ``tables`` are offered for download on the page
    and written beside the charts' own files. ``provenance`` is what its head says of its figures.
    """

    path: str
    title: str
    template: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    charts: tuple[Chart, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=dict)
    provenance: Mark = "none"
    section: str = ""


@dataclass(frozen=True)
class PageType:
    """A kind of page: what makes its pages, and the words and path of its entry in the menu.

    A new kind is a module and one line in ``dashboards.pages.registry``; which parts its pages owe
    stands in ``tests/dashboards/test_pages.py``.
    """

    make: Callable[[Site], Iterator[Page]]
    navigation: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Site:
    """The data and what every page asks of it."""

    published: Published
    status: Status
    edition: Edition | None = None
    areas: Mapping[str, Shapes] = field(default_factory=dict)
    look: Look = field(default_factory=Look)
    check_titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def edition_name(self) -> str:
        """Which edition it is, in words for the foot of a sheet."""
        label = self.published.release.quarter_label
        return f"{label}, edition {self.edition.name}" if self.edition else label

    @cached_property
    def plans(self) -> Plans:
        """Plans and risks."""
        return Plans(published=self.published)

    @cached_property
    def measure_slugs(self) -> dict[str, str]:
        """File names of measures."""
        return slugs(self.published.measure_by_id)

    @cached_property
    def theme_slugs(self) -> dict[str, str]:
        """File names of themes."""
        return slugs(theme.theme for theme in self.published.themes)

    @cached_property
    def organisation_slugs(self) -> dict[str, str]:
        """File names of partners: all that owe a return or have a figure."""
        published = self.published
        found = {row.organisation for row in published.submissions}
        found |= {organisation for _, organisation in published.totals_by_series}
        return slugs(found - {COMBINED})

    @cached_property
    def board(self) -> tuple[tuple[Measure, Summary | None], ...]:
        """Every measure in use and the summary that the board reads of it.

        A measure that is retired is none.
        """
        order = {theme.theme: n for n, theme in enumerate(self.published.themes)}
        used = (one for one in self.published.measures if one.status != "retired")
        ordered = sorted(used, key=lambda m: (order.get(m.theme, len(order)), m.measure))
        return tuple((m, self.published.board_summary(m.measure)) for m in ordered)

    def organisation_name(self, organisation: str) -> str:
        """Return a partner's name; its code where it has none."""
        return self.published.organisation_names.get(organisation, organisation)

    def return_title(self, return_name: str) -> str:
        """Return a return's title, as the catalogue of measures has it."""
        return self._return_titles.get(return_name, return_name.replace("_", " ").capitalize())

    @cached_property
    def _return_titles(self) -> dict[str, str]:
        return {m.return_name: m.return_title for m in self.published.measures if m.return_title}

    def quarter_label(self, quarter: str | None) -> str:
        """Return ``2018-19 Q1`` for ``2018-19-Q1``."""
        return Quarter.parse(quarter).label if quarter else ""

    def provenance_of(self, summaries: Iterable[Summary | None], *others: bool) -> Share:
        """Return whether all, some or none of what a page shows is illustrative.

        Args:
            summaries: The series owner latest figure and past the page shows.
            others: For each other thing that it shows, whether it is illustrative.
        """
        known = {(one.measure, one.organisation) for one in summaries if one is not None}
        return share(
            [
                *others,
                *(
                    value.illustrative
                    for series in known
                    for value in self.published.totals_by_series.get(series, ())
                    if value.value is not None
                ),
            ]
        )

    def other_kinds(self, measure: str, organisation: str) -> tuple[str, ...]:
        """Return the other kinds of period at which a series has figures, shortest first."""
        found = {
            kind
            for (of_measure, owner, kind), values in self.published.totals_by_kind.items()
            if (of_measure, owner) == (measure, organisation)
            and any(value.value is not None for value in values)
        }
        order = [kind.value for kind in PeriodKind]
        return tuple(sorted(found - {self.published.main_kind(measure)}, key=order.index))
