"""Ten times a large city: what each stage costs in time and memory.

    python -m benchmarks.load [--organisations 400] [--quarters 40] [--groups 17] [--sample 200]
                              [--limit 900] [--stop-after STAGE] [--keep FOLDER]

Makes a board that lists so many organisations, each owing the training return
(18 courses for each group of staff) and the domestic abuse return (eight figures, small ones among
them), and a record in which each has sent both for each quarter. All but the last few returns are
written as the record has them, without being checked; the rest are received as every channel does
it, behind all the others. Then each stage of a build runs in a process of its own, and its time and
the most memory it took are printed: 400 organisations, 40 quarters and 17 groups are five million
figures.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import hashlib
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from orchestration.dbt.project import PROJECT, environment, executable
from pipelines.board.in_force import in_force
from pipelines.board.tables import load_reference
from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from pipelines.receiving.receive import Sender, figures_sha256, receive
from pipelines.record.checksums import SUMS, sums
from pipelines.record.ids import make_id
from pipelines.record.model import Submission
from pipelines.record.sent_file import sent_name
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.quarter import Quarter
from schemas.reference import Reference

BIRMINGHAM = Path(__file__).parents[1] / "boards" / "birmingham"
LAST = Quarter(2018, 2)
TRAINING, ABUSE = "training_compliance", "domestic_abuse"
ABUSE_ITEMS = ("DA01", "DA02", "DA03", "DA04", "DA05", "DA06", "DA07", "DA08")
COUNTED = ("DA01", "DA02", "DA04", "DA05", "DA06", "DA08")


def names(count: int) -> list[str]:
    """The codes of the organisations."""
    return [f"ORG{number:03d}" for number in range(1, count + 1)]


def quarters(count: int) -> list[Quarter]:
    """The quarters, oldest first."""
    return [LAST.shift(-back) for back in range(count - 1, -1, -1)]


def board(folder: Path, first: Quarter, *, organisations: int, groups: int) -> Path:
    """A copy of Birmingham's board that lists these organisations alone, and so many groups of
    staff (all staff counted as one)."""
    copy = folder / "board"
    shutil.copytree(BIRMINGHAM, copy)
    tables = copy / "reference"
    _replace(
        tables / "organisations.csv",
        lambda row: False,
        [
            {"organisation": name, "name": f"Organisation {name}", "kind": "nhs_trust"}
            for name in names(organisations)
        ],
    )
    _replace(
        tables / "obligations.csv",
        lambda row: False,
        [
            {"organisation": name, "return_name": ret, "first_quarter": first.key}
            for name in names(organisations)
            for ret in (TRAINING, ABUSE)
        ],
    )
    courses = [one.measure for one in load_reference(BIRMINGHAM).measures_of(TRAINING)]
    _replace(
        tables / "measure_categories.csv",
        lambda row: row["measure"] not in courses,
        [
            {"measure": course, "breakdown": "staff_group", "category": f"group {number}",
             "adds_up": "no", "sort": str(number)}
            for course in courses
            for number in range(1, groups)
        ],
    )  # fmt: skip
    for table in ("expected_rows", "peer_set_members", "peer_sets", "plans", "action_links"):
        _replace(tables / f"{table}.csv", lambda row: False, [])
    return copy


def _replace(
    file: Path, keep: Callable[[dict[str, str]], bool], more: list[dict[str, str]]
) -> None:
    with file.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        fields = list(reader.fieldnames or ())
        rows = [row for row in reader if keep(row)]
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows([*rows, *more])


def file_of(
    return_name: str, organisation: str, quarter: Quarter, *, groups: int, reference: Reference
) -> bytes:
    """The return as an organisation would send it, with figures of chance."""
    chance = random.Random(f"{return_name} {organisation} {quarter.key}")  # noqa: S311  # no secret
    out = io.StringIO()
    writer = csv.writer(out)
    if return_name == TRAINING:
        writer.writerow(
            ["organisation", "quarter", "course", "staff_group", "eligible", "trained", "percent",
             "comment"]
        )  # fmt: skip
        for course in reference.measures_of(TRAINING):
            for group in ["", *(f"group {number}" for number in range(1, groups))]:
                eligible = chance.randint(200, 4000)
                trained = int(eligible * chance.uniform(0.7, 1.0))
                writer.writerow(
                    [organisation, quarter.label, course.item, group, eligible, trained, "", ""]
                )
    else:
        writer.writerow(
            ["organisation", "quarter", "measure", "breakdown", "category", "numerator",
             "denominator", "value", "comment"]
        )  # fmt: skip
        for item in ABUSE_ITEMS:
            count = chance.choice((1, 2, 3, 8, 12, 40, 65))
            figures = ["", "", count] if item in COUNTED else [count, count + 30, ""]
            writer.writerow([organisation, quarter.label, item, "", "", *figures, ""])
    return out.getvalue().encode()


def fill(workspace: Workspace, reference: Reference, given: argparse.Namespace) -> int:
    """Writes the record but for the sample; gives how many submissions."""
    record, newest, written = Record(workspace.record), None, 0
    everyone = names(given.organisations)
    for quarter in quarters(given.quarters):
        at = dt.datetime.combine(quarter.end + dt.timedelta(days=9), dt.time(9), dt.UTC)
        for ret in (TRAINING, ABUSE):
            base = None
            for name in everyone[: -given.sample if (quarter, ret) == (LAST, TRAINING) else None]:
                content = file_of(ret, name, quarter, groups=given.groups, reference=reference)
                file_name = f"{name}-{ret}-{quarter.key}.csv"
                if base is None:
                    context = Context(reference=reference, as_of=at.date())
                    checked = check(content, file_name=file_name, context=context)
                    base = checked.rows
                    assert base is not None, checked.findings[:3]
                rows = _as_accepted(base, content, organisation=name)
                submission = Submission(
                    submission_id=make_id(at, newest=newest), return_name=ret, organisation=name,
                    quarter=quarter, outcome="accepted", received_at=at, sender="A sender",
                    channel="portal", file_name=file_name,
                    sha256=hashlib.sha256(content).hexdigest(), rows_found=rows.height,
                    rows_used=rows.height, rows_not_used=0, rows_passed_over=0, errors=0,
                    queries=0, notes=0, figures_sha256=figures_sha256(rows), follows=newest,
                    sample="illustrative",
                )  # fmt: skip
                _write(record, submission, content, rows)
                newest, written = submission.submission_id, written + 1
    return written


def _as_accepted(base: pl.DataFrame, content: bytes, *, organisation: str) -> pl.DataFrame:
    """The rows that checking would give of a file like that of which ``base`` are the rows."""
    sent = pl.read_csv(content, infer_schema=False).with_columns(organisation=pl.lit(organisation))
    numbers = [name for name in sent.columns if f"{name}_as_sent" in base.columns]
    return base.with_columns(
        pl.lit(organisation).alias("organisation"),
        *(sent[name].cast(base.schema[name], strict=False).alias(name) for name in numbers),
        *(sent[name].alias(f"{name}_as_sent") for name in numbers),
    )


def _write(record: Record, submission: Submission, content: bytes, rows: pl.DataFrame) -> None:
    buffer = io.BytesIO()
    rows.write_parquet(buffer, compression="zstd", statistics=False)
    files = {
        sent_name(content): content, "findings.json": b"[]", "rows.parquet": buffer.getvalue(),
        "submission.json": json.dumps(submission.as_json(), indent=1).encode(),
    }  # fmt: skip
    folder = record.submission_folder(submission.submission_id)
    folder.mkdir(parents=True)
    for name, one in {**files, SUMS: sums(files)}.items():
        (folder / name).write_bytes(one)


# --- The stages, each in a process of its own --------------------------------------------------


def stage_receive(workspace: Workspace, reference: Reference, given: argparse.Namespace) -> str:
    """Receives the sample behind all that is there."""
    record = Record(workspace.record)
    before = time.monotonic()
    record.submissions()
    opened = time.monotonic() - before
    at = dt.datetime.combine(LAST.end + dt.timedelta(days=20), dt.time(9), dt.UTC)
    took = []
    for name in names(given.organisations)[-given.sample :]:
        content = file_of(TRAINING, name, LAST, groups=given.groups, reference=reference)
        began = time.process_time()
        received = receive(
            record, content, file_name=f"{name}-{TRAINING}-{LAST.key}.csv",
            sender=Sender(name="A sender", channel="portal"), received_at=at,
            context=Context(reference=reference, as_of=at.date()),
            sample="illustrative",
        )  # fmt: skip
        assert received.submission.is_accepted, received.checked.findings[:3]
        took.append(time.process_time() - began)
    first, last = took[:20], took[-20:]
    return (
        f"opened in {opened:.1f} s; {sum(took) / len(took) * 1000:.0f} ms of processor a return "
        f"(first 20: {sum(first) / len(first) * 1000:.0f}, last 20: "
        f"{sum(last) / len(last) * 1000:.0f})"
    )


def stage_load(workspace: Workspace, reference: Reference, given: argparse.Namespace) -> str:
    """Fills a new warehouse from the record."""
    from pipelines.warehouse.loading import connect, load  # noqa: PLC0415

    del given
    on = workspace.today(now=dt.datetime.now(dt.UTC))
    with connect(workspace.warehouse) as connection:
        load(connection, Record(workspace.record), reference, on=on)
    return f"{workspace.warehouse.stat().st_size / 1e6:,.0f} MB of warehouse"


def _dbt(selector: str) -> Callable[[Workspace, Reference, argparse.Namespace], str]:
    def run(workspace: Workspace, reference: Reference, given: argparse.Namespace) -> str:
        del reference
        command = [
            executable(), "build", "--project-dir", str(PROJECT), "--quiet",
            "--selector", selector, "--exclude-resource-type", "unit_test",
        ]  # fmt: skip
        done = subprocess.run(command, env=environment(workspace), check=False)
        slowest = json.loads((workspace.dbt_target / "run_results.json").read_bytes())["results"]
        slowest.sort(key=lambda one: -one["execution_time"])
        told = ", ".join(
            f"{one['unique_id'].split('.')[2]} {one['execution_time']:.1f} s" for one in slowest[:3]
        )
        failed = "" if done.returncode == 0 else "FAILED; "
        return f"{failed}slowest: {told}"

    return run


def stage_disclosure(workspace: Workspace, reference: Reference, given: argparse.Namespace) -> str:
    """Decides which figures may be shown."""
    from pipelines.disclosure.adapter import decide  # noqa: PLC0415
    from pipelines.disclosure.versions import ledger_key  # noqa: PLC0415
    from pipelines.warehouse.loading import connect  # noqa: PLC0415

    del reference, given
    with connect(workspace.warehouse) as connection:
        summary = decide(connection, key=ledger_key(Record(workspace.record)))
    hidden = sum(summary.suppressed.values())
    return f"{summary.rows:,} rows, {hidden:,} hidden, {summary.programmes:,} programmes"


def stage_export(workspace: Workspace, reference: Reference, given: argparse.Namespace) -> str:
    """Takes the published data out and attacks them."""
    from pipelines.publishing.making import export  # noqa: PLC0415

    del reference
    record = Record(workspace.record)
    staging = export(workspace, record, in_force(record))
    (given.keep / "staging").write_text(str(staging), encoding="utf-8")
    size = sum(path.stat().st_size for path in (staging / "data").iterdir())
    return f"{size / 1e6:,.0f} MB of published data"


def stage_site(workspace: Workspace, reference: Reference, given: argparse.Namespace) -> str:
    """Makes the pages of a draft."""
    from orchestration.site import BoardSite  # noqa: PLC0415
    from pipelines.publishing.making import make_draft  # noqa: PLC0415

    del reference
    staging = Path((given.keep / "staging").read_text(encoding="utf-8"))
    made = make_draft(
        workspace, staging, BoardSite(workspace), made_by="load",
        now=dt.datetime(2018, 11, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    folder = workspace.releases / made.release.release_id / "site"
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return f"{len(made.release.files):,} files, {size / 1e6:,.0f} MB"


STAGES: dict[str, Callable[[Workspace, Reference, argparse.Namespace], str]] = {
    "receive": stage_receive,
    "load": stage_load,
    "models before disclosure": _dbt("before_disclosure"),
    "disclosure": stage_disclosure,
    "models after disclosure": _dbt("after_disclosure"),
    "export and attack": stage_export,
    "pages": stage_site,
}


def measured(stage: str, arguments: list[str], *, limit: int) -> bool:
    """Runs one stage in a process of its own and prints its cost; whether it ended well. One that
    takes longer than ``limit`` seconds is stopped."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load", "--stage", stage, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    clock = threading.Timer(limit, os.killpg, (process.pid, signal.SIGKILL))
    clock.start()
    said = process.stdout.read().strip()
    _, status, used = os.wait4(process.pid, 0)
    clock.cancel()
    took, worked = time.monotonic() - began, used.ru_utime + used.ru_stime
    stopped = f"stopped after {limit} s" if took >= limit else ""
    print(
        f"{stage:<26}{took:7.0f} s  {worked:7.0f} s processor"
        f"{used.ru_maxrss / 1024:8,.0f} MB  {said or stopped}",
        flush=True,
    )
    return status == 0


