"""A return declared in the board's tables: the rows of ``return_columns.csv``, and what they make.

From these rows comes the same ``schemas.declaration.Return`` as from a module in
``schemas/returns``, with a pandera model of its own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from enum import StrEnum
from typing import Any

import pandera.polars as pa

from schemas.columns import Column, Kind, ReturnRows, field_of
from schemas.declaration import Observation, Parts, Return
from schemas.quarter import Quarter
from schemas.reference_cells import MaybeNumber, MaybeQuarter, YesOrBlank
from schemas.reference_rows import Measure, ReturnCalendar, in_use
from schemas.row_checks import (
    OF_THE_ROW,
    Measured,
    enough_in_denominator,
    interval_in_order,
    needed_where,
    not_a_fraction,
    one_measure,
    part_within_whole,
    percentage_within_100,
    rate_follows,
    usually_within,
    within_interval,
)


class Role(StrEnum):
    """What a column is for: what is measured, of whom, of when, and how much."""

    ORGANISATION = "organisation"
    QUARTER = "quarter"
    PERIOD = "period"
    MONTH = "month"
    ITEM = "item"
    BREAKDOWN = "breakdown"
    CATEGORY = "category"
    AREA = "area"
    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    VALUE = "value"
    LOWER = "lower"
    UPPER = "upper"
    COMMENT = "comment"

    @property
    def is_figure(self) -> bool:
        """Whether the column holds a figure of a measure."""
        return self in _FIGURES

    @property
    def names_the_row(self) -> bool:
        """Whether the column says which row it is, so that it is part of the key."""
        return self in _KEYS


_FIGURES = (Role.NUMERATOR, Role.DENOMINATOR, Role.VALUE, Role.LOWER, Role.UPPER)
_KEYS = (Role.ORGANISATION, Role.QUARTER, Role.PERIOD, Role.MONTH, Role.ITEM, Role.BREAKDOWN,
         Role.CATEGORY, Role.AREA)  # fmt: skip
_LISTS = {Role.ORGANISATION: "organisation", Role.AREA: "area"}
_PYTHON: Mapping[Kind, type[Any]] = {
    Kind.PEOPLE: int, Kind.NUMBER: float, Kind.PERCENTAGE: float, Kind.DATE: dt.date,
    Kind.MONTH: dt.date,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ReturnColumn:
    """A row of ``return_columns.csv``: one column of a return, from a quarter to a quarter.

    ``docs/contracts.md``, section 1, has the words of the columns.
    """

    return_name: str
    name: str
    title: str
    description: str
    example: str
    kind: Kind
    role: Role | None
    required: YesOrBlank
    key: YesOrBlank
    minimum: MaybeNumber
    maximum: MaybeNumber
    query_below: MaybeNumber
    query_above: MaybeNumber
    pattern: str | None
    code_list: str | None
    needed_when: str | None
    sensitive: YesOrBlank
    measure: str | None
    first_quarter: MaybeQuarter
    last_quarter: MaybeQuarter

    @property
    def needed(self) -> tuple[str, str]:
        """The other column, and what stands in it where this one is needed; empty if none is."""
        other, _, said = (self.needed_when or "").partition("=")
        return other.strip(), said.strip()

    @property
    def column(self) -> Column:
        """The column as people and checks need it."""
        optional = self.needed_when is not None or not self.required
        return Column(
            name=self.name,
            title=self.title,
            description=self.description,
            example=self.example,
            kind=self.kind,
            key=self.key or (self.role is not None and self.role.names_the_row),
            required=self.required,
            blank_allowed=optional,
            code_list=self.code_list or _LISTS.get(self.role or Role.COMMENT),
            minimum=self.minimum,
            maximum=self.maximum,
            query_below=self.query_below,
            query_above=self.query_above,
            pattern=self.pattern,
            needed_when=self.needed if self.needed_when else None,
            sensitive=self.sensitive,
        )


def declared_return(
    calendar: ReturnCalendar,
    rows: Sequence[ReturnColumn],
    *,
    measures: Mapping[str, Measure],
    home_area: str,
) -> Return:
    """Return the return that these rows declare.

    Args:
        calendar: Its row of ``returns.csv``.
        rows: Its rows of ``return_columns.csv``, without a fault.
        measures: The measures by their codes.
        home_area: The area that a row is of which names none.

    Returns:
        The return with every column that it ever had, each as it is now, and its editions.
    """
    starts = {row.first_quarter for row in rows if row.first_quarter is not None}
    starts |= {row.last_quarter.shift(1) for row in rows if row.last_quarter is not None}
    now = _return(
        calendar, list({row.name: row for row in _by_age(rows)}.values()), measures, home_area
    )
    if not starts:
        return now
    dates: list[Quarter | None] = [None, *sorted(starts)]
    before = min(starts).shift(-1)
    editions = tuple((first, _return(calendar, _of(rows, first or before), measures, home_area))
                     for first in dates)  # fmt: skip
    return replace(now, editions=editions)


def _by_age(rows: Iterable[ReturnColumn]) -> list[ReturnColumn]:
    """Return the rows, those of one column from the oldest to the newest."""
    return sorted(rows, key=lambda row: row.first_quarter.key if row.first_quarter else "")


def _of(rows: Iterable[ReturnColumn], quarter: Quarter) -> list[ReturnColumn]:
    return [row for row in rows if in_use(quarter, first=row.first_quarter, last=row.last_quarter)]


def _return(
    calendar: ReturnCalendar,
    rows: Sequence[ReturnColumn],
    measures: Mapping[str, Measure],
    home_area: str,
) -> Return:
    seen = [
        replace(one, home_area=home_area if one.area else None)
        for one in _observations(rows, measures)
    ]
    is_long = any(row.role is Role.ITEM for row in rows)
    made_of = repr([astuple(row) for row in rows])
    return Return(
        name=calendar.return_name,
        title=calendar.title,
        purpose=calendar.purpose or calendar.title,
        sent_by=calendar.sent_by or "",
        model=_model(calendar, rows, seen, measures),
        queries=_queries(calendar, rows, seen, measures),
        template_version=hashlib.sha256(made_of.encode()).hexdigest()[:8],
        observation=seen[0] if is_long and seen else None,
        wide=() if is_long else tuple(seen),
        figures=tuple(way for one in seen for way in _ways(one, rows)),
        parts=tuple(
            Parts(part_of=None, figure=one.count) for one in seen if one.category and one.count
        ),
    )


def _observations(
    rows: Sequence[ReturnColumn], measures: Mapping[str, Measure]
) -> list[Observation]:
    """Return what a row states: one observation, or one for each measure that columns name."""
    named: dict[str | None, dict[Role, str]] = {}
    for row in rows:
        if row.role is not None and row.role.is_figure:
            named.setdefault(row.measure, {})[row.role] = row.name
    by_role = {row.role: row.name for row in rows}
    categories = tuple(row.name for row in rows if row.role is Role.CATEGORY)
    several = len(categories) > 1
    shared = Observation(
        item=by_role.get(Role.ITEM),
        breakdown=by_role.get(Role.BREAKDOWN),
        category=None if several else next(iter(categories), None),
        category_columns=categories if several else (),
        area=by_role.get(Role.AREA),
        month=by_role.get(Role.MONTH),
        period=by_role.get(Role.PERIOD),
    )
    return [
        replace(
            shared,
            of=None if code is None else measures[code].item,
            numerator=figures.get(Role.NUMERATOR),
            denominator=figures.get(Role.DENOMINATOR),
            value=figures.get(Role.VALUE),
            lower=figures.get(Role.LOWER),
            upper=figures.get(Role.UPPER),
        )
        for code, figures in named.items()
    ]


def _ways(seen: Observation, rows: Sequence[ReturnColumn]) -> list[tuple[str, ...]]:
    """Return the ways in which a row can give the figure: each has the columns that are required.

    A way that has all of another and more is none.
    """
    ways: list[tuple[str, ...]] = [(seen.value,)] if seen.value else []
    if seen.numerator:
        ways.append((seen.numerator, seen.denominator) if seen.denominator else (seen.numerator,))
    required = {row.name for row in rows if row.required} & set(seen.figures)
    whole = [tuple(dict.fromkeys((*way, *sorted(required)))) for way in ways]
    least = [way for way in whole if not any(set(other) < set(way) for other in whole)]
    return list({frozenset(way): way for way in least}.values())


_Members = dict[str, Any]


def _model(
    calendar: ReturnCalendar,
    rows: Sequence[ReturnColumn],
    seen: Sequence[Observation],
    measures: Mapping[str, Measure],
) -> type[pa.DataFrameModel]:
    members: _Members = {"__annotations__": {}}
    for row in rows:
        # An attribute of another name: a column may be called as a method of pandera's is.
        own = row.name if row.role in (Role.ORGANISATION, Role.QUARTER) else f"column_{row.name}"
        members["__annotations__"][own] = _PYTHON.get(row.kind, str)
        members[own] = field_of(row.column)
        if row.needed_when is not None:
            members[f"{row.name}_is_there_where_needed"] = needed_where(row.column)
    kinds = {row.name: row.kind for row in rows}
    for one in seen:
        members |= _rules_of_figures(one, kinds, _measured(one, calendar, measures))
    return _class(calendar, "Rows", ReturnRows, members)


def _queries(
    calendar: ReturnCalendar,
    rows: Sequence[ReturnColumn],
    seen: Sequence[Observation],
    measures: Mapping[str, Measure],
) -> type[pa.DataFrameModel]:
    members: _Members = {}
    for row in rows:
        members |= usually_within(row.column)
    for one in seen:
        measured = _measured(one, calendar, measures)
        if one.denominator:
            members[f"{one.denominator}_is_large_enough"] = enough_in_denominator(
                one.denominator, measured=measured
            )
        if one.value:
            members[f"{one.value}_is_not_a_fraction"] = not_a_fraction(one.value, measured=measured)
    return _class(calendar, "Queries", pa.DataFrameModel, members)


def _measured(
    seen: Observation, calendar: ReturnCalendar, measures: Mapping[str, Measure]
) -> Measured:
    if seen.of is None:
        return OF_THE_ROW
    one = next(
        one
        for one in measures.values()
        if (one.return_name, one.item) == (calendar.return_name, seen.of)
    )
    return one_measure(form=one.form, unit=one.unit)


def _rules_of_figures(seen: Observation, kinds: Mapping[str, Kind], measured: Measured) -> _Members:
    found: _Members = {}
    if seen.numerator and seen.denominator:
        found[f"{seen.numerator}_is_within_{seen.denominator}"] = part_within_whole(
            seen.numerator, seen.denominator, measured=measured
        )
        if seen.value:
            found[f"{seen.value}_follows"] = rate_follows(
                seen.value, seen.numerator, seen.denominator, measured=measured
            )
    if seen.value and seen.lower and seen.upper:
        found[f"{seen.lower}_is_below_{seen.upper}"] = interval_in_order(seen.lower, seen.upper)
        found[f"{seen.value}_is_in_its_interval"] = within_interval(
            seen.value, seen.lower, seen.upper
        )
    if seen.value and kinds[seen.value] is not Kind.PERCENTAGE:
        found[f"{seen.value}_is_within_100"] = percentage_within_100(seen.value, measured=measured)
    return found


def _class(
    calendar: ReturnCalendar, what: str, base: type[pa.DataFrameModel], members: _Members
) -> type[pa.DataFrameModel]:
    name = calendar.return_name.title().replace("_", "") + what
    return types.new_class(name, (base,), exec_body=lambda body: body.update(members))
