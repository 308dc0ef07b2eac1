"""The pages of plans and risks, built from a few published rows and read as text."""

from __future__ import annotations

import datetime as dt
import html
import re
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards.data.files import columns_of
from dashboards.data.plan_groups import FILTERS, STANDINGS
from dashboards.data.plans import Action, Plan, PlanLink, PlanStanding, Risk
from dashboards.data.rows import (
    Measure,
    Organisation,
    ProcessPoint,
    Release,
    Score,
    Submission,
    Summary,
    Theme,
    Value,
)
from dashboards.site import build_site

MEETING = dt.date(2018, 11, 27)


def action(ref: str, standing: str, **given: Any) -> Action:
    """An action of the plan `p` with the cells that matter."""
    usual: dict[str, Any] = dict.fromkeys(field.name for field in fields(Action))
    usual |= {
        "organisation": "BCC", "plan_id": "p", "ref": ref, "quarter": "2018-19-Q2",
        "judged_on": MEETING, "reported_quarter": "2018-19-Q2", "action": f"Promise {ref}",
        "due_certainty": "not set", "times_moved": 0, "standing": standing,
        "quarters_without_update": 0, "is_stale": False, "is_without_lead": True,
        "submission_id": "s", "row_number": 2, "illustrative": False,
        "rests_on_illustrative": False,
    }  # fmt: skip
    return Action(**usual | given)


def risk(ref: str, likelihood: str | None, impact: str | None, movement: str) -> Risk:
    """A risk of one report."""
    levels = {"Low": 1, "Medium": 2, "High": 3}
    score = levels[likelihood] * levels[impact] if likelihood and impact else None
    return Risk(
        organisation="BCC", report="A report", ref=ref, quarter="2018-19-Q2", risk=f"Threat {ref}",
        owner_body=None, likelihood=likelihood, impact=impact, score=score, mitigation=None,
        previous_likelihood="Low", previous_impact="High", movement=movement, submission_id="s",
        row_number=2, illustrative=False, rests_on_illustrative=False,
    )  # fmt: skip


ACTIONS = (
    action("1.9", "late", due_words="Oct 18", due_start=dt.date(2018, 10, 1),
           due_end=dt.date(2018, 10, 31), due_certainty="month", days_overdue=27, rating="Green",
           disagreement="rated Green, past its date", is_without_lead=False,
           lead_body="A <b>board</b>"),
    action("1.10", "complete", rating="Blue", due_words="Dec 2019",
           due_start=dt.date(2019, 12, 1), due_end=dt.date(2019, 12, 31), due_certainty="month"),
    action("1.2", "at risk", rating="Red", due_words="2019-03-31", reason="No money.",
           due_start=dt.date(2019, 3, 31), due_end=dt.date(2019, 3, 31), due_certainty="exact",
           times_moved=1, moves="2018-12-31 to 2019-03-31"),
    action("Promise²", "not yet due", due_words="2019-01-31", due_certainty="exact",
           due_start=dt.date(2019, 1, 31), due_end=dt.date(2019, 1, 31), action="Promise 3"),
    action("2", "without date", due_words="when funds allow", due_certainty="unreadable",
           is_stale=True, quarters_without_update=2),
)  # fmt: skip


