"""A figure that its source qualifies is read, kept as it was written, and shown with its word."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from dashboards.data import provenance
from dashboards.data.release import load
from dashboards.pages.base import Site
from dashboards.pages.figures.page import pages
from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from pipelines.checking.engine.outcome import CheckedFile
from schemas.qualifiers import qualified
from tests.boards import birmingham
from tests.dashboards import made_up


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("over 2,500", ("over", "2500")),
        ("About 12.5", ("about", "12.5")),
        (" more than 7 ", ("more than", "7")),
        ("approx. 3", ("approx.", "3")),
        ("under 5", None),  # a small number said otherwise
        ("over", None),
        ("over 2,50", None),
        ("overt 2", None),
        ("2500", None),
        ("2015 or about 2016", None),
    ],
)
def test_a_qualifier_is_a_word_before_a_number(text: str, found: tuple[str, str] | None) -> None:
    assert qualified(text) == found


def test_a_qualified_figure_is_used_with_a_note_and_a_qualified_count_of_people_is_not() -> None:
    heading = (
        "organisation,quarter,indicator,area,period,numerator,denominator,value,lower,upper,comment"
    )
    context = Context(
        reference=replace(birmingham(), every_expected_row=()), as_of=dt.date(2018, 10, 22)
    )

    def checked(figures: str) -> CheckedFile:
        row = f"PH,2018-19 Q2,MMR two doses at age 5,Birmingham,2016-17,{figures},,,"
        content = f"{heading}\r\n{row}\r\n"
        return check(content.encode(), file_name="a.csv", context=context)

    used = checked(',,"over 82.5"')
    assert used.rows is not None
    assert used.rows["value"].to_list() == [82.5]
    assert used.rows["value_as_sent"].to_list() == ["over 82.5"]
    [note] = [one for one in used.findings if one.rule == "NUM-002"]
    assert "was read as 82.5, and is shown with its word" in note.message
    assert not any(one.severity.stops for one in used.findings)
    assert any(one.severity.stops for one in checked("over 80,100,80").findings)


def test_it_is_shown_with_its_word_and_stands_in_every_file(tmp_path: Path) -> None:
    rows = made_up.everything()
    published = load(made_up.write(tmp_path, rows))
    value = next(one for one in published.values if one.value is not None)
    said = replace(value, value_as_sent=f"over {value.value}")
    site = Site(published=replace(published, values=(said,)), status="draft")
    [page] = pages(site)
    [table] = page.context["figures"]
    assert any(cell.text.startswith("over ") for cell in table.rows[0])
    assert "over, as its sender has it" in published.provenance(said)
    assert provenance.is_illustrative(published.provenance(said)) == bool(value.illustrative)
