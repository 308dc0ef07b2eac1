"""Cells of text become typed cells; what cannot be read is found, and left empty.

A column is judged by its distinct values: a return has few of them beside its rows. Columns of
numbers are judged at once where all cells are plain, and value by value where they are not.
"""

from __future__ import annotations

import datetime as dt
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
from pipelines.checking.rules.numbers import SYMBOLS, Judgement, Reading, judge_number
from pipelines.checking.rules.personal_details import SUSPECT, personal_details
from pipelines.escaping import is_formula
from pipelines.reading.headings import BLANK
from schemas.columns import Column, Kind
from schemas.declaration import Return, columns_of, dtype_of, record_columns
from schemas.quarter import Quarter
from schemas.reference import Reference

_WHOLE = r"^-?[0-9]{1,15}$"
_NUMBER = r"^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$"
_FORMULA_START = r"^[\s\"\u00a0\u200b\ufeff]*[=+\-@＝＋－＠]|^[\t\r\n]"
# Ten digits can be an NHS number; no return counts thousands of millions.
_NHS_NUMBER_LONG = 10
_EDGES = BLANK + UNSEEN
BLANK_ASCII = " \t\r\n\v\f"  # what a person sees as a space, and expects to mean nothing


@dataclass(frozen=True, kw_only=True)
class Cells:
    """The typed rows (columns of ``record_columns``), and what was found in single cells.

    ``unread``: for each column the numbers of the rows whose cell could not be read.
    """

    rows: pl.DataFrame
    violations: tuple[Violations, ...]
    unread: Mapping[str, pl.Series]


def read_cells(sheet: Sheet, *, reference: Reference, quarter: Quarter | None) -> Cells:
    """Reads every cell. ``quarter`` is the file's quarter, for the codes that were in use in it."""
    columns: list[pl.Series] = [sheet.table["row_number"]]
    violations: list[Violations] = []
    unread: dict[str, pl.Series] = {}
    # Where a row can give its figure in several ways, whether one is filled is judged by the row.
    ways = {name for way in sheet.ret.figures for name in way if not sheet.ret.wide}
    for column in sheet.ret.columns:
        text = sheet.text(column.name)
        if column.name not in sheet.positions:
            columns += _empty(column, sheet.table.height)
            continue
        reader = _reader(column, sheet.ret, reference=reference, quarter=quarter)
        if column.kind.is_number:
            read, found, faulty = _number_column(text, column, sheet.table["row_number"])
            if not column.blank_allowed and column.name not in ways:
                found = [*found, _blank(text, column, sheet.table["row_number"])]
        elif column.kind is Kind.TEXT:
            read, found, faulty = _text_column(text, column, sheet.table["row_number"])
        else:
            read, found, faulty = _listed_column(text, column, sheet.table["row_number"], reader)
        columns += read
        violations += found
        if faulty is not None and not faulty.is_empty():
            unread[column.name] = faulty
    rows = pl.DataFrame(columns).select(list(record_columns(sheet.ret)))
    return Cells(rows=rows, violations=tuple(violations), unread=unread)


def distinct_quarters(sheet: Sheet) -> dict[str, Quarter | Judgement]:
    """The distinct cells of the quarter column that are not blank, as read."""
    texts = sheet.text("quarter").unique(maintain_order=True).to_list()
    return {text: read_quarter(text.strip(_EDGES)) for text in texts if text.strip(_EDGES)}


_Found = tuple[list[pl.Series], list[Violations], pl.Series | None]


def _empty(column: Column, height: int) -> list[pl.Series]:
    return [
        pl.Series(name, [None], dtype=kind).new_from_index(0, height)
        for name, kind in columns_of(column).items()
    ]


# --- Numbers --------------------------------------------------------------------------------


