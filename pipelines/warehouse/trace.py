"""From a figure on a page back to the file, the row, the sender and the hash."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.checking.engine.observations import ALL, TOTAL, row_of_the_whole
from pipelines.reading.reader import read
from pipelines.record.store import Record
from schemas.declaration import headings_of
from schemas.reference import Reference
from schemas.reference_rows import Measure

COMBINED = "ALL"
Figure = Mapping[str, Any]  # a row of pub_measure_value, as polars reads it


class NothingToTraceError(Exception):
    """There is no such measure or figure; the message says what there is."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where one published figure comes from.

    ``value`` is what the page shows, None if it shows none (``state`` says why). ``cells`` is
    the row as it was sent, by heading; ``row_number`` is None if the figure is a sum of several
    rows. ``sheet`` is the title of the sheet where a workbook was sent, else empty. ``is_intact``
    says whether the stored bytes still have the hash that the receipt named. ``share`` is None, or
    the figure's title if this is the row that the denominator of that figure came from; ``value``
    is then the denominator.
    """

    measure: Measure
    organisation: str
    period: str
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
    sheet: str
    cells: tuple[tuple[str, str], ...]
    sender: str
    channel: str
    received_at: dt.datetime
    sha256: str
    is_intact: bool
    sample: str | None
    share: str | None = None


@dataclass(frozen=True, kw_only=True)
class Sum:
    """A published figure that was made of several: a sum of partners, a quarter of its months.

    ``numerator`` and ``denominator`` are what it was reckoned from, None where the page shows
    none; ``figures`` is how many figures it was made of.
    """

    measure: Measure
    organisation: str
    period: str
    breakdown: str
    category: str
    state: str
    value: float | None
    numerator: float | None
    denominator: float | None
    figures: int


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
    reference: Reference,
    measure: Measure,
    period: str,
    organisation: str | None,
) -> list[Sum | Origin]:
    """Return the origins of the published figures of a measure of one period, by organisation.

    A sum is traced to the rows of all its partners, a quarter made of months to those of its
    months, a share of another row's count to that row too. Before the rows of a figure that was
    made of several stands the figure itself.

    Args:
        record: Where the files are.
        data_dir: The published data of the release that is asked about.
        reference: The board's tables.
        measure: Which measure.
        period: The period's key or label; a quarter also finds what was sent in its return.
        organisation: Whose figure, ``ALL`` for the combined one; None: every partner's.

    Raises:
        NothingToTraceError: There is no such figure.
    """
    figures = (
        pl.scan_parquet(data_dir / "pub_measure_value.parquet")
        .filter(pl.col("measure") == measure.measure)
        .sort(
            "organisation",
            "period_end",
            pl.col("breakdown") != TOTAL,
            "breakdown",
            "sort",
            "category",
        )
        .collect()
        .to_dicts()
    )
    asked = period.strip().casefold()
    of_period = [
        one
        for one in figures
        if asked in (one["period"].casefold(), one["period_label"].casefold())
    ]
    key = asked.replace(" ", "-")
    of_return = [
        one
        for one in figures
        if key in (one["quarter"].casefold(), str(one["returned_in"]).casefold())
    ]
    found = [
        (one, list(rows_behind(figures, one)))
        for one in of_period or of_return
        if one["organisation"] == (organisation or one["organisation"])
        if organisation or one["organisation"] != COMBINED
    ]
    if not any(rows for _, rows in found):
        who = f" from {organisation}" if organisation else ""
        raise NothingToTraceError(
            f"No figure of {measure.measure} ({measure.title}) for {period}{who} is in "
            "this release."
        )
    origins: list[Sum | Origin] = []
    for one, rows in found:
        if rows and rows != [one]:
            origins.append(_sum(one, measure, figures=len(rows)))
        for figure in rows:
            origins.append(_origin(record, figure, measure, reference))
            origins += _whole(record, figure, measure, reference)
    return origins


def _sum(figure: Figure, measure: Measure, *, figures: int) -> Sum:
    return Sum(
        measure=measure,
        organisation=figure["organisation"],
        period=figure["period_label"],
        breakdown=figure["breakdown"],
        category=figure["category"],
        state=figure["state"],
        value=figure["value"],
        numerator=figure["numerator"],
        denominator=figure["denominator"],
        figures=figures,
    )


def rows_behind(figures: Sequence[Figure], figure: Figure) -> Iterator[Figure]:
    """Yield the figures, each of one row, that a published figure was made of.

    Args:
        figures: The published figures of the same measure, rows of ``pub_measure_value``.
        figure: One of them; a sum of partners, a quarter made of months, or a single row.
    """
    if figure["organisation"] == COMBINED:
        # A member is named with the number of breaks behind it, such as ABC/1.
        members = {name.partition("/")[0] for name in (figure["members"] or "").split("; ")}
        parts = [
            one
            for one in figures
            if one["organisation"] in members and _alike(one, figure, "area", "period")
        ]
    elif figure.get("made_of"):
        periods = figure["made_of"].split("; ")
        parts = [
            one
            for one in figures
            if one["period"] in periods and _alike(one, figure, "area", "organisation")
        ]
    else:
        if figure["submission_id"]:
            yield figure
        return
    for part in parts:
        yield from rows_behind(figures, part)


def _alike(one: Figure, other: Figure, *columns: str) -> bool:
    return all(one[name] == other[name] for name in ("breakdown", "category", *columns))


def _whole(
    record: Record, figure: Figure, measure: Measure, reference: Reference
) -> Iterator[Origin]:
    """Yield the row that the figure's denominator came from, if that is not the figure's own."""
    ret, whole = reference.declared(measure.return_name), reference.measure(measure.share_of or "")
    if ret is None or whole is None or figure["row_number"] is None:
        return
    rows = pl.read_parquet(record.sound_rows_file(figure["submission_id"]))
    row_number = row_of_the_whole(ret, rows, whole=whole.item, beside=figure["row_number"])
    if row_number is not None:
        of_whole = {
            **figure, "breakdown": TOTAL, "category": ALL, "value": figure["denominator"],
            "value_as_sent": None, "row_number": row_number,
        }  # fmt: skip
        yield replace(_origin(record, of_whole, whole, reference), share=measure.title)


def _origin(record: Record, figure: Figure, measure: Measure, reference: Reference) -> Origin:
    submission_id = str(figure["submission_id"])
    submission = record.submission(submission_id)
    if submission is None:
        raise NothingToTraceError(f"The record has no submission {submission_id}.")
    content = record.as_sent(submission_id)
    sheet, cells_of = _sheet(content, reference)
    row_number = None if figure["row_number"] is None else int(figure["row_number"])
    return Origin(
        measure=measure,
        organisation=figure["organisation"],
        period=figure["period_label"],
        breakdown=figure["breakdown"],
        category=figure["category"],
        area=figure["area"],
        state=figure["state"],
        value=figure["value"],
        value_as_sent=figure["value_as_sent"],
        submission_id=submission_id,
        file_name=submission.file_name,
        file=record.sent_file(submission_id),
        row_number=row_number,
        sheet=sheet,
        cells=() if row_number is None else cells_of(row_number),
        sender=submission.sender,
        channel=submission.channel,
        received_at=submission.received_at,
        sha256=submission.sha256,
        is_intact=hashlib.sha256(content).hexdigest() == submission.sha256,
        sample=submission.sample,
    )


def _sheet(
    content: bytes, reference: Reference
) -> tuple[str, Callable[[int], tuple[tuple[str, str], ...]]]:
    """Return the sheet of a file, and what gives the cells of a row of it with their headings."""
    found = read(content, known_headings=headings_of(reference.declared_returns.values()))

    def cells(row_number: int) -> tuple[tuple[str, str], ...]:
        if found.table is None or found.header is None:
            return ()
        row = found.table.filter(pl.col("row_number") == row_number)
        values: Sequence[object] = row.drop("row_number").row(0) if row.height else ()
        return tuple(
            (heading, "" if value is None else str(value))
            for heading, value in zip(found.header, values, strict=False)
        )

    return found.sheet, cells
