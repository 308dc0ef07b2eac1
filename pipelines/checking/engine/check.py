"""Checking a file: from bytes to typed rows and all findings, in one go."""

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
from pipelines.checking.rules.carried import (
    last_return,
    rules_over_carried_rows,
    with_numbers_as_before,
)
from pipelines.checking.rules.cells import Cells, read_cells
from pipelines.checking.rules.files import violations_of
from pipelines.checking.rules.headings import Headings, match_headings, recognise
from pipelines.checking.rules.history import rules_over_time
from pipelines.checking.rules.measures import rules_of_measures
from pipelines.checking.rules.placement import rules_of_placement
from pipelines.checking.rules.plans import rules_over_plans
from pipelines.checking.rules.quarters_of_months import quarters_of_months
from pipelines.checking.rules.rows import Rows, items_meant, rules_over_rows
from pipelines.checking.rules.sender_rules import (
    NO_ORIGIN,
    Origin,
    announced,
    authority,
    file_name_disagrees,
    origin_of,
    period,
)
from pipelines.checking.rules.shares import shares_of_a_whole
from pipelines.checking.rules.totals import parts_and_wholes
from pipelines.checking.rules.year_to_date import years_to_date
from pipelines.escaping import as_typed, visible
from pipelines.reading.headings import plain
from pipelines.reading.reader import ReadFile, read
from schemas.declaration import Return, headings_of, record_columns
from schemas.finding import Severity

__all__ = ["CheckedFile", "check"]

NIL = "nil"
_OURS = frozenset({plain("findings"), plain("what to do")})
# Where a row breaks one of these its figure is wrong by itself: below zero, above 100 per cent or a
# share of 1, a part above its whole, not what its numerator and denominator make.
_OF_A_FIGURE = frozenset({"NUM-004", "NUM-006", "NUM-007", "ROW-001", "ROW-003"})


def check(
    content: bytes,
    *,
    file_name: str,
    context: Context,
    declared: Mapping[str, Return] | None = None,
) -> CheckedFile:
    """Check a file as a return.

    Never raises for any bytes. The same bytes and context have the same findings.

    Args:
        content: The bytes of the file.
        file_name: Its name, which may speak of another return, organisation or quarter.
        context: What it is checked against.
        declared: The returns there are; None for those of the board.
    """
    known = context.reference.declared_returns if declared is None else declared
    read_file = read(
        content,
        limits=context.limits,
        known_headings=headings_of(known.values()),
    )
    read_file = _without_ours(read_file)
    if read_file.table is None or read_file.header is None:
        column = _nil_column(read_file, file_name=file_name, context=context, declared=known)
        return _checked(file_name, read_file, _of_reading(read_file, None, nil_column=column))
    ret = recognise(
        read_file.header, read_file.table, file_name=file_name, context=context, declared=known
    )
    if ret is None:
        titles = ", ".join(sorted(one.title for one in known.values()))
        unknown = of_file("HDR-001", variant="no_return", titles=titles)
        return _checked(file_name, read_file, [*_of_reading(read_file, None), unknown])
    headings, sheet = _sheet(read_file, ret)
    found = origin_of(sheet, context=context)
    if ret.at(found.quarter) is not ret:  # its columns are those of its own quarter
        ret = ret.at(found.quarter)
        headings, sheet = _sheet(read_file, ret)
    violations = [
        *_of_reading(read_file, sheet),
        *headings.violations,
        *announced(ret, context=context),
        *authority(sheet, found, context=context),
        *period(sheet, found, context=context),
        *file_name_disagrees(file_name, ret, found, context=context),
    ]
    if _is_nil(sheet):
        violations.append(of_file("COV-003", title=ret.title))
        rows = pl.DataFrame(schema=record_columns(ret))
        return _checked(file_name, read_file, violations, sheet=sheet, found=found, rows=rows)
    # If a needed column is missing the file is refused, and the findings of its cells wait.
    cells = read_cells(sheet, reference=context.reference, quarter=found.quarter)
    before = last_return(ret, found, context) if _is_the_senders(found, context) else None
    if before is not None:
        cells = with_numbers_as_before(cells, ret, before)
        violations += rules_over_carried_rows(cells.rows, ret, before)
    violations += cells.violations
    if not _refuses(headings.violations):
        lost = _has_lost_rows(read_file)
        # What is expected of an organisation is told only to who sends for it.
        whose = found if _is_the_senders(found, context) else replace(found, organisation=None)
        violations += _of_rows(sheet, cells, whose, context=context, rows_lost=lost)
    answers: Sequence[Answer] = ()
    if context.answers and found.organisation is not None and found.quarter is not None:
        answers = context.answers.of(found.organisation, ret.name, found.quarter)
    return _checked(
        file_name, read_file, violations, sheet=sheet, found=found, rows=cells.rows, answers=answers
    )


def _sheet(file: ReadFile, ret: Return) -> tuple[Headings, Sheet]:
    """Return where the columns of the return stand in a file that was read, and its rows."""
    header, table = file.header or (), file.table if file.table is not None else pl.DataFrame()
    headings = match_headings(header, header_row=file.header_row, table=table, ret=ret)
    return headings, Sheet(
        ret=ret,
        header=header,
        header_row=file.header_row,
        positions=headings.positions,
        table=table,
    )


def _is_the_senders(found: Origin, context: Context) -> bool:
    allowed = context.sender_organisations
    return allowed is None or found.organisation in allowed


def _has_lost_rows(file: ReadFile) -> bool:
    """Return whether rows of the return could not be read; a note below the table is none."""
    kinds = {fault.facts.get("kind"): fault for fault in file.faults}
    notes = sum(
        len(rows)
        for kind in ("notes below", "total below")
        if kind in kinds and isinstance(rows := kinds[kind].facts["rows"], tuple)
    )
    return file.rows_not_read > notes or "row in a cell" in kinds


