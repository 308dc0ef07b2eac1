"""The periods that figures are of, as ``raw.period`` has them.

SQL never names a period or reckons which one comes before it: it joins on this table, which is
made from ``schemas.period`` alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

import duckdb

from pipelines.warehouse.tables import PeriodRow
from schemas.period import Period, PeriodKind
from schemas.quarter import Quarter

_FILLED = (
    PeriodKind.MONTH,
    PeriodKind.QUARTER,
    PeriodKind.CALENDAR_YEAR,
    PeriodKind.FINANCIAL_YEAR,
    PeriodKind.SCHOOL_YEAR,
)


def period_rows(connection: duckdb.DuckDBPyConnection) -> list[PeriodRow]:
    """Return every period that the loaded observations and obligations speak of."""
    spans = connection.execute(
        "SELECT DISTINCT period_start, period_end FROM raw.observation "
        "WHERE period_start IS NOT NULL AND period_end IS NOT NULL"
    ).fetchall()
    quarters = connection.execute(
        "SELECT quarter FROM raw.observation UNION SELECT quarter FROM raw.standing "
        "UNION SELECT quarter FROM raw.submission WHERE quarter IS NOT NULL"
    ).fetchall()
    stated = set(_of_spans(spans)) | set(_of_returns(quarter for (quarter,) in quarters))
    periods = sorted(stated | set(_between(stated)), key=lambda one: (one.end, one.start, one.kind))
    return [_row(one) for one in periods]


def _of_spans(spans: Iterable[tuple[dt.date, dt.date]]) -> Iterator[Period]:
    for start, end in spans:
        for rolling in (False, True):  # twelve months are read in both ways: a measure says which
            yield Period.of(start, end, rolling=rolling)


def _of_returns(keys: Iterable[str]) -> Iterator[Period]:
    """The quarter of each return, and the financial year so far, as yearly counts have it."""
    for quarter in map(Quarter.parse, keys):
        yield Period.of_quarter(quarter)
        yield Period.of(Quarter(quarter.start_year, 1).start, quarter.end)


def _between(stated: set[Period]) -> Iterator[Period]:
    """All months and quarters that the stated ones span, and the years between two of a kind."""
    if not stated:
        return
    first = min(one.start for one in stated)
    last = max(one.end for one in stated)
    month = Period.of_month(first)
    while month.start <= last:
        yield month
        yield Period.of_quarter(month.quarter)
        month = month.shifted(1) or month
    for kind in _FILLED[2:]:
        of_kind = sorted((one for one in stated if one.kind is kind), key=lambda one: one.start)
        year = of_kind[0] if of_kind else None
        while year is not None and year.start < of_kind[-1].start:
            year = year.shifted(1)
            if year is not None:
                yield year


def _row(one: Period) -> PeriodRow:
    before = one.shifted(-1)
    return PeriodRow(
        period=one.key,
        period_kind=one.kind.value,
        period_label=one.label,
        period_start=one.start,
        period_end=one.end,
        quarter=one.quarter.key,
        previous_period=before.key if before else None,
        year_before=one.a_year_before().key,
        days=(one.end - one.start).days + 1,
        is_by_days=Period.of(one.start, one.end).kind is one.kind,
        reads_as_rolling=Period.of(one.start, one.end, rolling=True).kind is one.kind,
        is_overlapping=one.kind.overlaps,
    )
