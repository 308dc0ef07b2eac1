"""The rules over the rows of a whole return: exactly these findings for each file, and no others.

``rows_findings.json`` holds what each of their fixtures and further files is said to have.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from pipelines.escaping import write_csv
from pipelines.receiving.templates import template
from schemas.finding import Finding
from schemas.quarter import Quarter
from schemas.registry import returns
from tests.boards import birmingham
from tests.pipelines.checking.cases import Case

RULES = ("SYM-001", "KEY-001", "KEY-002", "COD-001", "COD-004", "PER-001", "COV-001", "COV-002",
         "SDC-001", "DAT-004", "MAC-001")  # fmt: skip
FILE = Path(__file__).parent / "rows_findings.json"
REFERENCE = birmingham()
EXPECTED: dict[str, list[str]] = json.loads(FILE.read_text(encoding="utf-8"))
HEADING = "organisation,quarter,course,staff_group,eligible,trained,percent,comment\n"
ABUSE = "organisation,quarter,measure,breakdown,category,numerator,denominator,value,comment\n"
ACTIVITY = "organisation,quarter,measure,part_of,category,month,value,percent,comment\n"
OUTCOMES = "organisation,quarter,indicator,area,period,numerator,denominator,value,comment\n"
LEVEL = "BCHC,2018-19 Q2,Safeguarding children level "
FILES = {
    "halves": HEADING + f"{LEVEL}1,,100,,,\n{LEVEL}2,,,90,,\n{LEVEL}3,,,,,\n",
    "percent alone": HEADING + f"{LEVEL}1,,,,90.5,\n{LEVEL}2,,[c],[c],,\n{LEVEL}3,,[x],,,\n",
    "no columns of counts": "organisation,quarter,course,staff_group,percent,comment\n"
     f"{LEVEL}1,,,\n",
    "same key": HEADING
    + f"{LEVEL}1,A  b,100,90,,\n{LEVEL}1,a B,100,90,,\n{LEVEL}1,a b,100,91,,\n",
    "same key, words differ": HEADING
    + f"{LEVEL}2,a,10,9,,x\n{LEVEL}2,a,10,9,,y\n{LEVEL}2,b,10,9,,\n",
    "unread key": HEADING + f"{LEVEL}l,,100,90,,\n{LEVEL}l,,100,90,,\n{LEVEL}2,,100,90,,\n",
    "blank key": HEADING + "BCHC,2018-19 Q2,,,100,90,,\n" + f"{LEVEL}2,,100,90,,\n",
    "lost row": HEADING + f"{LEVEL}1,,100,90,,,,\n{LEVEL}2,,100,90,,\n",
    "fives": HEADING
    + "".join(f"{LEVEL}{n % 3 + 1},g{n},{100 + n * 5},{90 + n * 5},,\n" for n in range(4)),
    "three fives": HEADING
    + "".join(f"{LEVEL}{n + 1},,{100 + n * 5},{90 + n * 5},,\n" for n in range(3)),
    "all 100": HEADING + "".join(f"{LEVEL}{n % 3 + 1},g{n},,,100,\n" for n in range(4)),
    "three 100": HEADING + "".join(f"{LEVEL}{n + 1},,,,100,\n" for n in range(3)),
    "foreign course": HEADING + f"{LEVEL}1,,100,90,,\nBCHC,2018-19 Q2,Prevent,,100,90,,\n",
    "not owed": HEADING + "PH,2018-19 Q2,Safeguarding children level 1,,101,91,,\n",
    "not this quarter": OUTCOMES
    + "PH,2018-19 Q1,Infant mortality,Birmingham,2016,101,901,112.1,\n",
    "late period": OUTCOMES
    + "PH,2018-19 Q2,Infant mortality,Birmingham,2019,101,901,112.1,\n"
    + "PH,2018-19 Q2,Infant mortality,England,2018-19 Q2,101,901,112.1,\n",
    "late month": ACTIVITY
    + "WMAS,2018-19 Q2,Child safeguarding referrals,,,2018-10,291,,\n"
    + "WMAS,2018-19 Q2,Child safeguarding referrals,,,2018-09,291,,\n",
    "small": ABUSE
    + "WMP,2018-19 Q2,DA02,,,,,3,\nWMP,2018-19 Q2,DA02,kind,forced marriage,,,0,\n"
    + "WMP,2018-19 Q2,DA02,kind,honour-based abuse,,,4,\nWMP,2018-19 Q2,DA03,,,4,80,,\n",
    "not small": ABUSE
    + "WMP,2018-19 Q2,DA02,,,,,5,\nWMP,2018-19 Q2,DA02,kind,forced marriage,,,0,\n"
    + "WMP,2018-19 Q2,DA03,,,5,80,,\nWMP,2018-19 Q2,DA03,,,,,2.5,\n",
    "categories": ABUSE
    + "WMP,2018-19 Q2,DA02,,,,,51,\nWMP,2018-19 Q2,DA02,kind,forced mariage,,,11,\n"
    + "WMP,2018-19 Q2,DA02,kind,something else,,,11,\n"
    + "WMP,2018-19 Q2,DA02,sort,forced marriage,,,12,\n"
    + "WMP,2018-19 Q2,DA03,kind,forced marriage,41,80,,\n"
    + "WMP,2018-19 Q2,DA02,,forced marriage,,,12,\n",
    "staff groups": HEADING + f"{LEVEL}2,medical staf,101,91,,\n{LEVEL}1,anybody,101,91,,\n",
    "nothing of it": ABUSE + "WMP,2018-19 Q2,DA99,,,,,51,\n",
    "another organisation": HEADING + "XXX,2018-19 Q2,Safeguarding children level 1,,101,91,,\n",
}  # fmt: skip


def findings_of(name: str) -> tuple[Finding, ...]:
    rule, _, file = name.partition("/")
    if file:
        case = Case(rule)
        return case.check(case.folder / file).findings
    context = Context(reference=REFERENCE, as_of=dt.date(2019, 12, 31))
    return check(FILES[name].encode(), file_name="return.csv", context=context).findings


def every_name() -> list[str]:
    files = [f"{rule}/{file.name}" for rule in RULES for file in Case(rule).folder.glob("*.csv")]
    fixtures = [one for one in files if one.endswith("good.csv") or "/bad" in one]
    return sorted([*fixtures, *FILES])


@pytest.mark.parametrize("name", every_name())
def test_a_file_has_these_findings_and_no_others(name: str) -> None:
    assert [finding.sentence for finding in findings_of(name)] == EXPECTED[name]


def test_a_template_that_is_filled_in_lacks_no_row_that_is_expected() -> None:
    quarter = Quarter(2017, 4)
    context = Context(reference=REFERENCE, as_of=dt.date(2019, 12, 31))
    lacking = {}
    for owed in REFERENCE.obligations(quarter):
        ret = returns()[owed.return_name]
        if (seen := ret.observation) is None:
            continue
        blank = template(
            organisation=owed.organisation, ret=ret, quarter=quarter, reference=REFERENCE
        )
        rows = list(csv.DictReader(io.StringIO(blank.decode("utf-8-sig"))))
        filled = [{**row, **dict.fromkeys(seen.figures, "[x]")} for row in rows]
        sent = write_csv([list(rows[0]), *([*row.values()] for row in filled)])
        found = check(sent, file_name="return.csv", context=context).findings
        coverage = [one.sentence for one in found if one.rule.startswith("COV")]
        if coverage:
            lacking[owed.organisation, owed.return_name] = coverage
    assert lacking == {}


@pytest.mark.parametrize(("quarter", "rules"), [("2018-19 Q1", set()), ("2018-19 Q2", {"COD-003"})])
def test_a_retired_measure_can_be_corrected_up_to_its_last_quarter(
    quarter: str, rules: set[str]
) -> None:
    measures = [
        replace(one, status="retired", last_quarter=Quarter(2018, 1))
        if one.item == "Safeguarding children level 1"
        else one
        for one in REFERENCE.measures
    ]
    context = Context(
        reference=replace(REFERENCE, measures=tuple(measures)), as_of=dt.date(2019, 12, 31)
    )
    sent = f"{HEADING}BCHC,{quarter},Safeguarding children level 1,,101,91,,\n"
    found = check(sent.encode(), file_name="return.csv", context=context).findings
    assert {one.rule for one in found} & {"COD-003", "COD-004"} == rules


if __name__ == "__main__":  # after a change of words that is meant: read what it changes
    sentences = {name: [one.sentence for one in findings_of(name)] for name in every_name()}
    FILE.write_text(json.dumps(sentences, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def test_what_counts_give_is_rounded_in_a_message_as_on_pages() -> None:
    content = f"{HEADING}{LEVEL}1,,2000,881,46.0,\n".encode()
    context = Context(reference=REFERENCE, as_of=dt.date(2018, 10, 20))
    found = check(content, file_name="a.csv", context=context).findings
    [said] = [one.message for one in found if one.rule == "ROW-003"]
    assert "gives 44.1." in said


def test_a_breakdown_of_small_numbers_that_no_table_declares_is_asked_about() -> None:
    undeclared = replace(
        REFERENCE,
        measure_categories=tuple(
            one for one in REFERENCE.measure_categories if one.measure != "DA02"
        ),
    )
    file = ABUSE + (
        "WMP,2018-19 Q2,DA02,,,,,51,\nWMP,2018-19 Q2,DA02,sex,female,,,40,\n"
        "WMP,2018-19 Q2,DA02,sex,male,,,11,\n"
    )
    found = check(
        file.encode(), file_name="small.csv",
        context=Context(
            reference=undeclared, as_of=dt.date(2019, 12, 31)
        ),
    ).findings  # fmt: skip
    [asked] = [one for one in found if one.rule == "COD-001"]
    assert asked.severity == "query"
    assert asked.rows == (3, 4)
    assert "DA02 may hold small numbers" in asked.message
