"""Reference data that officers edit: whatever is wrong is said at its file, row and column.

The trap: a code that names nothing passes here and fails days later in a build, without a row; or
the first fault hides the others.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from pipelines.board import ReferenceDataError
from pipelines.board.rules import LINKS
from pipelines.board.tables import load_reference
from tests.boards import BIRMINGHAM, birmingham
from tests.declared import declare


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """The tables of a copy of a board, to be spoiled."""
    return shutil.copytree(BIRMINGHAM, tmp_path / "board") / "reference"


# What may stand in the tables that the samples' board does without.
OF_ALL = {"organisation": "", "area": "", "first_period": "", "last_period": ""}
BASELINE = {"measure": "TC02", **OF_ALL, "label": "2016-17", "value": "71.4", "source": "A report"}
TARGET = {"measure": "DA03", **OF_ALL, "target": "70", "amber_limit": "65", "note": ""}
WORDING = {"measure": "TC02", "first_period": "", "definition": "Before.", "breaks_series": "no",
           "note": ""}  # fmt: skip


def write(tables: Path, file: str, *rows: dict[str, str]) -> None:
    """Makes a table of these rows."""
    with (tables / f"{file}.csv").open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def spoil(tables: Path, file: str, row: int, **cells: str) -> None:
    """Writes cells into a row, counted as a spreadsheet does."""
    path = tables / f"{file}.csv"
    with path.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    rows[row - 2] |= cells
    write(tables, file, *rows)


def faults(tables: Path) -> list[str]:
    """What loading them says, line by line."""
    with pytest.raises(ReferenceDataError) as said:
        load_reference(tables.parent)
    return str(said.value).splitlines()


def test_the_projects_own_has_no_fault(tables: Path) -> None:
    assert load_reference(tables.parent) == birmingham()


@pytest.mark.parametrize(("file", "column", "where"), LINKS)
def test_a_code_that_names_nothing_is_said_at_its_place(
    tables: Path, file: str, column: str, where: str
) -> None:
    write(tables, "baselines", BASELINE)
    write(tables, "definitions", WORDING)
    if file == "return_columns":  # the project's own declares none
        declare(tables.parent)
    spoil(tables, file, 2, **{column: "qqq"})
    expected = f"{file}.csv, row 2, column {column}: “qqq” is not in {where}.csv."
    assert expected in faults(tables)


def test_cells_that_cannot_be_read_are_all_said(tables: Path) -> None:
    spoil(tables, "small_number_rules", 2, threshold="five")
    spoil(tables, "rebases", 2, quarter="Q9", decided_on="1/2/2018", reason="")
    assert faults(tables) == [
        "small_number_rules.csv, row 2, column threshold: “five” is not a whole number such as 5.",
        "rebases.csv, row 2, column quarter: “Q9” is not a quarter; write it as 2018-19-Q1.",
        "rebases.csv, row 2, column reason: is empty; it must be filled in.",
        "rebases.csv, row 2, column decided_on: “1/2/2018” is not a date; write it as 2018-04-01.",
    ]


def test_codes_that_repeat_are_said_and_one_fault_does_not_hide_another(tables: Path) -> None:
    first = load_reference(tables.parent)
    spoil(tables, "organisations", 3, organisation=first.organisations[0].organisation)
    same = first.measures[0]
    spoil(
        tables, "measures", 3,
        measure=same.measure, return_name=same.return_name, item=same.item, theme="nonesuch",
    )  # fmt: skip
    said = faults(tables)
    code = first.organisations[0].organisation
    assert (
        f"organisations.csv, row 3: the organisation “{code}” stands there twice, in row 2 too."
        in said
    )
    assert (
        f"measures.csv, row 3: the measure “{same.measure}” stands there twice, in row 2 too."
        in said
    )
    assert (
        f"measures.csv, row 3: the return and item “{same.return_name}, {same.item}” "
        "stands there twice, in row 2 too."
    ) in said
    assert "measures.csv, row 3, column theme: “nonesuch” is not in themes.csv." in said


def change(tables: Path, file: str, column: str, old: str, new: str) -> int:
    """Write another word into the first row that has the old one; give the row's number."""
    rows = list(csv.DictReader((tables / f"{file}.csv").read_text(encoding="utf-8").splitlines()))
    row = next(number for number, one in enumerate(rows, start=2) if one[column] == old)
    spoil(tables, file, row, **{column: new})
    return row


