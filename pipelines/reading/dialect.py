"""The delimiter of a file (comma, semicolon or tab), and Excel's ``sep=`` line."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from pipelines.reading.headings import Headings, match

DELIMITERS = (",", ";", "\t")
_SEP_LINE = re.compile(r'"?sep=([,;\t|])"?(\r\n|\r|\n|\Z)', re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*+"')
_LINE = re.compile(r"\r\n|\r|\n")
_SAMPLE_CHARACTERS = 65_536
_SAMPLE_LINES = 50


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """The delimiter, and how many characters a ``sep=`` line takes at the text's beginning."""

    delimiter: str
    sep_line_characters: int = 0


def find_dialect(start: str, *, known: Headings) -> Dialect:
    """Return the dialect that the beginning of a file shows.

    A ``sep=`` line is believed. Else the delimiter under which a line shows most headings of a
    known return; else the one that comes equally often in most lines, the more frequent where
    several do, the comma before the others.
    """
    sep_line = _SEP_LINE.match(start)
    if sep_line:
        return Dialect(delimiter=sep_line[1], sep_line_characters=sep_line.end())
    sample = start[:_SAMPLE_CHARACTERS]
    lines = [line for line in _LINE.split(sample)[:_SAMPLE_LINES] if line.strip()]
    headings = {
        mark: max(
            (
                match([cell.strip('"') for cell in line.split(mark)], known)
                for line in lines
                if mark in line
            ),
            default=0,
        )
        for mark in DELIMITERS
    }
    best = max(headings.values(), default=0)
    if best:
        return Dialect(delimiter=next(mark for mark in DELIMITERS if headings[mark] == best))
    bare = _LINE.split(_QUOTED.sub("", sample))[:_SAMPLE_LINES]
    return Dialect(delimiter=max(DELIMITERS, key=lambda mark: _regularity(bare, mark)))


def _regularity(lines: list[str], mark: str) -> tuple[int, int]:
    """Return in how many lines the mark comes equally often, and how often that is."""
    counts = Counter(count for count in (line.count(mark) for line in lines) if count)
    return max(((lines_alike, count) for count, lines_alike in counts.items()), default=(0, 0))