def main() -> None:
    """Makes the record, then runs the stages one after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--organisations", type=int, default=400)
    parser.add_argument("--quarters", type=int, default=40)
    parser.add_argument("--groups", type=int, default=17)
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--limit", type=int, default=900, help="Seconds for one stage.")
    parser.add_argument("--stage", choices=STAGES)
    parser.add_argument("--stop-after", choices=STAGES)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    if given.stage:
        workspace = Workspace(given.keep / "workspace")
        reference = load_reference(given.keep / "board")
        print(STAGES[given.stage](workspace, reference, given))
        return
    with tempfile.TemporaryDirectory() as temporary:
        given.keep = given.keep or Path(temporary)
        began = time.monotonic()
        workspace = Workspace(given.keep / "workspace").create()
        first = quarters(given.quarters)[0]
        copy = board(given.keep, first, organisations=given.organisations, groups=given.groups)
        count = fill(workspace, load_reference(copy), given)
        figures = given.quarters * given.organisations * (18 * given.groups + len(ABUSE_ITEMS))
        print(f"{count + given.sample:,} returns, {figures:,} figures, "
              f"written in {time.monotonic() - began:.0f} s", flush=True)  # fmt: skip
        passed_on = [
            f"--{name}={getattr(given, name)}"
            for name in ("organisations", "quarters", "groups", "sample", "keep")
        ]
        for stage in STAGES:
            if not measured(stage, passed_on, limit=given.limit) or stage == given.stop_after:
                break


if __name__ == "__main__":
    main()
