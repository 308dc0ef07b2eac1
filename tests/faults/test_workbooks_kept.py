"""A return sent as a workbook is kept, verified, copied and erased as any other."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipelines.keeping.backup import back_up
from pipelines.keeping.verify import verify
from pipelines.record.erasure import erase
from pipelines.record.format import format_of
from pipelines.record.store import Record
from pipelines.warehouse.trace import Origin, trace
from pipelines.workspace import Workspace
from tests.faults.small import NOON, reference, send, small_workspace, training_return
from tests.workbooks import as_workbook

LATER = NOON + dt.timedelta(days=4)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return small_workspace(tmp_path / "ws")


def with_a_workbook(workspace: Workspace) -> tuple[Record, str]:
    record = Record(workspace.record)
    content = as_workbook(training_return(8123))
    received = send(record, content, at=LATER, file_name="return.csv")
    assert received.submission.is_accepted, received.checked.findings
    assert record.as_sent(received.submission.submission_id) == content
    return record, received.submission.submission_id


def test_the_bytes_are_kept_under_the_name_of_what_they_are(workspace: Workspace) -> None:
    record, submission_id = with_a_workbook(workspace)
    folder = record.submission_folder(submission_id)
    assert sorted(path.name for path in folder.glob("as_sent.*")) == ["as_sent.xlsx"]
    assert verify(workspace).is_sound, verify(workspace).faults
    assert format_of(workspace.record) == 4  # an older version would not find it


def test_a_damaged_or_missing_workbook_is_named_and_a_stranger_beside_it(
    workspace: Workspace,
) -> None:
    record, submission_id = with_a_workbook(workspace)
    file = record.sent_file(submission_id)
    content = file.read_bytes()
    file.write_bytes(content[:-1])
    assert [one.where.rpartition("/")[2] for one in verify(workspace).faults] == ["as_sent.xlsx"]
    file.unlink()
    assert [one.what for one in verify(workspace).faults] == ["It is missing."]
    file.write_bytes(content)
    (file.parent / "other.xlsx").write_bytes(content)
    assert [one.where.rpartition("/")[2] for one in verify(workspace).faults] == ["other.xlsx"]


def test_it_is_copied_and_erased_in_the_copy_too(workspace: Workspace, tmp_path: Path) -> None:
    record, submission_id = with_a_workbook(workspace)
    copy = tmp_path / "copy"
    assert back_up(workspace, copy).verified.is_sound
    assert list(copy.rglob("as_sent.xlsx"))
    erase(
        record, submission_id, by_whom="Officer", reason="A name", at=LATER,
        key_file=workspace.officer_key,
    )  # fmt: skip
    assert not list(workspace.root.rglob("as_sent.xlsx"))
    assert back_up(workspace, copy).verified.is_sound
    assert not list(copy.rglob("as_sent.xlsx"))


def test_a_figure_leads_to_the_row_of_the_sheet(workspace: Workspace, tmp_path: Path) -> None:
    record, submission_id = with_a_workbook(workspace)
    measure = reference().measures_of("training_compliance")[0]
    shown = {
        "measure": measure.measure, "organisation": "UHB", "period": "2018-19-Q1",
        "period_label": "2018-19 Q1", "period_end": dt.date(2018, 6, 30), "breakdown": "total",
        "category": "all", "area": None, "sort": 0, "state": "shown", "value": 90.3,
        "value_as_sent": None, "denominator": 9000.0, "made_of": None, "members": None,
        "quarter": "2018-19-Q1", "returned_in": "2018-19-Q1", "submission_id": submission_id,
        "row_number": 2,
    }  # fmt: skip
    pl.DataFrame([shown]).write_parquet(tmp_path / "pub_measure_value.parquet")
    (origin, *_) = trace(
        record, tmp_path, reference=reference(), measure=measure, period="2018-19-Q1",
        organisation="UHB",
    )  # fmt: skip
    assert isinstance(origin, Origin)
    assert (origin.sheet, origin.row_number) == ("Return", 2)
    assert ("trained", "8123") in origin.cells
    assert origin.file.name == "as_sent.xlsx"
    assert origin.is_intact
