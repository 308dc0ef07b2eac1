"""The same models on Apache Spark: whether they build, and whether they give the same facts.

    python -m benchmarks.spark WORKSPACE --python OTHER/bin/python [--tests]
                               [--keep FOLDER [--go-on]]

Takes the raw tables out of a built warehouse, gives them to dbt-spark in session mode (one machine,
no cluster), builds the models of the first half (reference data, staging, facts) there, and holds
``fct_measure_value`` against that of the warehouse: every row, numbers to nine significant places.
Nothing of Spark is among what Quarterdeck needs: ``OTHER`` is an environment of its own with
``dbt-spark[session]``, ``pyspark`` and Java 17 or later.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from orchestration.dbt_project import PROJECT
from pipelines.warehouse import connect
from pipelines.workspace import Workspace

FACTS = ("marts", "fct_measure_value")
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
import json, sys
from decimal import Decimal
from pathlib import Path
from pyspark.sql import SparkSession
from dbt.adapters.spark.session import SessionConnectionWrapper
from dbt.cli.main import dbtRunner

# dbt-spark 1.11.0 puts the values of seeds into its SQL itself in session mode, and writes an empty
# cell as the text None and an apostrophe as the end of a text.
def literal(value):
    if value is None:
        return "null"
    if isinstance(value, (bool, int, float, Decimal)):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"

SessionConnectionWrapper._fix_binding = staticmethod(literal)

tables, selection = json.loads(sys.argv[1])
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
for schema, table in tables:
    session.sql(f"create database if not exists {schema}")
    session.read.parquet(str(here / "given" / f"{schema}.{table}.parquet")).write.saveAsTable(
        f"{schema}.{table}", mode="overwrite")
result = dbtRunner().invoke([
    "build", "--project-dir", str(here / "dbt_project"), "--profiles-dir", str(here),
    "--no-partial-parse", *selection])
nodes = [] if result.result is None else [
    [one.node.resource_type, one.node.name, str(one.status), str(one.message or ""),
     one.execution_time]
    for one in result.result]
(here / "nodes.json").write_text(json.dumps(nodes))
if result.exception is not None:
    print(result.exception)
if any(name == "fct_measure_value" and status == "success" for _, name, status, *_ in nodes):
    session.table("marts.fct_measure_value").coalesce(1).write.mode("overwrite").parquet(
        str(here / "facts"))
"""


def main() -> None:
    """Builds on Spark and says what passed, what did not, and whether the facts are the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--python", type=Path, required=True)
    parser.add_argument("--tests", action="store_true", help="Run the data tests there too.")
    parser.add_argument("--keep", type=Path)
    parser.add_argument(
        "--go-on", action="store_true", help="Build the second half, in a folder that was kept."
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.keep or Path(temporary)).absolute()
        tables = hand_over(Workspace(given.workspace.absolute()), folder)
        began = time.monotonic()
        half = "after_disclosure" if given.go_on else "before_disclosure"
        selection = ["--selector", half, "--exclude-resource-type", "unit_test"]
        if not given.tests:
            selection.append("test")
        subprocess.run(
            [str(given.python), "-c", _BUILD, json.dumps([tables, selection])],
            cwd=folder,
            check=True,
        )
        nodes = json.loads((folder / "nodes.json").read_text(encoding="utf-8"))
        passed = [one for one in nodes if one[2] in ("success", "pass", "warn")]
        print(f"{len(passed)} of {len(nodes)} passed, in {time.monotonic() - began:.0f} s")
        for kind, name, status, message, _ in nodes:
            if status not in ("success", "pass", "warn", "skipped"):
                print(f"{kind} {name}: {status}: {' '.join(message.split())[:300]}")
        if not (folder / "facts").is_dir():
            sys.exit("There are no facts to compare.")
        theirs = pl.read_parquet(folder / "facts" / "*.parquet")
        wrong = differing(pl.read_parquet(folder / "facts.parquet"), theirs)
    for line in wrong:
        print(line)
    sys.exit(1 if wrong else 0)


def hand_over(workspace: Workspace, folder: Path) -> list[tuple[str, str]]:
    """Puts the raw tables, the expected facts and a copy of the project into the folder."""
    given = folder / "given"
    given.mkdir(parents=True, exist_ok=True)
    with connect(workspace.warehouse, read_only=True) as connection:
        tables = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_schema IN ('raw', 'disclosure') ORDER BY ALL"
        ).fetchall()
        for schema, table in tables:
            connection.execute(
                f"COPY {schema}.{table} TO '{given}/{schema}.{table}.parquet' (FORMAT parquet)"
            )
        connection.execute(f"COPY {'.'.join(FACTS)} TO '{folder}/facts.parquet' (FORMAT parquet)")
    shutil.copytree(
        PROJECT, folder / "dbt_project", dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("target", "logs"),
    )  # fmt: skip
    (folder / "profiles.yml").write_text(_PROFILE, encoding="utf-8")
    return [(str(schema), str(table)) for schema, table in tables]


def differing(ours: pl.DataFrame, theirs: pl.DataFrame) -> list[str]:
    """What is not the same in both tables, a line for each column; numbers within a billionth."""
    if sorted(ours.columns) != sorted(theirs.columns):
        return [f"other columns: {sorted(set(ours.columns) ^ set(theirs.columns))}"]
    if ours.height != theirs.height:
        return [f"{ours.height:,} rows, and {theirs.height:,} on Spark"]
    key = "measure_value_id"
    both = ours.join(theirs, on=key, suffix="_theirs", how="full", coalesce=True)
    if both.height != ours.height:
        return [f"{both.height - ours.height:,} rows have another {key}"]
    print(f"{ours.height:,} facts, {len(ours.columns)} columns")
    wrong = []
    for name in ours.columns:
        if name == key:
            continue
        one, other = pl.col(name), pl.col(f"{name}_theirs")
        if ours.schema[name].is_numeric():
            one, other = one.cast(pl.Float64), other.cast(pl.Float64)
            alike = ((one - other).abs() <= 1e-9 * pl.max_horizontal(one.abs(), 1.0)) | (
                one.is_null() & other.is_null()
            )
        elif ours.schema[name].is_temporal():  # the one says that it is UTC, the other is
            alike = one.dt.epoch("us").eq_missing(other.dt.epoch("us"))
        else:
            alike = one.cast(pl.String).eq_missing(other.cast(pl.String))
        unlike = both.filter(~alike.fill_null(value=False))
        if not unlike.is_empty():
            first = unlike.select(key, name, f"{name}_theirs").row(0)
            wrong.append(f"{name}: {unlike.height:,} differ, first {first}")
    return wrong


if __name__ == "__main__":
    main()
