"""Runs begin in a warm process: one that has loaded Dagster, dbt and the parsed project already.

Dagster's own launcher has the code server start a Python for each run, which loads all of it
again. Here a process that has is forked (``orchestration.warm_process``). No run waits for it:
while it is not ready, has died or has loaded files that have changed since, a run starts as
Dagster does it by itself, and a new one is made ready meanwhile for the next.
"""

from __future__ import annotations

import logging
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import dagster as dg
from dagster._core.launcher import LaunchRunContext
from dagster._core.launcher.default_run_launcher import DefaultRunLauncher
from dagster._core.remote_origin import (
    GrpcServerCodeLocationOrigin,
    ManagedGrpcPythonEnvCodeLocationOrigin,
)
from dagster._core.run_coordinator.queued_run_coordinator import QueuedRunCoordinator
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import ConfigurableClassData, serialize_value
from dagster._utils import get_run_crash_explanation

from orchestration.lost_runs import end, is_alive, process_here
from orchestration.warm_process import LONGEST_MESSAGE
from pipelines.workspace import Workspace

# What takes long to load and starts no thread (numpy and scipy start none where their linear
# algebra is told so, as the warm process does). Our own modules are loaded by each run.
MODULES = (
    "dagster._core.executor.in_process",
    "dagster._core.instance.factory",
    "dagster._core.storage.legacy_storage",
    "dagster._core.storage.root",
    "dagster._core.storage.runs.sqlite",
    "dagster._core.storage.schedules.sqlite",
    "dagster._daemon",
    "dagster_dbt",
    "dbt.cli.main",
    "dbt.adapters.duckdb.connections",
    "afcharts.pio_template",
    "duckdb",
    "holidays",
    "jinja2",
    "playwright.sync_api",
    "scipy.optimize",
    "scipy.sparse",
    "orchestration.event_log",
)
_ANSWER_SECONDS = 10.0
_STOP_SECONDS = 5.0

_log = logging.getLogger("dagster.warm_runs")


