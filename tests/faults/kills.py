"""Kills over receive, sign-off, draft and publish, and a checker of what is left.

    python -m tests.faults.kills --rounds 1000 [--seed 1] [--at-once 2]

A round forks a process that receives returns, makes drafts, signs them off and publishes, one
after the other, and tells each thing down a pipe only when it was acknowledged. At a random moment
it gets SIGKILL. Then all that was acknowledged must be there, ``verify`` must find nothing wrong,
what readers see must be one release whole, and the next process must go on by itself.

The parent imports everything and uses none of it that has threads: a fork is cheap and safe then.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import os
import random
import select
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.keeping.verify import verify
from pipelines.publishing.releases import Release
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from tests.boards import with_board
from tests.faults import small

# What the first check would import: here once, instead of in every process that is killed.
for _module in (
    "hypothesis",
    "pandera.strategies.base_strategies",
    "pandera.backends.polars.register",
):
    importlib.import_module(_module)

Told = dict[str, Any]
Tell = Callable[[Told], None]
Sabotage = Callable[[Tell], None]
_CALLS = ("fsync", "rename", "replace", "mkdir", "symlink", "unlink", "open")
KINDS = ("receive", "draft", "sign_off", "publish")


@dataclass
class Seen:
    """What was acknowledged on one workspace so far, and what was found wrong."""

    acknowledged: list[Told] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)


def act(workspace: Workspace, kind: str, figure: int, tell: Tell) -> None:
    """Does one thing and tells it once it is acknowledged."""
    if kind == "receive":
        content = small.training_return(6000 + figure % 3000, comment=f"No. {figure}")
        received = small.send(Record(workspace.record), content)
        told = {"id": received.submission.submission_id, "sha256": received.submission.sha256}
        tell({"did": kind, "sent": hashlib.sha256(content).hexdigest(), **told})
    elif kind == "draft":
        tell({"did": kind, "release": small.draft(workspace, figure).release_id})
    elif kind == "sign_off":
        tell({"did": kind, "id": small.sign_off(workspace, note=f"No. {figure}").event_id})
    else:
        tell({"did": kind, "release": small.publish(workspace, figure).release_id})


def look(workspace: Workspace, seen: Seen) -> None:
    """Adds to ``seen.wrong`` whatever is lost, half-shown or damaged after a kill."""
    record = Record(workspace.record)
    for told in seen.acknowledged:
        if told["did"] == "receive":
            submission = record.submission(told["id"])
            if submission is None:
                seen.wrong.append(f"lost: submission {told['id']} was acknowledged")
            elif hashlib.sha256(record.as_sent(told["id"])).hexdigest() != told["sent"]:
                seen.wrong.append(f"altered: submission {told['id']}")
        elif told["did"] == "sign_off":
            if told["id"] not in {event.event_id for event in record.events()}:
                seen.wrong.append(f"lost: sign-off {told['id']}")
        elif not (workspace.releases / told["release"] / "manifest.json").is_file():
            seen.wrong.append(f"lost: release {told['release']}")
    found = verify(workspace)
    seen.wrong.extend(f"damaged: {fault.where}: {fault.what}" for fault in found.faults)
    if any(told["did"] == "publish" for told in seen.acknowledged):
        seen.wrong.extend(read_current(workspace))


def read_current(workspace: Workspace) -> list[str]:
    """What a reader of the current release finds wrong: nothing, or that it is not one whole."""
    folder = workspace.releases / "current"
    try:
        at = folder.resolve(strict=True)
        release = Release.read(at)
        page = hashlib.sha256((at / "site" / "index.html").read_bytes()).hexdigest()
    except (OSError, ValueError) as problem:
        return [f"half-shown: the current release cannot be read: {problem}"]
    if release.files["site/index.html"] != page:
        return ["half-shown: a page of the current release is not that of its manifest"]
    return []


def forked(
    workspace: Workspace, kinds: Iterator[str], first: int, before: Sabotage | None = None
) -> tuple[int, int]:
    """Starts the process that acts; gives its id and the end of the pipe to read from."""
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading

    def tell(told: Told) -> None:
        os.write(writing, json.dumps(told).encode() + b"\n")

    code = 1
    try:
        os.close(reading)
        if before is not None:
            before(tell)
        for number, kind in enumerate(kinds, start=first):
            act(workspace, kind, number, tell)
        code = 0
    except BaseException as problem:  # noqa: BLE001  # the child must end here and say why
        tell({"did": "failed", "why": repr(problem)})
    finally:
        os._exit(code)


def told_by(reading: int) -> list[Told]:
    """All that was told down the pipe; closes it."""
    with os.fdopen(reading, "rb") as pipe:
        lines = pipe.read().split(b"\n")
    return [json.loads(line) for line in lines[:-1]]


def one_round(workspace: Workspace, seen: Seen, chance: random.Random, at_once: int) -> None:
    """Starts the processes, kills them at a random moment, looks at what they left."""
    started = [
        forked(workspace, _any_order(chance.random()), chance.randrange(10**9))
        for _ in range(at_once)
    ]
    if chance.random() < 0.8:  # once they are at work; else from their first moment on
        select.select([reading for _, reading in started], [], [], 30)
    until = time.monotonic() + chance.uniform(0.0, 0.6)
    published = any(told["did"] == "publish" for told in seen.acknowledged)
    while time.monotonic() < until:  # a reader, meanwhile
        if published:
            seen.wrong.extend(read_current(workspace))
        select.select([], [], [], 0.01)
    for process, _ in started:
        os.kill(process, signal.SIGKILL)
    for process, reading in started:
        os.waitpid(process, 0)
        _note(seen, told_by(reading))
    look(workspace, seen)


def killed_at(workspace: Workspace, kind: str, call: int, *, after: bool, seen: Seen) -> bool:
    """Does one thing in a process that kills itself at its ``call``-th call to the system that
    writes (before it, or ``after``); False where it made fewer."""
    return _swept(workspace, kind, seen, lambda _: _kill_at(call, after=after))


def sabotaged(workspace: Workspace, kind: str, call: int, seen: Seen, spoil: Sabotage) -> bool:
    """As ``killed_at``, after ``spoil`` has put a fault into the program."""

    def both(tell: Tell) -> None:
        spoil(tell)
        _kill_at(call, after=False)

    return _swept(workspace, kind, seen, both)


def goes_on(workspace: Workspace, seen: Seen) -> None:
    """The next process does everything once; whatever stops it is wrong."""
    process, reading = forked(workspace, iter(KINDS), random.Random().randrange(10**9))  # noqa: S311
    os.waitpid(process, 0)
    told = told_by(reading)
    _note(seen, told)
    if [one["did"] for one in told] != list(KINDS):
        seen.wrong.append(f"the next run does not go on by itself: {told[-1:]}")
    look(workspace, seen)


def _swept(workspace: Workspace, kind: str, seen: Seen, before: Sabotage) -> bool:
    process, reading = forked(workspace, iter((kind,)), random.Random().randrange(10**9), before)  # noqa: S311
    _, status = os.waitpid(process, 0)
    _note(seen, told_by(reading))
    look(workspace, seen)
    return os.WIFSIGNALED(status)


def _kill_at(call: int, *, after: bool) -> None:
    made = 0

    def counted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            nonlocal made
            if name == "open" and not (args[1] if len(args) > 1 else 0) & os.O_DIRECTORY:
                return real(*args, **kwargs)
            made += 1
            if made == call and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            at = made
            try:
                return real(*args, **kwargs)
            finally:
                if at == call:
                    os.kill(os.getpid(), signal.SIGKILL)

        return wrapped

    for name in _CALLS:
        setattr(os, name, counted(name, getattr(os, name)))


def _note(seen: Seen, told: list[Told]) -> None:
    for one in told:
        if one["did"] == "failed":
            seen.wrong.append(f"failed without being killed: {one['why']}")
        else:
            seen.acknowledged.append(one)
            seen.counted[one["did"]] += 1


def _any_order(seed: float) -> Iterator[str]:
    chance = random.Random(seed)  # noqa: S311  # repeatable, not secret
    yield "receive"
    while True:
        yield chance.choices(KINDS, weights=(8, 1, 2, 2))[0]


def main() -> None:
    """Runs the rounds, says what was found, ends with 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=2, help="processes that act in each round")
    given = parser.parse_args()
    chance = random.Random(given.seed)  # noqa: S311
    small.reference()
    totals: Counter[str] = Counter()
    wrong: list[str] = []
    started = time.monotonic()
    for first in range(0, given.rounds, 25):
        with tempfile.TemporaryDirectory(prefix="quarterdeck-kills-") as folder:
            workspace, seen = with_board(Workspace(Path(folder))), Seen()
            goes_on(workspace, seen)
            for _ in range(min(25, given.rounds - first)):
                one_round(workspace, seen, chance, given.at_once)
            goes_on(workspace, seen)
            totals += seen.counted
            wrong += seen.wrong
    done = ", ".join(f"{count:,} × {kind.replace('_', '-')}" for kind, count in totals.items())
    print(f"{given.rounds:,} rounds, {given.rounds * given.at_once:,} processes killed")
    print(f"acknowledged before a kill: {done}")
    print(f"lost, half-shown or damaged: {len(wrong)}   ({time.monotonic() - started:.0f} s)")
    for line in wrong[:20]:
        print("  ", line)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
