"""The register of risks: each risk, the matrix as a table, and what moved since last time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from dashboards.data.plan_groups import LEVELS
from dashboards.data.plans import Risk
from dashboards.data.provenance import described, share
from dashboards.drawing.chart import PROVENANCE, Column, Table
from dashboards.pages.base import Page, Site

_MOVEMENTS = ("higher", "new", "lower", "no change", "not compared", "no longer reported")


def pages(site: Site) -> Iterator[Page]:
    """Make the page."""
    risks = site.plans.ordered(site.published.risks)
    moved = Counter(risk.movement for risk in risks)
    yield Page(
        path="risks.html",
        title="Risks",
        provenance=share(
            made_up for risk in risks for made_up in (risk.illustrative, risk.rests_on_illustrative)
        ),
        tables={"risks-register": _table(risks)} if risks else {},
        context={
            "risks": risks,
            "levels": LEVELS,
            "movements": [(name, moved[name]) for name in _MOVEMENTS if moved[name]],
            "unscored": [
                risk for risk in risks
                if risk.movement != "no longer reported" and not (risk.likelihood and risk.impact)
            ],
        },
    )  # fmt: skip


def _table(risks: Sequence[Risk]) -> Table:
    """Return the register as a file, with each risk's row in its return."""
    keys = (
        "report", "ref", "risk", "owner_body", "likelihood", "impact", "score", "movement",
        "previous_likelihood", "previous_impact", "mitigation", "organisation", "quarter",
        "submission_id", "row_number",
    )  # fmt: skip
    made_up = Column(PROVENANCE, at=lambda risk: described(risk.illustrative))
    return Table.of("Risks", risks, [*map(Column, keys), made_up])
