"""The declaration of a return: its model, what its columns mean for measures, its sums."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import pandera.polars as pa
import polars as pl

from schemas.columns import Column, Kind
from schemas.quarter import Quarter

_TYPES: dict[Kind, type[pl.DataType]] = {
    Kind.PEOPLE: pl.Int64,
    Kind.NUMBER: pl.Float64,
    Kind.PERCENTAGE: pl.Float64,
    Kind.DATE: pl.Date,
    Kind.MONTH: pl.Date,
}

# What is read beside the words of a deadline: the first and the last day that they can mean, how
# sure that is (``pipelines.deadlines.reading.Certainty``), the last day of the deadline before it
# if the words say that it was moved, and how they were read, in plain English.
DEADLINE_PARTS: dict[str, type[pl.DataType]] = {
    "start": pl.Date,
    "end": pl.Date,
    "certainty": pl.String,
    "moved_from": pl.Date,
    "note": pl.String,
}


@dataclass(frozen=True, kw_only=True)
class Observation:
    """The columns that say what was measured. A name is None if the return has no such column.

    ``breakdown`` and ``category`` are two columns (breakdown ``sex``, category ``female``), or
    ``category_columns`` are columns whose own names are the breakdowns (``site``): at most one of
    them is filled in a row. ``month`` and ``period`` say of when a figure is, where that is not
    the whole quarter. ``year_before`` is what ``value`` was a year before, as stated now.
    ``lower`` and ``upper`` are the source's own interval. ``of`` is the item that the columns are
    of where no column names it (a wide table); ``item`` is None then. A row whose ``area`` is blank
    is of the ``home_area``.
    """

    item: str | None = None
    of: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    value: str | None = None
    breakdown: str | None = None
    category: str | None = None
    category_columns: tuple[str, ...] = ()
    area: str | None = None
    home_area: str | None = None
    month: str | None = None
    period: str | None = None
    year_before: str | None = None
    lower: str | None = None
    upper: str | None = None

    @property
    def what(self) -> pl.Expr:
        """The item of each row."""
        return pl.col(self.item) if self.item else pl.lit(self.of, dtype=pl.String)

    @property
    def figures(self) -> tuple[str, ...]:
        """The columns of figures that there are: numerator, denominator, value."""
        names = (self.numerator, self.denominator, self.value)
        return tuple(name for name in names if name is not None)

    @property
    def count(self) -> str | None:
        """The column that counts what the row is of: the numerator, or else the value."""
        return self.numerator or self.value


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Rows that are parts of another row, which the column ``part_of`` names.

    Without such a column (None) the categories of a measure are parts of its total.
    ``figure`` is what must add up. ``share``: a column with the part's stated percentage of the
    whole. ``whole_is_100``: the rows that are part of no other make 100 per cent together, where
    ``figure`` is a percentage.
    """

    part_of: str | None
    figure: str
    share: str | None = None
    whole_is_100: bool = False


@dataclass(frozen=True, kw_only=True)
class Renamed:
    """An earlier template.

    ``columns`` are those that the present one does not have, each with the present column that
    took its place (None: dropped).
    """

    version: str
    columns: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, kw_only=True)
class Return:
    """A return, declared once.

    ``model`` is what must hold of the typed rows, ``queries`` what is merely odd if it does not.
    ``figures`` are the ways in which a row can give its figure; one of them must be filled
    whole (a value, or a numerator with its denominator). ``carried_forward`` are the columns that
    a template takes from the return before, where rows are of things that last (actions, risks);
    ``finished`` is a column and what stands in it in rows that are not carried on.

    A row of a **wide** table states several measures: ``wide`` has an observation for each of
    them, and ``observation`` is None. ``editions`` are the return as it was, each with its first
    quarter (None: since always), where its columns are not the same in every quarter; the return
    itself has every column that it ever had.
    """

    name: str
    title: str
    purpose: str
    sent_by: str
    model: type[pa.DataFrameModel]
    queries: type[pa.DataFrameModel] | None = None
    template_version: str = "1"
    observation: Observation | None = None
    wide: tuple[Observation, ...] = ()
    figures: tuple[tuple[str, ...], ...] = ()
    parts: tuple[Parts, ...] = ()
    earlier_templates: tuple[Renamed, ...] = ()
    carried_forward: tuple[str, ...] = ()
    finished: tuple[str, str] | None = None
    editions: tuple[tuple[Quarter | None, Return], ...] = ()

    def at(self, quarter: Quarter | None) -> Return:
        """The return with the columns of ``quarter``; with all of them for None."""
        begun = [
            edition
            for first, edition in self.editions
            if quarter is not None and (first is None or first <= quarter)
        ]
        return begun[-1] if begun else self

    @cached_property
    def views(self) -> tuple[Return, ...]:
        """The return as each of its observations has it: none, itself, or one a measure.

        A view of a wide table has the columns of one measure, and those that all rows share.
        """
        if self.observation is not None:
            return (self,)
        return tuple(
            replace(
                self,
                observation=seen,
                wide=(),
                figures=tuple(way for way in self.figures if set(way) & set(seen.figures)),
                parts=tuple(one for one in self.parts if one.figure in seen.figures),
            )
            for seen in self.wide
        )

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns in declared order."""
        schema = self.model.to_schema()
        return tuple(
            replace(declared.metadata["column"], name=name)
            for name, declared in schema.columns.items()
        )

    @cached_property
    def column_by_name(self) -> dict[str, Column]:
        """The columns by their names."""
        return {column.name: column for column in self.columns}

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The columns that together name a row."""
        return tuple(column.name for column in self.columns if column.key)


def dtype_of(kind: Kind) -> type[pl.DataType]:
    """Return the polars type of a column of that kind in accepted rows."""
    return _TYPES.get(kind, pl.String)


def record_columns(ret: Return) -> dict[str, type[pl.DataType]]:
    """Return the columns of accepted rows in order, with their polars types.

    ``row_number``, then each declared column; a column of numbers is followed by
    ``<column>_as_sent`` and ``<column>_symbol``, a period by its first and last day,
    ``<column>_start`` and ``<column>_end``, and a deadline by ``DEADLINE_PARTS``.
    """
    columns: dict[str, type[pl.DataType]] = {"row_number": pl.Int32}
    for column in ret.columns:
        columns |= columns_of(column)
    return columns


def columns_of(column: Column) -> dict[str, type[pl.DataType]]:
    """Return the columns of accepted rows that one declared column becomes, with their types."""
    columns = {column.name: dtype_of(column.kind)}
    parts: dict[str, type[pl.DataType]] = {}
    if column.kind.is_number:
        parts = {"as_sent": pl.String, "symbol": pl.String}
    elif column.kind is Kind.PERIOD:
        parts = {"start": pl.Date, "end": pl.Date}
    elif column.kind is Kind.DEADLINE:
        parts = DEADLINE_PARTS
    return columns | {f"{column.name}_{part}": dtype for part, dtype in parts.items()}


def headings_of(declared: Iterable[Return]) -> list[frozenset[str]]:
    """Return the headings of each return, by which its table is told from others."""
    return [frozenset(column.name for column in ret.columns) for ret in declared]


def with_every_column(rows: pl.DataFrame, ret: Return) -> pl.DataFrame:
    """Return accepted rows with the columns that they lack, empty: those of another quarter."""
    lacking = [
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in record_columns(ret).items()
        if name not in rows.columns
    ]
    return rows.with_columns(lacking) if lacking else rows
