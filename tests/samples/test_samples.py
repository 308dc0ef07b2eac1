"""The samples: what was meant to be accepted is, and what was meant to be found is found."""

from __future__ import annotations

import csv
import datetime as dt
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import polars as pl

from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context, History
from pipelines.checking.engine.outcome import CheckedFile
from schemas.finding import Severity
from schemas.quarter import Quarter
from tests.boards import birmingham
from tests.pipelines.checking.cases import Past

SAMPLES = Path(__file__).parents[2] / "samples"


def checked(file: Path, *, history: History | None = None) -> CheckedFile:
    context = Context(reference=birmingham(), as_of=dt.date(2019, 1, 1), history=history)
    return check(file.read_bytes(), file_name=file.name, context=context)


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


def test_every_contradiction_of_the_board_pack_is_found_and_nothing_else() -> None:
    """The trap: a rule that grows blind, or one that cries wolf over figures that agree."""
    found = {
        (finding.rule, file.stem, finding.row)
        for file in (SAMPLES / "board_pack").glob("*/*.csv")
        for finding in checked(file).findings
        if finding.severity in (Severity.REFUSE, Severity.ERROR)
    }
    assert found == {
        # A percentage above 100.
        ("NUM-006", "BSMHFT-training_compliance-2017-18-Q4", 6),
        # Outcomes that make 101.1 per cent together.
        ("ROW-004", "HEFT-referral_outcomes-2017-18-Q4", 3),
        # 359 young people at risk of 95 assessed.
        ("ROW-001", "YOS-safeguarding_activity-2017-18-Q4", 3),
        # Changes of May, July and March that the two figures beside them do not give.
        ("ROW-003", "WMAS-safeguarding_activity-2017-18-Q1", 3),
        ("ROW-003", "WMAS-safeguarding_activity-2017-18-Q2", 2),
        ("ROW-003", "WMAS-safeguarding_activity-2017-18-Q4", 4),
    }


def test_a_year_whose_months_stand_in_four_returns_is_added_up() -> None:
    """The pack prints 4,534 for 2016-17; its twelve months come to 4,468 (item 6, figure 41)."""
    accepted: dict[Quarter, pl.DataFrame] = {}
    for number in (1, 2, 3, 4):
        name = f"WMAS-safeguarding_activity-2017-18-Q{number}"
        folder = SAMPLES / "board_pack" / "safeguarding_activity"
        mended = folder / f"{name}-without-contradictions.csv"
        file = mended if mended.is_file() else folder / f"{name}.csv"
        report = checked(file, history=Past(accepted))
        assert report.rows is not None
        accepted[Quarter(2017, number)] = report.rows
    said = [one for one in report.findings if one.rule == "ROW-004"]
    assert [(one.severity, one.row, one.column) for one in said] == [
        (Severity.QUERY, 5, "value_year_before")
    ]
    assert "come to 4,468; this row says 4,534" in said[0].message


def test_what_is_left_out_after_a_contradiction_is_not_available_and_no_number_is_changed() -> None:
    """The trap: a contradiction put right by a number that nobody printed."""
    later = [*(SAMPLES / "board_pack").glob("*/*-without-contradictions.csv")]
    assert len(later) == 6
    for file in later:
        printed = file.with_name(file.name.replace("-without-contradictions", ""))
        before, after = (_figures(one) for one in (printed, file))
        changed = [new for old, new in zip(before, after, strict=True) if new != old]
        assert changed, file.name
        assert set(changed) == {"[x]"}, file.name


def _figures(file: Path) -> list[str]:
    with file.open(encoding="utf-8", newline="") as text:
        return [
            cell for row in csv.DictReader(text) for name, cell in row.items() if name != "comment"
        ]


def test_the_file_with_three_faults_has_three_findings() -> None:
    file = SAMPLES / "with_faults" / "BSMHFT-training_compliance-2018-19-Q2.csv"
    found = [(finding.rule, finding.row) for finding in checked(file).findings]
    assert found == [("ROW-001", 3), ("SYM-002", 4), ("NUM-002", 5)]
