"""What the board's tables must hold beyond their cells: codes, links, dates, targets, trees."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from pipelines.board.cells import Fault, Numbered, Table, did_you_mean
from pipelines.board.return_columns import faults_of_returns
from pipelines.board.what_is_sent import faults_of_what_is_sent
from schemas.quarter import Quarter
from schemas.reference_rows import COMBINED
from schemas.return_calendar import Calendar, first_meetings
from schemas.working_days import publish_by

Tables = Mapping[str, Table]

# The columns that tell the rows of a table apart; several sets where several must.
KEYS: Mapping[str, Sequence[tuple[str, ...]]] = {
    "organisations": [("organisation",)],
    "themes": [("theme",), ("sort",)],
    "board_priorities": [("priority",), ("sort",)],
    "meetings": [("meeting",)],
    "returns": [("return_name",)],
    "obligations": [("organisation", "return_name", "first_quarter")],
    "measures": [("measure",), ("return_name", "item"), ("headline",)],
    "definitions": [("measure", "first_period")],
    "measure_categories": [("measure", "breakdown", "category")],
    "expected_rows": [
        ("organisation", "measure", "breakdown", "category", "area", "first_quarter")
    ],
    "code_lists": [("list", "code", "first_quarter")],
    "small_number_rules": [("small_number_rule",)],
    "areas": [("area",)],
    "peer_sets": [("peer_set",)],
    "peer_set_members": [("peer_set", "area")],
    "rebases": [("measure", "organisation", "quarter")],
    "published_already": [("measure", "organisation", "first_quarter")],
    "plans": [("plan",)],
    "return_columns": [("return_name", "name", "first_quarter")],
}
# Table, column, and the table whose key it names.
LINKS = (
    ("organisations", "succeeded_by", "organisations"),
    ("measures", "return_name", "returns"),
    ("measures", "theme", "themes"),
    ("measures", "priority", "board_priorities"),
    ("measures", "small_number_rule", "small_number_rules"),
    ("obligations", "organisation", "organisations"),
    ("obligations", "return_name", "returns"),
    *((table, "measure", "measures") for table in ("targets", "baselines", "definitions")),
    *((table, "organisation", "organisations") for table in ("targets", "baselines")),
    *((table, "area", "areas") for table in ("targets", "baselines")),
    ("return_columns", "return_name", "returns"),
    ("return_columns", "measure", "measures"),
    ("measures", "share_of", "measures"),
    ("measure_categories", "measure", "measures"),
    ("expected_rows", "organisation", "organisations"),
    ("expected_rows", "measure", "measures"),
    ("expected_rows", "area", "areas"),
    ("peer_set_members", "peer_set", "peer_sets"),
    ("peer_set_members", "area", "areas"),
    ("rebases", "measure", "measures"),
    ("rebases", "organisation", "organisations"),
    ("published_already", "measure", "measures"),
    ("published_already", "organisation", "organisations"),
    ("plans", "theme", "themes"),
    ("plans", "priority", "board_priorities"),
    ("action_links", "plan", "plans"),
    ("action_links", "measure", "measures"),
    ("action_links", "theme", "themes"),
    ("action_links", "priority", "board_priorities"),
    ("risk_links", "measure", "measures"),
    ("risk_links", "theme", "themes"),
    ("risk_links", "priority", "board_priorities"),
)
# Where all organisations together may be named too.
OF_ALL_TOO = (("targets", "organisation"), ("baselines", "organisation"))

# The columns that say from when to when a row holds.
_BOUNDS = (
    ("first_quarter", "last_quarter"),
    ("first_period", "last_period"),
    ("started_on", "ended_on"),
)


def broken_rules(tables: Tables) -> list[Fault]:
    """Return every fault between rows and between tables, in the order of the rules."""
    return [fault for rule in _RULES for fault in rule(tables)]


def broken_settings(file: str, settings: Mapping[str, Any], tables: Tables) -> Iterator[Fault]:
    """Yield every fault between the settings of a board, as they were written, and its tables."""
    named = (("home_area", "areas"), ("rule_within_home_area", "small_number_rules"))
    for setting, table in named:
        code, known = settings.get(setting), tables[table].codes(KEYS[table][0][0])
        if tables[table].is_read and isinstance(code, str) and code not in known:
            near = did_you_mean(code, known)
            yield Fault(table=file, column=setting, text=f"“{code}” is not in {table}.csv.{near}")
    for one in tables["areas"].rows:
        if one.row.area == settings.get("home_area") and one.row.within_home:
            yield _fault("areas", one, "within_home", "the home area is no part of itself.")


def _repeated(tables: Tables) -> Iterator[Fault]:
    for table, keys in KEYS.items():
        for columns in keys:
            seen: dict[tuple[Any, ...], int] = {}
            for one in tables[table].rows:
                key = tuple(getattr(one.row, column) for column in columns)
                if len(columns) == 1 and key[0] is None:
                    continue
                if key in seen:
                    said = ", ".join(_key(part) for part in key if part is not None)
                    what = " and ".join(columns).replace("return_name", "return")
                    twice = f"the {what} “{said}” stands there twice, in row {seen[key]} too."
                    yield _fault(table, one, None, twice)
                seen.setdefault(key, one.number)


def _unknown(tables: Tables) -> Iterator[Fault]:
    for table, column, other in LINKS:
        if not tables[other].is_read:
            continue  # the cause is told; what follows from it is not
        known = tables[other].codes(KEYS[other][0][0])
        known |= {COMBINED} if (table, column) in OF_ALL_TOO else set()
        for number, code in tables[table].written(column):
            if code is not None and code not in known:
                said = f"“{code}” is not in {other}.csv.{did_you_mean(code, known)}"
                yield Fault(table=table, row=number, column=column, text=said)


def _periods(tables: Tables) -> Iterator[Fault]:
    """The first of two days or quarters must not lie after the last."""
    for table, found in tables.items():
        for one in found.rows:
            for first, last in _BOUNDS:
                begins, ends = getattr(one.row, first, None), getattr(one.row, last, None)
                if begins is not None and ends is not None and begins > ends:
                    yield _fault(table, one, last, f"“{_key(ends)}” lies before the {first}.")


def _meetings(tables: Tables) -> Iterator[Fault]:
    """A quarter is reported after its end, to any number of meetings, one on a day."""
    seen: dict[dt.date, Numbered] = {}
    for one in tables["meetings"].rows:
        row = one.row
        if row.quarter is None:
            continue
        if row.meeting_on <= row.quarter.end:
            said = f"the meeting is before the end of {row.quarter.key}, which is reported."
            yield _fault("meetings", one, "meeting_on", said)
        other = seen.setdefault(row.meeting_on, one)
        if other is not one:
            said = (
                f"an edition is named by its day, and a quarter is reported on "
                f"{_day(row.meeting_on)} in row {other.number} too."
            )
            yield _fault("meetings", one, "meeting_on", said)


def _days(tables: Tables) -> Iterator[Fault]:
    """A return opens before it is due, and is due before the papers of its meeting are out."""
    meeting_on = first_meetings(one.row for one in tables["meetings"].rows)
    for one in tables["returns"].rows:
        row = one.row
        if (row.due_after_days is None) == (row.due_after_working_days is None):
            said = "fill in one of due_after_days and due_after_working_days, and not both."
            yield _fault("returns", one, "due_after_days", said)
            continue
        if too_many := [name for name in _DAYS if (getattr(row, name) or 0) > _MOST_DAYS]:
            for name in too_many:
                said = f"{getattr(row, name)} days are more than {_MOST_DAYS:,}; write fewer."
                yield _fault("returns", one, name, said)
            continue
        calendar = Calendar(row=row, meeting_on=meeting_on)
        for quarter in (*sorted(meeting_on), _SOME_QUARTER):
            if found := [*_days_in_order(one, calendar, quarter)]:
                yield from found
                break


_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# More would be a slip: a date written as a number, or one digit too many.
_MOST_DAYS = 1_000
_DAYS = (
    "opens_after_days", "due_after_days", "due_after_working_days", "due_before_meeting",
    "closes_after_days",
)  # fmt: skip
# Any quarter will do for what is the same in all.
_SOME_QUARTER = Quarter(2018, 1)


def _days_in_order(one: Numbered, calendar: Calendar, quarter: Quarter) -> Iterator[Fault]:
    """Yield what is out of order in a quarter; only one that a meeting takes is named."""
    row, meeting = one.row, calendar.meeting_on.get(quarter)
    opens, due = calendar.opens_on(quarter), calendar.due_on(quarter)
    closes = calendar.closes_on(quarter)
    is_by_meeting = row.due_before_meeting is not None and meeting is not None
    by_days = "due_after_days" if row.due_after_days is not None else "due_after_working_days"
    column = "due_before_meeting" if is_by_meeting else by_days
    when = f"for {quarter.key} the return would" if is_by_meeting else "the return would"
    if due < opens:
        said = f"{when} be due on {_day(due)}, before it opens on {_day(opens)}."
        if not is_by_meeting:
            said = f"{when} be due before it opens. Write more days, or fewer in opens_after_days."
        yield _fault("returns", one, column, said)
    if closes is not None and closes < due:
        said = f"{when} close before it is due. Write more days, or leave it empty."
        yield _fault("returns", one, "closes_after_days", said)
    if meeting is not None and due > (papers := publish_by(meeting)):
        said = (
            f"for {quarter.key} it would be due on {_day(due)}, after the papers of the meeting of "
            f"{_day(meeting)} are published, on {_day(papers)}. Let it be due earlier, or report "
            "the quarter to a later meeting."
        )
        yield _fault("returns", one, column, said)


def _targets(tables: Tables) -> Iterator[Fault]:
    polarities = {one.row.measure: one.row.polarity for one in tables["measures"].rows}
    for one in tables["targets"].rows:
        row = one.row
        polarity = polarities.get(row.measure)
        if polarity == "none":
            said = f"{row.measure} has no way that is good; write higher or lower as its polarity."
            yield _fault("targets", one, "measure", said)
        if row.amber_limit is None:
            continue
        beyond = {
            "higher": row.amber_limit >= row.target,
            "lower": row.amber_limit <= row.target,
        }
        if polarity is not None and beyond.get(polarity):
            side = "below" if polarity == "higher" else "above"
            said = f"{row.amber_limit:g} must lie {side} the target of {row.target:g}."
            yield _fault("targets", one, "amber_limit", said)


def _of_per_cent(tables: Tables) -> Iterator[Fault]:
    """A target of a share is one of a hundred: 85 and not 0.85."""
    measures = {one.row.measure: one.row for one in tables["measures"].rows}
    for one in tables["targets"].rows:
        measure = measures.get(one.row.measure)
        if measure is None or measure.unit != "percent":
            continue
        for column in ("target", "amber_limit"):
            number = getattr(one.row, column)
            if number is None:
                continue
            if not 0 <= number <= 100:
                yield _fault("targets", one, column, f"{number:g} is not between 0 and 100.")
            elif measure.polarity == "higher" and 0 < number <= 1:
                said = f"{number:g} is less than one in a hundred; write {100 * number:g} for that."
                yield _fault("targets", one, column, said)


def _codes(tables: Tables) -> Iterator[Fault]:
    """An organisation's code names its folder and its files, and ALL is everybody together."""
    seen: dict[str, str] = {}
    for one in tables["organisations"].rows:
        code = one.row.organisation
        if code == COMBINED:
            said = f"{COMBINED} stands for all organisations together; write another code."
            yield _fault("organisations", one, "organisation", said)
        elif not _CODE.fullmatch(code):
            said = f"“{code}” may hold letters, digits, dots, hyphens and underscores alone."
            yield _fault("organisations", one, "organisation", said)
        other = seen.setdefault(code.casefold(), code)
        if other != code:
            said = f"“{code}” differs from “{other}” in small and capital letters alone."
            yield _fault("organisations", one, "organisation", said)


