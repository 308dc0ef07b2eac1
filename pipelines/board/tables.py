"""The board's tables (``dbt_project/seeds/*.csv``) as typed, frozen values, or every fault at once.

Officers edit these files, so whatever is wrong is said with the file, the row that a spreadsheet
shows, the column and the nearest right word. Command, portal, sensors and builds all read them
here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipelines.board import ReferenceDataError
from pipelines.board.cells import Fault, Table, read_table
from pipelines.board.rules import Tables, broken_rules
from schemas.reference import Reference
from schemas.reference_rows import (
    ActionLink,
    Area,
    BoardPriority,
    Code,
    ExpectedRow,
    Measure,
    MeasureCategory,
    Meeting,
    Obligation,
    Organisation,
    PeerSet,
    PeerSetMember,
    Plan,
    PublishedAlready,
    Rebase,
    ReturnCalendar,
    RiskLink,
    SmallNumberRule,
    Theme,
)
from schemas.return_columns import ReturnColumn

SEEDS_DIR = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"

_KINDS: Mapping[str, type[Any]] = {
    "organisations": Organisation,
    "themes": Theme,
    "board_priorities": BoardPriority,
    "meetings": Meeting,
    "returns": ReturnCalendar,
    "obligations": Obligation,
    "measures": Measure,
    "measure_categories": MeasureCategory,
    "expected_rows": ExpectedRow,
    "code_lists": Code,
    "small_number_rules": SmallNumberRule,
    "areas": Area,
    "peer_sets": PeerSet,
    "peer_set_members": PeerSetMember,
    "rebases": Rebase,
    "published_already": PublishedAlready,
    "plans": Plan,
    "action_links": ActionLink,
    "risk_links": RiskLink,
    "return_columns": ReturnColumn,
}


def load_reference(seeds_dir: Path | None = None) -> Reference:
    """Return the tables of a folder, by default those of the project.

    Raises:
        ReferenceDataError: It lists every fault with its file, row and column.
    """
    tables, faults = read_tables(SEEDS_DIR if seeds_dir is None else seeds_dir)
    if faults:
        raise ReferenceDataError("\n".join(map(str, faults)))
    rows = {name: tuple(one.row for one in table.rows) for name, table in tables.items()}
    members: dict[str, list[str]] = {}
    for member in rows["peer_set_members"]:
        members.setdefault(member.peer_set, []).append(member.area)
    return Reference(
        organisations=rows["organisations"],
        themes=rows["themes"],
        board_priorities=rows["board_priorities"],
        meetings=rows["meetings"],
        returns=rows["returns"],
        every_obligation=rows["obligations"],
        measures=rows["measures"],
        measure_categories=rows["measure_categories"],
        every_expected_row=rows["expected_rows"],
        every_code=rows["code_lists"],
        small_number_rules=rows["small_number_rules"],
        areas=rows["areas"],
        peer_sets=tuple(
            replace(one, areas=tuple(members.get(one.peer_set, ()))) for one in rows["peer_sets"]
        ),
        rebases=rows["rebases"],
        return_columns=rows["return_columns"],
    )


def read_tables(folder: Path) -> tuple[Tables, list[Fault]]:
    """Return every table of a folder, and every fault in and between them, by table and row."""
    tables: dict[str, Table] = {}
    faults: list[Fault] = []
    for name, kind in _KINDS.items():
        tables[name], found = read_table(folder / f"{name}.csv", kind)
        faults += found
    faults += broken_rules(tables)
    order = list(_KINDS)
    return tables, sorted(faults, key=lambda one: (order.index(one.table), one.row or 0))
