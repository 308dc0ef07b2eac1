"""The warehouse: one DuckDB file derived from the record. Losing it costs one command.

Every connection is made here, with the same settings, since DuckDB refuses to mix them in one
process.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from importlib.metadata import version
from pathlib import Path

import duckdb
import polars as pl

from pipelines.checking.engine.observations import stated
from pipelines.obligations.explanations import Explained, explained_in_all
from pipelines.obligations.standing import Known, Standing, decide_all
from pipelines.record.changes import newest_change
from pipelines.record.model import Submission
from pipelines.record.store import Record
from pipelines.warehouse.board_tables import ensure_board_tables, load_board
from pipelines.warehouse.periods import period_rows
from pipelines.warehouse.tables import (
    FindingRow,
    HorizonRow,
    ObservationRow,
    PeriodRow,
    RawRow,
    StandingRow,
    SubmissionRow,
    loaded_returns,
    raw_columns,
    raw_tables,
)
from pipelines.warehouse.wide_cells import measure_of_cell
from schemas.declaration import Return, record_columns
from schemas.finding import Finding, Severity
from schemas.reference import Reference

# No extension is fetched or loaded by itself: nothing leaves this machine.
SETTINGS: Mapping[str, str] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


class WarehouseBusyError(Exception):
    """Another process has the warehouse open; the message says which, and what to do."""


@contextmanager
def connect(path: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the warehouse, closed after the block.

    Raises ``WarehouseBusyError`` if another process holds the file.
    """
    try:
        connection = duckdb.connect(str(path), read_only=read_only, config=dict(SETTINGS))
    except duckdb.IOException as problem:
        if "lock" in str(problem).lower():
            raise WarehouseBusyError(
                f"Another program has the warehouse {path} open ({_holder(str(problem))}). "
                "Close it, or wait until the build that is running has finished, and try again."
            ) from problem
        raise
    try:
        yield connection
    finally:
        connection.close()


def ensure_raw_schema(connection: duckdb.DuckDBPyConnection, reference: Reference) -> None:
    """Make the schemas and tables that the loader fills and dbt reads, where they are missing.

    A table that another version of Quarterdeck made, or that is declared otherwise now, is made
    anew and empty.
    """
    ensure_board_tables(connection)
    for schema in ("raw", "disclosure"):
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    found = dict(
        connection.execute(
            "SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = 'raw'"
        ).fetchall()
    )
    for table, (columns, declaration) in raw_tables(reference).items():
        listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        made_from = f"{version('quarterdeck')} {listed} {declaration}"
        stamp = hashlib.sha256(made_from.encode()).hexdigest()
        if found.get(table) != stamp:
            connection.execute(f"CREATE OR REPLACE TABLE raw.{table} ({listed})")
            connection.execute(f"COMMENT ON TABLE raw.{table} IS '{stamp}'")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS disclosure.cell_state "
        "(cell_id VARCHAR, state VARCHAR, reason VARCHAR)"
    )


def load(
    connection: duckdb.DuckDBPyConnection,
    record: Record,
    reference: Reference,
    *,
    on: dt.date,
    meeting_on: dt.date | None = None,
) -> dict[str, int]:
    """Bring the raw tables to what the record holds: all of it, or nothing is changed.

    What came, what was found in it and how each obligation stands is written anew. Of the accepted
    rows, superseded ones too, those that are lacking are added, and those that are no longer in
    use are taken out.

    Args:
        connection: The warehouse.
        record: What is loaded.
        reference: What is owed, and when it is due.
        on: The day by which lateness is judged.
        meeting_on: The meeting for which quarters are reported; None: the next of each.

    Returns:
        How many rows each raw table holds now.

    Raises:
        DamagedRecordError: Something that is to be loaded is not as it came.
    """
    record.require_sound()
    connection.begin()
    try:
        ensure_raw_schema(connection, reference)
        load_board(connection, reference)
        known = Known.of(record)  # what comes meanwhile is loaded by the next build
        _load_what_came(connection, record, known, reference, on=on)
        counted = _naive(newest_change(record))
        horizon = HorizonRow(counts_up_to=counted, as_of_day=on, meeting_on=meeting_on)
        fill(connection, HorizonRow, [horizon])
        for declared in loaded_returns(reference).values():
            _load_rows(connection, record, known.submissions, declared, reference)
        fill(connection, PeriodRow, period_rows(connection))
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
    return {table: _count(connection, table) for table in raw_tables(reference)}


