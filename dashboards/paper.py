"""Pages to PDF by Chromium: A4 as the style sheet says, tagged for screen readers, with an outline.

Chromium writes the time into a PDF and numbers its elements as they come; both are settled, so that
the same pages give the same bytes with the same Chromium. Another version of it may set a line
otherwise: a PDF is the same only for the same version (docs/decisions/editions.md).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path

from dashboards.rendering import BROWSER_ARGUMENTS, RenderingError

_DATE = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}[^)]*\)")
_NODE = re.compile(rb"\(node(\d{8,})\)")
_FOOTER = (
    '<div style="font: 8px Arial, sans-serif; width: 100%; padding: 0 13mm; display: flex; '
    'justify-content: space-between"><span>{edition}</span><span>Page '
    '<span class="pageNumber"></span> of <span class="totalPages"></span></span></div>'
)


def printed(pages: Sequence[Path], *, browser: str, edition: str) -> list[bytes]:
    """A PDF of each page, in order, in one browser. ``edition`` stands at the foot of each sheet.

    Raises ``RenderingError`` where the browser will not print.
    """
    # In a thread of its own: the browser's driver refuses a thread that runs an event loop.
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(_printed, pages, browser=browser, edition=edition).result()


def _printed(pages: Sequence[Path], *, browser: str, edition: str) -> list[bytes]:
    # Imported here: the driver takes long to import, and most commands print nothing.
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415

    made = []
    try:
        with sync_playwright() as driver:
            chromium = driver.chromium.launch(executable_path=browser, args=[*BROWSER_ARGUMENTS])
            context = chromium.new_context(java_script_enabled=False)
            for path in pages:
                page = context.new_page()
                page.goto(path.absolute().as_uri())
                made.append(
                    page.pdf(
                        prefer_css_page_size=True,
                        tagged=True,
                        outline=True,
                        display_header_footer=True,
                        header_template="<span></span>",
                        footer_template=_FOOTER.format(edition=escape(edition)),
                    )
                )
                page.close()
            chromium.close()
    except Error as error:
        raise RenderingError(f"{browser} would not print: {error}") from error
    return [settled(pdf) for pdf in made]


def settled(pdf: bytes) -> bytes:
    """The PDF without what differs from run to run; no byte moves, since it names places in itself.

    Its times become the first second of 1980, its elements are numbered in the order they stand.
    """
    pdf = _DATE.sub(
        lambda at: (
            at[0][: at[0].index(b"D:") + 2] + b"19800101000000" + at[0][at[0].index(b"D:") + 16 :]
        ),
        pdf,
    )
    numbers: dict[bytes, bytes] = {}
    for found in _NODE.finditer(pdf):
        number = found[1]
        numbers.setdefault(number, str(len(numbers) + 1).zfill(len(number)).encode())
    return _NODE.sub(lambda at: b"(node" + numbers[at[1]] + b")", pdf)
