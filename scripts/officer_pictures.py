"""Take the pictures in docs/officer.md from Dagster's own pages, on a workspace with the demo.

    python -m scripts.officer_pictures workspace-demo

Writes docs/images/officer/*.png, each under 200 KB. The pages are served read-only: nothing runs
in the workspace meanwhile.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from playwright.sync_api import Page, sync_playwright

from dashboards.drawing.chromium import BROWSER_ARGUMENTS, find_browser
from orchestration.instance import opened
from orchestration.jobs import BUILD
from pipelines.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs/images/officer"
PORT = 3110
ADDRESS = f"http://127.0.0.1:{PORT}"
LARGEST = 200 * 1024
WAIT_SECONDS = 300
RETURN = "/assets/raw/training_compliance"


def main() -> None:
    """Make every picture anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    workspace: Path = parser.parse_args().workspace.resolve()
    build = _newest_build(workspace)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with _pages_of(workspace), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_browser(), args=[*BROWSER_ARGUMENTS])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(60_000)
        _assets(page)
        _return(page)
        _overviews(page)
        _automation(page)
        _run(page, build)
        browser.close()


@contextmanager
def _pages_of(workspace: Path) -> Iterator[None]:
    """Dagster's pages on the workspace while the block runs, read-only."""
    command = [sys.executable, "-m", "orchestration.cli.main", "--workspace", str(workspace)]
    started = subprocess.Popen([*command, "ui", "--read-only", "--port", str(PORT)])
    try:
        _wait_until_it_answers(started)
        yield
    finally:
        started.terminate()  # it ends the servers that it started
        started.wait()


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


def _assets(page: Page) -> None:
    page.goto(ADDRESS + "/asset-groups")
    page.get_by_text("releases").first.wait_for()
    page.get_by_text("fetching statuses").first.wait_for()
    page.get_by_text("fetching statuses").first.wait_for(state="hidden")
    _take(page, "groups")


def _return(page: Page) -> None:
    page.goto(f"{ADDRESS}{RETURN}?view=checks")
    page.get_by_text("[Show Markdown]").first.wait_for()
    _take(page, "return-checks", height=570)
    page.get_by_text("[Show Markdown]").first.click()
    page.get_by_role("cell", name="What to do").or_(page.get_by_text("What to do")).first.wait_for()
    _take(page, "return-findings", height=570)


def _overviews(page: Page) -> None:
    for name, words, picture in (
        ("at_a_glance", "next publication", "at-a-glance"),
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
    _take(page, "late", height=570)


def _automation(page: Page) -> None:
    page.goto(ADDRESS + "/automation")
    page.get_by_text("new_submissions").first.wait_for()
    _take(page, "automation")


def _run(page: Page, run_id: str) -> None:
    page.goto(f"{ADDRESS}/runs/{run_id}")
    page.get_by_text("RUN_SUCCESS").first.wait_for()
    page.get_by_text("Loading run logs").wait_for(state="hidden")
    _take(page, "run")


def _newest_build(workspace: Path) -> str:
    """The run of the newest build that succeeded."""
    wanted = dg.RunsFilter(job_name=BUILD, statuses=[dg.DagsterRunStatus.SUCCESS])
    with opened(Workspace(workspace)) as instance:
        return instance.get_runs(wanted, limit=1)[0].run_id


def _take(page: Page, name: str, *, height: int = 900) -> None:
    page.wait_for_timeout(2500)  # what moves comes to rest; what loads late is there
    path = IMAGES / f"{name}.png"
    page.screenshot(
        path=path,
        animations="disabled",
        clip={"x": 0, "y": 0, "width": 1440, "height": height},
    )
    if path.stat().st_size > LARGEST:
        sys.exit(f"{path} is larger than {LARGEST // 1024} KB: take a smaller part of the page.")


if __name__ == "__main__":
    main()