def _without_ours(file: ReadFile) -> ReadFile:
    """Return the file without what the annotated file adds: its columns and its apostrophes.

    The annotated file, put right in place, can so be sent again as it is.
    """
    if file.table is None or file.header is None:
        return file
    kept = [i for i, heading in enumerate(file.header) if plain(heading) not in _OURS]
    if len(kept) == len(file.header):
        return file
    cells = [_as_typed(file.table[f"c{i}"]).alias(f"c{new}") for new, i in enumerate(kept)]
    return replace(
        file,
        header=tuple(file.header[i] for i in kept),
        table=file.table.select("row_number", *cells),
    )


def _as_typed(cells: pl.Series) -> pl.Series:
    """Return cells without the apostrophes that the annotated file puts before formulas."""
    guarded = [cell for cell in cells.unique().to_list() if as_typed(cell) != cell]
    return cells.replace(guarded, [as_typed(cell) for cell in guarded]) if guarded else cells


def _of_reading(
    read_file: ReadFile, sheet: Sheet | None, *, nil_column: str | None = None
) -> Iterator[Violations]:
    """Yield the reader's faults.

    Of a ragged row only cells before the first column that is never quoted are shown; none if the
    return is not known. ``nil_column`` is where nil makes a nil return of a file without rows.
    """
    show = 0
    if sheet is not None:
        declared = sheet.ret.column_by_name
        never = [at for name, at in sheet.positions.items() if declared[name].sensitive]
        show = min(never, default=len(sheet.header))
    for one in violations_of(read_file.faults, quotable=quotable, cells_to_show=show):
        if one.rule == "STR-007" and nil_column is not None:
            yield replace(one, variant="nil", facts={**one.facts, "nil_column": nil_column})
        else:
            yield one


def _nil_column(
    file: ReadFile, *, file_name: str, context: Context, declared: Mapping[str, Return]
) -> str | None:
    """Return the heading below which nil makes a nil return, of a file that has headings alone.

    None if the return is not known, or has no figures.
    """
    header = file.header or ()
    empty = pl.DataFrame(schema={f"c{at}": pl.String for at in range(len(header))})
    ret = recognise(header, empty, file_name=file_name, context=context, declared=declared)
    seen = ret.views[0].observation if ret is not None and ret.views else None
    if seen is None:
        return None
    name = plain(seen.item or seen.figures[0])
    return next((visible(heading) for heading in header if plain(heading) == name), None)


def _is_nil(sheet: Sheet) -> bool:
    """Return whether the only row has the word nil for its measure and no figure.

    In a wide table nil is all that stands in it, beside the organisation and the quarter.
    """
    if not sheet.ret.views or sheet.table.height != 1:
        return False
    seen = sheet.ret.observation
    cells = {one.name: sheet.text(one.name)[0].strip().casefold() for one in sheet.ret.columns[2:]}
    if seen is not None and seen.item is not None:
        return cells[seen.item] == NIL and not any(cells[name] for name in seen.figures)
    return {text for text in cells.values() if text} == {NIL}


def _refuses(violations: Iterable[Violations]) -> bool:
    return any(
        rules()[violation.rule].wordings[violation.variant].severity is Severity.REFUSE
        for violation in violations
    )


def _of_rows(
    sheet: Sheet, cells: Cells, found: Origin, *, context: Context, rows_lost: bool
) -> Iterator[Violations]:
    """Yield what the typed rows show: the return's models, its rows together, and its history."""
    measured = with_measures(cells.rows, sheet.ret, reference=context.reference)
    # What is wrong within a row is told with a slip in the name of its measure, not after it.
    meant = items_meant(sheet, cells.unread, reference=context.reference)
    by_itself = (
        with_measures(cells.rows, sheet.ret, reference=context.reference, meant=meant)
        if meant
        else measured
    )
    impossible = [*failures(sheet.ret.model, by_itself)]
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
    yield from rules_of_placement(rows)
    yield from parts_and_wholes(rows)
    yield from shares_of_a_whole(rows)
    odd = [*failures(sheet.ret.queries, by_itself)]
    yield from odd
    yield from years_to_date(rows, context=context)
    yield from quarters_of_months(rows)
    not_right = [one.rows["row_number"] for one in [*impossible, *odd] if one.rule in _OF_A_FIGURE]
    wrong = pl.concat([pl.Series(dtype=pl.Int32), *not_right])
    yield from rules_of_measures(rows, wrong=wrong)
    yield from rules_over_time(rows, context=context, wrong=wrong)
    yield from rules_over_plans(rows, context=context)


def _checked(
    file_name: str,
    read_file: ReadFile,
    violations: Iterable[Violations],
    *,
    sheet: Sheet | None = None,
    found: Origin = NO_ORIGIN,
    rows: pl.DataFrame | None = None,
    answers: Sequence[Answer] = (),
) -> CheckedFile:
    made = findings(violations, header=read_file.header or (), sheet=sheet)
    if answers and rows is not None and sheet is not None:
        made = in_order([*made, *answered(made, answers, rows, sheet.ret)])
    outcome = Outcome.of(made)
    accepted = outcome in (Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_QUERIES)
    found_rows = read_file.rows_found - read_file.rows_passed_over
    used = found_rows if accepted else 0
    return CheckedFile(
        file_name=file_name,
        return_name=sheet.ret.name if sheet else None,
        organisation=found.organisation,
        quarter=found.quarter,
        outcome=outcome,
        rows_found=read_file.rows_found,
        rows_used=used,
        rows_not_used=found_rows - used,
        rows_passed_over=read_file.rows_passed_over,
        findings=made,
        rows=rows if accepted else None,
    )