class WarmProcess:
    """The warm process as the one that starts runs sees it; it ends with it."""

    def __init__(
        self, *, ended: Callable[[str, int], None], modules: Sequence[str] = MODULES
    ) -> None:
        """Starts it; ``ended`` is told the id of each run whose process ended, with its exit code
        (a signal as a negative number), in a thread of its own."""
        self._ended = ended
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._ready = False
        self._settled = threading.Event()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            given = [str(theirs.fileno()), str(time.time_ns()), *modules]
            self.process = subprocess.Popen(
                [sys.executable, "-m", "orchestration.warm_process", *given],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self._listening = threading.Thread(target=self._listen, name="warm-process", daemon=True)
        self._listening.start()

    @property
    def is_ready(self) -> bool:
        """Whether it can start a run."""
        return self._ready

    @property
    def is_gone(self) -> bool:
        """Whether it has ended."""
        return not self._listening.is_alive()

    def wait_until_ready(self, seconds: float) -> bool:
        """Whether it is ready after so many seconds, or as soon as it is or never will be. For
        those who have time: tests."""
        self._settled.wait(seconds)
        return self._ready

    def start(self, run_id: str, arguments: str) -> bool:
        """Starts the run; gives whether it said so. Where it did not, it is gone."""
        if self.is_ready:
            try:
                self._socket.send(f"{run_id} {arguments}".encode())
                if self._answers.get(timeout=_ANSWER_SECONDS) == f"started {run_id}":
                    return True
            except (OSError, queue.Empty):
                _log.warning("The warm process does not answer.")
        self.stop()
        return False

    def stop(self) -> None:
        """Ends it. Runs that it started go on."""
        self._ready = False
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
            self.process.wait(_STOP_SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()

    def _listen(self) -> None:
        with self._socket:
            while message := self._message():
                kind, _, rest = message.partition(" ")
                if kind == "ready":
                    _log.info("The warm process (pid %d) is ready.", self.process.pid)
                    self._ready = True
                    self._settled.set()
                elif kind == "ended":
                    run_id, _, code = rest.partition(" ")
                    self._ended(run_id, int(code))
                else:
                    if kind == "unfit":
                        _log.info("The warm process is not used any more: %s.", rest)
                    self._answers.put(message)
            self._ready = False
            self._settled.set()
            self._answers.put("gone")
            _log.info("The warm process (pid %d) ended: %s.", self.process.pid, self.process.wait())

    def _message(self) -> str:
        try:
            return self._socket.recv(LONGEST_MESSAGE).decode()
        except OSError:
            return ""


class WarmRunLauncher(DefaultRunLauncher):
    """Starts runs in the warm process, or as Dagster does where that is not ready."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(inst_data)
        self._warm: WarmProcess | None = None
        self._one_at_a_time = threading.Lock()

    def get_ready(self) -> None:
        """Has a warm process made ready where there is none; waits for nothing."""
        with self._one_at_a_time:
            if self._warm is None or self._warm.is_gone:
                self._warm = WarmProcess(ended=self._see_to)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Starts the run. Raises what Dagster's own launcher does."""
        if not (_is_of_here(context.dagster_run) and self._starts_warm(context.dagster_run)):
            super().launch_run(context)

    def terminate(self, run_id: str) -> bool:
        """Cancels the run; gives whether its process was there to be told.

        It is told by a signal, in whatever way it was started, and by Dagster's way where its lock
        is not held on this machine: it has only just begun, or is elsewhere.
        """
        run = self._instance.get_run_by_id(run_id)
        with process_here(Workspace.locate(), run_id) as process:
            if run is None or run.is_finished or process is None:
                return bool(super().terminate(run_id))  # type: ignore[no-untyped-call]
            self._instance.report_run_canceling(run)
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(process, signal.SIGINT)
                return True
        return False

    def dispose(self) -> None:
        """Ends the warm process."""
        if self._warm is not None:
            self._warm.stop()

    def _starts_warm(self, run: dg.DagsterRun) -> bool:
        assert run.job_code_origin is not None  # noqa: S101  # the run is of here
        arguments = ExecuteRunArgs(
            job_origin=run.job_code_origin,
            run_id=run.run_id,
            instance_ref=self._instance.get_ref(),
        )
        with self._one_at_a_time:
            warm = self._warm
            if warm is not None and warm.is_ready:
                if warm.start(run.run_id, serialize_value(arguments)):
                    return True
                # It is gone, so that it begins nothing any more; but it may have before it went.
                if self._has_begun(run.run_id):
                    return True
        self.get_ready()
        return False

    def _has_begun(self, run_id: str) -> bool:
        run = self._instance.get_run_by_id(run_id)
        return is_alive(Workspace.locate(), run_id) or (
            run is not None and run.status is not dg.DagsterRunStatus.STARTING
        )

    def _see_to(self, run_id: str, code: int) -> None:
        """Ends a run whose process has gone without doing so."""
        try:
            run = self._instance.get_run_by_id(run_id)
            if run is not None and not run.is_finished:
                prefix = f"Run execution process for {run_id}"
                end(self._instance, run, get_run_crash_explanation(prefix, code))
        # Whatever the database says when it is away: the sensor of lost runs looks again.
        except Exception:  # noqa: BLE001
            _log.exception("The end of run %s could not be noted.", run_id)


class WarmRunCoordinator(QueuedRunCoordinator):
    """Dagster's queue, which has the warm process made ready before the first run."""

    @property
    def dequeue_interval_seconds(self) -> float:  # type: ignore[override]  # the daemon takes any
        """The seconds between two looks: half of what is set, which can be whole seconds alone.

        Dagster's daemon alone asks, when it starts, and the daemon alone starts runs: so that is
        the moment to get ready."""
        launcher = self._instance.run_launcher
        if isinstance(launcher, WarmRunLauncher):
            launcher.get_ready()
        return super().dequeue_interval_seconds / 2


def _is_of_here(run: dg.DagsterRun) -> bool:
    """Whether the run's code is that of a server on this machine, for this very Python."""
    if run.job_code_origin is None or run.remote_job_origin is None:
        return False
    server = run.remote_job_origin.repository_origin.code_location_origin
    return run.job_code_origin.executable_path == sys.executable and (
        isinstance(server, ManagedGrpcPythonEnvCodeLocationOrigin)
        or (isinstance(server, GrpcServerCodeLocationOrigin) and server.socket is not None)
    )
