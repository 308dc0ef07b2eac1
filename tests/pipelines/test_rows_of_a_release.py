"""What officers and senders learn of rows: rebases to record, fates, and nothing of others."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pipelines.notices.notices import about_rows
from pipelines.publishing.fates import fates_in_words
from pipelines.publishing.rebases import proposed_rebases
from pipelines.publishing.releases import MANIFEST, Release
from pipelines.receiving.desk import Desk, Requester
from pipelines.record.store import Record
from schemas.quarter import Quarter
from schemas.reference_rows import Rebase
from tests.boards import birmingham

SAMPLES = Path(__file__).parents[2] / "samples" / "illustrative" / "training_compliance"
REFERENCE = birmingham()
Q1, Q2 = Quarter.parse("2018-19-Q1"), Quarter.parse("2018-19-Q2")


def figures(folder: Path, *rows: tuple[str, str, str, str]) -> Path:
    """The published figures of a measure: organisation, quarter, members, partners missing."""
    pl.DataFrame(
        [
            {
                "measure": "TC03", "organisation": organisation, "area": "all",
                "breakdown": "total", "category": "all", "period_kind": "quarter",
                "quarter": quarter, "period_end": Quarter.parse(quarter).end, "value": 90.0,
                "members": members, "partners_missing": missing,
            }
            for organisation, quarter, members, missing in rows
        ]
    ).write_parquet(folder / "pub_measure_value.parquet")  # fmt: skip
    return folder


def test_a_merger_and_a_sum_of_others_propose_a_rebase_and_a_late_partner_does_not(
    tmp_path: Path,
) -> None:
    late = "The Royal Orthopaedic Hospital NHS Trust"
    data = figures(
        tmp_path,
        ("ALL", "2017-18-Q4", "BWC/0; ROH/0; UHB/0", ""),
        ("ALL", "2018-19-Q1", "BWC/0; UHB/1", late),
        ("ALL", "2018-19-Q2", "BCHC/0; ROH/0; UHB/1", ""),
        ("UHB", "2017-18-Q4", "UHB/0", ""),
        ("UHB", "2018-19-Q1", "UHB/1", ""),
        ("UHB", "2018-19-Q2", "UHB/1", ""),
    )
    reference = replace(REFERENCE, rebases=())
    heart = "Heart of England NHS Foundation Trust"
    assert [
        (one.organisation, one.quarter, one.reason) for one in proposed_rebases(reference, data, Q2)
    ] == [
        ("BCHC", Q2, "BCHC joined the sum; BWC left the sum."),
        ("UHB", Q1, f"It took over from {heart}."),
    ]
    recorded = Rebase(
        measure="TC03", organisation="UHB", quarter=Q1, reason="The merger.",
        decided_by="Officer", decided_on=dt.date(2018, 4, 20),
    )  # fmt: skip
    assert [
        (one.organisation, one.quarter)
        for one in proposed_rebases(replace(reference, rebases=(recorded,)), data, Q2)
    ] == [("BCHC", Q2)]
    # A year later nobody is asked about it any more.
    assert proposed_rebases(reference, data, Q2.shift(4)) == []


def test_a_sender_is_told_once_what_became_of_the_rows(tmp_path: Path) -> None:
    record, releases = Record(tmp_path / "record"), tmp_path / "releases"
    at = dt.datetime(2018, 10, 22, 7, 0, tzinfo=dt.UTC)
    content = (SAMPLES / "WMAS-training_compliance-2018-19-Q2.csv").read_bytes()
    wmas = Requester(name="lead", channel="command line", organisations=frozenset({"WMAS"}))
    desk = Desk(record, REFERENCE, wmas, today=at.date())
    desk.receive(content, file_name="a.csv", received_at=at)
    (sent,) = record.submissions()
    assert about_rows(record, REFERENCE, releases, on=at.date()) == []  # nothing is built yet
    folder = releases / "2018-19-Q2-draft-1"
    (folder / "data").mkdir(parents=True)
    pl.DataFrame(
        {
            "submission_id": [sent.submission_id] * 3,
            "fate": ["not used", "published", "suppressed"],
            "reason": ["no such measure", "", ""],
            "accepted_rows": [1, 9, 2],
        }
    ).write_parquet(folder / "data" / "pub_row_fate.parquet")
    made = Release(
        release_id=folder.name, quarter=Q2, status="draft", data_sha256="", made_at=at,
        made_by="", files={},
    )  # fmt: skip
    (folder / MANIFEST).write_text(json.dumps(made.as_json()), encoding="utf-8")
    (notice,) = about_rows(record, REFERENCE, releases, on=at.date())
    assert notice.to == "WMAS"
    assert "What became of its rows (12 in all):\n\n- 9 published\n- 2 suppressed" in notice.text
    assert "- 1 not used: no such measure" in notice.text
    assert about_rows(record, REFERENCE, releases, on=at.date() + dt.timedelta(days=60)) == []


@pytest.mark.parametrize("fate", ["published", "suppressed", "superseded", "withdrawn"])
def test_every_fate_has_words(fate: str) -> None:
    assert fates_in_words({fate: 3}).startswith("- 3 ")


def test_who_sends_anothers_file_is_told_nothing_of_what_is_expected_there(tmp_path: Path) -> None:
    content = (SAMPLES / "WMAS-training_compliance-2018-19-Q2.csv").read_bytes()
    some = b"".join(content.splitlines(keepends=True)[:2])
    day = dt.date(2018, 10, 22)

    def rules(code: str) -> set[str]:
        sender = Requester(name="lead", channel="portal", organisations=frozenset({code}))
        desk = Desk(Record(tmp_path / "record"), REFERENCE, sender, today=day)
        return {one.rule for one in desk.check(some, file_name="a.csv").findings}

    assert "COV-001" in rules("WMAS")
    assert rules("BWC") == {"AUT-001"}
