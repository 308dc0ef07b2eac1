"""Every page is HTML as the standard says, and keeps the strict policy that it declares."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.browser.pages import AROUND, EDITION, PAGES


def every_page(public: Path) -> list[Path]:
    return [path for path in sorted(public.rglob("*.html")) if "redirects" not in path.parts]


# Where an element may stand (HTML standard, content models), as far as the templates use them. A
# parser mends what is elsewhere, in its own way: a table's row outside a table is lost.
_PARENTS = {
    "tr": {"thead", "tbody"}, "td": {"tr"}, "th": {"tr"}, "thead": {"table"}, "tbody": {"table"},
    "caption": {"table"}, "li": {"ul", "ol"}, "dt": {"div"}, "dd": {"div"}, "summary": {"details"},
    "figcaption": {"figure"}, "title": {"head", "svg"}, "main": {"body"},
}  # fmt: skip
_CHILDREN = {
    "table": {"caption", "thead", "tbody"}, "thead": {"tr"}, "tbody": {"tr"}, "tr": {"td", "th"},
    "dl": {"div"}, "ul": {"li"}, "ol": {"li"},
}  # fmt: skip
_BLOCKS = {"p", "div", "ul", "ol", "dl", "table", "section", "figure", "details", "blockquote",
           "h1", "h2", "h3", "h4", "nav", "header", "footer", "main"}  # fmt: skip
_PHRASES = {"p", "h1", "h2", "h3", "h4", "span", "strong", "a", "button", "summary", "caption"}
_ACTIVE = {"a", "button", "summary"}


class _Tags(HTMLParser):
    """Every element is closed where it was opened and stands where it may, and no attribute stands
    twice."""

    void = frozenset({"meta", "link", "img", "br", "hr", "input", "col", "wbr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        self.names.update(names)
        if len(set(names)) != len(names):
            self.wrong.append(f"line {self.getpos()[0]}: an attribute of {tag} twice")
        parent = self.open[-1] if self.open else ""
        if parent not in _PARENTS.get(tag, {parent}) or tag not in _CHILDREN.get(parent, {tag}):
            self.wrong.append(f"line {self.getpos()[0]}: {tag} in {parent}")
        if tag in _BLOCKS and _PHRASES & set(self.open):
            self.wrong.append(f"line {self.getpos()[0]}: {tag} in {' '.join(self.open[-3:])}")
        if tag in _ACTIVE and _ACTIVE & set(self.open):
            self.wrong.append(f"line {self.getpos()[0]}: {tag} in what can be clicked itself")
        if tag in {"tr", "td", "th"} and "role" in names:
            self.wrong.append(f"line {self.getpos()[0]}: {tag} with a role")
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.void:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"line {self.getpos()[0]}: {tag} closes what is not open")


def faults(text: str) -> list[str]:
    """What is wrong with a page's HTML."""
    tags = _Tags()
    tags.feed(text)
    found = [*tags.wrong, *(f"{tag} is not closed" for tag in tags.open)]
    ids = re.findall(r'\sid="([^"]*)"', text)
    found += [f"id {name} twice" for name in sorted({i for i in ids if ids.count(i) > 1})]
    named = re.findall(r'\s(?:aria-labelledby|aria-describedby|headers|for)="([^"]*)"', text)
    found += [f"nothing is called {n}" for names in named for n in names.split() if n not in ids]
    found += [f"{len(found)} h1" for found in [re.findall(r"<h1\b", text)] if len(found) != 1]
    if not re.search(r'<html lang="en-GB">', text):
        found.append("no language")
    if not re.search(r"<title>[^<]+</title>", text):
        found.append("no title")
    return found


def test_every_page_is_as_the_standard_says(public: Path) -> None:
    wrong = {str(path): told for path in every_page(public) if (told := faults(path.read_text()))}
    assert wrong == {}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("</h1>", ""), "end-tag"),
        (('id="content"', 'id="headline-h"'), "id headline-h twice"),
        (('aria-labelledby="headline-h"', 'aria-labelledby="gone"'), "nothing is called gone"),
        (('<html lang="en-GB">', "<html>"), "no language"),
        (("<h1", "<h1>One</h1><h1"), "2 h1"),
        (("<tbody>", "<tbody><p>Lost</p>"), "place"),
        (("</h1>", "<p>Too much</p></h1>"), "place"),
        (('<ul class="counts">', '<ul class="counts">Words <p>and more</p>'), "place"),
        (("</a></li>", '<a href="data.html">Two</a></a></li>'), "place"),
    ],
)
def test_a_fault_in_a_page_is_found(public: Path, change: tuple[str, str], told: str) -> None:
    text = (public / EDITION / "index.html").read_text()
    assert change[0] in text
    assert faults(text.replace(*change, 1)) != []
    if told not in ("end-tag", "place"):
        assert told in faults(text.replace(*change, 1))


def test_no_page_has_style_or_script_of_its_own(public: Path) -> None:
    for path in every_page(public):
        text = path.read_text(encoding="utf-8")
        tags = _Tags()
        tags.feed(text)  # as a parser sees it: what a sender wrote may name such a thing in words
        assert [name for name in tags.names if name == "style" or name.startswith("on")] == []
        scripts = re.findall(r"<script\b([^>]*)>", text)
        assert all("src=" in s or 'type="application/json"' in s for s in scripts), path
        if path.parent.name != "pack":
            assert "<style" not in text, path


def test_every_page_declares_a_policy_that_lets_nothing_in(public: Path) -> None:
    for path in public.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
        assert policy is not None, path
        assert html.unescape(policy[1]).startswith("default-src 'none'"), path
        assert "unsafe" not in policy[1], path
        assert "http" not in policy[1], path


def test_the_pages_of_the_list_are_there(public: Path) -> None:
    for path in (*(f"{EDITION}/{page}" for page in PAGES), *AROUND):
        assert (public / path).is_file(), path
