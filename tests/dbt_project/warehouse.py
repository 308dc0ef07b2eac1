"""A small warehouse to try the models on: returns made up by hand, dbt run in process.

The raw tables are made and filled by the loader's own functions, and how obligations stand is
decided as in production, so that these tests also hold the models to what the loader gives.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from orchestration.dbt.project import PROJECT, invoke, parsed
from pipelines.disclosure.adapter import decide
from pipelines.disclosure.ledger import Ledger
from pipelines.obligations.standing import Known, decide_all
from pipelines.record.model import Details, Event, EventKind, Submission
from pipelines.warehouse.board_tables import load_board
from pipelines.warehouse.loading import (
    connect,
    ensure_raw_schema,
    fill,
    finding_row,
    observe,
    standing_row,
    submission_row,
)
from pipelines.warehouse.periods import period_rows
from pipelines.warehouse.tables import (
    FindingRow,
    HorizonRow,
    PeriodRow,
    StandingRow,
    SubmissionRow,
)
from pipelines.workspace import Workspace
from schemas.declaration import record_columns
from schemas.finding import Finding
from schemas.quarter import Quarter
from schemas.reference import Reference
from schemas.registry import returns
from schemas.working_days import LONDON
from tests.boards import birmingham

KEY = b"a key of the record"
ACCEPTED = "accepted"
NEEDS_CORRECTION = "needs correction"


def moment(text: str) -> dt.datetime:
    """``2018-07-14 10:15`` as a moment in UTC without a zone, as the warehouse keeps them."""
    return dt.datetime.fromisoformat(text)


def _aware(text: str) -> dt.datetime:
    return moment(text).replace(tzinfo=dt.UTC)


@dataclass
class Warehouse:
    """One DuckDB file with the raw schema, and the dbt project that is run on it.

    The file is a ``warehouse.duckdb``: the parsed project names the database after it.
    """

    path: Path
    project: Path = PROJECT
    board: Reference = field(default_factory=birmingham)
    submissions: list[Submission] = field(default_factory=list)
    withdrawn: dict[str, dt.datetime] = field(default_factory=dict)
    decisions: list[Event] = field(default_factory=list)
    findings: list[FindingRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.path.parent.mkdir(exist_ok=True)
        with connect(self.path) as connection:
            ensure_raw_schema(connection, self.board)

    def send(
        self,
        return_name: str,
        organisation: str,
        quarter: str,
        *,
        received: str,
        rows: Sequence[Mapping[str, Any]] = (),
        outcome: str = ACCEPTED,
        withdrawn: str | None = None,
        sample: str | None = None,
        findings: Sequence[Mapping[str, Any]] = (),
    ) -> str:
        """Adds one submission with its rows and findings; gives its id."""
        sent = len(self.submissions) + 1
        submission_id = f"{received.replace(' ', 'T')}-{sent:04d}"
        accepted = outcome.startswith("accepted")
        severities = Counter(finding["severity"] for finding in findings)
        self.submissions.append(
            Submission(
                submission_id=submission_id,
                return_name=return_name,
                organisation=organisation,
                quarter=Quarter.parse(quarter),
                outcome=outcome,
                received_at=_aware(received),
                sender="A sender",
                channel="portal",
                file_name=f"{return_name}.csv",
                # Other figures have another hash, which nothing that is published may tell.
                sha256=hashlib.sha256(f"{sent} {rows}".encode()).hexdigest(),
                rows_found=max(len(rows), 1),  # a nil return has one
                rows_used=max(len(rows), 1) if accepted else 0,
                rows_not_used=0,
                rows_passed_over=0,
                errors=severities["error"] + severities["refuse"],
                queries=severities["query"],
                notes=severities["note"],
                sample=sample,
                nil=accepted and not rows,
            )
        )
        if withdrawn:
            self.withdrawn[submission_id] = _aware(withdrawn)
        for number, finding in enumerate(findings, start=1):
            blank = dict.fromkeys(("column", "value", "message", "hint"))
            given = {**blank, **finding, "row": finding["row_number"]}
            made = finding_row(submission_id, number, Finding.from_json(given), {})
            self.findings.append(made)
        if accepted and rows:
            whole = [
                {"submission_id": submission_id, "row_number": number,
                 "organisation": organisation, "quarter": quarter, **row}
                for number, row in enumerate(rows, start=2)
            ]  # fmt: skip
            self._add_rows(return_name, whole)
        return submission_id

    def _add_rows(self, return_name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        declared = self.board.declared_returns[return_name]
        frame = pl.DataFrame(rows, {"submission_id": pl.String, **record_columns(declared)})
        with connect(self.path) as connection:
            for row in rows:
                self._insert(connection, f"raw.{return_name}", row)
            if declared.views:
                wholes = self.board.wholes_of(return_name)
                observe(connection, declared, frame.lazy(), wholes=wholes)

    def withdraw(self, submission_id: str, at: dt.datetime, *, erase: bool = False) -> None:
        """Withdraws a submission at a moment in UTC, and takes its rows and findings away too."""
        self.withdrawn[submission_id] = at.replace(tzinfo=dt.UTC)
        if not erase:
            return
        self.findings = [one for one in self.findings if one.submission_id != submission_id]
        with connect(self.path) as connection:
            for table in (*returns(), "observation"):
                connection.execute(
                    f"delete from raw.{table} where submission_id = ?", [submission_id]
                )

    def explain_all(self, at: dt.datetime, text: str) -> None:
        """Answers every query that is open."""
        self.findings = [
            replace(one, explained_at=at, explanation=text, is_open_query=False)
            if one.is_open_query
            else one
            for one in self.findings
        ]

    def event(self, *, at: dt.datetime, kind: str, **about: Any) -> None:
        """Adds one decision about an obligation, at a moment in UTC."""
        about["quarter"] = Quarter.parse(about["quarter"])
        self.decisions.append(
            Event(
                event_id=about.pop("event_id"),
                kind=EventKind(kind),
                at=at.replace(tzinfo=dt.UTC),
                by_whom=about.pop("by_whom"),
                reason=about.pop("reason"),
                details=Details(**about),
            )
        )

    def load(self, *, up_to: str | None = None, on: dt.date | None = None) -> None:
        """Fills the tables of the record: what was known at the moment ``up_to``, judged on the
        day ``on``, by default that of the newest thing known."""
        then = _aware(up_to) if up_to else dt.datetime.max.replace(tzinfo=dt.UTC)
        known = Known(
            submissions=[one for one in self.submissions if one.received_at <= then],
            withdrawn={name: at for name, at in self.withdrawn.items() if at <= then},
            decisions=[one for one in self.decisions if one.at <= then],
        )
        ids = {one.submission_id for one in known.submissions}
        findings = [one for one in self.findings if one.submission_id in ids]
        still_open = Counter(one.submission_id for one in findings if one.is_open_query)
        newest = max(
            (
                *(one.received_at for one in known.submissions),
                *known.withdrawn.values(),
                *(one.at for one in known.decisions),
            ),
            default=dt.datetime(2018, 1, 1, tzinfo=dt.UTC),
        )
        judged_on = on or newest.astimezone(LONDON).date()
        stood = decide_all(
            known,
            self.board,
            on=judged_on,
            open_queries=lambda one: still_open[one.submission_id],
            coming=True,
        )
        horizon = HorizonRow(counts_up_to=newest.replace(tzinfo=None), as_of_day=judged_on)
        rows = [submission_row(one, known.withdrawn) for one in known.submissions]
        with connect(self.path) as connection:
            load_board(connection, self.board)
            fill(connection, SubmissionRow, rows)
            fill(connection, FindingRow, findings)
            fill(connection, StandingRow, [standing_row(one) for one in stood])
            fill(connection, HorizonRow, [horizon])
            fill(connection, PeriodRow, period_rows(connection))

    @staticmethod
    def _insert(connection: Any, table: str, columns: Mapping[str, Any]) -> None:
        names = ", ".join(f'"{name}"' for name in columns)
        places = ", ".join("?" for _ in columns)
        connection.execute(
            f"insert into {table} ({names}) values ({places})", list(columns.values())
        )

    def build(
        self,
        *,
        command: str = "run",
        up_to: str | None = None,
        on: dt.date | None = None,
        ledgers: Sequence[Ledger] = (),
        **variables: str,
    ) -> None:
        """Loads, the first half, disclosure control, the second half. Raises where dbt
        fails. Unit tests are left out: they ask of the code and of no figure. ``ledgers`` are those
        of what is published."""
        data_tests = ("--exclude-resource-type", "unit_test") if command == "build" else ()
        self.load(up_to=up_to, on=on)
        self.dbt(command, variables, "--selector", "before_disclosure", *data_tests)
        with connect(self.path) as connection:
            decide(connection, key=KEY, ledgers=ledgers)
        self.dbt(command, variables, "--selector", "after_disclosure", *data_tests)

    def dbt(self, command: str, variables: Mapping[str, str], *arguments: str) -> None:
        """One dbt command in this process."""
        # The project's own models are parsed once in a process; a changed copy each time.
        project = parsed(Workspace(self.path.parent)) if self.project == PROJECT else None
        os.environ["QUARTERDECK_WAREHOUSE"] = str(self.path)
        target = self.path.parent / "target"
        words = [
            command, "--project-dir", str(self.project), "--profiles-dir", str(PROJECT),
            "--target-path", str(target), "--log-level-file", "none", "--quiet",
            "--vars", json.dumps(dict(variables)), *arguments,
        ]  # fmt: skip
        with connect(self.path):  # held open, so that dbt opens it anew for each node at no cost
            result = invoke(words, project=project)
        if not result.success:
            raise AssertionError(_what_failed(result))

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with connect(self.path) as connection:
            return connection.execute(query, list(parameters)).fetchall()


def _what_failed(result: Any) -> str:
    if result.exception is not None:
        return str(result.exception)
    passed = ("success", "pass", "skipped", "warn")
    failed = [one for one in result.result if one.status not in passed]
    return "\n".join(f"{one.node.name}: {one.message}" for one in failed)
