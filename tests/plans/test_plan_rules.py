"""The rules about plans: what a return of actions is told, alone and against earlier ones."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from pipelines.checking.engine.outcome import CheckedFile
from pipelines.checking.rules.plans import dates_in_turn, meant_rating, moves_later
from pipelines.receiving.templates import template
from schemas.declaration import record_columns
from schemas.quarter import Quarter
from schemas.registry import returns
from tests.boards import birmingham

REFERENCE = birmingham()
NOW = Quarter(2018, 3)
COLUMNS = [column.name for column in returns()["action_progress"].columns]


@dataclass(frozen=True)
class Before:
    """A history made of files: what was accepted, by quarter."""

    frames: Mapping[Quarter, pl.DataFrame] = field(default_factory=dict)

    def rows(self, organisation: str, return_name: str, quarter: Quarter) -> pl.DataFrame | None:
        return self.frames.get(quarter)


def row(**cells: str) -> dict[str, str]:
    """An action of the CQC plan, with the cells that differ."""
    usual = {"plan": "cqc_review", "ref": "1.1", "action": "Group set up"}
    return usual | {"due": "2018-12-31", "rating": "Green"} | cells


def sent(
    *rows: dict[str, str], quarter: Quarter = NOW, history: Before | None = None
) -> CheckedFile:
    """The rows checked as BCC's return."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    for each in rows:
        writer.writerow({"organisation": "BCC", "quarter": quarter.label} | each)
    return check(
        text.getvalue().encode(),
        file_name=f"BCC-action_progress-{quarter.key}.csv",
        context=Context(
            reference=REFERENCE, as_of=dt.date(2019, 1, 20), history=history or Before()
        ),
    )


def before(*quarters: list[dict[str, str]]) -> Before:
    """The quarters before now, the newest last, as they were accepted."""
    frames = {}
    for back, rows in enumerate(reversed(quarters), start=1):
        checked = sent(*rows, quarter=NOW.shift(-back))
        assert checked.rows is not None, checked.findings
        frames[NOW.shift(-back)] = checked.rows
    return Before(frames)


def found(checked: CheckedFile) -> list[tuple[str, str, int | None]]:
    return [(one.rule, str(one.severity), one.row) for one in checked.findings]


def test_a_plain_return_of_a_plan_is_accepted_with_nothing_to_say() -> None:
    checked = sent(row(), row(ref="1.2", rating="Blue"), row(ref="1.3", rating=""))
    assert (str(checked.outcome), checked.findings) == ("accepted", ())
    assert checked.rows is not None
    assert checked.rows.columns == list(record_columns(returns()["action_progress"]))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("blue", "“blue” is not a rating; Blue is."),
        ("R", "“R” is not a rating; Red is."),
        ("done", "“done” is not a rating; Blue is."),
        ("Purple", "“Purple” is not a rating."),
    ],
)
def test_a_rating_that_is_none_of_the_four_stops_the_return(text: str, words: str) -> None:
    checked = sent(row(rating=text))
    assert found(checked) == [("PLN-001", "error", 2)]
    assert checked.findings[0].message == words
    assert str(checked.outcome) == "needs correction"


@given(st.text(max_size=12))
def test_only_the_four_words_are_ever_meant(text: str) -> None:
    assert meant_rating(text) in {None, "Blue", "Green", "Amber", "Red"}


def test_red_without_reason_and_recovery_date_stops_the_return_and_says_both() -> None:
    checked = sent(row(rating="Red"))
    assert found(checked) == [("ROW-005", "error", 2), ("ROW-005", "error", 2)]
    assert "Action 1.1 is rated “Red”, and reason is empty." in checked.findings[0].message


def test_a_recovery_date_must_give_a_date() -> None:
    assert ("ROW-005", "error", 2) in found(
        sent(row(rating="Red", reason="Supplier withdrew.", recovery_date="TBC"))
    )
    whole = row(rating="Red", reason="Supplier withdrew.", recovery_date="2019-03-31")
    assert found(sent(whole)) == []


def test_a_date_written_loosely_is_kept_and_read_beside_its_words() -> None:
    checked = sent(row(due="End Aug-18"))
    assert found(checked) == [("PLN-004", "note", 2)]
    assert checked.rows is not None
    assert checked.rows.select("due", "due_end", "due_certainty").row(0) == (
        "End Aug-18",
        dt.date(2018, 8, 31),
        "exact",
    )


def test_words_that_are_no_date_are_kept_and_said_to_be_unreadable() -> None:
    checked = sent(row(due="when funds allow"))
    assert found(checked) == [("PLN-004", "note", 2)]
    assert "could not be read" in checked.findings[0].message
    assert checked.rows is not None
    assert checked.rows.select("due", "due_end").row(0) == ("when funds allow", None)


