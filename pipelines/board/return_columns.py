"""What ``return_columns.csv`` must hold, so that its rows make returns.

Each fault is said at its row and column with what to write, as for every table of the board.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.board.cells import Fault, Numbered, Table, did_you_mean
from pipelines.reading.headings import plain
from schemas.columns import Kind
from schemas.declaration import columns_of
from schemas.reference import BOARD_LISTS, Reference
from schemas.reference_rows import Measure
from schemas.registry import returns
from schemas.return_columns import ReturnColumn, Role
from schemas.row_checks import plain_number

TABLE = "return_columns"
# Tables of the warehouse's ``raw`` schema that are no returns (a test holds it to them).
RESERVED = frozenset({"submission", "finding", "standing", "horizon", "observation", "period"})
# Columns that we add ourselves: to accepted rows, to rows under check, to the annotated file.
_OURS = ("submission_id", "row_number", "measure_form", "measure_unit", "findings", "what_to_do")
_EVERY = (Role.ORGANISATION, Role.QUARTER)  # every return has them, under these names
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_NUMBERS = (Kind.PEOPLE, Kind.NUMBER, Kind.PERCENTAGE)
_KINDS: Mapping[Role, tuple[Kind, ...]] = {
    Role.ORGANISATION: (Kind.ORGANISATION,),
    Role.QUARTER: (Kind.QUARTER,),
    Role.PERIOD: (Kind.PERIOD,),
    Role.MONTH: (Kind.MONTH,),
    Role.ITEM: (Kind.ITEM,),
    Role.BREAKDOWN: (Kind.TEXT, Kind.CODE),
    Role.CATEGORY: (Kind.TEXT, Kind.CODE),
    Role.AREA: (Kind.CODE,),
    Role.NUMERATOR: (Kind.PEOPLE, Kind.NUMBER),
    Role.DENOMINATOR: (Kind.PEOPLE, Kind.NUMBER),
    Role.VALUE: _NUMBERS,
    Role.LOWER: (Kind.NUMBER, Kind.PERCENTAGE),
    Role.UPPER: (Kind.NUMBER, Kind.PERCENTAGE),
    Role.COMMENT: (Kind.TEXT,),
}
_ONLY_WITH_ROLE = {Kind.ORGANISATION, Kind.QUARTER, Kind.ITEM}
_WORDS = (Kind.TEXT, Kind.CODE)  # what "needed when" can be compared with


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What the other tables have that a column may name."""

    lists: Mapping[str, frozenset[str]]
    measures: Mapping[str, Measure]


_Rows = Sequence[Numbered]
_Place = tuple[Numbered, str, str]


