"""A board's folder as typed, frozen values, or every fault at once.

Officers edit these files, so whatever is wrong is said with the file, the row that a spreadsheet
shows, the column and the nearest right word. Command, portal, sensors and builds all read them
here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pipelines.board import ReferenceDataError
from pipelines.board.cells import Fault, Table, did_you_mean, read_table, words_of_setting
from pipelines.board.rules import Tables, broken_rules, broken_settings
from pipelines.board.slips import faults_of_slips, what_is_unseen
from pipelines.toml_faults import why_not_read
from schemas.board import BoardSettings
from schemas.reference import TABLES, Reference

SETTINGS, LOGO = "board.toml", "logo.svg"
# A board without these would be none; every other table may be left out, and then has no rows.
_REQUIRED = frozenset(
    {"organisations", "themes", "measures", "returns", "obligations", "areas", "small_number_rules"}
)
# What belongs to a board; anything else in its folder is the officer's own.
_BELONGS = (SETTINGS, LOGO, "reference/*.csv", "words/*.toml", "shapes/*.geojson")


@dataclass(frozen=True, kw_only=True)
class ReadBoard:
    """What a board's folder gave: its settings (None if they cannot be used), tables and faults."""

    settings: BoardSettings | None
    tables: Tables
    faults: tuple[Fault, ...]


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the files of a board by their names in its folder.

    Raises:
        OSError: One of them cannot be read.
    """
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for pattern in _BELONGS
        for path in sorted(folder.glob(pattern))
        if path.is_file()
    }


def load_reference(folder: Path) -> Reference:
    """Return the board in a folder.

    Raises:
        ReferenceDataError: It lists every fault with its file, row and column.
    """
    return reference_of(files_of(folder))


def reference_of(files: Mapping[str, bytes], *, is_draft: bool = True) -> Reference:
    """Return the board that these files give; ``is_draft`` as in ``read_board``.

    Raises:
        ReferenceDataError: It lists every fault with its file, row and column.
    """
    return typed(read_board(files, is_draft=is_draft))


def typed(read: ReadBoard) -> Reference:
    """Return what was read as the board that it is.

    Raises:
        ReferenceDataError: It lists every fault with its file, row and column.
    """
    if read.faults or read.settings is None:
        raise ReferenceDataError("\n".join(map(str, read.faults)))
    rows: dict[str, Any] = {
        field: tuple(one.row for one in read.tables[name].rows)
        for name, (field, _) in TABLES.items()
    }
    return Reference(settings=read.settings, **rows)


def read_board(files: Mapping[str, bytes], *, is_draft: bool = True) -> ReadBoard:
    """Return what these files give, and every fault in and between them, by file and row.

    Args:
        files: The files of a board by their names in its folder.
        is_draft: Whether slips are faults too. Of what came into force they are not, since a rule
            may have been written after it.
    """
    given, faults = _settings_given(files.get(SETTINGS))
    settings = _typed_settings(given, faults)
    tables: dict[str, Table] = {}
    for name, (_, kind) in TABLES.items():
        content = files.get(f"reference/{name}.csv")
        if content is None and name not in _REQUIRED:
            tables[name] = Table()
            continue
        tables[name], found = read_table(name, content, kind)
        faults += found
    for name in files:
        table = name.removeprefix("reference/").removesuffix(".csv")
        if name.startswith("reference/") and table not in TABLES:
            said = f"there is no table of this name.{did_you_mean(table, TABLES)}"
            faults.append(Fault(table=table, text=said))
    faults += broken_rules(tables)
    faults += broken_settings(SETTINGS, given, tables)
    faults += [*faults_of_slips(tables), *_unseen_settings(given)] if is_draft else []
    order = [SETTINGS, *TABLES]
    place = {name: at for at, name in enumerate(order)}
    faults.sort(key=lambda one: (place.get(one.table, len(order)), one.row or 0))
    return ReadBoard(settings=settings, tables=tables, faults=tuple(faults))


def _settings_given(content: bytes | None) -> tuple[dict[str, Any], list[Fault]]:
    """Return the settings by their known names as they were written, and what is no setting."""
    if content is None:
        return {}, [Fault(table=SETTINGS, text="the file is missing.")]
    try:
        given = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        return {}, [Fault(table=SETTINGS, text=why_not_read(problem))]
    known = [one.name for one in fields(BoardSettings)]
    faults = [
        Fault(table=SETTINGS, column=name,
              text=f"there is no setting of this name.{did_you_mean(name, known)}")
        for name in given
        if name not in known
    ]  # fmt: skip
    return {name: value for name, value in given.items() if name in known}, faults


def _unseen_settings(given: Mapping[str, Any]) -> list[Fault]:
    said = {
        name: "is empty; it must be filled in."
        if isinstance(value, str) and not value.strip()
        else what_is_unseen(value)
        for name, value in given.items()
    }
    return [Fault(table=SETTINGS, column=name, text=text) for name, text in said.items() if text]


def _typed_settings(given: Mapping[str, Any], faults: list[Fault]) -> BoardSettings | None:
    """Return the settings typed, or add to the faults why they cannot be."""
    if not given:
        return None  # why is told already
    try:
        return TypeAdapter(BoardSettings).validate_python(given)
    except ValidationError as problem:
        for error in problem.errors():
            said = "is missing." if error["type"] == "missing" else words_of_setting(error)
            faults.append(Fault(table=SETTINGS, column=str(error["loc"][0]), text=said))
        return None
