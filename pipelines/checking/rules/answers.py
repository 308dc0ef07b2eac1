"""Answers to queries, each bound to one finding of one value: EXP-003 and EXP-004.

An answer says why a value is right. While the value stays the same it goes on counting, from one
correction to the next; once the value is another it is void, and does not come back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import polars as pl

from pipelines.checking.engine.wording import rules
from pipelines.deadlines.reading import day_month_year
from pipelines.reading.headings import plain
from schemas.declaration import Return
from schemas.finding import Finding, Severity
from schemas.quarter import Quarter

CARRIED, VOID = "EXP-003", "EXP-004"
# What these rules ask about is the row's figure, whichever of its cells they point at.
_OF_THE_FIGURE = ("HIS-", "SYM-", "XRT-", "NUM-")
_Key = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Bound:
    """The subject of an answer: a rule, the rows by their keys, and the values in them.

    ``value`` has a tuple for each row of ``place``, with what stands in ``columns`` there. Where
    the whole file is meant both are empty and ``said`` is the finding's message: another message
    is another value.
    """

    rule: str
    column: str | None
    columns: tuple[str, ...]
    place: tuple[_Key, ...]
    value: tuple[tuple[object, ...], ...]
    said: str

    @property
    def question(self) -> tuple[str, str | None, tuple[_Key, ...]]:
        """The query, whatever the value: the same in every submission that brings it."""
        return self.rule, self.column, self.place


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer to a query; ``at`` is in UTC."""

    bound: Bound
    text: str
    by_whom: str
    at: dt.datetime


class Answers(Protocol):
    """The answers that count for what an organisation sends next."""

    def of(self, organisation: str, return_name: str, quarter: Quarter) -> Sequence[Answer]:
        """Return the answers to queries of the figures in use, those that are still about them."""
        ...


def bound(finding: Finding, rows: pl.DataFrame, ret: Return) -> Bound:
    """Return what an answer to this finding is about. ``rows`` are the typed rows of its file."""
    numbers = finding.rows or ((finding.row,) if finding.row is not None else ())
    column = _declared(finding.column, ret)
    columns = _columns(finding.rule, column, ret)
    found = _values(rows.filter(pl.col("row_number").is_in(numbers)), columns, ret)
    return Bound(
        rule=finding.rule,
        column=column,
        columns=columns,
        place=tuple(sorted(found)),
        value=tuple(found[key] for key in sorted(found)),
        said="" if found else finding.message,
    )


def still_holds(about: Bound, findings: Sequence[Finding], rows: pl.DataFrame, ret: Return) -> bool:
    """Return whether what an answer is about is unchanged in these findings and rows."""
    if about.said:
        return any(one.rule == about.rule and one.message == about.said for one in findings)
    found = _values(rows, about.columns, ret)
    return tuple(found.get(key) for key in about.place) == about.value


def answered(
    findings: Sequence[Finding], answers: Sequence[Answer], rows: pl.DataFrame, ret: Return
) -> Iterator[Finding]:
    """Yield a note for each answer whose query is there again: whether it still counts.

    It does not if the value is another one.
    """
    queries = {
        bound(one, rows, ret).question: one for one in findings if one.severity is Severity.QUERY
    }
    for answer in answers:
        query = queries.get(answer.bound.question)
        if query is not None:
            rule = CARRIED if still_holds(answer.bound, findings, rows, ret) else VOID
            words = rules()[rule].wordings[""]
            message = words.message.format(answered_on=day_month_year(answer.at.date()))
            yield replace(
                query, rule=rule, severity=words.severity, message=message, hint=words.hint,
                value=None,
            )  # fmt: skip


def _declared(heading: str | None, ret: Return) -> str | None:
    """Return the declared column that a heading as sent is."""
    wanted = plain(heading or "")
    return next((column.name for column in ret.columns if plain(column.name) == wanted), None)


def _columns(rule: str, column: str | None, ret: Return) -> tuple[str, ...]:
    views = [view.observation for view in ret.views if view.observation is not None]
    if column is None or rule.startswith(_OF_THE_FIGURE):
        of_column = [seen for seen in views if column in seen.figures] or views
        if of_column:
            return tuple(name for seen in of_column for name in seen.figures)
    return (column,) if column is not None else ()


def _values(
    rows: pl.DataFrame, columns: Sequence[str], ret: Return
) -> dict[_Key, tuple[object, ...]]:
    """Return what stands in the columns of each row, by the row's key."""
    key = [name for name in ret.key if name in rows.columns]
    wanted = [
        name for column in columns for name in (column, f"{column}_symbol") if name in rows.columns
    ]
    found: dict[_Key, tuple[object, ...]] = {}
    for row in rows.select([*key, *(name for name in wanted if name not in key)]).to_dicts():
        place = tuple("" if row[name] is None else str(row[name]) for name in key)
        found[place] = tuple(row[name] for name in wanted)
    return found