def faults_of_returns(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Yield every fault of the returns that the tables declare."""
    built_in, declared = returns(), defaultdict(list)
    for one in tables[TABLE].rows:
        declared[one.row.return_name].append(one)
    named = tables[TABLE].codes("return_name")
    for one in tables["returns"].rows:
        name = one.row.return_name
        if name not in built_in and name not in named and tables[TABLE].is_read:
            said = f"no return is called “{name}”, and {TABLE}.csv declares none."
            near = did_you_mean(name, {*built_in, *named})
            yield Fault(table="returns", row=one.number, column="return_name", text=said + near)
    known = _known(tables)
    unsound = {one.cells.get("return_name") for one in tables[TABLE].unsound}
    for name, rows in declared.items():
        if name not in unsound:  # what follows from a cell that cannot be read is not said
            yield from _of_return(name, rows, known)


def faults_of_change(before: Reference, after: Reference) -> Iterator[Fault]:
    """Yield what would take accepted rows of a declared return out of every page.

    Args:
        before: The board in force.
        after: The board that is to come into force.
    """
    for name, old in before.declared_returns.items():
        new = after.declared(name)
        if name in returns():
            continue
        if new is None:
            said = f"the return “{name}” is gone, and what was sent of it would be lost."
            yield Fault(table="returns", text=f"{said} Leave it, and end its obligations.")
            continue
        for column in old.columns:
            now = new.column_by_name.get(column.name)
            if now is None:
                said = (
                    f"“{column.name}” of “{name}” is gone, and what was sent in it would be on no "
                    "page."
                )
                yield Fault(table=TABLE, text=f"{said} Leave its row, and give it a last_quarter.")
            elif now.kind is not column.kind:
                said = (
                    f"“{column.name}” of “{name}” was “{column.kind}”; rows were accepted as that."
                )
                yield Fault(table=TABLE, text=f"{said} Give another kind another name.")


def _known(tables: Mapping[str, Table]) -> _Known:
    lists: dict[str, set[str]] = {name: set() for name in BOARD_LISTS}
    for one in tables["code_lists"].rows:
        lists.setdefault(one.row.list, set()).add(one.row.code)
    return _Known(
        lists={name: frozenset(codes) for name, codes in lists.items()},
        measures={one.row.measure: one.row for one in tables["measures"].rows},
    )


def _of_return(name: str, rows: _Rows, known: _Known) -> Iterator[Fault]:
    if name in returns():
        said = f"the return “{name}” is built in; its columns are declared in the program."
        yield _fault((rows[0], "return_name", said))
        return
    if not _NAME.fullmatch(name) or name in RESERVED:
        said = f"“{name}” cannot name a return; write small letters, digits and underscores."
        yield _fault((rows[0], "return_name", said))
    for rule in (_names, _spans, _roles, _figures, _needed):
        yield from map(_fault, rule(rows, known))
    for one in rows:
        for own in _OF_A_ROW:
            yield from (_fault((one, column, said)) for column, said in own(one.row, known))


def _fault(place: _Place) -> Fault:
    one, column, text = place
    return Fault(table=TABLE, row=one.number, column=column, text=text)


# --- The columns of a return together -----------------------------------------------------------


def _names(rows: _Rows, _: _Known) -> Iterator[_Place]:
    """A name must be one that a heading, a table and our own columns leave room for."""
    taken = {plain(name): str(name) for name in (*_OURS, *_EVERY)}
    for name, one in {one.row.name: one for one in rows if one.row.role not in _EVERY}.items():
        if not _NAME.fullmatch(name):
            said = f"“{name}” must be small letters, digits and underscores, such as staff_group."
            yield one, "name", said
            continue
        own = {plain(each): each for each in columns_of(one.row.column)}
        clash = next((taken[each] for each in own if each in taken), None)
        if clash is not None:
            yield one, "name", f"“{name}” is too like “{clash}”, which is there already."
        taken |= own


def _spans(rows: _Rows, _: _Known) -> Iterator[_Place]:
    """The rows of one column follow one another in time, and its kind stays the same."""
    before: dict[str, Numbered] = {}
    for one in sorted(rows, key=lambda one: getattr(one.row.first_quarter, "key", "")):
        last = before.get(one.row.name)
        before[one.row.name] = one
        if last is None:
            continue
        ended = last.row.last_quarter
        if ended is None or one.row.first_quarter is None or one.row.first_quarter <= ended:
            said = f"“{one.row.name}” holds already then, by row {last.number}."
            yield one, "first_quarter", said
        if one.row.kind is not last.row.kind:
            said = f"was “{last.row.kind}” in row {last.number}; give another kind another name."
            yield one, "kind", said


def _roles(rows: _Rows, _: _Known) -> Iterator[_Place]:
    """Each role but a figure's has one column; some go together, and some do not."""
    of: dict[Role, dict[str, Numbered]] = defaultdict(dict)
    for one in rows:
        if one.row.role is not None:
            of[one.row.role][one.row.name] = one
    for role, columns in of.items():
        several = role is Role.CATEGORY and Role.BREAKDOWN not in of
        for one in [] if several or role.is_figure else list(columns.values())[1:]:
            first = next(iter(columns))
            yield one, "role", f"“{role}” is the role of “{first}” already; one column has it."
    for role in _EVERY:
        for name, one in of[role].items():
            if name != role:
                yield one, "name", f"the column of the {role} is called “{role}”."
    for one in of[Role.BREAKDOWN].values() if not of[Role.CATEGORY] else ():
        yield one, "role", "a breakdown needs a column with the role category beside it."
    for one in of[Role.MONTH].values() if of[Role.PERIOD] else ():
        yield one, "role", "a return says of when a figure is by a month or by a period, not both."


def _figures(rows: _Rows, known: _Known) -> Iterator[_Place]:
    """Which measure a figure is of: a column names it in each row, or the table says it."""
    figures = [one for one in rows if one.row.role is not None and one.row.role.is_figure]
    items = [one for one in rows if one.row.role is Role.ITEM]
    if not figures:
        yield rows[0], "role", "no column of this return has a figure: give one the role value."
    seen: dict[tuple[str | None, Role], Numbered] = {}
    for one in figures:
        row: ReturnColumn = one.row
        key = (row.measure, row.role or Role.VALUE)
        last = seen.setdefault(key, one)
        if last.row.name != row.name:
            said = f"“{row.role}” is the role of “{last.row.name}” already, of the same measure."
            yield one, "role", said
        if items and row.measure is not None:
            said = f"leave it empty: “{items[0].row.name}” says in each row what is measured."
            yield one, "measure", said
        elif not items:
            yield from ((one, "measure", said) for said in _of_measure(row, known))
    for (measure, role), one in seen.items():
        needs = {Role.DENOMINATOR: Role.NUMERATOR, Role.LOWER: Role.VALUE, Role.UPPER: Role.VALUE}
        if role in needs and (measure, needs[role]) not in seen:
            yield one, "role", f"a column with the role {needs[role]} must stand beside it."


def _of_measure(row: ReturnColumn, known: _Known) -> Iterator[str]:
    if row.measure is None:
        yield (
            "say which measure this figure is of, or give one column the role item, which says it "
            "in each row."
        )
    elif row.measure in known.measures:
        other = known.measures[row.measure].return_name
        if other != row.return_name:
            yield f"“{row.measure}” is a measure of the return “{other}”."


def _needed(rows: _Rows, known: _Known) -> Iterator[_Place]:
    by_name = {one.row.name: one.row for one in rows}
    for one in rows:
        if one.row.needed_when is None:
            continue
        other, said = one.row.needed
        if "=" not in one.row.needed_when or not said:
            written = f"“{one.row.needed_when}” must be a column and a word: rating=Red."
            yield one, "needed_when", written
        elif other == one.row.name or other not in by_name:
            near = did_you_mean(other, by_name)
            yield one, "needed_when", f"“{other}” is no other column of this return.{near}"
        elif by_name[other].kind not in _WORDS:
            yield one, "needed_when", f"“{other}” must be a column of the kind text or code."
        else:
            codes = known.lists.get(by_name[other].code_list or "", frozenset())
            if codes and said not in codes:
                near = did_you_mean(said, codes)
                yield one, "needed_when", f"“{said}” is not in the list of “{other}”.{near}"


# --- One row ------------------------------------------------------------------------------------

_Cell = tuple[str, str]


def _kind(row: ReturnColumn, _: _Known) -> Iterator[_Cell]:
    if row.role is None:
        if row.kind in _ONLY_WITH_ROLE:
            yield "role", f"a column of the kind {row.kind} has the role {row.kind}."
    elif row.kind not in _KINDS[row.role]:
        allowed = " or ".join(_KINDS[row.role])
        yield "kind", f"a column with the role {row.role} has the kind {allowed}."
    if row.measure is not None and (row.role is None or not row.role.is_figure):
        yield "measure", "only a figure is of a measure: give the column the role value."
    if row.key and row.kind in _NUMBERS:
        yield "key", "a number cannot tell rows apart."


def _limits(row: ReturnColumn, _: _Known) -> Iterator[_Cell]:
    named = ("minimum", "maximum", "query_below", "query_above")
    given = {name: getattr(row, name) for name in named if getattr(row, name) is not None}
    if given and row.kind not in _NUMBERS:
        for name in given:
            yield name, f"a column of the kind {row.kind} has no {name.replace('_', ' ')}."
        return
    least, most = row.column.least, row.column.most
    low, high = row.query_below, row.query_above
    if least is not None and most is not None and least > most:
        yield "minimum", f"{plain_number(least)} is above the maximum of {plain_number(most)}."
    if low is not None and high is not None and low > high:
        yield "query_below", f"{plain_number(low)} is above {plain_number(high)}, query_above."
    if low is not None and least is not None and low <= least:
        said = f"must lie above the minimum of {plain_number(least)}, below which it is an error."
        yield "query_below", said
    if high is not None and most is not None and high >= most:
        said = f"must lie below the maximum of {plain_number(most)}, above which it is an error."
        yield "query_above", said


def _pattern(row: ReturnColumn, _: _Known) -> Iterator[_Cell]:
    if row.pattern is None:
        return
    if row.kind is not Kind.TEXT:
        yield "pattern", f"a column of the kind {row.kind} has no pattern; write it as text."
        return
    try:
        fits = pl.Series([row.example]).str.contains(f"^(?:{row.pattern})$", strict=True)[0]
    except pl.exceptions.ComputeError:
        yield "pattern", f"“{row.pattern}” cannot be read as a pattern; try [A-Z]{{2}}[0-9]+."
        return
    if not fits:
        yield "example", f"“{row.example}” is not written as the pattern “{row.pattern}” says."


def _list(row: ReturnColumn, known: _Known) -> Iterator[_Cell]:
    code_list = row.column.code_list
    if row.kind is Kind.CODE and code_list is None:
        yield "code_list", "a column of codes needs the list that they are of."
    elif row.code_list is not None and row.kind not in (Kind.CODE, Kind.ORGANISATION):
        yield "code_list", f"a column of the kind {row.kind} has no list; write it as code."
    elif code_list is not None and code_list not in known.lists:
        near = did_you_mean(code_list, known.lists)
        yield "code_list", f"“{code_list}” is no list of code_lists.csv.{near}"
    elif row.role is Role.AREA and code_list != "area":
        yield "code_list", "areas are those of areas.csv: write area, or leave it empty."


_OF_A_ROW: tuple[Callable[[ReturnColumn, _Known], Iterator[_Cell]], ...] = (
    _kind, _limits, _pattern, _list,
)  # fmt: skip
