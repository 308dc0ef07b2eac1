"""Reads the reference data (``dbt_project/seeds/*.csv``) into typed, frozen values.

Officers edit these files, so whatever is wrong is said with the file, the row that a spreadsheet
shows and the column, all of it in one go.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from pipelines.board.links import broken_links
from schemas.reference import (
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
    Rebase,
    Reference,
    ReturnCalendar,
    SmallNumberRule,
    Theme,
)

SEEDS_DIR = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"

T = TypeVar("T")


class ReferenceDataError(ValueError):
    """The reference data cannot be used. The text lists every fault, one a line."""


@dataclass(frozen=True, kw_only=True)
class _Member:
    """A member of a peer set."""

    peer_set: str
    area: str


def load_reference(seeds_dir: Path | None = None) -> Reference:
    """Return the reference data of a folder, by default that of the project.

    Raises:
        ReferenceDataError: It lists every fault with its file, row and column.
    """
    seeds = SEEDS_DIR if seeds_dir is None else seeds_dir
    faults: list[str] = []

    def load(name: str, kind: type[T]) -> tuple[T, ...]:
        return _load(seeds / f"{name}.csv", kind, faults=faults)

    reference = Reference(
        organisations=load("organisations", Organisation),
        themes=load("themes", Theme),
        board_priorities=load("board_priorities", BoardPriority),
        meetings=load("meetings", Meeting),
        returns=load("returns", ReturnCalendar),
        every_obligation=load("obligations", Obligation),
        measures=load("measures", Measure),
        measure_categories=load("measure_categories", MeasureCategory),
        every_expected_row=load("expected_rows", ExpectedRow),
        every_code=load("code_lists", Code),
        small_number_rules=load("small_number_rules", SmallNumberRule),
        areas=load("areas", Area),
        peer_sets=_with_members(
            load("peer_sets", PeerSet), load("peer_set_members", _Member), faults=faults
        ),
        rebases=load("rebases", Rebase),
    )
    if not faults:
        faults = broken_links(reference)
    if faults:
        raise ReferenceDataError("\n".join(faults))
    return reference


def _load(path: Path, kind: type[T], *, faults: list[str]) -> tuple[T, ...]:
    """Read one table as typed rows; its columns are the fields of ``kind``."""
    # The members of a peer set come from their own file.
    columns = [one.name for one in fields(kind) if one.name != "areas"]  # type: ignore[arg-type]  # every kind is a dataclass
    numbered = _rows(path, columns=columns, faults=faults)
    try:
        return TypeAdapter(tuple[kind, ...]).validate_python([row for _, row in numbered])  # type: ignore[valid-type]  # made at run time
    except ValidationError as problem:
        for error in problem.errors():
            at, column = error["loc"][:2]
            place = f"{path.name}, row {numbered[int(at)][0]}, column {column}"
            faults.append(f"{place}: {_words(error)}")
        return ()


def _words(error: ErrorDetails) -> str:
    """Say what is wrong with a cell as the officer who edits the table reads it."""
    if error["input"] is None:
        return "is empty; it must be filled in."
    if error["type"] == "literal_error":
        allowed = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
        return f"“{error['input']}” must be one of: {allowed}."
    return error["msg"].removeprefix("Value error, ")


def _rows(
    path: Path, *, columns: Sequence[str], faults: list[str]
) -> list[tuple[int, dict[str, Any]]]:
    """Read the rows of a table with the row numbers that a spreadsheet shows.

    A blank cell is None. A file that is missing or has other columns is a fault.
    """
    if not path.is_file():
        faults.append(f"{path.name}: the file is missing from {path.parent}.")
        return []
    try:
        text = path.read_text(encoding="utf-8-sig")
        lines = list(csv.reader(text.splitlines(keepends=True), strict=True))
    except UnicodeDecodeError:
        faults.append(f"{path.name}: is not saved as UTF-8; save it as “CSV UTF-8”.")
        return []
    except csv.Error as problem:
        faults.append(f"{path.name}: a quotation mark is not closed, or stands alone ({problem}).")
        return []
    heading = lines[0] if lines else []
    missing = [column for column in columns if column not in heading]
    unknown = [column for column in heading if column not in columns]
    faults += [f"{path.name}, row 1: the column {column} is missing." for column in missing]
    faults += [f"{path.name}, row 1: there is no column called “{column}”." for column in unknown]
    if missing or unknown:
        return []
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(heading):
            faults.append(
                f"{path.name}, row {number}: has {len(cells)} cells and the heading has "
                f"{len(heading)}; look for a comma that needs quotation marks around its cell."
            )
            continue
        named = {name: cell.strip() or None for name, cell in zip(heading, cells, strict=True)}
        rows.append((number, named))
    return rows


def _with_members(
    sets: Sequence[PeerSet], members: Sequence[_Member], *, faults: list[str]
) -> tuple[PeerSet, ...]:
    """Return the peer sets with their members."""
    areas: dict[str, list[str]] = {}
    for member in members:
        areas.setdefault(member.peer_set, []).append(member.area)
    known = {one.peer_set for one in sets}
    faults.extend(
        f"peer_set_members.csv: “{name}” is not in peer_sets.csv."
        for name in areas
        if name not in known
    )
    return tuple(replace(one, areas=tuple(areas.get(one.peer_set, ()))) for one in sets)
