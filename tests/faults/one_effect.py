"""Each act has one effect: killed at any step and done again, by a person or the daemon.

    python -m tests.faults.one_effect FOLDER [--points N] [--acts NAME...] [--twice]

Each act is done in a process that kills itself before its first change to the disk, before its
second, and so on (``--points``: at so many of them), and once after its last, when nobody has been
told yet. A change is a file opened to write, a rename, a folder, a link, a removal, a flush. Then
another process does the same with the same intention. There must be one effect then, and ``verify``
must find nothing; and so if two processes do it at the same time. ``--twice``: the process that
does it again is killed too, at a random step, before a third one does it.

The controls are programs with a known fault: there the same sweep must find a second effect, or
none. Prints one JSON object. None of it runs inside pytest: a fork of a process in which Polars has
worked can hang.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from orchestration import site
from pipelines.keeping.verify import verify
from pipelines.publishing import editions as edition_rules
from pipelines.publishing import making
from pipelines.publishing.releases import Edition
from pipelines.record.model import Event
from pipelines.workspace import Workspace
from tests.boards import with_board
from tests.faults import small
from tests.faults.acts import ACTS, Act, site_of_one_page

# Audit events that come before a change to the disk; "open" is looked at more closely.
_CHANGES = frozenset(
    {
        "os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.link", "os.symlink", "os.truncate",
        "os.utime", "os.chmod",
    }
)  # fmt: skip
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


# --- programs with a fault ------------------------------------------------------------------------


def add_whatever_is_there() -> None:
    """The record does not look whether it has the decision."""
    mock.patch.object(Event, "repeats", return_value=False).start()


def amend_whenever_there_is_a_note() -> None:
    """A publication does not look whether it was made."""
    real = edition_rules.next_edition

    def always(published: Any, *, note: str | None, **given: Any) -> Edition | None:
        return real(published, note=f"{note} ({len(published)})" if note else None, **given)

    mock.patch.object(making, "next_edition", always).start()


def complete_nothing() -> None:
    """A publication that was made already is not looked after any more."""
    rule, show = edition_rules.next_edition, making.show
    is_new = False

    def decided(published: Any, **given: Any) -> Edition | None:
        nonlocal is_new
        edition = rule(published, **given)
        is_new = edition is not None
        return edition

    mock.patch.object(making, "next_edition", decided).start()
    mock.patch.object(making, "show", lambda *given: show(*given) if is_new else None).start()


CONTROLS: dict[str, tuple[str, Callable[[], None]]] = {
    "adds whatever is there": ("excuse", add_whatever_is_there),
    "amends whenever there is a note": ("amend", amend_whenever_there_is_a_note),
    "completes nothing": ("publish", complete_nothing),
}


# --- the sweep ------------------------------------------------------------------------------------


def in_a_process(
    does: Callable[[Workspace], object],
    workspace: Workspace,
    *,
    kill_at: int = 0,
    fault: Callable[[], None] | None = None,
) -> int | str:
    """Do it in a process of its own, which kills itself before its ``kill_at``-th change.

    Returns:
        The number of changes if it ended by itself, -9 if it was killed, else what it raised.
    """
    return _ended(_started(does, workspace, kill_at=kill_at, fault=fault))


def _started(
    does: Callable[[Workspace], object],
    workspace: Workspace,
    *,
    kill_at: int = 0,
    fault: Callable[[], None] | None = None,
) -> tuple[int, int]:
    """Start the process; return its id and the end of a pipe to read from."""
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    result: int | str = "it ended in no way that is known"
    try:
        if fault is not None:
            fault()
        changes = _Changes(kill_at)
        does(workspace)
        changes.ends()
        result = changes.made
    except BaseException as problem:  # noqa: BLE001  # the child must end here and say why
        result = repr(problem)
    finally:
        os.write(writing, json.dumps(result).encode())
        os._exit(0)


def _ended(started: tuple[int, int]) -> int | str:
    process, reading = started
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode()
    _, status = os.waitpid(process, 0)
    result: int | str = -signal.SIGKILL if os.WIFSIGNALED(status) else json.loads(said)
    return result


class _Changes:
    """Counts what this process changes on the disk; kills it before one of these."""

    def __init__(self, kill_at: int) -> None:
        self.made = 0
        self._kill_at = kill_at
        self._lock = threading.Lock()
        for name in ("fsync", "pwrite"):
            setattr(os, name, self._counted(getattr(os, name)))
        sys.addaudithook(self._hears)

    def ends(self) -> None:
        """The act is done and nobody has been told."""
        if self.made + 1 == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def _hears(self, event: str, given: tuple[Any, ...]) -> None:
        if event in _CHANGES or (event == "open" and given[2] is not None and given[2] & _WRITES):
            self._comes()

    def _counted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any) -> Any:
            self._comes()
            return real(*given)

        return counted

    def _comes(self) -> None:
        with self._lock:
            self.made += 1
            if self.made == self._kill_at:
                os.kill(os.getpid(), signal.SIGKILL)


def swept(
    act: Act,
    root: Path,
    *,
    points: int = 0,
    twice: bool = False,
    fault: Callable[[], None] | None = None,
) -> dict[str, Any]:
    """Kill the act at each of its steps, or at ``points`` of them, and do it again."""
    base, tried = with_board(Workspace(root / "base")), Workspace(root / "tried")
    prepared = in_a_process(lambda ws: (small.small_workspace(ws.root), act.prepares(ws)), base)
    shutil.copytree(base.root, tried.root, symlinks=True)
    changes = in_a_process(act.does, tried)
    if not (isinstance(prepared, int) and isinstance(changes, int)):
        return {"steps": 0, "wrong": [f"it does not go at all: {prepared}, {changes}"]}
    chance = random.Random(act.name)  # noqa: S311  # repeatable, not secret
    wrong = [f"undisturbed: {one}" for one in _wrong(act, tried)]
    wrong += _at_once(act, base, tried)
    steps = _steps(changes + 1, points)
    for step in steps:
        _begin_anew(base, tried)
        killed = in_a_process(act.does, tried, kill_at=step, fault=fault)
        if killed != -signal.SIGKILL:
            wrong.append(f"step {step}: it was not killed: {killed}")
        if twice:
            in_a_process(act.does, tried, kill_at=chance.randint(1, step), fault=fault)
        done = in_a_process(act.does, tried, fault=fault)
        if not isinstance(done, int):
            wrong.append(f"step {step}: it cannot be done again: {done}")
        wrong += [f"step {step}: {one}" for one in _wrong(act, tried)]
        if wrong and fault is not None:
            break
    shutil.rmtree(root)
    return {"steps": len(steps), "wrong": wrong}


def _at_once(act: Act, base: Workspace, tried: Workspace) -> list[str]:
    """What is wrong once two processes have done it at the same time."""
    _begin_anew(base, tried)
    ended = [_ended(one) for one in [_started(act.does, tried) for _ in range(2)]]
    stopped = [f"at once: {one}" for one in ended if not isinstance(one, int)]
    return stopped + [f"at once: {one}" for one in _wrong(act, tried)]


def _begin_anew(base: Workspace, tried: Workspace) -> None:
    shutil.rmtree(tried.root)
    shutil.copytree(base.root, tried.root, symlinks=True)


def _wrong(act: Act, workspace: Workspace) -> list[str]:
    faults = [f"{one.where}: {one.what}" for one in verify(workspace).faults]
    return [*act.effects(workspace), *faults]


def _steps(last: int, points: int) -> list[int]:
    """All steps, or so many of them, evenly spread, the last among them."""
    wanted = points or last
    return sorted({max(last - last * n // wanted, 1) for n in range(wanted)})


def main() -> None:
    """Sweep the acts, and the controls; print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--points", type=int, default=0, help="of each act's steps; 0: all")
    parser.add_argument("--acts", nargs="*", default=[act.name for act in ACTS])
    parser.add_argument("--twice", action="store_true")
    given = parser.parse_args()
    os.environ["QUARTERDECK_CHROMIUM"] = "no-such-browser"
    mock.patch.object(site, "build_site", site_of_one_page).start()
    small.reference()
    by_name = {act.name: act for act in ACTS}
    found = {
        name: swept(by_name[name], given.folder / name, points=given.points, twice=given.twice)
        for name in given.acts
    }
    for name, (act, fault) in CONTROLS.items():
        found[name] = swept(by_name[act], given.folder / name, points=given.points, fault=fault)
    print(json.dumps(found, indent=1))
    sys.exit(any(one["wrong"] for name, one in found.items() if name in by_name))


if __name__ == "__main__":
    main()
