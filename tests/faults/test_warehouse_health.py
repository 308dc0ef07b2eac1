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

from pipelines.record.store import Record
from pipelines.warehouse.health import (
    ASIDE,
    UNFINISHED,
    WarehouseIncompleteError,
    check_totals,
    complete,
    start_over,
    writing_to,
)
from pipelines.warehouse.loading import WarehouseBusyError, connect
from pipelines.workspace import Workspace
from tests.faults import small
from tests.faults.small import small_workspace


def test_a_warehouse_of_another_version_is_made_anew(workspace: Workspace) -> None:
    with connect(workspace.warehouse) as connection:
        connection.execute("ALTER TABLE raw.submission DROP COLUMN sample")
    record = Record(workspace.record)
    with (
        pytest.raises(WarehouseIncompleteError),
        writing_to(workspace.warehouse, record, loads=False, on=small.DAY),
    ):
        pass
    with writing_to(workspace.warehouse, record, loads=True, on=small.DAY):
        pass
    with connect(workspace.warehouse, read_only=True) as connection:
        check_totals(connection, record)
        connection.execute("SELECT sample FROM raw.submission")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = small_workspace(tmp_path / "ws")
    with writing_to(workspace.warehouse, Record(workspace.record), loads=True, on=small.DAY):
        pass
    assert rows(workspace) == 4
    return workspace


def rows(workspace: Workspace) -> int:
    with connect(workspace.warehouse, read_only=True) as connection:
        found = connection.execute("SELECT count(*) FROM raw.training_compliance").fetchone()
    assert found is not None
    return int(found[0])


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
    record = Record(workspace.record)
    with (
        pytest.raises(WarehouseIncompleteError, match="begins anew"),
        writing_to(workspace.warehouse, record, loads=False, on=small.DAY),
    ):
        pytest.fail("a step that does not load must not begin")
    with writing_to(workspace.warehouse, record, loads=True, on=small.DAY):
        pass
    assert rows(workspace) == 4


def test_damage_that_is_found_while_working_is_healed_by_the_next_build(
    workspace: Workspace,
) -> None:
    os.truncate(workspace.warehouse, workspace.warehouse.stat().st_size // 3)
    record = Record(workspace.record)
    with (
        pytest.raises(duckdb.Error),
        writing_to(workspace.warehouse, record, loads=True, on=small.DAY),
        connect(workspace.warehouse) as connection,
    ):
        connection.execute("SELECT * FROM raw.submission").fetchall()
    with writing_to(workspace.warehouse, record, loads=True, on=small.DAY):
        pass
    assert rows(workspace) == 4


def test_a_step_that_was_killed_leaves_nothing_to_the_next(workspace: Workspace) -> None:
    script = (
        "import sys, time; from pathlib import Path\n"
        "from pipelines.record.store import Record\n"
        "from pipelines.warehouse.loading import connect\n"
        "from pipelines.warehouse.health import writing_to\n"
        "root = Path(sys.argv[1])\n"
        "from tests.faults.small import DAY\n"
        "record = Record(root / 'record')\n"
        "with writing_to(root / 'warehouse.duckdb', record, loads=True, on=DAY):\n"
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
    with writing_to(workspace.warehouse, Record(workspace.record), loads=True, on=small.DAY):
        pass
    assert rows(workspace) == 4
    assert not workspace.warehouse.with_name(workspace.warehouse.name + UNFINISHED).exists()
    assert workspace.warehouse.with_name(workspace.warehouse.name + ASIDE).exists()


def test_a_step_that_failed_leaves_nothing_to_the_next(workspace: Workspace) -> None:
    record = Record(workspace.record)
    with (
        pytest.raises(duckdb.BinderException),
        writing_to(workspace.warehouse, record, loads=True, on=small.DAY),
        connect(workspace.warehouse) as connection,
    ):
        connection.execute("DELETE FROM raw.training_compliance; SELECT no_such_column")
    with writing_to(workspace.warehouse, record, loads=True, on=small.DAY):
        pass
    assert rows(workspace) == 4


def test_rows_that_are_missing_are_seen_and_loaded_or_stop_the_release(
    workspace: Workspace,
) -> None:
    record = Record(workspace.record)
    with connect(workspace.warehouse) as connection:
        check_totals(connection, record)
        connection.execute("DELETE FROM raw.training_compliance WHERE row_number = 2")
        with pytest.raises(WarehouseIncompleteError, match=r"holds 1 rows of .* 2 were accepted"):
            check_totals(connection, record)
    complete(workspace.warehouse, record, on=small.DAY)
    assert rows(workspace) == 4


def test_rows_of_nothing_that_is_in_use_are_seen_and_removed_or_stop_the_release(
    workspace: Workspace,
) -> None:
    """Those of an old quarter too, which a build after a return of another does not load."""
    record = Record(workspace.record)
    with connect(workspace.warehouse) as connection:
        connection.execute(
            "INSERT INTO raw.training_compliance BY NAME (SELECT * REPLACE "
            "('20170101T000000000000Z-bcdfgh' AS submission_id, '2016-17 Q4' AS quarter) "
            "FROM raw.training_compliance WHERE row_number = 2)"
        )
        with pytest.raises(WarehouseIncompleteError, match="bcdfgh, and none are in use"):
            check_totals(connection, record)
    complete(workspace.warehouse, record, on=small.DAY)
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
            writing_to(workspace.warehouse, Record(workspace.record), loads=True, on=small.DAY),
        ):
            pytest.fail("the file is held by another")
        assert time.monotonic() - started < 5
        tool.kill()
    assert not workspace.warehouse.with_name(workspace.warehouse.name + ASIDE).exists()
    with writing_to(workspace.warehouse, Record(workspace.record), loads=True, on=small.DAY):
        pass
    assert rows(workspace) == 4


def test_a_new_warehouse_is_the_same_as_the_old(workspace: Workspace) -> None:
    def everything() -> list[tuple[object, ...]]:
        with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
            return connection.execute(
                "SELECT * FROM raw.training_compliance ORDER BY ALL"
            ).fetchall()

    before = everything()
    start_over(workspace.warehouse, Record(workspace.record), on=small.DAY)
    assert everything() == before
