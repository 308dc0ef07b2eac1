"""Whole lives of figures, from returns to the words on the pages.

Traps: a page that says "none" of a measure whose figures were accepted; a figure that was
withdrawn, refused or corrected and is still shown; history that goes with the measure that was
retired or the partner that ended.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from dataclasses import replace
from pathlib import Path

import pytest

from dashboards.site import build_site
from pipelines.publishing.releases import export_published
from pipelines.warehouse.loading import connect
from schemas.quarter import Quarter
from schemas.reference_rows import Rebase
from tests.boards import birmingham
from tests.dbt_project.conftest import mmr
from tests.dbt_project.test_periods import year
from tests.dbt_project.warehouse import NEEDS_CORRECTION, Warehouse

RETIRED = "TC05"


def trained(course: str, eligible: int, count: int) -> dict[str, object]:
    """A row of the training return."""
    return {"course": course, "eligible": eligible, "trained": count}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The text of each page of a board where everything happens that can, by path."""
    folder = tmp_path_factory.mktemp("lives")
    board = birmingham()
    retired = [
        replace(one, status="retired", last_quarter=Quarter(2017, 4))
        if one.measure == RETIRED
        else one
        for one in board.measures
    ]
    rebased = Rebase(
        measure="PO11", organisation="PH", quarter=Quarter(2016, 4), reason="Another register",
        decided_by="Performance officer", decided_on=dt.date(2017, 4, 20),
    )  # fmt: skip
    board = replace(board, measures=tuple(retired), rebases=(*board.rebases, rebased))
    made = Warehouse(folder / "warehouse.duckdb", board=board)
    level_1, level_2, level_3 = (f"Safeguarding children level {n}" for n in (1, 2, 3))
    training = "training_compliance"
    # A measure that was retired, a partner that ended, both with figures of before.
    made.send(training, "HEFT", "2017-18-Q4", received="2018-04-10 09:00",
              rows=[trained(level_3, 1000, 913)])  # fmt: skip
    made.send(training, "BWC", "2017-18-Q4", received="2018-04-10 09:01",
              rows=[trained("Child sexual exploitation", 1000, 777)])  # fmt: skip
    # Corrected.
    made.send(training, "BSMHFT", "2018-19-Q1", received="2018-07-10 09:00",
              rows=[trained(level_1, 1000, 611)])  # fmt: skip
    made.send(training, "BSMHFT", "2018-19-Q1", received="2018-07-20 09:00",
              rows=[trained(level_1, 1000, 911)])  # fmt: skip
    # Withdrawn, and nothing in its place.
    made.send(training, "UHB", "2018-19-Q2", received="2018-10-10 09:00",
              withdrawn="2018-10-12 09:00", rows=[trained(level_2, 1000, 555)])  # fmt: skip
    # Only refused.
    made.send(training, "ROH", "2018-19-Q2", received="2018-10-10 09:02", outcome=NEEDS_CORRECTION,
              rows=[trained(level_2, 100, 444)])  # fmt: skip
    # The first return ever of a partner.
    made.send(training, "BCHC", "2018-19-Q2", received="2018-10-11 09:00",
              rows=[trained(level_2, 1000, 876)])  # fmt: skip
    # A year without any return, and a nil return.
    made.send("population_outcomes", "PH", "2016-17-Q2", received="2016-10-11 09:00",
              rows=[mmr("Birmingham", None, None, 81.3), year(2015, 82.4)])  # fmt: skip
    made.send("domestic_abuse", "WMP", "2018-19-Q1", received="2018-07-11 09:00",
              rows=[{"measure": "DA02", "value": 58.0}])  # fmt: skip
    made.send("domestic_abuse", "WMP", "2018-19-Q2", received="2018-10-11 09:00")
    made.build(quarter="2018-19-Q2")
    with connect(made.path) as connection:
        export_published(connection, folder / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dashboards.drawing.chromium.find_browser", lambda: None)
        build_site(folder / "data", folder / "site", status="draft")
    return {
        path.relative_to(folder / "site").as_posix(): _text(path)
        for path in (folder / "site").rglob("*.html")
    }


def _text(path: Path) -> str:
    said = re.sub(r"(?s)<script.*?</script>|<[^>]+>", " ", path.read_text(encoding="utf-8"))
    return re.sub(r"\s+", " ", html.unescape(said))


@pytest.mark.parametrize(
    ("pages", "figure", "of"),
    [
        ("measures/tc05", "77.7%", "2017-18 Q4"),  # retired
        ("measures/tc03", "91.3%", "2017-18 Q4"),  # of a partner that ended
        ("measures/tc01", "91.1%", "2018-19 Q1"),  # corrected
        ("measures/tc02", "87.6%", "2018-19 Q2"),  # the first ever
        ("measures/po11", "81.3%", "2016-17"),  # of a year ago
        ("changes", "61.1%", "2018-19 Q1"),  # what the corrected one was
    ],
)
def test_what_was_accepted_is_on_a_page_with_its_period(
    site: dict[str, str], pages: str, figure: str, of: str
) -> None:
    found = [text for path, text in site.items() if path.startswith(pages) and figure in text]
    assert found
    assert any(of in text for text in found)


@pytest.mark.parametrize("figure", ["55.5%", "444", "44.4%"])
def test_what_was_withdrawn_or_refused_is_on_no_page(site: dict[str, str], figure: str) -> None:
    assert [path for path, text in site.items() if figure in text] == []


def test_a_figure_that_was_corrected_is_told_as_a_change_only(site: dict[str, str]) -> None:
    assert {path for path, text in site.items() if "61.1%" in text} <= {
        "changes.html", "measures/tc01.html",
    }  # fmt: skip


def test_no_page_of_a_measure_with_figures_says_that_nobody_sent_it(site: dict[str, str]) -> None:
    none = "No partner has sent this measure yet"
    for measure in ("tc01", "tc02", "tc03", "tc05", "po11"):
        assert none not in site[f"measures/{measure}.html"]
    assert any(none in text for text in site.values())


def test_what_ended_says_until_when(site: dict[str, str]) -> None:
    assert "31 March 2018" in site["measures/tc03.html"]  # the partner's last day
    assert "Retired; collected until 2017-18 Q4" in site["measures/tc05.html"]


def test_a_rebase_on_record_is_not_told_as_other_partners(site: dict[str, str]) -> None:
    said = site["measures/po11.html"]
    assert "a merger, another definition, or a rebase on record" in said
    assert "not of the same partners" not in said
    for page in (said, site["changes.html"]):
        assert "the figures are of other people or things" in page
        assert "Why: Another register" in page


def test_a_retired_measure_names_the_return_behind_its_last_figure(site: dict[str, str]) -> None:
    assert "Where the figures for 2017-18 Q4 come from" in site["measures/tc05.html"]


def test_a_withdrawn_figure_stands_among_the_corrections(site: dict[str, str]) -> None:
    changes = site["changes.html"]
    assert "A figure, not repeated here Withdrawn" in changes
    assert "61.1% 91.1%" in changes


def test_a_nil_return_over_earlier_figures_is_named_and_compared_with_nothing(
    site: dict[str, str],
) -> None:
    said = site["measures/da02.html"]
    assert "Nil return" in said
    assert "58" in said
    assert "so the two figures are not compared" not in said