def _overlaps(tables: Tables) -> Iterator[Fault]:
    """Of the same figures there is one target, and one baseline, at a time."""
    for table in ("targets", "baselines"):
        alike: dict[tuple[Any, ...], list[Numbered]] = defaultdict(list)
        for one in tables[table].rows:
            alike[one.row.measure, one.row.organisation, one.row.area].append(one)
        for rows in alike.values():
            for before, one in combinations(rows, 2):
                row, other = one.row, before.row
                if not _is_apart(row, other) and not _is_apart(other, row):
                    said = (
                        f"row {before.number} holds for the same figures "
                        f"{_span(other.first_period, other.last_period)}; let one of them end "
                        "before the other begins."
                    )
                    yield _fault(table, one, "first_period", said)


def _is_apart(row: Any, other: Any) -> bool:
    """Return whether a row ends before another begins."""
    ends, begins = row.last_period, other.first_period
    return ends is not None and begins is not None and bool(ends < begins)


def _span(first: Any, last: Any) -> str:
    """Return in words from when to when a row holds."""
    begins = "since always" if first is None else f"from {first.key}"
    return begins if last is None else f"{begins} to {last.key}"


def _definitions(tables: Tables) -> Iterator[Fault]:
    """The first wording holds since always, and the newest stands in the measures."""
    wordings = {one.row.measure: one.row.definition for one in tables["measures"].rows}
    by_measure: dict[str, list[Numbered]] = defaultdict(list)
    for one in tables["definitions"].rows:
        by_measure[one.row.measure].append(one)
    for measure, rows in by_measure.items():
        rows.sort(key=lambda one: _key(one.row.first_period or ""))
        if rows[0].row.first_period is not None:
            said = "the wording before it is missing; add a row of it, with first_period empty."
            yield _fault("definitions", rows[0], "first_period", said)
        newest = rows[-1]
        if measure in wordings and newest.row.definition != wordings[measure]:
            said = f"the newest wording of {measure} must be the one in measures.csv."
            yield _fault("definitions", newest, "definition", said)


