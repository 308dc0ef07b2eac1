"""Files to download: CSV that a spreadsheet opens without running anything, and its description."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from dashboards import numbers

# A cell that starts so is a formula to a spreadsheet; the full-width twins are folded to them by
# some (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def safe_cell(value: str | float | bool | None) -> str:
    """A cell of a file: empty for none, numbers plain, text that could be a formula made text."""
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
    """UTF-8 with a mark (spreadsheets need it to read names right), CRLF, a heading row."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def json_bytes(content: Any) -> bytes:
    """JSON, indented, keys in the order given."""
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def json_in_page(content: Any) -> str:
    """JSON that may stand inside a script element: nothing in it can end the element."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
