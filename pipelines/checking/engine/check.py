"""Checking a file: from bytes to typed rows and everything that was found, in one go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from pipelines.checking.engine.context import Context
from pipelines.checking.engine.models import failures, with_measures
from pipelines.checking.engine.outcome import CheckedFile, Outcome
from pipelines.checking.engine.report import findings, in_order, quotable
from pipelines.checking.engine.sheet import Sheet
from pipelines.checking.engine.violations import Violations, of_file
from pipelines.checking.engine.wording import rules
from pipelines.checking.rules.answers import Answer, answered
from pipelines.checking.rules.cells import Cells, read_cells
from pipelines.checking.rules.files import violations_of
from pipelines.checking.rules.headings import match_headings, recognise
from pipelines.checking.rules.history import rules_over_time
from pipelines.checking.rules.plans import rules_over_plans
from pipelines.checking.rules.rows import Rows, rules_over_rows
from pipelines.checking.rules.sender_rules import (
    Origin,
    announced,
    authority,
    file_name_disagrees,
    origin_of,
    period,
)
from pipelines.checking.rules.totals import parts_and_wholes
from pipelines.checking.rules.year_to_date import years_to_date
from pipelines.reading.headings import plain
from pipelines.reading.reader import ReadFile, read
from schemas.declaration import Return, record_columns
from schemas.finding import Severity
from schemas.quarter import Quarter
from schemas.registry import returns

__all__ = ["CheckedFile", "check"]

NIL = "nil"
_OURS = frozenset({plain("findings"), plain("what to do")})
# Where a row breaks one of these its figure is wrong by itself: below zero, above 100 per cent or a
# share of 1, a part above its whole, not what its numerator and denominator make.
_OF_A_FIGURE = frozenset({"NUM-004", "NUM-006", "ROW-001", "ROW-003"})


def check(
    content: bytes,
    *,
    file_name: str,
    context: Context,
    declared: Mapping[str, Return] | None = None,
) -> CheckedFile:
    """Checks a file as a return.

    Never raises for any bytes. The same bytes and context give the same findings. ``declared``
    is what returns there are; all declared ones where None.
    """
    known = returns() if declared is None else declared
    read_file = read(
        content,
        limits=context.limits,
        known_headings=[frozenset(c.name for c in ret.columns) for ret in known.values()],
    )
    read_file = _without_ours(read_file)
    violations: list[Violations] = []
    if read_file.table is None or read_file.header is None:
        violations += _of_reading(read_file, None)
        return _checked(file_name, read_file, violations, sheet=None, found=_nobody(), rows=None)
    ret = recognise(
        read_file.header, read_file.table, file_name=file_name, context=context, declared=known
    )
    if ret is None:
        titles = ", ".join(sorted(declared_return.title for declared_return in known.values()))
        violations += _of_reading(read_file, None)
        violations.append(of_file("HDR-001", variant="no_return", titles=titles))
        return _checked(file_name, read_file, violations, sheet=None, found=_nobody(), rows=None)
    headings = match_headings(
        read_file.header, header_row=read_file.header_row, table=read_file.table, ret=ret
    )
    sheet = Sheet(
        ret=ret,
        header=read_file.header,
        header_row=read_file.header_row,
        positions=headings.positions,
        table=read_file.table,
    )
    found = origin_of(sheet, context=context)
    violations += _of_reading(read_file, sheet)
    violations += headings.violations
    violations += announced(ret, context=context)
    violations += authority(sheet, found, context=context)
    violations += period(sheet, found, context=context)
    violations += file_name_disagrees(file_name, ret, found, context=context)
    if _is_nil(sheet):
        violations.append(of_file("COV-003", title=ret.title))
        rows = pl.DataFrame(schema=record_columns(ret))
        return _checked(file_name, read_file, violations, sheet=sheet, found=found, rows=rows)
    # Where a needed column is missing the file is refused, and what its cells would say waits.
    cells = read_cells(sheet, reference=context.reference, quarter=found.quarter)
    violations += cells.violations
    if not _refuses(headings.violations):
        lost = read_file.rows_not_read > 0
        violations += _of_rows(sheet, cells, found, context=context, rows_lost=lost)
    answers = _answers(sheet, found, context=context)
    return _checked(
        file_name, read_file, violations, sheet=sheet, found=found, rows=cells.rows, answers=answers
    )


def _without_ours(file: ReadFile) -> ReadFile:
    """The file without the columns that the annotated file adds: put right in place, it can be
    sent again as it is.
    """
    if file.table is None or file.header is None:
        return file
    kept = [i for i, heading in enumerate(file.header) if plain(heading) not in _OURS]
    if len(kept) == len(file.header):
        return file
    cells = [pl.col(f"c{i}").alias(f"c{new}") for new, i in enumerate(kept)]
    return replace(
        file,
        header=tuple(file.header[i] for i in kept),
        table=file.table.select("row_number", *cells),
    )


def _nobody() -> Origin:
    return Origin(organisation=None, quarter=None)


def _of_reading(read_file: ReadFile, sheet: Sheet | None) -> Iterator[Violations]:
    """The reader's faults. Of a ragged row only cells before the first column that is never
    quoted are shown; none where the return is not known.
    """
    show = 0
    if sheet is not None:
        declared = sheet.ret.column_by_name
        never = [at for name, at in sheet.positions.items() if declared[name].sensitive]
        show = min(never, default=len(sheet.header))
    return violations_of(read_file.faults, quotable=quotable, cells_to_show=show)


def _answers(sheet: Sheet, found: Origin, *, context: Context) -> Sequence[Answer]:
    if found.organisation is None or found.quarter is None:
        return ()
    return context.answers.of(found.organisation, sheet.ret.name, found.quarter)


def _is_nil(sheet: Sheet) -> bool:
    """A nil return is one row whose measure is the word nil and whose figures are all empty."""
    seen = sheet.ret.observation
    if seen is None or sheet.table.height != 1:
        return False
    figures = [sheet.text(name)[0].strip() for name in seen.figures]
    return sheet.text(seen.item)[0].strip().casefold() == NIL and not any(figures)


def _refuses(violations: Iterable[Violations]) -> bool:
    return any(
        rules()[violation.rule].wordings[violation.variant].severity is Severity.REFUSE
        for violation in violations
    )


def _of_rows(
    sheet: Sheet, cells: Cells, found: Origin, *, context: Context, rows_lost: bool
) -> Iterator[Violations]:
    """What the typed rows show: the return's models, its rows together, and its history."""
    measured = with_measures(cells.rows, sheet.ret, reference=context.reference)
    impossible = [*failures(sheet.ret.model, measured)]
    yield from impossible
    rows = Rows(
        ret=sheet.ret,
        sheet=sheet,
        rows=measured,
        unread=cells.unread,
        reference=context.reference,
        organisation=found.organisation,
        quarter=found.quarter,
        rows_lost=rows_lost,
    )
    yield from rules_over_rows(rows)
    yield from parts_and_wholes(rows)
    odd = [*failures(sheet.ret.queries, measured)]
    yield from odd
    yield from years_to_date(rows, context=context)
    wrong = _rows_of([*impossible, *odd], rules_of=_OF_A_FIGURE)
    yield from rules_over_time(rows, context=context, wrong=wrong)
    yield from rules_over_plans(rows, context=context)


