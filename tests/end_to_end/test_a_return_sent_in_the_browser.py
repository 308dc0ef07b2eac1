"""From a data lead's browser to the published figure, with a build that runs meanwhile.

The trap: a return that is accepted and acknowledged, and a figure in the release that is not the
one that was sent; or pages that stand still because a build holds the warehouse.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import expect

from pipelines.publishing.releases import all_releases
from pipelines.workspace import Workspace
from tests.portal.browsing import THREE_FAULTS, choose, chromium_running, needs_chromium, sign_in
from tests.portal.conftest import GOOD, RETURN, make_world
from tests.portal.serving import serving

UHB = RETURN.replace("BCHC", "UHB")
UHBS = (
    Path(__file__).parents[2]
    / "samples/illustrative/training_compliance/UHB-training_compliance-2018-19-Q2.csv"
).read_bytes()

pytestmark = [pytest.mark.browser, pytest.mark.slow, needs_chromium]


def test_three_faults_are_put_right_in_the_browser_and_the_figure_is_published(
    tmp_path: Path,
) -> None:
    make_world(tmp_path)
    with serving(tmp_path, "--practice", "2018-10-18") as address, chromium_running() as browser:
        page = browser.new_context(java_script_enabled=False).new_page()
        page.set_default_timeout(60_000)
        sign_in(page, address, "bchc")
        page.goto(address + RETURN)
        choose(page, THREE_FAULTS)
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_role("heading", name="3 errors: please correct them")).to_be_visible()
        choose(page, GOOD)
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.locator("h1")).to_have_text("Accepted. The figures are in use.")
        accepted = page.url.rsplit("/", 1)[-1]
        page.get_by_role("link", name="See the receipt").click()
        expect(page.locator("main")).to_contain_text(accepted)

        build = subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli.main", "--workspace", str(tmp_path), "build",
             "--quarter", "2018-19-Q2"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=dict(os.environ),
        )  # fmt: skip
        try:
            page.context.clear_cookies()
            sign_in(page, address, "uhb")
            page.goto(address + UHB)
            choose(page, UHBS)
            page.get_by_role("button", name="Send", exact=True).click()
            expect(page.locator("h1")).to_contain_text("Accepted", timeout=60_000)
            assert build.poll() is None, "the build was over before the file was sent"
        finally:
            said, _ = build.communicate(timeout=600)
        assert build.returncode == 0, said.decode()

    newest = all_releases(Workspace(tmp_path).releases)[-1]
    folder = Workspace(tmp_path).releases / newest.release_id
    figure = pl.read_parquet(folder / "data/pub_measure_value.parquet").filter(
        (pl.col("organisation") == "BCHC")
        & (pl.col("measure") == "TC01")
        & (pl.col("quarter") == "2018-19-Q2")
        & (pl.col("category") == "all")
    )
    assert figure.select("numerator", "denominator").rows() == [(4530, 4736)]
    assert figure["submission_id"].to_list() == [accepted]
    pages = "".join(
        one.read_text(encoding="utf-8") for one in (folder / "site/measures").glob("tc01*.html")
    )
    assert f"{4530 / 4736 * 100:.1f}%" in pages
