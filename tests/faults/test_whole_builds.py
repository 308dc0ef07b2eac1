"""Whole builds by the command: killed, and on a copy of the record elsewhere.

The trap: a warehouse that is called derived, and cannot be derived: because a build that was killed
leaves something to the next, because a figure or a page hangs on the path, the time zone or the
day, or because a copy of the record lacks what only the original had.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.keeping.verify import verify
from pipelines.publishing.releases import all_releases
from pipelines.workspace import Workspace
from tests.faults.builds import (
    bytes_of,
    copied,
    facts,
    killed,
    left_behind,
    run,
    sign,
    small_city,
    tried,
    unlike,
    whole,
)
from tests.faults.disks import full, small_disk

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Calm:
    """An undisturbed build and what it came to."""

    workspace: Workspace
    seconds: float
    facts: list[tuple[object, ...]]
    files: Mapping[str, bytes]


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Calm:
    workspace = small_city(tmp_path_factory.mktemp("calm") / "workspace")
    seconds = run(workspace, "build")
    return Calm(workspace, seconds, facts(workspace), bytes_of(workspace))


def test_a_record_copied_elsewhere_gives_the_same_facts_and_the_same_bytes_of_pages(
    calm: Calm, tmp_path: Path
) -> None:
    """By cp, then by tar, to another path; built in another time zone, on a later day."""
    first, archive = tmp_path / "a copy", tmp_path / "record.tar"
    elsewhere = Workspace(tmp_path / "somewhere else" / "deep" / "workspace")
    elsewhere.create()
    for command in (
        ["cp", "-a", str(calm.workspace.record), str(first)],
        ["tar", "-C", str(first), "-cf", str(archive), "."],
        ["tar", "-C", str(elsewhere.record), "-xf", str(archive)],
    ):
        subprocess.run(command, check=True)
    assert verify(elsewhere).is_sound
    shutil.copy(calm.workspace.practice, elsewhere.practice)  # for the same as-of day
    later = ("faketime", "-f", "+400d") if shutil.which("faketime") else ()
    run(elsewhere, "build", before=later, TZ="Pacific/Auckland", LC_ALL="C", PYTHONHASHSEED="7")
    assert facts(elsewhere) == calm.facts
    assert unlike(bytes_of(elsewhere), calm.files) == []
    assert any(name.endswith(".html") for name in calm.files)
    if not later:
        pytest.skip("NOT TRIED on another day: libfaketime is not installed. The rest held.")


def test_builds_killed_at_random_moments_leave_nothing_to_the_next(
    calm: Calm, tmp_path: Path
) -> None:
    workspace = copied(calm.workspace, tmp_path / "workspace")
    chance = random.Random()  # noqa: S311  # another moment each time
    moments = sorted(chance.uniform(0.4, 1.0) * calm.seconds for _ in range(2))
    assert killed(workspace, "build", moments[0]), moments
    assert whole(workspace) == []
    killed(workspace, "build", moments[1])
    assert whole(workspace) == []
    run(workspace, "build")
    assert facts(workspace) == calm.facts, moments
    assert unlike(bytes_of(workspace), calm.files) == [], moments
    assert left_behind(workspace) == []


def test_a_disk_that_fills_during_a_build_stops_it_with_that_reason_and_it_goes_on(
    calm: Calm, tmp_path: Path
) -> None:
    """With half the room that it needs it ends in the models; with more, as pages are written."""
    with small_disk(tmp_path / "disk", size=f"{_kilobytes(calm) // 2}k") as disk:
        workspace = copied(calm.workspace, disk / "workspace")
        code, said, _ = tried(workspace, "build")
        assert_full(workspace, code, said)
        larger = f"remount,size={_kilobytes(calm) * 3}k"
        subprocess.run(["mount", "-o", larger, str(disk)], check=True)
        assert_full(workspace, *_filled_as_pages_are_written(workspace, "build", disk))
        assert all_releases(workspace.releases) == []
        run(workspace, "build")
        assert facts(workspace) == calm.facts
        assert unlike(bytes_of(workspace), calm.files) == []
        assert left_behind(workspace) == []


def test_the_comparison_sees_one_letter_and_one_page(calm: Calm) -> None:
    page = next(name for name in calm.files if name.endswith("index.html"))
    assert unlike({**calm.files, page: calm.files[page] + b" "}, calm.files) == [page]
    missing = {name: content for name, content in calm.files.items() if name != page}
    assert unlike(missing, calm.files) == [page]
    assert calm.facts[1:] != calm.facts


def test_a_disk_that_fills_while_pages_are_written_stops_it_and_nothing_is_half_shown(
    calm: Calm, tmp_path: Path
) -> None:
    """A publication; a build is tried above."""
    with small_disk(tmp_path / "disk", size=f"{_kilobytes(calm) * 3}k") as disk:
        workspace = Workspace(disk / "workspace")
        shutil.copytree(calm.workspace.root, workspace.root, symlinks=True)
        sign(workspace)
        before = all_releases(workspace.releases)
        assert_full(workspace, *_filled_as_pages_are_written(workspace, "publish", disk))
        assert all_releases(workspace.releases) == before
        assert not (workspace.releases / "current").exists()
        run(workspace, "publish")
        assert len(all_releases(workspace.releases)) == len(before) + 1
        assert whole(workspace) == []
        assert left_behind(workspace) == []


def assert_full(workspace: Workspace, code: int, said: str) -> None:
    """It ended since the disk was full, said so, and nothing that a reader sees is damaged."""
    assert code != 0
    assert re.search(r"(?i)no space left|disk (is )?full|out of (disk )?space", said), said
    assert whole(workspace) == []


def _kilobytes(calm: Calm) -> int:
    """The size of a workspace that was built."""
    files = (path for path in calm.workspace.root.rglob("*") if path.is_file())
    return sum(path.stat().st_size for path in files) // 1024


def _filled_as_pages_are_written(workspace: Workspace, what: str, disk: Path) -> tuple[int, str]:
    """The code and the words of what was tried while the disk filled as the first pages came."""
    with ThreadPoolExecutor(1) as beside:
        tried_beside = beside.submit(tried, workspace, what)
        # The first pages are there, under their temporary name.
        while not tried_beside.done() and _pages_begun(workspace) < 5:
            time.sleep(0.005)
        assert not tried_beside.done()
        with full(disk):
            code, said, _ = tried_beside.result()
    return code, said


def _pages_begun(workspace: Workspace) -> int:
    return sum(1 for _ in (workspace.releases / ".making").rglob("*.html"))