def _forms(tables: Tables) -> Iterator[Fault]:
    """A unit, a form and a way to combine must go together."""
    for one in tables["measures"].rows:
        row = one.row
        if row.form == "proportion" and row.unit not in ("percent", "ratio"):
            yield _fault("measures", one, "unit", "a proportion is in percent or a ratio.")
        if row.form == "count" and row.unit != "count":
            yield _fault("measures", one, "unit", "a count has the unit count.")
        if row.aggregation == "ratio" and row.form not in ("proportion", "rate"):
            said = "only a proportion or a rate is combined as a ratio; write sum or none."
            yield _fault("measures", one, "aggregation", said)


def _structure(tables: Tables) -> Iterator[Fault]:
    """A measure is a share of another one of its return; its plausible range is one."""
    return_of = {one.row.measure: one.row.return_name for one in tables["measures"].rows}
    for one in tables["measures"].rows:
        row = one.row
        if return_of.get(row.share_of, row.return_name) != row.return_name:
            said = f"“{row.share_of}” is a measure of another return, whose counts come apart."
            yield _fault("measures", one, "share_of", said)
        low, high = row.plausible_min, row.plausible_max
        if low is not None and high is not None and low > high:
            said = f"{low:g} is above plausible_max, {high:g}."
            yield _fault("measures", one, "plausible_min", said)


