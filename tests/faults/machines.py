"""Machines that share a record: an S3 server, and processes that add at once.

    python -m tests.faults.machines serve                        an S3 server; says its port
    python -m tests.faults.machines careful ROOT FIRST COUNT     a machine that adds so much
    python -m tests.faults.machines careless ROOT FIRST COUNT    … that puts its own over others'
    python -m tests.faults.machines kills ROOT OTHER ROUNDS      one is killed, one goes on

A machine is a process with a workspace of its own. It tells each thing on a line of its own, once
it was acknowledged.
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
import os
import random
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from pipelines.object_store import ObjectStore, store_of
from pipelines.record import parcel
from pipelines.record.kept import Kept
from pipelines.record.model import EventKind
from pipelines.record.parcel import entries_in, unpacked
from pipelines.record.shared import Chain, key_after
from pipelines.record.store import Record
from pipelines.sharing import verify_all
from pipelines.workspace import Workspace
from tests.faults import small

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}


class _Quiet(WSGIRequestHandler):
    def log(self, *args: Any, **kwargs: Any) -> None:
        del args, kwargs


def serve() -> None:
    """An S3 server until its standard input ends. It looks and puts as one step, as S3 does: moto's
    own threads could let two pass that each saw nothing there."""
    within = DomainDispatcherApplication(create_backend_app)
    one_at_a_time = threading.Lock()

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        with one_at_a_time:
            return list(within(environ, start))

    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


class Server:
    """An S3 server in a process of its own."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.machines", "serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.endpoint = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def running() -> Iterator[Server]:
    """An S3 server, and an environment in which clients find it."""
    server = Server()
    given = {**ENVIRONMENT, "AWS_ENDPOINT_URL": server.endpoint}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield server
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        server.stop()


def environment() -> dict[str, str]:
    """What a process must be given to find the server that runs."""
    return {name: os.environ[name] for name in (*ENVIRONMENT, "AWS_ENDPOINT_URL")}


def new_address() -> str:
    """A folder in a bucket of its own."""
    from fsspec.core import url_to_fs  # noqa: PLC0415

    name = f"bucket-{secrets.token_hex(6)}"
    files, _ = url_to_fs(f"s3://{name}", skip_instance_cache=True)
    files.mkdir(name)
    return f"s3://{name}/quarterdeck"


def tell(**told: Any) -> None:
    """Says what was acknowledged."""
    print(json.dumps(told), flush=True)


def machine(root: Path, first: int, count: int) -> None:
    """Takes decisions and sends returns, half of which the other machines send too. Begins when it
    is told to."""
    record = Record(Workspace(root).record)
    small.reference()
    tell(ready=True)
    sys.stdin.readline()
    for number in range(first, first + count):
        act(record, number, sends=number % 4 == 3)


def act(record: Record, number: int, *, sends: bool) -> None:
    """Does one thing and tells it once it is acknowledged."""
    if not sends:
        event = record.add_event(
            EventKind.EXCUSED, at=dt.datetime.now(dt.UTC), by_whom="Officer", reason=f"{number}",
            organisation="UHB", return_name="risks", quarter="2018-19-Q1",
        )  # fmt: skip
        tell(id=event.event_id)
        return
    which = number % 1000 if number % 8 == 3 else number
    content = small.training_return(6000, comment=f"No. {which}")
    received = small.send(record, content, at=dt.datetime.now(dt.UTC), sender="UHB")
    tell(id=received.submission.submission_id, sha256=received.submission.sha256)


def careless() -> None:
    """From now on this machine puts objects over those of others."""

    def over(self: ObjectStore, key: str, content: bytes) -> bool:
        self.write(key, content)
        return True

    mock.patch.object(ObjectStore, "create", over).start()


# What each fork would import: here once.
_LOADED = (
    "s3fs",
    "aiobotocore.session",
    "hypothesis",
    "pandera.strategies.base_strategies",
    "pandera.backends.polars.register",
)

