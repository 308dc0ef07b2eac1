"""A portal on an empty record, with a clock that stands still, and people who use it."""

from __future__ import annotations

import datetime as dt
import functools
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.test import Client, RequestFactory

from pipelines.workspace import Workspace
from portal.project import open_accounts, set_up
from portal.roles import Role
from portal.settings import Limits, Settings
from portal.state import Portal, make_portal
from portal.work import Workers
from tests.boards import with_board

if TYPE_CHECKING:
    from portal.accounts import Accounts
    from portal.models import Account

PASSWORD = "lantern orbit velvet cactus"  # noqa: S105  # of nobody
START = dt.datetime(2018, 10, 18, 9, 0, tzinfo=dt.UTC)
RETURN = "/returns/BCHC/training_compliance/2018-19-Q2"
GOOD = (
    Path(__file__).resolve().parents[2]
    / "samples/illustrative/training_compliance/BCHC-training_compliance-2018-19-Q2.csv"
).read_bytes()

_FOLDER = tempfile.TemporaryDirectory(prefix="portal-accounts-")
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def session_of(account: Account, *, address: str) -> str:
    """The key of a session that was begun for the account."""
    request = RequestFactory(REMOTE_ADDR=address).get("/")
    request.session = SessionStore()
    login(request, account, backend="portal.signing_in.Backend")
    request.session.save()
    return str(request.session.session_key)


def multipart(fields: dict[str, str], content: bytes, *, name: str) -> bytes:
    """The body of a form with a file, between boundaries that are B."""
    quoted = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    parts = [
        f'--B\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in fields.items()
    ]
    head = f'--B\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n\r\n'
    return "".join([*parts, head]).encode() + content + b"\r\n--B--\r\n"


@dataclass
class Clock:
    """A clock that moves only when it is told to."""

    traveller: time_machine.Traveller

    @property
    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def forward(self, **by: float) -> None:
        self.traveller.shift(dt.timedelta(**by))


@dataclass(frozen=True)
class Answer:
    """What the portal answered, under which path."""

    path: str
    status_code: int
    content: bytes
    headers: dict[str, str]  # their names in small letters
    cookies: dict[str, str]  # each as it was sent

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")


@dataclass
class Person:
    """Somebody with a browser. Forms are sent with the token of the page they stand on."""

    world: World
    client: Client
    token: str = ""

    def get(self, path: str, **more: Any) -> Answer:
        return self._seen(path, self.world.asked(self.client.get, path, **more))

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Answer:
        fields = {"csrfmiddlewaretoken": self.token, **(data or {})}
        return self._seen(path, self.world.asked(self.client.post, path, data=fields, **more))

    def send(
        self, content: bytes, *, name: str = "return.csv", do: str = "send", path: str = RETURN
    ) -> Answer:
        """Sends a file, or checks it, from the return's page; gives the page it leads to."""
        self.get(path)
        answer = self.post_file(path + "/file", content, name=name, do=do)
        return self.get(answer.headers["location"]) if answer.status_code == 302 else answer

    def post_file(
        self, path: str, content: bytes, *, name: str = "a.csv", do: str = "send", **more: Any
    ) -> Answer:
        """Sends a form with a file, its name as a browser writes it."""
        body = multipart({"csrfmiddlewaretoken": self.token, "do": do}, content, name=name)
        kind = "multipart/form-data; boundary=B"
        sent = self.world.asked(self.client.post, path, data=body, content_type=kind, **more)
        return self._seen(path, sent)

    def sign_in(self, name: str, password: str = PASSWORD) -> Answer:
        self.get("/sign-in")
        answer = self.post("/sign-in", {"login": name, "password": password})
        if answer.status_code == 302:
            self.get(answer.headers["location"])
        return answer

    def _seen(self, path: str, response: Any) -> Answer:
        answer = Answer(
            path=urlsplit(path).path,
            status_code=response.status_code,
            content=response.content,
            headers={name.lower(): value for name, value in response.headers.items()},
            cookies={name: one.OutputString() for name, one in response.cookies.items()},
        )
        if "html" in answer.headers.get("content-type", ""):
            found = _TOKEN.search(answer.text)
            self.token = found[1] if found else self.token
        return answer


