"""From a figure on a page back to the file, the row, the sender and the hash."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.reading.reader import read
from pipelines.record.store import Record
from schemas.quarter import Quarter
from schemas.reference import Measure, Reference


class NothingToTraceError(Exception):
    """There is no such measure or figure; the message says what there is."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where one published figure comes from.

    ``value`` is what the page shows, None if it shows none (``state`` says why). ``cells`` is
    the row as it was sent, by heading; ``row_number`` is None if the figure is a sum of several
    rows. ``is_intact`` says whether the stored bytes still have the
    hash that the receipt named.
    """

    measure: Measure
    organisation: str
    quarter: Quarter
    breakdown: str
    category: str
    area: str | None
    state: str
    value: float | None
    value_as_sent: str | None
    submission_id: str
    file_name: str
    file: Path
    row_number: int | None
    cells: tuple[tuple[str, str], ...]
    sender: str
    channel: str
    received_at: dt.datetime
    sha256: str
    is_intact: bool
    sample: str | None


def find_measure(reference: Reference, text: str) -> Measure:
    """Return the measure of that code, item or title, in any case.

    Raises ``NothingToTraceError``.
    """
    wanted = text.strip().casefold()
    for names in (
        lambda measure: (measure.measure,),
        lambda measure: (measure.item, measure.title),
    ):
        found = [one for one in reference.measures if wanted in map(str.casefold, names(one))]
        if found:
            return found[0]
    codes = ", ".join(one.measure for one in reference.measures[:8])
    raise NothingToTraceError(
        f"There is no measure “{text}”. Give its code, such as {codes}, or its title."
    )


def trace(
    record: Record,
    data_dir: Path,
    *,
    measure: Measure,
    quarter: Quarter,
    organisation: str | None,
) -> list[Origin]:
    """Return the origins of the published figures of a measure in a quarter, by organisation.

    ``data_dir`` holds the published data of the release that is asked about. Raises
    ``NothingToTraceError`` if it has no such figure.
    """
    wanted = (pl.col("measure") == measure.measure) & (pl.col("quarter") == quarter.key)
    if organisation is not None:
        wanted &= pl.col("organisation") == organisation
    figures = (
        pl.scan_parquet(data_dir / "pub_measure_value.parquet")
        .filter(wanted & pl.col("submission_id").is_not_null())
        .sort("organisation", "breakdown", "sort", "category")
        .collect()
    )
    if figures.is_empty():
        who = f" from {organisation}" if organisation else ""
        raise NothingToTraceError(
            f"No figure of {measure.measure} ({measure.title}) for {quarter.label}{who} is in "
            "this release."
        )
    return [_origin(record, figure, measure, quarter) for figure in figures.to_dicts()]


def _origin(
    record: Record, figure: dict[str, object], measure: Measure, quarter: Quarter
) -> Origin:
    submission_id = str(figure["submission_id"])
    submission = record.submission(submission_id)
    if submission is None:
        raise NothingToTraceError(f"The record has no submission {submission_id}.")
    content = record.as_sent(submission_id)
    row_number = None if figure["row_number"] is None else int(str(figure["row_number"]))
    value = figure["value"]
    return Origin(
        measure=measure,
        organisation=str(figure["organisation"]),
        quarter=quarter,
        breakdown=str(figure["breakdown"]),
        category=str(figure["category"]),
        area=str(figure["area"]) if figure["area"] else None,
        state=str(figure["state"]),
        value=float(str(value)) if value is not None else None,
        value_as_sent=str(figure["value_as_sent"]) if figure["value_as_sent"] else None,
        submission_id=submission_id,
        file_name=submission.file_name,
        file=record.submission_folder(submission_id) / "as_sent.csv",
        row_number=row_number,
        cells=() if row_number is None else _cells(content, row_number),
        sender=submission.sender,
        channel=submission.channel,
        received_at=submission.received_at,
        sha256=submission.sha256,
        is_intact=hashlib.sha256(content).hexdigest() == submission.sha256,
        sample=submission.sample,
    )


def _cells(content: bytes, row_number: int) -> tuple[tuple[str, str], ...]:
    """Return the cells of one row as they were sent, each with its heading."""
    found = read(content)
    if found.table is None or found.header is None:
        return ()
    row = found.table.filter(pl.col("row_number") == row_number)
    values: Sequence[object] = row.drop("row_number").row(0) if row.height else ()
    return tuple(
        (heading, "" if value is None else str(value))
        for heading, value in zip(found.header, values, strict=False)
    )