def test_a_completed_action_that_is_open_again_is_queried() -> None:
    history = before([row(rating="Blue")])
    assert found(sent(row(rating="Green"), history=history)) == [("PLN-001", "query", 2)]
    assert found(sent(row(rating=""), history=history)) == [("PLN-001", "query", 2)]
    assert found(sent(row(rating="Blue"), history=history)) == []


def test_a_first_move_is_noted_and_a_second_is_queried_with_each_move() -> None:
    june, august = row(due="2018-06-30"), row(due="2018-08-31")
    first = sent(august, history=before([june]))
    assert found(first) == [("PLN-002", "note", 2)]
    second = sent(row(due="2018-12-31"), history=before([june], [august]))
    assert found(second) == [("PLN-002", "query", 2)]
    assert "30 June 2018 to 31 August 2018" in second.findings[0].message


def test_a_date_brought_forward_and_a_late_date_of_a_completed_action_say_nothing() -> None:
    history = before([row(due="2018-06-30")])
    assert found(sent(row(due="2018-05-31"), history=history)) == []
    assert found(sent(row(due="2018-12-31", rating="Blue"), history=history)) == []


def test_a_date_that_is_taken_away_is_queried() -> None:
    history = before([row(due="2018-06-30")])
    assert found(sent(row(due=""), history=history)) == [("PLN-002", "query", 2)]


def test_an_open_action_that_vanishes_stops_the_return_and_a_completed_one_may_go() -> None:
    history = before([row(), row(ref="1.2"), row(ref="1.3", rating="Blue")])
    checked = sent(row(), history=history)
    assert found(checked) == [("PLN-003", "error", None)]
    assert checked.findings[0].message == (
        "Action 1.2 of “CQC local system review” was open in 2018-19 Q2 and is not in this return."
    )


def test_a_quarter_that_was_not_sent_does_not_hide_what_was_open_before() -> None:
    older = before([row(), row(ref="1.2")], [row(), row(ref="1.2")])
    history = Before({NOW.shift(-2): older.frames[NOW.shift(-2)]})
    assert found(sent(row(), history=history)) == [("PLN-003", "error", None)]


def test_a_plan_code_that_is_unknown_is_said_once() -> None:
    checked = sent(row(plan="cqc_reviw"), history=before([row()]))
    assert [rule for rule, _, _ in found(checked)] == ["COD-001"]


def test_the_same_action_twice_stops_the_return() -> None:
    assert [rule for rule, *_ in found(sent(row(), row(rating="Amber")))] in (
        ["KEY-001"],
        ["KEY-002"],
    )


days = st.dates(min_value=dt.date(2010, 1, 1), max_value=dt.date(2030, 1, 1))


@given(st.lists(st.tuples(st.none() | days, st.none() | days), max_size=8))
def test_dates_in_turn_never_repeat_one_after_the_other_and_are_all_told(
    told: list[tuple[dt.date | None, dt.date | None]],
) -> None:
    turned = dates_in_turn(told)
    assert all(a != b for a, b in itertools.pairwise(turned))
    assert set(turned) == {day for pair in told for day in pair if day is not None}
    assert all(move.before < move.after for move in moves_later(turned))


def test_words_that_go_on_telling_of_an_old_move_are_one_move() -> None:
    june, august = dt.date(2018, 6, 30), dt.date(2018, 8, 31)
    assert dates_in_turn([(None, june), (june, august), (june, august)]) == [june, august]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.text(max_size=20)] * 4), min_size=1, max_size=4))
def test_any_cells_give_findings_and_never_an_exception(
    cells: list[tuple[str, str, str, str]],
) -> None:
    history = before([row(), row(ref="1.2", rating="Blue")])
    rows = [row(ref=ref, due=due, rating=rating, reason=why) for ref, due, rating, why in cells]
    checked = sent(*rows, history=history)
    assert checked.rows_found >= checked.rows_used


def test_a_template_starts_from_the_actions_that_are_still_open() -> None:
    history = before(
        [row(progress="Begun."), row(ref="1.2", rating="Blue"), row(ref="1.3", due="TBC")]
    )
    text = template(
        organisation="BCC", ret=returns()["action_progress"], quarter=NOW, reference=REFERENCE,
        history=history,
    ).decode("utf-8-sig")  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(one["ref"], one["due"], one["progress"]) for one in rows] == [
        ("1.1", "2018-12-31", ""),
        ("1.3", "TBC", ""),
    ]
    checked = check(
        text.encode(),
        file_name="BCC-action_progress-2018-19-Q3.csv",
        context=Context(reference=REFERENCE, as_of=dt.date(2019, 1, 20), history=history),
    )
    assert {one.rule for one in checked.findings} == {"PLN-004"}
