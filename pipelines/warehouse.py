"""The warehouse: one DuckDB file derived from the record. Losing it costs one command.

Every connection is made here, with the same settings, since DuckDB refuses to mix them in one
process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.explanations import explained_in_all
from pipelines.record.model import EventKind
from pipelines.record.store import Record
from schemas.declaration import Return, record_columns
from schemas.quarter import Quarter
from schemas.registry import returns

# No extension is fetched or loaded by itself: nothing leaves this machine.
SETTINGS: Mapping[str, str] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}

_DUCKDB_TYPES = {
    "String": "VARCHAR",
    "Int32": "INTEGER",
    "Int64": "BIGINT",
    "Float64": "DOUBLE",
    "Date": "DATE",
}

_TABLES = {
    "raw.submission": """submission_id VARCHAR, return_name VARCHAR, organisation VARCHAR,
        quarter VARCHAR, outcome VARCHAR, received_at TIMESTAMP, sender VARCHAR, channel VARCHAR,
        file_name VARCHAR, sha256 VARCHAR, rows_found INTEGER, rows_used INTEGER,
        rows_not_used INTEGER, rows_passed_over INTEGER, withdrawn_at TIMESTAMP, sample VARCHAR""",
    "raw.finding": """submission_id VARCHAR, finding_number INTEGER, rule VARCHAR,
        severity VARCHAR, row_number INTEGER, rows_in_group INTEGER, column_name VARCHAR,
        value VARCHAR, message VARCHAR, hint VARCHAR, explained_at TIMESTAMP,
        explanation VARCHAR""",
    "raw.obligation_event": """event_id VARCHAR, kind VARCHAR, organisation VARCHAR,
        return_name VARCHAR, quarter VARCHAR, extended_to DATE, by_whom VARCHAR, reason VARCHAR,
        "at" TIMESTAMP""",
    "raw.sign_off": """event_id VARCHAR, quarter VARCHAR, by_whom VARCHAR, "at" TIMESTAMP,
        note VARCHAR, data_sha256 VARCHAR, open_queries INTEGER""",
}


class WarehouseBusyError(Exception):
    """Another process has the warehouse open; the message says which, and what to do."""


@contextmanager
def connect(path: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the warehouse, closed after the block.

    Raises ``WarehouseBusyError`` where another process holds the file.
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


def ensure_raw_schema(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the schemas and tables that the loader fills and dbt reads, where they are missing."""
    for schema in ("raw", "disclosure"):
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for table, columns in _TABLES.items():
        connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS disclosure.cell_state "
        "(cell_id VARCHAR, state VARCHAR, reason VARCHAR)"
    )
    for declared in returns().values():
        columns = ", ".join(f'"{name}" {kind}' for name, kind in raw_columns(declared))
        connection.execute(f"CREATE TABLE IF NOT EXISTS raw.{declared.name} ({columns})")


def raw_columns(declared: Return) -> list[tuple[str, str]]:
    """The columns of ``raw.<return>`` with their DuckDB types, in order."""
    typed = [(name, _DUCKDB_TYPES[str(kind)]) for name, kind in record_columns(declared).items()]
    return [("submission_id", "VARCHAR"), *typed]


def load_rows(
    connection: duckdb.DuckDBPyConnection,
    record: Record,
    declared: Return,
    quarters: Sequence[Quarter],
) -> int:
    """Loads the accepted rows of one return for these quarters anew; gives how many rows.

    All versions are loaded, superseded ones too. Done twice it gives the same. Raises
    ``DamagedRecordError``, with the rows of before left as they were.
    """
    record.require_sound()
    ensure_raw_schema(connection)
    wanted = set(quarters)
    found = [
        submission
        for submission in record.submissions()
        if submission.return_name == declared.name
        and submission.is_accepted
        and submission.quarter in wanted
    ]
    listed = ", ".join(f'"{name}"' for name, _ in raw_columns(declared))
    of_the_quarters = "WHERE list_contains(?, quarter)"
    # A row says its quarter as its sender wrote it: either form is right.
    written = [text for quarter in wanted for text in (quarter.key, quarter.label)]
    connection.begin()
    connection.execute(f"DELETE FROM raw.{declared.name} {of_the_quarters}", [written])
    if found:
        files = [str(record.sound_rows_file(one.submission_id)) for one in found]
        connection.execute(
            f"""INSERT INTO raw.{declared.name} ({listed}) SELECT {listed} FROM (
                SELECT *, parse_filename(parse_dirpath(filename)) AS submission_id
                FROM read_parquet(?, union_by_name = true, filename = true))""",
            [files],
        )
    connection.commit()
    return _count(connection, f"raw.{declared.name} {of_the_quarters}", [written])


