"""What is carried from one return to the next against what was said before: numbers, words, dates.

The last return of the same kind that was accepted from the organisation is what is compared with.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl

from pipelines.checking.engine.context import Context
from pipelines.checking.engine.violations import Violations, of_file
from pipelines.checking.rules.cells import Cells
from pipelines.checking.rules.codes import list_in_words
from pipelines.checking.rules.dates import SLASHED
from pipelines.checking.rules.sender_rules import Origin
from pipelines.deadlines.reading import day_month_year
from schemas.columns import Kind
from schemas.declaration import Return

_RISKS = "risks"
_REF = "ref"
_WORDS = {"action_progress": "action", _RISKS: "risk"}  # what a row is about, by return
_OWNER = {"action_progress": "lead", _RISKS: "owner"}
_NUMBER = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?", re.ASCII)
_ALIKE = 0.5  # of two wordings of one thing, by difflib's ratio
_LONGEST = 200  # characters of a wording that are compared


@dataclass(frozen=True, kw_only=True)
class Before:
    """The rows of the last return, and the quarter that it was of in words."""

    rows: pl.DataFrame
    quarter: str


def last_return(ret: Return, found: Origin, context: Context) -> Before | None:
    """Return the newest accepted rows before the quarter of a return that carries rows on."""
    if ret.name not in _WORDS or found.organisation is None or found.quarter is None:
        return None
    newest = next(context.accepted_before(found.organisation, ret.name, found.quarter), None)
    if newest is None:
        return None
    back, rows = newest
    return Before(rows=rows, quarter=found.quarter.shift(-back).label)


def with_numbers_as_before(cells: Cells, ret: Return, before: Before) -> Cells:
    """Return the cells with each number that a spreadsheet rewrote as it was before (PLN-003).

    ``1`` is action ``1.0`` where the plan had 1.0 and had no 1: it can mean nothing else.
    """
    groups = [name for name in ret.key if name not in ("organisation", "quarter", _REF)]
    known: dict[tuple[object, ...], set[str]] = {}
    for row in before.rows.select(*groups, _REF).unique().rows():
        known.setdefault(row[:-1], set()).add(row[-1])
    sent = cells.rows.select(*groups, _REF).rows()
    refs = list(cells.rows[_REF].to_list())
    notes = []
    for at, (*group, ref) in enumerate(sent):
        meant = _rewritten(ref, known.get(tuple(group), set()))
        if meant is None or (*group, meant) in sent:
            continue
        refs[at] = meant
        number = cells.rows["row_number"][at]
        notes.append({"row_number": number, "value": ref, "plain": meant})
    if not notes:
        return cells
    note = Violations(
        rule="PLN-003",
        variant="number",
        column=_REF,
        rows=pl.DataFrame(notes).with_columns(pl.col("row_number").cast(pl.Int32)),
        facts={"before": before.quarter},
    )
    rows = cells.rows.with_columns(pl.Series(_REF, refs, dtype=pl.String))
    return replace(cells, rows=rows, violations=(*cells.violations, note))


def _rewritten(ref: str | None, known: set[str]) -> str | None:
    """Return the one number of before that a spreadsheet would show as ``ref``, else None."""
    if ref is None or ref in known or not _NUMBER.fullmatch(ref):
        return None
    same = [
        one for one in known if _NUMBER.fullmatch(one) and "." in one and float(one) == float(ref)
    ]
    return same[0] if len(same) == 1 else None


def rules_over_carried_rows(
    rows: pl.DataFrame, ret: Return, before: Before
) -> Iterator[Violations]:
    """Yield what differs from the return before in a way that may be a slip."""
    key = [name for name in ret.key if name not in ("organisation", "quarter")]
    both = rows.join(before.rows, on=key, how="inner", suffix="_before", maintain_order="left")
    yield from _turned_dates(both, ret)
    yield from _other_words(both, before, ret)
    if ret.name == _RISKS:
        yield from _vanished_risks(rows, before, key)


def _turned_dates(both: pl.DataFrame, ret: Return) -> Iterator[Violations]:
    """Yield DAT-002: a date that is the one of before if its month is read first."""
    for column in ret.columns:
        if column.kind is not Kind.DEADLINE:
            continue
        name = column.name
        found = []
        for row in both.iter_rows(named=True):
            turned = _turned(row, name)
            if turned is not None:
                found.append({"row_number": row["row_number"], "value": row[name], **turned})
        if found:
            frame = pl.DataFrame(found).with_columns(pl.col("row_number").cast(pl.Int32))
            yield Violations(rule="DAT-002", variant="turned", column=name, rows=frame)


def _turned(row: Mapping[str, object], name: str) -> dict[str, str] | None:
    """Return how the date reads both ways, and what it was; None if nothing speaks for a slip."""
    first, last = row[f"{name}_start_before"], row[f"{name}_end_before"]
    day, text = row[f"{name}_start"], row[name]
    if not (isinstance(first, dt.date) and isinstance(last, dt.date) and isinstance(day, dt.date)):
        return None
    if not isinstance(text, str) or not SLASHED.fullmatch(text.strip()):
        return None
    if day.day > 12 or day.day == day.month or first <= day <= last:
        return None
    other = day.replace(day=day.month, month=day.day)
    if not first <= other <= last:
        return None
    return {
        "plain": day.isoformat(),
        "day": day_month_year(day),
        "other": other.isoformat(),
        "other_day": day_month_year(other),
        "before": str(row[f"{name}_before"]),
    }


def _other_words(both: pl.DataFrame, before: Before, ret: Return) -> Iterator[Violations]:
    """Yield PLN-005, queries: another wording or another's wording; a note on another owner."""
    words = _WORDS[ret.name]
    owners = Counter(before.rows[words].to_list())
    number_of = {
        row[0]: row[1] for row in before.rows.select(words, _REF).rows() if owners[row[0]] == 1
    }
    changed = both.filter(_folded(words) != _folded(f"{words}_before"))
    another, moved = [], []
    for row in changed.iter_rows(named=True):
        place = {"row_number": row["row_number"], "ref": row[_REF], "value": row[words]}
        was = number_of.get(row[words])
        if was is not None and was != row[_REF]:
            moved.append({**place, "was": was})
        elif not _alike(row[words], row[f"{words}_before"]):
            another.append({**place, "was": row[f"{words}_before"]})
    for variant, found in (("moved", moved), ("", another)):
        if found:
            frame = pl.DataFrame(found).with_columns(pl.col("row_number").cast(pl.Int32))
            yield Violations(
                rule="PLN-005", variant=variant, column=words, rows=frame,
                facts={"before": before.quarter, "what": words},
            )  # fmt: skip
    owner = _OWNER[ret.name]
    passed_on = both.filter(_folded(owner) != _folded(f"{owner}_before"))
    yield Violations(
        rule="PLN-005",
        variant="owner",
        column=owner,
        rows=passed_on.select("row_number", value=owner, was=f"{owner}_before"),
        facts={"before": before.quarter},
    )


def _folded(name: str) -> pl.Expr:
    """Return words without regard to case, spaces and punctuation."""
    return pl.col(name).fill_null("").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", " ")


def _alike(one: str | None, other: str | None) -> bool:
    pair = ((one or "").casefold()[:_LONGEST], (other or "").casefold()[:_LONGEST])
    return difflib.SequenceMatcher(None, *pair).ratio() >= _ALIKE


def _vanished_risks(rows: pl.DataFrame, before: Before, key: list[str]) -> Iterator[Violations]:
    """Yield PLN-003, a query: a risk of the return before is not there."""
    gone = before.rows.join(rows, on=key, how="anti", maintain_order="left")
    for report in gone["report"].unique(maintain_order=True):
        refs = gone.filter(pl.col("report") == report)[_REF].to_list()
        one = len(refs) == 1
        yield of_file(
            "PLN-003", variant="risk", column=_REF, report=f"“{report}”", before=before.quarter,
            missing=f"{'Risk' if one else 'Risks'} {list_in_words(refs, most=20)}",
            was="was" if one else "were", **{"is": "is" if one else "are"},
        )  # fmt: skip
