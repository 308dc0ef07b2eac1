"""What one new quarter costs when the history behind it has grown a hundredfold.

    python benchmarks/history.py [--versions 36] [--keep FOLDER]

Fills two warehouses with training returns: 44 quarters as they came once (50 thousand facts), and
125 quarters that were each corrected again and again (five million facts, at 36 versions each; a
correction changes one row in twelve). All is built. Then one more quarter comes, the same to both,
and what follows a return is timed: dbt's first half, disclosure control, dbt's second half, each
with dbt's own start. The raw rows are made up by a formula; what the loader does with files is not
part of it. Judged by processor time, which other work on the machine does not change; the seconds
on the clock stand beside it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.dbt.project import PROJECT, environment, executable
from pipelines.board.tables import load_reference
from pipelines.disclosure.adapter import decide
from pipelines.disclosure.versions import ledger_key
from pipelines.record.store import Record
from pipelines.warehouse.board_tables import load_board
from pipelines.warehouse.loading import connect, ensure_raw_schema
from pipelines.warehouse.loading import fill as replace_rows
from pipelines.warehouse.periods import period_rows
from pipelines.warehouse.tables import HorizonRow, PeriodRow
from pipelines.workspace import Workspace
from schemas.quarter import Quarter

BIRMINGHAM = Path(__file__).parents[1] / "boards" / "birmingham"
LAST = Quarter(2018, 1)
_JUDGED = dt.datetime.combine(LAST.shift(1).end, dt.time(9))
ORGANISATIONS = 16
GROUPS = ("", "nursing and midwifery staff", "medical staff", "other clinical staff")


def fill(connection: duckdb.DuckDBPyConnection, quarters: list[Quarter], *, versions: int) -> int:
    """Puts each quarter's returns into the raw schema, ``versions`` times; gives how many rows."""
    reference = load_reference(BIRMINGHAM)
    names = [one.organisation for one in reference.organisations][:ORGANISATIONS]
    courses = [one.item for one in reference.measures_of("training_compliance")]
    given = {
        "organisations": names,
        "courses": courses,
        "groups": list(GROUPS),
        "quarters": [quarter.key for quarter in quarters],
        "ends": [quarter.end for quarter in quarters],
        "versions": versions,
    }
    connection.execute(
        """
        create or replace temporary table sent as
        select concat(quarter, '-', organisation, '-', lpad(version::varchar, 3, '0'))
                as submission_id,
            organisation, quarter, version,
            cast(ends as timestamp) + to_days(cast(version as integer)) as received_at
        from (select unnest($quarters) as quarter, unnest($ends::date[]) as ends),
            (select unnest($organisations) as organisation),
            (select unnest(range(1, $versions + 1)) as version)
        """,
        {name: given[name] for name in ("quarters", "ends", "organisations", "versions")},
    )
    connection.execute(
        """
        insert into raw.submission (submission_id, return_name, organisation, quarter, outcome,
            received_at, sender, channel, file_name, sha256, rows_found, rows_used,
            rows_kept)
        select submission_id, 'training_compliance', organisation, quarter, 'accepted',
            received_at, 'A sender', 'portal', 'training_compliance.csv', md5(submission_id), 72,
            72, 72
        from sent
        """
    )
    connection.execute(
        """
        insert into raw.training_compliance (submission_id, row_number, organisation, quarter,
            course, staff_group, eligible, trained)
        select submission_id, row_number() over (partition by submission_id) + 1, organisation,
            quarter, course, nullif(staff_group, ''), 1000 + hash(course) % 500,
            700 + hash(quarter, organisation, course, staff_group,
                (version + hash(course, staff_group) % 12) // 12) % 300
        from sent, (select unnest($courses) as course), (select unnest($groups) as staff_group)
        """,
        {name: given[name] for name in ("courses", "groups")},
    )
    # As the loader does: what the rows state, how the returns stand, and on which day.
    connection.execute("""
        insert into raw.observation by name
        select submission_id, row_number, organisation, 'all' as area, quarter, course as item,
            'training_compliance' as return_name, coalesce(staff_group, 'all') as category,
            if(staff_group is null, 'total', 'staff_group') as breakdown,
            trained as numerator, eligible as denominator
        from raw.training_compliance where submission_id in (select submission_id from sent)
    """)
    connection.execute("""
        insert into raw.standing by name
        select organisation, 'training_compliance' as return_name, quarter, true as is_owed,
            cast(min(received_at) as date) as due_on, 'accepted' as state, 0 as days_late,
            count(*) as submissions, count(*) - 1 as corrections, 0 as open_queries,
            max(submission_id) as current_submission_id, max(submission_id) as latest_submission_id,
            min(received_at) as first_received_at, min(received_at) as accepted_received_at
        from sent group by organisation, quarter
    """)
    replace_rows(
        connection, HorizonRow, [HorizonRow(counts_up_to=_JUDGED, as_of_day=_JUDGED.date())]
    )
    replace_rows(connection, PeriodRow, period_rows(connection))
    return len(quarters) * len(names) * len(courses) * len(GROUPS) * versions


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Seconds of a step: of the processor, and on the clock."""

    processor: float
    clock: float

    def __str__(self) -> str:
        return f"{self.processor:.1f} s of processor time, {self.clock:.1f} s on the clock"


def total(costs: Iterable[Cost]) -> Cost:
    """All together."""
    listed = list(costs)
    return Cost(
        processor=sum(one.processor for one in listed), clock=sum(one.clock for one in listed)
    )


def build(workspace: Workspace) -> dict[str, Cost]:
    """Runs what follows a return; gives what each step cost."""
    took = {}
    for step in ("before_disclosure", "disclosure", "after_disclosure"):
        clock, processor = time.monotonic(), _processor_seconds()
        if step == "disclosure":
            with connect(workspace.warehouse) as connection:
                decide(connection, key=ledger_key(Record(workspace.record)))
        else:
            subprocess.run(
                [
                    executable(), "--quiet", "--log-level-file", "none", "--no-write-json",
                    "build", "--project-dir", str(PROJECT), "--threads", "1",
                    "--selector", step, "--exclude-resource-type", "unit_test",
                ],
                env=environment(workspace),
                check=True,
            )  # fmt: skip
        took[step] = Cost(
            processor=_processor_seconds() - processor, clock=time.monotonic() - clock
        )
    return took


def _processor_seconds() -> float:
    of_both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in of_both)


def measure(folder: Path, *, quarters: int, versions: int) -> Cost:
    """Builds a history, adds a quarter, builds again; gives what the quarter cost."""
    folder.mkdir(parents=True)
    workspace = Workspace(folder)
    history = [LAST.shift(-place) for place in range(quarters, 0, -1)]
    with connect(workspace.warehouse) as connection:
        board = load_reference(BIRMINGHAM)
        ensure_raw_schema(connection, board)
        load_board(connection, board)
        rows = fill(connection, history, versions=versions)
    whole = total(build(workspace).values())
    with connect(workspace.warehouse) as connection:
        fill(connection, [LAST], versions=1)
    steps = build(workspace)
    with connect(workspace.warehouse) as connection:
        found = connection.execute("select count(*) from marts.fct_measure_value").fetchone()
    print(f"{rows:>9,} rows of history, {found and found[0]:,} facts: built in {whole}", flush=True)
    print(f"          one new quarter: {total(steps.values())}", flush=True)
    for step, cost in steps.items():
        print(f"          {step}: {cost}", flush=True)
    return total(steps.values())


def main() -> None:
    """Measures both and says how many times as much the quarter cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--versions", type=int, default=36)
    parser.add_argument("--keep", type=Path, help="Leave the two warehouses in this folder.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        small = measure(folder / "small", quarters=44, versions=1)
        large = measure(folder / "large", quarters=125, versions=given.versions)
    times = large.processor / small.processor
    print(f"Behind a hundred times the history the quarter cost {times:.2f} times as much.")
    sys.exit(0 if times <= 1.5 else 1)


if __name__ == "__main__":
    main()
