"""The whole life of two returns that a board declares in its tables: one long, one wide.

By the command alone, in processes of their own: template, three faults, correction, build, page,
trace, and a quarter later a version of the board with one more column.

The trap: a return that nobody programmed is checked, and lost between the record and the page.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from pipelines.warehouse.loading import connect
from tests.boards import BIRMINGHAM
from tests.declared import LONG, LONG_SENDER, WIDE, WIDE_SENDER, declare
from tests.end_to_end.test_the_whole_way import Desk

pytestmark = pytest.mark.slow

LONG_ROWS: Mapping[str, Mapping[str, str]] = {
    "Households housed": {"housed": "81", "asked": "100", "lower": "70", "upper": "90",
                          "budget": "50", "certainty": "sure", "case_ref": "HS101"},
    "council": {"housed": "41", "asked": "51", "lower": "70", "upper": "90",
                "budget": "50", "certainty": "sure", "case_ref": "HS102"},
    "Rough sleepers": {"rate": "31", "budget": "50", "certainty": "sure", "case_ref": "HS103"},
}  # fmt: skip
WIDE_ROWS: Mapping[str, Mapping[str, str]] = {
    "Northfield": {"calls": "1204", "in_time": "1001", "timed": "1100", "to_hospital": "801",
                   "wait": "61.5", "turned_away": "12"},
    "Yardley": {"calls": "907", "in_time": "801", "timed": "900", "to_hospital": "601",
                "wait": "71.5", "turned_away": "13"},
}  # fmt: skip


def first_version(folder: Path) -> Path:
    """The board before anybody asked how many were turned away."""
    declare(shutil.copytree(BIRMINGHAM, folder))
    for table in ("return_columns", "measures", "expected_rows"):
        path = folder / "reference" / f"{table}.csv"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [one for one in lines if "turned_away" not in one and "AH05" not in one]
        path.write_text("".join(kept), encoding="utf-8")
    return folder


def filled(desk: Desk, name: str, organisation: str, quarter: str, file: Path) -> list[str]:
    """Write the template with figures into a file and return its headings."""
    desk.run("template", name, "--organisation", organisation, "--quarter", quarter,
             "--output", file)  # fmt: skip
    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    figures = LONG_ROWS if name == LONG else WIDE_ROWS
    for row in rows:
        place = row.get("tenure") or row.get("measure") or row["area"]
        row |= {name: cell for name, cell in figures[place].items() if name in row}
    write(file, rows)
    return list(rows[0])


def write(file: Path, rows: Sequence[Mapping[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def change(file: Path, row: int, **cells: str) -> None:
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    rows[row - 2] |= cells
    write(file, rows)


def published(desk: Desk, quarter: str) -> list[tuple[object, ...]]:
    """The figures of the newest draft: measure, area, category, value."""
    with connect(desk.workspace / "warehouse.duckdb", read_only=True) as connection:
        return connection.execute(
            "SELECT measure, area, category, round(value, 1) FROM published.pub_measure_value "
            "WHERE quarter = ? AND organisation IN (?, ?) AND state = 'shown' "
            "AND (measure LIKE 'HS0%' OR measure LIKE 'AH0%') ORDER BY ALL",
            [quarter, LONG_SENDER, WIDE_SENDER],
        ).fetchall()


def test_two_declared_returns_live_a_whole_life(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "workspace")
    desk.run("board", "apply", first_version(tmp_path / "board"), "--by", "A test", "--note", "New")
    long, wide = tmp_path / "long.csv", tmp_path / "wide.csv"

    # Three faults are found in one go, each at its row and column, and nothing is used.
    filled(desk, LONG, LONG_SENDER, "2018-19-Q1", long)
    change(long, 2, case_ref="hs1", budget="4")
    change(long, 3, certainty="estimate")
    said = desk.run("submit", long, "--as", LONG_SENDER, code=1)
    for place in ("Row 2, column J (budget)", "Row 2, column M (case_ref)",
                  "Row 3, column L (reason)"):  # fmt: skip
        assert place in said
    change(long, 2, case_ref="HS101", budget="50")
    change(long, 3, certainty="sure")
    assert "accepted" in desk.run("submit", long, "--as", LONG_SENDER)
    assert "turned_away" not in filled(desk, WIDE, WIDE_SENDER, "2018-19-Q1", wide)
    desk.run("submit", wide, "--as", WIDE_SENDER)

    desk.run("build", "--quarter", "2018-19-Q1")
    first = [  # the longest wait is a reading of a part of the city, with no count: not shown
        ("AH01", "Northfield", "all", 1204.0), ("AH01", "Yardley", "all", 907.0),
        ("AH02", "Northfield", "all", 91.0), ("AH02", "Yardley", "all", 89.0),
        ("AH03", "Northfield", "all", 66.5), ("AH03", "Yardley", "all", 66.3),
        ("HS01", "all", "all", 81.0), ("HS01", "all", "council", 80.4),
        ("HS02", "all", "all", 31.0),
    ]  # fmt: skip
    assert published(desk, "2018-19-Q1") == first
    [draft] = [one for one in (desk.workspace / "releases").iterdir() if (one / "site").is_dir()]
    assert "81" in (draft / "site/measures/hs01.html").read_text(encoding="utf-8")
    assert "Handed over in time" in (draft / "site/measures/ah02.html").read_text(encoding="utf-8")
    said = desk.run("trace", "AH02", "--quarter", "2018-19-Q1", "--organisation", WIDE_SENDER,
                    "--release", draft.name)  # fmt: skip
    assert "wide.csv" in said
    assert "in_time=1001; timed=1100" in said

    # A quarter later one more column is asked for. What came before is read as it was.
    desk.run("board", "apply", declare(shutil.copytree(BIRMINGHAM, tmp_path / "second")),
             "--by", "A test", "--note", "Turned away too")  # fmt: skip
    assert "turned_away" in filled(desk, WIDE, WIDE_SENDER, "2018-19-Q2", wide)
    change(wide, 2, calls="1251", in_time="1011", timed="1111", to_hospital="777", wait="66")
    change(wide, 3, calls="951", in_time="812", timed="921", to_hospital="583", wait="77")
    desk.run("submit", wide, "--as", WIDE_SENDER)
    corrected = tmp_path / "corrected.csv"
    assert "turned_away" not in filled(desk, WIDE, WIDE_SENDER, "2018-19-Q1", corrected)
    change(corrected, 2, calls="1205")
    desk.run("submit", corrected, "--as", WIDE_SENDER)
    desk.run("build", "--quarter", "2018-19-Q2")
    with connect(desk.workspace / "warehouse.duckdb", read_only=True) as connection:
        loaded = connection.execute(
            f"SELECT quarter, calls, turned_away FROM raw.{WIDE} ORDER BY ALL"
        ).fetchall()
    assert loaded == [
        ("2018-19 Q1", 907, None), ("2018-19 Q1", 907, None), ("2018-19 Q1", 1204, None),
        ("2018-19 Q1", 1205, None), ("2018-19 Q2", 951, 13), ("2018-19 Q2", 1251, 12),
    ]  # fmt: skip
    newest = published(desk, "2018-19-Q2")
    assert ("AH05", "Northfield", "all", 12.0) in newest
    assert ("AH01", "Northfield", "all", 1251.0) in newest
    assert ("AH01", "Northfield", "all", 1205.0) in published(desk, "2018-19-Q1")