def _number_column(text: pl.Series, column: Column, row_numbers: pl.Series) -> _Found:
    dtype = dtype_of(column.kind)
    whole = column.kind is Kind.PEOPLE
    plain = text.str.contains(_WHOLE if whole else _NUMBER)
    values = (text if plain.all() else text.set(~plain, None)).cast(dtype).alias(column.name)
    long = (text.str.len_bytes() == _NHS_NUMBER_LONG) & plain
    odd = ~plain & (text != "") if not plain.all() else ~plain
    odd = odd | long if long.any() else odd
    as_sent = text.alias(f"{column.name}_as_sent")
    if not odd.any():
        symbols = pl.Series(f"{column.name}_symbol", [None], dtype=pl.String)
        return [values, as_sent, symbols.new_from_index(0, len(text))], [], None
    readings = {cell: _read_number(cell, column.kind) for cell in text.filter(odd).unique()}
    table = pl.DataFrame(
        {
            "text": list(readings),
            "read": pl.Series([r.value for r in readings.values()], dtype=dtype),
            "symbol": pl.Series([r.symbol for r in readings.values()], dtype=pl.String),
        }
    )
    joined = pl.DataFrame({"text": text}).join(table, on="text", how="left", maintain_order="left")
    mended = pl.select(pl.when(odd).then(joined["read"]).otherwise(values)).to_series()
    violations, faulty = _judged(text, row_numbers, readings, column)
    return (
        [mended.alias(column.name), as_sent, joined["symbol"].alias(f"{column.name}_symbol")],
        violations,
        faulty,
    )


def _blank(text: pl.Series, column: Column, row_numbers: pl.Series) -> Violations:
    blank = text.str.strip_chars(_EDGES) == ""
    rows = pl.DataFrame({"row_number": row_numbers}).filter(blank)
    return Violations(rule="SYM-001", variant="needed", column=column.name, rows=rows)


def _read_number(cell: str, kind: Kind) -> Reading:
    text = cell.strip(_EDGES)
    if text == "":
        return Reading()
    detail = personal_details(text)
    if detail is not None:
        return Reading(judgement=Judgement(rule="SDC-002", facts={"detail": detail}))
    if text in SYMBOLS:
        return Reading(symbol=SYMBOLS[text])
    judgement = judge_number(text, kind)
    number = text
    if judgement is not None:
        if judgement.variant not in ("nothing_after_the_point", "qualified", "percentage"):
            return Reading(judgement=judgement)
        number = judgement.facts["plain"]
    value = int(number) if kind is Kind.PEOPLE else float(number)
    return Reading(value=value, judgement=judgement)


# --- Codes, quarters, dates -----------------------------------------------------------------

_Reader = Callable[[str], Reading]


def _listed_column(
    text: pl.Series, column: Column, row_numbers: pl.Series, reader: _Reader
) -> _Found:
    dtype = dtype_of(column.kind)
    readings = {cell: reader(cell) for cell in text.unique(maintain_order=True)}
    if column.kind is Kind.DATE:
        readings = _dates_either_way(readings)
    violations, faulty = _judged(text, row_numbers, readings, column)
    if column.kind in (Kind.PERIOD, Kind.DEADLINE):
        return _series_of_parts(text, column, readings), violations, faulty
    if dtype is pl.String and all(cell == one.value for cell, one in readings.items()):
        return [text.alias(column.name)], violations, faulty
    cells = list(readings)
    values = pl.Series([readings[cell].value for cell in cells], dtype=dtype)
    read = text.replace_strict(pl.Series(cells, dtype=pl.String), values, return_dtype=dtype)
    if text.is_empty():  # polars leaves the type as it was
        read = read.cast(dtype)
    return [read.alias(column.name)], violations, faulty


def _dates_either_way(readings: Mapping[str, Reading]) -> dict[str, Reading]:
    """Return the readings with a note on each date that could be read with the month first.

    If some other date of the column shows that the month does come first, it is none that can be
    used.
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


def _series_of_parts(
    text: pl.Series, column: Column, readings: Mapping[str, Reading]
) -> list[pl.Series]:
    """The series of a column that is kept in several: the words, and what was read of them."""
    nothing = (None,) * len(columns_of(column))
    found = [r.value if isinstance(r.value, tuple) else nothing for r in readings.values()]
    keys = pl.Series(list(readings), dtype=pl.String)
    return [
        text.replace_strict(
            keys, pl.Series([value[index] for value in found], dtype=dtype), return_dtype=dtype
        )
        .cast(dtype)
        .alias(name)
        for index, (name, dtype) in enumerate(columns_of(column).items())
    ]


def _reader(
    column: Column, ret: Return, *, reference: Reference, quarter: Quarter | None
) -> _Reader:
    """How a distinct cell of that column is read."""
    if column.kind.is_code:
        read = _code_reader(column, ret, reference=reference, quarter=quarter)
    elif column.kind is Kind.DEADLINE:
        read = deadline_reader(quarter)
    else:
        simple: dict[Kind, Callable[[str], object]] = {
            Kind.QUARTER: _quarter,
            Kind.DATE: read_date,
            Kind.MONTH: read_month,
            Kind.PERIOD: _kept_period,
        }
        read = _plain_reader(simple.get(column.kind, str))

    def reader(cell: str) -> Reading:
        text = cell.strip(_EDGES)
        if text == "":
            if column.blank_allowed:
                return Reading()
            return Reading(judgement=Judgement(rule="SYM-001", variant="needed"))
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


def _quarter(text: str) -> object:
    """A quarter as written, or the one that is meant beside what is to be written: checks go on."""
    found = read_quarter(text)
    if not isinstance(found, Judgement):
        return text
    return Reading(value=found.facts.get("plain"), judgement=found)


def _kept_period(text: str) -> object:
    found = read_period(text)
    return found if isinstance(found, Judgement) else (text, *found)


def _plain_reader(read: Callable[[str], object]) -> _Reader:
    def reader(text: str) -> Reading:
        found = read(text)
        if isinstance(found, Reading):
            return found
        if isinstance(found, Judgement):
            return Reading(judgement=found)
        return Reading(value=found)

    return reader


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
    """Return the codes a column may hold in ``quarter``, and those it may hold only in others.

    Each with its name. ``quarter`` None: any.
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


