"""Slips in the board's tables that have the right form: each at its place, with what to write.

The trap: a board that checks without a fault, and pages that say that a meeting begins at 25:00.
And the other one: a board in force that cannot be used any more, since a rule was written later.
"""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from pathlib import Path

import pytest

from pipelines.board.choices import choices
from pipelines.board.in_force import apply, in_force
from pipelines.board.slips import what_is_unseen
from pipelines.board.tables import files_of, read_board
from pipelines.record.model import Details, EventKind
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.reference import TABLES
from tests.boards import BIRMINGHAM

STARTER = BIRMINGHAM.with_name("starter")


@pytest.fixture
def board(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STARTER, tmp_path / "board"))


def spoil(board: Path, table: str, row: int, **cells: str) -> None:
    """Write cells into a row, counted as a spreadsheet does; a new one if it is the next."""
    path = board / f"reference/{table}.csv"
    with path.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.DictReader(opened)
        rows, heading = list(reader), list(reader.fieldnames or ())
    if row - 2 == len(rows):
        rows.append(dict.fromkeys(heading, ""))
    rows[row - 2] |= cells
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, fieldnames=heading)
        writer.writeheader()
        writer.writerows(rows)


def faults(board: Path) -> list[str]:
    return [str(one) for one in read_board(files_of(board)).faults]


def test_the_boards_of_the_program_have_none() -> None:
    assert faults(STARTER) == faults(BIRMINGHAM) == []


@pytest.mark.parametrize("time", ["25:00", "14.00", "2 pm", "14:60", "1400"])
def test_a_time_that_no_clock_shows(board: Path, time: str) -> None:
    spoil(board, "meetings", 2, start_time=time)
    assert faults(board) == [
        (
            f"meetings.csv, row 2, column start_time: “{time}” is not a time of the day; write it "
            "as 09:30 or 14:00."
        )
    ]


@pytest.mark.parametrize("time", ["", "9:30", "09:30", "00:00", "23:59"])
def test_a_time_that_a_clock_shows(board: Path, time: str) -> None:
    spoil(board, "meetings", 2, start_time=time)
    assert faults(board) == []


@pytest.mark.parametrize("hidden", ["\0", "\x1b", "\x7f", "\x85", "\u200b", "\u202e", "\u2028"])
def test_a_character_that_cannot_be_seen_is_found_in_every_column_of_text(
    board: Path, hidden: str
) -> None:
    spoil(board, "measures", 2, title=f"Carers{hidden} assessed", definition=f"Words{hidden}.")
    spoil(board, "themes", 2, lead_role=f"A role{hidden} here")
    code = f"U+{ord(hidden):04X}"
    said = "has a character that cannot be seen"
    assert faults(board) == [
        f"themes.csv, row 2, column lead_role: {said} ({code}) after “A role”; delete it.",
        f"measures.csv, row 2, column title: {said} ({code}) after “Carers”; delete it.",
        f"measures.csv, row 2, column definition: {said} ({code}) after “Words”; delete it.",
    ]


def test_a_title_is_one_line_and_a_definition_may_be_several(board: Path) -> None:
    spoil(board, "measures", 2, title="Carers\nassessed", definition="One line.\nAnother.")
    assert faults(board) == [
        (
            "measures.csv, row 2, column title: has a line break or a tab after “Carers”; write it "
            "in one line."
        )
    ]


def test_words_of_other_languages_are_seen() -> None:
    assert what_is_unseen("Café, Gwasanaeth Iechyd, naïve – £5 ‘quoted’, Łódź") is None


def test_the_settings_are_looked_at_too(board: Path) -> None:
    file = board / "board.toml"
    text = file.read_text(encoding="utf-8").replace(
        'place = "Exampleshire"', 'place = "Example\\u0000shire"'
    )
    text = text.replace('publisher = "Exampleshire Council"', 'publisher = " "')
    file.write_text(text, encoding="utf-8")
    assert faults(board) == [
        (
            "board.toml, setting place: has a character that cannot be seen (U+0000) after "
            "“Example”; delete it."
        ),
        "board.toml, setting publisher: is empty; it must be filled in.",
    ]


def test_organisations_that_succeed_one_another_in_a_circle(board: Path) -> None:
    spoil(board, "organisations", 2, succeeded_by="HOSPITAL", ended_on="2027-03-31")
    spoil(board, "organisations", 3, succeeded_by="COUNCIL", ended_on="2027-03-31")
    spoil(board, "organisations", 4, succeeded_by="CARERS", ended_on="2027-03-31")
    said = "would in the end succeed itself"
    assert faults(board) == [
        (
            f"organisations.csv, row 2, column succeeded_by: “COUNCIL” {said}: COUNCIL, then "
            "HOSPITAL, then COUNCIL. Leave one of them empty."
        ),
        (
            f"organisations.csv, row 3, column succeeded_by: “HOSPITAL” {said}: HOSPITAL, then "
            "COUNCIL, then HOSPITAL. Leave one of them empty."
        ),
        (
            f"organisations.csv, row 4, column succeeded_by: “CARERS” {said}: CARERS, then CARERS. "
            "Leave one of them empty."
        ),
    ]


def test_measures_that_are_shares_of_one_another(board: Path) -> None:
    spoil(board, "measures", 2, share_of="CS02")
    spoil(board, "measures", 3, share_of="CS01")
    said = [one for one in faults(board) if "would in the end be a share of itself" in one]
    assert [one.partition(":")[0] for one in said] == [
        "measures.csv, row 2, column share_of", "measures.csv, row 3, column share_of",
    ]  # fmt: skip