def unlike(
    connection: duckdb.DuckDBPyConnection, declared: Return, accepted: Mapping[str, int]
) -> dict[str, int]:
    """Return the submissions of which the warehouse does not hold the accepted rows.

    Args:
        connection: The warehouse.
        declared: The return whose rows, and observations, are counted.
        accepted: How many rows of each submission it should hold.

    Returns:
        How many rows, or observations, of these submissions it holds.
    """
    relations = [f"raw.{declared.name}"]
    if declared.views:
        relations.append(f"raw.observation WHERE return_name = '{declared.name}'")
    found: dict[str, int] = {}
    # A row of a wide table is several observations.
    counted = "count(DISTINCT row_number)" if declared.wide else "count(*)"
    for relation in relations:
        loaded = dict(
            connection.execute(
                f"SELECT submission_id, {counted} FROM {relation} GROUP BY submission_id"
            ).fetchall()
        )
        differing = {name for name, _ in loaded.items() ^ accepted.items()}
        found |= {name: loaded.get(name, 0) for name in differing}
    return found


def accepted_rows(submissions: Sequence[Submission], declared: Return) -> dict[str, int]:
    """Return how many accepted rows the record holds of each submission of a return, if any."""
    return {
        one.submission_id: rows_kept(one)
        for one in submissions
        if one.return_name == declared.name and rows_kept(one)
    }


def _load_rows(
    connection: duckdb.DuckDBPyConnection,
    record: Record,
    submissions: Sequence[Submission],
    declared: Return,
    reference: Reference,
) -> None:
    accepted = accepted_rows(submissions, declared)
    wrong = unlike(connection, declared, accepted)
    files = [str(record.sound_rows_file(name)) for name in sorted(wrong.keys() & accepted.keys())]
    gone = "WHERE submission_id IN (SELECT unnest(?))"
    connection.execute(f"DELETE FROM raw.{declared.name} {gone}", [list(wrong)])
    connection.execute(
        f"DELETE FROM raw.observation {gone} AND return_name = ?", [list(wrong), declared.name]
    )
    if not files:
        return
    # A column that no file has, or that the return has no longer, is of another quarter.
    connection.execute(
        f"""INSERT INTO raw.{declared.name} BY NAME
            SELECT COLUMNS(lambda name: list_contains(?, name)) FROM (
                SELECT *, parse_filename(parse_dirpath(filename)) AS submission_id
                FROM read_parquet(?, union_by_name = true, filename = true))""",
        [list(raw_columns(declared)), files],
    )
    if declared.views:
        wholes = reference.wholes_of(declared.name)
        observe(connection, declared, _rows_of(declared, files), wholes=wholes)


def _rows_of(declared: Return, files: list[str]) -> pl.LazyFrame:
    return pl.scan_parquet(
        files,
        schema=record_columns(declared),
        missing_columns="insert",
        extra_columns="ignore",
        include_file_paths="file",
    ).with_columns(pl.col("file").str.extract(r"([^/]+)/[^/]+$").alias("submission_id"))


def observe(
    connection: duckdb.DuckDBPyConnection,
    declared: Return,
    rows: pl.LazyFrame,
    *,
    wholes: Mapping[str, str],
) -> None:
    """Add what these accepted rows of one return state to ``raw.observation``.

    ``wholes`` are the items that are shares of another one's count.
    """
    names = [column.name for column in ObservationRow.columns()]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "observations.parquet"  # which both libraries read without a third
        stated(declared, rows, wholes=wholes).select(names).sink_parquet(file, compression="lz4")
        listed = ", ".join(names)
        connection.execute(
            f"INSERT INTO raw.observation ({listed}) SELECT {listed} FROM read_parquet(?)",
            [str(file)],
        )


def _load_what_came(
    connection: duckdb.DuckDBPyConnection,
    record: Record,
    known: Known,
    reference: Reference,
    *,
    on: dt.date,
) -> None:
    answers = explained_in_all(record, known.submissions, reference)
    findings = [
        finding_row(
            one.submission_id,
            number,
            found,
            answers.get(one.submission_id, {}),
            measure=measure_of_cell(reference, one.return_name, found.column),
        )
        for one in known.submissions
        for number, found in enumerate(record.findings(one.submission_id), start=1)
    ]
    still_open = Counter(one.submission_id for one in findings if one.is_open_query)
    stood = decide_all(
        known,
        reference,
        on=on,
        open_queries=lambda submission: still_open[submission.submission_id],
        coming=True,
    )
    sent = [submission_row(one, known.withdrawn) for one in known.submissions]
    fill(connection, SubmissionRow, sent)
    fill(connection, FindingRow, findings)
    fill(connection, StandingRow, [standing_row(one) for one in stood])


