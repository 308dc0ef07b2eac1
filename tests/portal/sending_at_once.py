"""Many people send a return at the same moment, each their own, to one portal.

Each has an account and a session and sends another return (another organisation or quarter);
everyone waits at a barrier and sends at once. Then the record is looked at: whether it holds each
file under its own sender and obligation, byte for byte. The senders run on the same machine.
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from pipelines.record.model import Obligation
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from portal.project import open_accounts
from portal.roles import Role
from schemas.quarter import Quarter
from tests.boards import with_board
from tests.portal.conftest import session_of

ORGANISATIONS = ("BCC", "BSAB", "BSCB", "PH")  # those that owe a report on their actions
FIRST = Quarter(2019, 1)
TOKEN = "t" * 32  # of the form: the same in the cookie and in the field


@dataclass(frozen=True, kw_only=True)
class Sender:
    """One person: the account, its session's key, what it sends for what."""

    name: str
    key: str
    obligation: Obligation
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of it. ``seconds`` are those of each answer, ``wrong`` what is lost or mixed up,
    ``health`` the slowest answer of the health page meanwhile."""

    seconds: tuple[float, ...]
    wrong: tuple[str, ...]
    health: float
    processor: float


def run(folder: Path, *, people: int, rows: int) -> Result:
    """Sends and looks. Raises ``RuntimeError`` where the portal does not start."""
    senders = _senders(folder, people=people, rows=rows)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli.main", "--workspace", str(folder), "portal",
         "--port", str(port)],
        stdout=subprocess.DEVNULL, env=dict(os.environ),
    )  # fmt: skip
    try:
        _wait(port, process)
        time.sleep(8)  # the workers load what they check with; a portal that runs has done so
        seconds, health = _all_at_once(senders, port)
    finally:
        process.terminate()
        process.wait(timeout=60)
    done = os.times()
    return Result(
        seconds=tuple(seconds),
        wrong=tuple(_wrong(folder, senders)),
        health=health,
        processor=done.children_user + done.children_system,
    )


def _senders(folder: Path, *, people: int, rows: int) -> list[Sender]:
    accounts = open_accounts(with_board(Workspace(folder)))
    made = []
    for number in range(people):
        name = f"sender{number:02d}"
        organisation = ORGANISATIONS[number % len(ORGANISATIONS)]
        quarter = FIRST.shift(number // len(ORGANISATIONS))
        accounts.add(name, organisations=[organisation], roles=[Role.SENDER], with_password=False)
        key = session_of(accounts.account(name), address="127.0.0.1")
        obligation = Obligation(organisation, "action_progress", quarter)
        made.append(
            Sender(
                name=name,
                key=key,
                obligation=obligation,
                content=_file(obligation, rows=rows),
            )
        )
    return made


def _file(obligation: Obligation, *, rows: int) -> bytes:
    heading = (
        "organisation,quarter,plan,ref,action,lead,start,due,rating,progress,reason,"
        "recovery_date,comment"
    )
    who, when = obligation.organisation, obligation.quarter.label
    lines = [
        f"{who},{when},cqc_review,{n},Action {n} of {who} in {when},A board,,2030-03-31,Green,"
        f"Work goes to plan in {when}.,,,"
        for n in range(1, rows + 1)
    ]
    return "\r\n".join([heading, *lines, ""]).encode()


def _all_at_once(senders: list[Sender], port: int) -> tuple[list[float], float]:
    barrier = threading.Barrier(len(senders) + 1)
    seconds = [0.0] * len(senders)

    def send(number: int) -> None:
        one = senders[number]
        body, kind = _form(one)
        barrier.wait()
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        headers = {"Content-Type": kind, "Cookie": f"returns={one.key}; returns-form={TOKEN}"}
        connection.request("POST", _path(one.obligation) + "/file", body=body, headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 302:
            raise RuntimeError(f"{one.name} was answered {answer.status}")
        connection.request("GET", answer.headers["location"], headers=headers)
        page = connection.getresponse().read()
        seconds[number] = time.perf_counter() - started
        connection.close()
        if not re.search(rb"Accepted", page):
            raise RuntimeError(f"{one.name} was not told that it is accepted")

    threads = [threading.Thread(target=send, args=(n,)) for n in range(len(senders))]
    for thread in threads:
        thread.start()
    barrier.wait()
    slowest = 0.0
    while any(thread.is_alive() for thread in threads):
        slowest = max(slowest, _health(port))
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    return seconds, slowest


def _path(obligation: Obligation) -> str:
    return f"/returns/{obligation.organisation}/{obligation.return_name}/{obligation.quarter.key}"


def _health(port: int) -> float:
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/health")
    connection.getresponse().read()
    connection.close()
    return time.perf_counter() - started


def _form(sender: Sender) -> tuple[bytes, str]:
    fields = {"csrfmiddlewaretoken": TOKEN, "do": "send"}
    parts = [
        f'--X\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = b'--X\r\nContent-Disposition: form-data; name="file"; filename="return.csv"\r\n\r\n'
    return b"".join([*parts, head, sender.content, b"\r\n--X--\r\n"]), (
        "multipart/form-data; boundary=X"
    )


def _wrong(folder: Path, senders: list[Sender]) -> list[str]:
    """What the record holds otherwise than it was sent; empty where all is well."""
    record = Record(Workspace(folder).record)
    kept = {one.sender: one for one in record.submissions()}
    wrong = [] if len(record.submissions()) == len(senders) else ["another number of submissions"]
    for sender in senders:
        one = kept.get(sender.name)
        if one is None:
            wrong.append(f"{sender.name}: lost")
        elif one.obligation != sender.obligation or not one.is_accepted:
            wrong.append(f"{sender.name}: {one.obligation} {one.outcome}")
        elif record.as_sent(one.submission_id) != sender.content:
            wrong.append(f"{sender.name}: other bytes")
    return wrong


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1200):
        if process.poll() is not None:
            raise RuntimeError("the portal ended before it began")
        try:
            _health(port)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the portal does not answer")
