"""The tables of the ``raw`` schema: the returns' own, and those declared here as typed rows.

The tables themselves, dbt's sources and the descriptions on Dagster's pages are all made from
these classes; the loader fills the tables with their instances.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, get_args, get_type_hints

import polars as pl

from schemas.declaration import Return, record_columns
from schemas.reference import Reference
from schemas.registry import returns

_SQL_TYPES: dict[type, str] = {
    str: "varchar",
    int: "integer",
    float: "double",
    bool: "boolean",
    dt.date: "date",
    dt.datetime: "timestamp",
}
_POLARS_TYPES: dict[type[pl.DataType], str] = {
    pl.String: "varchar",
    pl.Int32: "integer",
    pl.Int64: "bigint",
    pl.Float64: "double",
    pl.Date: "date",
}


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """One column of a raw table: its name, its type in SQL and what stands in it."""

    name: str
    sql_type: str
    description: str


class RawRow:
    """A row of a raw table; a subclass declares the table by its annotated fields."""

    table: ClassVar[str]
    description: ClassVar[str]

    @classmethod
    def columns(cls) -> tuple[TableColumn, ...]:
        """Return the columns in order."""
        hints = get_type_hints(cls, include_extras=True)
        return tuple(
            TableColumn(name=name, sql_type=_SQL_TYPES[_without_none(kind)], description=words)
            for name in cls.__dataclass_fields__  # type: ignore[attr-defined]  # subclasses have it
            for kind, words in [get_args(hints[name])]
        )


def _without_none(hint: Any) -> Any:
    return next(one for one in get_args(hint) if one is not type(None)) if get_args(hint) else hint


def sql_type(dtype: type[pl.DataType]) -> str:
    """Return the type in SQL of a column of accepted rows."""
    return _POLARS_TYPES[dtype]


@dataclass(frozen=True, kw_only=True)
class SubmissionRow(RawRow):
    """One submission."""

    table = "submission"
    description = "Every file ever received: who sent it, when, how, and what became of it."

    submission_id: Annotated[str, "The reference: it sorts by the time of receipt."]
    return_name: Annotated[str | None, "Which return it is; empty where the file did not tell."]
    organisation: Annotated[str | None, "Whose figures they are; empty where not told."]
    quarter: Annotated[str | None, "The financial quarter, such as 2018-19-Q1."]
    outcome: Annotated[
        str, "What the checks said: refused, needs correction, accepted with queries, accepted."
    ]
    received_at: Annotated[dt.datetime, "When it came, in UTC."]
    sender: Annotated[str, "Who sent it."]
    channel: Annotated[str, "How it came: upload pages, inbox, command line."]
    file_name: Annotated[str, "What the sender called the file."]
    sha256: Annotated[str, "The SHA-256 of the bytes as they came."]
    rows_found: Annotated[int, "How many rows the file has below its headings."]
    rows_used: Annotated[int, "How many of them were taken."]
    rows_not_used: Annotated[int, "How many could not be, each with a finding."]
    rows_passed_over: Annotated[int, "How many hold nothing, each with a note."]
    rows_kept: Annotated[
        int, "How many the record holds: none of a nil return, and of one whose rows were erased."
    ]
    is_nil: Annotated[bool, "Whether it says that there was nothing to report."]
    errors: Annotated[int, "How many findings stop it."]
    queries: Annotated[int, "How many findings ask about an odd figure."]
    notes: Annotated[int, "How many findings only say something."]
    withdrawn_at: Annotated[
        dt.datetime | None, "When it was withdrawn, in UTC; empty where it was not."
    ]
    sample: Annotated[str | None, "board_pack or illustrative for samples; empty for real returns."]


@dataclass(frozen=True, kw_only=True)
class FindingRow(RawRow):
    """One finding of one submission."""

    table = "finding"
    description = "Everything the checks found in every file, at its row and column."

    submission_id: Annotated[str, "The submission in which it was found."]
    finding_number: Annotated[int, "The first finding of a submission is 1."]
    rule: Annotated[str, "The rule that found it, such as ROW-001."]
    severity: Annotated[str, "refuse, error, query or note."]
    row_number: Annotated[int | None, "The row as the sender's spreadsheet shows it."]
    rows_in_group: Annotated[int, "How many rows say the same."]
    column_name: Annotated[str | None, "The column as the sender named it."]
    value: Annotated[str | None, "The cell as it was sent."]
    message: Annotated[str, "What is wrong, in plain English."]
    hint: Annotated[str | None, "What to do about it."]
    explained_at: Annotated[dt.datetime | None, "When a query was answered, in UTC."]
    explanation: Annotated[str | None, "The answer to a query, in the sender's words."]
    is_open_query: Annotated[
        bool,
        "Whether it is a query without an answer, one carried over from an earlier file included.",
    ]
    measure: Annotated[
        str | None, "In a wide table the measure that the cell is of; empty: the whole row."
    ] = None


@dataclass(frozen=True, kw_only=True)
class StandingRow(RawRow):
    """One obligation and how it stands on the as-of day (``pipelines.obligations.standing``)."""

    table = "standing"
    description = "What every organisation owes for every quarter, and how it stands."

    organisation: Annotated[str, "Who owes the return."]
    return_name: Annotated[str, "Which return it is."]
    quarter: Annotated[str, "For which quarter, such as 2018-19-Q1."]
    is_owed: Annotated[bool, "Whether it is owed; if not, it was sent all the same."]
    due_on: Annotated[dt.date, "The last day in time, an extension included."]
    extended_to: Annotated[dt.date | None, "The day that the newest extension gives, if any."]
    state: Annotated[str, "How it stands: the words of pipelines.obligations.standing.State."]
    days_late: Annotated[
        int | None,
        "Days after the due day: of the first accepted return, or so far; empty where excused.",
    ]
    submissions: Annotated[int, "How many files came for it."]
    corrections: Annotated[int, "How many were accepted after the first one that was."]
    current_submission_id: Annotated[str | None, "The submission whose figures are in use."]
    latest_submission_id: Annotated[str | None, "The newest submission of any outcome."]
    first_received_at: Annotated[dt.datetime | None, "When anything first came, in UTC."]
    accepted_received_at: Annotated[
        dt.datetime | None,
        "When the first accepted return came, in UTC; withdrawn ones do not count.",
    ]
    open_queries: Annotated[int, "How many queries of the one in use nobody has answered."]


@dataclass(frozen=True, kw_only=True)
class HorizonRow(RawRow):
    """What the loaded facts are a function of, beside the record itself."""

    table = "horizon"
    description = (
        "Up to which moment the record counts, on which day lateness is judged, for which meeting."
    )

    counts_up_to: Annotated[dt.datetime, "The moment up to which the record counts, in UTC."]
    as_of_day: Annotated[dt.date, "The day, in London, by which lateness is judged."]
    meeting_on: Annotated[
        dt.date | None,
        "The day of the meeting that was asked for; empty: the next that takes the quarter.",
    ] = None


@dataclass(frozen=True, kw_only=True)
class ObservationRow(RawRow):
    """What a row of an accepted return states of a measure; of a wide table, one of several."""

    table = "observation"
    description = "Every stated figure of every accepted return, made from its declaration."

    submission_id: Annotated[str, "The submission that the row came in."]
    row_number: Annotated[int, "The row as a spreadsheet shows it; the heading is row 1."]
    organisation: Annotated[str, "Whose figure it is."]
    area: Annotated[str, "The place; `all` where the return has no places."]
    quarter: Annotated[str, "The quarter of the return, as a key."]
    period_start: Annotated[dt.date | None, "The first day of the row's own month or period."]
    period_end: Annotated[dt.date | None, "The last day of it."]
    item: Annotated[
        str | None,
        "What is measured: what the measure column says, or the measure that the columns are of.",
    ]
    return_name: Annotated[str, "The return it came in."]
    breakdown: Annotated[str, "`total`, or what the figure is broken down by."]
    category: Annotated[str, "`all`, or the category of the breakdown."]
    numerator: Annotated[float | None, "The count, as sent."]
    denominator: Annotated[float | None, "What it is a share of, as sent."]
    value: Annotated[float | None, "The figure as sent, never computed."]
    lower: Annotated[float | None, "The source's own 95 per cent interval: its lower end."]
    upper: Annotated[float | None, "The upper end of it."]
    value_as_sent: Annotated[str | None, "The figure's text as it was sent."]
    symbol: Annotated[
        str | None, "c withheld, x not available, z not applicable, where the row has no figure."
    ]


@dataclass(frozen=True, kw_only=True)
class PeriodRow(RawRow):
    """One period that a figure may be of (``schemas.period``)."""

    table = "period"
    description = "Every period that figures are of, and all quarters and months that they span."

    period: Annotated[str, "Its key, such as 2018-19-Q1, 2018-06 or 2016-17-financial."]
    period_kind: Annotated[str, "day, month, quarter, a kind of year, years, or other."]
    period_label: Annotated[str, "As people read it."]
    period_start: Annotated[dt.date, "The first day."]
    period_end: Annotated[dt.date, "The last day."]
    quarter: Annotated[str, "The financial quarter in which it ends, as a key."]
    previous_period: Annotated[
        str | None, "The one before it at its own frequency; empty where that is not known."
    ]
    year_before: Annotated[str, "The same period a year before."]
    days: Annotated[int, "How many days it has."]
    is_by_days: Annotated[
        bool, "Whether its days alone say its kind; a rolling year may look like another year."
    ]
    reads_as_rolling: Annotated[bool, "Whether a measure that takes rolling years reads it so."]
    is_overlapping: Annotated[bool, "Whether such periods usually share days with the next."]


RECORD_TABLES: tuple[type[RawRow], ...] = (SubmissionRow, FindingRow, StandingRow, HorizonRow)
RAW_TABLES: tuple[type[RawRow], ...] = (*RECORD_TABLES, ObservationRow, PeriodRow)


def loaded_returns(reference: Reference) -> Mapping[str, Return]:
    """Return the returns with a table of their own: the board's, and those that are built in."""
    return {**returns(), **reference.declared_returns}


def raw_tables(reference: Reference) -> dict[str, tuple[dict[str, str], str]]:
    """Return for each raw table its columns with their SQL types, and what else it depends on."""
    tables = {
        row.table: ({one.name: one.sql_type for one in row.columns()}, "") for row in RAW_TABLES
    }
    return tables | {
        one.name: (
            raw_columns(one),
            repr((one.observation, one.wide, reference.wholes_of(one.name))),
        )
        for one in loaded_returns(reference).values()
    }


def raw_columns(declared: Return) -> dict[str, str]:
    """Return the columns of ``raw.<return>`` in order, with their SQL types."""
    typed = {name: sql_type(dtype) for name, dtype in record_columns(declared).items()}
    return {"submission_id": "varchar", **typed}
