"""The one Chromium that draws charts and prints pages, started before it is needed.

Without a browser the site is whole but for its pictures, and says what it lacks.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Self, TypeVar

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Result = TypeVar("Result")

BROWSER_VARIABLE = "QUARTERDECK_CHROMIUM"
BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_ARGUMENTS = (
    "--no-sandbox",  # a build may run as root in a container; the page it opens is our own
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
)


class RenderingError(RuntimeError):
    """The browser does not start, or would not draw or print."""


def find_browser() -> str | None:
    """Return the Chromium to use: ``QUARTERDECK_CHROMIUM`` if set, else the first on the path."""
    named = os.environ.get(BROWSER_VARIABLE)
    if named:
        return shutil.which(named)
    return next((path for name in BROWSER_NAMES if (path := shutil.which(name))), None)


class Chromium:
    """A browser in a thread of its own, which starts when it is asked to or has a job.

    Use it as a context: it ends the browser, whatever happens.
    """

    def __init__(self, browser: str) -> None:
        self._browser = browser
        self._ends = ExitStack()
        # In a thread of its own: the browser's driver refuses a thread that runs an event loop.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="chromium")
        self._started: Future[Browser] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.submit(self._ends.close)
        self._thread.shutdown()

    def start(self) -> Future[Browser]:
        """Start the browser, once, while the caller does something else.

        Returns:
            The promise of it, which raises ``RenderingError`` if it does not start.
        """
        if self._started is None:
            self._started = self._thread.submit(self._start)
        return self._started

    def submit(self, job: Callable[[Browser], Result]) -> Future[Result]:
        """Do a job with the browser once it is there, after those submitted before.

        Returns:
            The promise of the job's result, which raises ``RenderingError`` if the browser does
            not start, and whatever the job raises.
        """
        started = self.start()
        return self._thread.submit(lambda: job(started.result()))

    def _start(self) -> Browser:
        # Imported here: the driver takes long to import, and most commands need no browser.
        from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415

        driver = self._ends.enter_context(sync_playwright())
        try:
            chromium = driver.chromium.launch(
                executable_path=self._browser, args=[*BROWSER_ARGUMENTS]
            )
        except Error as error:
            raise RenderingError(f"{self._browser} does not start: {error}") from error
        self._ends.callback(chromium.close)
        return chromium


@contextmanager
def at_hand() -> Iterator[Chromium | None]:
    """Yield a browser, not started yet, that ends with the block; None if none is installed."""
    browser = find_browser()
    if browser is None:
        yield None
        return
    with _short_turns(), Chromium(browser) as chromium:
        yield chromium


@contextmanager
def _short_turns() -> Iterator[None]:
    """Let threads take turns ten times as often as Python does by itself (5 ms).

    The thread that talks to a browser needs many turns, each of a moment, while the one that makes
    pages never rests: the browser was there after 2.8 s instead of 3.7 s.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
