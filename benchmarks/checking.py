"""How long a return of a million rows takes to check in full, beside DuckDB and Frictionless.

    python benchmarks/checking.py [--rows 1000000] [--rounds 3] [--frictionless-rows 20000]

Each tool works in a process of its own, in turns, with the file in the page cache. Prints the
median of the processor's time (so that other work on the machine does not count) and of the time
that passed, the ratio to DuckDB's load of the same file as text, and the most memory held beyond
what the process held before, as a multiple of the file. Frictionless is slow: it validates fewer
rows of the same file and its time is scaled; a process of 500 rows is timed start to end.
`uv sync --group bench` brings Frictionless; without it, it is left out and said so.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.util
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEADING = "organisation,quarter,course,staff_group,eligible,trained,percent,comment\r\n"
COURSE = "Mental Capacity Act module 1"
SUBMITTED = dt.date(2018, 10, 20)


def make(path: Path, rows: int) -> None:
    """A return in which nothing is wrong with any row: each is another group of staff."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADING)
        for i in range(rows):
            file.write(f"CGL,2018-19 Q2,{COURSE},g{i},{i % 900 + 100},{i % 97},,\r\n")


def run_duckdb(path: Path) -> int:
    """Loads the file as text; gives the rows."""
    import duckdb  # noqa: PLC0415  # each process loads its own tool only

    connection = duckdb.connect()
    connection.execute(
        "create table t as select * from read_csv(?, all_varchar = true)", [str(path)]
    )
    counted = connection.execute("select count(*) from t").fetchone()
    assert counted is not None
    return int(counted[0])


def run_check(path: Path) -> int:
    """Checks the file in full; gives the rows found."""
    from pipelines.board.tables import load_reference  # noqa: PLC0415
    from pipelines.checking.engine.check import check  # noqa: PLC0415
    from pipelines.checking.engine.context import Context  # noqa: PLC0415
    from pipelines.reading.outcome import Limits  # noqa: PLC0415

    limits = Limits(bytes=2**40, rows=2**40)
    context = Context(
        reference=load_reference(Path("boards/birmingham")), as_of=SUBMITTED, limits=limits
    )
    return check(path.read_bytes(), file_name=path.name, context=context).rows_found


def run_frictionless(path: Path) -> int:
    """Validates the types of the columns and what Frictionless checks anyhow; gives the rows."""
    from frictionless import Resource, Schema, fields  # noqa: PLC0415

    names = HEADING.strip().split(",")
    numbers = {"eligible": fields.IntegerField, "trained": fields.IntegerField}
    schema = Schema(fields=[numbers.get(name, fields.StringField)(name=name) for name in names])
    report = Resource(path=path.name, basepath=str(path.parent), schema=schema).validate()
    return int(report.tasks[0].stats["rows"])


TOOLS = {"duckdb": run_duckdb, "check": run_check, "frictionless": run_frictionless}


def measure(tool: str, path: Path) -> tuple[float, float, float]:
    """Processor seconds, seconds that passed, and bytes of memory, in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--one", tool, "--file", str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    cpu, wall, memory = done.stdout.split()
    return float(cpu), float(wall), float(memory)


def one(tool: str, path: Path) -> None:
    """Runs one tool once, its imports done before on a file of two rows."""
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.csv"
        make(small, 2)
        TOOLS[tool](small)
    path.read_bytes()
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cpu, wall = time.process_time(), time.perf_counter()
    TOOLS[tool](path)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(cpu, wall, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) * 1024)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--frictionless-rows", type=int, default=20_000)
    parser.add_argument("--one", choices=TOOLS)
    parser.add_argument("--file", type=Path)
    given = parser.parse_args()
    if given.one:
        one(given.one, given.file)
        return
    with tempfile.TemporaryDirectory(prefix="quarterdeck-bench-") as folder:
        big, part, small = (Path(folder) / f"{name}.csv" for name in ("big", "part", "small"))
        make(big, given.rows)
        make(part, given.frictionless_rows)
        make(small, 500)
        size = big.stat().st_size
        print(f"{given.rows:,} rows, {size / 1e6:.0f} MB, {given.rounds} rounds")
        plan = {"duckdb": (big, 1.0), "check": (big, 1.0)}
        if importlib.util.find_spec("frictionless"):
            plan["frictionless"] = (part, given.rows / given.frictionless_rows)
        else:
            print("frictionless is not here: uv sync --group bench")
        found: dict[str, list[tuple[float, float, float]]] = {tool: [] for tool in plan}
        for _ in range(given.rounds):
            for tool, (path, _) in plan.items():
                found[tool].append(measure(tool, path))
        base_cpu, base_wall = (statistics.median(run[n] for run in found["duckdb"]) for n in (0, 1))
        for tool, (_, scale) in plan.items():
            cpu, wall = (statistics.median(run[n] for run in found[tool]) * scale for n in (0, 1))
            memory = statistics.median(run[2] for run in found[tool]) / size
            print(
                f"{tool:<13} {cpu:8.2f} s of processor ({cpu / base_cpu:6.1f} x)  "
                f"{wall:8.2f} s passed ({wall / base_wall:6.1f} x)  memory {memory:5.1f} x the file"
            )
        command = [str(Path(sys.executable).parent / "quarterdeck"), "check", str(small)]
        times = []
        for _ in range(5):
            began = time.perf_counter()
            subprocess.run(command, check=False, capture_output=True)
            times.append(time.perf_counter() - began)
        print(f"quarterdeck check of 500 rows: {statistics.median(times):.2f} s from start to end")


if __name__ == "__main__":
    main()