@pytest.mark.parametrize(
    ("file", "column", "old", "new", "said"),
    [
        ("measures", "theme", "domestic_abuse", "domestic_abus", "Did you mean “domestic_abuse”?"),
        ("measures", "unit", "percent", "per cent", "must be one of: percent, count"),
        ("measures", "unit", "percent", "per cent", "Did you mean “percent”?"),
        ("measures", "polarity", "higher", "hihger", "Did you mean “higher”?"),
        ("measures", "first_quarter", "", "2018 Q1", "is not a quarter; write it as 2018-19-Q1."),
        ("targets", "amber_limit", "65", "75", "75 must lie below the target of 70."),
        ("targets", "target", "70", "0.7", "0.7 is less than one in a hundred; write 70 for that."),
        ("targets", "target", "70", "850", "850 is not between 0 and 100."),
        ("organisations", "organisation", "ROH", "ALL", "ALL stands for all organisations"),
        ("organisations", "organisation", "ROH", "A/B", "“A/B” may hold letters, digits, dots,"),
        ("organisations", "organisation", "ROH", "uhb", "differs from “UHB” in small and capital"),
        ("targets", "target", "70", "", "is empty; it must be filled in."),
        ("targets", "target", "70", "1,200", "“1,200” is not a number such as 95 or 87.4."),
        ("targets", "measure", "DA03", "DA02", "DA02 has no way that is good; write higher or"),
        ("targets", "first_period", "", "2018", "is not a quarter; write it as 2018-19-Q1."),
        ("measures", "headline", "6", "5", "the headline “5” stands there twice"),
        ("measures", "measure", "DA02", "DA01", "the measure “DA01” stands there twice"),
        ("measures", "last_quarter", "", "2018-19-Q5", "is not a quarter"),
        ("measures", "item", "DA02", "DA01", "the return and item “domestic_abuse, DA01” stands"),
        ("expected_rows", "category", "disability", "disabilty", "Did you mean “disability”?"),
        ("measure_categories", "part_of", "", "nowhere", "is no category of this breakdown"),
        ("measure_categories", "adds_up", "no", "perhaps", "must be one of: yes, no."),
        (
            "returns",
            "opens_after_days",
            "1",
            "90",
            "the return would be due before it opens. Write",
        ),
        ("returns", "due_after_days", "30", "", "fill in one of due_after_days and"),
        ("returns", "due_after_working_days", "", "5", "fill in one of due_after_days and"),
        ("returns", "due_after_days", "30", "60", "after the papers of the meeting of 4 September"),
        (
            "returns",
            "closes_after_days",
            "",
            "3",
            "would close before it is due. Write",
        ),
        ("returns", "return_name", "risks", "risk", "declares none. Did you mean “risks”?"),
        ("meetings", "meeting_on", "2018-11-27", "2018-09-04", "on 4 September 2018 in row 3 too"),
        ("meetings", "meeting_on", "2018-11-27", "2018-09-27", "before the end of 2018-19-Q2"),
        ("meetings", "meeting_on", "2018-11-27", "27 November", "write it as 2018-04-01."),
        ("organisations", "ended_on", "2018-03-31", "2018-02-30", "write it as 2018-04-01."),
        ("obligations", "return_name", "risks", "riks", "Did you mean “risks”?"),
        ("areas", "name", "Birmingham", "", "is empty; it must be filled in."),
        ("plans", "theme", "domestic_abuse", "domestic", "is not in themes.csv."),
        ("action_links", "measure", "DA01", "DA00", "is not in measures.csv."),
        ("peer_set_members", "area", "Bristol", "Bristl", "Did you mean “Bristol”?"),
    ],
)
def test_a_slip_is_said_with_its_row_and_what_to_write(
    tables: Path, *, file: str, column: str, old: str, new: str, said: str
) -> None:
    row = change(tables, file, column, old, new)
    found = [line for line in faults(tables) if line.startswith(f"{file}.csv, row {row}")]
    assert any(said in line for line in found), found


def test_what_follows_from_a_fault_is_not_said_with_it(tables: Path) -> None:
    # A measure whose unit is misspelt is still there for the rows that name it.
    row = change(tables, "measures", "unit", "percent", "per cent")
    assert [line.partition(":")[0] for line in faults(tables)] == [
        f"measures.csv, row {row}, column unit"
    ]
    measures = tables / "measures.csv"
    last = len(list(csv.reader(measures.read_text(encoding="utf-8").splitlines())))
    measures.write_text(measures.read_text(encoding="utf-8") + '"', encoding="utf-8")
    [unit, torn] = faults(tables)
    assert unit.startswith(f"measures.csv, row {row}, column unit")
    assert torn.startswith(f"measures.csv, row {last + 1}: a quotation mark is not closed")


