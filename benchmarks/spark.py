"""The same models on Apache Spark: whether they build, and whether they give the same figures.

    python -m benchmarks.spark WORKSPACE --python OTHER/bin/python [--tests]
                               [--keep FOLDER [--go-on [--select MODEL …]]]

Takes the raw tables out of a built warehouse and gives them to dbt-spark in session mode (one
machine, no cluster), which builds both halves of the models there. Between the halves disclosure
control decides from Spark's own cells, in a DuckDB of its own, since it is Python that reads and
writes DuckDB. Then what it decided, what it decided from, the marts and every published table are
held against the warehouse's: the same rows, numbers to nine significant places. Nothing of Spark is
among what Quarterdeck needs: ``OTHER`` is an environment of its own with ``dbt-spark[session]``,
``pyspark`` and Java 17 or later.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import polars as pl

from orchestration.dbt.project import PROJECT
from pipelines.disclosure.accepted import accepted_figures
from pipelines.disclosure.adapter import CELLS, EQUATIONS, decide
from pipelines.disclosure.ledger import read_ledgers
from pipelines.disclosure.versions import ledger_key
from pipelines.publishing.releases import LEDGER
from pipelines.publishing.withdrawn import published_folders
from pipelines.record.store import Record
from pipelines.warehouse.loading import connect
from pipelines.workspace import Workspace

DECIDED = "disclosure.cell_state"
SLOW = 10  # seconds: a node that takes longer is named
_PROFILE = """
quarterdeck:
  target: spark
  outputs:
    spark:
      type: spark
      method: session
      schema: main
      host: NA
      threads: 1
"""
# Run by the other environment, in the folder of the trial.
_BUILD = r"""
import json, sys, time
from pathlib import Path
from pyspark.sql import SparkSession
from dbt.cli.main import dbtRunner

given, build, taken = json.loads(sys.argv[1])
here = Path.cwd()
session = (
    SparkSession.builder.master("local[2]").appName("quarterdeck")
    .config("spark.sql.warehouse.dir", str(here / "spark-warehouse"))
    .config("spark.driver.extraJavaOptions", f"-Dderby.system.home={here}")
    .config("spark.sql.session.timeZone", "UTC")
    # A moment in the raw tables is one in UTC; Spark would read it as a local time without a zone.
    .config("spark.sql.parquet.inferTimestampNTZ.enabled", "false")
    .config("spark.sql.shuffle.partitions", "4")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.memory", "3g")
    .enableHiveSupport().getOrCreate()
)
session.sparkContext.setLogLevel("ERROR")
for table in given:
    session.sql(f"create database if not exists {table.split('.')[0]}")
    session.read.parquet(str(here / "given" / f"{table}.parquet")).write.saveAsTable(
        table, mode="overwrite")
began = time.monotonic()
result = dbtRunner().invoke([
    "build", "--project-dir", str(here / "dbt_project"), "--profiles-dir", str(here),
    "--no-partial-parse", *build])
if result.exception is not None:
    print(result.exception)
(here / "build.json").write_text(json.dumps({"seconds": time.monotonic() - began, "nodes": [
    [one.node.resource_type, one.node.name, str(one.status), str(one.message or ""),
     one.execution_time]
    for one in result.result or []]}))
for table in taken:
    if session.catalog.tableExists(table):
        session.table(table).coalesce(1).write.mode("overwrite").parquet(
            str(here / "theirs" / table))
"""


def main() -> None:
    """Builds on Spark and says what passed, what did not, and whether the figures are the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--python", type=Path, required=True)
    parser.add_argument("--tests", action="store_true", help="Run the data tests there too.")
    parser.add_argument("--keep", type=Path)
    parser.add_argument(
        "--go-on", action="store_true", help="The second half only, in a folder that was kept."
    )
    parser.add_argument("--select", nargs="+", metavar="MODEL", help="Of that these models only.")
    given = parser.parse_args()
    workspace = Workspace(given.workspace.absolute())
    without = ["--exclude-resource-type", "unit_test", *([] if given.tests else ["test"])]
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.keep or Path(temporary)).absolute()
        raw, compared, quarter = hand_over(workspace, folder)
        well = True
        if not given.go_on:
            first = ["--selector", "before_disclosure", *without]
            well = build(given.python, folder, raw, first, [CELLS, EQUATIONS])
            decide_there(workspace, folder)
        second = ["--selector", "after_disclosure"]
        if given.select:
            second = ["--select", *given.select]
        second += [*without, "--vars", json.dumps({"quarter": quarter})]
        well &= build(given.python, folder, [DECIDED], second, compared)
        alike = [same(folder, table, key) for table, key in grains(folder, compared).items()]
    print(f"{sum(alike)} of {len(alike)} tables are the same")
    sys.exit(0 if well and all(alike) else 1)


def hand_over(workspace: Workspace, folder: Path) -> tuple[list[str], list[str], str]:
    """Puts into the folder what Spark is given, what its tables are held against, and a copy of the
    project. Gives the names of the one and of the other, and the quarter that is reported."""
    with connect(workspace.warehouse, read_only=True) as connection:
        names: dict[str, list[str]] = {"raw": [], "marts": [], "published": []}
        for schema, name in connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables ORDER BY ALL"
        ).fetchall():
            names.setdefault(schema, []).append(f"{schema}.{name}")
        given = [*names["raw"], *names["reference"]]
        compared = [CELLS, EQUATIONS, DECIDED, *names["marts"], *names["published"]]
        for place, tables in (("given", given), ("ours", compared)):
            (folder / place).mkdir(parents=True, exist_ok=True)
            for table in tables:
                connection.execute(
                    f"COPY {table} TO '{folder}/{place}/{table}.parquet' (FORMAT parquet)"
                )
        reported = connection.execute("SELECT quarter FROM intermediate.int_release__edition")
        quarter = str(reported.fetchall()[0][0])
    shutil.copytree(
        PROJECT, folder / "dbt_project", dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("target", "logs"),
    )  # fmt: skip
    (folder / "profiles.yml").write_text(_PROFILE, encoding="utf-8")
    return given, compared, quarter


