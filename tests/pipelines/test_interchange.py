"""A return as other tools read it: Table Schema, and CSV on the Web."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pipelines.receiving.interchange import csvw, table_schema
from schemas.quarter import Quarter
from tests.declared import LONG, WIDE, declared_board


def table(name: str, quarter: Quarter | None = None) -> dict[str, dict[str, Any]]:
    board = declared_board()
    made = table_schema(board.declared_returns[name], quarter=quarter, reference=board)
    return {field["name"]: field for field in made["fields"]}


def web(name: str) -> dict[str, dict[str, Any]]:
    board = declared_board()
    made = csvw(board.declared_returns[name], quarter=None, reference=board, url="x.csv")
    return {column["name"]: column for column in made["tableSchema"]["columns"]}


def test_every_property_that_a_table_schema_can_say_is_said() -> None:
    fields = table(LONG)
    said = {name: (field["type"], field["constraints"]) for name, field in fields.items()}
    assert said["housed"] == ("integer", {"minimum": 0.0})
    assert said["rate"] == ("number", {"minimum": 0.0, "maximum": 1000.0})
    assert said["budget"] == ("number", {"minimum": 5.0})
    assert said["case_ref"] == ("string", {"required": True, "pattern": "[A-Z]{2}[0-9]{3}"})
    assert said["counted_on"] == ("date", {})
    assert said["certainty"] == ("string", {"required": True, "enum": ["sure", "estimate"]})
    assert said["measure"][1]["enum"] == ["Households housed", "Rough sleepers"]
    assert fields["tenure"]["title"] == "Tenure"


def test_the_key_and_the_symbols_that_stand_for_no_number_are_said() -> None:
    board = declared_board()
    ret = board.declared_returns[WIDE]
    made = table_schema(ret, quarter=None, reference=board)
    assert made["primaryKey"] == ["organisation", "quarter", "area"]
    assert made["missingValues"] == ["", "[c]", "[x]", "[z]"]
    assert csvw(ret, quarter=None, reference=board, url="x.csv")["tableSchema"]["primaryKey"] == [
        "organisation", "quarter", "area",
    ]  # fmt: skip
    assert web(WIDE)["calls"]["null"] == ["", "[c]", "[x]", "[z]"]


def test_a_quarter_has_its_own_columns() -> None:
    assert "turned_away" in table(WIDE)
    assert "turned_away" in table(WIDE, Quarter(2018, 2))
    assert "turned_away" not in table(WIDE, Quarter(2018, 1))


@pytest.mark.parametrize(
    ("text", "fits"), [("2018-19 Q2", True), ("2018-19-Q2", True), ("Q2", False)]
)
def test_a_quarter_has_a_pattern_in_both(text: str, fits: bool) -> None:
    for pattern in (
        table(LONG)["quarter"]["constraints"]["pattern"],
        web(LONG)["quarter"]["datatype"]["format"],
    ):
        assert bool(re.fullmatch(pattern, text)) is fits


def test_codes_are_a_pattern_of_exactly_these_words_on_the_web() -> None:
    column = web(LONG)["certainty"]
    assert (column["datatype"], column["required"]) == (
        {"base": "string", "format": "sure|estimate"}, True,
    )  # fmt: skip
    board = declared_board()
    ret = board.declared_returns["training_compliance"]
    made = csvw(ret, quarter=None, reference=board, url="x.csv")["tableSchema"]["columns"]
    course = next(one for one in made if one["name"] == "course")["datatype"]["format"]
    assert re.fullmatch(course, "Safeguarding adults (online)")
    assert r"adults \(online\)" in course
