"""Text that others wrote, made safe for the place it is put in: one function a place.

Nothing here repairs or judges a value. HTML is not here: Jinja2's autoescape does that.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

# What makes Excel, LibreOffice or Google Sheets run a cell: OWASP, "CSV Injection"
# (https://owasp.org/www-community/attacks/CSV_Injection); the full-width twins are those that
# East Asian versions of Excel take for the ASCII ones.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"-(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)

_SPOKEN = {
    "\n": "<line break>", "\r": "<return>", "\t": "<tab>", "\x1b": "<escape>", "\x00": "<null>",
}  # fmt: skip
# Controls, invisible format characters (bidirectional ones among them), lone surrogates, private
# and unassigned characters, line and paragraph separators.
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))

_MARKDOWN_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:])")

_SURROGATE = re.compile("[\ud800-\udfff]")
LOG_LINE_LIMIT = 2000


def visible(text: str) -> str:
    """Return ``text`` on one line, unseen characters named: ``<tab>``, ``<U+202E>``.

    Spaces of every width stay as they are.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(char: str) -> str:
    if unicodedata.category(char) not in _UNSEEN:
        return char
    return _SPOKEN.get(char, f"<U+{ord(char):04X}>")


def terminal(text: str) -> str:
    """Return ``text`` for a terminal: no escape sequence, control or bidirectional character."""
    return visible(text)


def log_line(text: str) -> str:
    """Return ``text`` for one line of a log, cut at 2,000 characters."""
    shown = visible(text)
    return shown if len(shown) <= LOG_LINE_LIMIT else shown[: LOG_LINE_LIMIT - 1] + "…"


def email_header(text: str) -> str:
    """Return ``text`` for the value of an e-mail header: blanks of all kinds become one space.

    A line break could otherwise start a header of its own.
    """
    return visible(" ".join(text.split()))


def markdown_cell(text: str) -> str:
    """Return ``text`` for a cell of a Markdown table, without markup, link or HTML."""
    html_safe = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKDOWN_MARKS.sub(r"\\\1", html_safe)


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet could run ``text`` as a formula; ``-3.5`` is a number.

    Blanks, quotation marks and unseen characters before a formula do not disarm it.
    """
    if text.startswith(_FORMULA_STARTS):
        return _PLAIN_NUMBER.fullmatch(text) is None
    core = text.lstrip(' "\u00a0\ufeff\u200b')
    return core != text and is_formula(core)


def spreadsheet_cell(text: str) -> str:
    """Return ``text`` for a spreadsheet: an apostrophe before what could be run as a formula.

    Text that begins so already gets one more, so that ``as_typed`` knows ours from the sender's.
    """
    return "'" + text if is_formula(text.lstrip("'")) else text


def as_typed(text: str) -> str:
    """Return what ``spreadsheet_cell`` made safe as it was before."""
    return text[1:] if text.startswith("'") and is_formula(text.lstrip("'")) else text


def csv_row(cells: Iterable[str], *, delimiter: str = ",") -> str:
    """Return one row of a CSV file (RFC 4180), its line end included; the cells unchanged."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Return a CSV file that opens right by a double click, every cell safe.

    It is UTF-8 with a byte order mark (Excel takes it for the machine's own code page otherwise).
    Lone surrogates, which no file can hold, are named as in ``visible``.
    """
    text = "".join(csv_row(map(spreadsheet_cell, row)) for row in rows)
    return b"\xef\xbb\xbf" + _SURROGATE.sub(lambda found: _shown(found[0]), text).encode("utf-8")
