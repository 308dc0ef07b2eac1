"""Reference data that officers edit: whatever is wrong is said at its file, row and column.

The trap: a code that names nothing passes here and fails days later in a build, without a row; or
the first fault hides the others.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from pipelines.board.tables import SEEDS_DIR, ReferenceDataError, load_reference


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """A copy of the project's reference data, to be spoiled."""
    return shutil.copytree(SEEDS_DIR, tmp_path / "seeds")


def spoil(seeds: Path, file: str, row: int, **cells: str) -> None:
    """Writes cells into a row, counted as a spreadsheet does."""
    path = seeds / f"{file}.csv"
    with path.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    rows[row - 2] |= cells
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def faults(seeds: Path) -> list[str]:
    """What loading them says, line by line."""
    with pytest.raises(ReferenceDataError) as said:
        load_reference(seeds)
    return str(said.value).splitlines()


def test_the_projects_own_has_no_fault(seeds: Path) -> None:
    assert load_reference(seeds) == load_reference()


@pytest.mark.parametrize(
    ("file", "column", "where"),
    [
        ("organisations", "succeeded_by", "organisations"),
        ("measures", "return_name", "returns"),
        ("measures", "theme", "themes"),
        ("measures", "priority", "board_priorities"),
        ("measures", "small_number_rule", "small_number_rules"),
        ("obligations", "organisation", "organisations"),
        ("obligations", "return_name", "returns"),
        ("measure_categories", "measure", "measures"),
        ("expected_rows", "organisation", "organisations"),
        ("expected_rows", "measure", "measures"),
        ("expected_rows", "area", "areas"),
        ("rebases", "measure", "measures"),
    ],
)
def test_a_code_that_names_nothing_is_said_at_its_place(
    seeds: Path, file: str, column: str, where: str
) -> None:
    spoil(seeds, file, 2, **{column: "nonesuch"})
    expected = f"{file}.csv, row 2, column {column}: “nonesuch” is not in {where}.csv."
    assert expected in faults(seeds)


def test_cells_that_cannot_be_read_are_all_said(seeds: Path) -> None:
    spoil(seeds, "small_number_rules", 2, threshold="five")
    spoil(seeds, "rebases", 2, quarter="Q9", decided_on="1/2/2018", reason="")
    assert faults(seeds) == [
        "small_number_rules.csv, row 2, column threshold: “five” is not a whole number such as 5.",
        "rebases.csv, row 2, column quarter: “Q9” is not a quarter; write it as 2018-19-Q1.",
        "rebases.csv, row 2, column reason: is empty; it must be filled in.",
        "rebases.csv, row 2, column decided_on: “1/2/2018” is not a date; write it as 2018-04-01.",
    ]


def test_codes_that_repeat_are_said_and_one_fault_does_not_hide_another(seeds: Path) -> None:
    first = load_reference(seeds)
    spoil(seeds, "organisations", 3, organisation=first.organisations[0].organisation)
    same = first.measures[0]
    spoil(
        seeds, "measures", 3,
        measure=same.measure, return_name=same.return_name, item=same.item, theme="nonesuch",
    )  # fmt: skip
    said = faults(seeds)
    code = first.organisations[0].organisation
    assert f"organisations.csv, row 3: the organisation “{code}” stands there twice." in said
    assert f"measures.csv, row 3: the measure “{same.measure}” stands there twice." in said
    assert (
        f"measures.csv, row 3: the return and item “{same.return_name}, {same.item}” "
        "stands there twice."
    ) in said
    assert "measures.csv, row 3, column theme: “nonesuch” is not in themes.csv." in said
