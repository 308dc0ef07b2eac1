"""The pages about rules and returns say what is declared.

The trap: a page that was right once. They are made, never edited: ``python -m scripts.write_docs``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.registry import returns
from scripts.write_docs import DOCS, pages

PAGES = pages()


@pytest.mark.parametrize("place", PAGES)
def test_a_page_is_what_would_be_made_now(place: str) -> None:
    file = DOCS / place
    assert file.is_file(), "run: python -m scripts.write_docs"
    assert file.read_text(encoding="utf-8") == PAGES[place], "run: python -m scripts.write_docs"


def test_there_is_no_page_of_what_is_gone() -> None:
    there = {f"{folder}/{file.name}" for folder in ("rules", "returns") for file in _pages(folder)}
    assert there == set(PAGES)


def _pages(folder: str) -> list[Path]:
    return list((DOCS / folder).glob("*.md"))


@pytest.mark.parametrize("name", returns())
def test_the_page_of_a_return_tells_of_every_column(name: str) -> None:
    page = PAGES[f"returns/{name}.md"]
    for column in returns()[name].columns:
        assert f"`{column.name}`" in page
        assert column.description in page