def write(folder: Path, model: Any, rows: tuple[Any, ...]) -> None:
    """The rows of one published model as a release has them."""
    schema = {name: dtype for name, (dtype, _) in columns_of(model).items()}
    pl.DataFrame([asdict(row) for row in rows], schema=schema).write_parquet(
        folder / f"{model.model}.parquet"
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of one plan, three risks and nothing else."""
    data = tmp_path_factory.mktemp("data")
    release = Release(
        quarter="2018-19-Q2", quarter_label="2018-19 Q2", meeting=None, meeting_on=MEETING,
        board="A board", data_cut_off=None, has_illustrative=False, submissions=1,
    )  # fmt: skip
    write(data, Release, (release,))
    for model in (Organisation, Theme, Measure, Value,
                  ProcessPoint, Summary, Submission,
                  Score):  # fmt: skip
        write(data, model, ())
    plan = Plan(plan_id="p", title="The plan", kind="actions", theme=None, theme_title=None,
                priority=None, priority_title=None, source=None, sort=1)  # fmt: skip
    write(data, Plan, (plan,))
    write(data, Action, ACTIONS)
    standings = tuple(
        PlanStanding(plan_id="p", quarter=quarter, quarter_label=quarter, standing="late",
                     actions=number, illustrative=quarter.endswith("Q1"))
        for quarter, number in (("2018-19-Q1", 3), ("2018-19-Q2", 1))
    )  # fmt: skip
    write(data, PlanStanding, standings)
    write(data, Risk, (risk("R1", "High", "High", "higher"), risk("R2", None, None, "new"),
                       risk("R3", None, None, "no longer reported")))  # fmt: skip
    write(data, PlanLink, ())
    folder = tmp_path_factory.mktemp("built") / "site"
    build_site(data, folder, status="draft")
    return folder


def text_of(path: Path) -> str:
    """What a reader reads on a page."""
    main = path.read_text(encoding="utf-8").split("<main", 1)[1].split("</main>")[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main)))


def row_of(path: Path, start: str) -> str:
    """A row of a table by how it begins."""
    for row in re.findall(r"<tr.*?</tr>", path.read_text(encoding="utf-8"), re.DOTALL):
        words = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", row))).strip()
        if words.startswith(start):
            return words
    raise AssertionError(f"{path} has no row {start}")


def test_a_late_action_says_how_late_and_that_its_rating_disagrees(site: Path) -> None:
    row = row_of(site / "plans/p/index.html", "1.9 ")
    assert "27 days overdue" in row
    assert "Green" in row
    assert "Rated Green, past its date" in row
    assert "Oct 18 By 31 October 2018" in row


def test_words_that_could_not_be_read_are_shown_and_said_to_give_no_date(site: Path) -> None:
    row = row_of(site / "plans/p/index.html", "2 ")
    assert "when funds allow No date could be read." in row
    assert "No update in 2 quarters" in row


def test_blue_stands_for_complete_and_for_nothing_else(site: Path) -> None:
    for path in site.rglob("*.html"):
        blue = re.findall(r'class="tag tag-blue">(.*?)</span>\s*([^<]*)<', path.read_text("utf-8"))
        assert all("Complete" in words for _, words in blue), path
    page = (site / "plans/p/index.html").read_text(encoding="utf-8")
    assert page.count("tag-blue") == sum(one.standing == "complete" for one in ACTIONS)


def test_what_is_late_comes_first_on_the_page_and_numbers_are_in_the_order_of_people_in_the_file(
    site: Path,
) -> None:
    page = text_of(site / "plans/p/index.html")
    assert page.index("1.9 Promise") < page.index("1.2 Promise") < page.index("1.10 Promise")
    file = (site / "data/tables/actions-p.csv").read_text(encoding="utf-8-sig")
    assert file.index("\n1.2,") < file.index("\n1.9,") < file.index("\n1.10,")


def test_every_group_is_a_page_with_exactly_its_actions(site: Path) -> None:
    for folder in ("plans", "plans/p"):
        for name, chosen in FILTERS.items():
            path = site / folder / f"{name.replace(' ', '-')}.html"
            wanted = {one.action for one in ACTIONS if chosen(one)}
            assert path.exists() == bool(wanted), path
            if wanted:
                shown = set(re.findall(r"Promise [0-9.]*[0-9]", text_of(path)))
                assert shown == wanted, path


def test_each_action_stands_in_one_place_and_the_counts_are_all_of_them(site: Path) -> None:
    assert [sum(FILTERS[name](one) for name in STANDINGS) for one in ACTIONS] == [1] * len(ACTIONS)
    page = text_of(site / "index.html")
    assert "Of 5 actions, recommendations and milestones in 1 plan" in page
    assert re.search(r"1 Late 1 At risk 0 On track 1 Not yet due, not rated 1 Without a date", page)


def test_a_course_that_rests_on_an_illustrative_quarter_says_so(site: Path) -> None:
    page = site / "plans/p/index.html"
    assert "(illustrative)" in row_of(page, "2018-19-Q1")
    assert "(illustrative)" not in row_of(page, "2018-19-Q2")


def test_what_a_sender_wrote_is_text_and_never_markup(site: Path) -> None:
    page = (site / "plans/p/index.html").read_text(encoding="utf-8")
    assert "A &lt;b&gt;board&lt;/b&gt;" in page
    assert "<b>board" not in page


def test_the_matrix_counts_scored_risks_and_says_how_many_are_not(site: Path) -> None:
    page = site / "risks.html"
    assert row_of(page, "High likelihood").split()[2:5] == ["0", "0", "1"]
    assert "1 more risk is not scored." in text_of(page)


def test_a_risk_shows_where_it_was_and_one_that_is_gone_is_told(site: Path) -> None:
    page = site / "risks.html"
    assert "Higher Was low likelihood, high impact" in row_of(page, "Threat R1")
    assert "No longer reported" in row_of(page, "Threat R3")


def test_every_link_of_these_pages_leads_to_a_file(site: Path) -> None:
    pages = [*site.glob("plans/**/*.html"), site / "risks.html"]
    assert len(pages) > 8
    for page in pages:
        for link in re.findall(r'(?:href|src)="([^"#]+)', page.read_text(encoding="utf-8")):
            assert (page.parent / link).resolve().is_file(), (page, link)
