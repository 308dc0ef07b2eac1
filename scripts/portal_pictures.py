"""Take the pictures in docs/portal.md from the real pages, on a workspace with samples.

python -m scripts.portal_pictures
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

from pipelines.checking.engine.context import Context
from pipelines.receiving.receive import Sender, receive
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from portal.project import open_accounts
from portal.roles import Role
from tests.boards import birmingham, with_board
from tests.portal.conftest import PASSWORD
from tests.portal.serving import serving

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs/images/portal"
SAMPLES = ROOT / "samples/illustrative"
TODAY = dt.date(2018, 10, 23)
RETURN = "/returns/BCHC/training_compliance/2018-19-Q2"


def main() -> None:
    """Make every picture anew."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        _fill(with_board(Workspace(Path(folder))))
        with (
            serving(Path(folder), "--practice", TODAY.isoformat()) as address,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
            )
            _data_lead(browser, address)
            _officer(browser, address)
            browser.close()


def _fill(workspace: Workspace) -> None:
    """Two quarters of samples, without what the data lead is about to send."""
    record, reference = Record(workspace.record), birmingham()
    for quarter, day in (
        ("2018-19-Q1", dt.date(2018, 7, 12)),
        ("2018-19-Q2", dt.date(2018, 10, 16)),
    ):
        for number, file in enumerate(sorted(SAMPLES.glob(f"*/*-{quarter}.csv"))):
            if file.name == f"BCHC-training_compliance-{quarter}.csv" and quarter.endswith("Q2"):
                continue
            at = dt.datetime.combine(day, dt.time(9, number % 60), dt.UTC)
            receive(
                record,
                file.read_bytes(),
                file_name=file.name,
                sender=Sender(
                    name=f"{file.name.split('-')[0].lower()}.data-lead", channel="portal"
                ),
                received_at=at + dt.timedelta(hours=number // 60),
                context=Context(reference=reference, as_of=at.date()),
                sample="illustrative",
            )
    accounts = open_accounts(workspace)
    for name, organisations, roles in (
        ("bchc.data-lead", ["BCHC"], [Role.SENDER, Role.SIGNATORY]),
        ("officer", [], [Role.OFFICER]),
    ):
        accounts.add(name, organisations=organisations, roles=roles)
        account = accounts.account(name)
        account.set_password(PASSWORD)
        account.password_is_first, account.password_ends_at = False, None
        account.save()


def _data_lead(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 900, "height": 760})
    page.goto(address + "/sign-in")
    _take(page, "sign-in")
    _sign_in(page, address, "bchc.data-lead")
    _take(page, "home")
    page.goto(address + RETURN)
    _take(page, "return")
    good = (SAMPLES / "training_compliance/BCHC-training_compliance-2018-19-Q2.csv").read_bytes()
    faulty = (
        good.replace(b"4736,4530", b"4736,4830")
        .replace(b"2843,2475", b"2843,lots")
        .replace(b"1466,1280", b"1466,")
    )
    _choose(page, faulty)
    page.get_by_role("button", name="Check without sending").click()
    page.wait_for_url("**/checked/*")
    _take(page, "findings", down_to="#group-error")
    _choose(page, good.replace(b"4736,4530", b"4736,453"))
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url("**/submissions/*")
    _take(page, "query", down_to="#group-query")
    page.get_by_role("link", name="Send a correction").click()
    _choose(page, good)
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("heading", name="What changed").wait_for()
    _take(page, "changed", down_to="#changed")
    page.goto(address + "/history")
    _take(page, "history")
    page.goto(address + "/second-factor/add")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/second-factor/add")
    _take(page, "second-factor")
    telephone = browser.new_page(viewport={"width": 390, "height": 760})
    _sign_in(telephone, address, "bchc.data-lead")
    _take(telephone, "telephone")


def _officer(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1000, "height": 760})
    _sign_in(page, address, "officer")
    _take(page, "officer")
    page.get_by_role("link", name="Decide").first.click()
    page.get_by_role("button", name="Give longer").wait_for()
    _take(page, "decide")


def _sign_in(page: Page, address: str, name: str) -> None:
    page.goto(address + "/sign-in")
    page.get_by_label("Account").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def _choose(page: Page, content: bytes) -> None:
    page.get_by_label("Your file", exact=True).set_input_files(
        FilePayload(name="return.csv", mimeType="text/csv", buffer=content)
    )


def _take(page: Page, name: str, *, down_to: str | None = None) -> None:
    if down_to:
        page.locator(down_to).evaluate("one => one.scrollIntoView()")
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
