"""Every link leads somewhere inside what is carried: in the public folder, in an unpacked zip."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.browser.pages import EDITION

_LINK = re.compile(r'\s(?:href|src|data-plotly|data-template)="([^"]*)"')
_ID = re.compile(r'\sid="([^"]*)"')


def dead_links(root: Path) -> Iterator[str]:
    """Every link of every page below ``root`` that leads nowhere, out of it, or to the network."""
    ids: dict[Path, set[str]] = {}
    for page in sorted(root.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        ids[page] = set(_ID.findall(text))
    for page in ids:
        if "redirects" in page.parts:  # seen by way of ``latest``
            continue
        for link in set(_LINK.findall(page.read_text(encoding="utf-8"))):
            where = f"{page.relative_to(root)}: {link}"
            file, _, fragment = link.partition("#")
            if re.match(r"[a-z]+:|/", file, re.IGNORECASE):
                yield f"{where} is absolute"
                continue
            target = Path(*_walk(page.parent, unquote(file))) if file else page
            if not target.is_relative_to(root):
                yield f"{where} leads out"
            elif not target.is_file():
                yield f"{where} leads nowhere"
            elif fragment and fragment not in ids.get(target, set()):
                yield f"{where} names no place"


def _walk(folder: Path, link: str) -> list[str]:
    """As a browser goes: by the words of the path, whatever links the disk has."""
    parts = list(folder.parts)
    for part in link.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return parts


def test_no_link_is_dead(public: Path) -> None:
    assert list(dead_links(public)) == []


def test_no_link_is_dead_in_an_unpacked_zip(public: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(public / f"{EDITION}.zip") as packed:
        packed.extractall(tmp_path)
    assert (tmp_path / "index.html").is_file()
    assert (tmp_path / EDITION / "index.html").is_file()
    assert list(dead_links(tmp_path)) == []


def test_an_edition_links_out_of_itself_to_the_list_alone(public: Path) -> None:
    root = public / EDITION
    out = {found.rsplit(": ", 1)[1] for found in dead_links(root)}
    assert {re.sub(r"^(\.\./)+", "", link) for link in out} == {"index.html leads out"}


@pytest.mark.parametrize(
    "link", ["gone.html", "#gone", "/index.html", "https://example.org/x.js", "../../../x.html"]
)
def test_a_dead_link_is_found(tmp_path: Path, link: str) -> None:
    (tmp_path / "index.html").write_text(f'<a href="{link}">x</a>', encoding="utf-8")
    assert len(list(dead_links(tmp_path))) == 1


def test_no_two_files_differ_by_case_alone(public: Path) -> None:
    paths = [str(path.relative_to(public)) for path in public.rglob("*")]
    assert len({path.lower() for path in paths}) == len(set(paths))


def test_every_page_of_an_edition_is_reached_from_its_first(public: Path) -> None:
    root = public / EDITION
    seen: set[Path] = set()
    coming = [root / "index.html"]
    while coming:
        page = coming.pop()
        if page in seen or not page.is_file() or page.suffix != ".html":
            continue
        seen.add(page)
        for link in _LINK.findall(page.read_text(encoding="utf-8")):
            file = link.partition("#")[0]
            if file and not file.startswith("../../index"):
                coming.append(Path(*_walk(page.parent, file)))
    assert set(root.rglob("*.html")) - seen == set()