# --- Words ----------------------------------------------------------------------------------


def _text_column(text: pl.Series, column: Column, row_numbers: pl.Series) -> _Found:
    cell = pl.col("cell")
    looked = pl.DataFrame({"cell": text.unique()}).select(  # in one go: each look has its price
        "cell",
        suspect=cell.str.contains(f"{SUSPECT}|{_FORMULA_START}"),
        tidy=cell.str.strip_chars(_EDGES),
        wide=cell.str.len_bytes() != cell.str.len_chars(),
    )
    distinct, tidy = looked["cell"], looked["tidy"]
    blank = distinct.filter(tidy == "")
    readings = {cell: _read_text(cell) for cell in distinct.filter(looked["suspect"])}
    if not column.blank_allowed:
        needed = Judgement(rule="SYM-001", variant="needed")
        readings |= {cell: Reading(judgement=needed) for cell in blank}
    violations, _ = _judged(text, row_numbers, readings, column)
    if looked["wide"].any():
        tidy = tidy.str.normalize("NFC")
    clean = text
    if (tidy != distinct).any():
        clean = text.replace_strict(distinct, tidy, return_dtype=pl.String)
    if len(blank) == len(distinct):
        clean = pl.Series([None], dtype=pl.String).new_from_index(0, len(text))
    elif len(blank):
        clean = clean.set(clean == "", None)
    return [clean.alias(column.name)], violations, None


def _read_text(cell: str) -> Reading:
    detail = personal_details(cell)
    if detail is not None:
        return Reading(judgement=Judgement(rule="SDC-002", facts={"detail": detail}))
    if is_formula(cell):
        return Reading(value=cell, judgement=Judgement(rule="SEC-001"))
    return Reading(value=cell)


# --- From distinct values to rows -----------------------------------------------------------


def _judged(
    text: pl.Series, row_numbers: pl.Series, readings: Mapping[str, Reading], column: Column
) -> tuple[list[Violations], pl.Series | None]:
    """Return a column's violations, one for each rule and variant, and the rows left unread."""
    judged = {cell: r for cell, r in readings.items() if r.judgement is not None}
    if not judged:
        return [], None
    cells = pl.DataFrame({"row_number": row_numbers, "value": text})
    bad = [cell for cell, reading in judged.items() if reading.value is None]
    faulty = cells.filter(pl.col("value").is_in(bad))["row_number"]
    return list(_violations(cells, judged, column)), faulty


def _violations(
    cells: pl.DataFrame, judged: Mapping[str, Reading], column: Column
) -> Iterator[Violations]:
    ways: dict[tuple[str, str], list[tuple[str, Judgement]]] = {}
    for cell, reading in judged.items():
        if reading.judgement is not None:
            way = (reading.judgement.rule, reading.judgement.variant)
            ways.setdefault(way, []).append((cell, reading.judgement))
    for (rule, variant), found in ways.items():
        facts = pl.DataFrame(
            [{"value": cell, **judgement.facts} for cell, judgement in found],
            infer_schema_length=None,
        ).cast(pl.String)
        rows = cells.join(facts, on="value", how="inner", maintain_order="left")
        yield Violations(rule=rule, variant=variant, column=column.name, rows=rows)


def month_of(day: dt.date) -> str:
    """A month as a return writes it: ``2018-07``."""
    return f"{day:%Y-%m}"
