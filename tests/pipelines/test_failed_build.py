"""A failed build is a state: why, what to do, when it is tried again, until one succeeds."""

from __future__ import annotations

import datetime as dt
import errno
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from dashboards.denials import DenialError
from pipelines.board import ReferenceDataError
from pipelines.disclosure.tables import CannotProtectError
from pipelines.notices.notices import OFFICERS, about_failure
from pipelines.publishing.failed_build import (
    FailedBuild,
    failed_build,
    kind_of,
    note_failure,
    note_success,
)
from pipelines.publishing.making import UnsafeReleaseError
from pipelines.record.format import RecordTooNewError
from pipelines.record.reading import DamagedRecordError
from pipelines.warehouse.health import WarehouseIncompleteError
from pipelines.warehouse.loading import WarehouseBusyError, connect
from pipelines.workspace import Workspace

NOON = dt.datetime(2018, 10, 22, 12, 0, tzinfo=dt.UTC)


def failed(workspace: Workspace, run: str, error: str, *, up_to: str = "a") -> FailedBuild:
    """A build that failed, a minute after noon for each letter of its name."""
    at = NOON + dt.timedelta(minutes=len(run))
    return note_failure(workspace, run_id=run, error=error, up_to=up_to, at=at)


def named(problem: Exception) -> str:
    """The error as Dagster keeps it: its class and what it said."""
    return f"{type(problem).__module__}.{type(problem).__qualname__}: {problem}"


def test_the_kind_is_told_by_what_was_said() -> None:
    assert kind_of(named(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))) == "disk"
    assert kind_of(named(UnsafeReleaseError("5 suppressed figures"))) == "figures"
    assert kind_of("dagster.Failure: Got 1 result, configured to fail: data_tests") == "figures"
    assert kind_of(named(ReferenceDataError("measures.csv, row 2"))) == "board"
    assert kind_of("The run's process is gone: it was killed.") == "stopped"
    assert kind_of(named(WarehouseIncompleteError("half loaded"))) == "stopped"
    assert kind_of(named(DamagedRecordError("line 3"))) == "record"
    assert kind_of(named(RecordTooNewError("format 9"))) == "record"
    assert kind_of(named(CannotProtectError([]))) == "decision"
    assert kind_of(named(DenialError("a page says that nothing was withdrawn"))) == "figures"
    assert kind_of("DbtFailedError: Failure in test pub_summary_holds") == "figures"
    assert kind_of(named(IndexError("list index out of range"))) == "program"
    assert kind_of("") == "program"


def test_a_warehouse_that_another_program_holds_is_a_lock(tmp_path: Path) -> None:
    file = tmp_path / "warehouse.duckdb"
    holder = textwrap.dedent(
        f"""
        import duckdb, sys
        held = duckdb.connect({str(file)!r})
        held.execute("create table t (a int)")
        print("held", flush=True)
        sys.stdin.read()
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(WarehouseBusyError) as refused, connect(file):
            pass
        other.kill()
    assert kind_of(named(refused.value)) == "lock"


def test_what_may_pass_is_tried_again_three_times_and_what_cannot_is_not(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path).create()
    waits = []
    for run in ("1", "22", "333"):
        one = failed(workspace, run, "No space left on device")
        assert one.next_try_at is not None
        waits.append((one.next_try_at - one.at).total_seconds() / 60)
    assert waits == [2, 10, 30]
    last = failed(workspace, "4444", "No space left on device")
    assert (last.failures, last.next_try_at) == (4, None)
    assert last.in_words.endswith("not tried again by itself until something changes.")
    # Something new came: the count begins again.
    new = failed(workspace, "55555", "No space left on device", up_to="b")
    assert (new.failures, new.next_try_at) == (1, new.at + dt.timedelta(minutes=2))
    assert failed(workspace, "666666", "IndexError: x", up_to="c").next_try_at is None


def test_it_is_kept_once_for_each_run_until_a_build_succeeds(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path).create()
    assert failed_build(workspace) is None
    once = failed(workspace, "1", "Conflicting lock is held")
    assert failed(workspace, "1", "told again by the daemon") == once == failed_build(workspace)
    assert once.in_words.startswith("The newest build failed")
    assert "holds the warehouse open" in once.in_words
    note_success(workspace)
    assert failed_build(workspace) is None
    note_success(workspace)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"kind": "lock"}', b"\xff"])
def test_a_damaged_note_is_still_a_failure(tmp_path: Path, content: bytes) -> None:
    workspace = Workspace(tmp_path).create()
    failed(workspace, "1", "x")
    (workspace.cache / "failed_build.json").write_bytes(content)
    found = failed_build(workspace)
    assert found is not None
    assert (found.kind, found.next_try_at) == ("program", None)
    assert found.in_words


def test_officers_are_told_once_of_a_cause_and_nothing_of_what_the_program_said(
    tmp_path: Path,
) -> None:
    workspace = Workspace(tmp_path).create()
    first = failed(workspace, "1", "Conflicting lock is held in /home/secret")
    again = failed(workspace, "22", "Conflicting lock is held in /home/secret")
    [one], [two] = about_failure(first), about_failure(again)
    assert one.key == two.key
    assert one.to == OFFICERS
    assert "Why: Another program holds the warehouse open." in one.text
    assert "secret" not in one.text
    [other] = about_failure(failed(workspace, "333", "No space left on device"))
    assert other.key != one.key
    assert about_failure(None) == []
