"""The kinds of cell in a reference table, as pydantic reads them from the text of a spreadsheet.

A blank cell arrives as None. A cell that cannot be read raises ``ValueError`` with words for the
officer who edits the table, so that pydantic lists every fault of a table at its row and column.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated

from pydantic import BeforeValidator

from schemas.quarter import Quarter

_WHOLE = re.compile(r"\d+", re.ASCII)
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_ALL_QUARTERS = (1, 2, 3, 4)


def _cell(read: Callable[[str], object]) -> BeforeValidator:
    """Return a validator that reads text and leaves every other value as it is."""
    return BeforeValidator(lambda cell: read(cell) if isinstance(cell, str) else cell)


def _whole(cell: str) -> int:
    if not _WHOLE.fullmatch(cell):
        raise ValueError(f"“{cell}” is not a whole number such as 5.")
    return int(cell)


def _number(cell: str) -> float:
    if not _NUMBER.fullmatch(cell):
        raise ValueError(f"“{cell}” is not a number such as 95 or 87.4.")
    return float(cell)


def _day(cell: str) -> dt.date:
    try:
        return dt.date.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"“{cell}” is not a date; write it as 2018-04-01.") from None


def _quarter(cell: str) -> Quarter:
    # SQL compares the keys as text, so only the form with hyphens will do here.
    with suppress(ValueError):
        quarter = Quarter.parse(cell)
        if quarter.key == cell:
            return quarter
    raise ValueError(f"“{cell}” is not a quarter; write it as 2018-19-Q1.")


def _quarters(cell: object) -> object:
    """Read ``Q2 Q4`` as (2, 4); a blank cell means all four."""
    if not isinstance(cell, str):
        return _ALL_QUARTERS if cell is None else cell
    words = cell.split()
    if any(word not in ("Q1", "Q2", "Q3", "Q4") for word in words):
        raise ValueError(f"“{cell}” must be empty (every quarter) or quarters such as Q4.")
    return tuple(sorted({int(word[1]) for word in words}))


def _yes(cell: str) -> bool:
    if cell not in ("yes", "no"):
        raise ValueError(f"“{cell}” must be one of: yes, no.")
    return cell == "yes"


def _yes_or_blank(cell: object) -> object:
    return _yes(cell) if isinstance(cell, str) else bool(cell)


Whole = Annotated[int, _cell(_whole)]
MaybeWhole = Annotated[int | None, _cell(_whole)]
Number = Annotated[float, _cell(_number)]
MaybeNumber = Annotated[float | None, _cell(_number)]
Day = Annotated[dt.date, _cell(_day)]
MaybeDay = Annotated[dt.date | None, _cell(_day)]
QuarterCell = Annotated[Quarter, _cell(_quarter)]
MaybeQuarter = Annotated[Quarter | None, _cell(_quarter)]
QuarterNumbers = Annotated[tuple[int, ...], BeforeValidator(_quarters)]
YesNo = Annotated[bool, _cell(_yes)]
YesOrBlank = Annotated[bool, BeforeValidator(_yes_or_blank)]  # blank: no
