"""What a board's tables say that partners send: it must fit the returns and those who send them.

A fault here would else be met by a partner, whose return cannot be accepted or has no row to fill.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipelines.board.cells import Fault, Numbered, Table, did_you_mean
from schemas.columns import Column, Kind
from schemas.declaration import Return
from schemas.reference import BOARD_LISTS
from schemas.registry import returns
from schemas.return_columns import Role

_Tables = Mapping[str, Table]
_TOTAL = ("total", "all")


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """The columns of a return that say of which part of a measure a figure is.

    ``by_name`` are columns of categories that are each called as their breakdown.
    """

    breakdown: Column | None = None
    category: Column | None = None
    by_name: Mapping[str, Column] = field(default_factory=dict)


def faults_of_what_is_sent(tables: _Tables) -> Iterator[Fault]:
    """Yield every fault between the returns, what is broken down in them, and who owes them."""
    yield from _lists_of_returns(tables)
    yield from _categories(tables)
    yield from _expected_categories(tables)
    yield from _obligations(tables)


def _lists_of_returns(tables: _Tables) -> Iterator[Fault]:
    """Yield a return that is built in and takes codes of a list that the board does not have."""
    lists = {*tables["code_lists"].codes("list"), *BOARD_LISTS}
    for one in tables["returns"].rows if tables["code_lists"].is_read else ():
        built_in = returns().get(one.row.return_name)
        for column in built_in.columns if built_in else ():
            if column.kind is Kind.CODE and column.code_list not in lists:
                said = (
                    f"its column “{column.name}” takes the codes of the list "
                    f"“{column.code_list}”, which code_lists.csv does not have."
                )
                yield _fault("returns", one, "return_name", said)


def _categories(tables: _Tables) -> Iterator[Fault]:
    """Yield a breakdown or category of a measure that its return cannot say."""
    return_of = {one.row.measure: one.row.return_name for one in tables["measures"].rows}
    items: dict[str, set[str]] = defaultdict(set)
    for one in tables["measures"].rows:
        items[one.row.return_name].add(one.row.item)
    parts, lists = _parts_of_returns(tables), _lists(tables)
    for one in tables["measure_categories"].rows:
        name = return_of.get(one.row.measure, "")
        if (columns := parts.get(name)) is None or one.row.category in items[name]:
            continue  # a part may be a measure with a row of its own
        taken = {"breakdown": columns.breakdown, "category": columns.category}
        if columns.by_name:
            taken = {"category": columns.by_name.get(one.row.breakdown)}
        if taken["category"] is None and columns.by_name:
            near = did_you_mean(one.row.breakdown, columns.by_name)
            said = f"the return “{name}” has no column “{one.row.breakdown}” for categories.{near}"
            yield _fault("measure_categories", one, "breakdown", said)
            continue
        if taken["category"] is None:
            near = did_you_mean(one.row.category, items[name])
            said = f"the return “{name}” has no column for categories, and no item of that name."
            yield _fault("measure_categories", one, "category", said + near)
            continue
        for cell, column in taken.items():
            code = getattr(one.row, cell)
            known = lists.get(column.code_list or "") if column else None
            if column is not None and known is not None and code not in known:
                said = (
                    f"“{code}” is not in the list “{column.code_list}”, whose codes the column "
                    f"“{column.name}” of “{name}” takes.{did_you_mean(code, known)}"
                )
                yield _fault("measure_categories", one, cell, said)


def _parts_of_returns(tables: _Tables) -> dict[str, _Parts]:
    """Return what each return has, those left out of which something cannot be read."""
    found = {name: _parts(one) for name, one in returns().items() if one.views}
    declared = tables["return_columns"]
    unsound = {one.cells.get("return_name") for one in declared.unsound}
    roles: dict[str, dict[Role, dict[str, Column]]] = defaultdict(lambda: defaultdict(dict))
    for one in declared.rows:
        if one.row.role is not None and one.row.return_name not in unsound:
            roles[one.row.return_name][one.row.role][one.row.name] = one.row.column
    for name, columns in roles.items():
        breakdown, category = columns[Role.BREAKDOWN], columns[Role.CATEGORY]
        several = len(category) > 1
        found[name] = _Parts(
            breakdown=next(iter(breakdown.values()), None),
            category=None if several else next(iter(category.values()), None),
            by_name=category if several else {},
        )
    return found


def _parts(built_in: Return) -> _Parts:
    seen, columns = built_in.views[0].observation, built_in.column_by_name
    if seen is None:
        return _Parts()
    return _Parts(
        breakdown=columns.get(seen.breakdown or ""),
        category=columns.get(seen.category or ""),
        by_name={name: columns[name] for name in seen.category_columns},
    )


def _lists(tables: _Tables) -> dict[str, set[str]]:
    """Return the codes of each list that can be read, those that are made from tables too."""
    if not tables["code_lists"].is_read:
        return {}
    found: dict[str, set[str]] = defaultdict(set)
    for one in tables["code_lists"].rows:
        found[one.row.list].add(one.row.code)
    for unsound in tables["code_lists"].unsound:
        found.pop(unsound.cells.get("list") or "", None)
    if tables["areas"].is_read:
        found["area"] = tables["areas"].codes("area")
    return found


def _expected_categories(tables: _Tables) -> Iterator[Fault]:
    """Yield an expected row of a category that its measure does not have."""
    categories = tables["measure_categories"]
    if not categories.is_read or categories.unsound:
        return
    trees: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in categories.rows:
        trees[one.row.measure, one.row.breakdown].append(one.row.category)
    for one in tables["expected_rows"].rows:
        row = one.row
        tree = trees.get((row.measure, row.breakdown), [])
        if (row.breakdown, row.category) != _TOTAL and row.category not in tree:
            said = (
                f"{row.measure} has no category “{row.category}” of the breakdown "
                f"“{row.breakdown}”.{did_you_mean(row.category, tree)}"
            )
            yield _fault("expected_rows", one, "category", said)


def _obligations(tables: _Tables) -> Iterator[Fault]:
    """Yield what is owed by a body that is not there then, and what has no row to be filled in."""
    bodies = {one.row.organisation: one.row for one in tables["organisations"].rows}
    expected = _expected(tables)
    for one in tables["obligations"].rows:
        row, body = one.row, bodies.get(one.row.organisation)
        if body is None:
            continue
        if body.ended_on and row.first_quarter and body.ended_on < row.first_quarter.start:
            said = f"{row.organisation} ended on {body.ended_on:%-d %B %Y}, before this quarter."
            yield _fault("obligations", one, "first_quarter", said)
        if body.started_on and row.last_quarter and row.last_quarter.end < body.started_on:
            said = f"{row.organisation} begins on {body.started_on:%-d %B %Y}, after this quarter."
            yield _fault("obligations", one, "last_quarter", said)
        asked = expected.get(row.return_name)
        if asked is not None and row.organisation not in asked:
            said = (
                f"no row of “{row.return_name}” is expected of {row.organisation}: add the "
                "measures that it sends to expected_rows.csv."
            )
            yield _fault("obligations", one, "return_name", said)


def _expected(tables: _Tables) -> dict[str, set[str]]:
    """Return of whom rows of each return with measures are expected.

    Nothing if a row cannot be read or names nobody: what follows from that is not said.
    """
    rows, measures = tables["expected_rows"], tables["measures"]
    if not (rows.is_read and measures.is_read) or rows.unsound or measures.unsound:
        return {}
    bodies = tables["organisations"].codes("organisation")
    return_of = {one.row.measure: one.row.return_name for one in measures.rows}
    found: dict[str, set[str]] = {name: set() for name in return_of.values()}
    for one in rows.rows:
        if one.row.measure not in return_of or one.row.organisation not in bodies:
            return {}
        found[return_of[one.row.measure]].add(one.row.organisation)
    return found


def _fault(table: str, one: Numbered, column: str, text: str) -> Fault:
    return Fault(table=table, row=one.number, column=column, text=text)
