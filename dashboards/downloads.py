"""Files to download: CSV that a spreadsheet opens without running anything, and its description."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dashboards.story import numbers

# A cell that starts so is a formula to a spreadsheet; the full-width twins are folded to them by
# some (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def safe_cell(value: str | float | bool | None) -> str:
    """Return a cell of a file: numbers plain, what could be a formula made text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return numbers.plain(value)
    if value.startswith(_FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def csv_bytes(
    headings: Sequence[str], rows: Iterable[Sequence[str | float | bool | None]]
) -> bytes:
    """Return UTF-8 with a mark (spreadsheets need it to read names right), CRLF, a heading row."""
    return as_file(csv_lines([headings]) + csv_lines(rows))


def csv_lines(rows: Iterable[Sequence[str | float | bool | None]]) -> str:
    """Return the rows as lines of a file, to be put together by ``as_file``."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([safe_cell(c) for c in row] for row in rows)
    return text.getvalue()


def as_file(lines: str) -> bytes:
    """Return lines with the mark of UTF-8 before them."""
    return lines.encode("utf-8-sig")


def json_bytes(content: Any) -> bytes:
    """Return JSON, indented, keys in the order given."""
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def json_rows(content: Mapping[str, Any]) -> bytes:
    """Return JSON of an object whose lists hold rows, each row on a line of its own."""
    parts = []
    for key, value in content.items():
        if isinstance(value, list) and value:
            text = "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in value) + "\n]"
        else:
            text = json.dumps(value, ensure_ascii=False)
        parts.append(f"{json.dumps(key)}: {text}")
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode("utf-8")


def json_in_page(content: Any) -> str:
    """Return JSON that may stand inside a script element: nothing in it can end the element."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
