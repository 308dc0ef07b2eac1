"""Write dashboards/vendor/plotly.css: the rules that Plotly's script would put into a page itself.

    python -m scripts.plotly_style

A page with a strict policy allows no inline style, so it gets them as a file, without those of the
bar and its dialogs, which no page shows. Run it after taking a newer script.
"""

from __future__ import annotations

import argparse

from playwright.sync_api import sync_playwright

from dashboards.drawing.chromium import BROWSER_ARGUMENTS, find_browser
from dashboards.drawing.rendering import PLOTLY_SCRIPT

HEAD = """/* The style that Plotly's script (basic bundle, MIT, see LICENSE) would write into a page
   itself, as a file for pages that allow no inline style. Made by scripts/plotly_style.py. */
"""
RULES = r"""
() => Array.from(document.getElementById("plotly.js-style-global").sheet.cssRules)
  .filter((rule) => !/modebar|notifier|cloud/.test(rule.selectorText || ""))
  .map((rule) => rule.cssText).join("\n") + "\n"
"""


def main() -> None:
    """Write the file."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=find_browser(), args=[*BROWSER_ARGUMENTS])
        page = chromium.new_page()
        page.set_content("<!doctype html><title>style</title><body></body>")
        page.add_script_tag(path=PLOTLY_SCRIPT)
        style = HEAD + page.evaluate(RULES)
        chromium.close()
    (PLOTLY_SCRIPT.parent / "plotly.css").write_text(style, encoding="utf-8")


if __name__ == "__main__":
    main()
