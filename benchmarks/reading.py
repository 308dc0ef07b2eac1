"""How long a million rows take to read strictly, beside readers that look at less.

    python benchmarks/reading.py [--rows 1000000] [--rounds 5]

Makes two files in a temporary folder: plain cells, and the same with a quoted comment that holds
a comma in every row. Each reader reads each file in a process of its own, with the file in the
page cache; the readers take turns, so that a busy moment of the machine falls on all of them.
Prints the median time, its ratio to DuckDB's load of the same file as text, and the most memory
that the process held beyond what it held before reading.
"""

from __future__ import annotations

import argparse
import csv
import io
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HEADING = "organisation,quarter,measure,numerator,denominator,comment\r\n"


def duckdb_as_text(path: Path) -> Callable[[], int]:
    import duckdb  # noqa: PLC0415  # each process loads its own reader only

    connection = duckdb.connect()

    def load() -> int:
        connection.execute(
            "create table loaded as select * from read_csv(?, all_varchar = true)", [str(path)]
        )
        counted = connection.execute("select count(*) from loaded").fetchone()
        assert counted is not None
        return int(counted[0])

    return load


def strict(path: Path) -> Callable[[], int]:
    from pipelines.reading.reader import Limits, read  # noqa: PLC0415

    limits = Limits(bytes=2**40, rows=2**40)

    def load() -> int:
        table = read(path.read_bytes(), limits=limits).table
        assert table is not None
        return table.height

    return load


def polars_plain(path: Path) -> Callable[[], int]:
    import polars as pl  # noqa: PLC0415

    return lambda: pl.read_csv(path, infer_schema=False).height


def python_csv(path: Path) -> Callable[[], int]:
    def load() -> int:
        text = path.read_bytes().decode("utf-8")
        return len(list(csv.reader(io.StringIO(text, newline="")))) - 1

    return load


READERS = {
    "DuckDB, as text": duckdb_as_text,
    "strict reading": strict,
    "polars, plain": polars_plain,
    "Python csv": python_csv,
}


def measure(reader: str, path: Path) -> None:
    """Prints seconds, rows, and the bytes of memory at most held beyond those before reading."""
    load = READERS[reader](path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    rows = load()
    seconds = time.perf_counter() - start
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(seconds, rows, held * 1024)


def make(path: Path, *, rows: int, comment: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADING)
        for i in range(rows):
            counts = f"{i % 300},{i % 300 + i % 50}"
            file.write(f"T{i % 40:02d},2018-19 Q1,DA0{i % 8 + 1},{counts},{comment}\r\n")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--measure", nargs=2, metavar=("READER", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.measure[0], Path(arguments.measure[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, comment in (("plain", "as expected"), ("quoted", '"as expected, or so"')):
            path = Path(folder) / f"{name}.csv"
            make(path, rows=arguments.rows, comment=comment)
            compare(path, rows=arguments.rows, rounds=arguments.rounds)


def compare(path: Path, *, rows: int, rounds: int) -> None:
    size = path.stat().st_size
    times: dict[str, list[float]] = {reader: [] for reader in READERS}
    held: dict[str, int] = {}
    for _ in range(rounds):
        for reader in READERS:
            printed = subprocess.run(
                [sys.executable, "-m", "benchmarks.reading", "--measure", reader, str(path)],
                cwd=Path(__file__).parents[1],
                capture_output=True,
                check=True,
                text=True,
            ).stdout.split()
            assert int(printed[1]) == rows, f"{reader} found {printed[1]} rows of {rows}"
            times[reader].append(float(printed[0]))
            held[reader] = max(held.get(reader, 0), int(printed[2]))
    of_duckdb = statistics.median(times["DuckDB, as text"])
    print(f"\n{path.stem}: {rows:,} rows, {size / 1e6:.1f} MB, median of {rounds}")
    for reader, seconds in times.items():
        median = statistics.median(seconds)
        print(
            f"  {reader:<16} {median:6.2f} s  (best {min(seconds):.2f})"
            f"  {median / of_duckdb:5.2f} x DuckDB  {held[reader] / size:5.1f} x the file in memory"
        )


if __name__ == "__main__":
    main()