def load_submissions(connection: duckdb.DuckDBPyConnection, record: Record) -> int:
    """Loads all submissions, findings and decisions of the record anew; gives how many submissions.

    They are few beside the rows, and what is newest among them decides what is current. Raises
    ``DamagedRecordError``, with nothing changed.
    """
    record.require_sound()
    ensure_raw_schema(connection)
    withdrawn = record.withdrawn()
    submissions = record.submissions()
    answers = explained_in_all(record)
    finding_rows: list[tuple[object, ...]] = []
    for submission in submissions:
        for number, finding in enumerate(record.findings(submission.submission_id), start=1):
            answer = answers.get(submission.submission_id, {}).get(number)
            finding_rows.append(
                (
                    submission.submission_id,
                    number,
                    finding["rule"],
                    finding["severity"],
                    finding["row"],
                    len(finding.get("rows", ())) or 1,
                    finding["column"],
                    finding["value"],
                    finding["message"],
                    finding["hint"],
                    answer.at.replace(tzinfo=None) if answer else None,
                    answer.text if answer else None,
                )
            )
    connection.begin()
    _fill(
        connection,
        "raw.submission",
        [
            (
                one.submission_id,
                one.return_name,
                one.organisation,
                one.quarter.key if one.quarter else None,
                one.outcome,
                one.received_at.replace(tzinfo=None),
                one.sender,
                one.channel,
                one.file_name,
                one.sha256,
                one.rows_found,
                one.rows_used,
                one.rows_not_used,
                one.rows_passed_over,
                withdrawn[one.submission_id].replace(tzinfo=None)
                if one.submission_id in withdrawn
                else None,
                one.sample,
            )
            for one in submissions
        ],
    )
    _fill(connection, "raw.finding", finding_rows)
    _fill(
        connection,
        "raw.obligation_event",
        [
            (
                event.event_id,
                event.kind.value,
                event.details["organisation"],
                event.details["return_name"],
                event.details["quarter"],
                event.details.get("extended_to"),
                event.by_whom,
                event.reason,
                event.at.replace(tzinfo=None),
            )
            for event in record.events(EventKind.EXCUSED, EventKind.EXTENDED, EventKind.REOPENED)
        ],
    )
    _fill(
        connection,
        "raw.sign_off",
        [
            (
                event.event_id,
                event.details["quarter"],
                event.by_whom,
                event.at.replace(tzinfo=None),
                event.reason,
                event.details["data_sha256"],
                event.details["open_queries"],
            )
            for event in record.events(EventKind.SIGN_OFF)
        ],
    )
    connection.commit()
    return len(submissions)


def _fill(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]
) -> None:
    connection.execute(f"DELETE FROM {table}")
    if not rows:
        return
    # One statement for all rows: DuckDB binds a list of columns far faster than row after row.
    columns = list(zip(*rows, strict=True))
    unnested = ", ".join("unnest(?)" for _ in columns)
    connection.execute(
        f"INSERT INTO {table} SELECT {unnested}", [list(column) for column in columns]
    )


def _count(
    connection: duckdb.DuckDBPyConnection, relation: str, parameters: Sequence[object]
) -> int:
    row = connection.execute(f"SELECT count(*) FROM {relation}", list(parameters)).fetchone()
    return int(row[0]) if row else 0


def _holder(message: str) -> str:
    match = re.search(r"held in (.+? \(PID \d+\))", message)
    return match[1] if match else "which one is not known"
