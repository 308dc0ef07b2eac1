"""How far apart the groups or areas of a measure lie, and whether chance could explain it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dashboards.data.release import Published
from dashboards.data.rows import Measure, Summary
from dashboards.drawing import bars
from dashboards.story import numbers, words


@dataclass(frozen=True, kw_only=True)
class Gap:
    """The highest and the lowest shown category of one breakdown of a measure.

    ``beyond_chance`` is whether their 95% intervals lie apart; None where one has none.
    ``shown`` of ``every`` categories have a figure that can be shown.
    """

    measure: Measure
    breakdown: str
    highest: bars.Item
    lowest: bars.Item
    beyond_chance: bool | None
    shown: int
    every: int

    @property
    def apart(self) -> str:
        """The difference as a page writes it."""
        difference = (self.highest.value or 0.0) - (self.lowest.value or 0.0)
        if self.measure.unit == "percent":
            places = 1 if self.measure.decimals is None else self.measure.decimals
            return words.say("gap.points", number=numbers.rounded(difference, decimals=places))
        return words.shown_figure(self.measure, difference)


def gaps(published: Published, rows: Iterable[tuple[Measure, Summary | None]]) -> list[Gap]:
    """Return the gaps of the board's latest figures, in the order of the measures.

    Counts have none: a large ward has more of everything.
    """
    found = []
    for measure, summary in rows:
        if summary is None or measure.unit == "count":
            continue
        values = published.values_by_measure.get(measure.measure, ())
        for breakdown in sorted({value.breakdown for value in values} - {"total"}):
            items = bars.breakdown_items(published, measure, summary, breakdown=breakdown)
            shown = bars.by_value(items)
            if len(shown) > 1:
                found.append(
                    Gap(
                        measure=measure,
                        breakdown=words.breakdown_name(breakdown),
                        highest=shown[0],
                        lowest=shown[-1],
                        beyond_chance=_beyond_chance(shown[0], shown[-1]),
                        shown=len(shown),
                        every=len(items),
                    )
                )
    return found


def _beyond_chance(highest: bars.Item, lowest: bars.Item) -> bool | None:
    """As two areas are compared: intervals that touch or overlap tell no difference."""
    if highest.lower is None or lowest.upper is None:
        return None
    return highest.lower > lowest.upper
