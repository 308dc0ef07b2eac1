"""What officers write is published too: a note must give no hidden figure away."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from pipelines.disclosure.adapter import CELLS
from pipelines.disclosure.ledger import Ledger, LedgerCell, write_ledger_file
from pipelines.disclosure.stated_before import FACTS, MEASURES
from pipelines.disclosure.words import hidden_numbers_in
from pipelines.publishing.notes import TellingNoteError, check_note
from pipelines.publishing.releases import LEDGER
from pipelines.publishing.withdrawing import withdraw_edition
from pipelines.publishing.withdrawn import published_folders, withdrawals
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
    connection.execute("create schema if not exists marts")
    connection.execute(
        f"create table {MEASURES} as select 'DA01' as measure, 'count' as form, "
        "'sum' as aggregation, 'flow' as kind, 4 as threshold"
    )
    connection.execute(
        f"create table {FACTS} (measure varchar, organisation varchar, area varchar, "
        "period varchar, period_kind varchar, quarter varchar, breakdown varchar, "
        "category varchar, numerator double, denominator double, value double, "
        "known_from timestamp, known_to timestamp, is_current boolean)"
    )
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
        ("It is y7919, not x5.", {"f1"}),
        ("The 7919people and n_37.", {"f1", "f2"}),
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
    with pytest.raises(TellingNoteError, match=r"(?s)“3” is in the note, and f0 has or had it"):
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
    record = Record(workspace.record)
    check_note(workspace, record, "A figure was corrected.")
    with pytest.raises(TellingNoteError, match="quarterdeck build"):
        check_note(workspace, record, "It was 5.")


def test_what_a_figure_was_before_it_was_corrected_is_found_unless_an_edition_shows_it(
    office: Office,  # noqa: F811
) -> None:
    house(office.workspace)
    with connect(office.workspace.warehouse) as connection:
        connection.execute(
            f"insert into {FACTS} values ('DA01', 'O', 'all', '2018-19-Q2', 'quarter', "
            "'2018-19-Q2', 'total', 'all', null, null, 15, '2018-10-01', '2018-10-09', false)"
        )
    record, note = Record(office.workspace.record), "It was 15."
    office.issue()
    with pytest.raises(TellingNoteError, match="“15” is in the note, and DA01"):
        check_note(office.workspace, record, note)
    [folder] = published_folders(office.workspace.releases, record)
    shows = LedgerCell(
        cell_id="DA01|O|all|2018-19-Q2|total|all", version_id="1", shown=True, has_figure=True,
        has_denominator=False, numerator=15, denominator=None, threshold=4, rounding=0,
        show_zero=True,
    )  # fmt: skip
    write_ledger_file(Ledger(release_id="1", cells=(shows,), equations=()), folder / LEDGER)
    check_note(office.workspace, record, note)
    # The edition that is withdrawn shows it no longer.
    with pytest.raises(TellingNoteError, match="“15” is in the note"):
        check_note(office.workspace, record, note, withdrawing="2018-11-27")


def test_what_a_combined_figure_was_is_found_and_so_is_a_quarter_of_its_months() -> None:
    connection = duckdb.connect()
    fill(connection)
    for name, value in (
        ("DA01|ALL|all|2018-19-Q2|total|all", 61),
        ("DA01|P|all|2018-19-Q2|total|all", 42),
    ):
        connection.execute(f"insert into {CELLS} values (?, 'count', null, null, ?)", [name, value])
        connection.execute("insert into disclosure.cell_state values (?, 'shown')", [name])
    for row in (  # O sends a quarter and corrects it, P three months of which one is corrected
        ("O", "2018-19-Q2", "quarter", 15, "2018-10-01", "2018-10-09"),
        ("O", "2018-19-Q2", "quarter", 19, "2018-10-09", None),
        ("P", "2018-07", "month", 13, "2018-10-02", None),
        ("P", "2018-08", "month", 11, "2018-10-02", "2018-10-12"),
        ("P", "2018-08", "month", 15, "2018-10-12", None),
        ("P", "2018-09", "month", 14, "2018-10-02", None),
    ):
        connection.execute(
            f"insert into {FACTS} values ('DA01', $1, 'all', $2, $3, '2018-19-Q2', 'total', 'all', "
            "null, null, $4, $5, $6, $6 is null)",
            row,
        )

    def found(note: str) -> set[str]:
        return {one.cell_id.split("|")[1] for one in hidden_numbers_in(connection, note)}

    assert found("It was 38.") == {"P"}  # 13, 11 and 14
    assert found("All were 53.") == {"ALL"}  # with the 15 of O
    assert found("All were 57.") == {"ALL"}  # with its 19
    assert found("All are 61, and 42 of P.") == set()  # as they are now
    assert found("All were 62.") == set()
