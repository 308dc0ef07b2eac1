"""Cells of text become typed cells; what cannot be read is found, and left empty.

A column is judged by its distinct values: a return has few of them beside its rows.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from pipelines.checking.engine.sheet import Sheet
from pipelines.checking.engine.violations import Violations
from pipelines.checking.rules.codes import NEAREST_LOOKED_FOR, judge_code
from pipelines.checking.rules.dates import SLASHED, read_date, read_month, read_period, read_quarter
from pipelines.checking.rules.deadline_cells import deadline_reader
from pipelines.checking.rules.headings import UNSEEN
from pipelines.checking.rules.numbers import (
    PLAIN_NUMBER,
    SYMBOLS,
    Judgement,
    Reading,
    judge_number,
)
from pipelines.checking.rules.personal_details import personal_details
from pipelines.escaping import is_formula
from pipelines.reading.headings import BLANK
from schemas.columns import Column, Kind
from schemas.declaration import Return, columns_of, record_columns
from schemas.quarter import Quarter
from schemas.reference import Reference

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_NUMBER = re.compile(PLAIN_NUMBER)
# Ten digits can be an NHS number; no return counts thousands of millions.
_NHS_NUMBER_LONG = 10
_EDGES = BLANK + UNSEEN
BLANK_ASCII = " \t\r\n\v\f"  # what a person sees as a space, and expects to mean nothing
_NEEDED = Judgement(rule="SYM-001", variant="needed")

_Reader = Callable[[str], Reading]


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Typed rows and the violations of single cells.

    ``rows`` has the columns of ``record_columns``. ``unread`` has, for each column, the numbers of
    the rows whose cell could not be read.
    """

    rows: pl.DataFrame
    violations: tuple[Violations, ...]
    unread: Mapping[str, pl.Series]


def read_cells(sheet: Sheet, *, reference: Reference, quarter: Quarter | None) -> Cells:
    """Read every cell. ``quarter`` is the file's quarter, for the codes that were in use in it."""
    numbers = sheet.table["row_number"]
    columns: list[pl.Series] = [numbers]
    violations: list[Violations] = []
    unread: dict[str, pl.Series] = {}
    for column in sheet.ret.columns:
        if column.name not in sheet.positions:
            columns += [
                pl.Series(name, [None], dtype=dtype).new_from_index(0, len(numbers))
                for name, dtype in columns_of(column).items()
            ]
            continue
        text = sheet.text(column.name)
        reader = _reader(column, sheet.ret, reference=reference, quarter=quarter)
        readings = {cell: reader(cell) for cell in text.unique(maintain_order=True)}
        if column.kind is Kind.DATE:
            readings = _dates_either_way(readings)
        columns += _series(text, column, readings)
        judged = {cell: r.judgement for cell, r in readings.items() if r.judgement is not None}
        cells = pl.DataFrame({"row_number": numbers, "value": text})
        violations += _violations(cells, judged, column)
        bad = [cell for cell in judged if readings[cell].value is None]
        if bad and column.kind is not Kind.TEXT:
            unread[column.name] = cells.filter(pl.col("value").is_in(bad))["row_number"]
    rows = pl.DataFrame(columns).select(list(record_columns(sheet.ret)))
    return Cells(rows=rows, violations=tuple(violations), unread=unread)


def distinct_quarters(sheet: Sheet) -> dict[str, Quarter | Judgement]:
    """Return the distinct cells of the quarter column that are not blank, as read."""
    texts = sheet.text("quarter").unique(maintain_order=True).to_list()
    return {text: read_quarter(text.strip(_EDGES)) for text in texts if text.strip(_EDGES)}


def _series(
    text: pl.Series, column: Column, readings: Mapping[str, Reading]
) -> Iterator[pl.Series]:
    """Yield the series that a column becomes: its values, and what is kept beside them."""
    parts = columns_of(column)
    cells = pl.Series(list(readings), dtype=pl.String)
    values: list[tuple[object, ...]] = []
    for cell, reading in readings.items():
        if column.kind.is_number:
            values.append((reading.value, cell, reading.symbol))
        elif isinstance(reading.value, tuple):
            values.append(reading.value)
        else:
            values.append((reading.value, *(None,) * (len(parts) - 1)))
    for index, (name, dtype) in enumerate(parts.items()):
        found = pl.Series([value[index] for value in values], dtype=dtype)
        # Nothing to replace would leave the text, and its type, as it is.
        read = text.replace_strict(cells, found, return_dtype=dtype) if readings else found
        yield read.alias(name)


def _violations(
    cells: pl.DataFrame, judged: Mapping[str, Judgement], column: Column
) -> Iterator[Violations]:
    """Yield a column's violations, one for each rule and variant."""
    ways: dict[tuple[str, str], list[dict[str, str]]] = {}
    for cell, judgement in judged.items():
        way = ways.setdefault((judgement.rule, judgement.variant), [])
        way.append({"value": cell, **judgement.facts})
    for (rule, variant), facts in ways.items():
        found = pl.DataFrame(facts, infer_schema_length=None).cast(pl.String)
        rows = cells.join(found, on="value", how="inner", maintain_order="left")
        yield Violations(rule=rule, variant=variant, column=column.name, rows=rows)


# --- Reading one cell -----------------------------------------------------------------------


