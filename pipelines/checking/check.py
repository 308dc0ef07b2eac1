"""Checking one file from its bytes to its findings: everything in one go."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from pipelines.checking.cells import read_cells
from pipelines.checking.context import Context
from pipelines.checking.hits import Hits, of_file
from pipelines.checking.models import model_hits
from pipelines.checking.outcome import CheckedFile, Outcome
from pipelines.checking.recognise import match_headings, recognise
from pipelines.checking.sentences import findings_of_faults, findings_of_hits
from pipelines.checking.sheet import Sheet
from pipelines.checking.whole import (
    expected_measures,
    figures_missing,
    parts_and_totals,
    same_key,
)
from pipelines.checking.whose import (
    Whose,
    announced,
    authority,
    file_name_disagrees,
    period,
    whose,
)
from pipelines.reading.headings import plain
from pipelines.reading.outcome import ReadFile
from pipelines.reading.reader import read
from schemas.declaration import Return
from schemas.finding import Finding
from schemas.registry import returns

# Columns that the annotated file adds: it can be put right in place and sent again.
_OURS = frozenset({plain("findings"), plain("what to do")})


def check(content: bytes, *, file_name: str, context: Context) -> CheckedFile:
    """What a file is, and everything that is to say about it; it never raises for any bytes."""
    declared = returns()
    known = [frozenset(plain(column.name) for column in ret.columns) for ret in declared.values()]
    file = read(content, limits=context.limits, known_headings=known)
    header = file.header or ()
    from_reading = findings_of_faults(file.faults, header=header)
    if file.table is None or file.header is None:
        return _result(file_name, file, from_reading, None, Whose(organisation=None, quarter=None))
    kept = [index for index, name in enumerate(header) if plain(name) not in _OURS]
    names = tuple(header[index] for index in kept)
    table = file.table.select(
        "row_number", *(pl.col(f"c{index}").alias(f"c{new}") for new, index in enumerate(kept))
    )
    ret = recognise(names, table, file_name=file_name, context=context, declared=declared)
    if ret is None:
        unknown = findings_of_hits(
            [of_file("HDR-001", variant="no_return", needed=", ".join(declared))],
            header=names, positions={}, ret=None,
        )  # fmt: skip
        nobody = Whose(organisation=None, quarter=None)
        return _result(file_name, file, from_reading + unknown, None, nobody)
    headings = match_headings(names, header_row=file.header_row, table=table, ret=ret)
    sheet = Sheet(
        ret=ret,
        header=names,
        header_row=file.header_row,
        positions=headings.positions,
        table=table,
    )
    found = whose(sheet, context=context)
    hits = [
        *headings.hits,
        *announced(ret, context=context),
        *authority(sheet, found, context=context),
        *period(sheet, found, context=context),
        *file_name_disagrees(file_name, ret, found, context=context),
    ]
    cells = read_cells(sheet, reference=context.reference, quarter=found.quarter)
    hits += cells.hits
    if all(column.name in headings.positions for column in ret.columns if column.required):
        hits += _of_rows(cells.rows, dict(cells.unread), ret, found, context)
    findings = from_reading + findings_of_hits(
        hits, header=names, positions=dict(headings.positions), ret=ret
    )
    return _result(file_name, file, findings, ret, found, rows=cells.rows)


def _of_rows(
    rows: pl.DataFrame,
    unread: dict[str, pl.Series],
    ret: Return,
    found: Whose,
    context: Context,
) -> Iterable[Hits]:
    """What the typed rows say, alone and together."""
    yield from figures_missing(rows, ret, unread)
    yield from model_hits(rows, ret, reference=context.reference, queries=False)
    yield from same_key(rows, ret)
    yield from parts_and_totals(rows, ret)
    yield from expected_measures(rows, ret, found, context=context)
    yield from model_hits(rows, ret, reference=context.reference, queries=True)


def _result(
    file_name: str,
    file: ReadFile,
    findings: list[Finding],
    ret: Return | None,
    found: Whose,
    *,
    rows: pl.DataFrame | None = None,
) -> CheckedFile:
    ordered = tuple(sorted(findings, key=_order))
    outcome = Outcome.of(ordered)
    accepted = outcome in (Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_QUERIES)
    used = rows.height if accepted and rows is not None else 0
    return CheckedFile(
        file_name=file_name,
        return_name=ret.name if ret else None,
        organisation=found.organisation,
        quarter=found.quarter,
        outcome=outcome,
        rows_found=file.rows_found,
        rows_used=used,
        rows_not_used=file.rows_found - used - file.rows_passed_over,
        rows_passed_over=file.rows_passed_over,
        findings=ordered,
        rows=rows if accepted else None,
    )


def _order(finding: Finding) -> tuple[int, str, str]:
    """What is said of the whole file first, then row by row, then column by column."""
    return (finding.row or 0, (finding.letter or "").rjust(3), finding.rule)
