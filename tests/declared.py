"""A board with two returns that its tables declare: one long, one wide.

``housing_support`` names in each row what is measured; a row of ``ambulance_handover`` states
several measures. Between them their columns have every property that a column can have.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from pipelines.board.tables import load_reference
from schemas.reference import Reference
from tests.boards import BIRMINGHAM

LONG, WIDE = "housing_support", "ambulance_handover"
LONG_SENDER, WIDE_SENDER = "BCC", "WMAS"
SMALL_SENDER = "WMP"  # gives some of the measures of the wide table
Cells = Mapping[str, str]

RETURNS: Sequence[Cells] = [
    {"return_name": LONG, "title": "Housing support", "purpose": "Homes for people who had none.",
     "sent_by": "The council", "opens_after_days": "1", "due_after_days": "30"},
    {"return_name": WIDE, "title": "Ambulance handover", "purpose": "Waits outside hospitals.",
     "sent_by": "The ambulance service", "opens_after_days": "1", "due_after_days": "30"},
]  # fmt: skip


def _column(name: str, kind: str, role: str = "", **more: str) -> Cells:
    words = {"title": name.replace("_", " ").capitalize(), "description": f"The {name}."}
    return {"name": name, "kind": kind, "role": role, "example": "12", **words, **more}


COLUMNS: Mapping[str, Sequence[Cells]] = {
    LONG: [
        _column("measure", "item", "item", required="yes", example="Households housed"),
        _column("tenure", "code", "category", code_list="tenure", example="council"),
        _column("housed", "people", "numerator"),
        _column("asked", "people", "denominator"),
        _column("rate", "number", "value", maximum="1000", query_above="900"),
        _column("lower", "number", "lower"),
        _column("upper", "number", "upper"),
        _column("budget", "number", required="yes", minimum="5", query_below="10"),
        _column("certainty", "code", required="yes", code_list="certainty", example="sure"),
        _column("reason", "text", needed_when="certainty=estimate", example="Two teams merged."),
        _column("case_ref", "text", required="yes", pattern="[A-Z]{2}[0-9]{3}", example="HS104",
                key="yes"),
        _column("counted_on", "date", example="2018-07-14"),
        _column("comment", "text", "comment", sensitive="yes", example="Nothing to add."),
    ],
    WIDE: [
        _column("area", "code", "area", required="yes", example="Northfield"),
        _column("calls", "people", "value", required="yes", measure="AH01"),
        _column("in_time", "people", "numerator", measure="AH02"),
        _column("timed", "people", "denominator", measure="AH02"),
        _column("to_hospital", "people", "numerator", measure="AH03"),
        _column("wait", "number", "value", measure="AH04", maximum="600", query_above="120"),
        _column("turned_away", "people", "value", required="yes", measure="AH05",
                first_quarter="2018-19-Q2"),
        _column("comment", "text", "comment", sensitive="yes", example="Nothing to add."),
    ],
}  # fmt: skip


def measure(code: str, of: str, item: str, unit: str, **more: str) -> Cells:
    form = {"count": "count", "percent": "proportion"}.get(unit, "value")
    return {"measure": code, "return_name": of, "item": item, "title": item, "unit": unit,
            "form": form, "definition": f"{item} in the quarter.", "decimals": "0",
            "polarity": "none", "aggregation": "sum" if form == "count" else "none",
            "kind": "flow", "frequency": "quarterly", "seasonal": "no", "owner_role": "A board",
            "small_number_rule": "none", "source": "Made up", "status": "live",
            "first_quarter": "", "last_quarter": "", **more}  # fmt: skip


MEASURES: Sequence[Cells] = [
    measure("HS01", LONG, "Households housed", "percent", interval_expected="yes",
             plausible_min="20", plausible_max="95"),
    measure("HS02", LONG, "Rough sleepers", "count"),
    measure("AH01", WIDE, "Calls", "count"),
    measure("AH02", WIDE, "Handed over in time", "percent"),
    measure("AH03", WIDE, "Taken to hospital", "percent", share_of="AH01"),
    measure("AH04", WIDE, "Longest wait", "ratio"),
    measure("AH05", WIDE, "Turned away", "count", first_quarter="2018-19-Q2"),
]  # fmt: skip
OBLIGATIONS: Sequence[Cells] = [
    {"organisation": LONG_SENDER, "return_name": LONG},
    {"organisation": WIDE_SENDER, "return_name": WIDE},
    {"organisation": SMALL_SENDER, "return_name": WIDE},
]
EXPECTED: Sequence[Cells] = [
    {"organisation": LONG_SENDER, "measure": "HS01", "breakdown": "total", "category": "all"},
    {"organisation": LONG_SENDER, "measure": "HS01", "breakdown": "tenure", "category": "council"},
    {"organisation": LONG_SENDER, "measure": "HS02", "breakdown": "total", "category": "all"},
    *({"organisation": WIDE_SENDER, "measure": measure, "breakdown": "total", "category": "all",
       "area": area}
      for measure in ("AH01", "AH02", "AH03", "AH04", "AH05")
      for area in ("Northfield", "Yardley")),
    *({"organisation": SMALL_SENDER, "measure": measure, "breakdown": "total", "category": "all",
       "area": "Northfield"} for measure in ("AH01", "AH05")),
]  # fmt: skip
CATEGORIES: Sequence[Cells] = [
    {"measure": "HS01", "breakdown": "tenure", "category": category, "adds_up": "yes", "sort": n}
    for category, n in (("council", "1"), ("private", "2"))
]
CODES: Sequence[Cells] = [
    {"list": name, "code": code, "label": code.capitalize()}
    for name, codes in {"tenure": ("council", "private"), "certainty": ("sure", "estimate")}.items()
    for code in codes
]


def declare(folder: Path) -> Path:
    """Add the two returns to the board in a folder and return it."""
    for table, rows in {
        "returns": RETURNS,
        "return_columns": [
            {"return_name": name, **cells} for name, every in COLUMNS.items() for cells in every
        ],
        "measures": MEASURES,
        "obligations": OBLIGATIONS,
        "expected_rows": EXPECTED,
        "measure_categories": CATEGORIES,
        "code_lists": CODES,
    }.items():
        append(folder / "reference" / f"{table}.csv", rows)
    return folder


def append(path: Path, rows: Sequence[Cells]) -> None:
    """Add rows to a table, and the columns that it lacks; a theme where one is needed."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        before, headings = list(reader), list(reader.fieldnames or ())
    headings += [name for row in rows for name in row if name not in headings]
    headings = list(dict.fromkeys(headings))
    usual = {"theme": before[0]["theme"]} if path.stem == "measures" else {}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, headings, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows([*before, *({**usual, **row} for row in rows)])


@cache
def declared_board() -> Reference:
    """The project's tables with the two returns."""
    return load_reference(declare(Path(shutil.copytree(BIRMINGHAM, Path(mkdtemp()) / "board"))))
