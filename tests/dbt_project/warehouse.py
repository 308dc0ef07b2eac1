"""A small warehouse to try the models on: rows put into the raw schema by hand, dbt run in process.

The raw tables are made by the loader itself (``ensure_raw_schema``), so that these tests also hold
the models to the columns that the loader fills.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner

from pipelines.disclosure.adapter import decide
from pipelines.warehouse import connect, ensure_raw_schema

PROJECT = (Path(__file__).parents[2] / "dbt_project").absolute()
ACCEPTED = "accepted"
NEEDS_CORRECTION = "needs correction"


def moment(text: str) -> dt.datetime:
    """``2018-07-14 10:15`` as a moment in UTC without a zone, as the warehouse keeps them."""
    return dt.datetime.fromisoformat(text)


@dataclass
class Warehouse:
    """One DuckDB file with the raw schema, and the dbt project that is run on it."""

    path: Path
    project: Path = PROJECT
    sent: int = field(default=0)

    def __post_init__(self) -> None:
        with connect(self.path) as connection:
            ensure_raw_schema(connection)

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
        """Puts one submission with its rows and findings into the raw schema; gives its id."""
        self.sent += 1
        submission_id = f"{received.replace(' ', 'T')}-{self.sent:04d}"
        accepted = outcome.startswith("accepted")
        with connect(self.path) as connection:
            connection.execute(
                "insert into raw.submission values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                [
                    submission_id, return_name, organisation, quarter, outcome, moment(received),
                    "A sender", "portal", f"{return_name}.csv", f"sha-{self.sent}", len(rows),
                    len(rows) if accepted else 0, 0, 0,
                    moment(withdrawn) if withdrawn else None, sample,
                ],
            )  # fmt: skip
            for number, finding in enumerate(findings, start=1):
                given = {"submission_id": submission_id, "finding_number": number, **finding}
                self._insert(connection, "raw.finding", given)
            if accepted:
                for number, row in enumerate(rows, start=2):
                    given = {
                        "submission_id": submission_id,
                        "row_number": number,
                        "organisation": organisation,
                        "quarter": quarter,
                        **row,
                    }
                    self._insert(connection, f"raw.{return_name}", given)
        return submission_id

    def event(self, **columns: Any) -> None:
        """Puts one decision about an obligation into the raw schema."""
        with connect(self.path) as connection:
            self._insert(connection, "raw.obligation_event", columns)

    @staticmethod
    def _insert(connection: Any, table: str, columns: Mapping[str, Any]) -> None:
        names = ", ".join(f'"{name}"' for name in columns)
        places = ", ".join("?" for _ in columns)
        connection.execute(
            f"insert into {table} ({names}) values ({places})", list(columns.values())
        )

    def build(self, *, command: str = "run", **variables: str) -> None:
        """Seeds, the first half, disclosure control, the second half. Raises where dbt fails."""
        self.dbt("seed", variables)
        self.dbt(command, variables, "--selector", "before_disclosure")
        with connect(self.path) as connection:
            decide(connection)
        self.dbt(command, variables, "--selector", "after_disclosure")

    def dbt(self, command: str, variables: Mapping[str, str], *arguments: str) -> None:
        """One dbt command in this process."""
        os.environ["QUARTERDECK_WAREHOUSE"] = str(self.path)
        target = self.path.parent / "target"
        words = [
            command, "--project-dir", str(self.project), "--profiles-dir", str(PROJECT),
            "--target-path", str(target), "--log-level-file", "none", "--quiet",
            "--vars", json.dumps(dict(variables)), *arguments,
        ]  # fmt: skip
        with connect(self.path):  # held open, so that dbt opens it anew for each node at no cost
            result = dbtRunner().invoke(words)
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
