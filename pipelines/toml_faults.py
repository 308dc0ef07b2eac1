"""Why a file of settings cannot be read, as those who edit it in a text editor read it."""

from __future__ import annotations

import re
import tomllib

_PLACE = re.compile(r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$", re.DOTALL)
# What the parser found, by the beginning of its message, and what to write.
_WORDS = (
    ("Invalid value", "what stands there is no value. Put words between quotation marks."),
    ("Expected '=' after", "a setting is its name, =, and its value."),
    (
        "Expected newline",
        (
            "something stands after the value. Write one setting a line; a quotation mark inside "
            'the words is written \\".'
        ),
    ),
    ("Unterminated string", "the quotation mark that ends the words is missing."),
    ("Illegal character", "the quotation mark that ends the words is missing, or in another line."),
    ("Found invalid character", "this character cannot stand there; delete it."),
    ("Unescaped '\\'", "a backslash is written twice: \\\\."),
    ("Cannot overwrite", "this setting stands there twice; delete one."),
    ("Cannot declare", "this heading in square brackets stands there twice; delete one."),
    ("Expected ']'", "the square bracket that ends the heading is missing."),
    ("Unclosed array", "the square bracket that ends the list is missing."),
    ("Invalid initial character", "a setting begins with its name, in letters without accents."),
    ("Invalid statement", "a setting begins with its name, in letters without accents."),
    ("Invalid date", "there is no such day; write it as 2018-04-01."),
)
_OTHERWISE = "this cannot be read. Write one setting a line, as its name, =, and its value."


def why_not_read(problem: UnicodeDecodeError | tomllib.TOMLDecodeError) -> str:
    """Return why the text of a file is no TOML, with the line and column, and what to write."""
    if isinstance(problem, UnicodeDecodeError):
        return "is not saved as UTF-8; save it as UTF-8."
    found = _PLACE.match(str(problem))
    said, line, column = found.groups() if found else (str(problem), None, None)
    words = next((ours for theirs, ours in _WORDS if said.startswith(theirs)), _OTHERWISE)
    where = f"line {line}, column {column}" if line else "at its end"
    return f"cannot be read {'at ' if line else ''}{where}: {words}"
