"""A figure against those before it: in whose unit it is told, and when it is not asked.

The trap: a percentage that is worked out is told as the numerator beside it, and a slip that makes
a figure impossible is complained of twice, once as impossible and once as unlike those before it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from pipelines.checking.engine.figures import Figure
from pipelines.checking.engine.outcome import CheckedFile
from schemas.finding import Finding
from schemas.quarter import Quarter
from schemas.reference import Reference
from tests.boards import birmingham
from tests.pipelines.checking.cases import Case, Past

_COURSES = "organisation,quarter,course,staff_group,eligible,trained,percent,comment\n"
_RATES = "organisation,quarter,indicator,area,period,numerator,denominator,value,comment\n"
_LEVEL_2 = "Safeguarding children level 2"
_EARLY_HELP = '"Early help and Right Service, Right Time"'
PERCENT = Figure(unit="percent", decimals=1)
COUNT = Figure(unit="count", decimals=0)


def found(level_2: str, early_help: str = "1210,1013,") -> list[Finding]:
    """What is found in a trust's two courses (eligible, trained, percent) after nine quarters."""
    rows = f"UHB,2018-19 Q2,{_LEVEL_2},,{level_2},\nUHB,2018-19 Q2,{_EARLY_HELP},,{early_help},\n"
    return list(
        check(
            (_COURSES + rows).encode(),
            file_name="return.csv",
            context=Case("HIS-001").context("bad-worked-out"),
        ).findings
    )


def rules_at(findings: list[Finding], row: int) -> list[str]:
    return sorted({one.rule for one in findings if one.row == row})


def test_a_percentage_that_was_sent_is_told_as_it_stands_at_its_own_column() -> None:
    (asked,) = found(",,59.6")
    assert (asked.rule, asked.row, asked.letter, asked.value) == ("HIS-001", 2, "G", "59.6")
    assert asked.message.startswith(
        "59.6% is 23.0 percentage points less than the 82.6% of 2018-19 Q1; a change of up to 0.8 "
    )


def test_a_percentage_that_is_worked_out_names_both_numbers_and_both_columns() -> None:
    (asked,) = found("3879,2310,")
    assert (asked.rule, asked.row, asked.letter, asked.value) == ("HIS-001", 2, "F", "2310")
    assert asked.message.startswith("2,310 of the 3,879 eligible staff make 59.6%. This is 23.0 ")
    assert asked.hint.startswith("Check columns E and F.")


@pytest.mark.parametrize(
    ("level_2", "fault"),
    [
        ("3204,3879,", "ROW-001"),  # more trained than eligible: 121 per cent
        ("3879,3204,8.26", "ROW-003"),  # a tenth of the usual, and not what the two make
        (",,826", "NUM-006"),  # ten times the usual, and above 100
        (",,0.83", "NUM-006"),  # a hundredth of the usual, and perhaps a share of 1
    ],
)
def test_a_figure_that_is_wrong_by_itself_is_not_asked_about_those_before_it(
    level_2: str, fault: str
) -> None:
    assert rules_at(found(level_2), 2) == [fault]


def test_the_other_rows_of_the_same_file_are_asked_in_the_same_go() -> None:
    findings = found("3204,3879,", "1210,101,")
    assert rules_at(findings, 2) == ["ROW-001"]
    assert rules_at(findings, 3) == ["HIS-004"]


def test_once_it_is_put_right_it_is_asked() -> None:
    assert rules_at(found("3879,2310,"), 2) == ["HIS-001"]


@pytest.mark.parametrize(("counted", "rules"), [("12,4000,", set()), ("16,4000,", {"HIS-003"})])
def test_a_restated_rate_is_compared_in_its_own_unit(counted: str, rules: set[str]) -> None:
    """12 of 4,000 are 3 in a thousand, and not 0.3 per cent."""
    before = checked(a_rate("2017-18 Q2", ",,3"), Past())
    assert before.rows is not None, before.findings
    again = checked(a_rate("2018-19 Q2", counted), Past({Quarter(2017, 2): before.rows}))
    assert {one.rule for one in again.findings if one.row == 2} == rules


def a_rate(quarter: str, figures: str) -> bytes:
    """A return of one rate in a thousand, of one period (numerator, denominator, value)."""
    row = f"YOS,{quarter},Custodial sentences,Birmingham,2016-17,{figures},\n"
    return (_RATES + row).encode()


