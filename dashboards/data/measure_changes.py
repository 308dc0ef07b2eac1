"""The published changes of targets and definitions."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.data.rows import PublishedRow

EACH = "each"


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasureChange(PublishedRow):
    """A target or a definition that changed, from one quarter on.

    ``subject`` is ``target``, ``definition`` or ``rebase``. A target or a rebase is of
    ``organisation`` and ``area`` alone. ``each``: everybody's target, the combined figure's too
    unless it is a sum; ``ALL``: that of the combined figure alone. ``all``: of any area.
    """

    model = "pub_measure_change"
    optional = True
    key = ("quarter", "measure", "subject", "organisation", "area")
    measure: str
    subject: str
    organisation: str
    area: str
    quarter: str
    quarter_label: str
    until_label: str
    old_target: float | None
    old_amber_limit: float | None
    new_target: float | None
    new_amber_limit: float | None
    old_definition: str | None
    new_definition: str | None
    breaks_series: bool
    note: str | None
