"""What officers write is published too: a note must give no hidden figure away."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from pipelines.disclosure.adapter import CELLS
from pipelines.disclosure.words import hidden_numbers_in
from pipelines.publishing.notes import TellingNoteError, check_note
from pipelines.publishing.withdrawing import withdraw_edition
from pipelines.publishing.withdrawn import withdrawals
from pipelines.record.store import Record
from pipelines.warehouse.loading import connect
from pipelines.workspace import Workspace
from tests.pipelines.test_releases import Office, listed, office  # noqa: F401  # a fixture

HIDDEN = [  # form, numerator, denominator, value
    ("count", None, None, 3.0),
    ("count", None, None, 7919.0),
    ("proportion", 37.0, 41.0, 90.24390243902438),
]


def fill(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema if not exists intermediate")
    connection.execute("create schema if not exists disclosure")
    connection.execute(
        f"create table {CELLS} (cell_id varchar, form varchar, numerator double, "
        "denominator double, value double)"
    )
    connection.execute("create table disclosure.cell_state (cell_id varchar, state varchar)")
    for number, row in enumerate([*HIDDEN, ("count", None, None, 26.0)]):
        state = "suppressed" if number < len(HIDDEN) else "shown"
        connection.execute(f"insert into {CELLS} values (?, ?, ?, ?, ?)", [f"f{number}", *row])
        connection.execute("insert into disclosure.cell_state values (?, ?)", [f"f{number}", state])


@pytest.mark.parametrize(
    ("note", "figures"),
    [
        ("It was 3, not 5.", {"f0"}),
        ("Three women were counted twice.", {"f0"}),
        ("Only ３ were seen.", {"f0"}),
        ("The 7,919 others were right.", {"f1"}),
        ("The 7 919 others and 7.919 of these.", {"f1"}),
        ("Thirty-seven of them came back.", {"f2"}),
        ("A share of 90% was wrong.", {"f2"}),
        ("It is 90.24 and not 89.", {"f2"}),
        ("All but 9.8 per cent.", {"f2"}),
        ("All but four of these.", {"f2"}),
        ("Of them 3 may be one and the same; this quarter 3 women.", {"f0"}),
        ("All but 5 of these.", set()),
        ("The figure of TC03 at UHB was 26 and is 62.", set()),  # shown, or nobody's
        ("On 3 May 2018 and 2018-04-03, for 2018-19 Q3, at level 3.", set()),
        ("The edition 2018-11-27-r3 had a wrong total.", set()),
        ("One of the figures was wrong, and thirty are right.", set()),
    ],
)
def test_a_number_of_a_hidden_figure_is_found_however_it_is_written(
    note: str, figures: set[str]
) -> None:
    connection = duckdb.connect()
    fill(connection)
    assert {one.cell_id for one in hidden_numbers_in(connection, note)} == figures


def house(workspace: Workspace) -> None:
    with connect(workspace.warehouse) as connection:
        fill(connection)


def test_an_amendment_whose_note_gives_a_hidden_figure_is_not_published(
    office: Office,  # noqa: F811
) -> None:
    office.issue()
    house(office.workspace)
    office.sign(office.draft(raised=1.0))
    with pytest.raises(TellingNoteError, match=r"(?s)“3” is in the note, and f0 has it"):
        office.publish(note="It was 3, not 5.")
    assert [one["edition"] for one in listed(office)["editions"]] == ["2018-11-27"]
    office.publish(note="A figure was corrected.")
    assert listed(office)["latest"] == "2018-11-27-r1"


def test_an_edition_is_not_withdrawn_with_the_figure_that_it_gave_away(
    office: Office,  # noqa: F811
) -> None:
    office.issue()
    house(office.workspace)
    record = Record(office.workspace.record)

    def withdraw(note: str) -> None:
        withdraw_edition(
            office.workspace, record, "2018-11-27", office.builder, by_whom="Officer", note=note,
            at=dt.datetime(2018, 12, 1, tzinfo=dt.UTC),
        )  # fmt: skip

    with pytest.raises(TellingNoteError, match="Nothing was done"):
        withdraw("It showed the 3 women.")
    assert withdrawals(record) == {}
    assert listed(office)["editions"][0]["withdrawn"] is None
    withdraw("It showed a small number.")
    assert listed(office)["editions"][0]["withdrawn"] == "It showed a small number."


def test_without_a_warehouse_a_note_has_no_numbers(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    check_note(workspace, "A figure was corrected.")
    with pytest.raises(TellingNoteError, match="quarterdeck build"):
        check_note(workspace, "It was 5.")