def checked(content: bytes, past: Past) -> CheckedFile:
    context = Context(
        reference=reference_without_expected_rows(), as_of=dt.date(2019, 1, 1), history=past
    )
    return check(content, file_name="return.csv", context=context)


def reference_without_expected_rows() -> Reference:
    """A return with one row lacks nothing."""
    return replace(birmingham(), every_expected_row=())


@pytest.mark.parametrize(
    ("way", "before", "now", "limit", "told"),
    [
        (PERCENT, 82.6, 120.0, 3.14, "120.0% 37.4 percentage points 82.6% 3.1 percentage points"),
        # The difference of the figures as they are told: 17.45 would be told as 17.4 or 17.5.
        (PERCENT, 82.55, 100.0, 3.0, "100.0% 17.4 percentage points 82.6% 3.0 percentage points"),
        # A change that one decimal would not show.
        (PERCENT, 99.99, 99.92, 0.04,
         "99.92% 0.07 percentage points 99.99% 0.04 percentage points"),
        (Figure(unit="percent", decimals=0), 40.0, 51.0, 1.0,
         "51% 11 percentage points 40% 1 percentage point"),
        (COUNT, 292.0, 1412.0, 46.9, "1,412 1,120 292 47"),
        (COUNT, 63.0, 61.0, 0.4, "61 2 63 0.4"),
        (Figure(unit="rate_per_1000", decimals=2), 7.85, 9.95, 0.5,
         "9.95 per 1,000 2.10 per 1,000 7.85 per 1,000 0.50 per 1,000"),
        (Figure(unit="rate_per_100000", decimals=0), 300.0, 512.0, 40.0,
         "512 per 100,000 212 per 100,000 300 per 100,000 40 per 100,000"),
        (Figure(unit="microgram_m3", decimals=1), 36.2, 41.2, 3.0,
         "41.2 µg/m³ 5.0 µg/m³ 36.2 µg/m³ 3.0 µg/m³"),
        (Figure(unit="ratio", decimals=2), 1.12, 1.32, 0.05, "1.32 0.20 1.12 0.05"),
        (Figure(unit=None, decimals=1), 40.0, 52.5, 5.0, "52.5 12.5 40 5"),
    ],
)  # fmt: skip
def test_a_change_is_told_in_the_measures_unit(
    way: Figure, before: float, now: float, limit: float, told: str
) -> None:
    words = way.move(before, now, limit=limit)
    assert " ".join(words[name] for name in ("figure", "move", "before", "limit")) == told


def test_what_is_far_below_the_usual_is_never_told_as_nothing() -> None:
    assert PERCENT.beside(0.02, 20.0) == {"figure": "0.02%", "usual": "20.00%"}
    assert COUNT.beside(34_520.0, 3_330.0) == {"figure": "34,520", "usual": "3,330"}


def test_a_slip_in_what_others_are_counted_over_is_asked_about_though_the_share_is_as_it_was() -> (
    None
):
    last = Quarter(2018, 2)

    def sent(quarter: Quarter, eligible: int, past: Past) -> CheckedFile:
        trained = round(eligible * 0.826)
        rows = f"UHB,{quarter.label},{_LEVEL_2},,{eligible},{trained},,\n"
        rows += f"UHB,{quarter.label},{_EARLY_HELP},,1210,1013,,\n"
        context = Context(
            reference=birmingham(), as_of=quarter.end + dt.timedelta(days=20), history=past
        )
        return check((_COURSES + rows).encode(), file_name="return.csv", context=context)

    accepted = {}
    for back in range(9, 0, -1):
        rows = sent(last.shift(-back), 3879 + 7 * (back % 4), Past({})).rows
        assert rows is not None
        accepted[last.shift(-back)] = rows
    past = Past(accepted)
    assert [one for one in sent(last, 3890, past).findings if one.row == 2] == []
    [asked] = [one for one in sent(last, 8379, past).findings if one.row == 2]
    assert (asked.rule, asked.letter, asked.value) == ("HIS-001", "E", "8379")
    assert asked.message.startswith("8,379 is 4,493 more than the 3,886 of 2018-19 Q1; a change ")
