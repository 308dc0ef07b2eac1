"""Codes in the reference data that repeat, and codes that name nothing.

dbt tests the same relationships; here they are found before a return is checked against them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from schemas.reference import Reference

# What tells the rows of a file apart.
_KEYS = {
    "organisations": "organisation",
    "returns": "return_name",
    "themes": "theme",
    "board_priorities": "priority",
    "small_number_rules": "small_number_rule",
    "measures": "measure",
    "areas": "area",
}
_ATTRIBUTES = {"obligations": "every_obligation", "expected_rows": "every_expected_row"}
# File, column, and the file that must have the code.
_LINKS = (
    ("organisations", "succeeded_by", "organisations"),
    ("measures", "return_name", "returns"),
    ("measures", "theme", "themes"),
    ("measures", "priority", "board_priorities"),
    ("measures", "small_number_rule", "small_number_rules"),
    ("obligations", "organisation", "organisations"),
    ("obligations", "return_name", "returns"),
    ("measure_categories", "measure", "measures"),
    ("expected_rows", "organisation", "organisations"),
    ("expected_rows", "measure", "measures"),
    ("expected_rows", "area", "areas"),
    ("rebases", "measure", "measures"),
)


def broken_links(reference: Reference) -> list[str]:
    """A line for each of them, with its file, row and column."""
    return [
        *_repeated("organisations", "organisation", _column(reference, "organisations")),
        *_repeated("measures", "measure", _column(reference, "measures")),
        *_repeated(
            "measures",
            "return and item",
            (f"{row.return_name}, {row.item}" for row in reference.measures),
        ),
        *(fault for link in _LINKS for fault in _unknown(reference, *link)),
    ]


def _column(reference: Reference, file: str, column: str | None = None) -> list[str | None]:
    """The codes in a column of a file, by default in the one that tells its rows apart."""
    rows = getattr(reference, _ATTRIBUTES.get(file, file))
    return [getattr(row, column or _KEYS[file]) for row in rows]


def _repeated(file: str, what: str, keys: Iterable[str | None]) -> Iterator[str]:
    seen: set[str | None] = set()
    for number, key in enumerate(keys, start=2):
        if key in seen:
            yield f"{file}.csv, row {number}: the {what} “{key}” stands there twice."
        seen.add(key)


def _unknown(reference: Reference, file: str, column: str, where: str) -> Iterator[str]:
    known = set(_column(reference, where))
    for number, code in enumerate(_column(reference, file, column), start=2):
        if code is not None and code not in known:
            yield f"{file}.csv, row {number}, column {column}: “{code}” is not in {where}.csv."
