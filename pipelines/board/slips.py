"""What a board's tables may hold by their form, and nobody would mean.

These are told of a draft, before it comes into force. A version that came into force before one of
these rules was written stays as usable as it was.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from pipelines.board.cells import Fault, Numbered, Table
from schemas.counting import how_many
from schemas.reference_rows import COMBINED
from schemas.registry import returns
from schemas.return_columns import Role

Tables = Mapping[str, Table]

# What no page can show and no eye can see: control characters, and those that turn or join words.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff]")
# Between the lines of a text a cell may be broken; of these words a line is made.
_BREAK = re.compile(r"[\t\n\r]")
_LONG_TEXTS = ("definition", "description", "note", "purpose", "reason", "source")
_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d", re.ASCII)
_SHOWN = 30  # letters of a cell, to find the place in it
# Nothing of a board can be made without a row of these; what is missing, and what to write.
_NEEDED = {
    "organisations": "nobody sends anything. Write a row for each organisation.",
    "themes": "no measure has a place on the pages. Write a row for each theme.",
    "measures": "nothing is measured. Write a row for each measure.",
    "returns": "nothing can be sent. Write a row for each return.",
    "obligations": "nobody owes a return. Write a row for each organisation and return.",
}
# Table, the column that names another row of it, and what going round in a circle would mean.
_CHAINS = (
    ("organisations", "organisation", "succeeded_by", "would in the end succeed itself"),
    ("measures", "measure", "share_of", "would in the end be a share of itself"),
)


def faults_of_slips(tables: Tables) -> Iterator[Fault]:
    """Yield every slip, in the order of the rules."""
    for rule in _RULES:
        yield from rule(tables)


def _empty(tables: Tables) -> Iterator[Fault]:
    for table, said in _NEEDED.items():
        found = tables[table]
        if found.is_read and not found.rows and not found.unsound:
            yield Fault(table=table, text=f"has no row below its headings, so {said}")


def _unseen(tables: Tables) -> Iterator[Fault]:
    for table, found in tables.items():
        rows = [(one.number, vars(one.row)) for one in found.rows]
        rows += [(one.number, dict(one.cells)) for one in found.unsound]
        for number, cells in sorted(rows, key=lambda row: row[0]):
            for column, cell in cells.items():
                said = what_is_unseen(cell, is_long=column in _LONG_TEXTS)
                if said:
                    yield Fault(table=table, row=number, column=column, text=said)


def what_is_unseen(cell: object, *, is_long: bool = False) -> str | None:
    """Return what is wrong with a text in which something cannot be seen; None if nothing is.

    Args:
        cell: What stands there; only a text can be wrong.
        is_long: Whether it is a text of several lines.
    """
    if not isinstance(cell, str):
        return None
    if found := _UNSEEN.search(cell):
        before = _UNSEEN.sub("", cell[: found.start()])[-_SHOWN:]
        after = f" after “{before}”" if before else " at its beginning"
        code = f"U+{ord(found[0]):04X}"
        return f"has a character that cannot be seen ({code}){after}; delete it."
    if not is_long and (found := _BREAK.search(cell)):
        before = cell[: found.start()][-_SHOWN:]
        return f"has a line break or a tab after “{before}”; write it in one line."
    return None


def _times(tables: Tables) -> Iterator[Fault]:
    for one in tables["meetings"].rows:
        time = one.row.start_time
        if time is not None and not _TIME.fullmatch(time):
            said = f"“{time}” is not a time of the day; write it as 09:30 or 14:00."
            yield _fault("meetings", one, "start_time", said)


def _retired(tables: Tables) -> Iterator[Fault]:
    """Without its last quarter nobody can say in which editions a measure is."""
    for one in tables["measures"].rows:
        if one.row.status == "retired" and one.row.last_quarter is None:
            said = "is empty; write the last quarter of a retired measure, such as 2018-19-Q4."
            yield _fault("measures", one, "last_quarter", said)


def _circles(tables: Tables) -> Iterator[Fault]:
    for table, key, column, said in _CHAINS:
        following = {getattr(one.row, key): getattr(one.row, column) for one in tables[table].rows}
        for one in tables[table].rows:
            start = getattr(one.row, key)
            way, at = [start], following[start]
            while at is not None and at not in way:
                way.append(at)
                at = following.get(at)
            if at == start:
                circle = ", then ".join([*way, start])
                text = f"“{start}” {said}: {circle}. Leave one of them empty."
                yield _fault(table, one, column, text)


def _areas(tables: Tables) -> Iterator[Fault]:
    """What is of an area is of a measure whose return says of which area a figure is."""
    return_of = {one.row.measure: one.row.return_name for one in tables["measures"].rows}
    with_areas = _returns_with_areas(tables)
    for table in ("expected_rows", "targets", "baselines"):
        for one in tables[table].rows:
            name = return_of.get(one.row.measure)
            if one.row.area is not None and with_areas.get(name or "") is False:
                said = f"the return “{name}” of {one.row.measure} has no areas; leave it empty."
                yield _fault(table, one, "area", said)


def _returns_with_areas(tables: Tables) -> dict[str, bool]:
    """Return whether each return that can be read has a column for areas."""
    found = {
        name: any(view.observation is not None and view.observation.area for view in one.views)
        for name, one in returns().items()
    }
    columns = tables["return_columns"]
    for one in columns.rows:
        name = one.row.return_name
        found[name] = found.get(name, False) or one.row.role is Role.AREA
    unsound = {one.cells.get("return_name") for one in columns.unsound}
    return {name: has for name, has in found.items() if columns.is_read and name not in unsound}


def _owed(tables: Tables) -> Iterator[Fault]:
    """Who is expected to give a figure owes its return, or nobody would miss it."""
    obligations = tables["obligations"]
    if not (obligations.is_read and obligations.rows) or obligations.unsound:
        return
    owed = {(one.row.organisation, one.row.return_name) for one in obligations.rows}
    bodies = tables["organisations"].codes("organisation")
    if not {organisation for organisation, _ in owed} <= set(bodies):
        return  # a code that nobody has is told by itself
    return_of = {one.row.measure: one.row.return_name for one in tables["measures"].rows}
    for one in tables["expected_rows"].rows:
        name = return_of.get(one.row.measure)
        if name is None or one.row.organisation not in bodies:
            continue
        if (one.row.organisation, name) not in owed:
            said = (
                f"{one.row.organisation} does not owe “{name}”, the return of {one.row.measure}: "
                "add it to obligations.csv, or take this row out."
            )
            yield _fault("expected_rows", one, "organisation", said)


def _of_whom(tables: Tables) -> Iterator[Fault]:
    """A target or baseline beside a sum says whether it is of the sum or of one organisation."""
    measures = {one.row.measure: one.row for one in tables["measures"].rows}
    senders: dict[str, set[str]] = defaultdict(set)
    for one in tables["expected_rows"].rows:
        senders[one.row.measure].add(one.row.organisation)
    for table in ("targets", "baselines"):
        for one in tables[table].rows:
            row, measure = one.row, measures.get(one.row.measure)
            if measure is None:
                continue
            if row.organisation == COMBINED and measure.aggregation == "none":
                said = (
                    f"figures of {row.measure} are not combined (its aggregation is none), so "
                    f"there is nothing that {COMBINED} would be of; leave it empty."
                )
                yield _fault(table, one, "organisation", said)
            number = len(senders[row.measure])
            if row.organisation is None and measure.aggregation == "sum" and number > 1:
                who = how_many(number, "organisation", "organisations")
                said = (
                    f"{who} send {row.measure}, and their figures are added up. Write {COMBINED} "
                    "if this is of the sum, or in a row for each the code of one of them."
                )
                yield _fault(table, one, "organisation", said)


def _fault(table: str, one: Numbered, column: str, text: str) -> Fault:
    return Fault(table=table, row=one.number, column=column, text=text)


_RULES: tuple[Callable[[Tables], Iterator[Fault]], ...] = (
    _empty, _unseen, _times, _retired, _circles, _areas, _owed, _of_whom,
)  # fmt: skip
