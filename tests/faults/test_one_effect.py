"""Each act has one effect: killed at some of its steps and done again (``make faults``: at all).

The trap: a person who does not know whether it was done does it again, and there are two amendments
with the same note, two decisions, a return twice, or an erasure that nobody finishes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.acts import ACTS
from tests.faults.one_effect import CONTROLS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the sweep found."""
    folder = tmp_path_factory.mktemp("one-effect")
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.one_effect", str(folder), "--points", "3"],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("act", [act.name for act in ACTS])
def test_an_act_that_was_killed_and_is_done_again_has_one_effect(found: Any, act: str) -> None:
    assert found[act]["wrong"] == []
    assert found[act]["steps"] == 3


@pytest.mark.parametrize("fault", CONTROLS)
def test_the_sweep_finds_a_program_with_a_fault(found: Any, fault: str) -> None:
    assert found[fault]["wrong"] != []
    assert not any("undisturbed" in one or "not killed" in one for one in found[fault]["wrong"])
