"""Every figure of a measure that is published, of every period: where an older one can be found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dashboards.data.provenance import share
from dashboards.data.rows import Measure, Value
from dashboards.drawing.chart import PROVENANCE, Cell, Column, Table
from dashboards.pages.base import Page, Site
from dashboards.story import words


def path(site: Site, measure: Measure) -> str:
    """Return the page's path."""
    return f"measures/{site.measure_slugs[measure.measure]}-figures.html"


def pages(site: Site) -> Iterator[Page]:
    """Make a page for each measure that has figures."""
    for measure in site.published.measures:
        values = site.published.values_by_measure.get(measure.measure, ())
        if any(value.value is not None for value in values):
            yield Page(
                path=path(site, measure),
                title=f"{measure.title}: every figure",
                section="Measures",
                template="figures.html",
                provenance=share(one.illustrative for one in values if one.value is not None),
                context={"measure": measure, "figures": tuple(_tables(site, measure, values))},
            )


def _tables(site: Site, measure: Measure, values: tuple[Value, ...]) -> Iterator[Table]:
    """Yield a table for each breakdown and kind of period, the newest period first."""
    grouped: dict[tuple[str, str], list[Value]] = defaultdict(list)
    for value in values:
        grouped[value.breakdown, value.period_kind].append(value)
    # The whole and the kind that the measure is mostly of come first.
    main = site.published.main_kind(measure.measure)
    for breakdown, kind in sorted(
        grouped, key=lambda key: (key[0] != "total", key[0], key[1] != main, key[1])
    ):
        of = "" if breakdown == "total" else f", by {words.breakdown_name(breakdown)}"
        yield Table.of(
            f"{measure.title}{of}: each {words.word('every', kind)}",
            sorted(grouped[breakdown, kind], key=lambda one: one.period_end, reverse=True),
            (
                Column("period", "Period", at="period_label"),
                Column("partner", "Partner", at=lambda v: site.organisation_name(v.organisation)),
                Column("area", "Area", at=lambda v: _part(v.area), optional=True),
                Column(
                    "category",
                    words.breakdown_name(breakdown).capitalize(),
                    at=lambda v: _part(v.category),
                    optional=True,
                ),
                Column("value", words.word("unit", measure.unit), at=lambda v: _cell(measure, v)),
                Column(PROVENANCE, "Provenance", at=site.published.provenance),
            ),
        )


def _part(code: str | None) -> str | None:
    """Return the name of a part; None for the whole."""
    return None if code == "all" else code


def _cell(measure: Measure, value: Value) -> Cell:
    """Return a figure as pages write it, or the words of the state that stands in its place."""
    if value.value is None:
        return Cell(value=None, text=words.state_words(value.state, value.state_reason))
    return Cell(value=value.value, text=words.figure_with_marks(measure, value))
