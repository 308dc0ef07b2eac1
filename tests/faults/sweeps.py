"""Every sweep and control of ``test_kills``, in a process that has started no thread yet.

    python -m tests.faults.sweeps FOLDER

Prints one JSON object: for each sweep how many calls were seen, and what was found wrong. A fork of
a process in which Polars has worked can hang, so none of this runs inside pytest.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from unittest import mock

from pipelines import durable
from pipelines.publishing.releases import Release
from pipelines.record import store
from pipelines.record.checksums import read_sums
from pipelines.workspace import Workspace
from tests.faults import small
from tests.faults.kills import (
    KINDS,
    Seen,
    Tell,
    Told,
    forked,
    goes_on,
    killed_at,
    one_round,
    sabotaged,
    told_by,
)

Found = dict[str, object]


def swept(workspace: Workspace, kind: str, *, after: bool) -> Found:
    """One action killed at each of its calls in turn."""
    seen = Seen()
    goes_on(workspace, seen)
    call = 1
    while killed_at(workspace, kind, call, after=after, seen=seen):
        call += 1
    goes_on(workspace, seen)
    return {"calls": call - 1, "wrong": seen.wrong}


def at_random(workspace: Workspace) -> Found:
    """Some dozens of kills at random moments."""
    seen, chance = Seen(), random.Random(20181127)  # noqa: S311  # repeatable, not secret
    goes_on(workspace, seen)
    for _ in range(24):
        one_round(workspace, seen, chance, at_once=1)
    for _ in range(6):
        one_round(workspace, seen, chance, at_once=2)
    goes_on(workspace, seen)
    return {"calls": 36, "wrong": seen.wrong}


def sent_at_once(workspace: Workspace) -> Found:
    """The same bytes received by three processes at the same time, six times."""
    wrong = []
    for figure in range(6):
        started = [forked(workspace, iter(("receive",)), figure) for _ in range(3)]
        told: list[Told] = []
        for process, reading in started:
            os.waitpid(process, 0)
            told += told_by(reading)
        if len(told) != 3 or len({one.get("id") for one in told}) != 1:
            wrong.append(f"not one and the same: {told}")
    kept = len(store.Record(workspace.record).submissions())
    if kept != 6:
        wrong.append(f"{kept} submissions of 6 files")
    return {"calls": 18, "wrong": wrong}


# --- The controls: the same kills on programs with a fault; each must be found ------------------


def acknowledge_too_early(tell: Tell) -> None:
    """The receipt is shown before the folder is in place."""
    place = durable.place_folder

    def early(files: Mapping[str, bytes], *, staging: Path, final: Path) -> None:
        sent = read_sums(files["SHA256SUMS"])["as_sent.csv"]
        told: Told = {"did": "receive", "id": final.name, "sent": sent}
        tell(told)
        place(files, staging=staging, final=final)

    mock.patch.object(store, "place_folder", early).start()


def write_in_place(_: Tell) -> None:
    """The submission's folder is filled under its own name."""

    def in_place(files: Mapping[str, bytes], *, staging: Path, final: Path) -> None:
        del staging
        final.mkdir(parents=True)
        for name, content in files.items():
            durable.write_flushed(final / name, content)

    mock.patch.object(store, "place_folder", in_place).start()


def switch_in_two_steps(_: Tell) -> None:
    """The pointer to the current release is removed and made again."""

    def two_steps(folder: Path, release: Release) -> None:
        (folder / "current").unlink(missing_ok=True)
        (folder / "current").symlink_to(release.release_id)

    mock.patch.object(small, "make_current", two_steps).start()


def copy_the_release_in_place(_: Tell) -> None:
    """The release is copied to its name instead of renamed."""

    def renamed(self: Path, target: Path) -> Path:
        shutil.copytree(self, target)
        return target

    mock.patch.object(Path, "rename", renamed).start()


CONTROLS: dict[str, tuple[str, Callable[[Tell], None]]] = {
    "acknowledged too early": ("receive", acknowledge_too_early),
    "written in place": ("receive", write_in_place),
    "switched in two steps": ("publish", switch_in_two_steps),
    "copied in place": ("draft", copy_the_release_in_place),
}


def spoilt(workspace: Workspace, kind: str, spoil: Callable[[Tell], None]) -> Found:
    """A program with a fault, swept in the same way."""
    seen = Seen()
    goes_on(workspace, seen)
    sound = list(seen.wrong)
    call = 1
    while not seen.wrong and sabotaged(workspace, kind, call, seen, spoil):
        call += 1
    return {"calls": call, "before": sound, "wrong": seen.wrong}


def main() -> None:
    """Runs them all, each in a workspace of its own below the folder given."""
    root = Path(sys.argv[1])
    small.reference()
    found: dict[str, Found] = {}

    def fresh() -> Workspace:
        return Workspace(root / str(len(found))).create()

    found["at once"] = sent_at_once(fresh())
    for kind in KINDS:
        for after in (False, True):
            found[f"{kind} {'after' if after else 'before'}"] = swept(fresh(), kind, after=after)
    found["at random"] = at_random(fresh())
    for name, (kind, spoil) in CONTROLS.items():
        found[name] = spoilt(fresh(), kind, spoil)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
