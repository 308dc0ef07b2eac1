"""What it takes to add to the project: a measure is a row of a seed; a return with figures is its
declaration."""

from __future__ import annotations

import csv
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import schemas.returns
from orchestration.dbt.project import PROJECT
from pipelines.warehouse.dbt_files import write_dbt_files
from schemas.registry import returns
from tests.dbt_project.warehouse import Warehouse

DECLARATION = '''
"""The housing return."""

import pandera.polars as pa

from schemas.columns import Kind, column, item_column, ReturnRows
from schemas.declaration import Observation, Return
from schemas.row_checks import OF_THE_ROW, not_a_fraction


class Housing(ReturnRows):
    """One row is one measure."""

    measure: str = item_column(
        title="Measure", description="The measure.", example="Rough sleepers"
    )
    value: float = column(
        title="Value", description="The count.", example="57", kind=Kind.NUMBER
    )


class HousingQueries(pa.DataFrameModel):
    """What may be right and needs a word."""

    value_is_not_a_fraction = not_a_fraction("value", measured=OF_THE_ROW)


RETURN = Return(
    name="housing",
    title="Housing",
    purpose="People without a home.",
    sent_by="The council",
    template_version="1",
    model=Housing,
    queries=HousingQueries,
    observation=Observation(item="measure", value="value"),
    figures=(("value",),),
)
'''


def append(path: Path, like: int = 0, **changed: str) -> None:
    """Adds a row to a seed: one of its rows with other cells."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, list(rows[0]), lineterminator="\n").writerow(rows[like] | changed)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the dbt project, to be added to."""
    copy = tmp_path / "dbt_project"
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns("target", "logs"))
    return copy


@pytest.mark.slow
def test_a_measure_is_added_by_a_row_of_the_seed(project: Path, tmp_path: Path) -> None:
    append(
        project / "seeds" / "measures.csv",
        measure="DA99",
        item="DA99",
        headline="",
        title="People in refuges",
        small_number_rule="none",
        first_quarter="",
        last_quarter="",
    )
    append(
        project / "seeds" / "expected_rows.csv",
        organisation="BSWA",
        measure="DA99",
        breakdown="total",
        category="all",
        first_quarter="",
        last_quarter="",
        quarters="",
    )
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", project=project)
    warehouse.send(
        "domestic_abuse",
        "BSWA",
        "2018-19-Q1",
        received="2018-07-10 09:00",
        rows=[{"measure": "DA99", "value": 31.0, "value_as_sent": "31"}],
    )
    warehouse.build()
    assert warehouse.rows(
        "select measures.title, shown.value, shown.state from published.pub_measure_value as shown "
        "inner join published.pub_measure as measures on shown.measure = measures.measure "
        "where shown.measure = 'DA99' and shown.organisation = 'BSWA'"
    ) == [("People in refuges", 31.0, "shown")]


@pytest.fixture
def housing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The declaration of one more return stands among the others."""
    folder = tmp_path / "returns"
    folder.mkdir()
    (folder / "housing.py").write_text(DECLARATION, encoding="utf-8")
    monkeypatch.setattr(schemas.returns, "__path__", [*schemas.returns.__path__, str(folder)])
    returns.cache_clear()
    yield
    sys.modules.pop("schemas.returns.housing", None)
    returns.cache_clear()


@pytest.mark.slow
@pytest.mark.usefixtures("housing")
def test_a_return_with_figures_is_added_by_its_declaration(project: Path, tmp_path: Path) -> None:
    # What the declaration makes: the table among the sources.
    write_dbt_files(project)
    # Reference data: the return, its measure, who owes it.
    append(project / "seeds" / "returns.csv", return_name="housing", title="Housing")
    append(
        project / "seeds" / "obligations.csv",
        organisation="BCC",
        return_name="housing",
        first_quarter="",
        last_quarter="",
        quarters="",
    )
    append(
        project / "seeds" / "measures.csv",
        measure="HO01",
        return_name="housing",
        headline="",
        item="Rough sleepers",
        small_number_rule="none",
        first_quarter="",
        last_quarter="",
    )

    warehouse = Warehouse(tmp_path / "warehouse.duckdb", project=project)
    warehouse.send(
        "housing",
        "BCC",
        "2018-19-Q1",
        received="2018-07-10 09:00",
        rows=[{"measure": "Rough sleepers", "value": 57.0, "value_as_sent": "57"}],
    )
    warehouse.build()
    assert warehouse.rows(
        "select organisation, value, row_number from published.pub_measure_value "
        "where measure = 'HO01'"
    ) == [("BCC", 57.0, 2)]
    assert warehouse.rows(
        "select state from published.pub_submission where return_name = 'housing'"
    ) == [("accepted",)]