def _trees(tables: Tables) -> Iterator[Fault]:
    """What is a part of what: a parent must be there, and nothing a part of itself."""
    trees: dict[tuple[str, str], dict[str, str | None]] = defaultdict(dict)
    for one in tables["measure_categories"].rows:
        trees[one.row.measure, one.row.breakdown][one.row.category] = one.row.part_of
    for one in tables["measure_categories"].rows:
        tree = trees[one.row.measure, one.row.breakdown]
        parent = one.row.part_of
        if parent is not None and parent not in tree:
            said = f"“{parent}” is no category of this breakdown.{did_you_mean(parent, tree)}"
            yield _fault("measure_categories", one, "part_of", said)
            continue
        above, seen = parent, {one.row.category}
        while above is not None and above not in seen:
            seen.add(above)
            above = tree.get(above)
        if above == one.row.category:
            yield _fault("measure_categories", one, "part_of", "it would be a part of itself.")


def _fault(table: str, one: Numbered, column: str | None, text: str) -> Fault:
    return Fault(table=table, row=one.number, column=column, text=text)


def _day(day: dt.date) -> str:
    return f"{day:%-d %B %Y}"


def _key(value: object) -> str:
    return getattr(value, "key", None) or str(value)


_RULES: tuple[Callable[[Tables], Iterator[Fault]], ...] = (
    _repeated, _unknown, _periods, _meetings, _days, _targets, _of_per_cent, _codes, _overlaps,
    _definitions, _forms, _trees, _structure, faults_of_returns, faults_of_what_is_sent,
)  # fmt: skip
