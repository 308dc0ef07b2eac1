"""The return that the adversarial files are made in the shape of: declared as ours are, so that a
whole check runs on them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandera.polars as pa

from schemas.columns import (
    Kind,
    ReturnRows,
    column,
    comment_column,
    item_column,
)
from schemas.declaration import Observation, Return
from schemas.quarter import Quarter
from schemas.reference import Reference
from schemas.reference_rows import Obligation
from schemas.row_checks import enough_in_denominator, part_within_whole
from tests.boards import birmingham

QUARTER = Quarter(2025, 1)
# Their headings, and what ours call the same.
HEADINGS = {"org_code": "organisation", "period": "quarter", "measure_id": "measure"}


class Adversarial(ReturnRows):
    """One row is one measure."""

    measure: str = item_column(title="Measure", description="A measure.", example="DA01")
    numerator: int = column(
        title="Numerator", description="A count.", example="12", kind=Kind.PEOPLE,
        blank_allowed=True,
    )  # fmt: skip
    denominator: int = column(
        title="Denominator", description="A count.", example="40", kind=Kind.PEOPLE,
        blank_allowed=True, counts="people",
    )  # fmt: skip
    comment: str = comment_column()

    numerator_is_within_denominator = part_within_whole("numerator", "denominator")


class AdversarialQueries(pa.DataFrameModel):
    """What is odd."""

    denominator_is_large_enough = enough_in_denominator("denominator")


class Dated(ReturnRows):
    """One row is one day."""

    date: dt.date = column(title="Date", description="A day.", example="2025-07-14", kind=Kind.DATE)
    quarter: str = column(
        title="Quarter", description="A quarter.", example="2025-26 Q1", kind=Kind.QUARTER,
        required=False, blank_allowed=True,
    )  # fmt: skip


class DatedQueries(pa.DataFrameModel):
    """Nothing is odd about days."""


RETURN = Return(
    name="adversarial",
    title="Adversarial",
    purpose="To try a reader on.",
    sent_by="Nobody",
    template_version="1",
    model=Adversarial,
    queries=AdversarialQueries,
    observation=Observation(item="measure", numerator="numerator", denominator="denominator"),
    figures=(("numerator", "denominator"),),
)
DATED = Return(
    name="dated",
    title="Dated",
    purpose="To try a reader of dates on.",
    sent_by="Nobody",
    template_version="1",
    model=Dated,
    queries=DatedQueries,
)
DECLARED = {ret.name: ret for ret in (RETURN, DATED)}


def reference() -> Reference:
    """Reference data in which T01 and T02 owe that return, and its three measures are known."""
    ours = birmingham()
    organisation, measure, calendar = ours.organisations[0], ours.measures[0], ours.returns[0]
    owed = [
        Obligation(
            organisation=code, return_name=RETURN.name, first_quarter=Quarter(2024, 1),
            last_quarter=None, quarters=(1, 2, 3, 4),
        )
        for code in ("T01", "T02")
    ]  # fmt: skip
    return replace(
        ours,
        organisations=tuple(
            replace(organisation, organisation=code, started_on=None, ended_on=None)
            for code in ("T01", "T02")
        ),
        measures=tuple(
            replace(
                measure, measure=code, item=code, return_name=RETURN.name, form="proportion",
                unit="percent", small_number_rule="none", first_quarter=None, last_quarter=None,
            )
            for code in ("DA01", "DA02", "TR01")
        ),
        returns=(replace(calendar, return_name=RETURN.name),),
        every_obligation=tuple(owed),
        every_expected_row=(),
        measure_categories=(),
        every_code=(),
    )  # fmt: skip


def renamed(content: bytes) -> bytes:
    """A file with our names for its headings, in whatever encoding it is."""
    for theirs, ours in HEADINGS.items():
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            content = content.replace(theirs.encode(encoding), ours.encode(encoding))
    for old, new in (
        (b" Org Code ", b" Organisation "),
        (b"PERIOD", b"QUARTER"),
        (b"Measure ID", b"Measure"),
    ):
        content = content.replace(old, new)
    return content.replace("measure\u00a0id".encode(), "measure\u00a0".encode())
