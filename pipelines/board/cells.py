"""Reading one table of the board: every fault of its text and cells, and its sound rows."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from schemas.counting import how_many

_LONGEST_COMPARED = 60  # letters; comparing longer ones takes time and helps nobody


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a file, and where: ``row`` as a spreadsheet counts, None for the file.

    ``table`` is the name of a table, or of another file with its ending; ``column`` is a setting's
    name where the file has no columns.
    """

    table: str
    row: int | None = None
    column: str | None = None
    text: str

    def __str__(self) -> str:
        """Return the fault as a line: ``measures.csv, row 3, column theme: …``."""
        row = "" if self.row is None else f", row {self.row}"
        kind = "setting" if self.table.endswith(".toml") else "column"
        column = "" if self.column is None else f", {kind} {self.column}"
        file = self.table if "." in self.table else f"{self.table}.csv"
        return f"{file}{row}{column}: {self.text}"


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """A row of a table with its number in a spreadsheet."""

    number: int
    row: Any


@dataclass(frozen=True, kw_only=True)
class Unsound:
    """A row that cannot be used: its cells as they were written, and which of them are sound."""

    number: int
    cells: Mapping[str, str | None]
    sound: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Table:
    """What a file gave: the rows that are sound, and the cells of those that are not.

    ``is_read`` is false if it, or the end of it, could not be read.
    """

    rows: tuple[Numbered, ...] = ()
    unsound: tuple[Unsound, ...] = ()
    is_read: bool = True

    def codes(self, column: str) -> set[str]:
        """Return what stands in a column, in unsound rows too."""
        found = {getattr(one.row, column) for one in self.rows}
        found |= {one.cells.get(column) for one in self.unsound}
        return found - {None}

    def written(self, column: str) -> Iterator[tuple[int, Any]]:
        """Yield each row's number and what stands in a column, where it can be read."""
        for row in self.rows:
            yield row.number, getattr(row.row, column)
        for one in self.unsound:
            if column in one.sound:
                yield one.number, one.cells[column]


class TornRowError(ValueError):
    """A row with a quotation mark that is not closed, or stands alone."""

    def __init__(self, why: str, before: list[list[str]]) -> None:
        """Name the lines before it."""
        super().__init__(why)
        self.before = before


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question with the nearest known word, with a blank before it; empty if none is."""
    near = difflib.get_close_matches(word[:_LONGEST_COMPARED], list(known), n=1)
    return f" Did you mean “{near[0]}”?" if near else ""


def read_table(table: str, content: bytes | None, kind: type[Any]) -> tuple[Table, list[Fault]]:
    """Return what a file gives, and every fault in it.

    Args:
        table: The table's name.
        content: The bytes of its CSV file; None if there is none.
        kind: The dataclass of a row, whose fields are the columns; pydantic reads the cells. A
            column with a default may be missing.
    """
    columns = [one.name for one in fields(kind)]
    needed = [one.name for one in fields(kind) if one.default is MISSING]
    read, faults = _cells(table, content, columns=columns, needed=needed)
    if read is None:
        return Table(is_read=False), faults
    adapter = TypeAdapter(tuple[kind, ...])  # type: ignore[valid-type]  # made at run time
    bad: dict[int, set[str]] = {}
    rows: tuple[Any, ...] | None = None
    try:
        rows = adapter.validate_python([cells for _, cells in read.rows])
    except ValidationError as problem:
        for error in problem.errors():
            at, column = int(error["loc"][0]), str(error["loc"][1])
            bad.setdefault(at, set()).add(column)
            number = read.rows[at][0]
            faults.append(Fault(table=table, row=number, column=column, text=words_of(error)))
    unsound = tuple(
        Unsound(number=number, cells=cells, sound=frozenset(cells) - bad.get(at, set()))
        for at, (number, cells) in enumerate(read.rows)
        if at in bad or not read.is_whole  # rules between rows need all of them
    )
    if not read.is_whole:
        return Table(unsound=(*unsound, *read.ragged), is_read=False), faults
    sound = [one for at, one in enumerate(read.rows) if at not in bad]
    if rows is None:
        rows = adapter.validate_python([cells for _, cells in sound])
    numbered = (
        Numbered(number=number, row=row) for (number, _), row in zip(sound, rows, strict=True)
    )
    return Table(rows=tuple(numbered), unsound=(*unsound, *read.ragged)), faults


def lines_of(content: bytes) -> list[list[str]]:
    """Return the cells of each line of a table, the heading first, as they stand there.

    Raises:
        UnicodeDecodeError: It is not UTF-8.
        TornRowError: A quotation mark is not closed, or stands alone.
    """
    text = content.decode("utf-8-sig")
    lines: list[list[str]] = []
    try:
        for line in csv.reader(io.StringIO(text, newline=""), strict=True):
            lines.append(line)  # noqa: PERF402  # those before a torn one are read too
    except csv.Error as problem:
        raise TornRowError(str(problem), lines) from problem
    return lines


def text_of_lines(lines: Iterable[Sequence[str]]) -> bytes:
    """Return the table that ``lines_of`` reads: UTF-8, each line ended by one character."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode()