def build(
    python: Path, folder: Path, given: list[str], arguments: list[str], taken: list[str]
) -> bool:
    """Hands tables over to Spark, has dbt build there, takes tables back. Whether all passed."""
    for table in taken:
        shutil.rmtree(folder / "theirs" / table, ignore_errors=True)
    subprocess.run(
        [str(python), "-c", _BUILD, json.dumps([given, arguments, taken])], cwd=folder, check=True
    )
    return passed(**json.loads((folder / "build.json").read_text(encoding="utf-8")))


def decide_there(workspace: Workspace, folder: Path) -> None:
    """Writes what disclosure control decides from Spark's cells, among what Spark is given."""
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA intermediate")
        for table in (CELLS, EQUATIONS):
            connection.execute(f"CREATE TABLE {table} AS FROM '{folder}/theirs/{table}/*.parquet'")
        record = Record(workspace.record)
        released = published_folders(workspace.releases, record)
        decide(
            connection,
            key=ledger_key(record),
            ledgers=read_ledgers(one / LEDGER for one in released),
            accepted=accepted_figures(record),
        )
        connection.execute(f"COPY {DECIDED} TO '{folder}/given/{DECIDED}.parquet' (FORMAT parquet)")


def passed(*, seconds: float, nodes: list[tuple[str, str, str, str, float]]) -> bool:
    """Whether all of a build passed; says how many of each kind did, and of each that did not what
    was said."""
    kinds: dict[str, list[bool]] = {}
    for kind, name, status, message, took in nodes:
        good = status in ("success", "pass", "warn")
        kinds.setdefault(kind, []).append(good)
        if not good and status != "skipped":
            print(f"{kind} {name}: {status}: {' '.join(message.split())[:1000]}")
        if took > SLOW:
            print(f"{kind} {name}: {took:.0f} s")
    told = ", ".join(f"{sum(good)} of {len(good)} {kind}s" for kind, good in kinds.items())
    print(f"passed in {seconds:.0f} s: {told}")
    return all(all(good) for good in kinds.values())


def grains(folder: Path, tables: list[str]) -> dict[str, list[str]]:
    """What each table has one row of, as its test has it; nothing of a table of one row."""
    manifest = json.loads(
        (folder / "dbt_project" / "target" / "manifest.json").read_text(encoding="utf-8")
    )
    nodes = manifest["nodes"].values()
    names = {node["unique_id"]: f"{node['schema']}.{node['name']}" for node in nodes}
    found = {
        names[node["attached_node"]]: node["test_metadata"]["kwargs"]["grain"]
        for node in nodes
        if "grain" in node.get("test_metadata", {}).get("kwargs", {})
    }
    found[DECIDED] = ["cell_id"]
    return {table: found.get(table, []) for table in tables}


def same(folder: Path, table: str, key: list[str]) -> bool:
    """Whether Spark's table is the warehouse's; says how it is not."""
    place = folder / "theirs" / table
    if not place.is_dir():
        print(f"{table}: is not there on Spark")
        return False
    ours = pl.read_parquet(folder / "ours" / f"{table}.parquet")
    wrong = differing(ours, pl.read_parquet(place / "*.parquet"), key=key)
    for line in wrong:
        print(f"{table}: {line}")
    if not wrong:
        print(f"{table}: {ours.height:,} rows, {ours.width} columns")
    return not wrong


def differing(ours: pl.DataFrame, theirs: pl.DataFrame, *, key: list[str]) -> list[str]:
    """What is not the same in both, a line for each column; numbers to nine significant places."""
    if sorted(ours.columns) != sorted(theirs.columns):
        return [f"other columns: {sorted(set(ours.columns) ^ set(theirs.columns))}"]
    if ours.height != theirs.height:
        return [f"{ours.height:,} rows, and {theirs.height:,} on Spark"]
    wrong = []
    for name, dtype in ours.schema.items():  # the one says that a moment is of UTC, the other is
        if dtype.is_temporal() and dtype != pl.Date:
            ours = ours.with_columns(pl.col(name).dt.epoch("us"))
            theirs = theirs.with_columns(pl.col(name).dt.epoch("us"))
    by = key or ["_row"]
    if not key:
        ours, theirs = ours.with_row_index("_row"), theirs.with_row_index("_row")
    both = ours.join(theirs, on=by, suffix="_theirs", how="full", coalesce=True, nulls_equal=True)
    if both.height != ours.height:
        return [f"{both.height - ours.height:,} rows have another {', '.join(by)}"]
    for name in ours.columns:
        if name in by:
            continue
        one, other = pl.col(name), pl.col(f"{name}_theirs")
        if ours.schema[name].is_numeric():
            one, other = one.cast(pl.Float64), other.cast(pl.Float64)
            near = (one - other).abs() <= (1e-9 * one.abs()).clip(lower_bound=1e-12)
            alike = near | (one.is_null() & other.is_null())
        else:
            alike = one.cast(pl.String).eq_missing(other.cast(pl.String))
        unlike = both.filter(~alike.fill_null(value=False))
        if not unlike.is_empty():
            first = unlike.select(*by, name, f"{name}_theirs").row(0)
            wrong.append(f"{name}: {unlike.height:,} differ, first {first}")
    return wrong


if __name__ == "__main__":
    main()
