"""The whole way by the command alone, as the three people go it.

The trap: every layer's own tests can be green while a figure on a page no longer leads back to the
row it came from, or while a correction that was turned down takes the accepted figures with it.
Two real builds through Dagster and dbt, in processes of their own, as at a person's desk.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from pipelines.warehouse.loading import connect

SAMPLES = Path(__file__).parents[2] / "samples"
PRINTED = SAMPLES / "board_pack/training_compliance"
AS_PRINTED = PRINTED / "BSMHFT-training_compliance-2017-18-Q4.csv"
ACCEPTED = PRINTED / "BSMHFT-training_compliance-2017-18-Q4-without-contradictions.csv"
EARLIER = SAMPLES / "illustrative/training_compliance/BSMHFT-training_compliance-2017-18-Q3.csv"

REFERRALS = SAMPLES / "illustrative/referral_outcomes/BCHC-referral_outcomes-2017-18-Q3.csv"

CHECK = "every_newest_file_is_accepted"

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Desk:
    """A workspace, and the command on it."""

    workspace: Path

    def run(self, *arguments: str | Path, code: int = 0) -> str:
        """What the command printed; fails unless it ended with ``code``."""
        done = subprocess.run(
            [str(Path(sys.executable).with_name("quarterdeck")), *map(str, arguments)],
            env={**os.environ, "QUARTERDECK_WORKSPACE": str(self.workspace)},
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stdout + done.stderr
        assert done.returncode == code, said
        assert "Traceback" not in said
        return said

    def facts(self) -> list[tuple[object, ...]]:
        """Every row of the fact table, whatever the order it was built in."""
        with connect(self.workspace / "warehouse.duckdb", read_only=True) as connection:
            return connection.execute(
                "SELECT * FROM marts.fct_measure_value ORDER BY ALL"
            ).fetchall()

    def published(self, model: str) -> pl.DataFrame:
        """A published model of the release that readers see."""
        return pl.read_parquet(self.workspace / "releases/current/data" / f"{model}.parquet")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A workspace with two quarters of one trust's training, published once."""
    desk = Desk(tmp_path_factory.mktemp("whole-way") / "workspace")
    desk.run("submit", EARLIER, "--as", "BSMHFT")
    desk.run("submit", ACCEPTED, "--as", "BSMHFT")
    desk.run("submit", REFERRALS, "--as", "BCHC")
    desk.run("build", "--quarter", "2017-18-Q4")
    desk.run("publish", "--quarter", "2017-18-Q4", code=1)  # nobody has signed it off
    assert not (desk.workspace / "releases/current").exists()
    desk.run("sign-off", "--quarter", "2017-18-Q4", "--by", "Head of performance")
    desk.run("publish", "--quarter", "2017-18-Q4")
    return desk


def test_a_printed_figure_is_on_its_page_and_in_its_file(desk: Desk) -> None:
    values = desk.published("pub_measure_value").filter(
        (pl.col("measure") == "TC02")
        & (pl.col("organisation") == "BSMHFT")
        & (pl.col("quarter") == "2017-18-Q4")
        & (pl.col("category") == "all")
    )
    assert values["value_as_sent"].to_list() == ["87.40"]
    site = desk.workspace / "releases/current/site"
    assert "87.4" in next(site.glob("measures/tc02*.html")).read_text(encoding="utf-8")


def test_a_figure_on_a_page_leads_back_to_its_file_row_sender_and_hash(desk: Desk) -> None:
    said = desk.run("trace", "TC02", "--quarter", "2017-18-Q4", "--organisation", "BSMHFT")
    content = ACCEPTED.read_bytes()
    rows = list(csv.DictReader(content.decode().splitlines()))
    row = 2 + [one["course"] for one in rows].index("Safeguarding children level 2")
    assert hashlib.sha256(content).hexdigest() in said
    assert ACCEPTED.name in said
    assert f"row  {row}\n" in said
    assert "87.40" in said


def test_a_share_leads_back_to_its_own_row_and_to_that_of_its_whole(desk: Desk) -> None:
    rows = list(csv.DictReader(REFERRALS.read_text(encoding="utf-8-sig").splitlines()))
    items = [row["outcome"] for row in rows]
    said = desk.run("trace", "RO04", "--quarter", "2017-18-Q3", "--organisation", "BCHC")
    part, whole = said.strip().split("\n\n")
    assert f"row  {2 + items.index('No further action')}\n" in part
    assert f"row  {2 + items.index('All referrals')}\n" in whole
    assert "No further action: share of referrals" in whole
    assert rows[items.index("All referrals")]["referrals"] in whole
    alone = desk.run("trace", "RO01", "--quarter", "2017-18-Q3", "--organisation", "BCHC")
    assert alone.count("SHA-256") == 1


def test_a_return_with_a_fault_is_explained_kept_and_not_used(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = desk.facts()
    said = desk.run("check", AS_PRINTED, code=1)
    assert "Row 6" in said
    assert "201" in said
    desk.run("submit", AS_PRINTED, "--as", "BSMHFT", code=1)
    kept = [path.read_bytes() for path in (desk.workspace / "record").rglob("as_sent.csv")]
    assert AS_PRINTED.read_bytes() in kept

    desk.run("rebuild", "--quarter", "2017-18-Q4")
    assert desk.facts() == before
    monkeypatch.setenv("DAGSTER_HOME", str(desk.workspace / "dagster"))
    with dg.DagsterInstance.get() as instance:
        outcome = instance.event_log_storage.get_latest_asset_check_execution_by_key(
            [dg.AssetCheckKey(dg.AssetKey(["raw", "training_compliance"]), CHECK)]
        )
    evaluation = next(iter(outcome.values())).event.dagster_event.asset_check_evaluation_data  # type: ignore[union-attr]
    assert not evaluation.passed
    assert "201" in str(evaluation.metadata["what is behind it"].value)


def test_a_template_says_which_rows_are_expected(desk: Desk, tmp_path: Path) -> None:
    target = tmp_path / "template.csv"
    desk.run(
        "template", "training_compliance", "--organisation", "BSMHFT",
        "--quarter", "2018-19-Q1", "--output", target,
    )  # fmt: skip
    rows = list(csv.DictReader(target.read_text(encoding="utf-8-sig").splitlines()))
    assert "Safeguarding children level 2" in [row["course"] for row in rows]
    assert {row["organisation"] for row in rows} == {"BSMHFT"}
    answer = json.loads(desk.run("check", target, "--json", code=1))
    assert answer["accepted"] is False  # nothing is filled in yet
    faults = [one["rule"] for one in answer["findings"] if one["severity"] != "note"]
    assert set(faults) == {"SYM-001"}  # every blank cell that is due, and nothing else


def test_a_record_of_a_nil_return_alone_says_so_on_the_data_quality_page(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "workspace")
    nil = tmp_path / "nil.csv"
    nil.write_text(
        "organisation,quarter,measure,breakdown,category,numerator,denominator,value,comment\n"
        "WMP,2018-19 Q2,nil,,,,,,\n",
        encoding="utf-8",
    )
    desk.run("submit", nil, "--as", "WMP")
    desk.run("build", "--quarter", "2018-19-Q2")
    (page,) = desk.workspace.glob("releases/*/site/data-quality.html")
    said = page.read_text(encoding="utf-8")
    assert "1 nil return was accepted; it held no rows." in said
    assert "No row has been accepted" not in said
