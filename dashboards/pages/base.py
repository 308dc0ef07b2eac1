"""What a page is, and what all pages of a build share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from dashboards.data import COMBINED, Measure, Published, Summary
from dashboards.data.editions import Edition
from dashboards.data.plan_groups import Plans
from dashboards.data.series import series_points
from dashboards.drawing import bars, base, funnel, maps, process, spine, target
from dashboards.drawing.areas import Shapes
from dashboards.drawing.chart import Chart, Table
from dashboards.slugs import slugs
from dashboards.story import words
from schemas.period import PeriodKind
from schemas.quarter import Quarter

Status = Literal["draft", "final"]


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page to write: where, from which template, with what.

    ``path`` is relative to the site with ``/``. ``tables`` are offered for download on the page
    and written beside the charts' own files.
    """

    path: str
    title: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    charts: tuple[Chart, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=dict)
    illustrative: bool = False
    section: str = ""


@dataclass(frozen=True, kw_only=True)
class PageType:
    """A kind of page: how its pages are made, and the parts each must have.

    A part is an element with ``data-part``; a test holds every page to this list. A new kind of
    page is a module with its own ``PageType`` and one line in ``dashboards.pages.registry``.
    """

    name: str
    parts: tuple[str, ...]
    make: Callable[[Site], Iterator[Page]]
    navigation: tuple[str, str] | None = None  # words and path of its entry in the menu


@dataclass(frozen=True, kw_only=True)
class Site:
    """The data and what every page asks of it."""

    published: Published
    status: Status
    edition: Edition | None = None
    areas: Mapping[str, Shapes] = field(default_factory=dict)
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
        """Every measure in use and the summary that the board reads of it."""
        order = {theme.theme: n for n, theme in enumerate(self.published.themes)}
        used = (m for m in self.published.measures if m.status != "retired")
        ordered = sorted(used, key=lambda m: (order.get(m.theme, len(order)), m.measure))
        return tuple((m, self.published.board_summary(m.measure)) for m in ordered)

    def organisation_name(self, organisation: str) -> str:
        """A partner's name; its code where it has none."""
        return self.published.organisation_names.get(organisation, organisation)

    def return_title(self, return_name: str) -> str:
        """A return's title, as the catalogue of measures has it."""
        return self._return_titles.get(return_name, return_name.replace("_", " ").capitalize())

    @cached_property
    def _return_titles(self) -> dict[str, str]:
        return {m.return_name: m.return_title for m in self.published.measures if m.return_title}

    def quarter_label(self, quarter: str | None) -> str:
        """``2018-19 Q1`` for ``2018-19-Q1``."""
        return Quarter.parse(quarter).label if quarter else ""

    def is_illustrative(self, measure: str) -> bool:
        """Whether any figure of a measure is made up."""
        return measure in self._illustrative

    @cached_property
    def _illustrative(self) -> frozenset[str]:
        return frozenset(
            measure
            for measure, values in self.published.values_by_measure.items()
            if any(value.illustrative for value in values)
        )

    def marks(self, measure: str) -> base.Marks:
        """What the pictures of a measure must say of themselves."""
        return base.Marks(illustrative=self.is_illustrative(measure))

    def process_chart(
        self, measure: Measure, organisation: str, *, heading: str, kind: str | None = None
    ) -> Chart | None:
        """The process-control chart of a series."""
        marks = self.marks(measure.measure)
        return process.process_chart(
            self.published, measure, organisation, heading=heading, marks=marks, kind=kind
        )

    def other_kinds(self, measure: str, organisation: str) -> tuple[str, ...]:
        """The other kinds of period at which a series has figures to show, shortest first."""
        found = {
            kind
            for (of_measure, whose, kind), values in self.published.totals_by_kind.items()
            if (of_measure, whose) == (measure, organisation)
            and any(value.value is not None for value in values)
        }
        order = [kind.value for kind in PeriodKind]
        return tuple(sorted(found - {self.published.main_kind(measure)}, key=order.index))

    def partners_chart(self, measure: Measure) -> Chart | None:
        """The partners beside each other at the release's quarter."""
        heading = words.say("sections.partners", title=measure.title)
        return bars.partners_chart(
            self.published, measure, heading=heading, marks=self.marks(measure.measure)
        )

    def breakdown_charts(self, measure: Measure, summary: Summary) -> tuple[Chart, ...]:
        """A chart for each breakdown of the board's figure that has two categories to show."""
        breakdowns = sorted(
            {v.breakdown for v in self.published.values_by_measure.get(measure.measure, ())}
            - {"total"}
        )
        charts = (
            bars.breakdown_chart(
                self.published,
                measure,
                summary,
                breakdown=breakdown,
                heading=words.say(
                    "sections.breakdown",
                    title=measure.title,
                    breakdown=words.breakdown_name(breakdown),
                ),
                marks=self.marks(measure.measure),
            )
            for breakdown in breakdowns
        )
        return tuple(chart for chart in charts if chart is not None)

    def comparators_chart(self, measure: Measure, summary: Summary) -> Chart | None:
        """Our figure beside other areas'."""
        heading = words.say("sections.comparators", title=measure.title)
        return bars.comparators_chart(
            self.published, measure, summary, heading=heading, marks=self.marks(measure.measure)
        )

    def target_chart(self, measure: Measure, summary: Summary) -> Chart | None:
        """The latest figures against the target."""
        points = series_points(
            self.published, measure=measure.measure, organisation=summary.organisation
        )
        heading = words.say("sections.target", title=measure.title)
        return target.target_chart(
            measure, points, heading=heading, marks=self.marks(measure.measure)
        )

    def funnel_chart(self, measure: Measure) -> Chart | None:
        """The partners in a funnel, by their size."""
        heading = words.say("sections.funnel", title=measure.title)
        items = bars.partner_items(self.published, measure)
        return funnel.funnel_chart(
            measure, items, heading=heading, marks=self.marks(measure.measure)
        )

    def map_charts(self, measure: Measure, summary: Summary) -> tuple[Chart, ...]:
        """A map of each breakdown of the board's figure whose areas have shapes."""
        found = []
        for breakdown, shapes in sorted(self.areas.items()):
            items = bars.breakdown_items(self.published, measure, summary, breakdown=breakdown)
            name = words.breakdown_name(breakdown)
            heading = words.say("sections.map", title=measure.title, breakdown=name)
            chart = maps.map_chart(
                measure, items, shapes, heading=heading, marks=self.marks(measure.measure)
            )
            found += [chart] if chart else []
        return tuple(found)

    def spine_chart(
        self, theme: str, rows: Sequence[tuple[Measure, Summary | None]]
    ) -> Chart | None:
        """A theme's measures beside the areas we are compared with."""
        bones = spine.vertebrae(self.published, rows)
        marks = base.Marks(
            illustrative=any(self.is_illustrative(bone.measure.measure) for bone in bones)
        )
        name = f"theme-{self.theme_slugs[theme]}-spine"
        return spine.spine_chart(bones, name=name, heading=words.say("sections.spine"), marks=marks)
