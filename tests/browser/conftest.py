"""One public folder for the whole run, and one Chromium for each module that tests.

The folder is as an officer's publication leaves it: two editions, the newest with its PDFs and its
zip. It is built once, whichever process comes first.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from dashboards.drawing.chromium import BROWSER_ARGUMENTS, find_browser
from orchestration.site import BoardSite
from pipelines.durable import exclusive
from pipelines.publishing.making import make_draft, publish
from pipelines.publishing.releases import LEDGER, staging_folder
from pipelines.record.model import Details, EventKind
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.quarter import Quarter
from tests import small_city
from tests.boards import BIRMINGHAM, with_board
from tests.browser.pages import Way
from tests.dashboards import made_up

NOW = dt.datetime(2018, 11, 20, 10, tzinfo=dt.UTC)
_SCHEMES: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"color_scheme": "dark", "forced_colors": "active"},
}
# One open page: its console's errors and every request it made.
Open = Callable[..., AbstractContextManager["Opened"]]

WIDE = Way(1280, "light", script=True)


class Opened:
    """A page that is open, with what it said and asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on(
            "console", lambda said: self.errors.append(said.text) if said.type == "error" else None
        )
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a module.

    Not of the whole process: while Playwright is open it holds the thread's event loop, and no
    test of another module could run one, nor any code under test start a browser of its own.
    """
    path = find_browser()
    if path is None:
        pytest.skip("no Chromium: scripts/install-browser installs it")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=[*BROWSER_ARGUMENTS])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Workspace:
    """Two published editions; the newest has pages of every kind."""
    if find_browser() is None:
        pytest.skip("no Chromium: scripts/install-browser installs it")
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "published"
    made = Workspace(shared / "workspace")
    with exclusive(shared / "lock"):
        if not (shared / "done").exists():
            publish_two(made.create())
            (shared / "done").touch()
    return made


def publish_two(workspace: Workspace) -> None:
    """Two editions as an officer's publications leave them, each from its draft."""
    record = Record(workspace.record)
    first, last = Quarter(2018, 1), made_up.LAST
    folder = shutil.copytree(BIRMINGHAM, workspace.board, dirs_exist_ok=True)
    for name, content in made_up.shapes().items():
        (folder / "shapes" / name).write_bytes(content)
    with_board(workspace, folder)
    for quarter in (first, last):
        staging = staging_folder(workspace.releases)
        if quarter == first:
            small_city.build(
                staging / "data", quarter=first, meeting_on=dt.date(2018, 7, 31), plans=False,
                without=["TC01", "DA01", "CP01", "SA01"],
            )  # fmt: skip
        else:
            made_up.write(_made(staging / "data"), made_up.everything())
        (staging / LEDGER).write_text("{}", encoding="utf-8")
        draft = make_draft(workspace, staging, BoardSite(workspace), made_by="a test", now=NOW)
        record.add_event(
            EventKind.SIGN_OFF, at=NOW, by_whom="Head of performance", reason="",
            details=Details(quarter=quarter, data_sha256=draft.release.data_sha256,
                            open_queries=0, not_accepted=()),
        )  # fmt: skip
        publish(workspace, record, quarter, BoardSite(workspace), now=NOW)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="session")
def public(workspace: Workspace) -> Path:
    """The public folder. Only read it."""
    return workspace.public


@pytest.fixture(scope="session")
def newest(public: Path) -> Path:
    """The folder of the newest edition."""
    content = json.loads((public / "editions.json").read_bytes())
    return public / "meetings" / str(content["latest"])


@pytest.fixture
def opened(browser: Browser) -> Open:
    """Opens a page in one way of looking at it."""

    @contextmanager
    def open_page(path: Path, way: Way = WIDE) -> Iterator[Opened]:
        context = browser.new_context(
            viewport={"width": way.width, "height": 900},
            java_script_enabled=way.script,
            reduced_motion="reduce",
            **_SCHEMES[way.scheme],
        )
        try:
            made = Opened(context.new_page())
            made.page.goto(path.as_uri())
            yield made
        finally:
            context.close()

    return open_page
