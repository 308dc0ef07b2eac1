"""Figures whose file was erased, from the returns to two published editions.

The trap: what came after the erased figure takes its name. A figure that was never published then
counts as public, or the ledger and the new figures contradict each other and the build stops; or
the figure that was hidden and came again is taken for another, and two editions give it away.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.disclosure.adapter import write_ledger
from pipelines.disclosure.attack import attack_release
from pipelines.disclosure.ledger import Ledger, read_ledger
from pipelines.publishing.releases import export_published
from pipelines.warehouse.loading import connect
from tests.dbt_project.warehouse import KEY, Warehouse

pytestmark = pytest.mark.slow

QUARTER = "2018-19-Q2"
FGM, HONOUR, FORCED = "female genital mutilation", "honour-based abuse", "forced marriage"
FIRST = {FGM: 3, HONOUR: 20, FORCED: 35}
ERASED_AT = dt.datetime(2018, 10, 20, 9)  # noqa: DTZ001  # UTC, as the warehouse keeps moments


def sent(made: Warehouse, counts: dict[str, int], day: int) -> str:
    rows: list[dict[str, Any]] = [{"measure": "DA02", "value": float(sum(counts.values()))}]
    rows += [
        {"measure": "DA02", "breakdown": "kind", "category": kind, "value": float(count)}
        for kind, count in counts.items()
    ]
    received = f"2018-10-{day:02} 09:00"
    return made.send("domestic_abuse", "WMP", QUARTER, received=received, rows=rows)


def edition(made: Warehouse, folder: Path, ledgers: list[Ledger]) -> Ledger:
    made.build(quarter=QUARTER, ledgers=ledgers)
    with connect(made.path) as connection:
        export_published(connection, folder / "data")
        write_ledger(connection, folder / "ledger.json", key=KEY, release_id=folder.name)
    return read_ledger(folder / "ledger.json")


def hidden(folder: Path) -> set[str]:
    frame = pl.read_parquet(folder / "data" / "pub_measure_value.parquet")
    of_this = (pl.col("state") == "suppressed") & (pl.col("organisation") == "WMP")
    return set(frame.filter(of_this & (pl.col("period") == QUARTER))["category"])


@pytest.mark.parametrize(
    ("again", "came_twice"),
    [
        (FIRST | {FGM: 30}, False),  # another figure, by which two editions could be subtracted
        (FIRST, False),  # the same again
        (FIRST | {FORCED: 36}, False),
        (FIRST | {FGM: 30}, True),  # the same was sent without what had to go, before it went
    ],
)
def test_what_comes_after_an_erasure_takes_no_name_that_was_published(
    tmp_path: Path, again: dict[str, int], came_twice: bool
) -> None:
    made = Warehouse(tmp_path / "house" / "warehouse.duckdb")
    first = sent(made, FIRST, 10)
    if came_twice:
        sent(made, FIRST, 11)
    ledger = edition(made, tmp_path / "1", [])
    assert hidden(tmp_path / "1") == {FGM, HONOUR}
    made.withdraw(first, ERASED_AT, erase=True)
    sent(made, again, 21)
    later = edition(made, tmp_path / "2", [ledger])
    assert hidden(tmp_path / "2") == {FGM, HONOUR}
    assert attack_release(tmp_path / "2" / "data", earlier=[tmp_path / "1" / "data"]).exposed == ()
    names = [{(one.cell_id, one.version_id): one for one in each.cells} for each in (ledger, later)]
    both = names[0].keys() & names[1].keys()
    assert {name.split("|")[-1] for name, _ in both} >= {
        kind for kind in FIRST if again[kind] == FIRST[kind]
    }
    assert FGM not in {name.split("|")[-1] for name, _ in both} or again[FGM] == FIRST[FGM]
    if not came_twice:
        return
    # What the second edition would show by itself gives the first away. A reader sees by the
    # submission that said the same first that the figure is the same.
    made.build(quarter=QUARTER)
    with connect(made.path) as connection:
        export_published(connection, tmp_path / "careless" / "data")
    careless = tmp_path / "careless" / "data"
    assert attack_release(careless, earlier=[tmp_path / "1" / "data"]).exposed
