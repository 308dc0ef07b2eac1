"""What it takes to add to the project: a measure is a row of a seed; a return with figures is its
declaration."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import schemas.returns
from schemas.reference_rows import Measure
from schemas.registry import returns
from tests.boards import birmingham
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


@pytest.mark.slow
def test_a_measure_is_added_by_a_row_of_a_table(tmp_path: Path) -> None:
    board = birmingham()
    new = replace(
        measure_like("DA01"), measure="DA99", item="DA99", title="People in refuges",
        small_number_rule="none",
    )  # fmt: skip
    expected = replace(board.every_expected_row[0], measure="DA99", breakdown="total",
                       category="all", first_quarter=None)  # fmt: skip
    warehouse = Warehouse(
        tmp_path / "warehouse.duckdb",
        board=replace(
            board,
            measures=(*board.measures, new),
            every_expected_row=(*board.every_expected_row, expected),
        ),
    )
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


def measure_like(code: str) -> Measure:
    """A measure of the samples' board, without its place among the headlines."""
    [found] = [one for one in birmingham().measures if one.measure == code]
    return replace(found, headline=None, first_quarter=None, last_quarter=None)


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
def test_a_return_with_figures_is_added_by_its_declaration(tmp_path: Path) -> None:
    board = birmingham()
    calendar = replace(board.returns[0], return_name="housing", title="Housing")
    owed = replace(board.every_obligation[0], organisation="BCC", return_name="housing",
                   first_quarter=None)  # fmt: skip
    new = replace(
        measure_like("DA01"), measure="HO01", return_name="housing", item="Rough sleepers",
        small_number_rule="none",
    )  # fmt: skip
    warehouse = Warehouse(
        tmp_path / "warehouse.duckdb",
        board=replace(
            board,
            returns=(*board.returns, calendar),
            every_obligation=(*board.every_obligation, owed),
            measures=(*board.measures, new),
        ),
    )
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
