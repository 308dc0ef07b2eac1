"""What a download says of its columns is what the models say of them.

The trap: a description that was right once. It is made, never edited: ``python -m
scripts.column_words``.
"""

from __future__ import annotations

from scripts.column_words import FILE, text


def test_the_descriptions_are_those_of_the_models() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run: python -m scripts.column_words"
