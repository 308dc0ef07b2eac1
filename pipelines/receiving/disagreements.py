"""XRT-001: two organisations give different figures of the same place and time.

An officer's question. A sender is never asked it, since an answer that depends on what another
organisation sent would tell the sender of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pipelines.checking.engine.models import with_measures
from pipelines.checking.engine.observations import ALL, observations, stating
from pipelines.checking.engine.wording import rules
from pipelines.receiving.history import accepted_rows
from pipelines.record.store import Record
from schemas.declaration import Return, with_every_column
from schemas.quarter import Quarter
from schemas.reference import Reference

RULE = "XRT-001"
_KEY = ["item", "breakdown", "category", "area", "when", "of"]
_SAME = 1e-9  # figures closer than this are one figure read twice


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What one organisation says: its figure, and the row of the submission where it stands."""

    organisation: str
    figure: float
    submission_id: str
    row: int


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """Two organisations' figures of one measure, area and time. ``when`` is a month or period."""

    return_name: str
    quarter: Quarter
    item: str
    area: str
    when: str
    one: Stated
    other: Stated

    @property
    def message(self) -> str:
        """The rule's sentence, with both organisations and both figures."""
        wording = rules()[RULE].wordings[""]
        return wording.message.format(
            organisation=self.one.organisation,
            value=_text(self.one.figure),
            theirs=self.other.organisation,
            their_figure=_text(self.other.figure),
            item=self.item,
            area=self.area,
        )

    @property
    def hint(self) -> str:
        """What to do, as the rule says it."""
        return rules()[RULE].wordings[""].hint


def disagreements(record: Record, reference: Reference, quarter: Quarter) -> list[Disagreement]:
    """List where the accepted returns of a quarter contradict each other.

    Only figures of an area can be of the same thing; others are each organisation's own.
    """
    found: list[Disagreement] = []
    for ret in reference.declared_returns.values():
        for view in ret.views:
            if view.observation is not None and view.observation.area is not None:
                found += _in_return(record, reference, view, quarter)
    return found


def _in_return(
    record: Record, reference: Reference, ret: Return, quarter: Quarter
) -> Iterator[Disagreement]:
    current = record.current_about(ret.name, quarter)
    if len(current) < 2:
        return
    frames = []
    for obligation, submission in current.items():
        rows = with_every_column(accepted_rows(record, submission), ret)
        rows = with_measures(stating(rows.lazy(), ret).collect(), ret, reference=reference)
        frames.append(
            observations(ret, rows)
            .with_columns(pl.col("breakdown", "category", "area", "when").fill_null(""))
            .with_columns(
                organisation=pl.lit(obligation.organisation),
                submission_id=pl.lit(submission.submission_id),
            )
        )
    stated = pl.concat(frames, how="diagonal_relaxed").filter(
        pl.col("figure").is_not_null(), ~pl.col("area").is_in(["", ALL])
    )
    pairs = stated.join(stated, on=_KEY, how="inner", suffix="_other", maintain_order="left")
    differing = pairs.filter(
        (pl.col("organisation") < pl.col("organisation_other"))
        & ((pl.col("figure") - pl.col("figure_other")).abs() > _SAME)
    )
    for row in differing.to_dicts():
        yield Disagreement(
            return_name=ret.name,
            quarter=quarter,
            item=row["item"],
            area=row["area"],
            when=row["when"],
            one=_stated(row, ""),
            other=_stated(row, "_other"),
        )


def _stated(row: dict[str, object], suffix: str) -> Stated:
    return Stated(
        organisation=str(row[f"organisation{suffix}"]),
        figure=float(str(row[f"figure{suffix}"])),
        submission_id=str(row[f"submission_id{suffix}"]),
        row=int(str(row[f"row_number{suffix}"])),
    )


def _text(figure: float) -> str:
    return f"{figure:.2f}".rstrip("0").rstrip(".")