def test_a_quotation_mark_that_is_not_closed_has_its_row_and_hides_nothing_before_it(
    tables: Path,
) -> None:
    obligations = tables / "obligations.csv"
    lines = obligations.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace(lines[2].split(",")[0], "NOBODY", 1)
    lines[5] = '"' + lines[5]
    obligations.write_text("\n".join(lines) + "\n", encoding="utf-8")
    [nobody, torn] = faults(tables)
    assert nobody.startswith("obligations.csv, row 3, column organisation: “NOBODY” is not in")
    assert torn.startswith("obligations.csv, row 6: a quotation mark is not closed")


def test_a_cell_that_cannot_be_read_does_not_hide_what_its_row_names(tables: Path) -> None:
    row = change(tables, "measures", "unit", "percent", "per cent")
    spoil(tables, "measures", row, theme="nonesuch", small_number_rule="none_such")
    assert {line.partition(":")[0] for line in faults(tables)} == {
        f"measures.csv, row {row}, column {column}"
        for column in ("unit", "theme", "small_number_rule")
    }


def test_a_row_with_a_cell_too_many_still_has_its_code(tables: Path) -> None:
    # Nothing that names the measure is told to name nothing; one cell is no "1 cells".
    measures = tables / "measures.csv"
    text = measures.read_text(encoding="utf-8")
    heading, first, rest = text.split("\n", 2)
    measures.write_text("\n".join([heading, first + ",", rest]), encoding="utf-8")
    [said] = faults(tables)
    assert said.startswith("measures.csv, row 2: has ")
    measures.write_text(text + "TC99\n", encoding="utf-8")
    [said] = faults(tables)
    assert ": has 1 cell and the heading has " in said


def test_a_column_that_is_misspelt_is_named_with_the_right_one(tables: Path) -> None:
    themes = tables / "themes.csv"
    themes.write_text(
        themes.read_text(encoding="utf-8").replace("title", "titel", 1), encoding="utf-8"
    )
    assert faults(tables) == [
        "themes.csv, row 1: the column title is missing.",
        "themes.csv, row 1: there is no column called “titel”. Did you mean “title”?",
    ]


def test_a_category_is_no_part_of_itself(tables: Path) -> None:
    rows = list(
        csv.DictReader((tables / "measure_categories.csv").read_text(encoding="utf-8").splitlines())
    )
    spoil(tables, "measure_categories", 2, part_of=rows[1]["category"])
    spoil(tables, "measure_categories", 3, part_of=rows[0]["category"])
    assert len([line for line in faults(tables) if "a part of itself" in line]) == 2


def test_two_targets_of_the_same_figures_do_not_hold_at_once(tables: Path) -> None:
    later = TARGET | {"first_period": "2018-19-Q2", "target": "75"}
    write(tables, "targets", TARGET, later | {"organisation": "WMP"}, later)
    [said] = faults(tables)
    assert said == (
        "targets.csv, row 4, column first_period: row 2 holds for the same figures since always; "
        "let one of them end before the other begins."
    )
    write(tables, "targets", TARGET | {"last_period": "2018-19-Q2"}, later)
    assert [line for line in faults(tables) if "since always to 2018-19-Q2" in line]
    write(tables, "targets", TARGET | {"last_period": "2018-19-Q1"}, later)
    assert load_reference(tables.parent).targets[1].target == 75
    spoil(tables, "targets", 3, last_period="2018-19-Q1")
    assert faults(tables) == [
        "targets.csv, row 3, column last_period: “2018-19-Q1” lies before the first_period."
    ]


def test_the_first_wording_is_there_and_the_newest_is_that_of_the_measures(tables: Path) -> None:
    [now] = [one.definition for one in birmingham().measures if one.measure == "TC02"]
    newest = WORDING | {"first_period": "2018-19-Q2", "definition": now, "breaks_series": "yes"}
    write(tables, "definitions", newest)
    [said] = faults(tables)
    assert said == (
        "definitions.csv, row 2, column first_period: the wording before it is missing; add a row "
        "of it, with first_period empty."
    )
    write(tables, "definitions", newest | {"definition": "Another."}, WORDING)
    [said] = faults(tables)
    assert said == (
        "definitions.csv, row 2, column definition: the newest wording of TC02 must be the one in "
        "measures.csv."
    )
    write(tables, "definitions", newest, WORDING)
    assert len(load_reference(tables.parent).definitions) == 2


def test_rows_without_any_cell_are_passed_over_and_keep_the_numbers_of_the_others(
    tables: Path,
) -> None:
    file = tables / "targets.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    blank = "," * lines[0].count(",")
    file.write_text("\n".join([lines[0], blank, *lines[1:], blank, "", ""]), encoding="utf-8")
    assert load_reference(tables.parent) == birmingham()
    spoil(tables, "targets", 3, measure="qqq")
    assert any(one.startswith("targets.csv, row 3, column measure") for one in faults(tables))
