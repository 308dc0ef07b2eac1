"""Dagster's event log in SQLite, with its connections kept open.

Dagster's own makes a new engine for each event, which costs more than writing it: a build writes
a thousand. Here a run's file is opened once, a table, column or index that was once there is not
looked for again, and events that come together are written together. What is stored, and where, is
the same, so that the setting can be taken out of ``dagster.yaml`` at any time.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event

if TYPE_CHECKING:
    from dagster import EventLogEntry

_KEPT = 8  # files held open: the index, and the runs that go on


class KeptSqliteEventLogStorage(SqliteEventLogStorage):
    """Dagster's SQLite event log; each of the newest files has one engine."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._there: set[str] = set()
        self._together: ExitStack | None = None
        self._open: dict[str, Connection] = {}
        super().__init__(*args, **settings)
        self._db_lock: Any = (
            threading.RLock()
        )  # a batch holds it while its events take it one by one

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> KeptSqliteEventLogStorage:
        """The storage that ``dagster.yaml`` asks for; its folder is below Dagster's home."""
        folder = Path(os.environ["DAGSTER_HOME"]) / config_value["base_dir"]
        return cls(str(folder), inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            if self._together is None:
                with self._engine(shard).begin() as connection:
                    yield connection
            else:
                if shard not in self._open:
                    self._open[shard] = self._together.enter_context(self._engine(shard).begin())
                yield self._open[shard]

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Stores the events, each file in one transaction: all of them or, where one cannot be
        stored, none. Raises what storing that one raises."""
        with self._db_lock, ExitStack() as together:
            together.callback(self._open.clear)
            together.callback(setattr, self, "_together", None)
            self._together = together
            super().store_event_batch(events)

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.get(shard)
        if engine is None:
            engine = create_engine(
                self.conn_string_for_shard(shard),
                connect_args={
                    "timeout": SQLITE_BUSY_TIMEOUT_SECONDS,
                    "check_same_thread": False,
                },
            )
            event.listen(engine, "connect", _without_a_flush_for_each_event)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            self._engines[shard] = engine
        self._engines.move_to_end(shard)
        while len(self._engines) > _KEPT:
            _, oldest = self._engines.popitem(last=False)
            oldest.dispose()
        return engine

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table; asked of the file until it has."""
        if table_name not in self._there and super().has_table(table_name):
            self._there.add(table_name)
        return table_name in self._there

    def has_secondary_index(self, name: str) -> bool:
        """Whether an index of the storage is complete; asked of the file until it is."""
        index = f"index {name}"
        if index not in self._there and super().has_secondary_index(name):
            self._there.add(index)
        return index in self._there

    def _has_asset_key_col_on_connection(self, conn: Connection, column_name: str) -> bool:
        column = f"asset_keys.{column_name}"
        if column not in self._there and super()._has_asset_key_col_on_connection(
            conn, column_name
        ):
            self._there.add(column)
        return column in self._there

    def dispose(self) -> None:
        """Closes the files."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()


def _without_a_flush_for_each_event(connection: Any, _record: Any) -> None:
    # In write-ahead mode a power cut can lose the last events, never damage the file; the record
    # does not depend on them.
    connection.execute("PRAGMA synchronous=NORMAL")
