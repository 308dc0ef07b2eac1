"""Takes the pictures in docs/officer.md from Dagster's own pages, on a workspace with the demo.

    python -m scripts.officer_pictures workspace-demo

Writes docs/images/officer/*.png, each under 200 KB. The pages are served read-only: nothing runs
in the workspace meanwhile.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from dashboards.rendering import BROWSER_ARGUMENTS, find_browser

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs/images/officer"
PORT = 3110
ADDRESS = f"http://127.0.0.1:{PORT}"
LARGEST = 200 * 1024
WAIT_SECONDS = 300
RETURN = "/assets/raw/training_compliance"


def main() -> None:
    """Makes every picture anew."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    workspace = Path(sys.argv[1]).resolve()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with _pages_of(workspace), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_browser(), args=[*BROWSER_ARGUMENTS])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(60_000)
        _assets(page)
        _return(page)
        _overviews(page)
        _automation(page)
        browser.close()


@contextmanager
def _pages_of(workspace: Path) -> Iterator[None]:
    """Dagster's pages on the workspace while the block runs, read-only."""
    command = [sys.executable, "-m", "orchestration.cli.main", "--workspace", str(workspace)]
    started = subprocess.Popen(
        [*command, "ui", "--read-only", "--port", str(PORT)], start_new_session=True
    )
    try:
        _wait_until_it_answers(started)
        yield
    finally:
        _stop(started)


def _wait_until_it_answers(started: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        if started.poll() is not None:
            sys.exit("Dagster's pages did not start; see above.")
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", PORT)) == 0:
                return
        time.sleep(1)
    sys.exit(f"Dagster's pages did not answer within {WAIT_SECONDS} seconds.")


def _stop(started: subprocess.Popen[bytes]) -> None:
    """Ends the whole group: the server and what serves the definitions."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        for _ in range(20):
            try:
                os.killpg(started.pid, sign)
            except ProcessLookupError:
                return  # all of it has ended
            started.poll()  # takes note of its end, or it would stay in the group
            time.sleep(0.5)


def _assets(page: Page) -> None:
    page.goto(ADDRESS + "/asset-groups")
    page.get_by_text("releases").first.wait_for()
    _take(page, "groups")


def _return(page: Page) -> None:
    page.goto(f"{ADDRESS}{RETURN}?view=checks")
    page.get_by_text("[Show Markdown]").first.wait_for()
    _take(page, "return-checks")
    page.get_by_text("[Show Markdown]").first.click()
    page.get_by_role("cell", name="What to do").or_(page.get_by_text("What to do")).first.wait_for()
    _take(page, "return-findings")


def _overviews(page: Page) -> None:
    for name, words, picture in (
        ("what_is_owed", "quarters", "what-is-owed"),
        ("next_publication", "stands in its way", "next-publication"),
    ):
        page.goto(f"{ADDRESS}/assets/{name}")
        value = page.get_by_text(words, exact=True).first
        value.wait_for()
        value.evaluate("one => one.scrollIntoView({block: 'center'})")
        _take(page, picture)
    page.goto(f"{ADDRESS}/assets/what_is_owed?view=checks")
    page.get_by_text("[Show Markdown]").first.wait_for()
    page.get_by_text("[Show Markdown]").first.click()
    page.get_by_text("Days late").first.wait_for()
    _take(page, "late")


def _automation(page: Page) -> None:
    page.goto(ADDRESS + "/automation")
    page.get_by_text("new_submissions").first.wait_for()
    _take(page, "automation")


def _take(page: Page, name: str) -> None:
    page.wait_for_timeout(2500)  # what moves comes to rest; what loads late is there
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    if path.stat().st_size > LARGEST:
        sys.exit(f"{path} is larger than {LARGEST // 1024} KB: take a smaller part of the page.")


if __name__ == "__main__":
    main()
