"""The exact scanner: RFC 4180, character by character, repairing nothing.

One record is one row of a spreadsheet, whatever line breaks its quoted cells hold. A quotation
mark out of its place spoils its own line only: the scanner goes on at the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Each unclosed quotation mark costs one look to the end of the file, so that a file made of
# nothing else is given up on after this many.
_MOST_UNCLOSED = 20

_QUOTED = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')
_PLAIN_LINE = re.compile(r'[^"\r\n]*+(?=[\r\n]|\Z)')
_REST_OF_LINE = re.compile(r"[^\r\n]*")


@dataclass(frozen=True, slots=True)
class QuoteFault:
    """A quotation mark out of place: the rule, the cell's index, and what is wrong with it."""

    rule: str
    column: int
    kind: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record.

    Where it begins and ends in the text (its line end included), its cells as they are meant
    (quotation marks taken off), the line end that closed it (empty at the end of the text), and
    the first quotation mark out of place.
    """

    start: int
    end: int
    cells: tuple[str, ...]
    line_end: str
    fault: QuoteFault | None = None


def scan(text: str, *, delimiter: str) -> Iterator[Record]:
    """Each record of ``text``, in order. Line ends are CR LF, LF and CR outside quotation marks.

    An unquoted cell that holds a quotation mark, or text after a closing one, makes a record with
    fault STR-003 that ends at its line's end. A quotation mark that is never closed makes
    one with fault STR-002, and reading goes on at the next line.
    """
    rest_of_cell = re.compile(rf"[^{re.escape(delimiter)}\r\n]*")
    position, unclosed = 0, 0
    while position < len(text):
        start = position
        plain = _PLAIN_LINE.match(text, position)
        if plain is not None:
            position = plain.end()
            line_end = _line_end(text, position)
            position += len(line_end)
            yield Record(start, position, tuple(plain[0].split(delimiter)), line_end)
            continue
        cells: list[str] = []
        fault: QuoteFault | None = None
        while True:
            if text.startswith('"', position):
                quoted = _QUOTED.match(text, position)
                if quoted is None:
                    unclosed += 1
                    fault = QuoteFault("STR-002", len(cells), "never closed")
                    stop = _end_of_line(text, position) if unclosed < _MOST_UNCLOSED else len(text)
                    cells.append(text[position:stop])
                    position = stop
                    break
                value = quoted[0][1:-1].replace('""', '"')
                position = quoted.end()
                after = _match(rest_of_cell, text, position)
                if after:
                    fault = fault or QuoteFault("STR-003", len(cells), "text after a closing one")
                    value = text[quoted.start() : position + len(after)]
                    position += len(after)
            else:
                value = _match(rest_of_cell, text, position)
                if '"' in value:
                    fault = fault or QuoteFault("STR-003", len(cells), "inside an unquoted cell")
                position += len(value)
            cells.append(value)
            if not text.startswith(delimiter, position):
                break
            position += len(delimiter)
        line_end = _line_end(text, position)
        position += len(line_end)
        yield Record(start, position, tuple(cells), line_end, fault)


def _match(pattern: re.Pattern[str], text: str, position: int) -> str:
    found = pattern.match(text, position)
    return found[0] if found else ""


def _end_of_line(text: str, position: int) -> int:
    return position + len(_match(_REST_OF_LINE, text, position))


def _line_end(text: str, position: int) -> str:
    pair = text[position : position + 2]
    return pair if pair == "\r\n" else pair[:1]
