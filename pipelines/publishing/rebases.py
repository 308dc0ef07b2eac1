"""Rebases that an officer should record: figures that are of other people than those before.

The limits of such a series start anew by themselves, and nothing is compared across the break. A
recorded rebase says why. A partner that is only late is no break of its sum to be recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import polars as pl

from schemas.quarter import Quarter
from schemas.reference import Reference

_COMBINED = "ALL"
_LOOKS_BACK = 3  # quarters before the one that is reported: a year of them


@dataclass(frozen=True, kw_only=True)
class ProposedRebase:
    """A break without a recorded decision, at ``quarter``, and the likely reason.

    ``organisation`` is whose rebase explains it: of a sum one of those that made it another.
    """

    measure: str
    organisation: str
    quarter: Quarter
    reason: str


def proposed_rebases(
    reference: Reference, data_dir: Path, quarter: Quarter
) -> list[ProposedRebase]:
    """Return the breaks of the year up to ``quarter`` that no recorded rebase explains.

    Args:
        reference: The organisations and the rebases that are recorded.
        data_dir: The data of a release.
        quarter: What is reported.

    Returns:
        The proposals, by measure, organisation and quarter.
    """
    members = (
        pl.scan_parquet(data_dir / "pub_measure_value.parquet")
        .filter(
            pl.col("value").is_not_null() & pl.col("members").is_not_null(),
            breakdown="total",
            category="all",
        )
        .select(
            "measure",
            "organisation",
            "area",
            "period_kind",
            "quarter",
            "period_end",
            "members",
            "partners_missing",
        )
        .sort("measure", "organisation", "area", "period_kind", "period_end")
        .collect()
    )
    recorded = {(one.measure, one.organisation, one.quarter) for one in reference.rebases}
    redefined = {
        (one.measure, one.first_period) for one in reference.definitions if one.breaks_series
    }
    first = quarter.shift(-_LOOKS_BACK)
    # Each once, however many areas or kinds of period show it; a partner's own before its sum's.
    found: dict[tuple[str, str, Quarter], ProposedRebase] = {}
    groups = members.group_by("measure", "organisation", "area", "period_kind", maintain_order=True)
    for (measure, organisation, *_), series in sorted(
        groups, key=lambda group: group[0][1] == _COMBINED
    ):
        for proposal in _breaks(reference, str(measure), str(organisation), series):
            if (proposal.measure, proposal.quarter) in redefined:
                continue  # the new definition says why
            if first <= proposal.quarter <= quarter and not any(
                (proposal.measure, who, proposal.quarter) in recorded
                for who in _concerned(str(organisation), series)
            ):
                key = (proposal.measure, proposal.organisation, proposal.quarter)
                found.setdefault(key, proposal)
    return [found[key] for key in sorted(found)]


def _breaks(
    reference: Reference, measure: str, organisation: str, series: pl.DataFrame
) -> Iterator[ProposedRebase]:
    codes = {one.name: one.organisation for one in reference.organisations}
    seen: set[str] = set()
    for before, now in pairwise(series.iter_rows(named=True)):
        earlier, later = _members(before), _members(now)
        late = {
            codes.get(name, name)
            for row in (before, now)
            for name in (row["partners_missing"] or "").split("; ")
        }
        seen |= earlier.keys()
        both = later.keys() & earlier.keys()
        changes = {
            "counts other people than before": {one for one in both if earlier[one] != later[one]},
            "joined the sum": later.keys() - earlier.keys() - (late & seen),
            "left the sum": earlier.keys() - later.keys() - late,
        }
        said = [f"{', '.join(sorted(who))} {words}" for words, who in changes.items() if who]
        if said:
            yield ProposedRebase(
                measure=measure,
                organisation=next(min(who) for who in changes.values() if who),
                quarter=Quarter.parse(now["quarter"]),
                reason=_took_over(reference, organisation) or f"{'; '.join(said)}.",
            )


def _members(row: Mapping[str, str]) -> dict[str, str]:
    """Return the organisations of a sum, each with the number of breaks behind its figure."""
    return dict(one.split("/") for one in row["members"].split("; "))


def _took_over(reference: Reference, organisation: str) -> str:
    """Say from whom the organisation took over; empty if from nobody."""
    gone = [
        one.name
        for one in reference.organisations
        if one.succeeded_by == organisation and one.ended_on
    ]
    return f"It took over from {', '.join(gone)}." if gone else ""


def _concerned(organisation: str, series: pl.DataFrame) -> set[str]:
    """Return whose recorded rebase explains a break: the partner's, or of a sum any member's."""
    if organisation != _COMBINED:
        return {organisation}
    return {who for row in series.iter_rows(named=True) for who in _members(row)}
