"""The samples: what was meant to be accepted is, and what was meant to be found is found."""

from __future__ import annotations

import csv
import datetime as dt
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from pipelines.checking.check import check
from pipelines.checking.context import Context
from pipelines.checking.outcome import CheckedFile
from pipelines.reference import load_reference

SAMPLES = Path(__file__).parents[2] / "samples"


def checked(file: Path) -> CheckedFile:
    context = Context(reference=load_reference(), as_of=dt.date(2019, 1, 1))
    return check(file.read_bytes(), file_name=file.name, context=context)


def rules_of(file: str) -> set[str]:
    return {finding.rule for finding in checked(SAMPLES / file).findings}


def test_every_sample_has_the_outcome_it_was_made_for() -> None:
    with (SAMPLES / "deliveries.csv").open(encoding="utf-8", newline="") as file:
        deliveries = list(csv.DictReader(file))
    assert len(deliveries) > 400
    wrong = defaultdict(list)
    for row in deliveries:
        outcome = checked(SAMPLES / row["file"]).outcome
        # Shares below one per cent are queried; the made-up ones are accepted all the same.
        if not outcome.startswith(row["expected_outcome"]):
            wrong[outcome.value].append(row["file"])
    assert wrong == {}


def test_the_list_of_deliveries_is_in_order_of_receipt() -> None:
    with (SAMPLES / "deliveries.csv").open(encoding="utf-8", newline="") as file:
        times = [row["received_at"] for row in csv.DictReader(file)]
    assert times == sorted(times)


def test_the_generator_gives_the_same_bytes_again() -> None:
    before = {path: path.read_bytes() for path in SAMPLES.rglob("*.csv")}
    subprocess.run([sys.executable, SAMPLES / "illustrative" / "generate.py"], check=True)
    assert {path: path.read_bytes() for path in SAMPLES.rglob("*.csv")} == before


def test_a_printed_percentage_of_201_is_found() -> None:
    file = "board_pack/training_compliance/BSMHFT-training_compliance-2017-18-Q4.csv"
    assert "NUM-006" in rules_of(file)


def test_printed_outcomes_that_make_more_than_100_per_cent_are_found() -> None:
    file = "board_pack/referral_outcomes/HEFT-referral_outcomes-2017-18-Q4.csv"
    assert "ROW-004" in rules_of(file)


def test_the_file_with_three_faults_has_three_findings() -> None:
    file = SAMPLES / "with_faults" / "BSMHFT-training_compliance-2018-19-Q2.csv"
    found = [(finding.rule, finding.row) for finding in checked(file).findings]
    assert found == [("ROW-001", 3), ("SYM-002", 4), ("NUM-002", 5)]
