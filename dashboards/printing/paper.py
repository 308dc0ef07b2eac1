"""Pages to PDF by Chromium: A4 as the style sheet says, tagged for screen readers, with an outline.

Chromium writes three things into a PDF that differ from run to run: the time, numbers of elements
as they come, and for each link the address at which it read the page, which is the folder of this
build. All are settled, so that the same pages give the same bytes with the same Chromium, wherever
they lie. Another version of it may set a line otherwise: a PDF is the same only for the same
version (docs/decisions/0007-same-data-same-bytes.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import Future
from functools import partial
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import unquote

from dashboards.drawing.chromium import Chromium, RenderingError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

# The address under which Chromium is given the files of the site. Nothing is asked of a network:
# ".invalid" is reserved for names that do not exist (RFC 2606). It has the two folders above an
# edition, since a page may lead to the list of all editions (dashboards/data/editions.py).
_ROOT = "https://quarterdeck.invalid/"
_SITE = f"{_ROOT}meetings/edition/"

# What a printed page is made of.
_KINDS = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "js": "text/javascript; charset=utf-8",
}

_DATE = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}[^)]*\)")
_NODE = re.compile(rb"\(node(\d{8,})\)")
_LINK = re.compile(rb"\(" + re.escape(_ROOT.encode()) + rb"((?:[^()\\]|\\.)*)\)")
_FOOTER = (
    '<div style="font: 8px Arial, sans-serif; width: 100%; padding: 0 13mm; display: flex; '
    'justify-content: space-between"><span>{edition}</span><span>Page '
    '<span class="pageNumber"></span> of <span class="totalPages"></span></span></div>'
)


def printing(
    chromium: Chromium, files: Mapping[str, bytes], sheets: Mapping[str, str], *, edition: str
) -> Future[dict[str, bytes]]:
    """Begin to print pages of a site; links lead from the PDF's place to the other pages.

    Args:
        chromium: The browser that prints.
        files: The files of the site by their paths.
        sheets: The path of the page by the path that its PDF will have.
        edition: What stands at the foot of each sheet.

    Returns:
        The promise of the PDFs by path, which raises ``RenderingError`` if the browser will not
        print.
    """
    return chromium.submit(partial(_printed, files=dict(files), sheets=sheets, edition=edition))


def _printed(
    chromium: Browser, *, files: Mapping[str, bytes], sheets: Mapping[str, str], edition: str
) -> dict[str, bytes]:
    from playwright.sync_api import Error  # noqa: PLC0415  # takes long to import

    made = {}
    try:
        # A window of no height: what has been shown on a screen before it is printed is numbered
        # first, and whether a frame was shown is a matter of chance.
        context = chromium.new_context(
            java_script_enabled=False, viewport={"width": 720, "height": 1}
        )
        context.route("**/*", partial(_give, files))
        for path, sheet in sheets.items():
            page = context.new_page()
            page.emulate_media(media="print")  # else it is laid out for a screen first
            page.goto(_SITE + sheet)
            made[path] = page.pdf(
                prefer_css_page_size=True,
                tagged=True,
                outline=True,
                display_header_footer=True,
                header_template="<span></span>",
                footer_template=_FOOTER.format(edition=escape(edition)),
            )
            page.close()
        context.close()
    except Error as error:
        raise RenderingError(f"Chromium would not print: {error}") from error
    return {path: settled(pdf, path) for path, pdf in made.items()}


def _give(files: Mapping[str, bytes], route: Route) -> None:
    """Answer the browser's request with the file of the site, and refuse all others."""
    path = unquote(route.request.url.removeprefix(_SITE))
    kind = _KINDS.get(path.rpartition(".")[2])
    if path in files and kind is not None:
        route.fulfill(body=files[path], content_type=kind)
    else:
        route.abort()


def settled(pdf: bytes, path: str) -> bytes:
    """Return the PDF without what differs from run to run.

    No byte moves, since it names places in itself. Its times become the first second of 1980, its
    elements are numbered in the order they stand. Its links to pages become relative to ``path``,
    the PDF's own within the site; blanks, which mean nothing there, make up the length.
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
    pdf = _NODE.sub(lambda at: b"(node" + numbers[at[1]] + b")", pdf)

    to_site = b"../" * path.count("/")
    inside = _SITE.removeprefix(_ROOT).encode()
    to_root = to_site + b"../" * inside.count(b"/")

    def relative(at: re.Match[bytes]) -> bytes:
        target = at[1]
        own = target.startswith(inside)
        link = to_site + target.removeprefix(inside) if own else to_root + target
        return (b"(" + link + b")").ljust(len(at[0]))

    return _LINK.sub(relative, pdf)
