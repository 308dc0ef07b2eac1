"""Reads the reference data (``dbt_project/seeds/*.csv``) into typed, frozen values.

Officers edit these files, so whatever is wrong is said with the file, the row that a spreadsheet
shows and the column, all of it in one go.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TypeVar, get_args

from pipelines.reference_links import broken_links
from schemas.quarter import Quarter
from schemas.reference import (
    Aggregation,
    Area,
    BoardPriority,
    Code,
    ExpectedRow,
    Form,
    Frequency,
    Kind,
    Measure,
    MeasureCategory,
    Meeting,
    Obligation,
    Organisation,
    PeerSet,
    Polarity,
    Rebase,
    Reference,
    ReturnCalendar,
    SmallNumberRule,
    Status,
    Theme,
    Unit,
)

SEEDS_DIR = Path(__file__).resolve().parent.parent / "dbt_project" / "seeds"

_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_WHOLE = re.compile(r"\d+", re.ASCII)
_ALL_QUARTERS = (1, 2, 3, 4)

T = TypeVar("T")


class ReferenceDataError(ValueError):
    """The reference data cannot be used. The text lists every fault, one a line."""


class _Row:
    """One row of a seed. Each method reads one cell; a cell that cannot be read becomes a line
    of ``faults`` and a stand-in, so that the rest of the file is still looked at."""

    def __init__(self, *, file: str, number: int, cells: dict[str, str], faults: list[str]) -> None:
        self._file = file
        self._number = number
        self._cells = cells
        self._faults = faults

    def fault(self, column: str, words: str) -> None:
        self._faults.append(f"{self._file}, row {self._number}, column {column}: {words}")

    def maybe(self, column: str) -> str | None:
        return self._cells[column] or None

    def text(self, column: str) -> str:
        text = self._cells[column]
        if not text:
            self.fault(column, "is empty; it must be filled in.")
        return text

    def _whole(self, column: str, text: str) -> int:
        if not _WHOLE.fullmatch(text):
            self.fault(column, f"“{text}” is not a whole number such as 5.")
            return 0
        return int(text)

    def whole(self, column: str) -> int:
        text = self.text(column)
        return self._whole(column, text) if text else 0

    def maybe_whole(self, column: str) -> int | None:
        text = self._cells[column]
        return self._whole(column, text) if text else None

    def maybe_number(self, column: str) -> float | None:
        text = self._cells[column]
        if text and not _NUMBER.fullmatch(text):
            self.fault(column, f"“{text}” is not a number such as 95 or 87.4.")
            return None
        return float(text) if text else None

    def maybe_date(self, column: str) -> dt.date | None:
        text = self._cells[column]
        if not text:
            return None
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            self.fault(column, f"“{text}” is not a date; write it as 2018-04-01.")
            return None

    def date(self, column: str) -> dt.date:
        if not self._cells[column]:
            self.fault(column, "is empty; write a date as 2018-04-01.")
        return self.maybe_date(column) or dt.date.min

    def maybe_quarter(self, column: str) -> Quarter | None:
        text = self._cells[column]
        if not text:
            return None
        try:
            quarter = Quarter.parse(text)
        except ValueError:
            quarter = None
        # dbt compares the keys as text, so only the form with hyphens will do here.
        if quarter is None or quarter.key != text:
            self.fault(column, f"“{text}” is not a quarter; write it as 2018-19-Q1.")
        return quarter

    def quarter(self, column: str) -> Quarter:
        if not self._cells[column]:
            self.fault(column, "is empty; write a quarter as 2018-19-Q1.")
        return self.maybe_quarter(column) or Quarter(1900, 1)

    def quarters(self, column: str) -> tuple[int, ...]:
        """``Q2 Q4`` as (2, 4); all four where the cell is empty."""
        words = self._cells[column].split()
        if any(word not in ("Q1", "Q2", "Q3", "Q4") for word in words):
            self.fault(
                column,
                f"“{self._cells[column]}” must be empty (every quarter) or quarters such as Q4.",
            )
            return _ALL_QUARTERS
        return tuple(sorted({int(word[1]) for word in words})) or _ALL_QUARTERS

    def yes(self, column: str) -> bool:
        return self.choice(column, ("yes", "no")) == "yes"

    def choice(self, column: str, choices: Sequence[T]) -> T:
        text = self._cells[column]
        for choice in choices:
            if choice == text:
                return choice
        allowed = ", ".join(map(str, choices))
        self.fault(column, f"“{text}” must be one of: {allowed}.")
        return choices[0]


def _read(path: Path, *, columns: Sequence[str], faults: list[str]) -> list[_Row]:
    """The rows of one seed; a file that is missing or has other columns is a fault."""
    if not path.is_file():
        faults.append(f"{path.name}: the file is missing from {path.parent}.")
        return []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        faults.append(f"{path.name}: is not saved as UTF-8; save it as “CSV UTF-8”.")
        return []
    lines = list(csv.reader(text.splitlines(keepends=True), strict=True))
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
                f"{path.name}, row {number}: has {len(cells)} cells where the heading has "
                f"{len(heading)}; look for a comma that needs quotation marks around its cell."
            )
            continue
        named = {name: cell.strip() for name, cell in zip(heading, cells, strict=True)}
        rows.append(_Row(file=path.name, number=number, cells=named, faults=faults))
    return rows


def _organisation(row: _Row) -> Organisation:
    return Organisation(
        organisation=row.text("organisation"),
        name=row.text("name"),
        kind=row.text("kind"),
        started_on=row.maybe_date("started_on"),
        ended_on=row.maybe_date("ended_on"),
        succeeded_by=row.maybe("succeeded_by"),
    )


def _theme(row: _Row) -> Theme:
    return Theme(
        theme=row.text("theme"),
        title=row.text("title"),
        description=row.text("description"),
        lead_role=row.text("lead_role"),
        sort=row.whole("sort"),
    )


def _priority(row: _Row) -> BoardPriority:
    return BoardPriority(
        priority=row.text("priority"), title=row.text("title"), sort=row.whole("sort")
    )


def _meeting(row: _Row) -> Meeting:
    return Meeting(
        meeting=row.text("meeting"),
        board=row.text("board"),
        meeting_on=row.date("meeting_on"),
        start_time=row.maybe("start_time"),
        place=row.maybe("place"),
        quarter=row.maybe_quarter("quarter"),
    )


def _calendar(row: _Row) -> ReturnCalendar:
    return ReturnCalendar(
        return_name=row.text("return_name"),
        title=row.text("title"),
        opens_after_days=row.whole("opens_after_days"),
        due_after_days=row.whole("due_after_days"),
        closes_after_days=row.maybe_whole("closes_after_days"),
    )


def _obligation(row: _Row) -> Obligation:
    return Obligation(
        organisation=row.text("organisation"),
        return_name=row.text("return_name"),
        first_quarter=row.maybe_quarter("first_quarter"),
        last_quarter=row.maybe_quarter("last_quarter"),
        quarters=row.quarters("quarters"),
    )


def _measure(row: _Row) -> Measure:
    return Measure(
        measure=row.text("measure"),
        return_name=row.text("return_name"),
        item=row.text("item"),
        title=row.text("title"),
        definition=row.text("definition"),
        unit=row.choice("unit", get_args(Unit)),
        decimals=row.whole("decimals"),
        numerator_words=row.maybe("numerator_words"),
        denominator_words=row.maybe("denominator_words"),
        polarity=row.choice("polarity", get_args(Polarity)),
        target=row.maybe_number("target"),
        amber_limit=row.maybe_number("amber_limit"),
        form=row.choice("form", get_args(Form)),
        aggregation=row.choice("aggregation", get_args(Aggregation)),
        kind=row.choice("kind", get_args(Kind)),
        frequency=row.choice("frequency", get_args(Frequency)),
        seasonal=row.yes("seasonal"),
        theme=row.text("theme"),
        priority=row.maybe("priority"),
        owner_role=row.text("owner_role"),
        small_number_rule=row.text("small_number_rule"),
        source=row.text("source"),
        status=row.choice("status", get_args(Status)),
        headline=row.maybe_whole("headline"),
        first_quarter=row.maybe_quarter("first_quarter"),
        last_quarter=row.maybe_quarter("last_quarter"),
    )


def _category(row: _Row) -> MeasureCategory:
    return MeasureCategory(
        measure=row.text("measure"),
        breakdown=row.text("breakdown"),
        category=row.text("category"),
        part_of=row.maybe("part_of"),
        adds_up=row.yes("adds_up"),
        sort=row.whole("sort"),
    )


def _expected_row(row: _Row) -> ExpectedRow:
    return ExpectedRow(
        organisation=row.text("organisation"),
        measure=row.text("measure"),
        breakdown=row.text("breakdown"),
        category=row.text("category"),
        area=row.maybe("area"),
        first_quarter=row.maybe_quarter("first_quarter"),
        last_quarter=row.maybe_quarter("last_quarter"),
        quarters=row.quarters("quarters"),
    )


def _code(row: _Row) -> Code:
    return Code(
        list=row.text("list"),
        code=row.text("code"),
        label=row.text("label"),
        first_quarter=row.maybe_quarter("first_quarter"),
        last_quarter=row.maybe_quarter("last_quarter"),
    )


def _small_number_rule(row: _Row) -> SmallNumberRule:
    return SmallNumberRule(
        small_number_rule=row.text("small_number_rule"),
        threshold=row.whole("threshold"),
        rounding=row.whole("rounding"),
        show_zero=row.yes("show_zero"),
        description=row.text("description"),
    )


def _area(row: _Row) -> Area:
    return Area(area=row.text("area"), name=row.text("name"), kind=row.text("kind"))


def _peer_set(row: _Row) -> PeerSet:
    return PeerSet(
        peer_set=row.text("peer_set"),
        name=row.text("name"),
        version=row.text("version"),
        valid_from=row.date("valid_from"),
        areas=(),
    )


def _rebase(row: _Row) -> Rebase:
    return Rebase(
        measure=row.text("measure"),
        organisation=row.text("organisation"),
        quarter=row.quarter("quarter"),
        reason=row.text("reason"),
        decided_by=row.text("decided_by"),
        decided_on=row.date("decided_on"),
    )


def _load(
    seeds_dir: Path, name: str, kind: type[T], make: Callable[[_Row], T], *, faults: list[str]
) -> tuple[T, ...]:
    """One seed as typed rows. Its columns are the fields of ``kind``."""
    # The members of a peer set come from their own file.
    columns = [field.name for field in fields(kind) if field.name != "areas"]  # type: ignore[arg-type]  # every kind is a dataclass
    rows = _read(seeds_dir / f"{name}.csv", columns=columns, faults=faults)
    return tuple(make(row) for row in rows)


def _peer_sets(seeds_dir: Path, *, faults: list[str]) -> tuple[PeerSet, ...]:
    """The peer sets with their members."""
    file = seeds_dir / "peer_set_members.csv"
    members: dict[str, list[str]] = {}
    for row in _read(file, columns=["peer_set", "area"], faults=faults):
        members.setdefault(row.text("peer_set"), []).append(row.text("area"))
    sets = _load(seeds_dir, "peer_sets", PeerSet, _peer_set, faults=faults)
    known = {row.peer_set for row in sets}
    faults.extend(
        f"{file.name}: “{name}” is not in peer_sets.csv." for name in members if name not in known
    )
    return tuple(replace(row, areas=tuple(members.get(row.peer_set, ()))) for row in sets)


def load_reference(seeds_dir: Path | None = None) -> Reference:
    """The reference data of ``seeds_dir``, by default that of the project.

    Raises :class:`ReferenceDataError`, which lists every fault with its file, row and column.
    """
    seeds = SEEDS_DIR if seeds_dir is None else seeds_dir
    faults: list[str] = []

    def load(name: str, kind: type[T], make: Callable[[_Row], T]) -> tuple[T, ...]:
        return _load(seeds, name, kind, make, faults=faults)

    reference = Reference(
        organisations=load("organisations", Organisation, _organisation),
        themes=load("themes", Theme, _theme),
        board_priorities=load("board_priorities", BoardPriority, _priority),
        meetings=load("meetings", Meeting, _meeting),
        returns=load("returns", ReturnCalendar, _calendar),
        every_obligation=load("obligations", Obligation, _obligation),
        measures=load("measures", Measure, _measure),
        measure_categories=load("measure_categories", MeasureCategory, _category),
        every_expected_row=load("expected_rows", ExpectedRow, _expected_row),
        every_code=load("code_lists", Code, _code),
        small_number_rules=load("small_number_rules", SmallNumberRule, _small_number_rule),
        areas=load("areas", Area, _area),
        peer_sets=_peer_sets(seeds, faults=faults),
        rebases=load("rebases", Rebase, _rebase),
    )
    if not faults:
        faults = broken_links(reference)
    if faults:
        raise ReferenceDataError("\n".join(faults))
    return reference