def _rows_of(violations: Iterable[Violations], *, rules_of: frozenset[str]) -> pl.Series:
    """The numbers of the rows in which one of these rules is broken."""
    numbers = [
        violation.rows["row_number"] for violation in violations if violation.rule in rules_of
    ]
    return pl.concat(numbers) if numbers else pl.Series(dtype=pl.Int32)


def _checked(
    file_name: str,
    read_file: ReadFile,
    violations: Iterable[Violations],
    *,
    sheet: Sheet | None,
    found: Origin,
    rows: pl.DataFrame | None,
    answers: Sequence[Answer] = (),
) -> CheckedFile:
    made = findings(violations, header=read_file.header or (), sheet=sheet)
    if answers and rows is not None and sheet is not None:
        made = in_order([*made, *answered(made, answers, rows, sheet.ret)])
    outcome = Outcome.of(made)
    accepted = outcome in (Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_QUERIES)
    found_rows = read_file.rows_found - read_file.rows_passed_over
    used = found_rows if accepted else 0
    quarter: Quarter | None = found.quarter
    return CheckedFile(
        file_name=file_name,
        return_name=sheet.ret.name if sheet else None,
        organisation=found.organisation,
        quarter=quarter,
        outcome=outcome,
        rows_found=read_file.rows_found,
        rows_used=used,
        rows_not_used=found_rows - used,
        rows_passed_over=read_file.rows_passed_over,
        findings=made,
        rows=rows if accepted else None,
    )