def rows_kept(one: Submission) -> int:
    """How many accepted rows of a submission the record holds."""
    return one.rows_used if one.is_accepted and not one.nil and not one.erased else 0


def submission_row(one: Submission, withdrawn: Mapping[str, dt.datetime]) -> SubmissionRow:
    """Return a submission as ``raw.submission`` has it."""
    return SubmissionRow(
        submission_id=one.submission_id,
        return_name=one.return_name,
        organisation=one.organisation,
        quarter=one.quarter.key if one.quarter else None,
        outcome=one.outcome,
        received_at=_naive(one.received_at),
        sender=one.sender,
        channel=one.channel,
        file_name=one.file_name,
        sha256=one.sha256,
        rows_found=one.rows_found,
        rows_used=one.rows_used,
        rows_not_used=one.rows_not_used,
        rows_passed_over=one.rows_passed_over,
        rows_kept=rows_kept(one),
        is_nil=one.nil and not one.erased,
        errors=one.errors,
        queries=one.queries,
        notes=one.notes,
        withdrawn_at=_naive_or_none(withdrawn.get(one.submission_id)),
        sample=one.sample,
    )


def finding_row(
    submission_id: str,
    number: int,
    found: Finding,
    answers: Mapping[int, Explained],
    *,
    measure: str | None = None,
) -> FindingRow:
    """Return a finding of the record as ``raw.finding`` has it."""
    answer = answers.get(number)
    return FindingRow(
        submission_id=submission_id,
        finding_number=number,
        rule=found.rule,
        severity=found.severity.value,
        row_number=found.row,
        rows_in_group=len(found.rows) or 1,
        column_name=found.column,
        value=found.value,
        message=found.message,
        hint=found.hint,
        explained_at=_naive(answer.at) if answer else None,
        explanation=answer.text if answer else None,
        is_open_query=found.severity is Severity.QUERY and answer is None,
        measure=measure,
    )


def standing_row(one: Standing) -> StandingRow:
    """Return how an obligation stands, as ``raw.standing`` has it."""
    return StandingRow(
        organisation=one.obligation.organisation,
        return_name=one.obligation.return_name,
        quarter=one.obligation.quarter.key,
        is_owed=one.is_owed,
        due_on=one.due_on,
        extended_to=one.extended_to,
        state=one.state.value,
        days_late=one.days_late,
        submissions=one.submissions,
        corrections=one.corrections,
        current_submission_id=one.current.submission_id if one.current else None,
        latest_submission_id=one.latest.submission_id if one.latest else None,
        first_received_at=_naive_or_none(one.first_received_at),
        accepted_received_at=_naive_or_none(one.accepted_at),
        open_queries=one.open_queries,
    )


def fill(
    connection: duckdb.DuckDBPyConnection, table: type[RawRow], rows: Sequence[RawRow]
) -> None:
    """Put these rows of a table in the place of those that it holds."""
    connection.execute(f"DELETE FROM raw.{table.table}")
    if not rows:
        return
    # One statement for all rows: DuckDB binds a list of columns far faster than row after row.
    columns = list(zip(*(astuple(one) for one in rows), strict=True))  # type: ignore[call-overload]
    unnested = ", ".join("unnest(?)" for _ in columns)
    connection.execute(
        f"INSERT INTO raw.{table.table} SELECT {unnested}", [list(column) for column in columns]
    )


def _naive(moment: dt.datetime) -> dt.datetime:
    """Return a moment as the warehouse keeps it: in UTC, without saying so."""
    return moment.astimezone(dt.UTC).replace(tzinfo=None)


def _naive_or_none(moment: dt.datetime | None) -> dt.datetime | None:
    return None if moment is None else _naive(moment)


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM raw.{table}").fetchone()
    return int(row[0]) if row else 0


def _holder(message: str) -> str:
    match = re.search(r"held in (.+? \(PID \d+\))", message)
    return match[1] if match else "which one is not known"
