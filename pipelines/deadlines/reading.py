"""Deadlines as people write them: ``End Aug-18``, ``Sept/Oct 18``, ``2019/20``, ``TBC``.

The words are always kept; what can be read is read; a contradiction is noted and never corrected.
The day stands before the month. A year alone is a calendar year, two years in a row (``2019/20``)
a financial one. No general date parser is used: those guess (month before day, the missing parts
from today's date), and a guess here would put a false date on an action.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from dataclasses import dataclass, replace
from enum import StrEnum

from pipelines.deadlines.date_words import JOIN, Span, find_spans

LONGEST = 300  # characters; more is a paragraph


class Certainty(StrEnum):
    """How closely the words name the deadline."""

    EXACT = "exact"  # one day
    MONTH = "month"
    SEASON = "quarter or season"
    YEAR = "year"
    RANGE = "range"  # from one date to another, or several dates
    OPEN = "open"  # a start and no end, or repeating
    NOT_SET = "not set"  # blank, TBC
    UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """A deadline as written and as read.

    ``start`` and ``end`` are the first and the last day that the words can mean, both included;
    an action is overdue after ``end``. Both are None if nothing could be read, ``end`` alone
    if there is none. ``moved_from`` is the deadline before, if the words speak of a move.
    ``note`` says in plain English how the words were read and what was odd.
    """

    as_written: str
    start: dt.date | None = None
    end: dt.date | None = None
    certainty: Certainty
    moved_from: Deadline | None = None
    note: str = ""


_NOT_SET = re.compile(
    r"\W*(?:(?:deadline|date|due)\W*)?"
    r"(?:tb[acd]|to be (?:confirmed|agreed|advised|determined|decided)|n/?a|none|not (?:yet )?set"
    r"|not (?:yet )?(?:agreed|known)|unknown)?\W*",
    re.IGNORECASE | re.ASCII,
)
_REPEATING = re.compile(
    r"\b(?:on-?going|continuous(?:ly)?|rolling|(?:six-|two-|bi-?|three-)?monthly|quarterly"
    r"|annual(?:ly)?|yearly|weekly|six[ -]monthly|every (?:month|quarter|year))\b",
    re.IGNORECASE,
)
_MOVED = re.compile(
    r"\b(?:(?:the )?(?:due date|deadline|date|this) )?(?:(?:has|have|been|was|is|now) )*"
    r"(?:revised|amended|moved|changed|extended|deferred|postponed|delayed|slipped|rescheduled"
    r"|re-?scheduled|pushed(?: back)?|put back|brought forward)(?: back| out| on)?"
    r" (?:to|until|till|from)\b:?\s*",
    re.IGNORECASE,
)
_OPEN_BEFORE = re.compile(r"\b(?:from|since|after|starts?|starting|begins?|beginning)\s*$", re.I)
_OPEN_AFTER = re.compile(r"^\s*(?:onwards?|and after|\+)", re.I)
_END_OF = re.compile(r"\b(?:(?:by|at) )?(?:the )?end(?: of)?(?: the)?\s*$", re.I)
_BEFORE = re.compile(r"\b(?:before|prior to)\s*$", re.I)
_PLAN_YEARS = re.compile(r"\byears?\s+(\d)(?:\s*(?:-|–|to|and|&)\s*(\d))?\b", re.I | re.ASCII)
_FILLER = re.compile(
    r"(?:by|the|in|on|at|of|due|deadline|date|early|mid|late|during|between|and|from|since"
    r"|before|after|until|start(?:s|ing)?|begin(?:s|ning)?|end|onwards?|completed?|completion"
    r"|[\W_])*",
    re.IGNORECASE,
)


def read_deadline(text: str, *, written_on: dt.date | None = None) -> Deadline:
    """Read the deadline in ``text``; never raises.

    ``written_on`` is the day on which the words were written. It supplies a year where none is
    written: the one that brings the date nearest to that day. Without it such a date is unreadable.
    """
    if len(text) > LONGEST:
        note = "Too long to be a deadline."
        return Deadline(as_written=text, certainty=Certainty.UNREADABLE, note=note)
    # The last "revised to" after which something is written.
    moves = [m for m in _MOVED.finditer(text) if text[m.end() :].strip()]
    if not moves:
        return _read(text, words=text, written_on=written_on)
    move = moves[-1]
    before, after = text[: move.start()].strip(" -–—,;("), text[move.end() :]
    if move[0].rstrip(": \t").lower().endswith("from"):  # "moved from June to August"
        earlier, _, later = after.partition(" to ")
        before, after = earlier, later
    old = read_deadline(before, written_on=written_on)
    new = _read(after, words=text, written_on=written_on)
    moved = f"Moved from {in_words(old)}." if old.start else "Moved; the earlier date was not read."
    return replace(new, as_written=text, moved_from=old, note=f"{moved} {new.note}".strip())


def in_words(deadline: Deadline) -> str:
    """Return the days that were read, for people: ``1 July 2018``, ``October 2018``."""
    if deadline.start is None:
        return "no date"
    if deadline.end is None:
        return f"{day_month_year(deadline.start)}, with no last day"
    if deadline.start == deadline.end:
        return day_month_year(deadline.start)
    if deadline.certainty is Certainty.MONTH:
        return f"{deadline.start:%B %Y}"
    return f"{day_month_year(deadline.start)} to {day_month_year(deadline.end)}"


def day_month_year(day: dt.date) -> str:
    """Return a day as a sentence has it: ``1 July 2018``."""
    return f"{day.day} {day:%B %Y}"


@dataclass(frozen=True, kw_only=True)
class _Clause:
    """One date of the words with what stands around it taken into account."""

    start: dt.date
    end: dt.date | None
    certainty: Certainty
    note: str = ""


def _read(text: str, *, words: str, written_on: dt.date | None) -> Deadline:
    """Read ``text`` without looking for moves; ``words`` is what is kept as written."""
    if _NOT_SET.fullmatch(text):
        note = "No deadline is set." if text.strip() else ""
        return Deadline(as_written=words, certainty=Certainty.NOT_SET, note=note)
    # The digits of "Years 1-2" are not dates; blanks keep every later position.
    plan_years = list(_PLAN_YEARS.finditer(text))
    dated = _PLAN_YEARS.sub(lambda found: " " * len(found[0]), text)
    spans, faults = find_spans(dated, written_on=written_on)
    if not spans or faults:
        return _without_date(text, words=words, faults=faults, plan_years=bool(plan_years))

    groups = _joined(dated, spans)
    clauses = [_clause(dated, group) for group in groups]
    notes = [clause.note for clause in clauses if clause.note]
    notes += [span.note for span in spans if span.note]
    notes += _contradictions(plan_years, groups)
    if len(clauses) > 1:
        notes.append(f"{len(clauses)} dates are written: read as from the earliest to the latest.")
    if not _FILLER.fullmatch(_without(dated, spans)):
        notes.append("Only the dates were read; the other words are kept as written.")

    ends = [clause.end for clause in clauses if clause.end is not None]
    is_open = len(ends) < len(clauses)
    certainty = clauses[0].certainty if len(clauses) == 1 else Certainty.RANGE
    return Deadline(
        as_written=words,
        start=min(clause.start for clause in clauses),
        end=None if is_open else max(ends),
        certainty=Certainty.OPEN if is_open else certainty,
        note=" ".join(dict.fromkeys(notes)),
    )


def _without_date(text: str, *, words: str, faults: list[str], plan_years: bool) -> Deadline:
    certainty = Certainty.UNREADABLE
    if faults:
        note = " ".join(faults)
    elif plan_years:
        note = "A year of the plan, but not which year that is."
    elif _REPEATING.search(text):
        certainty, note = Certainty.OPEN, "Repeats or goes on, with no last day."
    else:
        note = "No date could be read."
    return Deadline(as_written=words, certainty=certainty, note=note)


def _joined(text: str, spans: list[Span]) -> list[list[Span]]:
    """Group the spans: two that a dash, a stroke or "to" joins are taken together."""
    groups: list[list[Span]] = [[spans[0]]]
    for earlier, later in itertools.pairwise(spans):
        between = text[earlier.to : later.at]
        if len(groups[-1]) == 1 and JOIN.fullmatch(between):
            groups[-1].append(later)
        else:
            groups.append([later])
    return groups


def _clause(text: str, group: list[Span]) -> _Clause:
    first, last = group[0], group[-1]
    before, after = text[: first.at], text[last.to :]
    if last.end < first.start:
        note = "The second date is before the first."
        return _Clause(start=last.start, end=first.end, certainty=Certainty.RANGE, note=note)
    if len(group) > 1:
        return _Clause(start=first.start, end=last.end, certainty=Certainty.RANGE)
    if _OPEN_BEFORE.search(before) or _OPEN_AFTER.search(after):
        note = "A start and no last day."
        return _Clause(start=first.start, end=None, certainty=Certainty.OPEN, note=note)
    if _BEFORE.search(before):
        return _one_day(first.start - dt.timedelta(days=1), "the day before it begins")
    if _END_OF.search(before) and first.start != first.end:
        return _one_day(first.end, "its last day")
    return _Clause(start=first.start, end=first.end, certainty=Certainty(first.certainty))


def _one_day(day: dt.date, words: str) -> _Clause:
    note = f"Read as {words}, {day_month_year(day)}."
    return _Clause(start=day, end=day, certainty=Certainty.EXACT, note=note)


def _contradictions(plan_years: list[re.Match[str]], groups: list[list[Span]]) -> list[str]:
    """Note "Years 1-2" beside dates of three financial years; nothing is corrected."""
    notes = []
    for found in plan_years:
        following = next((group for group in groups if group[0].at >= found.end()), None)
        if following is None or following[0].certainty != "year":
            continue
        first, last = int(found[1]), int(found[2] or found[1])
        dates = round((following[-1].end - following[0].start).days / 365.25)
        if last - first + 1 != dates:
            notes.append(
                f"“{found[0]}” is {_years(last - first + 1)}, but the dates beside it span"
                f" {_years(dates)}; the dates were used."
            )
    return notes


def _years(count: int) -> str:
    return "1 year" if count == 1 else f"{count} years"


def _without(text: str, spans: list[Span]) -> str:
    """Return ``text`` with a blank for each date."""
    for span in reversed(spans):
        text = f"{text[: span.at]} {text[span.to :]}"
    return text
