"""Columns of a return, in words for people and for checks.

A return's model names its columns once, each with :func:`column`; the description travels in the
metadata of pandera's ``Field``, and :func:`columns_of` reads it back from the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypedDict, Unpack

import pandera.polars as pa


class Kind(StrEnum):
    """The kind of a column's cells; it decides how they are read and what they become."""

    ORGANISATION = "organisation"  # an organisation's code
    QUARTER = "quarter"  # a financial quarter, 2018-19 Q1
    ITEM = "item"  # what is measured: an item of the catalogue of measures
    CODE = "code"  # a code of a list
    PEOPLE = "people"  # a whole number: people, referrals, calls
    NUMBER = "number"  # a number with or without decimals
    PERCENTAGE = "percentage"  # 87.4, never 0.874 and never 87.4%
    DATE = "date"  # 2018-07-14
    MONTH = "month"  # 2018-07, kept as the first day of the month
    PERIOD = "period"  # a year, a run of years, a quarter or a month, as the field writes them
    DEADLINE = "deadline"  # a date as people write one; the words are kept, and read beside them
    TEXT = "text"  # words

    @property
    def is_number(self) -> bool:
        """Whether the cells hold figures, which may be replaced by a symbol such as [c]."""
        return self in (Kind.PEOPLE, Kind.NUMBER, Kind.PERCENTAGE)

    @property
    def is_code(self) -> bool:
        """Whether a cell must be one of a known list."""
        return self in (Kind.ORGANISATION, Kind.ITEM, Kind.CODE)


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a return, as people and checks need it.

    ``key``: with the other key columns it names a row. ``required``: the heading must be there.
    ``blank_allowed``: a cell may be left empty. ``code_list``: the list in the reference data.
    ``counts``: what a number counts, so that a message can say "100 eligible staff". ``signed``:
    a number may be below 0. ``minimum`` and ``maximum``: what lies outside is an error; outside
    ``query_below`` and ``query_above`` it is asked about. ``pattern``: how the words must be
    written, a regular expression for the whole cell. ``needed_when``: another column and what
    stands in it where this one must be filled. ``sensitive``: no finding quotes a cell of it.
    """

    name: str = ""
    title: str
    description: str
    example: str
    kind: Kind
    key: bool = False
    required: bool = True
    blank_allowed: bool = False
    code_list: str | None = None
    counts: str | None = None
    signed: bool = False
    minimum: float | None = None
    maximum: float | None = None
    query_below: float | None = None
    query_above: float | None = None
    pattern: str | None = None
    needed_when: tuple[str, str] | None = None
    sensitive: bool = False

    @property
    def least(self) -> float | None:
        """The least that a number may be: the minimum, or 0 unless it is signed."""
        if self.minimum is not None or not self.kind.is_number or self.signed:
            return self.minimum
        return 0.0

    @property
    def most(self) -> float | None:
        """The most that a number may be: the maximum, or 100 for a percentage unless signed."""
        if self.maximum is not None or self.kind is not Kind.PERCENTAGE or self.signed:
            return self.maximum
        return 100.0


class _Further(TypedDict, total=False):
    key: bool
    code_list: str | None
    counts: str
    signed: bool
    minimum: float | None
    maximum: float | None
    pattern: str | None
    sensitive: bool


def column(
    *,
    title: str,
    description: str,
    example: str,
    kind: Kind,
    required: bool = True,
    blank_allowed: bool = False,
    **further: Unpack[_Further],
) -> Any:
    """Return a column for a return's model; its name is the attribute it is assigned to.

    pandera checks the least and the most that a number may be, and a pattern; the rule that a
    failure stands for is found from the check's name. What else a column says is enforced by the
    checks that stand beside it (``schemas.row_checks``). A column that is not ``required`` may be
    left blank.
    """
    blank = blank_allowed or not required
    described = Column(
        title=title, description=description, example=example, kind=kind, required=required,
        blank_allowed=blank, **further,
    )  # fmt: skip
    return field_of(described)


def field_of(described: Column) -> Any:
    """Return the pandera field of a column; one with a name is found under that name."""
    pattern = described.pattern
    return pa.Field(
        alias=described.name or None,
        ge=described.least,
        le=described.most,
        str_matches=None if pattern is None else f"^(?:{pattern})$",
        # One failure is enough to see that a check failed: which rows did is read from its
        # output, and collecting every failing row is slow.
        n_failure_cases=1,
        nullable=described.blank_allowed or described.kind.is_number,
        title=described.title,
        description=described.description,
        metadata={"column": described},
    )


class ReturnRows(pa.DataFrameModel):
    """The two columns that every return starts with."""

    organisation: str = column(
        title="Organisation",
        description="The code of the organisation that the figures are of, the same in every row.",
        example="ABC",
        kind=Kind.ORGANISATION,
        key=True,
        code_list="organisation",
    )
    quarter: str = column(
        title="Quarter",
        description=(
            "The financial quarter that is reported, the same in every row. "
            "Q1 is April to June. Written 2018-19 Q1."
        ),
        example="2018-19 Q1",
        kind=Kind.QUARTER,
        key=True,
    )


def item_column(*, title: str, description: str, example: str) -> Any:
    """Return the column that names what is measured: an ``item`` of the catalogue of measures."""
    return column(title=title, description=description, example=example, kind=Kind.ITEM, key=True)


def comment_column() -> Any:
    """Return the column of the sender's words about a row; every return ends with it."""
    return column(
        title="Comment",
        description="Anything a reader of this figure should know. Name no person.",
        example="Two clinics closed in May.",
        kind=Kind.TEXT,
        required=False,
        sensitive=True,
    )
