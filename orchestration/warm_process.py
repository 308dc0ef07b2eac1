"""A process that has loaded what every run needs, and is forked for each run.

    python -m orchestration.warm_process SOCKET BEGAN MODULE...

A fork takes over the memory of a process and none of its threads: what another thread was in the
middle of stays so for ever. So this process has one thread, which it makes sure of before each
fork, and must not import what starts threads of its own (polars): each run imports that itself.
Nor is a run's own code imported here. What was imported must still be on the disk as it was, and
must not have changed since ``BEGAN`` (nanoseconds since 1970), which is before the first import;
otherwise nothing is forked.

Messages on the socket, one a packet. To here: ``RUN_ID ARGUMENTS``, the arguments being those of
``dagster api execute_run``. From here: ``ready``; ``started RUN_ID``; ``ended RUN_ID CODE``;
``unfit REASON``, after which this process ends. It ends when the other end of the socket is closed,
which the kernel does in whatever way that process ends; a run that goes on then goes on alone.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import select
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from dagster._cli.api import execute_run_command
from dagster._utils.interrupts import capture_interrupts

from orchestration.dbt_project import parsed
from orchestration.lost_runs import hold, let_go, show_alive
from pipelines.workspace import Workspace

LONGEST_MESSAGE = 1 << 16
_ASKS_TO_END = {signal.SIGINT, signal.SIGTERM}

# What tells a file from the one that was there before it.
_State = tuple[int, int, int]


def main() -> None:
    """Loads the modules, then forks for each run; in the fork, executes that run."""
    # Ctrl-C in a terminal reaches the runs too. This process ends when it is not needed.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    environment = dict(os.environ)
    workspace = Workspace.locate()
    with socket.socket(fileno=int(sys.argv[1])) as asking:
        asking.set_inheritable(False)
        _load(workspace, sys.argv[3:])
        arguments = _fork_for_each(asking, workspace, began=int(sys.argv[2]))
    if arguments is None:
        return
    os.environ.clear()
    os.environ.update(environment)  # dbt's parsing leaves traces there
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with capture_interrupts():
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ASKS_TO_END)
        execute_run_command.main([arguments])


def _load(workspace: Workspace, modules: Sequence[str]) -> None:
    # Of numpy and scipy: linear algebra in this thread alone, in the runs too, whose programmes are
    # small.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for one in modules:
        importlib.import_module(one)
    parsed(workspace)
    # What is here stays: looking through it again would copy its pages in each run. At the end it
    # is taken apart as ever; duckdb complains of what is not.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)  # of a run; as in the command
    atexit.register(gc.unfreeze)


def _fork_for_each(asking: socket.socket, workspace: Workspace, *, began: int) -> str | None:
    """Forks for each run that is asked for. In the fork, gives the run's arguments; in this
    process, None when no more are wanted or it must not be used any more."""
    loaded = _loaded_files()
    if unfit := _unfit(loaded) or _changed_since(loaded, began):
        _say(asking, f"unfit {unfit}")
        return None
    _say(asking, "ready")
    runs: dict[int, tuple[int, str]] = {}
    while True:
        readable: list[int] = select.select([asking.fileno(), *runs], [], [])[0]
        for handle in readable:
            if handle in runs:
                process, run_id = runs.pop(handle)
                os.close(handle)
                code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
                _say(asking, f"ended {run_id} {code}")
        if asking.fileno() not in readable:
            continue
        message = asking.recv(LONGEST_MESSAGE).decode()
        if not message:
            return None
        if unfit := _unfit(loaded):
            _say(asking, f"unfit {unfit}")
            return None
        run_id, _, arguments = message.partition(" ")
        process = _fork(workspace, run_id)
        if not process:
            for handle in runs:
                os.close(handle)
            return arguments
        runs[os.pidfd_open(process)] = process, run_id
        _say(asking, f"started {run_id}")


def _say(asking: socket.socket, message: str) -> None:
    with suppress(BrokenPipeError):  # nobody is there any more: the next look says so
        asking.send(message.encode())


def _fork(workspace: Workspace, run_id: str) -> int:
    """The new process's number, and 0 in it. It holds the run's lock from its first moment, so
    that whoever looks knows whether there is one; being asked to end is kept for it until it can
    answer."""
    hold(workspace, run_id)
    signal.pthread_sigmask(signal.SIG_BLOCK, _ASKS_TO_END)
    process = os.fork()
    if not process:
        show_alive(workspace, run_id)
        return 0
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ASKS_TO_END)
    let_go(run_id)
    return process


def _unfit(loaded: dict[str, _State]) -> str | None:
    """Why this process must not be forked; None where it may be."""
    threads = sum(1 for _ in Path("/proc/self/task").iterdir())
    if threads > 1:
        return f"it has {threads} threads"
    changed = next((path for path, state in loaded.items() if _state(path) != state), None)
    return changed and f"{changed} has changed"


def _changed_since(loaded: dict[str, _State], began: int) -> str | None:
    """A file that has changed since: perhaps after it was read. Its own time of change counts,
    which nobody can set."""
    for path in loaded:
        if Path(path).stat().st_ctime_ns >= began:
            return f"{path} has changed while it was loaded"
    return None


def _loaded_files() -> dict[str, _State]:
    """The files of all modules that were imported, and the state each is in."""
    found = {}
    for module in list(sys.modules.values()):
        # Not by getattr: some modules import others when they are asked for anything.
        path = vars(module).get("__file__") if hasattr(module, "__dict__") else None
        if isinstance(path, str) and (state := _state(path)) is not None:
            found[path] = state
    return found


def _state(path: str) -> _State | None:
    try:
        found = Path(path).stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


if __name__ == "__main__":
    main()
