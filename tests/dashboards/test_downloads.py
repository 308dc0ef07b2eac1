"""Files to download: safe in a spreadsheet, numbers whole, described so that programs read them.

The trap: what keeps a formula from running (a mark before a minus sign) turns a fall into text, and
a description that nothing holds to its file is wrong after the next column.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards import downloads
from dashboards.data.release import load as load_published
from dashboards.pages.base import Site
from dashboards.pages.data import page as data_pages
from tests.dashboards import made_up

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# How a program reads a cell of each kind that a description names.
READERS: dict[str, Callable[[str], object]] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": lambda text: {"true": True, "false": False}[text],
    "date": dt.date.fromisoformat,
    "datetime": dt.datetime.fromisoformat,
}


@pytest.fixture(scope="module")
def files(data: Path) -> dict[str, bytes]:
    """Every download of the small board."""
    site = Site(published=load_published(data), status="draft")
    return dict(data_pages.files(site.published, site.measure_slugs))


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_comes_back_as_it_was_negative_or_not(number: float) -> None:
    cell = downloads.safe_cell(number)
    assert float(cell) == number
    assert math.copysign(1, float(cell)) == math.copysign(1, number) or number == 0
    assert not cell.startswith("'")


@pytest.mark.parametrize("figure", ["-3.5", "-12", "+4", "-1e-05"])
def test_a_negative_figure_as_a_partner_sent_it_stays_a_number(figure: str) -> None:
    assert downloads.safe_cell(figure) == figure


@given(st.sampled_from(FORMULA_STARTS), st.text())
def test_no_text_starts_as_a_formula_does(start: str, rest: str) -> None:
    cell = downloads.safe_cell(start + rest)
    if cell.startswith(FORMULA_STARTS):
        float(cell)  # a number and nothing else
    else:
        assert cell == f"'{start}{rest}"


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2)))
def test_what_was_written_is_read_as_it_was(rows: list[list[str]]) -> None:
    read = csv.reader(
        io.StringIO(downloads.csv_bytes(["a", "b"], rows).decode("utf-8-sig"), newline="")
    )
    assert list(read)[1:] == [[downloads.safe_cell(cell) for cell in row] for row in rows]


def described(files: dict[str, bytes]) -> list[tuple[str, dict[str, Any]]]:
    """Each file that a description names, with its description."""
    whole = json.loads(files["data/csv-metadata.json"])
    found = [(f"data/{table['url']}", table) for table in whole["tables"]]
    for path, content in files.items():
        if path.startswith("data/measures/") and path.endswith("metadata.json"):
            table = json.loads(content)
            # Where CSVW looks for it: beside the file, under its name.
            assert path == f"data/measures/{table['url']}-metadata.json"
            found.append((f"data/measures/{table['url']}", table))
    return found


def test_every_file_is_described_and_each_cell_is_what_the_description_says(
    files: dict[str, bytes],
) -> None:
    tables = described(files)
    assert {path for path, _ in tables} == {path for path in files if path.endswith(".csv")}
    for path, table in tables:
        columns = table["tableSchema"]["columns"]
        rows = rows_of(files[path])
        assert [column["name"] for column in columns] == list(rows[0])
        for column in columns:
            assert len(column["dc:description"]) > 4
            read = READERS[column["datatype"]]
            for row in rows:
                if row[column["name"]] != "":
                    read(row[column["name"]])


def test_the_key_that_a_description_names_is_one(files: dict[str, bytes]) -> None:
    for path, table in described(files):
        key = table["tableSchema"]["primaryKey"]
        rows = [tuple(row[name] for name in key) for row in rows_of(files[path])]
        assert len(set(rows)) == len(rows), path


def test_a_measure_has_its_own_figures_in_each_form_and_no_others(files: dict[str, bytes]) -> None:
    whole = rows_of(files["data/figures.csv"])
    assert {row["measure"] for row in whole} == {"P1", "P2", "C1", "R1"}
    for measure in ("P1", "P2", "C1", "R1"):
        own = [row for row in whole if row["measure"] == measure]
        assert rows_of(files[f"data/measures/{measure.lower()}.csv"]) == own
        content = json.loads(files[f"data/measures/{measure.lower()}.json"])
        assert content["measure"]["measure"] == measure
        assert {row["measure"] for key in ("latest", "process_control", "comparators", "revisions")
                for row in content[key]} <= {measure}  # fmt: skip
        assert [
            {name: downloads.safe_cell(row.get(name)) for name in own[0]}
            for row in content["figures"]
        ] == own


def test_a_hidden_figure_is_in_no_file(files: dict[str, bytes]) -> None:
    ward = next(
        row for row in rows_of(files["data/measures/p1.csv"]) if row["category"] == made_up.WARDS[3]
    )
    assert ward["state"] == "suppressed"
    assert ward["value"] == ward["numerator"] == ward["lower"] == ""