def test_an_area_of_a_measure_whose_return_has_none(board: Path) -> None:
    spoil(board, "expected_rows", 2, area="Northwick")
    spoil(board, "targets", 2, area="Northwick")
    [measure] = {
        one["measure"]
        for one in csv.DictReader((board / "reference/targets.csv").read_text().splitlines())
    }
    said = f"the return “carers_support” of {measure} has no areas; leave it empty."
    found = faults(board)
    assert f"targets.csv, row 2, column area: {said}" in found
    assert f"expected_rows.csv, row 2, column area: {said}" in found
    assert len(found) == 2


@pytest.mark.parametrize("table", ["organisations", "themes", "measures", "returns", "obligations"])
def test_a_table_with_headings_alone(board: Path, table: str) -> None:
    path = board / f"reference/{table}.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    said = f"{table}.csv: has no row below its headings, so "
    assert len([one for one in faults(board) if one.startswith(said)]) == 1


def test_nobody_owes_anything(board: Path) -> None:
    path = board / "reference/obligations.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    assert faults(board) == [
        (
            "obligations.csv: has no row below its headings, so nobody owes a return. Write a row "
            "for each organisation and return."
        )
    ]


def test_a_measure_that_was_retired_at_no_time(board: Path) -> None:
    spoil(board, "measures", 2, status="retired")
    assert faults(board) == [
        (
            "measures.csv, row 2, column last_quarter: is empty; write the last quarter of a "
            "retired measure, such as 2018-19-Q4."
        )
    ]


@pytest.mark.parametrize("column", ["opens_after_days", "due_after_days", "closes_after_days"])
def test_days_that_are_no_number_of_days(board: Path, column: str) -> None:
    others = {"due_after_working_days": ""} if column == "due_after_days" else {}
    spoil(board, "returns", 2, **others, **{column: "20270401"})
    said = "20270401 days are more than 1,000; write fewer."
    assert faults(board) == [f"returns.csv, row 2, column {column}: {said}"]


def test_a_return_that_is_due_before_it_opens_names_no_quarter_that_nobody_wrote(
    board: Path,
) -> None:
    spoil(board, "returns", 2, opens_after_days="90")
    [said] = faults(board)
    assert "would be due before it opens. Write more days, or fewer in opens_after_days." in said
    assert "2018-19" not in said


class TestOfWhomATargetIs:
    """A target beside a sum: of the sum, or of one organisation."""

    def test_of_everybody_beside_a_sum(self, board: Path) -> None:
        spoil(board, "measures", 3, polarity="higher")
        spoil(board, "targets", 3, measure="CS02", target="17")
        [said] = faults(board)
        assert said == (
            "targets.csv, row 3, column organisation: 2 organisations send CS02, and their "
            "figures are added up. Write ALL if this is of the sum, or in a row for each the code "
            "of one of them."
        )

    def test_of_the_sum_and_of_one(self, board: Path) -> None:
        spoil(board, "measures", 3, polarity="higher")
        spoil(board, "targets", 3, measure="CS02", organisation="ALL", target="400")
        spoil(board, "targets", 4, measure="CS02", organisation="COUNCIL", target="17")
        assert faults(board) == []

    def test_of_a_sum_that_there_is_not(self, board: Path) -> None:
        spoil(board, "measures", 3, polarity="higher", aggregation="none")
        spoil(board, "targets", 3, measure="CS02", organisation="ALL", target="400")
        assert faults(board) == [
            (
                "targets.csv, row 3, column organisation: figures of CS02 are not combined (its "
                "aggregation is none), so there is nothing that ALL would be of; leave it empty."
            )
        ]

    def test_forms_offer_all_together(self, board: Path) -> None:
        tables = read_board(files_of(board)).tables
        offered = choices("targets", "organisation", tables)
        assert offered is not None
        assert offered[0] == ("ALL", "ALL: all together")
        assert "ALL" not in dict(choices("obligations", "organisation", tables) or [])


def test_a_board_in_force_stays_in_use_when_a_rule_is_written_after_it(
    board: Path, tmp_path: Path
) -> None:
    spoil(board, "meetings", 2, start_time="14.00")
    record = Record(Workspace(tmp_path / "workspace").create().record)
    record.add_event(
        EventKind.BOARD,
        at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC),
        by_whom="An earlier version",
        reason="Before the rule",
        details=Details(board={name: text.decode() for name, text in files_of(board).items()}),
    )
    assert in_force(record).meetings[0].start_time == "14.00"
    spoil(board, "meetings", 2, start_time="14:00")
    _, now = apply(
        record, board, by_whom="An officer", note="Put right",
        at=dt.datetime(2026, 5, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    assert now.meetings[0].start_time == "14:00"


def test_every_table_is_looked_at() -> None:
    assert {*read_board(files_of(STARTER)).tables} == {*TABLES}


def test_who_is_expected_to_give_a_figure_owes_its_return(board: Path) -> None:
    obligations = board / "reference/obligations.csv"
    lines = obligations.read_text(encoding="utf-8").splitlines(keepends=True)
    obligations.write_text("".join([*lines[:1], *lines[2:]]), encoding="utf-8")
    organisation, return_name, *_ = lines[1].split(",")
    told = faults(board)
    assert told
    assert all(
        f"column organisation: {organisation} does not owe “{return_name}”" in one for one in told
    )