@dataclass
class World:
    """One portal with everyone's accounts. ``person`` gives a fresh browser."""

    portal: Portal
    given_clock: Clock | None
    accounts: Accounts

    def person(self, name: str | None = None, *, address: str = "192.0.2.7") -> Person:
        self.in_force()
        scheme = "https" if self.portal.settings.behind_tls else "http"
        client = Client(
            enforce_csrf_checks=True,
            raise_request_exception=False,
            REMOTE_ADDR=address,
            SERVER_NAME="127.0.0.1",
            headers={"origin": f"{scheme}://127.0.0.1"},
        )
        person = Person(self, client)
        if name is not None:
            # As after signing in, which has tests of its own and takes its time on purpose.
            key = session_of(self.accounts.account(name), address=address)
            client.cookies[django_settings.SESSION_COOKIE_NAME] = key
            person.get("/account")
        return person

    def asked(self, how: Callable[..., Any], path: str, **more: Any) -> Any:
        """Asks this world, whichever was made since; by https where it stands behind TLS."""
        self.in_force()
        return how(path, secure=self.portal.settings.behind_tls, **more)

    def in_force(self) -> None:
        """Has Django answer for this portal."""
        if django_settings.QUARTERDECK is not self.portal:
            cache.clear()  # the rates of another portal
            set_up(self.portal)

    @property
    def clock(self) -> Clock:
        assert self.given_clock is not None
        return self.given_clock

    def log(self) -> list[tuple[str, str | None]]:
        return [(entry.what, entry.account) for entry in self.portal.audit.entries()]


ACCOUNTS: dict[str, tuple[list[str], list[Role]]] = {
    "bchc": (["BCHC"], [Role.SENDER]),
    "bchc.chief": (["BCHC"], [Role.SIGNATORY]),
    "uhb": (["UHB"], [Role.SENDER, Role.SIGNATORY]),
    "both": (["UHB", "BCHC"], [Role.SENDER]),
    "officer": ([], [Role.OFFICER]),
}


@functools.cache
def everyones_accounts() -> Path:
    """A database with everybody's account, made once: it is copied from then on."""
    workspace = with_board(Workspace(Path(_FOLDER.name)))
    accounts = open_accounts(workspace)
    from portal.models import Account  # noqa: PLC0415  # once Django is set up

    one = Account()
    one.set_password(PASSWORD)  # one hash for all: making each takes the time that it should
    for name, (organisations, roles) in ACCOUNTS.items():
        accounts.add(name, organisations=organisations, roles=roles, with_password=False)
    Account.objects.update(password=one.password)
    return workspace.portal / "accounts.sqlite3"


def make_world(folder: Path, clock: Clock | None = None, **settings: Any) -> World:
    """A portal in a folder, its workers not started."""
    workspace = with_board(Workspace(folder))
    workspace.portal.mkdir(exist_ok=True)
    (workspace.portal / "accounts.sqlite3").touch(mode=0o600)
    shutil.copyfile(everyones_accounts(), workspace.portal / "accounts.sqlite3")
    portal = make_portal(Settings(workspace=workspace, workers=1, **settings))
    set_up(portal)
    cache.clear()  # the rates of the portal before
    from portal.accounts import Accounts  # noqa: PLC0415  # once Django is set up

    return World(portal=portal, given_clock=clock, accounts=Accounts())


@pytest.fixture
def clock() -> Iterator[Clock]:
    """The time of the whole process, standing still."""
    with time_machine.travel(START, tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture
def make(tmp_path: Path, clock: Clock) -> Callable[..., World]:
    """Makes a world with other settings; without workers, so nothing can be checked in it."""
    made: list[World] = []

    def one(**settings: Any) -> World:
        made.append(make_world(tmp_path / str(len(made)), clock, **settings))
        return made[-1]

    return one


@pytest.fixture
def quiet(make: Callable[..., World]) -> World:
    """A portal without workers: for pages that check no file."""
    return make()


@pytest.fixture(scope="module")
def one_record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A portal whose workers run, one for all tests of a file: what they send adds up in it."""
    limits = Limits(forms_of_an_account="10000/60s/user", sign_ins_from_an_address="10000/60s/ip")
    world = make_world(tmp_path_factory.mktemp("portal"), limits=limits)
    world.portal.workers = Workers(1, seconds=120)
    yield world
    world.portal.workers.stop()


@pytest.fixture
def running(one_record: World, clock: Clock) -> World:
    """The same, with the clock of this test."""
    one_record.given_clock = clock
    one_record.in_force()
    return one_record
