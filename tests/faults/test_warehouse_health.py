"""A warehouse that is damaged, half-written or lost is made anew from the record.

The trap: the build that fails for ever after one power cut, and the build that succeeds over a
warehouse from which a return is missing.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.record.reading import DamagedRecordError
from pipelines.record.store import Record
from pipelines.warehouse.health import (
    ASIDE,
    UNFINISHED,
    WarehouseIncompleteError,
    check_totals,
    put_aside,
    writing_to,
)
from pipelines.warehouse.loading import WarehouseBusyError, connect, load
from pipelines.workspace import Workspace
from tests.boards import birmingham
from tests.faults import small
from tests.faults.small import small_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = small_workspace(tmp_path / "ws")
    small.load_warehouse(workspace)
    assert rows(workspace) == 4
    return workspace


def rows(workspace: Workspace) -> int:
    with connect(workspace.warehouse, read_only=True) as connection:
        found = connection.execute("SELECT count(*) FROM raw.training_compliance").fetchone()
    assert found is not None
    return int(found[0])


def change(workspace: Workspace, *statements: str) -> None:
    with connect(workspace.warehouse) as connection:
        for statement in statements:
            connection.execute(statement)


def damage_whole(file: Path) -> None:
    file.write_bytes(b"\0" * file.stat().st_size)


def damage_header(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[8192] ^= 0xFF
    content[4096] ^= 0xFF
    file.write_bytes(content)


def leave_nothing(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize("damage", [damage_whole, damage_header, leave_nothing])
def test_a_warehouse_that_cannot_be_opened_is_made_anew(
    workspace: Workspace, damage: Callable[[Path], None]
) -> None:
    damage(workspace.warehouse)
    with (
        pytest.raises(WarehouseIncompleteError, match="begins anew"),
        writing_to(workspace.warehouse, loads=False),
    ):
        pytest.fail("a step that does not load must not begin")
    small.load_warehouse(workspace)
    assert rows(workspace) == 4


def test_damage_that_is_found_while_working_is_healed_by_the_next_build(
    workspace: Workspace,
) -> None:
    os.truncate(workspace.warehouse, workspace.warehouse.stat().st_size // 8)
    with (
        pytest.raises(duckdb.Error),
        writing_to(workspace.warehouse, loads=True),
        connect(workspace.warehouse) as connection,
    ):
        connection.execute("SELECT * FROM raw.submission").fetchall()
    small.load_warehouse(workspace)
    assert rows(workspace) == 4


def test_a_step_that_was_killed_leaves_nothing_to_the_next(workspace: Workspace) -> None:
    script = (
        "import sys, time; from pathlib import Path\n"
        "from pipelines.warehouse.loading import connect\n"
        "from pipelines.warehouse.health import writing_to\n"
        "root = Path(sys.argv[1])\n"
        "with writing_to(root / 'warehouse.duckdb', loads=True):\n"
        "    with connect(root / 'warehouse.duckdb') as connection:\n"
        "        connection.execute('DELETE FROM raw.training_compliance')\n"
        "        print('deleted', flush=True)\n"
        "        time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script, str(workspace.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "deleted\n"
        process.send_signal(signal.SIGKILL)
    assert workspace.warehouse.with_name(workspace.warehouse.name + UNFINISHED).exists()
    small.load_warehouse(workspace)
    assert rows(workspace) == 4
    assert not workspace.warehouse.with_name(workspace.warehouse.name + UNFINISHED).exists()
    assert workspace.warehouse.with_name(workspace.warehouse.name + ASIDE).exists()


def test_a_step_that_failed_leaves_nothing_to_the_next(workspace: Workspace) -> None:
    with (
        pytest.raises(duckdb.BinderException),
        writing_to(workspace.warehouse, loads=True),
        connect(workspace.warehouse) as connection,
    ):
        connection.execute("DELETE FROM raw.training_compliance; SELECT no_such_column")
    small.load_warehouse(workspace)
    assert rows(workspace) == 4


def test_rows_that_are_missing_are_seen_and_loaded_or_stop_the_release(
    workspace: Workspace,
) -> None:
    record = Record(workspace.record)
    with connect(workspace.warehouse) as connection:
        check_totals(connection, record, birmingham())
        connection.execute("DELETE FROM raw.training_compliance WHERE row_number = 2")
        with pytest.raises(WarehouseIncompleteError, match=r"holds 1 rows of .* 2 were accepted"):
            check_totals(connection, record, birmingham())
    small.load_warehouse(workspace)
    assert rows(workspace) == 4


def test_rows_of_nothing_that_is_in_use_are_seen_and_removed_or_stop_the_release(
    workspace: Workspace,
) -> None:
    record = Record(workspace.record)
    with connect(workspace.warehouse) as connection:
        connection.execute(
            "INSERT INTO raw.training_compliance BY NAME (SELECT * REPLACE "
            "('20170101T000000000000Z-bcdfgh' AS submission_id, '2016-17 Q4' AS quarter) "
            "FROM raw.training_compliance WHERE row_number = 2)"
        )
        with pytest.raises(WarehouseIncompleteError, match="bcdfgh, and 0 were accepted"):
            check_totals(connection, record, birmingham())
    small.load_warehouse(workspace)
    assert rows(workspace) == 4


def test_the_holder_of_the_file_is_named_and_nothing_is_put_aside(workspace: Workspace) -> None:
    script = (
        "import duckdb, sys, time\n"
        "connection = duckdb.connect(sys.argv[1])\n"
        "print('open', flush=True)\n"
        "time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script, str(workspace.warehouse)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as tool:
        assert tool.stdout is not None
        assert tool.stdout.readline() == "open\n"
        started = time.monotonic()
        with (
            pytest.raises(WarehouseBusyError, match=rf"PID {tool.pid}.*Close it"),
            writing_to(workspace.warehouse, loads=True),
        ):
            pytest.fail("the file is held by another")
        assert time.monotonic() - started < 5
        tool.kill()
    assert not workspace.warehouse.with_name(workspace.warehouse.name + ASIDE).exists()
    small.load_warehouse(workspace)
    assert rows(workspace) == 4


def everything(workspace: Workspace) -> dict[str, list[tuple[object, ...]]]:
    with connect(workspace.warehouse, read_only=True) as connection:
        return {
            name: connection.execute(f"SELECT * FROM raw.{name} ORDER BY ALL").fetchall()
            for name in ("submission", "training_compliance", "observation", "period")
        }


def test_a_new_warehouse_is_the_same_as_the_old(workspace: Workspace) -> None:
    before = everything(workspace)
    put_aside(workspace.warehouse)
    small.load_warehouse(workspace)
    assert everything(workspace) == before


def test_what_is_loaded_already_is_not_loaded_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    sound = Record.sound_rows_file

    def sound_rows_file(record: Record, submission_id: str) -> Path:
        read.append(submission_id)
        return sound(record, submission_id)

    monkeypatch.setattr(Record, "sound_rows_file", sound_rows_file)
    small.load_warehouse(workspace)
    assert read == []
    after = small.send(Record(workspace.record), small.training_return(8200), at=small.NOON)
    small.load_warehouse(workspace)
    assert read == [after.submission.submission_id]
    assert rows(workspace) == 6


@pytest.mark.parametrize(
    "change_of_before",
    [
        "ALTER TABLE raw.training_compliance DROP COLUMN comment",
        "ALTER TABLE raw.training_compliance ADD COLUMN older VARCHAR",
        "ALTER TABLE raw.submission DROP COLUMN sample",
        "ALTER TABLE raw.observation RENAME COLUMN symbol TO sign",
        "DROP TABLE raw.observation",
    ],
)
def test_a_table_that_another_version_declared_otherwise_is_made_anew(
    workspace: Workspace, change_of_before: str
) -> None:
    before = everything(workspace)
    table = change_of_before.split()[2]
    change(workspace, f"COMMENT ON TABLE {table} IS 'of before'", change_of_before)
    small.load_warehouse(workspace)
    assert everything(workspace) == before


def test_what_cannot_be_loaded_leaves_the_rows_of_before(workspace: Workspace) -> None:
    before = everything(workspace)
    record = Record(workspace.record)
    newest = small.send(record, small.training_return(8200)).submission.submission_id
    record.rows_file(newest).write_bytes(b"PAR1")
    with (
        connect(workspace.warehouse) as connection,
        pytest.raises(DamagedRecordError, match=newest),
    ):
        load(connection, record, small.reference(), on=small.DAY)
    assert everything(workspace) == before
