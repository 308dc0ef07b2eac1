"""The kinds of cell in a reference table, as pydantic reads them from the text of a spreadsheet.

A blank cell arrives as None. A cell that cannot be read raises ``ValueError`` with words for the
officer who edits the table, so that pydantic lists every fault of a table at its row and column.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated

from pydantic import BeforeValidator

from schemas.quarter import Quarter

_WHOLE = re.compile(r"\d+", re.ASCII)
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_ALL_QUARTERS = (1, 2, 3, 4)


def _whole(cell: object) -> object:
    if isinstance(cell, str):
        if not _WHOLE.fullmatch(cell):
            raise ValueError(f"“{cell}” is not a whole number such as 5.")
        return int(cell)
    return cell


def _number(cell: object) -> object:
    if isinstance(cell, str):
        if not _NUMBER.fullmatch(cell):
            raise ValueError(f"“{cell}” is not a number such as 95 or 87.4.")
        return float(cell)
    return cell


def _day(cell: object) -> object:
    if isinstance(cell, str):
        try:
            return dt.date.fromisoformat(cell)
        except ValueError:
            raise ValueError(f"“{cell}” is not a date; write it as 2018-04-01.") from None
    return cell


def _quarter(cell: object) -> object:
    if isinstance(cell, str):
        try:
            quarter = Quarter.parse(cell)
        except ValueError:
            quarter = None
        # SQL compares the keys as text, so only the form with hyphens will do here.
        if quarter is None or quarter.key != cell:
            raise ValueError(f"“{cell}” is not a quarter; write it as 2018-19-Q1.")
        return quarter
    return cell


def _quarters(cell: object) -> object:
    """Read ``Q2 Q4`` as (2, 4); a blank cell means all four."""
    if cell is None:
        return _ALL_QUARTERS
    if isinstance(cell, str):
        words = cell.split()
        if any(word not in ("Q1", "Q2", "Q3", "Q4") for word in words):
            raise ValueError(f"“{cell}” must be empty (every quarter) or quarters such as Q4.")
        return tuple(sorted({int(word[1]) for word in words}))
    return cell


def _yes(cell: object) -> object:
    if isinstance(cell, str):
        if cell not in ("yes", "no"):
            raise ValueError(f"“{cell}” must be one of: yes, no.")
        return cell == "yes"
    return cell


Whole = Annotated[int, BeforeValidator(_whole)]
MaybeWhole = Annotated[int | None, BeforeValidator(_whole)]
MaybeNumber = Annotated[float | None, BeforeValidator(_number)]
Day = Annotated[dt.date, BeforeValidator(_day)]
MaybeDay = Annotated[dt.date | None, BeforeValidator(_day)]
QuarterCell = Annotated[Quarter, BeforeValidator(_quarter)]
MaybeQuarter = Annotated[Quarter | None, BeforeValidator(_quarter)]
QuarterNumbers = Annotated[tuple[int, ...], BeforeValidator(_quarters)]
YesNo = Annotated[bool, BeforeValidator(_yes)]
