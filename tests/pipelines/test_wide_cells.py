"""A query about one cell of a wide table marks that cell's measure, and no other of its row."""

from __future__ import annotations

import pytest

from pipelines.warehouse.wide_cells import measure_of_cell
from tests.declared import LONG, WIDE, declared_board


@pytest.mark.parametrize(
    ("return_name", "column", "measure"),
    [
        (WIDE, "wait", "AH04"),
        (WIDE, "Turned away", "AH05"),  # as a sender may write the heading
        (WIDE, "timed", "AH02"),
        (WIDE, "area", None),
        (WIDE, None, None),
        (LONG, "rate", None),  # its row is of one measure
        ("training_compliance", "trained", None),
        (None, "wait", None),
    ],
)
def test_a_column_names_its_measure(
    *, return_name: str | None, column: str | None, measure: str | None
) -> None:
    assert measure_of_cell(declared_board(), return_name, column) == measure
