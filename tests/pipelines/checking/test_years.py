"""A year to date against its months, which stand in several returns.

The trap: a year whose months are not all there would be compared with fewer, and every such year
queried for nothing.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

import polars as pl
import pytest

from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from schemas.finding import Severity
from schemas.quarter import Quarter
from tests.boards import birmingham
from tests.pipelines.checking.cases import Past

_HEADING = "organisation,quarter,measure,month,value,value_year_before\n"
_MONTHS = {1: ("2018-04", "2018-05", "2018-06"), 2: ("2018-07", "2018-08", "2018-09")}


def a_return(
    quarter: int, values: tuple[str, str, str], *, to_date: tuple[str, str] | None = None
) -> bytes:
    """A quarter's three months, each with ten fewer a year before, and a year to date."""
    rows = [
        f"WMAS,2018-19 Q{quarter},Child safeguarding referrals,{month},{value},"
        f"{int(value) - 10 if value.isdigit() else value}\n"
        for month, value in zip(_MONTHS[quarter], values, strict=True)
    ]
    if to_date is not None:
        label = '"Child safeguarding referrals, year to date"'
        rows.append(f"WMAS,2018-19 Q{quarter},{label},,{to_date[0]},{to_date[1]}\n")
    return "".join([_HEADING, *rows]).encode()


@cache
def accepted(content: bytes) -> pl.DataFrame:
    context = Context(reference=birmingham(), as_of=dt.date(2018, 10, 20))
    rows = check(content, file_name="x.csv", context=context).rows
    assert rows is not None
    return rows


def found(content: bytes, *, before: bytes | None) -> list[str]:
    past = Past({Quarter(2018, 1): accepted(before)} if before else {})
    context = Context(reference=birmingham(), as_of=dt.date(2018, 10, 20), history=past)
    findings = check(content, file_name="x.csv", context=context).findings
    assert all(one.severity is Severity.QUERY for one in findings if one.rule == "ROW-004")
    return [one.message for one in findings if one.rule == "ROW-004"]


FIRST = a_return(1, ("600", "600", "600"))


@pytest.mark.parametrize(
    ("to_date", "said"),
    [
        (("3600", "3540"), []),
        (("3601", "3540"), ["3,600; this row says 3,601"]),
        (("3600", "3606"), ["3,540; this row says 3,606"]),
        (("[x]", "3540"), []),
    ],
)
def test_both_years_are_added_up(to_date: tuple[str, str], said: list[str]) -> None:
    messages = found(a_return(2, ("600", "600", "600"), to_date=to_date), before=FIRST)
    assert len(messages) == len(said)
    assert all(words in message for words, message in zip(said, messages, strict=True))


@pytest.mark.parametrize("before", [None, a_return(1, ("600", "[x]", "600"))])
def test_a_year_that_lacks_a_month_is_not_added_up(before: bytes | None) -> None:
    assert found(a_return(2, ("600", "600", "600"), to_date=("9", "9")), before=before) == []


def test_the_first_quarter_of_a_year_is_its_own_year_to_date() -> None:
    content = a_return(1, ("600", "600", "600"), to_date=("1801", "1770"))
    assert len(found(content, before=None)) == 1
