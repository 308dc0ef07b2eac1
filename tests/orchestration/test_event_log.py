"""The event log that keeps its files open holds what Dagster's own holds.

The traps: a batch of which half is stored; an index that was looked up once and is believed for
ever before it is complete.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.events import StepMaterializationData
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from orchestration.event_log import KeptSqliteEventLogStorage

KEYS = [dg.AssetKey([f"a{number}"]) for number in range(5)]


made: Any = dg.EventLogEntry  # it has no types


def events(run_id: str) -> list[dg.EventLogEntry]:
    """One materialization of each asset, as a step tells of it."""
    return [
        made(
            error_info=None,
            user_message="made",
            level=10,
            run_id=run_id,
            timestamp=1_000.0 + number,
            step_key="step",
            job_name="job",
            dagster_event=dg.DagsterEvent(
                event_type_value=dg.DagsterEventType.ASSET_MATERIALIZATION.value,
                job_name="job",
                step_key="step",
                event_specific_data=StepMaterializationData(
                    dg.AssetMaterialization(key, metadata={"rows": number})
                ),
            ),
        )
        for number, key in enumerate(KEYS)
    ]


def held(storage: SqliteEventLogStorage, run_id: str) -> tuple[list[object], dict[str, object]]:
    """What is stored of the run, and of each asset across runs."""
    logs = [entry.dagster_event for entry in storage.get_logs_for_run(run_id)]
    assets = {
        one.asset_entry.asset_key.to_user_string(): one.asset_entry.last_materialization
        for one in storage.get_asset_records(KEYS)
    }
    return list(logs), dict(assets)


def test_a_batch_holds_what_one_event_after_the_other_holds(tmp_path: Path) -> None:
    own = SqliteEventLogStorage(str(tmp_path / "own"))
    kept = KeptSqliteEventLogStorage(str(tmp_path / "kept"))
    for event in events("run"):
        own.store_event(event)
    kept.store_event_batch(events("run"))
    assert held(kept, "run") == held(own, "run")
    assert len(held(kept, "run")[0]) == len(KEYS)
    kept.dispose()
    # Dagster's own reads the same folder: the setting can be taken out.
    assert held(SqliteEventLogStorage(str(tmp_path / "kept")), "run") == held(own, "run")
    own.dispose()


def test_of_a_batch_that_cannot_be_stored_nothing_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = KeptSqliteEventLogStorage(str(tmp_path))
    kept.store_event(events("run")[0])
    stored = kept.store_event
    last = events("run")[-1]

    def fails_at_last(event: dg.EventLogEntry) -> None:
        stored(event)
        if event.timestamp == last.timestamp:
            raise OSError("the disk is full")

    monkeypatch.setattr(kept, "store_event", fails_at_last)
    with pytest.raises(OSError, match="full"):
        kept.store_event_batch(events("run")[1:])
    assert len(held(kept, "run")[0]) == 1
    assert list(held(kept, "run")[1]) == ["a0"]
    monkeypatch.undo()
    kept.store_event_batch(events("run")[1:])  # and it goes on
    assert len(held(kept, "run")[0]) == len(KEYS)
    kept.dispose()


def test_an_index_is_looked_up_until_it_is_complete(tmp_path: Path) -> None:
    kept = KeptSqliteEventLogStorage(str(tmp_path))
    assert not kept.has_secondary_index("one of ours")
    kept.enable_secondary_index("one of ours")
    assert kept.has_secondary_index("one of ours")
    kept.dispose()
