"""What people do in the pages in Chromium, for the tests that use it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect, sync_playwright

from tests.portal.conftest import GOOD, PASSWORD

CHROMIUM = shutil.which("chromium")
THREE_FAULTS = (
    GOOD.replace(b"4736,4530", b"4736,4830")  # more trained than there are
    .replace(b"2843,2475", b"2843,lots")
    .replace(b"1466,1280", b"1466,")
)

# A page may take its time where two processes test at once; by itself it waits for 5 s.
expect.set_options(timeout=30_000)

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium is not installed: the pages are NOT tried in a browser."
)


@contextmanager
def chromium_running() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        try:
            yield browser
        finally:
            browser.close()


def sign_in(page: Page, address: str, name: str) -> None:
    """Signs in as somebody of ``tests.portal.conftest``."""
    page.goto(address + "/sign-in")
    page.get_by_label("Account").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def choose(page: Page, content: bytes, name: str = "return.csv") -> None:
    """Chooses a file on the page of a return."""
    page.get_by_label("Your file", exact=True).set_input_files(
        FilePayload(name=name, mimeType="text/csv", buffer=content)
    )