# Where a process is killed, before or after what, and whether it sends a return there or decides.
POINTS = (
    (Chain, "commit", "before", True),
    (Chain, "commit", "after", True),
    (parcel, "place_folder", "after", True),
    (Kept, "add", "after", True),
    (Kept, "end", "after", True),
    (Chain, "commit", "before", False),
    (Chain, "commit", "after", False),
    (parcel, "place_file", "after", False),
)


def killed_at(where: Any, name: str, when: str) -> None:
    """From now on this process is killed there."""
    call = getattr(where, name)

    def dies(*args: Any, **kwargs: Any) -> None:
        if when == "after":
            call(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    mock.patch.object(where, name, dies).start()


def kills(one: Path, other: Path, rounds: int) -> None:
    """Kills what adds on one machine, at each point and at random moments; after each the other
    machine goes on. Each is a fork of this process, which uses nothing that has threads."""
    for module in _LOADED:
        importlib.import_module(module)
    number = 0
    for where, name, when, sends in POINTS:
        number += 2
        _forked(one, number, sends=sends, before=partial(killed_at, where, name, when))
        tell(killed=f"{when} {name}", number=number, sends=sends)
        _forked(other, number + 1, sends=number % 4 == 0)
    chance = random.Random(7)  # noqa: S311  # no secret: the moments of kills
    for _ in range(rounds):
        number += 2
        _forked(one, number, sends=number % 4 == 0, seconds=chance.uniform(0.1, 0.5))
        _forked(other, number + 1, sends=False)


def _forked(
    root: Path,
    number: int,
    *,
    sends: bool,
    before: Callable[[], None] | None = None,
    seconds: float | None = None,
) -> None:
    process = os.fork()
    if process:
        if seconds is not None:
            time.sleep(seconds)
            os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        return
    code = 1
    try:
        if before is not None:
            before()
        act(Record(Workspace(root).record), number, sends=sends)
        code = 0
    finally:
        os._exit(code)


def started(*arguments: object) -> subprocess.Popen[str]:
    """A process of this module at work."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.machines", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def at_once(machines: Iterable[subprocess.Popen[str]]) -> list[list[dict[str, Any]]]:
    """Lets machines begin together; what each told until it ended."""
    machines = list(machines)
    for one in machines:
        assert one.stdout is not None
        assert json.loads(one.stdout.readline()) == {"ready": True}
    for one in machines:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    return [told_by(one) for one in machines]


def told_by(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """What it told until it ended."""
    out, _ = process.communicate(timeout=300)
    return [json.loads(line) for line in out.splitlines() if line.endswith("}")]


def content_of(record: Path) -> dict[str, bytes]:
    """Every file of the record in a folder."""
    return {
        str(path.relative_to(record)): path.read_bytes()
        for folder in ("submissions", "events")
        for path in record.glob(f"{folder}/**/*")
        if path.is_file()
    }


def chain_in(store: ObjectStore) -> list[str]:
    """The ids in the store, one after the other from the first."""
    found: list[str] = []
    while (content := store.read(key_after(found[-1] if found else None))) is not None:
        found.append(unpacked(content).identifier)
    return found


def same_on(*workspaces: Workspace) -> list[str]:
    """Holds that all have what the store has, in its order, and nothing is wrong; gives the ids."""
    store = store_of(workspaces[0].root)
    assert store is not None
    ids = chain_in(store)
    assert ids == sorted(set(ids))
    for workspace in workspaces:
        Record(workspace.record).catch_up()
        assert list(entries_in(workspace.record)) == ids
        assert content_of(workspace.record) == content_of(workspaces[0].record)
    assert verify_all(workspaces[0]).faults == []
    return ids


if __name__ == "__main__":
    what, *given = sys.argv[1:]
    if what == "serve":
        serve()
    elif what == "kills":
        kills(Path(given[0]), Path(given[1]), int(given[2]))
    else:
        if what == "careless":
            careless()
        machine(Path(given[0]), int(given[1]), int(given[2]))