def words_of(error: ErrorDetails) -> str:
    """Say what is wrong with a cell as the officer who edits the table reads it."""
    if error["input"] is None:
        return "is empty; it must be filled in."
    if error["type"] in ("literal_error", "enum"):
        allowed = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
        near = did_you_mean(str(error["input"]), allowed.split(", "))
        return f"“{error['input']}” must be one of: {allowed}.{near}"
    if error["type"] == "value_error":  # words of our own, from schemas.reference_cells
        return error["msg"].removeprefix("Value error, ")
    return f"“{error['input']}” cannot stand here."


def words_of_setting(error: ErrorDetails) -> str:
    """Say what is wrong with a setting as the officer who edits ``board.toml`` reads it."""
    given, kind = error["input"], error["type"]
    if kind == "string_type":
        return f'{given} must be words between quotation marks: "{given}".'
    if kind == "dataclass_type":
        return f'{given} is not a quarter; write it as "2018-19-Q1", with the quotation marks.'
    if kind.startswith("int"):
        return f"“{given}” is not a whole number; write it without quotation marks, such as 10."
    if kind.startswith("greater_than"):
        return f"{given} is too small; write {error['ctx'].get('ge', 1)} or more."
    return words_of(error)


@dataclass(frozen=True, kw_only=True)
class _Read:
    """The cells of each row, by column, with the row's number; a blank cell is None.

    ``ragged`` are the rows with more or fewer cells than the heading. ``is_whole``: it was read to
    its end.
    """

    rows: list[tuple[int, dict[str, str | None]]]
    ragged: list[Unsound]
    is_whole: bool


def _cells(
    table: str, content: bytes | None, *, columns: Sequence[str], needed: Sequence[str]
) -> tuple[_Read | None, list[Fault]]:
    """Read the cells of a file; None if there are none, or nobody can say of which columns."""
    torn: list[Fault] = []
    if content is None:
        return None, [Fault(table=table, text="the file is missing from the folder reference.")]
    try:
        lines = lines_of(content)
    except UnicodeDecodeError:
        return None, [Fault(table=table, text="is not saved as UTF-8; save it as “CSV UTF-8”.")]
    except TornRowError as problem:
        lines = problem.before
        said = (
            "a quotation mark is not closed, or stands alone. One inside a text that is in "
            "quotation marks is written twice."
        )
        torn = [Fault(table=table, row=len(lines) + 1, text=said)]
        if not lines:
            return None, torn
    heading = lines[0] if lines else []
    missing = [column for column in needed if column not in heading]
    faults = [
        Fault(table=table, row=1, text=f"the column {column} is missing.") for column in missing
    ]
    faults += [
        Fault(
            table=table, row=1,
            text=f"there is no column called “{column}”."
            f"{did_you_mean(column, set(columns) - set(heading))}",
        )
        for column in heading
        if column not in columns
    ]  # fmt: skip
    if faults:
        return None, [*faults, *torn]
    found = _Read(rows=[], ragged=[], is_whole=not torn)
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue  # a spreadsheet leaves such rows below what was deleted
        named = {name: cell.strip() or None for name, cell in zip(heading, cells, strict=False)}
        if len(cells) == len(heading):
            found.rows.append((number, named))
            continue
        found.ragged.append(Unsound(number=number, cells=named))
        said = (
            f"has {how_many(len(cells), 'cell', 'cells')} and the heading has {len(heading)}; "
            "look for a comma that needs quotation marks around its cell."
        )
        faults.append(Fault(table=table, row=number, text=said))
    return found, [*faults, *torn]
