"""What is carried away from a site: the whole on one page, the summary in one file, a zip.

Made from the finished pages, so that nothing in them can differ. Only pages that our own templates
wrote are read here, whose form is known.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import posixpath
import re
import zipfile
from collections.abc import Mapping, Sequence

from dashboards.pages.base import Page
from dashboards.story import words

SUMMARY = "pack/summary.html"
SUMMARY_PDF = "pack/summary.pdf"
WHOLE = "print.html"
WHOLE_PDF = "pack/whole.pdf"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # a zip must name a time, and the same edition is the same bytes

_MAIN = re.compile(r'<main id="content"[^>]*>(.*)</main>', re.DOTALL)
# What only a screen with a script or a way back has, and what is left to the screen on paper.
_OF_SCREENS = re.compile(
    r"<script\b[^>]*>.*?</script>\n?"
    r'|<p class="(?:explore|crumb|download)">.*?</p>\n?|<div class="live"[^>]*></div>\n?',
    re.DOTALL,
)
_NOT_ON_PAPER = re.compile(
    r'<nav aria-label="Groups of actions">.*?</nav>\n?|<details\b[^>]*>.*?</details>\n?', re.DOTALL
)
_WAYS = re.compile(r'<nav class="menu".*?</nav>\n?|<a class="skip".*?</a>\n?', re.DOTALL)
_SECTION = re.compile(r"<section\b[^>]*>.*?</section>\n?", re.DOTALL)
_PART = re.compile(r'data-part="([^"]*)"')
_ANCHOR = re.compile(r"<a\b[^>]*>(.*?)</a>", re.DOTALL)
_ID = re.compile(r'(?<=[\s"])id="([^"]*)"')
_LABELLED_SECTION = re.compile(r'(<section\b[^>]*?) aria-labelledby="[^"]*"')
_REFERENCE = re.compile(r'\b(aria-labelledby|aria-describedby|headers|for)="([^"]*)"')
_LINK = re.compile(r'\b(href|src)="([^"]*)"')
_HEADING = re.compile(r"(</?h)([1-5])\b")
_REGION = re.compile(r'(role="region" aria-label=")')
_OUTWARD = re.compile(r"[a-z][a-z+.-]*:|#|//", re.IGNORECASE)
_STYLE_LINK = re.compile(r'<link rel="stylesheet" href="([^"]*)">')
_POLICY = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")[^"]*(")')
# Lists that only lead to other pages, and pages about files, which paper has not.
_NOT_PRINTED = ("data.html", "archive.html", "measures/index.html", "themes/index.html",
                "partners/index.html")  # fmt: skip
_NOT_PRINTED_TEMPLATES = ("plan_filter.html", "partner.html", "figures.html")
# Of a measure, paper has what stands on its first screen: the finding, where it stands, the course,
# what officers say and what is done. Its parts, its definition and where its figures come from
# would be two more sheets for each measure; they are left to the screen and the files.
_PRINTED_PARTS = {"measure.html": {"status", "evidence", "commentary", "asks", "done-about-it"}}


def printed(pages: Sequence[Page]) -> list[Page]:
    """Return the pages that stand on paper, in the order in which they are read.

    A measure has a sheet of its own where it is rated, has really changed, or somebody says or does
    something about it. Every other stands in its theme's table, with its course.
    """
    return [
        page
        for page in pages
        if page.path not in _NOT_PRINTED
        and page.template not in _NOT_PRINTED_TEMPLATES
        and _is_worth_a_sheet(page)
    ]


def _is_worth_a_sheet(page: Page) -> bool:
    if page.template != "measure.html":
        return True
    summary = page.context["summary"]
    if summary is None or summary.value is None:
        return False
    is_rated = summary.rating not in (None, "not rated")
    has_changed = summary.reading not in (None, "common cause")
    return is_rated or has_changed or bool(page.context["is_spoken_of"])


def whole(pages: Sequence[Page], files: Mapping[str, bytes]) -> bytes:
    """Return every page that is printed on one page, which needs no script.

    Links between pages lead to places on this one.

    Args:
        pages: The pages of the site.
        files: The finished pages by path.
    """
    chosen = printed(pages)
    marks = {page.path: f"p{number}" for number, page in enumerate(chosen, start=1)}
    frame = files["index.html"].decode("utf-8")
    parts = [
        f'<section class="printed" id="{marks[page.path]}">\n'
        f"{_as_part(files[page.path].decode('utf-8'), page, marks)}</section>\n"
        for page in chosen
    ]
    contents = "".join(
        f'<li><a href="#{marks[page.path]}">{html.escape(page.title)}</a></li>\n' for page in chosen
    )
    title = html.escape(next(page for page in pages if page.path == "index.html").title)
    sheets = html.escape(words.say("pack.sheets"))
    body = (
        f'<h1 class="no-print">The whole edition</h1>\n<p>{sheets}</p>\n'
        f'<nav class="no-print" aria-label="Contents"><ul>\n{contents}</ul></nav>\n'
        + "".join(parts)
    )
    frame = _OF_SCREENS.sub("", frame)
    frame = frame.replace(f"{title}:", "The whole edition:", 1)
    opening = f'<main id="content" class="wide" tabindex="-1">\n{body}</main>'
    return _MAIN.sub(lambda _: opening, frame, count=1).encode()


def summary(files: Mapping[str, bytes]) -> bytes:
    """Return the summary as one file to send: with its style, without scripts and links."""
    text = files["index.html"].decode("utf-8")
    style = files[_href_of_style(text)].decode("utf-8")
    text = _ANCHOR.sub(r"\1", _WAYS.sub("", _OF_SCREENS.sub("", text)))
    named = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode()
    text = _POLICY.sub(rf"\1default-src 'none'; style-src 'sha256-{named}'\2", text)
    return _STYLE_LINK.sub(lambda _: f"<style>{style}</style>", text).encode("utf-8")


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of these files, the same bytes for the same files."""
    whole_zip = io.BytesIO()
    with zipfile.ZipFile(whole_zip, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # else it names the machine that it was made on
            archive.writestr(entry, files[path])
    return whole_zip.getvalue()


def _href_of_style(text: str) -> str:
    found = _STYLE_LINK.search(text)
    if found is None:
        raise ValueError("the page names no style sheet")
    return found[1]


def _as_part(text: str, page: Page, marks: Mapping[str, str]) -> str:
    """Return the content of a page as a part of another: its ids, links and headings fitted in."""
    found = _MAIN.search(text)
    if found is None:
        raise ValueError(f"{page.path} has no content")
    mark = marks[page.path]
    body = _NOT_ON_PAPER.sub("", _OF_SCREENS.sub("", found[1]))
    if parts := _PRINTED_PARTS.get(page.template):
        body = _SECTION.sub(lambda at: at[0] if _part_of(at[0]) in parts else "", body)
    body = _LABELLED_SECTION.sub(r"\1", body)  # its heading tells; as landmarks they would be many
    body = _ID.sub(rf'id="{mark}-\1"', body)
    body = _REFERENCE.sub(lambda at: f'{at[1]}="{_prefixed(at[2], mark)}"', body)
    body = _LINK.sub(lambda at: f'{at[1]}="{_placed(at[2], page.path, marks)}"', body)
    body = _HEADING.sub(lambda at: f"{at[1]}{int(at[2]) + 1}", body)
    label = html.escape(page.title, quote=True)
    return _REGION.sub(lambda at: f"{at[1]}{label}: ", body)


def _part_of(section: str) -> str:
    found = _PART.search(section, 0, section.index(">"))
    return found[1] if found else ""


def _prefixed(names: str, mark: str) -> str:
    return " ".join(f"{mark}-{name}" for name in names.split())


def _placed(target: str, path: str, marks: Mapping[str, str]) -> str:
    """Return where a link of the page ``path`` leads when it stands on the whole's page."""
    if target.startswith("#"):
        return f"#{marks[path]}-{target[1:]}"
    if _OUTWARD.match(target):
        return target
    file, _, fragment = target.partition("#")
    resolved = posixpath.normpath(posixpath.join(posixpath.dirname(path), file))
    if resolved in marks:
        return f"#{marks[resolved]}" + (f"-{fragment}" if fragment else "")
    return resolved + (f"#{fragment}" if fragment else "")
