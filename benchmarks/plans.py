"""How long the facts of plans take at scale: by default 10,000 actions over 40 quarters.

    python benchmarks/plans.py [actions] [quarters]

Makes a warehouse of its own in a temporary folder, fills the raw rows by SQL (checking is measured
elsewhere), runs dbt with every test of these models, and prints the seconds.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import tempfile
import time
from pathlib import Path

from dbt.cli.main import dbtRunner

from pipelines.board.tables import load_reference
from pipelines.warehouse.loading import connect, ensure_raw_schema
from pipelines.warehouse.loading import fill as replace_rows
from pipelines.warehouse.tables import HorizonRow
from schemas.quarter import Quarter

BOARD = (Path(__file__).parents[1] / "boards" / "birmingham").absolute()
PROJECT = (Path(__file__).parents[1] / "dbt_project").absolute()
FIRST = Quarter(2008, 2)
# Everything that plans and risks need, and nothing after them.
MODELS = "+fct_action_progress +fct_risk"


def fill(warehouse: Path, *, actions: int, quarters: int) -> None:
    """One return a quarter, each with every action: dates move, ratings and updates vary."""
    with connect(warehouse) as connection:
        ensure_raw_schema(connection, load_reference(BOARD))
        last = dt.datetime.combine(FIRST.shift(quarters).start, dt.time(9))
        replace_rows(connection, HorizonRow, [HorizonRow(counts_up_to=last, as_of_day=last.date())])
        for number in range(quarters):
            quarter = FIRST.shift(number)
            connection.execute(
                """insert into raw.submission by name select ? as submission_id,
                'action_progress' as return_name, 'BCC' as organisation, ? as quarter,
                'accepted' as outcome, cast(? as timestamp) as received_at, 'x' as sender,
                'x' as channel, 'x.csv' as file_name, ? as sha256, ? as rows_found,
                ? as rows_used, 0 as rows_not_used, 0 as rows_passed_over""",
                [f"s{number:03d}", quarter.key, f"{quarter.shift(1).start} 09:00",
                 f"h{number}", actions, actions],
            )  # fmt: skip
            connection.execute(
                """insert into raw.action_progress by name select ? as submission_id,
                cast(n + 2 as integer) as row_number, 'BCC' as organisation, ? as quarter,
                'cqc_review' as plan, cast(n as varchar) as ref, 'An action' as action,
                'A body' as lead, 'words' as due, cast(? as date) + cast(n % 900 as integer)
                + cast(? // (3 + n % 7) * 60 as integer) as due_end,
                due_end as due_start, 'exact' as due_certainty,
                case (n + ?) % 5 when 0 then 'Blue' when 1 then 'Red' when 2 then 'Amber'
                when 3 then 'Green' end as rating,
                'Update ' || cast((n + ?) // 3 as varchar) as progress
                from range(?) as t(n)""",
                [f"s{number:03d}", quarter.key, str(FIRST.start), number, number, number, actions],
            )


def main() -> None:
    """Prints how long dbt took, and how many rows it made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("actions", type=int, nargs="?", default=10_000)
    parser.add_argument("quarters", type=int, nargs="?", default=40)
    given = parser.parse_args()
    actions, quarters = given.actions, given.quarters
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Path(folder) / "warehouse.duckdb"
        fill(warehouse, actions=actions, quarters=quarters)
        os.environ["QUARTERDECK_WAREHOUSE"] = str(warehouse)
        common = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path",
                  f"{folder}/target", "--log-level-file", "none", "--quiet"]  # fmt: skip
        _run("facts, with their tests", ["build", *common, "--select", *MODELS.split()])
        with connect(warehouse) as connection:
            rows = connection.execute(
                "select count(*), sum(times_moved), count(days_overdue) "
                "from marts.fct_action_progress"
            ).fetchall()
        print("rows, moves told, late: {:,}, {:,}, {:,}".format(*rows[0]))


def _run(what: str, arguments: list[str]) -> None:
    started = time.monotonic()
    with connect(Path(os.environ["QUARTERDECK_WAREHOUSE"])):  # held open, as a build does
        result = dbtRunner().invoke(arguments)
    print(f"{time.monotonic() - started:7.1f} s  {what}")
    if not result.success:
        raise SystemExit(f"dbt failed: {result.exception or result.result}")


if __name__ == "__main__":
    main()
