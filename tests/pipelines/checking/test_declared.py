"""Each property that the board's tables declare of a column is enforced, at its row and column.

The trap: a property that is read from the table, shown on the page of the return, and enforced
nowhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl
import pytest

from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from pipelines.checking.engine.outcome import CheckedFile
from pipelines.receiving.templates import template
from schemas.columns import Kind
from schemas.declaration import record_columns
from schemas.finding import Finding
from schemas.quarter import Quarter
from tests.declared import LONG, WIDE, declared_board

QUARTER = Quarter(2018, 2)
SOUND: Mapping[str, str] = {
    "measure": "Households housed", "tenure": "", "housed": "81", "asked": "100", "rate": "81",
    "lower": "70", "upper": "90", "budget": "50", "certainty": "sure", "reason": "",
    "case_ref": "HS104", "counted_on": "2018-07-14", "comment": "",
}  # fmt: skip
OTHERS = [
    {**SOUND, "tenure": "council", "housed": "41", "asked": "51", "rate": "", "case_ref": "HS105"},
    {**SOUND, "measure": "Rough sleepers", "housed": "", "asked": "", "rate": "31", "lower": "",
     "upper": "", "case_ref": "HS106"},
]  # fmt: skip
AREAS: Mapping[str, str] = {
    "area": "Northfield", "calls": "1204", "in_time": "1001", "timed": "1100",
    "to_hospital": "801", "wait": "61.5", "turned_away": "12", "comment": "",
}  # fmt: skip
OTHER_AREA = {**AREAS, "area": "Yardley", "calls": "907", "turned_away": "13"}


@dataclass(frozen=True)
class Past:
    """What was accepted before, by quarter."""

    frames: Mapping[Quarter, pl.DataFrame] = field(default_factory=dict)

    def rows(self, organisation: str, return_name: str, quarter: Quarter) -> pl.DataFrame | None:
        return self.frames.get(quarter)


def sent(
    organisation: str,
    *rows: Mapping[str, str],
    quarter: Quarter = QUARTER,
    before: Mapping[Quarter, pl.DataFrame] | None = None,
) -> CheckedFile:
    """What a file of these rows is found to be."""
    names = [*dict.fromkeys(name for row in rows for name in row)]
    lines = [["organisation", "quarter", *names]]
    lines += [[organisation, quarter.label, *(row[name] for name in names)] for row in rows]
    content = "\r\n".join(",".join(cells) for cells in lines).encode()
    context = Context(
        reference=declared_board(), as_of=dt.date(2018, 10, 20), history=Past(before or {})
    )
    return check(content, file_name="return.csv", context=context)


def long(**cells: str) -> CheckedFile:
    """The long return, its first row with other cells."""
    return sent("BCC", {**SOUND, **cells}, *OTHERS)


def wide(**cells: str) -> CheckedFile:
    """The wide return, its first row with other cells."""
    return sent("WMAS", {**AREAS, **cells}, OTHER_AREA)


def places(found: tuple[Finding, ...]) -> list[tuple[str, int | None, str | None]]:
    return [(one.rule, one.row, one.column) for one in found]


def test_what_is_sound_has_no_finding() -> None:
    for checked, name in ((long(), LONG), (wide(), WIDE)):
        assert (checked.return_name, checked.outcome, checked.findings) == (name, "accepted", ())


BROKEN = [
    # kinds
    ({"housed": "many"}, ("NUM-001", 2, "housed")),
    ({"housed": "81.5"}, ("NUM-003", 2, "housed")),
    ({"counted_on": "2018-07-34"}, ("DAT-001", 2, "counted_on")),
    ({"measure": "Homes"}, ("COD-001", 2, "measure")),
    ({"housed": "-1"}, ("NUM-004", 2, "housed")),
    # properties
    ({"certainty": ""}, ("SYM-001", 2, "certainty")),
    ({"budget": ""}, ("SYM-001", 2, "budget")),
    ({"case_ref": "HS105", "tenure": "council"}, ("KEY-002", 3, None)),
    ({"budget": "4"}, ("NUM-007", 2, "budget")),
    ({"rate": "1001", "housed": "", "asked": ""}, ("NUM-007", 2, "rate")),
    ({"budget": "9"}, ("NUM-008", 2, "budget")),
    ({"case_ref": "HS1040"}, ("COD-005", 2, "case_ref")),
    ({"certainty": "certain"}, ("COD-001", 2, "certainty")),
    ({"certainty": "estimate"}, ("ROW-005", 2, "reason")),
    # roles
    ({"housed": "101"}, ("ROW-001", 2, "housed")),
    ({"rate": "80"}, ("ROW-003", 2, "rate")),
    ({"asked": ""}, ("SYM-001", 2, "asked")),
    ({"lower": "82"}, ("ROW-008", 2, "rate")),
    ({"tenure": "rented"}, ("COD-001", 2, "tenure")),
    # what the list of measures says
    ({"lower": ""}, ("ROW-007", 2, "lower")),
    ({"housed": "3", "rate": "3"}, ("NUM-008", 2, "rate")),
]


@pytest.mark.parametrize(("cells", "place"), BROKEN)
def test_a_property_of_a_long_table_is_enforced(
    cells: dict[str, str], place: tuple[str, int, str | None]
) -> None:
    cells = {"rate": "", **cells} if place[0] in ("NUM-001", "NUM-003", "NUM-004") else cells
    cells = {"rate": "", **cells} if cells.keys() & {"asked"} or place[0] == "ROW-001" else cells
    assert place in places(long(**cells).findings)


WIDE_BROKEN = [
    ({"area": "Northfeild"}, ("COD-001", 2, "area")),
    ({"calls": ""}, ("SYM-001", 2, "calls")),
    ({"timed": ""}, ("SYM-001", 2, "timed")),
    ({"in_time": "1101"}, ("ROW-001", 2, "in_time")),
    ({"timed": "4", "in_time": "3"}, ("ROW-002", 2, "timed")),
    ({"wait": "601"}, ("NUM-007", 2, "wait")),
    ({"wait": "121"}, ("NUM-008", 2, "wait")),
    ({"area": "Yardley"}, ("KEY-002", 3, None)),
]


@pytest.mark.parametrize(("cells", "place"), WIDE_BROKEN)
def test_a_property_of_a_wide_table_is_enforced(
    cells: dict[str, str], place: tuple[str, int, str | None]
) -> None:
    assert place in places(wide(**cells).findings)


def test_a_cell_that_is_never_quoted_is_not() -> None:
    checked = long(comment="Ask Jane on 07700 900123")
    assert [one.rule for one in checked.findings] == ["SDC-002"]
    assert not any("Jane" in one.sentence for one in checked.findings)
    assert "Jane" not in str([one.sentence for one in long(comment="=Jane").findings])


def test_a_missing_column_is_named() -> None:
    row = {name: cell for name, cell in AREAS.items() if name != "calls"}
    assert ("HDR-001", None, None) in places(sent("WMAS", row).findings)
    assert "calls" in sent("WMAS", row).findings[0].message


def test_a_row_of_a_wide_table_that_a_figure_is_missing_in_is_named_once() -> None:
    assert places(wide(calls="").findings) == [("SYM-001", 2, "calls")]
    missing = sent("WMAS", AREAS).findings
    assert places(missing) == [("COV-002", None, None)]
    assert "Calls (Yardley)" in missing[0].message
    left_out = wide(wait="").findings
    assert places(left_out) == [("COV-002", None, None)]
    assert "Longest wait (Northfield)" in left_out[0].message


def test_each_quarter_has_its_own_columns() -> None:
    before = Quarter(2018, 1)
    ret = declared_board().declared_returns[WIDE]
    assert "turned_away" in ret.column_by_name
    assert "turned_away" in ret.at(QUARTER).column_by_name
    assert "turned_away" not in ret.at(before).column_by_name
    old = {name: cell for name, cell in AREAS.items() if name != "turned_away"}
    figures = {"calls": "1191", "in_time": "993", "timed": "1081", "to_hospital": "787"}
    then = {**old, **figures, "wait": "59.5"}
    earlier = sent("WMAS", then, {**then, "area": "Yardley"}, quarter=before)
    assert earlier.outcome == "accepted"
    assert earlier.rows is not None
    assert list(earlier.rows.columns) == list(record_columns(ret.at(before)))
    assert ("HDR-002", 1, "turned_away") in places(sent("WMAS", AREAS, quarter=before).findings)
    assert sent("WMAS", old).outcome == "refused"
    # The quarter after it is compared with what there was before.
    assert sent("WMAS", AREAS, OTHER_AREA, before={before: earlier.rows}).findings == ()
    much = sent("WMAS", {**AREAS, "calls": "12040"}, OTHER_AREA, before={before: earlier.rows})
    assert places(much.findings) == [("HIS-004", 2, "calls")]


def test_a_template_has_the_columns_of_its_quarter_and_one_row_an_area() -> None:
    reference = declared_board()
    ret = reference.declared_returns[WIDE]
    for quarter, columns in ((Quarter(2018, 1), 9), (QUARTER, 10)):
        made = template(organisation="WMAS", ret=ret, quarter=quarter, reference=reference)
        lines = [line.split(",") for line in made.decode("utf-8-sig").splitlines()]
        assert {len(line) for line in lines} == {columns}
        assert [line[:3] for line in lines[1:]] == [
            ["WMAS", quarter.label, "Northfield"], ["WMAS", quarter.label, "Yardley"],
        ]  # fmt: skip


def test_nothing_to_report_is_said_with_nil() -> None:
    checked = sent("WMAS", {**dict.fromkeys(AREAS, ""), "area": "nil"})
    assert places(checked.findings) == [("COV-003", None, None)]


def test_a_declared_return_is_the_same_as_a_module_makes() -> None:
    long_return, wide_return = (declared_board().declared_returns[one] for one in (LONG, WIDE))
    assert (long_return.title, long_return.sent_by) == ("Housing support", "The council")
    assert long_return.key == ("organisation", "quarter", "measure", "tenure", "case_ref")
    assert long_return.figures == (("rate",), ("housed", "asked"))
    assert long_return.column_by_name["reason"].needed_when == ("certainty", "estimate")
    assert [one.kind for one in long_return.columns[:3]] == [
        Kind.ORGANISATION, Kind.QUARTER, Kind.ITEM,
    ]  # fmt: skip
    assert [view.observation.of for view in wide_return.views if view.observation] == [
        "Calls", "Handed over in time", "Taken to hospital", "Longest wait", "Turned away",
    ]  # fmt: skip