def _reader(
    column: Column, ret: Return, *, reference: Reference, quarter: Quarter | None
) -> _Reader:
    """Return how a distinct cell of that column is read."""
    if column.kind.is_number:
        return lambda cell: _read_number(cell, column.kind)
    if column.kind is Kind.TEXT:
        return lambda cell: _read_text(cell, blank_allowed=column.blank_allowed)
    if column.kind.is_code:
        read = _code_reader(column, ret, reference=reference, quarter=quarter)
    elif column.kind is Kind.DEADLINE:
        read = deadline_reader(quarter)
    else:
        read = _SIMPLE[column.kind]

    def reader(cell: str) -> Reading:
        text = cell.strip(_EDGES)
        if text == "":
            return Reading(judgement=None if column.blank_allowed else _NEEDED)
        detail = personal_details(text)
        if detail is not None:
            return Reading(judgement=Judgement(rule="SDC-002", facts={"detail": detail}))
        found = read(unicodedata.normalize("NFC", text))
        unseen = column.kind.is_code and cell.strip(BLANK_ASCII) != text
        if unseen and found.value is not None and found.judgement is None:
            note = Judgement(rule="ENC-005", variant="code", facts={"used": text})
            return Reading(value=found.value, judgement=note)
        return found

    return reader


def _read_number(cell: str, kind: Kind) -> Reading:
    plain = _WHOLE if kind is Kind.PEOPLE else _NUMBER
    convert = int if kind is Kind.PEOPLE else float
    if plain.fullmatch(cell) and len(cell) != _NHS_NUMBER_LONG:
        return Reading(value=convert(cell))
    text = cell.strip(_EDGES)
    if text == "" or text in SYMBOLS:
        return Reading(symbol=SYMBOLS.get(text))
    detail = personal_details(text)
    if detail is not None:
        return Reading(judgement=Judgement(rule="SDC-002", facts={"detail": detail}))
    judgement = judge_number(text, kind)
    if judgement is not None and judgement.variant != "nothing_after_the_point":
        return Reading(judgement=judgement)
    number = text if judgement is None else judgement.facts["plain"]
    return Reading(value=convert(number), judgement=judgement)


def _read_text(cell: str, *, blank_allowed: bool) -> Reading:
    """Read words: they are kept whatever is wrong with them."""
    tidy = unicodedata.normalize("NFC", cell.strip(_EDGES))
    if not tidy and not blank_allowed:
        return Reading(judgement=_NEEDED)
    judgement = Judgement(rule="SEC-001") if is_formula(cell) else None
    detail = personal_details(cell)
    if detail is not None:
        judgement = Judgement(rule="SDC-002", facts={"detail": detail})
    return Reading(value=tidy or None, judgement=judgement)


def _as_reading(read: Callable[[str], object], *, keep_text: bool = False) -> _Reader:
    """Return a reader of what ``read`` returns, of the text itself if that is what is kept."""

    def reader(text: str) -> Reading:
        found = read(text)
        if isinstance(found, Judgement):
            return Reading(judgement=found)
        if isinstance(found, tuple):  # the first and last day of a period
            return Reading(value=(text, *found))
        return Reading(value=text if keep_text else found)

    return reader


_SIMPLE = {
    Kind.QUARTER: _as_reading(read_quarter, keep_text=True),
    Kind.DATE: _as_reading(read_date),
    Kind.MONTH: _as_reading(read_month),
    Kind.PERIOD: _as_reading(read_period),
}


def _dates_either_way(readings: Mapping[str, Reading]) -> dict[str, Reading]:
    """Return the readings with a note on each date that could be read with the month first.

    If another date of the column shows that the month does come first, none of them can be used.
    """
    turned = any(r.judgement and r.judgement.rule == "DAT-002" for r in readings.values())
    found = dict(readings)
    for cell, reading in readings.items():
        day = reading.value
        if reading.judgement is not None or not isinstance(day, dt.date):
            continue
        if not (SLASHED.fullmatch(cell.strip(_EDGES)) and day.day <= 12 and day.day != day.month):
            continue
        other = day.replace(day=day.month, month=day.day)
        facts = {"plain": day.isoformat(), "other": other.isoformat()}
        judgement = Judgement(
            rule="DAT-002", variant="perhaps" if turned else "either", facts=facts
        )
        found[cell] = Reading(value=None if turned else day, judgement=judgement)
    return found


def _code_reader(
    column: Column, ret: Return, *, reference: Reference, quarter: Quarter | None
) -> _Reader:
    labels, ended = code_labels(column, ret, reference=reference, quarter=quarter)
    looked_for = 0

    def reader(text: str) -> Reading:
        nonlocal looked_for
        if text in labels:
            return Reading(value=text)
        seen = text.translate({ord(char): None for char in UNSEEN})
        if seen in labels:
            note = Judgement(rule="ENC-005", variant="code", facts={"used": seen})
            return Reading(value=seen, judgement=note)
        if text in ended:
            return Reading(judgement=Judgement(rule="COD-003", facts={"name": ended[text]}))
        looked_for += 1
        nearest = looked_for <= NEAREST_LOOKED_FOR
        return Reading(judgement=judge_code(seen, labels=labels, nearest=nearest))

    return reader


def code_labels(
    column: Column, ret: Return, *, reference: Reference, quarter: Quarter | None
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the codes that a column may hold in ``quarter``, and those only of other quarters.

    Each has its name. If ``quarter`` is None every code may be held.
    """
    if column.kind is Kind.ITEM:
        measures = reference.measures_of(ret.name)
        every = {measure.item: measure.title for measure in measures}
        now = {m.item for m in measures if quarter is None or m.in_use_at(quarter)}
    else:
        name = column.code_list or ""
        every = {code.code: code.label for code in reference.code_list(name)}
        now = {code.code for code in reference.code_list(name, quarter)}
    labels = {code: label for code, label in every.items() if code in now}
    return labels, {code: label for code, label in every.items() if code not in now}
