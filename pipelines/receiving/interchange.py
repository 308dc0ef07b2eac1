"""A return in the formats in which other tools declare a table: Table Schema, and CSV on the Web.

Frictionless Data's Table Schema (https://datapackage.org/standard/table-schema/) and the W3C's
Metadata Vocabulary for Tabular Data (https://www.w3.org/TR/tabular-metadata/) say less than a
return does: rules across cells and measures stay with our own checks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.checking.rules.cells import code_labels
from pipelines.checking.rules.numbers import SYMBOLS
from schemas.columns import Column, Kind
from schemas.declaration import Return
from schemas.quarter import Quarter
from schemas.reference import Reference

# Table Schema's type and CSVW's of each kind; what is not here is text.
_TYPES: Mapping[Kind, tuple[str, str]] = {
    Kind.PEOPLE: ("integer", "integer"),
    Kind.NUMBER: ("number", "decimal"),
    Kind.PERCENTAGE: ("number", "decimal"),
    Kind.DATE: ("date", "date"),
    Kind.MONTH: ("yearmonth", "gYearMonth"),
}
_TEXT = ("string", "string")
_PATTERNS = {Kind.QUARTER: r"[0-9]{4}-[0-9]{2}[ -]Q[1-4]"}


def table_schema(ret: Return, *, quarter: Quarter | None, reference: Reference) -> dict[str, Any]:
    """Return the columns of a return in a quarter (None: all there ever were) as a Table Schema."""
    ret = ret.at(quarter)
    fields = []
    for column in ret.columns:
        codes = _codes(column, ret, quarter=quarter, reference=reference)
        limits = {"minimum": column.least, "maximum": column.most, "pattern": _pattern(column)}
        given = {"required": _is_needed(column) or None, "enum": codes or None, **limits}
        fields.append(
            {
                "name": column.name,
                "title": column.title,
                "description": column.description,
                "example": column.example,
                "type": _TYPES.get(column.kind, _TEXT)[0],
                "constraints": {name: said for name, said in given.items() if said is not None},
            }
        )
    return {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "title": ret.title,
        "description": ret.purpose,
        "fields": fields,
        "missingValues": ["", *SYMBOLS],
        "primaryKey": list(ret.key),
    }


def csvw(ret: Return, *, quarter: Quarter | None, reference: Reference, url: str) -> dict[str, Any]:
    """Return the columns of a return in a quarter as CSVW metadata of the file at ``url``."""
    ret = ret.at(quarter)
    columns = []
    for column in ret.columns:
        codes = _codes(column, ret, quarter=quarter, reference=reference)
        written = "|".join(map(_literal, codes)) if codes else _pattern(column)
        limits = {"format": written, "minimum": column.least, "maximum": column.most}
        kind = {"base": _TYPES.get(column.kind, _TEXT)[1]}
        columns.append(
            {
                "name": column.name,
                "titles": {"en": [column.name, column.title]},
                "dc:description": column.description,
                "datatype": kind
                | {name: said for name, said in limits.items() if said is not None},
                "required": _is_needed(column),
                "null": ["", *SYMBOLS] if column.kind.is_number else [""],
            }
        )
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": url,
        "dc:title": ret.title,
        "dc:description": ret.purpose,
        "tableSchema": {"columns": columns, "primaryKey": list(ret.key)},
    }


def _literal(code: str) -> str:
    """Return a pattern for exactly these letters; XML Schema has no escape for a space."""
    return re.sub(r"([\\.^$|?*+(){}\[\]])", r"\\\1", code)


def _is_needed(column: Column) -> bool:
    # A symbol in the place of a number counts as a missing value for both formats.
    return not column.blank_allowed and not column.kind.is_number


def _pattern(column: Column) -> str | None:
    return column.pattern or _PATTERNS.get(column.kind)


def _codes(
    column: Column, ret: Return, *, quarter: Quarter | None, reference: Reference
) -> Sequence[str]:
    if not column.kind.is_code:
        return []
    return list(code_labels(column, ret, reference=reference, quarter=quarter)[0])
