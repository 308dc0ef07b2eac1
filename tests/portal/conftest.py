"""A portal on an empty record, with a clock that stands still, and people who use it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from pipelines.workspace import Workspace
from portal.accounts import Role
from portal.app import create, make_portal
from portal.database import Database
from portal.handling import Portal, session_cookie
from portal.passwords import hash_of
from portal.settings import Limits, Settings

PASSWORD = "lantern orbit velvet cactus"  # noqa: S105  # of nobody
START = dt.datetime(2018, 10, 18, 9, 0, tzinfo=dt.UTC)
RETURN = "/returns/BCHC/training_compliance/2018-19-Q2"
GOOD = (
    Path(__file__).resolve().parents[2]
    / "samples/illustrative/training_compliance/BCHC-training_compliance-2018-19-Q2.csv"
).read_bytes()

_TOKEN = re.compile(r'name="token" value="([^"]+)"')


@cache
def one_hash() -> str:
    """The hash of everybody's password."""
    return hash_of(PASSWORD)


@dataclass
class Clock:
    """A clock that moves only when it is told to."""

    now: dt.datetime = START

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += dt.timedelta(**by)


@dataclass
class Person:
    """Somebody with a browser. Forms are sent with the token of the page they stand on."""

    client: TestClient
    token: str = ""

    def get(self, path: str, **more: Any) -> httpx2.Response:
        return self._seen(self.client.get(path, **more))

    def post(self, path: str, data: dict[str, str] | None = None, **more: Any) -> httpx2.Response:
        fields = {"token": self.token, **(data or {})}
        return self._seen(self.client.post(path, data=fields, **more))

    def send(
        self, content: bytes, *, name: str = "return.csv", do: str = "send", path: str = RETURN
    ) -> httpx2.Response:
        """Sends a file, or checks it, from the return's page; gives the page it leads to."""
        self.get(path)
        answer = self.post(path + "/file", {"do": do}, files={"file": (name, content, "text/csv")})
        return self.get(answer.headers["location"]) if answer.status_code == 303 else answer

    def sign_in(self, name: str, password: str = PASSWORD) -> httpx2.Response:
        self.get("/sign-in")
        answer = self.post("/sign-in", {"name": name, "password": password})
        if answer.status_code == 303:
            self.get(answer.headers["location"])
        return answer

    def _seen(self, response: httpx2.Response) -> httpx2.Response:
        found = (
            _TOKEN.search(response.text)
            if "html" in response.headers.get("content-type", "")
            else None
        )
        if found:
            self.token = found[1]
        return response


@dataclass
class World:
    """One portal with everyone's accounts. ``person`` gives a fresh browser."""

    portal: Portal
    clock: Clock
    app: Any
    clients: list[TestClient] = field(default_factory=list)

    def person(self, name: str | None = None, *, address: str = "192.0.2.7") -> Person:
        client = TestClient(
            self.app,
            base_url="https://127.0.0.1",
            follow_redirects=False,
            client=(address, 50000),
        )
        self.clients.append(client)
        person = Person(client)
        if name is not None:
            # As after signing in, which has tests of its own and takes its time on purpose.
            account = self.portal.accounts.account(name)
            assert account is not None
            key = self.portal.sessions.begin(account, way="password", now=self.clock())
            cookie = session_cookie(self.portal.settings)
            client.cookies.set(cookie, key, domain="127.0.0.1", path="/")
            person.token = self.portal.tokens.token(key)
        return person

    def log(self) -> list[tuple[str, str | None]]:
        return [(entry.what, entry.account) for entry in self.portal.audit.entries()]


ACCOUNTS: dict[str, tuple[list[str], list[Role]]] = {
    "bchc": (["BCHC"], [Role.SENDER]),
    "bchc.chief": (["BCHC"], [Role.SIGNATORY]),
    "uhb": (["UHB"], [Role.SENDER, Role.SIGNATORY]),
    "both": (["UHB", "BCHC"], [Role.SENDER]),
    "officer": ([], [Role.OFFICER]),
}


def make_world(folder: Path, **settings: Any) -> World:
    """A portal in a folder, its workers not started."""
    clock = Clock()
    workspace = Workspace(folder).create()
    portal = make_portal(Settings(workspace=workspace, clock=clock, workers=1, **settings))
    for name, (organisations, roles) in ACCOUNTS.items():
        portal.accounts.add(
            name, organisations=organisations, roles=roles, now=clock(), with_password=False
        )
    # One hash for all: making each takes the time that it should.
    with Database(workspace.portal / "accounts.sqlite3").changing() as connection:
        connection.execute(
            "UPDATE account SET password_hash = ?, password_is_first = 0", (one_hash(),)
        )
    return World(portal=portal, clock=clock, app=create(portal))


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Makes a world with other settings; without workers, so nothing can be checked in it."""
    made: list[World] = []

    def one(**settings: Any) -> World:
        made.append(make_world(tmp_path / str(len(made)), **settings))
        return made[-1]

    yield one
    for world in made:
        for client in world.clients:
            client.close()


@pytest.fixture
def quiet(make: Callable[..., World]) -> World:
    """A portal without workers: for pages that check no file."""
    return make()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A portal whose workers run, one for all tests of a file: what they send adds up in it."""
    limits = Limits(forms_of_an_account=(10_000, 60), sign_ins_from_an_address=(10_000, 60))
    world = make_world(tmp_path_factory.mktemp("portal"), limits=limits)
    with TestClient(world.app, base_url="https://127.0.0.1"):
        yield world
    for client in world.clients:
        client.close()
