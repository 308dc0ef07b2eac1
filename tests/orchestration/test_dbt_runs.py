"""What dbt says in a build, and what is made of it.

The trap: a warning that is dropped with the twenty things that nobody is told.
"""

from __future__ import annotations

from typing import Any

import pytest
from dbt.events.types import LogModelResult, LogStartLine
from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager
from dbt_common.events.functions import warn_or_error
from dbt_common.events.types import Note
from dbt_common.exceptions.events import EventCompilationError

from orchestration.dbt_runs import OnlyResults


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def manager(told: list[str]) -> Any:
    manager = OnlyResults()
    manager.add_callback(lambda message: told.append(f"{message.info.level} {message.info.name}"))
    ctx_set_event_manager(manager)
    yield manager
    ctx_set_event_manager(EventManager())


def test_results_warnings_and_errors_are_told_and_nothing_else(
    manager: OnlyResults, told: list[str]
) -> None:
    manager.fire_event(LogStartLine(description="a model", index=1, total=2))
    manager.fire_event(Note(msg="a detail"), level=EventLevel.DEBUG)
    manager.fire_event(
        LogModelResult(description="a model", status="OK", index=1, total=2, execution_time=1)
    )
    manager.fire_event(Note(msg="odd"), level=EventLevel.WARN)
    manager.fire_event(Note(msg="wrong"), level=EventLevel.ERROR)
    warn_or_error(Note(msg="old"))
    assert told == ["debug LogModelResult", "warn Note", "error Note", "info Note"]


def test_a_warning_that_is_to_be_an_error_still_is_one(manager: OnlyResults) -> None:
    manager.warn_error = True
    with pytest.raises(EventCompilationError, match="odd"):
        warn_or_error(Note(msg="odd"))
