"""Take the pictures of the site that the documentation shows, from a built site.

    python -m scripts.site_pictures workspace-demo/releases/current/site

Writes docs/images/site/*.png, each under 200 KB. The page on paper needs pdftoppm (poppler-utils).
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from dashboards.drawing.chromium import BROWSER_ARGUMENTS, find_browser

IMAGES = Path(__file__).parents[1] / "docs/images/site"
LARGEST = 200 * 1024
# name, page, width and height of the window
SCREENS = (
    ("summary-desktop", "index.html", 1200, 820),
    ("summary-phone", "index.html", 390, 844),
    ("measure-desktop", "measures/po11.html", 1200, 860),
    ("map-desktop", "measures/da06.html", 1100, 900),
)
MAP = '[data-chart$="-map"]'


def take(browser: Browser, site: Path) -> None:
    """Take the pictures of screens, and of the summary's first printed side."""
    for name, path, width, height in SCREENS:
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto((site / path).as_uri())
        if name.startswith("map"):
            page.locator(MAP).first.screenshot(path=IMAGES / f"{name}.png")
        else:
            page.screenshot(path=IMAGES / f"{name}.png")
        page.close()
    page = browser.new_page()
    page.goto((site / "index.html").as_uri())
    with tempfile.TemporaryDirectory() as folder:
        paper = Path(folder) / "summary.pdf"
        page.pdf(path=paper, prefer_css_page_size=True)
        subprocess.run(
            ["pdftoppm", "-r", "76", "-gray", "-png", "-f", "1", "-l", "1", "-singlefile",
             str(paper), str(IMAGES / "summary-paper")],
            check=True,
        )  # fmt: skip


def main() -> None:
    """Take every picture. Ends with 1 where one is larger than it may be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path)
    site: Path = parser.parse_args().site.resolve()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_browser(), args=[*BROWSER_ARGUMENTS])
        take(browser, site)
        browser.close()
    for image in sorted(IMAGES.glob("*.png")):
        size = image.stat().st_size
        if size > LARGEST:
            raise SystemExit(f"{image.name} has {size} bytes, more than {LARGEST}")


if __name__ == "__main__":
    main()
