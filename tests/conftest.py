"""What holds for every test."""

from __future__ import annotations

import pytest
from hypothesis import settings

# A busy machine is slow, and no property here is about time.
settings.register_profile("project", deadline=None)
settings.load_profile("project")

# Files whose tests take minutes. Each goes to one process as a whole, so they begin first: the
# last one to begin is what everybody else would wait for.
_LONGEST = (
    "tests/faults/test_whole_builds.py",
    "tests/orchestration/test_postgresql.py",
    "tests/orchestration/test_machines.py",
    "tests/orchestration/test_killed_runs.py",
    "tests/pipelines/disclosure/test_whole_release.py",
    "tests/end_to_end/test_the_whole_way.py",
    "tests/end_to_end/test_a_return_sent_in_the_browser.py",
    "tests/end_to_end/test_tutorial.py",
    "tests/end_to_end/test_one_answer.py",
    "tests/faults/test_one_effect.py",
    "tests/faults/test_kills.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest files first, the others in the order in which they were found."""
    place = {name: at for at, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))
