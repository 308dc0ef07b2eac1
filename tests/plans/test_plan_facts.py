"""Actions and risks from the rows of returns to what is published, in one small warehouse."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from pipelines.deadlines.reading import read_deadline
from tests.dbt_project.warehouse import Warehouse


def action(ref: str, *, due: str | None = None, **cells: Any) -> dict[str, Any]:
    """A row of the CQC plan as the checks would have read it."""
    read = read_deadline(due or "")
    return {
        "organisation": "BCC",
        "plan": "cqc_review",
        "ref": ref,
        "action": f"Action {ref}",
        "due": due,
        "due_start": read.start,
        "due_end": read.end,
        "due_certainty": str(read.certainty) if due else None,
        "due_moved_from": read.moved_from.end if read.moved_from else None,
        **cells,
    }


def risk(ref: str, likelihood: str | None, impact: str | None) -> dict[str, Any]:
    """A row of the risks return."""
    return {"organisation": "BCC", "report": "Domestic abuse prevention strategy", "ref": ref,
            "risk": f"Risk {ref}", "likelihood": likelihood, "impact": impact}  # fmt: skip


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Three quarters of one plan; the last one is corrected."""
    warehouse = Warehouse(tmp_path_factory.mktemp("plans") / "warehouse.duckdb")
    quarters = {
        "2018-19-Q1": [
            action("1", due="Jun-18", rating="Green", progress="Begun."),
            action("2", due="TBC", progress="Begun."),
            action("3", due="End Aug-18", rating="Green", progress="Begun."),
        ],
        "2018-19-Q2": [
            action("1", due="Jun-18 - Deadline revised to Sept 2018", rating="Amber"),
            action("2", due="TBC", progress="Begun."),
            action("3", due="End Aug-18", rating="Blue", progress="Done."),
        ],
        "2018-19-Q3": [
            action("1", due="Dec 2018", rating="Green", progress="Still going."),
            action("2", due="TBC", progress="Begun."),
        ],
    }
    for number, (quarter, rows) in enumerate(quarters.items()):
        warehouse.send("action_progress", "BCC", quarter, rows=rows,
                       received=f"2018-{7 + 2 * number:02d}-10 09:00")  # fmt: skip
    risks = {"2018-19-Q1": [risk("R1", "Medium", "High"), risk("R2", "Low", "Low")],
             "2018-19-Q3": [risk("R1", "High", "High")]}  # fmt: skip
    for number, (quarter, rows) in enumerate(risks.items()):
        warehouse.send("risks", "BCC", quarter, rows=rows,
                       received=f"2018-{8 + 2 * number:02d}-11 09:00")  # fmt: skip
    warehouse.build(command="build")
    return warehouse


def states(warehouse: Warehouse, ref: str, columns: str) -> list[tuple[Any, ...]]:
    """An action's columns, quarter by quarter."""
    return warehouse.rows(
        f"select {columns} from marts.fct_action_progress where ref = ? order by quarter", [ref]
    )


def test_every_move_of_a_date_is_kept_in_turn(plans: Warehouse) -> None:
    told = states(plans, "1", "due_words, due_end, times_moved, moves")
    assert [row[2] for row in told] == [0, 1, 2]
    assert told[1][3] == "2018-06-30 to 2018-09-30"
    assert told[2][3] == "2018-06-30 to 2018-09-30; 2018-09-30 to 2018-12-31"
    assert told[2][:2] == ("Dec 2018", dt.date(2018, 12, 31))


def test_dates_are_judged_on_the_day_of_the_meeting_or_the_last_day(plans: Warehouse) -> None:
    assert states(plans, "1", "judged_on, standing, days_overdue") == [
        (dt.date(2018, 9, 4), "late", 66),
        (dt.date(2018, 11, 27), "late", 58),
        (dt.date(2018, 12, 31), "on track", None),
    ]


def test_an_action_with_the_same_words_for_two_quarters_is_stale(plans: Warehouse) -> None:
    assert states(plans, "2", "standing, quarters_without_update, is_stale") == [
        ("without date", 0, False),
        ("without date", 1, False),
        ("without date", 2, True),
    ]


def test_a_completed_action_that_is_not_sent_again_stays_complete(plans: Warehouse) -> None:
    assert states(plans, "3", "reported_quarter, standing")[2] == ("2018-19-Q2", "complete")


def test_a_green_past_its_date_is_said_to_disagree_and_keeps_its_rating(plans: Warehouse) -> None:
    assert states(plans, "1", "rating, disagreement")[0] == ("Green", "rated Green, past its date")


def test_what_is_published_is_the_newest_quarter_and_each_action_leads_to_its_row(
    plans: Warehouse,
) -> None:
    rows = plans.rows(
        "select ref, quarter, due_words, submission_id is not null and row_number > 1 "
        "from published.pub_action"
    )
    assert rows == [
        ("1", "2018-19-Q3", "Dec 2018", True),
        ("2", "2018-19-Q3", "TBC", True),
        ("3", "2018-19-Q3", "End Aug-18", True),
    ]


def test_the_counts_of_a_plan_add_up_to_its_actions_in_every_quarter(plans: Warehouse) -> None:
    assert plans.rows(
        "select quarter, sum(actions) from published.pub_plan_standing group by 1 order by 1"
    ) == [("2018-19-Q1", 3), ("2018-19-Q2", 3), ("2018-19-Q3", 3)]


def test_a_risk_moves_against_the_last_return_and_one_left_out_is_shown_once_more(
    plans: Warehouse,
) -> None:
    assert plans.rows("select ref, likelihood, movement, score from published.pub_risk") == [
        ("R1", "High", "higher", 9),
        ("R2", None, "no longer reported", None),
    ]


def test_links_name_measures_themes_and_priorities(plans: Warehouse) -> None:
    links = plans.rows(
        "select about, about_id from published.pub_plan_link "
        "where belongs_to = 'Domestic abuse prevention strategy' and ref = 'R1'"
    )
    assert links == [
        ("measure", "DA05"),
        ("priority", "adverse_childhood"),
        ("theme", "domestic_abuse"),
    ]
